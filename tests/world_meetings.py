"""The meetings' side of the world: cases, children, meetings, invitations and reports, each text of them marked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session
from stdnum.gb import nhs, upn

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.domain.deadlines import due_on, report_due_on
from portal.domain.default_rules import default_rule_set
from portal.domain.vocabulary import (
    AbuseCategory,
    Expectation,
    ExpectationReason,
    MeetingFormat,
    MeetingStatus,
    ThresholdView,
)
from portal.models.cases import Case, Child
from portal.models.meetings import Invitation, Meeting
from portal.services import activity
from tests.report_forms import add_report, publish
from tests.world import BEFORE, NOW, PARTNERSHIPS, Invited, MeetingPlace, World, viewer_of
from tests.world_plans import EXPECTED, KEEPERS, PLANS, SUBMITTED, Part, Plan, earlier_of

RULES = default_rule_set()


class MeetingBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def add(self, row):
        """Store a row and give it its id now, so that ids follow the order of writing."""
        self.session.add(row)
        self.session.flush()
        return row

    def build(self) -> None:
        """Everything about families, in both partnerships, and a first line in each one's trail."""
        for letter in PARTNERSHIPS:
            self.world.report_forms[letter] = publish(self.session, self.world.partnerships[letter]).id
            cases = {number: self._case(letter, number) for number in sorted({plan.case for plan in PLANS})}
            for plan in PLANS:
                self._meeting(letter, plan, cases[plan.case])
            place = self.world.meeting(f"{letter}.initial")
            viewer: Viewer = viewer_of(self.world.person(f"{letter}.police.practitioner"))
            entry = activity.entry(viewer, "invitation.answered", "invitation", place.invitations["police"].id)
            activity.append_later(self.session, entry)

    def people(self, letter: str, names: set[str]) -> set[str]:
        """People's keys from their names in a partnership; `both` is police in A and in B."""
        everybody = {f"{letter}.{name}" for name in names}
        return everybody | {"both"} if names & {"police.practitioner", "police.lead"} else everybody

    def _case(self, letter: str, number: int) -> int:
        tag = f"ZQ-{letter.upper()}-{{}}-{number}-QZ"
        readers = self.people(letter, {name for plan in PLANS if plan.case == number for name in plan.seen_by})
        partnership_id = self.world.partnerships[letter]
        case = self.add(
            Case(
                partnership_id=partnership_id,
                reference=self.world.mark("case", letter, readers, tag.format("CASE")),
                created_at=BEFORE,
            )
        )
        nhs_number = _nhs_number(f"9{'0' if letter == 'a' else '1'}{number}00000")
        pupil_number = _upn(f"3{'0' if letter == 'a' else '1'}{number}000000000")
        born = date(2015, 1 if letter == "a" else 2, 10 + number)
        surname = self.world.mark("child", letter, readers, tag.format("SURNAME"))
        spaced = f"{nhs_number[:3]} {nhs_number[3:6]} {nhs_number[6:]}"
        self.world.mark("child", letter, readers, nhs_number, spaced)
        self.world.mark("child", letter, readers, pupil_number)
        self.world.mark(
            "child", letter, readers, born.isoformat(), f"{born.day} {born:%B} {born.year}", f"{born:%d/%m/%Y}"
        )
        child = self.add(
            Child(
                partnership_id=partnership_id,
                case_id=case.id,
                given_name=self.world.mark("child", letter, readers, tag.format("CHILD")),
                surname=surname,
                date_of_birth=born.isoformat(),
                nhs_number=nhs_number,
                upn=pupil_number,
                surname_index=keyring.blind_index(surname, "children.surname"),
                nhs_number_index=keyring.blind_index(nhs_number, "children.nhs_number"),
                upn_index=keyring.blind_index(pupil_number, "children.upn"),
                created_at=BEFORE,
            )
        )
        self.world.cases[f"{letter}.{number}"] = case.id
        self.world.children[f"{letter}.{number}"] = child.id
        return case.id

    def _meeting(self, letter: str, plan: Plan, case_id: int) -> None:
        world = self.world
        readers = self.people(letter, plan.seen_by)
        tag = f"ZQ-{letter.upper()}-{{}}-{plan.key.upper()}-QZ"
        rule = RULES.rule_for(plan.kind.value)
        held_on = plan.held_on
        closer = world.person(f"{letter}.{plan.chair}") if plan.is_held else None
        due = due_on(rule.due, meeting_on=plan.scheduled_on, trigger_on=plan.trigger_on, earlier=earlier_of(plan))
        row = self.add(
            Meeting(
                partnership_id=world.partnerships[letter],
                reference=world.mark("meeting", letter, readers, tag.format("MEETING")),
                meeting_type_id=world.meeting_types[f"{letter}.{plan.kind.value}"],
                case_id=case_id,
                chair_membership_id=world.person(f"{letter}.{plan.chair}").hat.membership_id if plan.chair else None,
                trigger_on=plan.trigger_on,
                scheduled_on=plan.scheduled_on,
                start_time=plan.start,
                held_on=held_on,
                held_time=plan.start if plan.is_held else None,
                status=plan.status,
                format=MeetingFormat.HYBRID,
                place=world.mark("place", letter, readers, tag.format("PLACE")),
                link=world.mark("link", letter, readers, f"https://video.example.org/{tag.format('LINK')}"),
                note=world.mark("meeting note", letter, readers, tag.format("NOTE")) if plan.is_held else None,
                due_on=due,
                in_time=held_on <= due if held_on and due else None,
                register_closed_at=_noon(plan.scheduled_on, hour=17) if plan.is_held else None,
                register_closed_by_id=closer.user_id if closer else None,
                created_at=BEFORE,
                **plan.facts,
            )
        )
        invitations = {
            agency: self._invitation(letter, plan, agency, part, row.id) for agency, part in plan.parts.items()
        }
        key = f"{letter}.{plan.key}"
        world.meetings[key] = MeetingPlace(key, row.id, case_id, row.reference, invitations, frozenset(readers))

    def _invitation(self, letter: str, plan: Plan, agency: str, part: Part, meeting_id: int) -> Invited:
        world = self.world
        tag = f"ZQ-{letter.upper()}-{{}}-{plan.key.upper()}-{agency.upper()}-QZ"
        own = {name for name in plan.seen_by if name.startswith(f"{agency}.")}
        writer = world.person(f"{letter}.{agency}.lead").user_id
        readers = self.people(letter, own | KEEPERS | ({plan.chair} if plan.chair else set()))
        due = None
        if plan.status is not MeetingStatus.CANCELLED and part.expectation in (EXPECTED, Expectation.REPORT_ONLY):
            rule = RULES.rule_for(plan.kind.value)
            due = report_due_on(rule, given=None, held_on=plan.held_on, scheduled_on=plan.scheduled_on)
        chair = world.person(f"{letter}.{plan.chair}").user_id if plan.chair else None
        row = self.add(
            Invitation(
                partnership_id=world.partnerships[letter],
                meeting_id=meeting_id,
                agency_id=world.agencies[f"{letter}.{agency}"],
                team_id=world.teams[f"{letter}.{part.team}"] if part.team else None,
                expectation=part.expectation,
                expectation_reason=ExpectationReason.KNOWS_CHILD,
                answer=part.answer,
                answer_note=world.mark("answer note", letter, readers, tag.format("ANSWER")) if part.answer else None,
                answered_at=NOW - timedelta(days=3) if part.answer else None,
                answered_by_id=writer if part.answer else None,
                attendance=part.attendance,
                declared_attendance=part.attendance,
                declared_at=_noon(plan.scheduled_on, hour=15) if part.attendance else None,
                declared_by_id=writer if part.attendance else None,
                confirmed_attendance=part.attendance,
                confirmed_at=_noon(plan.scheduled_on, hour=16) if part.attendance else None,
                confirmed_by_id=chair if part.attendance else None,
                confirmed_note=(
                    world.mark("chair's note", letter, readers, tag.format("CONFIRMED")) if part.attendance else None
                ),
                meeting_on=plan.scheduled_on,
                report_due_on=due,
                report_received_on=part.reported_on,
                created_at=BEFORE,
            )
        )
        return Invited(row.id, agency, self._report(letter, plan, part, tag, own, row, writer))

    def _report(
        self, letter: str, plan: Plan, part: Part, tag: str, own: set[str], invitation: Invitation, writer: int
    ) -> int | None:
        if part.report is None:
            return None
        # Drafts are the agency's alone; a submitted text is for the chair and the manager too, not the coordinator.
        readers = self.people(letter, own | ({plan.chair or "", "manager"} if part.report is SUBMITTED else set()))
        texts = {
            name: self.world.mark("report", letter, readers, tag.format(name.upper()))
            for name in ("involvement", "strengths", "worries", "threshold_reason")
        }
        if part.report is SUBMITTED:
            texts["threshold_view"] = ThresholdView.PLAN_NEEDED.value
            texts["category_views"] = AbuseCategory.NEGLECT.value
        written_at = _noon(part.reported_on, hour=11) if part.reported_on else NOW - timedelta(days=1)
        return add_report(
            self.session,
            partnership_id=invitation.partnership_id,
            invitation_id=invitation.id,
            template_id=self.world.report_forms[letter],
            status=part.report,
            answers=texts,
            at=written_at,
            by_id=writer,
            started_at=written_at - timedelta(hours=1),
        ).id


def _noon(day: date, *, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _nhs_number(eight_digits: str) -> str:
    """The first NHS number that begins with these: one in eleven has no check digit."""
    candidates = (f"{eight_digits}{ninth}{check}" for ninth in range(10) for check in range(10))
    return next(number for number in candidates if nhs.is_valid(number))


def _upn(twelve_digits: str) -> str:
    return f"{upn.calc_check_digit(twelve_digits)}{twelve_digits}"
