"""The smallest world that can leak: two partnerships, A and B, alike row for row, sharing one police force.

Everything that somebody might wrongly see carries a text found nowhere else, such as `ZQ-A-CHILD-1-QZ`. For each such
marker the world says who may see it, by rules written here by hand and not asked of portal/access/. In each partnership
("a" or "b" for p) stand, under these names:

agencies  p.social_care (two teams, east and west), police (one agency, in both), p.gp, p.other_gp, p.school
people    p.police.practitioner and p.police.lead, and so for gp, other_gp, school and social_care;
          p.social_care.east and p.social_care.west (practitioners of the teams); signatories p.school.head,
          p.school.governor and p.police.executive (a designated lead is p.school.lead); p.gp.former (membership ended),
          p.gp.deactivated; p.chair, p.second_chair, p.manager, p.coordinator, p.sector_lead (of GPs), p.board,
          p.business_manager, p.scrutineer, p.administrator; and `both`: police practitioner in A, police lead in B
families  p.1 to p.4, one child each: world.cases["a.1"], world.children["a.1"]
meetings  (tests/world_plans.py) p.initial today, p.review and p.core_group to come, p.strategy and p.past_initial held
          and closed last month, p.cancelled
editions  (tests/world_audits.py) p.section_11 and p.schools, published; p.draft, the next one of section 11
audits    (tests/world_audits.py) rounds p.section_11, p.schools and p.next; a return of each agency, p.gp to p.school
files     (tests/world_files.py) attached to reports and backing answers, world.files["a.gp_draft"]
matters   (tests/world_escalations.py) escalations p.missed, p.disagreement, p.alert and p.closed; proposals p.open
          and p.waived
actions   (tests/world_actions.py, tests/world_meeting_actions.py) of audits and of p.strategy; plans p.1 and p.2
messages  (tests/world_messages.py) notices, absences and mails
family    (tests/world_families.py) people p.initial.mother, father, aunt and uncle; children's views; who knows them
board     (tests/world_board.py) group p.board, members p.chair and p.police, meetings p.planned, p.due and p.held
planning  (tests/world_scheduling.py) who knows the children of p.1 and p.2; p.review was moved
outcomes  (tests/world_outcomes.py) p.past_initial, signed, with views and minutes; p.initial, a draft
reports   (tests/report_forms.py) one template in each, world.report_forms["a"]; (tests/world_clinical.py) for
          practices one that a clinical record fills, which p.other_gp answers at p.past_initial
templates (tests/world_report_templates.py) p.own, published for probation, and p.draft, its next version
contests  (tests/world_contests.py) p.strategy, open, and p.past_initial; April 2026 is frozen, twice
withdrawn (tests/world_withdrawals.py) p.gp, a report on p.initial with a file; p.school, a file of its report
closed    (tests/world_restrictions.py) restrictions p.standing and p.ended, a hold p.initial, an opening p.reviewed
scrutiny  (tests/world_scrutiny.py) challenges, quotations, a remark to p.gp, keys p.gp and p.whole
packs     (tests/world_packs.py) p.board, p.dataset, p.child_lists and p.failed
samples   (tests/world_samples.py) p.closed, p.theme, being reviewed, and p.set_up; reviews p.past_police …
plan      (tests/world_improvement.py) of improvement: area p.first, actions p.day, p.monthly, p.review and p.done
links     (tests/world_return_links.py) contacts p.gp and p.school, and a link p.initial/school that is out
views     (tests/world_saved_views.py) of the figures, saved: p.board, p.lead and p.chair
passkeys  (tests/world_passkeys.py) p.other_gp, its lead's, who is signed in elsewhere too
records   (tests/world_records.py) holds p.agency and p.lifted; erasures p.due and p.erased; request p.child_1
feedback  (tests/world_feedback.py) cards p.initial/family and p.past_initial/professional; what two people wrote

It is the tenth of June 2026, 11:00 in London. Two worlds built one after the other have the same ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyotp

from portal.access.viewer import Hat, Viewer
from portal.domain.vocabulary import AgencyType, Post, Role

NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
TODAY = date(2026, 6, 10)
PARTNERSHIPS = ("a", "b")
PASSWORD = "quarry lantern 71 otter"
AGENCIES = {
    "social_care": AgencyType.SOCIAL_CARE,
    "police": AgencyType.POLICE,
    "gp": AgencyType.GP,
    "other_gp": AgencyType.GP,
    "school": AgencyType.SCHOOL,
}
SIGNATORIES = {"school.head": Post.HEAD, "school.governor": Post.GOVERNOR, "police.executive": Post.EXECUTIVE}
WIDE_ROLES = {
    "chair": Role.CHAIR,
    "second_chair": Role.CHAIR,
    "manager": Role.SAFEGUARDING_MANAGER,
    "coordinator": Role.COORDINATOR,
    "sector_lead": Role.SECTOR_LEAD,
    "board": Role.BOARD_MEMBER,
    "business_manager": Role.BUSINESS_MANAGER,
    "scrutineer": Role.SCRUTINEER,
    "administrator": Role.ADMINISTRATOR,
}
BEFORE = NOW - timedelta(days=400)


@dataclass
class Person:
    """Somebody who can sign in, with what they type to do so."""

    key: str
    user_id: int
    name: str
    email: str
    password: str = PASSWORD
    totp_secret: str | None = None
    hats: list[Hat] = field(default_factory=list)
    active: bool = True

    @property
    def hat(self) -> Hat:
        """The only membership; for `both`, the first."""
        return self.hats[0]

    @property
    def code(self) -> str:
        """What the authenticator app shows now."""
        assert self.totp_secret is not None
        return pyotp.TOTP(self.totp_secret).now()


@dataclass(frozen=True)
class Invited:
    """An invitation's place."""

    id: int
    agency: str
    report_id: int | None = None


@dataclass(frozen=True)
class MeetingPlace:
    """A meeting's place, its invitations by agency ("police", "gp" …), and who sees it."""

    key: str
    id: int
    case_id: int
    reference: str
    invitations: dict[str, Invited]
    seen_by: frozenset[str]


@dataclass(frozen=True)
class EditionPlace:
    """A framework edition's place; standards and questions by their code ("1", "1.2")."""

    id: int
    standards: dict[str, int]
    questions: dict[str, int]


@dataclass(frozen=True)
class ReturnPlace:
    """An audit return's place; standards, questions and responses by their code in the framework ("1", "1.2")."""

    id: int
    round_id: int
    agency: str
    standards: dict[str, int]
    questions: dict[str, int]
    responses: dict[str, int]


@dataclass(frozen=True)
class Marker:
    """A text found nowhere else, in each way it may be written, and the people who may see it."""

    kind: str
    partnership: str
    forms: tuple[str, ...]
    seen_by: frozenset[str]

    @property
    def text(self) -> str:
        """As it is stored."""
        return self.forms[0]

    def is_in(self, body: str) -> bool:
        """Whether any way of writing it stands in a text."""
        return any(form in body for form in self.forms)


@dataclass(repr=False)
class World:
    """Where everything is: ids by name, so that it needs no open session."""

    now: datetime = NOW
    today: date = TODAY
    partnerships: dict[str, int] = field(default_factory=dict)
    agencies: dict[str, int] = field(default_factory=dict)
    agency_names: dict[str, str] = field(default_factory=dict)
    agency_codes: dict[str, str] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    meeting_types: dict[str, int] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    children: dict[str, int] = field(default_factory=dict)
    meetings: dict[str, MeetingPlace] = field(default_factory=dict)
    editions: dict[str, EditionPlace] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    returns: dict[str, ReturnPlace] = field(default_factory=dict)
    closures: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    escalations: dict[str, int] = field(default_factory=dict)
    proposals: dict[str, int] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    absences: dict[str, int] = field(default_factory=dict)
    attendees: dict[str, int] = field(default_factory=dict)
    mails: dict[str, int] = field(default_factory=dict)
    contests: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    return_links: dict[str, int] = field(default_factory=dict)
    feedback_cards: dict[str, int] = field(default_factory=dict)
    frozen_months: dict[str, int] = field(default_factory=dict)
    improvement: dict[str, int] = field(default_factory=dict)
    improvement_areas: dict[str, int] = field(default_factory=dict)
    board_groups: dict[str, int] = field(default_factory=dict)
    board_members: dict[str, int] = field(default_factory=dict)
    board_meetings: dict[str, int] = field(default_factory=dict)
    involvements: dict[str, int] = field(default_factory=dict)
    moves: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    views: dict[str, int] = field(default_factory=dict)
    papers: dict[str, int] = field(default_factory=dict)
    corrections: dict[str, int] = field(default_factory=dict)
    report_forms: dict[str, int] = field(default_factory=dict)
    templates: dict[str, int] = field(default_factory=dict)
    withdrawals: dict[str, int] = field(default_factory=dict)
    restrictions: dict[str, int] = field(default_factory=dict)
    report_holds: dict[str, int] = field(default_factory=dict)
    openings: dict[str, int] = field(default_factory=dict)
    dip_rules: dict[str, int] = field(default_factory=dict)
    samples: dict[str, int] = field(default_factory=dict)
    sampled: dict[str, int] = field(default_factory=dict)
    sample_reviews: dict[str, int] = field(default_factory=dict)
    bundles: dict[str, int] = field(default_factory=dict)
    packs: dict[str, int] = field(default_factory=dict)
    sharings: dict[str, int] = field(default_factory=dict)
    talks: dict[str, int] = field(default_factory=dict)
    challenges: dict[str, int] = field(default_factory=dict)
    quotations: dict[str, int] = field(default_factory=dict)
    remarks: dict[str, int] = field(default_factory=dict)
    api_keys: dict[str, Any] = field(default_factory=dict)
    saved_views: dict[str, int] = field(default_factory=dict)
    legal_holds: dict[str, int] = field(default_factory=dict)
    erasures: dict[str, int] = field(default_factory=dict)
    old_families: dict[str, int] = field(default_factory=dict)
    subject_exports: dict[str, int] = field(default_factory=dict)
    records_of: dict[int, frozenset[str]] = field(default_factory=dict)
    passkeys: dict[str, int] = field(default_factory=dict)
    open_sessions: dict[str, int] = field(default_factory=dict)
    markers: list[Marker] = field(default_factory=list)
    _hidden: dict[str, tuple[int, list[tuple[Marker, str]]]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<world of {len(self.people)} people, {len(self.meetings)} meetings, {len(self.markers)} markers>"

    def person(self, key: str) -> Person:
        """Somebody by name: `world.person("a.police.lead")`."""
        return self.people[key]

    def meeting(self, key: str) -> MeetingPlace:
        """A meeting by name: `world.meeting("a.initial")`."""
        return self.meetings[key]

    def wearers(self) -> Iterator[tuple[Person, Hat]]:
        """Every person who can sign in, under each of their hats."""
        for person in self.people.values():
            if person.active:
                for hat in person.hats:
                    yield person, hat

    def hidden_from(self, *people: str) -> list[Marker]:
        """The markers that none of these people may see."""
        return [marker for marker in self.markers if marker.seen_by.isdisjoint(people)]

    def forms_hidden_from(self, person: str) -> list[tuple[Marker, str]]:
        """Each way of writing each marker that somebody may not see; kept, because every answer is held against it."""
        kept = self._hidden.get(person)
        if kept is None or kept[0] != len(self.markers):
            found = [(marker, form) for marker in self.hidden_from(person) for form in marker.forms]
            kept = self._hidden[person] = (len(self.markers), found)
        return kept[1]

    def mark(self, kind: str, partnership: str, seen_by: Collection[str], *forms: str) -> str:
        """Register a marker and hand back its text."""
        self.markers.append(Marker(kind, partnership, forms, frozenset(seen_by)))
        return forms[0]

    def everybody(self, partnership: str) -> frozenset[str]:
        """All people of a partnership."""
        partnership_id = self.partnerships[partnership]
        return frozenset(
            key
            for key, person in self.people.items()
            if any(hat.partnership_id == partnership_id for hat in person.hats)
        )

    def agency_people(self, partnership: str, agency: str) -> frozenset[str]:
        """The people who answer for one agency in one partnership: without those who only sign."""
        agency_id = self.agencies[f"{partnership}.{agency}"]
        return frozenset(
            key
            for key in self.everybody(partnership)
            if any(
                hat.agency_id == agency_id
                and hat.partnership_id == self.partnerships[partnership]
                and hat.role is not Role.SIGNATORY
                for hat in self.people[key].hats
            )
        )


def viewer_of(person: Person, now: datetime = NOW, hat: Hat | None = None) -> Viewer:
    """The viewer that a fully signed-in person is, under their first (or the given) hat."""
    return Viewer(
        now=now,
        user_id=person.user_id,
        name=person.name,
        email=person.email,
        hat=hat or person.hat,
        hats=tuple(person.hats),
    )
