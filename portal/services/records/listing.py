"""The page of records: what is proposed to be erased, what was, and what legal holds keep although its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import records as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.record_map import ATTACHED_TITLES, FAMILY_TITLES
from portal.domain.retention import CLASS_WORDS, FAMILY_CLASSES, ErasureState, RecordClass
from portal.models.audits import AuditRound
from portal.models.cases import Case
from portal.models.escalations import Escalation
from portal.models.records import Erasure
from portal.models.scrutiny import ScrutinyChallenge
from portal.services.activity import record_reading
from portal.services.records.certificates import as_pdf, is_genuine, rows_erased

PER_PAGE = 50

TABLE_TITLES = {
    **FAMILY_TITLES,
    **ATTACHED_TITLES,
    "audit_rounds": "Audit rounds",
    "audit_returns": "Returns",
    "responses": "Answers",
    "evidence": "Evidence",
    "feedback": "Feedback",
    "feedback_replies": "Answers of feedback",
    "scrutiny_challenges": "Challenges",
    "scrutiny_entries": "Replies",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What waits for somebody's approval; `what` names a family by its reference for those who approve alone."""

    id: int
    record_class: RecordClass
    what: str
    due_on: date
    rule: str


@dataclass(frozen=True, slots=True)
class Certified:
    """One certificate, in short."""

    erasure: Erasure
    what: str
    rows: int
    left: int


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """One certificate, whole."""

    erasure: Erasure
    what: str
    rows: int
    tables: tuple[tuple[str, int, str], ...]
    is_genuine: bool | None


def list_proposals(viewer: Viewer) -> list[Proposal]:
    """What is proposed, the longest due first; by at most five queries."""
    rows = list(
        db.session.scalars(
            access.erasures_visible_to(viewer)
            .where(Erasure.state == ErasureState.PROPOSED)
            .order_by(Erasure.due_on, Erasure.id)
            .limit(PER_PAGE)
        )
    )
    names = _names(db.session(), rows) if access.may_erase(viewer) else {}
    return [
        Proposal(
            row.id,
            row.record_class,
            names.get((row.record_class, row.root_id), "") or CLASS_WORDS[row.record_class],
            row.due_on,
            row.rule or "",
        )
        for row in rows
        if row.record_class is not None and row.due_on is not None
    ]


def list_certificates(viewer: Viewer) -> list[Certified]:
    """What was erased last, the newest first, by one query."""
    rows = db.session.scalars(
        access.erasures_visible_to(viewer)
        .where(Erasure.state == ErasureState.ERASED)
        .order_by(Erasure.erased_at.desc(), Erasure.id.desc())
        .limit(PER_PAGE)
    )
    return [Certified(row, _what(row), rows_erased(row), left_of(row)) for row in rows]


def read_certificate(viewer: Viewer, erasure_id: int) -> CertificatePage:
    """One certificate, and whether its seal holds. Raises NotVisible."""
    row = _certificate(viewer, erasure_id)
    tables = (row.certificate or {}).get("tables", {})
    return CertificatePage(
        row,
        _what(row),
        rows_erased(row),
        tuple((TABLE_TITLES.get(name, title(name)), one["rows"], one["digest"]) for name, one in tables.items()),
        is_genuine(row),
    )


def certificate_pdf(viewer: Viewer, erasure_id: int) -> bytes:
    """The same to take along; logged. Raises NotVisible."""
    row = _certificate(viewer, erasure_id)
    partnership = viewer.hat.partnership_name if viewer.hat else ""
    made = as_pdf(row, partnership, TABLE_TITLES)
    record_reading(viewer, "erasure.certificate_taken", "erasure", [row.id])
    return made


def left_of(erasure: Erasure) -> int:
    """In how many texts the check afterwards still found the child."""
    return sum((erasure.certificate or {}).get("checked", {}).get("left", {}).values())


def title(table: str) -> str:
    """A table's name in words, where it has no title of its own."""
    return table.replace("_", " ").capitalize()


def _certificate(viewer: Viewer, erasure_id: int) -> Erasure:
    row = db.session.scalar(
        access.erasures_visible_to(viewer).where(Erasure.id == erasure_id, Erasure.state == ErasureState.ERASED)
    )
    if row is None:
        raise NotVisible("No such certificate.")
    return row


def _what(row: Erasure) -> str:
    return CLASS_WORDS[row.record_class] if row.record_class else "All records of the partnership"


def _names(session: Session, rows: list[Erasure]) -> dict[tuple[RecordClass | None, int | None], str]:
    """What people call each: a reference, a round's title, a challenge's number, a month."""
    found: dict[tuple[RecordClass | None, int | None], str] = {}
    families = [row for row in rows if row.record_class in FAMILY_CLASSES]
    references = select(Case.id, Case.reference).where(Case.id.in_([row.root_id for row in families]))
    by_id = {one.id: one.reference for one in session.execute(references)} if families else {}
    found |= {(row.record_class, row.root_id): f"Family {by_id.get(row.root_id or 0, '')}" for row in families}
    rounds = [row.root_id for row in rows if row.record_class is RecordClass.AUDIT]
    titles = select(AuditRound.id, AuditRound.title).where(AuditRound.id.in_(rounds))
    found |= {(RecordClass.AUDIT, one.id): one.title for one in (session.execute(titles) if rounds else ())}
    asked = [row.root_id for row in rows if row.record_class is RecordClass.CHALLENGE]
    numbers = select(ScrutinyChallenge.id, ScrutinyChallenge.number).where(ScrutinyChallenge.id.in_(asked))
    found |= {
        (RecordClass.CHALLENGE, one.id): f"Challenge {one.number}"
        for one in (session.execute(numbers) if asked else ())
    }
    raised = [row.root_id for row in rows if row.record_class is RecordClass.ESCALATION]
    called = select(Escalation.id, Escalation.reference).where(Escalation.id.in_(raised))
    found |= {
        (RecordClass.ESCALATION, one.id): f"Escalation {one.reference}"
        for one in (session.execute(called) if raised else ())
    }
    for row in rows:
        if row.record_class is RecordClass.FEEDBACK and row.root_id:
            year, month = divmod(row.root_id, 100)
            found[row.record_class, row.root_id] = f"Feedback of {date(year, month, 1):%B %Y}"
    return found
