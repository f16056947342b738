"""What agencies are told of audits and actions when it happens: whom exactly, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.audit_vocabulary import ActionRag, ReturnStatus, RoundKind, SignOffStep
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.rounds import RoundPlan
from portal.domain.vocabulary import AgencyType, Role
from portal.models.actions import Action
from portal.models.audits import AuditReturn
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.services.actions.adding import Promise, add_action
from portal.services.actions.progress import send_back
from portal.services.audits.asked import Asking, add_agencies
from portal.services.audits.rounds import open_round
from portal.services.audits.sections import give_section, seen_given
from portal.services.audits.signing import reopen_return, sign_return, submit_return, withdraw_return
from portal.services.notices.reminders import remind
from tests import audits
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import change, stored
from tests.services.told_steps import morning, notices, settled, told
from tests.world import TODAY

OPENED, SECTIONS = NoticeKind.AUDIT_OPENED, NoticeKind.AUDIT_SECTIONS
TO_SIGN, REOPENED = NoticeKind.AUDIT_TO_SIGN, NoticeKind.AUDIT_REOPENED


@pytest.fixture(autouse=True)
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


class TestARound:
    """Opened for agencies."""

    @pytest.fixture
    def plan(self, edition):
        """A round of section 11 that opens today."""
        return RoundPlan("Autumn", RoundKind.FULL, edition.id, None, TODAY, date(2026, 9, 30), (10, 3))

    def test_that_opens_today_is_told_to_the_leads_at_once(self, world, manager, plan):
        open_round(manager, plan, Asking(types=frozenset({AgencyType.GP, AgencyType.POLICE})))
        assert told(world) == told(world, OPENED) == {"a.gp.lead", "a.other_gp.lead", "a.police.lead"}
        assert {one.what for one in notices()} == {"Autumn"}
        assert {one.due_at for one in notices()} == {datetime(2026, 9, 30, 16, tzinfo=UTC)}

    def test_that_opens_later_is_told_on_that_day_and_once(self, world, manager, plan):
        later = replace(plan, opens_on=date(2026, 6, 15))
        open_round(manager, later, Asking(types=frozenset({AgencyType.GP})))
        assert told(world, OPENED) == set()
        remind(morning(date(2026, 6, 12)))
        assert told(world, OPENED) == set()
        remind(morning(date(2026, 6, 15)))
        remind(morning(date(2026, 6, 16)))
        assert told(world, OPENED) == {"a.gp.lead", "a.other_gp.lead"}
        assert len(notices(Notice.kind == OPENED)) == 2

    def test_tells_an_agency_that_is_asked_later_and_no_other(self, world, manager, plan):
        asked = open_round(manager, plan, Asking(agency_ids=frozenset({world.agencies["a.gp"]})))
        add_agencies(manager, asked, Asking(types=frozenset({AgencyType.GP})))
        assert len(notices()) == 2
        assert told(world) == {"a.gp.lead", "a.other_gp.lead"}


class TestSections:
    """Given to colleagues."""

    def test_are_told_to_whoever_is_given_them_and_again_another_day(self, world, viewer):
        place, teacher = world.returns["a.gp"], world.person("a.gp.practitioner").hat.membership_id
        lead = viewer("a.gp.lead")
        second = place.standards["2"]
        give_section(lead, place.id, second, [teacher], seen_given([]))
        assert told(world) == told(world, SECTIONS, subject_id=place.id, place=second) == {"a.gp.practitioner"}
        give_section(lead, place.id, second, [], seen_given([teacher]))
        assert len(notices()) == 1
        tomorrow = viewer("a.gp.lead", now=world.now + timedelta(days=1))
        give_section(tomorrow, place.id, second, [teacher], seen_given([]))
        assert len(notices()) == 2


class TestSigning:
    """One after the other."""

    @pytest.fixture
    def complete(self, world):
        """A's return of the police in a round of section 11, with every answer."""
        asked = audits.open_round(
            audits.published_edition(world.partnerships["a"], number=31), world.agencies["a.police"], title="To sign"
        )
        return audits.answered_return(asked, world.agencies["a.police"])

    def _sign(self, viewer, complete, step):
        version = stored(AuditReturn, complete.id).version
        sign_return(viewer, complete.id, step=step, version=version, name=viewer.name)

    def test_whoever_is_next_is_told_and_nobody_after_the_last(self, world, viewer, complete):
        submit_return(viewer("a.police.lead"), complete.id)
        # The author is who has sent it: they know that it is theirs to sign.
        assert notices() == []
        self._sign(viewer("a.police.lead"), complete, SignOffStep.AUTHOR)
        assert told(world) == told(world, TO_SIGN, subject_id=complete.id) == {"a.police.executive"}
        self._sign(viewer("a.police.executive"), complete, SignOffStep.EXECUTIVE)
        assert len(notices()) == 1
        assert stored(AuditReturn, complete.id).status is ReturnStatus.SIGNED

    def test_taken_back_and_sent_again_is_told_again(self, world, viewer, complete):
        other = world.person("a.police.practitioner").hat.membership_id
        change(Membership, other, role=Role.AGENCY_LEAD)
        lead = viewer("a.police.lead")
        submit_return(lead, complete.id)
        withdraw_return(lead, complete.id)
        submit_return(lead, complete.id)
        assert told(world) == told(world, TO_SIGN) == {"a.police.practitioner"}
        assert len(notices()) == 2
        # What was told before is no longer what is asked.
        assert settled(world, world.now) == 1

    def test_opened_again_is_told_to_the_leads(self, world, viewer, manager):
        place = world.returns["a.social_care"]
        reopen_return(manager, place.id, "An answer was of the year before.")
        assert told(world) == told(world, REOPENED, subject_id=place.id, place=2) == {"a.social_care.lead"}


class TestActions:
    """Given and sent back."""

    @pytest.mark.parametrize(
        ("owner", "by", "who"),
        [
            ("gp.practitioner", "gp.lead", {"a.gp.practitioner"}),
            ("gp.lead", "gp.lead", set()),
            (None, "gp.practitioner", {"a.gp.lead"}),
        ],
    )
    def test_whoever_has_to_do_it_is_told(self, world, viewer, owner, by, who):
        place = world.returns["a.gp"]
        membership = None if owner is None else world.person(f"a.{owner}").hat.membership_id
        promise = Promise(
            "Train ZQ-NARRATIVE", membership, "" if owner else "The manager", date(2026, 9, 1), ActionRag.GREEN
        )
        action = add_action(viewer(f"a.{by}"), place.id, place.questions["1.1"], promise)
        assert told(world) == told(world, NoticeKind.ACTION_GIVEN, subject_id=action) == who
        assert not any("NARRATIVE" in one.what for one in notices())

    def test_sent_back_is_told_to_its_owner_each_time(self, world, manager):
        action_id = world.actions["a.social_care"]
        action = stored(Action, action_id)
        send_back(manager, action_id, reason="Nothing shows it.", version=action.version)
        assert told(world) == told(world, NoticeKind.ACTION_SENT_BACK, subject_id=action_id) == {"a.social_care.lead"}
