"""The one order of a timeline, whatever order its sources give, and what of it somebody asks for."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.timelines import KIND_WORDS, Happening, TimelineKind, Wanted, in_order, of_child

DAY = date(2026, 6, 10)

happenings = st.lists(
    st.builds(
        Happening,
        kind=st.sampled_from(TimelineKind),
        on=st.integers(-3, 3).map(lambda days: DAY + timedelta(days=days)),
        id=st.integers(1, 4),
        what=st.just("It happened"),
        place=st.integers(0, 1),
        child_id=st.sampled_from([None, 1, 2]),
        invitation_id=st.sampled_from([None, 7, 8]),
    ),
    unique_by=lambda one: (one.kind, one.id, one.place),
)


@given(happenings, st.randoms())
def test_the_order_is_total_and_does_not_depend_on_where_a_line_came_from(found, chance):
    ordered = in_order(found)
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert in_order(shuffled) == ordered
    assert in_order(ordered) == ordered
    keys = [one.key for one in ordered]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys, reverse=True)
    assert sorted(map(repr, ordered)) == sorted(map(repr, found))


@given(happenings)
def test_days_run_from_the_newest_to_the_oldest(found):
    days = [one.on for one in in_order(found)]
    assert days == sorted(days, reverse=True)


@given(happenings, st.sampled_from([None, *TimelineKind]), st.integers(-4, 4), st.integers(-4, 4))
def test_filters_keep_what_is_asked_for_and_nothing_else(found, kind, first, last):
    wanted = Wanted(kind, DAY + timedelta(days=first), DAY + timedelta(days=last))
    kept = [one for one in found if wanted.has(one)]
    for one in found:
        fits = (kind is None or one.kind is kind) and wanted.from_day <= one.on <= wanted.to_day
        assert (one in kept) == fits
    assert all(Wanted().has(one) for one in found)


def test_of_one_day_what_followed_stands_above_what_it_followed_from():
    one_day = [Happening(kind, DAY, 1, "") for kind in TimelineKind]
    assert [one.kind for one in in_order(one_day)] == [
        TimelineKind.ESCALATION,
        TimelineKind.ACTION,
        TimelineKind.PLAN,
        TimelineKind.DECISION,
        TimelineKind.ATTENDANCE,
        TimelineKind.MEETING,
        TimelineKind.REPORT,
    ]


@given(happenings)
def test_a_childs_timeline_holds_nothing_of_a_brother_or_sister_alone(found):
    own = of_child(found, 1, frozenset({7}))
    assert all(one.child_id in (None, 1) for one in own)
    # The report of an agency that does not know the child is about the others; what else it did is the family's.
    assert not any(one.kind is TimelineKind.REPORT and one.invitation_id == 7 for one in own)
    left_out = [one for one in found if one not in own]
    assert all(one.child_id == 2 or (one.kind is TimelineKind.REPORT and one.invitation_id == 7) for one in left_out)


def test_every_kind_has_words():
    assert set(KIND_WORDS) == set(TimelineKind)
    assert len(set(KIND_WORDS.values())) == len(KIND_WORDS)
