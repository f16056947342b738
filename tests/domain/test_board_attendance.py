"""The quorum of a board's group, and what a year of its meetings comes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.board_attendance import (
    BoardQuorum,
    Seat,
    attended,
    best_of,
    is_there,
    lacking,
    quorum_words,
)
from portal.domain.board_vocabulary import MemberAttendance, SafeguardingPartner

PRESENT, DEPUTY = MemberAttendance.PRESENT, MemberAttendance.DEPUTY
APOLOGIES, ABSENT = MemberAttendance.APOLOGIES, MemberAttendance.ABSENT
POLICE, HEALTH = SafeguardingPartner.POLICE, SafeguardingPartner.HEALTH

seats = st.lists(
    st.builds(
        Seat,
        st.none() | st.sampled_from(SafeguardingPartner),
        st.none() | st.sampled_from(MemberAttendance),
    ),
    max_size=12,
)
quorums = st.builds(BoardQuorum, st.integers(0, 12), st.frozensets(st.sampled_from(SafeguardingPartner)), st.booleans())


@pytest.mark.parametrize(
    ("quorum", "came", "words"),
    [
        (BoardQuorum(2), [Seat(None, PRESENT), Seat(None, PRESENT)], ""),
        (BoardQuorum(2), [Seat(None, PRESENT), Seat(None, APOLOGIES)], "one more member"),
        (BoardQuorum(2), [Seat(None, PRESENT), Seat(None, DEPUTY)], ""),
        (BoardQuorum(2, deputies_count=False), [Seat(None, PRESENT), Seat(None, DEPUTY)], "one more member"),
        # The police are a member, too: nobody is asked for twice.
        (BoardQuorum(2, frozenset({POLICE})), [Seat(None, PRESENT)], "the police"),
        (BoardQuorum(3, frozenset({POLICE})), [Seat(None, PRESENT)], "the police and one more member"),
        (
            BoardQuorum(0, frozenset({POLICE, HEALTH})),
            [Seat(None, PRESENT)],
            "the NHS integrated care board and the police",
        ),
        (BoardQuorum(0, frozenset({POLICE}), deputies_count=False), [Seat(POLICE, DEPUTY)], "the police"),
        (BoardQuorum(), [], ""),
    ],
)
def test_what_a_meeting_lacks(quorum, came, words):
    assert lacking(quorum, came).words == words
    assert bool(lacking(quorum, came)) == bool(words)


@given(quorums, seats)
def test_who_comes_besides_never_makes_it_less_quorate(quorum, came):
    before = lacking(quorum, came)
    after = lacking(quorum, [*came, Seat(POLICE, PRESENT)])
    assert len(after.partners) <= len(before.partners)
    assert after.members + len(after.partners) <= before.members + len(before.partners)


@given(quorums, seats)
def test_with_all_that_is_lacking_it_is_quorate(quorum, came):
    missing = lacking(quorum, came)
    added = [Seat(partner, PRESENT) for partner in missing.partners]
    added += [Seat(None, PRESENT)] * missing.members
    assert not lacking(quorum, [*came, *added])


def test_a_rule_in_words():
    everybody = frozenset(SafeguardingPartner)
    assert quorum_words(BoardQuorum()) == "No quorum is set"
    assert quorum_words(BoardQuorum(1)) == "1 member; deputies count"
    assert quorum_words(BoardQuorum(0, frozenset({POLICE}), deputies_count=False)) == (
        "The police; deputies do not count"
    )
    assert quorum_words(BoardQuorum(6, everybody)) == (
        "6 members, among them the local authority, the NHS integrated care board and the police; deputies count"
    )


def test_a_quorum_that_nobody_could_mean_is_refused():
    for members in (-1, 101):
        with pytest.raises(ValueError, match="from 0 to 100 members"):
            BoardQuorum(members)


def test_a_year_is_counted_with_deputies_told_apart():
    counted = attended([PRESENT, DEPUTY, DEPUTY, APOLOGIES, ABSENT])
    assert (counted.meetings, counted.present, counted.deputy) == (5, 1, 2)
    assert (counted.apologies, counted.absent, counted.represented) == (1, 1, 3)


def test_an_agency_was_there_as_the_member_who_was_most_there():
    assert best_of([ABSENT, DEPUTY, APOLOGIES]) is DEPUTY
    assert best_of([APOLOGIES, PRESENT]) is PRESENT
    assert best_of([ABSENT, APOLOGIES]) is APOLOGIES


def test_a_deputy_is_there_where_deputies_count():
    assert is_there(DEPUTY)
    assert not is_there(DEPUTY, deputies_count=False)
    assert not is_there(None)
