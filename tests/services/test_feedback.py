"""Feedback: cards, what is given by them and kept without them, and that nobody gets in by guessing."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from portal.database.session import db, writing
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.feedback import LIVES_FOR, LONGEST_WORDS, MOST_USES
from portal.domain.feedback_vocabulary import Agreement, Audience, Reply
from portal.domain.feedback_words import SHARED_BEFORE
from portal.models.activity import Activity
from portal.models.feedback import Feedback, FeedbackCard, FeedbackForm, FeedbackReply
from portal.models.meetings import Invitation, Meeting
from portal.models.report_sharing import ReportSharing
from portal.services.feedback.cards import cards_page, end_card, find_card, make_card
from portal.services.feedback.ending import forget_ended
from portal.services.feedback.giving import NoSuchCard, open_card
from portal.services.throttle import Throttled
from tests.services.feedback_steps import BASE, all_yes, card, give, newest, replies_of
from tests.services.racing import at_once
from tests.services.rows import change, stored
from tests.world import NOW
from tests.world_feedback import CODES

FAMILY = CODES["a.initial/family"]


@pytest.fixture
def initial(world):
    return world.meeting("a.initial")


@pytest.fixture
def past(world):
    return world.meeting("a.past_initial")


# Cards.


def test_a_card_is_made_once_for_each_side_and_given_again(viewer, past):
    chair = viewer("a.second_chair")
    made = make_card(chair, past.id, Audience.FAMILY)
    assert make_card(viewer("a.coordinator"), past.id, Audience.FAMILY) == made
    page = cards_page(chair, past.id)
    assert page.may_ask
    assert set(page.printed) == set(Audience)
    assert page.printed[Audience.FAMILY].id == made
    row = stored(FeedbackCard, made)
    assert (row.uses, row.most_uses, row.expires_at) == (0, MOST_USES[Audience.FAMILY], NOW + LIVES_FOR)


def test_two_who_make_a_card_at_once_get_the_same(app, viewer, past):
    calls = [partial(make_card, viewer(name), past.id, Audience.FAMILY) for name in ("a.second_chair", "a.manager")]
    assert len(set(at_once(app, *calls))) == 1
    db.session.rollback()
    made = select(func.count()).where(FeedbackCard.meeting_id == past.id, FeedbackCard.audience == Audience.FAMILY)
    assert db.session.scalar(made) == 1


def test_a_card_shows_its_address_and_a_picture_of_it(viewer, initial, world):
    shown = find_card(viewer("a.chair"), initial.id, world.feedback_cards["a.initial/family"], f"{BASE}/")
    assert shown.address == f"portal.example/f/{FAMILY[:5]}-{FAMILY[5:]}"
    assert shown.picture.startswith("<svg")
    assert "style" not in shown.picture


def test_codes_stand_in_the_database_encrypted_and_keyed(world, app):
    with writing() as session:
        rows = session.connection().exec_driver_sql("SELECT code, code_index FROM feedback_cards").all()
    assert rows
    for row in rows:
        assert all(code.encode() not in bytes(part) for part in row for code in CODES.values())


def test_nobody_is_asked_before_the_day_or_about_another_kind_of_meeting(viewer, world):
    for key in ("a.review", "a.strategy", "a.core_group", "a.cancelled"):
        with pytest.raises(NotPermitted):
            make_card(viewer("a.manager"), world.meeting(key).id, Audience.FAMILY)


def test_others_make_none_and_see_none(viewer, initial, world):
    number = world.feedback_cards["a.initial/family"]
    for key in ("a.second_chair", "b.chair", "b.coordinator"):
        for refused in (
            lambda who: make_card(who, initial.id, Audience.FAMILY),
            lambda who: find_card(who, initial.id, number, BASE),
            lambda who: end_card(who, initial.id, number),
            lambda who: cards_page(who, initial.id),
        ):
            with pytest.raises(NotVisible):
                refused(viewer(key))
    with pytest.raises(NotPermitted):
        make_card(viewer("a.gp.lead"), initial.id, Audience.FAMILY)


def test_a_card_that_was_ended_opens_nothing_and_another_can_be_made(viewer, initial, world):
    chair = viewer("a.chair")
    end_card(chair, initial.id, world.feedback_cards["a.initial/family"])
    with pytest.raises(NoSuchCard):
        open_card(FAMILY, NOW, "192.0.2.1")
    again = card(chair, initial.id)
    assert again.replace("-", "") != FAMILY
    assert open_card(again, NOW, "192.0.2.1").audience is Audience.FAMILY


# Giving.


def test_what_is_given_is_kept_with_a_month_and_a_kind_and_nothing_else(world, initial, past, viewer):
    change(Meeting, past.id, held_on=date(2026, 5, 13))
    code = card(viewer("a.second_chair"), past.id)
    give(code, words=" Thank you. ", understood=Reply.NO, **{SHARED_BEFORE: Reply.YES})
    [kept] = newest()
    meeting = stored(Meeting, past.id)
    assert (kept.month, kept.meeting_type_id) == (date(2026, 5, 1), meeting.meeting_type_id)
    assert (kept.partnership_id, kept.audience, kept.words) == (meeting.partnership_id, Audience.FAMILY, "Thank you.")
    assert replies_of(kept) == {SHARED_BEFORE: Reply.YES, "understood": Reply.NO}
    columns = {column.name for table in (Feedback, FeedbackReply) for column in table.__table__.columns}
    assert columns == {
        *("id", "partnership_id", "month", "meeting_type_id", "audience", "language", "agreement", "words"),
        *("feedback_id", "question", "reply"),
    }


def test_the_trail_says_that_something_was_given_and_not_about_what(world, viewer, past):
    code = card(viewer("a.second_chair"), past.id)
    give(code, **all_yes())
    db.session.rollback()
    row = db.session.scalars(select(Activity).where(Activity.verb == "feedback.given")).one()
    assert (row.subject, row.subject_id) == ("partnership", world.partnerships["a"])
    assert (row.user_id, row.membership_id, row.agency_id) == (None, None, None)


def test_numbers_come_by_chance_so_that_no_order_is_kept(world):
    for _ in range(8):
        give(FAMILY, **all_yes())
    numbers = [row.id for row in newest()]
    assert len(set(numbers)) == 8
    assert max(numbers) > 2**40


def test_the_same_form_counts_once_and_another_of_the_same_family_counts_too(world):
    give(FAMILY, form="the same", **all_yes())
    give(FAMILY, form="the same", **all_yes())
    assert len(newest()) == 1
    assert stored(FeedbackCard, world.feedback_cards["a.initial/family"]).uses == 1
    give(FAMILY, form="another", **all_yes())
    assert len(newest()) == 2


def test_pressed_twice_at_once_it_counts_once(app, world):
    outcomes = at_once(app, *(partial(give, FAMILY, form="pressed", **all_yes()) for _ in range(4)))
    assert outcomes == [None] * 4
    assert len(newest()) == 1


def test_a_card_is_good_for_so_many_and_not_one_more_however_many_send_at_once(app, world):
    number = world.feedback_cards["a.initial/family"]
    change(FeedbackCard, number, uses=MOST_USES[Audience.FAMILY] - 2)
    outcomes = at_once(app, *(partial(give, FAMILY, **all_yes()) for _ in range(5)))
    assert sorted(type(one).__name__ for one in outcomes) == ["NoSuchCard"] * 3 + ["NoneType"] * 2
    assert len(newest()) == 2
    assert stored(FeedbackCard, number).uses == MOST_USES[Audience.FAMILY]


def test_nothing_too_long_and_another_sides_questions_are_refused_and_nothing_is_kept(world):
    number = world.feedback_cards["a.initial/family"]
    for words, replies in (("", {}), ("x" * (LONGEST_WORDS + 1), {}), ("", all_yes(Audience.PROFESSIONAL))):
        with pytest.raises(Invalid):
            give(FAMILY, words=words, **replies)
    assert newest() == []
    assert stored(FeedbackCard, number).uses == 0


def test_opening_changes_nothing(world, app):
    number = world.feedback_cards["a.initial/family"]
    before = stored(FeedbackCard, number)
    for _ in range(30):
        assert open_card(FAMILY.lower(), NOW, "192.0.2.1").audience is Audience.FAMILY
    assert stored(FeedbackCard, number).uses == before.uses == 0
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(FeedbackForm)) == 0


# What the record says.


@pytest.fixture
def unshared(initial):
    """Reports came, and nothing says that the family saw any."""
    for invited in initial.invitations.values():
        change(Invitation, invited.id, report_received_on=None, report_shared_on=None)
    with writing() as session:
        for row in session.scalars(select(ReportSharing)):
            row.taken_back_at = NOW
    change(Invitation, initial.invitations["police"].id, report_received_on=date(2026, 6, 8))


@pytest.mark.parametrize(
    ("shared_on", "reply", "expected"),
    [
        (date(2026, 6, 10), Reply.YES, Agreement.AGREES),
        (date(2026, 6, 11), Reply.YES, Agreement.DIFFERS),
        (None, Reply.YES, Agreement.DIFFERS),
        (None, Reply.NO, Agreement.AGREES),
        (date(2026, 6, 9), Reply.NO, Agreement.DIFFERS),
        (date(2026, 6, 9), Reply.NOT_SURE, Agreement.NOT_KNOWN),
    ],
)
def test_an_answer_meets_the_record_of_sharing(unshared, initial, shared_on, reply, expected):
    change(Invitation, initial.invitations["police"].id, report_shared_on=shared_on)
    give(FAMILY, **{SHARED_BEFORE: reply})
    assert [row.agreement for row in newest()] == [expected]


def test_a_person_who_was_shown_it_counts_as_shared_until_that_is_taken_back(world, unshared, viewer, past):
    with writing() as session:
        row = session.scalars(select(ReportSharing)).first()
        row.taken_back_at, row.shared_on = None, date(2026, 5, 1)
        place = session.scalars(select(Invitation.meeting_id).where(Invitation.id == row.invitation_id)).one()
        number, partnership = row.id, row.partnership_id
    key = "a" if partnership == world.partnerships["a"] else "b"
    assert place == world.meeting(f"{key}.past_initial").id
    code = card(viewer(f"{key}.manager"), place)
    for invited in world.meeting(f"{key}.past_initial").invitations.values():
        change(Invitation, invited.id, report_shared_on=None)
    give(code, **{SHARED_BEFORE: Reply.YES})
    change(ReportSharing, number, taken_back_at=NOW)
    give(code, **{SHARED_BEFORE: Reply.YES})
    assert sorted(row.agreement for row in newest()) == [Agreement.AGREES, Agreement.DIFFERS]


def test_without_a_report_the_record_says_nothing(initial, unshared):
    change(Invitation, initial.invitations["police"].id, report_received_on=None)
    give(FAMILY, **{SHARED_BEFORE: Reply.YES})
    assert [row.agreement for row in newest()] == [Agreement.NOT_KNOWN]


def test_a_professionals_word_is_not_held_against_the_record(world):
    give(CODES["a.past_initial/professional"], **all_yes(Audience.PROFESSIONAL))
    assert [row.agreement for row in newest()] == [None]


# Guessing, and the end of a card.


def test_a_hundred_wrong_codes_from_an_address_and_no_right_one_is_taken_from_there(world):
    for number in range(100):
        with pytest.raises(NoSuchCard):
            open_card(f"QQQQQ{number:05d}", NOW, "198.51.100.4")
    for code in (FAMILY, "QQQQQQQQQQ", "not a code"):
        with pytest.raises(Throttled):
            open_card(code, NOW, "198.51.100.4")
    with pytest.raises(Throttled):
        give(FAMILY, address="198.51.100.4", **all_yes())
    assert open_card(FAMILY, NOW, "198.51.100.5").audience is Audience.FAMILY
    assert open_card(FAMILY, NOW + timedelta(minutes=6), "198.51.100.4").audience is Audience.FAMILY


def test_wrong_codes_lock_nobody_out_of_signing_in(world, new_client, sign_in):
    for number in range(100):
        with pytest.raises(NoSuchCard):
            open_card(f"QQQQQ{number:05d}", NOW, "127.0.0.1")
    client = new_client()
    sign_in(client, world.person("a.board"))
    assert client.get("/").status_code == 200


def test_a_card_that_has_ended_is_as_one_that_never_was_and_goes(world, app):
    number = world.feedback_cards["a.initial/family"]
    after = NOW + LIVES_FOR
    give(FAMILY, **all_yes())
    refusals = []
    for code in (FAMILY, "QQQQQQQQQQ"):
        with pytest.raises(NoSuchCard) as refused:
            open_card(code, after, "192.0.2.1")
        refusals.append(str(refused.value))
    assert len(set(refusals)) == 1
    assert forget_ended(NOW) == 0
    assert forget_ended(after) >= 2
    assert forget_ended(after) == 0
    db.session.rollback()
    assert db.session.get(FeedbackCard, number) is None
    assert len(newest()) == 1


def test_a_card_that_is_used_up_goes_at_once(world):
    change(FeedbackCard, world.feedback_cards["a.initial/family"], uses=MOST_USES[Audience.FAMILY])
    assert forget_ended(NOW) == 1
