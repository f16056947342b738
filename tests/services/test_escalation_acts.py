"""What people do to an escalation, whom each act tells, and what it is refused for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import (
    ChildSafe,
    EntryKind,
    EscalationStatus,
    Learning,
    Resolution,
    Side,
    Turn,
)
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.services.escalations import acting, ending
from portal.services.escalations.clocks import end_clocks
from tests.services.escalation_steps import (
    ALERT,
    DISAGREEMENT,
    entries,
    notices,
    raised,
    row,
    told,
    verbs,
)
from tests.services.racing import at_once
from tests.world import NOW

LATER = NOW + timedelta(hours=1)
TOO_LONG = "x" * 5_001


def june(day: int) -> datetime:
    """Five o'clock in London on a day of June 2026."""
    return datetime(2026, 6, day, 16, tzinfo=UTC)


@pytest.fixture
def disagreement(world, viewer_of):
    """The school's with the GP, about the initial conference."""
    return raised(world, viewer_of, "a.school.lead", "gp", DISAGREEMENT)


@pytest.fixture
def alert(world, viewer_of):
    """The chair's with social care's west team; informal."""
    return raised(world, viewer_of, "a.chair", "social_care", ALERT, meeting="strategy")


@pytest.fixture
def praise(world, viewer_of):
    """The chair's thanks to the west team."""
    return raised(world, viewer_of, "a.chair", "social_care", ALERT, meeting="strategy", is_positive=True)


@pytest.fixture
def gp_lead(viewer):
    """The lead of the agency that is asked, an hour later."""
    return viewer("a.gp.lead", now=LATER)


@pytest.fixture
def school(viewer):
    """Whoever raised the disagreement, an hour later."""
    return viewer("a.school.lead", now=LATER)


def version(escalation_id):
    """What an act is based on now."""
    return row(escalation_id).version


def replied(viewer, escalation_id):
    """The agency that is asked has replied."""
    acting.reply(viewer, escalation_id, "We shall come.", version(escalation_id))


def heard(world, escalation_id, kind):
    """Who was told something of a kind, by name."""
    names = {hat.membership_id: person.key for person, hat in world.wearers()}
    return {names[one.membership_id] for one in notices(escalation_id) if one.kind is kind}


class TestReplying:
    """The agency that is asked says something to it."""

    def test_it_is_for_the_other_side_then(self, world, disagreement, gp_lead):
        acting.reply(gp_lead, disagreement, "  We shall come. ", version(disagreement))
        one, last = row(disagreement), entries(disagreement)[-1]
        assert (one.turn, one.stage, one.due_at) == (Turn.RAISED_BY, 1, june(12))
        assert (last.number, last.kind, last.side, last.text) == (
            2,
            EntryKind.REPLY,
            Side.RAISED_WITH,
            "We shall come.",
        )
        assert (last.by_user_id, last.by_membership_id, last.at) == (
            gp_lead.user_id,
            gp_lead.membership_id,
            LATER,
        )
        assert last.due_at == one.due_at
        assert heard(world, disagreement, NoticeKind.ESCALATION_REPLY) == {"a.school.lead"}
        assert verbs(disagreement)[-1] == "escalation.replied"

    def test_at_the_first_stage_a_practitioner_may(self, viewer, disagreement):
        replied(viewer("a.gp.practitioner"), disagreement)
        assert row(disagreement).turn is Turn.RAISED_BY

    def test_above_it_only_the_lead(self, viewer, school, disagreement):
        acting.move_up(school, disagreement, 2, "Nobody answers.", "", version(disagreement))
        with pytest.raises(NotPermitted):
            replied(viewer("a.gp.practitioner"), disagreement)
        replied(viewer("a.gp.lead"), disagreement)

    def test_the_side_that_raised_it_does_not_reply_to_itself(self, viewer, school, disagreement):
        for one in (school, viewer("a.manager")):
            with pytest.raises(NotPermitted):
                replied(one, disagreement)

    def test_a_third_agency_finds_nothing(self, viewer, disagreement):
        for name in ("a.other_gp.lead", "b.gp.lead", "a.second_chair", "a.coordinator", "a.board"):
            with pytest.raises(NotVisible):
                replied(viewer(name), disagreement)

    @pytest.mark.parametrize("text", ["", "  \n ", TOO_LONG])
    def test_it_must_say_something_that_fits(self, gp_lead, disagreement, text):
        with pytest.raises(Invalid) as refused:
            acting.reply(gp_lead, disagreement, text, version(disagreement))
        assert set(refused.value.errors) == {"text"}
        assert len(entries(disagreement)) == 1

    def test_of_two_at_once_one_is_kept_and_the_other_keeps_what_they_typed(self, app, viewer, gp_lead, disagreement):
        seen, colleague = version(disagreement), viewer("a.gp.practitioner", now=LATER)
        db.session.rollback()
        outcomes = at_once(
            app,
            lambda: acting.reply(gp_lead, disagreement, "The lead's reply.", seen),
            lambda: acting.reply(colleague, disagreement, "The colleague's reply.", seen),
        )
        (lost,) = [one for one in outcomes if one is not None]
        assert isinstance(lost, Conflict)
        kept = entries(disagreement)[-1].text
        assert {kept, lost.mine["Your reply"]} == {"The lead's reply.", "The colleague's reply."}
        assert lost.theirs["Whose turn"] == "Those who raised it"
        assert len(entries(disagreement)) == 2


class TestPraise:
    """It ends with thanks, and is nothing to be escalated."""

    @pytest.mark.parametrize("text", ["", "How kind!"])
    def test_thanks_close_it(self, world, viewer, praise, text):
        acting.reply(viewer("a.social_care.west"), praise, text, version(praise))
        one, last = row(praise), entries(praise)[-1]
        assert (one.status, one.resolution, one.turn) == (
            EscalationStatus.RESOLVED,
            Resolution.ACKNOWLEDGED,
            Turn.NOBODY,
        )
        assert (last.kind, last.text, last.resolution) == (EntryKind.RESOLUTION, text, Resolution.ACKNOWLEDGED)
        assert "a.chair" in heard(world, praise, NoticeKind.ALERT_CLOSED)

    def test_nobody_moves_it_up_or_gives_it_time(self, viewer, praise):
        chair = viewer("a.chair")
        with pytest.raises(Invalid) as refused:
            acting.move_up(chair, praise, 2, "Why not?", "", version(praise))
        assert set(refused.value.errors) == {"to_stage"}
        with pytest.raises(Invalid) as refused:
            acting.extend(chair, praise, 1, "Why not?", version(praise))
        assert set(refused.value.errors) == {"working_days"}

    def test_nobody_asks_whether_the_child_was_safe(self, viewer, praise):
        chair = viewer("a.chair")
        with pytest.raises(Invalid) as refused:
            ending.resolve(chair, praise, Resolution.DONE, "They know.", None, None, version(praise))
        assert set(refused.value.errors) == {"resolution"}
        ending.resolve(chair, praise, Resolution.ACKNOWLEDGED, "They know.", None, None, version(praise))
        assert row(praise).status is EscalationStatus.RESOLVED


class TestAskingAgain:
    """The reply was not enough."""

    def test_the_same_people_are_asked_and_have_the_stage_once_more(self, world, viewer, gp_lead, disagreement):
        replied(gp_lead, disagreement)
        tomorrow = viewer("a.school.lead", now=NOW + timedelta(days=1))
        acting.ask_again(tomorrow, disagreement, "And when?", version(disagreement))
        one, last = row(disagreement), entries(disagreement)[-1]
        assert (one.turn, one.stage, one.due_at) == (Turn.RAISED_WITH, 1, june(15))
        assert (last.kind, last.side, last.text) == (EntryKind.ASKED_AGAIN, Side.RAISED_BY, "And when?")
        assert heard(world, disagreement, NoticeKind.ESCALATION_DUE) == {"a.gp.lead"}
        due = [one for one in notices(disagreement) if one.kind is NoticeKind.ESCALATION_DUE]
        assert {one.due_at for one in due} == {june(15)}
        assert {one.place for one in due} == {1}

    def test_as_often_as_it_takes(self, viewer, gp_lead, school, disagreement):
        for _ in range(3):
            replied(gp_lead, disagreement)
            acting.ask_again(school, disagreement, "And when?", version(disagreement))
        assert len([one for one in notices(disagreement) if one.kind is NoticeKind.ESCALATION_DUE]) == 3

    def test_not_before_there_is_a_reply(self, school, disagreement):
        with pytest.raises(Invalid) as refused:
            acting.ask_again(school, disagreement, "And?", version(disagreement))
        assert refused.value.errors == {"text": ["The other side has not replied yet."]}

    def test_it_is_for_those_who_raised_it(self, gp_lead, disagreement):
        replied(gp_lead, disagreement)
        with pytest.raises(NotPermitted):
            acting.ask_again(gp_lead, disagreement, "And?", version(disagreement))

    def test_with_words(self, school, gp_lead, disagreement):
        replied(gp_lead, disagreement)
        with pytest.raises(Invalid):
            acting.ask_again(school, disagreement, " ", version(disagreement))


class TestContacts:
    """Both sides note that they spoke or met; neither the turn nor the clock changes."""

    @pytest.mark.parametrize("kind", acting.CONTACTS)
    def test_the_other_side_hears_of_it(self, world, gp_lead, school, disagreement, kind):
        before = version(disagreement), row(disagreement).turn, row(disagreement).due_at
        acting.add_contact(gp_lead, disagreement, kind, "We spoke.")
        assert heard(world, disagreement, NoticeKind.ESCALATION_REPLY) == {"a.school.lead"}
        acting.add_contact(school, disagreement, kind, "We spoke again.")
        assert heard(world, disagreement, NoticeKind.ESCALATION_REPLY) == {"a.school.lead", "a.gp.lead"}
        assert [one.kind for one in entries(disagreement)[1:]] == [kind, kind]
        assert before == (version(disagreement), row(disagreement).turn, row(disagreement).due_at)

    def test_the_manager_writes_for_the_partnership(self, viewer, disagreement):
        acting.add_contact(viewer("a.manager"), disagreement, EntryKind.MEETING, "All met.")
        assert entries(disagreement)[-1].side is Side.PARTNERSHIP

    @pytest.mark.parametrize("kind", [one for one in EntryKind if one not in acting.CONTACTS])
    def test_nobody_writes_another_kind_of_entry_so(self, school, disagreement, kind):
        with pytest.raises(Invalid) as refused:
            acting.add_contact(school, disagreement, kind, "We spoke.")
        assert set(refused.value.errors) == {"kind"}

    def test_a_chair_who_only_sees_it_adds_nothing(self, viewer, disagreement):
        with pytest.raises(NotPermitted):
            acting.add_contact(viewer("a.chair"), disagreement, EntryKind.CONTACT, "I spoke with both.")

    def test_two_at_once_are_both_kept_under_numbers_of_their_own(self, app, gp_lead, school, disagreement):
        db.session.rollback()
        outcomes = at_once(
            app,
            *(
                lambda one=one: acting.add_contact(one, disagreement, EntryKind.CONTACT, "We spoke.")
                for one in (gp_lead, school, gp_lead, school)
            ),
        )
        assert outcomes == [None] * 4
        assert [one.number for one in entries(disagreement)] == [1, 2, 3, 4, 5]


class TestMovingUp:
    """Those who raised it go to the next people."""

    def test_the_next_stage_its_people_and_both_sides_are_told(self, world, school, disagreement):
        acting.move_up(school, disagreement, 2, "Nobody answers.", "", version(disagreement))
        one, last = row(disagreement), entries(disagreement)[-1]
        assert (one.stage, one.turn, one.stage_entered_at, one.due_at) == (2, Turn.RAISED_WITH, LATER, june(15))
        assert (last.kind, last.from_stage, last.to_stage, last.text) == (
            EntryKind.STAGE_CHANGE,
            1,
            2,
            "Nobody answers.",
        )
        assert last.told == ["Agency lead"]
        assert set(told(disagreement, 2)) == {world.person("a.gp.lead").hat.membership_id}
        assert heard(world, disagreement, NoticeKind.ESCALATION_STAGE) == {"a.gp.lead"}

    def test_only_what_is_urgent_skips_and_the_log_says_why(self, world, school, disagreement):
        with pytest.raises(Invalid) as refused:
            acting.move_up(school, disagreement, 4, "Nobody answers.", "", version(disagreement))
        assert set(refused.value.errors) == {"to_stage"}
        acting.move_up(school, disagreement, 4, "Nobody answers.", "He is at home.", version(disagreement))
        one = row(disagreement)
        assert (one.stage, one.is_urgent) == (4, True)
        assert entries(disagreement)[-1].text == "Nobody answers.\n\nUrgent: He is at home."
        hears = heard(world, disagreement, NoticeKind.ESCALATION_STAGE)
        assert hears == {"a.gp.lead", "a.manager", "a.business_manager", "a.scrutineer"}
        stages = [one for one in notices(disagreement) if one.kind is NoticeKind.ESCALATION_STAGE]
        assert {one.urgency for one in stages} == {Urgency.URGENT}

    def test_an_informal_alert_becomes_formal(self, viewer, alert):
        acting.move_up(viewer("a.chair", now=LATER), alert, 2, "Still no visit.", "", version(alert))
        assert row(alert).formal_at == LATER
        assert {one.kind for one in notices(alert)} == {NoticeKind.ALERT_RAISED, NoticeKind.ALERT_STAGE}

    def test_what_was_typed_is_kept_where_the_clock_came_first(self, school, disagreement):
        seen = version(disagreement)
        acting.move_up(school, disagreement, 2, "First.", "", seen)
        with pytest.raises(Conflict) as lost:
            acting.move_up(school, disagreement, 2, "Second.", "Urgent.", seen)
        assert lost.value.mine == {"Your reason": "Second.", "Why it is urgent": "Urgent."}
        assert lost.value.theirs["Stage"] == "2"

    def test_the_agency_that_is_asked_does_not_move_it(self, gp_lead, disagreement):
        with pytest.raises(NotPermitted):
            acting.move_up(gp_lead, disagreement, 2, "Please.", "", version(disagreement))

    def test_with_a_reason_that_fits(self, school, disagreement):
        for reason, urgent, fields in (("", "", {"reason"}), (TOO_LONG, TOO_LONG, {"reason", "urgent_reason"})):
            with pytest.raises(Invalid) as refused:
                acting.move_up(school, disagreement, 2, reason, urgent, version(disagreement))
            assert set(refused.value.errors) == fields


class TestMoreTime:
    """Given by those who raised it, within limits, with a reason."""

    def test_both_sides_are_told(self, world, school, disagreement):
        acting.extend(school, disagreement, 2, "The doctor is back on Tuesday.", version(disagreement))
        one, last = row(disagreement), entries(disagreement)[-1]
        assert (one.due_at, one.extended_days) == (june(16), 2)
        assert (last.kind, last.due_at) == (EntryKind.EXTENSION, june(16))
        assert heard(world, disagreement, NoticeKind.ESCALATION_REPLY) == {"a.gp.lead"}

    @pytest.mark.parametrize("days", [0, -1, 3])
    def test_no_more_than_the_stage_itself(self, school, disagreement, days):
        with pytest.raises(Invalid) as refused:
            acting.extend(school, disagreement, days, "A reason.", version(disagreement))
        assert set(refused.value.errors) == {"working_days"}

    def test_with_a_reason_by_whoever_may_and_on_what_they_saw(self, school, gp_lead, disagreement):
        seen = version(disagreement)
        with pytest.raises(Invalid) as refused:
            acting.extend(school, disagreement, 1, "", seen)
        assert set(refused.value.errors) == {"reason"}
        with pytest.raises(NotPermitted):
            acting.extend(gp_lead, disagreement, 1, "A reason.", seen)
        acting.extend(school, disagreement, 1, "A reason.", seen)
        with pytest.raises(Conflict):
            acting.extend(school, disagreement, 1, "Another.", seen)


class TestEnding:
    """Resolved, withdrawn, and what it came to."""

    def test_it_is_closed_with_its_outcome_for_the_child(self, world, school, disagreement):
        ending.resolve(
            school,
            disagreement,
            Resolution.PLAN_AGREED,
            "They come from now on.",
            ChildSafe.SAFE,
            Learning.INVITATIONS,
            version(disagreement),
        )
        one, last = row(disagreement), entries(disagreement)[-1]
        assert (one.status, one.turn, one.due_at) == (EscalationStatus.RESOLVED, Turn.NOBODY, None)
        assert (one.closed_at, one.closed_by_id) == (LATER, school.user_id)
        for kept in (one, last):
            assert (kept.resolution, kept.child_safe, kept.learning) == (
                Resolution.PLAN_AGREED,
                ChildSafe.SAFE,
                Learning.INVITATIONS,
            )
        assert (last.kind, last.text) == (EntryKind.RESOLUTION, "They come from now on.")
        assert heard(world, disagreement, NoticeKind.ESCALATION_CLOSED) == {"a.gp.lead"}

    def test_what_is_missing_is_said_at_once(self, school, disagreement):
        with pytest.raises(Invalid) as refused:
            ending.resolve(school, disagreement, None, "", None, None, version(disagreement))
        assert set(refused.value.errors) == {"resolution", "text", "child_safe"}

    @pytest.mark.parametrize("resolution", [Resolution.ACKNOWLEDGED, Resolution.WITHDRAWN])
    def test_thanks_are_for_praise_and_withdrawing_has_a_page_of_its_own(self, school, disagreement, resolution):
        with pytest.raises(Invalid) as refused:
            ending.resolve(school, disagreement, resolution, "Done.", ChildSafe.SAFE, None, version(disagreement))
        assert set(refused.value.errors) == {"resolution"}

    def test_withdrawn(self, world, school, disagreement):
        with pytest.raises(Invalid):
            ending.withdraw(school, disagreement, "", version(disagreement))
        ending.withdraw(school, disagreement, "It was another surgery.", version(disagreement))
        one, last = row(disagreement), entries(disagreement)[-1]
        assert (one.status, one.resolution) == (EscalationStatus.WITHDRAWN, Resolution.WITHDRAWN)
        assert (last.kind, last.resolution) == (EntryKind.RESOLUTION, Resolution.WITHDRAWN)
        assert heard(world, disagreement, NoticeKind.ESCALATION_CLOSED) == {"a.gp.lead"}
        with pytest.raises(NotPermitted):
            ending.record_outcome(school, disagreement, ChildSafe.SAFE, None, "", version(disagreement))

    def test_what_is_closed_stays_as_it_is(self, school, gp_lead, viewer, disagreement):
        ending.withdraw(school, disagreement, "In error.", version(disagreement))
        now = version(disagreement)
        manager = viewer("a.manager")
        for act in (
            lambda: acting.reply(gp_lead, disagreement, "Text.", now),
            lambda: acting.ask_again(school, disagreement, "Text.", now),
            lambda: acting.add_contact(school, disagreement, EntryKind.CONTACT, "Text."),
            lambda: acting.move_up(manager, disagreement, 2, "Text.", "", now),
            lambda: acting.extend(manager, disagreement, 1, "Text.", now),
            lambda: ending.resolve(manager, disagreement, Resolution.DONE, "Text.", ChildSafe.SAFE, None, now),
            lambda: ending.withdraw(manager, disagreement, "Text.", now),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert len(entries(disagreement)) == 2

    def test_the_manager_ends_anybodys_and_both_sides_hear(self, world, viewer, disagreement):
        manager = viewer("a.manager")
        ending.resolve(
            manager,
            disagreement,
            Resolution.DECISION_STANDS,
            "Heard.",
            ChildSafe.NOT_KNOWN,
            None,
            version(disagreement),
        )
        assert entries(disagreement)[-1].side is Side.PARTNERSHIP
        assert heard(world, disagreement, NoticeKind.ESCALATION_CLOSED) == {"a.gp.lead", "a.school.lead"}

    def test_those_who_are_asked_do_not_end_it(self, gp_lead, disagreement):
        with pytest.raises(NotPermitted):
            ending.withdraw(gp_lead, disagreement, "Not us.", version(disagreement))

    @pytest.mark.parametrize("is_closed", [False, True])
    def test_the_outcome_may_be_recorded_apart(self, school, disagreement, is_closed):
        if is_closed:
            ending.resolve(
                school, disagreement, Resolution.DONE, "Done.", ChildSafe.NOT_KNOWN, None, version(disagreement)
            )
        ending.record_outcome(
            school, disagreement, ChildSafe.NOT_SAFE, Learning.CAPACITY, "He was alone.", version(disagreement)
        )
        child, learning = entries(disagreement)[-2:]
        assert (child.kind, child.child_safe, child.text) == (
            EntryKind.CHILD_OUTCOME,
            ChildSafe.NOT_SAFE,
            "He was alone.",
        )
        assert (learning.kind, learning.learning, learning.text) == (EntryKind.LEARNING, Learning.CAPACITY, "")
        assert (row(disagreement).child_safe, row(disagreement).learning) == (ChildSafe.NOT_SAFE, Learning.CAPACITY)
        ending.record_outcome(school, disagreement, None, Learning.TRAINING, "On thresholds.", version(disagreement))
        assert (entries(disagreement)[-1].kind, entries(disagreement)[-1].text) == (
            EntryKind.LEARNING,
            "On thresholds.",
        )
        assert row(disagreement).child_safe is ChildSafe.NOT_SAFE

    def test_an_outcome_says_something(self, school, disagreement):
        with pytest.raises(Invalid) as refused:
            ending.record_outcome(school, disagreement, None, None, "Words.", version(disagreement))
        assert set(refused.value.errors) == {"child_safe"}


class TestCorrecting:
    """An entry is corrected by another, by whoever wrote it, and stays."""

    @pytest.mark.parametrize("is_closed", [False, True])
    def test_also_when_it_is_closed(self, school, gp_lead, disagreement, is_closed):
        replied(gp_lead, disagreement)
        if is_closed:
            ending.withdraw(school, disagreement, "In error.", version(disagreement))
        acting.amend(gp_lead, disagreement, 2, "We shall come on Thursday.")
        log = entries(disagreement)
        assert (log[-1].kind, log[-1].amends, log[-1].text) == (EntryKind.AMENDMENT, 2, "We shall come on Thursday.")
        assert log[1].text == "We shall come."

    def test_by_nobody_else(self, viewer, school, disagreement):
        for one in (viewer("a.manager"), viewer("a.gp.lead"), viewer("a.school.practitioner")):
            with pytest.raises(NotPermitted):
                acting.amend(one, disagreement, 1, "Otherwise.")

    def test_only_what_is_there_and_only_the_entry_itself(self, viewer, school, disagreement):
        with pytest.raises(NotVisible):
            acting.amend(school, disagreement, 2, "Otherwise.")
        with pytest.raises(NotVisible):
            acting.amend(viewer("b.school.lead"), disagreement, 1, "Otherwise.")
        with pytest.raises(Invalid):
            acting.amend(school, disagreement, 1, " ")
        acting.amend(school, disagreement, 1, "Otherwise.")
        with pytest.raises(Invalid):
            acting.amend(school, disagreement, 2, "And otherwise again.")

    def test_what_the_clock_wrote_is_nobodys_to_correct(self, school, viewer, disagreement):
        end_clocks(june(12))
        assert entries(disagreement)[-1].by_user_id is None
        for one in (school, viewer("a.manager")):
            with pytest.raises(NotPermitted):
                acting.amend(one, disagreement, 2, "Otherwise.")


def test_an_entry_is_never_changed_or_removed(disagreement):
    entry = entries(disagreement)[0]
    entry.text = "Another story."
    with pytest.raises(RuntimeError, match="never changed"):
        db.session.flush()
    db.session.rollback()
    db.session.delete(entries(disagreement)[0])
    with pytest.raises(RuntimeError, match="never changed"):
        db.session.flush()
    db.session.rollback()
