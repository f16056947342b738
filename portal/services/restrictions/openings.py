"""Opening in an emergency what is closed: for a reason and a day, told at once, its pages noted, reviewed after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from portal.access import cases as cases_access
from portal.access import restrictions as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.activity_words import record
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.restriction_vocabulary import Verdict
from portal.domain.restrictions import REASON_LIMIT, is_open, open_until
from portal.domain.vocabulary import Role
from portal.models.activity import Activity
from portal.models.cases import Case
from portal.models.people import Membership, User
from portal.models.restrictions import EmergencyOpening
from portal.services import activity
from portal.services.changes import LOST, Change, changing
from portal.services.notices.emergencies import tell_opened, tell_reviewed
from portal.services.paging import PER_PAGE, Page, count, page_number
from portal.services.sent_forms import once

PAGE_READ = "emergency.page_read"
MOST_PAGES = 500
NOT_CLOSED = "No record with this reference is closed to you. If a child is in danger, ring the police on 999"
ANOTHERS_TO_REVIEW = "A safeguarding manager other than whoever opened it reviews it, once."
LONGEST_ENDPOINT = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening as a list and its page have it. What was given as reason is for those who keep the record, too."""

    id: int
    reference: str
    """Empty where the viewer does not see the record: whoever opened it, once it is closed again."""
    by: str
    is_own: bool
    reason: str
    opened_at: datetime
    closes_at: datetime
    is_open: bool
    reviewed_at: datetime | None
    reviewed_by: str
    verdict: Verdict | None
    review: str
    version: int
    may_review: bool
    may_close: bool


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page that was read while the record was open: when, and which."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the family, and the opening; none where the viewer sees the record anyway."""

    case_id: int
    opening_id: int | None


def open_record(viewer: Viewer, reference: str, reason: str) -> Asked:
    """Open a family's record that is closed to the viewer, for a day; nothing is opened that they see anyway.

    They then see what their role would show them if it were not closed, and no more. Raises NotPermitted, and Invalid
    by field, also where nothing is closed to them: a try is noted as refused.
    """
    if not access.may_open(viewer):
        raise NotPermitted("Chairs and safeguarding managers open records in an emergency.")
    errors: dict[str, list[str]] = {}
    if not reason.strip():
        errors["reason"] = ["Say why you cannot wait for somebody who sees the record"]
    elif len(reason) > REASON_LIMIT:
        errors["reason"] = [f"Use {REASON_LIMIT:,} characters or fewer"]
    if not reference.strip():
        errors["reference"] = ["Enter the family’s case reference"]
    if errors:
        raise Invalid("", errors=errors)
    seen = cases_access.visible_to(viewer).where(Case.reference == reference.strip()).with_only_columns(Case.id)
    if (case_id := db.session.scalar(seen)) is not None:
        return Asked(case_id, None)
    try:
        return _open(viewer, reference.strip(), reason.strip())
    except NotVisible:
        activity.record_refusal(viewer, "emergencies.open_record", None)
        raise Invalid("", errors={"reference": [NOT_CLOSED]}) from None


def _open(viewer: Viewer, reference: str, reason: str) -> Asked:
    if viewer.hat is None or viewer.user_id is None or viewer.partnership_id is None:
        raise NotPermitted("Nobody in particular opens nothing.")
    with changing(viewer) as change:
        once(change)
        bare = replace(viewer.hat, closed_cases=frozenset(), closed_meetings=frozenset(), opened=())
        found = change.session.scalar(
            cases_access.visible_to(replace(viewer, hat=bare)).where(
                Case.reference == reference, Case.id.in_(sorted(viewer.closed_cases))
            )
        )
        if found is None:
            raise NotVisible("No such record.")
        opening = EmergencyOpening(
            partnership_id=viewer.partnership_id,
            case_id=found.id,
            membership_id=viewer.hat.membership_id,
            user_id=viewer.user_id,
            reason=reason,
            opened_at=viewer.now,
        )
        change.session.add(opening)
        change.session.flush()
        change.log("emergency.opened", "case", found.id)
        tell_opened(change, opening)
        return Asked(found.id, opening.id)


def close_opening(viewer: Viewer, opening_id: int) -> None:
    """Close it again before its time. Raises NotVisible, and NotPermitted for one that is somebody else's or closed."""
    with changing(viewer) as change:
        opening = _locked(change, opening_id)
        if not access.may_close(viewer, opening):
            raise NotPermitted("Whoever opened it closes it, while it is open.")
        if opening.ended_at is None:
            opening.ended_at = viewer.now
        change.log("emergency.closed", "case", opening.case_id)


def review(viewer: Viewer, opening_id: int, version: int, verdict: Verdict, words: str) -> None:
    """Say whether an opening was justified, once. Raises NotVisible, NotPermitted, Conflict, and Invalid by field."""
    with changing(viewer) as change:
        opening = _locked(change, opening_id)
        by_manager = change.session.get_one(Membership, opening.membership_id).role is Role.SAFEGUARDING_MANAGER
        if not access.may_review(viewer, opening, by_manager=by_manager):
            raise NotPermitted(ANOTHERS_TO_REVIEW)
        if opening.version != version:
            raise Conflict(LOST)
        if not words.strip():
            raise Invalid("", errors={"words": ["Say what you found"]})
        if len(words) > REASON_LIMIT:
            raise Invalid("", errors={"words": [f"Use {REASON_LIMIT:,} characters or fewer"]})
        opening.verdict, opening.review = verdict, words.strip()
        opening.reviewed_at, opening.reviewed_by_id = viewer.now, viewer.user_id
        change.log("emergency.reviewed", "case", opening.case_id)
        change.session.flush()
        tell_reviewed(change, opening)


def list_openings(viewer: Viewer, page: int = 1) -> Page[Opening]:
    """Openings that the viewer sees: those not reviewed first, then the newest."""
    rows = access.openings_visible_to(viewer)
    total = count(rows)
    number = page_number(page, total)
    found = _found(
        viewer,
        rows.order_by(EmergencyOpening.reviewed_at.is_not(None), EmergencyOpening.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE),
    )
    return Page(found, number, total)


def read_opening(viewer: Viewer, opening_id: int) -> tuple[Opening, tuple[PageRead, ...]]:
    """One opening, and for those who keep the record the pages that were read in that time. Raises NotVisible."""
    found = _found(viewer, access.openings_visible_to(viewer).where(EmergencyOpening.id == opening_id))
    if not found:
        raise NotVisible("No such opening.")
    (opening,) = found
    return opening, () if opening.is_own else _pages(db.session(), opening_id)


def note_page(viewer: Viewer, endpoint: str, row_id: int | None) -> None:
    """Log that a page is read while a closed record is open to the viewer, whatever the page is about."""
    activity.record_reading(viewer, PAGE_READ, endpoint[:LONGEST_ENDPOINT], [row_id])


def _locked(change: Change, opening_id: int) -> EmergencyOpening:
    """One opening, locked so that two who close or review it do so one after the other. Raises NotVisible."""
    opening = change.session.scalar(
        access.openings_visible_to(change.viewer)
        .where(EmergencyOpening.id == opening_id)
        .with_for_update(of=EmergencyOpening)
        .execution_options(populate_existing=True)
    )
    if opening is None:
        raise NotVisible("No such opening.")
    return opening


def _found(viewer: Viewer, rows: Select[EmergencyOpening]) -> list[Opening]:
    reviewer = aliased(User)
    seen = cases_access.visible_to(viewer).with_only_columns(Case.id)
    statement = (
        rows.join(User, User.id == EmergencyOpening.user_id)
        .join(Case, Case.id == EmergencyOpening.case_id)
        .join(Membership, Membership.id == EmergencyOpening.membership_id)
        .outerjoin(reviewer, reviewer.id == EmergencyOpening.reviewed_by_id)
        .add_columns(
            User.name,
            (Membership.role == Role.SAFEGUARDING_MANAGER).label("by_manager"),
            Case.reference,
            EmergencyOpening.case_id.in_(seen).label("is_seen"),
            reviewer.name.label("reviewer"),
        )
    )
    return [
        Opening(
            id=row.EmergencyOpening.id,
            reference=row.reference if row.is_seen else "",
            by=row.name,
            is_own=row.EmergencyOpening.membership_id == viewer.membership_id,
            reason=row.EmergencyOpening.reason,
            opened_at=row.EmergencyOpening.opened_at,
            closes_at=row.EmergencyOpening.ended_at or open_until(row.EmergencyOpening.opened_at),
            is_open=is_open(row.EmergencyOpening.opened_at, row.EmergencyOpening.ended_at, viewer.now),
            reviewed_at=row.EmergencyOpening.reviewed_at,
            reviewed_by=row.reviewer or "",
            verdict=row.EmergencyOpening.verdict,
            review=row.EmergencyOpening.review or "",
            version=row.EmergencyOpening.version,
            may_review=access.may_review(viewer, row.EmergencyOpening, by_manager=row.by_manager),
            may_close=access.may_close(viewer, row.EmergencyOpening),
        )
        for row in db.session.execute(statement)
    ]


def _pages(session: Session, opening_id: int) -> tuple[PageRead, ...]:
    opening = session.get_one(EmergencyOpening, opening_id)
    until = opening.ended_at or open_until(opening.opened_at)
    rows = session.execute(
        select(Activity.at, Activity.subject, Activity.subject_id)
        .where(
            Activity.partnership_id == opening.partnership_id,
            Activity.at >= opening.opened_at,
            Activity.at <= until,
            Activity.membership_id == opening.membership_id,
            Activity.verb == PAGE_READ,
        )
        .order_by(Activity.sequence)
        .limit(MOST_PAGES)
    )
    return tuple(PageRead(row.at, record(row.subject, row.subject_id).capitalize()) for row in rows)
