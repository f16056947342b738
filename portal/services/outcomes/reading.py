"""Outcomes as pages show them: all children of a meeting, or one with every version of what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.access import outcomes as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.outcome_vocabulary import OutcomeStatus
from portal.domain.outcomes import OutcomeRules, OutcomeText, missing, settled
from portal.models.meetings import Invitation, Meeting
from portal.models.outcomes import Outcome
from portal.models.partnerships import Agency
from portal.services.meetings.outlook import HAS_PART
from portal.services.outcomes.sittings import ConferenceChild, KnownPlans, Sitting, known_plans, sitting
from portal.services.outcomes.texts import OUTCOME_LABELS, text_of, words_of

REGISTER_OPEN = "The register is not closed yet: what was decided can be signed once it is closed as held"
NO_CHILDREN = "No child is named for this meeting yet"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an outcome, with its words by their part."""

    outcome: Outcome
    text: OutcomeText
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChildOutcome:
    """What is decided for one child, in every version that the viewer reads, the newest last."""

    child: ConferenceChild
    rules: OutcomeRules
    versions: tuple[Version, ...]
    counts: Mapping[str, str]
    """What is written as it counts, by its parts: of a draft, what would be signed."""

    @property
    def current(self) -> Version | None:
        """What counts."""
        return self.versions[-1] if self.versions else None

    @property
    def text(self) -> OutcomeText:
        """What is written."""
        return self.current.text if self.current else OutcomeText()

    @property
    def status(self) -> OutcomeStatus:
        """How far it is."""
        if self.current is None:
            return OutcomeStatus.NOTHING_YET
        if self.current.outcome.signed_at is None:
            return OutcomeStatus.DRAFT
        return OutcomeStatus.AMENDED if self.current.outcome.number > 1 else OutcomeStatus.SIGNED

    @property
    def is_signed(self) -> bool:
        """Whether it can only be amended."""
        return self.status in (OutcomeStatus.SIGNED, OutcomeStatus.AMENDED)

    @property
    def missing(self) -> Mapping[str, str]:
        """What is to be said before it can be signed; nothing once it is."""
        return {} if self.is_signed else missing(self.text, self.rules)

    @property
    def number(self) -> int:
        """Of the version that counts; 0 for none."""
        return self.current.outcome.number if self.current else 0

    @property
    def version(self) -> int:
        """What a save of a draft is based on; 0 where nothing was saved."""
        return self.current.outcome.version if self.current else 0

    @property
    def changes(self) -> tuple[tuple[Version, Version, tuple[str, ...]], ...]:
        """Each amendment: what stood before, what stands since, and the parts that differ; the newest first."""
        pairs = zip(self.versions, self.versions[1:], strict=False)
        found = [
            (before, after, tuple(part for part in OUTCOME_LABELS if before.words[part] != after.words[part]))
            for before, after in pairs
        ]
        return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class OutcomesPage:
    """All children of a meeting. `missing` is what keeps the chair from signing; empty where nothing does."""

    sitting: Sitting
    children: tuple[ChildOutcome, ...]
    agencies: Mapping[int, str]
    may_draft: bool
    may_decide: bool

    @property
    def meeting(self) -> Meeting:
        """The meeting, with its type."""
        return self.sitting.meeting

    @property
    def is_signed(self) -> bool:
        """Whether the chair has signed."""
        return bool(self.children) and all(one.is_signed for one in self.children)

    @property
    def missing(self) -> tuple[tuple[ChildOutcome | None, str, str], ...]:
        """What is missing before signing: whose it is (None: the meeting's), the field, and what to do."""
        found: list[tuple[ChildOutcome | None, str, str]] = []
        if not self.children:
            found.append((None, "", NO_CHILDREN))
        if not access.is_decided(self.meeting):
            found.append((None, "", REGISTER_OPEN))
        found.extend((one, field, words) for one in self.children for field, words in one.missing.items())
        return tuple(found)

    @property
    def drafts(self) -> tuple[tuple[ChildOutcome, Outcome], ...]:
        """Those that wait for the signature, with their rows."""
        return tuple((one, one.current.outcome) for one in self.children if one.current and not one.is_signed)

    @property
    def seen(self) -> int:
        """All of it as one number, so that nobody signs other words than they have read."""
        return seen_number(self.children)

    def of(self, child_id: int) -> ChildOutcome:
        """One child's. Raises NotVisible."""
        self.sitting.child(child_id)
        return next(one for one in self.children if one.child.id == child_id)


def outcomes_page(viewer: Viewer, meeting_id: int) -> OutcomesPage:
    """What was decided at a meeting, as far as the viewer reads it, by nine queries. Raises NotVisible."""
    session: Session = db.session()
    return page_of(session, viewer, sitting(session, viewer, meeting_id, RecordSection.OUTCOMES))


def page_of(session: Session, viewer: Viewer, found: Sitting) -> OutcomesPage:
    """The same of a meeting that was read already."""
    meeting = found.meeting
    agencies = agencies_of(session, meeting.id)
    versions = versions_of(session, viewer, meeting.id, agencies)
    may_draft = access.may_draft(viewer, meeting)
    plans = known_plans(session, viewer, found) if may_draft else KnownPlans()
    children = tuple(_outcome_of(found, child, plans, versions.get(child.id, ()), agencies) for child in found.children)
    return OutcomesPage(found, children, agencies, may_draft, access.may_decide(viewer, meeting))


def _outcome_of(
    found: Sitting,
    child: ConferenceChild,
    plans: KnownPlans,
    versions: Sequence[Version],
    agencies: Mapping[int, str],
) -> ChildOutcome:
    if not versions:
        return ChildOutcome(child, found.rules_for(child.id, plans), (), {})
    newest = versions[-1]
    is_draft = newest.outcome.signed_at is None
    rules = found.rules_for(child.id, plans, None if is_draft else newest.text.decision)
    words = words_of(settled(newest.text, rules), agencies) if is_draft else newest.words
    return ChildOutcome(child, rules, tuple(versions), words)


def versions_of(
    session: Session, viewer: Viewer, meeting_id: int, agencies: Mapping[int, str]
) -> Mapping[int, Sequence[Version]]:
    """Every version that the viewer reads, by child and in their order."""
    rows = session.scalars(
        access.visible_to(viewer)
        .where(Outcome.meeting_id == meeting_id)
        .options(joinedload(Outcome.saved_by), joinedload(Outcome.signed_by), selectinload(Outcome.core_group))
        .order_by(Outcome.child_id, Outcome.number)
        .execution_options(populate_existing=True)
    )
    return {
        child_id: [version_of(outcome, agencies) for outcome in group]
        for child_id, group in groupby(rows, key=lambda outcome: outcome.child_id)
    }


def version_of(outcome: Outcome, agencies: Mapping[int, str]) -> Version:
    """One version with its words; its core group is loaded."""
    text = text_of(outcome, (member.invitation_id for member in outcome.core_group))
    return Version(outcome, text, words_of(text, agencies))


def agencies_of(session: Session, meeting_id: int) -> Mapping[int, str]:
    """The names of the agencies that have a part in a meeting, by invitation: who can be in a core group."""
    rows = session.execute(
        select(Invitation.id, Agency.name)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting_id, HAS_PART)
        .order_by(Agency.name, Invitation.id)
    )
    return {row.id: row.name for row in rows}


def seen_number(children: Sequence[ChildOutcome]) -> int:
    """Every child's version as one number."""
    facts = [f"{one.child.id}:{one.number}:{one.version}" for one in children]
    return crc32("\0".join(sorted(facts)).encode()) & 0x7FFFFFFF
