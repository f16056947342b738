"""Sending minutes and decision sheets: a version is cut that never changes, and the agencies are told."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind
from portal.domain.outcomes import BECAUSE_LIMIT
from portal.models.minutes import MinutesCorrection, SentPaper
from portal.services.changes import Change, changing
from portal.services.minutes.drafting import Desk, desk_of
from portal.services.minutes.papers import PapersPage, papers_page
from portal.services.notices.minutes import tell_sent
from portal.services.outcomes.drafting import person

NOT_YET = "The register is not closed yet. The minutes can be sent once it is: until then nobody knows who was there."
AMENDED = "What was decided was amended."


def send_minutes(viewer: Viewer, meeting_id: int, version: int, because: str = "") -> int:
    """Send the minutes as they were checked to every agency that has a part; gives the version's number.

    `version` is that of the draft which was checked; `because` says what is different from the version before.
    Raises NotVisible, NotPermitted, Invalid by field, and Conflict where the draft was changed since.
    """
    because = because.strip()
    with changing(viewer) as change:
        desk = desk_of(change.session, viewer, meeting_id, locked=True)
        if not desk.may_send:
            raise NotPermitted(NOT_YET)
        if desk.version != version:
            raise Conflict("Somebody changed the minutes since you checked them. They have not been sent.")
        before = _newest(change.session, meeting_id, PaperKind.MINUTES)
        _check_minutes(desk, before, because)
        file_id = desk.draft.file_id if desk.draft else None
        paper = _cut(
            change,
            SentPaper(
                partnership_id=desk.meeting.partnership_id,
                meeting_id=meeting_id,
                kind=PaperKind.MINUTES,
                number=before.number + 1 if before else 1,
                text=desk.text if desk.text.strip() else None,
                file_id=file_id,
                because=because if before else None,
                due_on=desk.due_on,
            ),
        )
        _settle_corrections(change, meeting_id, paper)
        return paper.number


def send_decisions(viewer: Viewer, meeting_id: int) -> int:
    """Send the decision sheet as it is signed to every agency that has a part; gives the version's number.

    Raises NotVisible, NotPermitted, and Invalid where nothing is signed, or nothing was amended since the last sheet.
    """
    with changing(viewer) as change:
        page = _locked_page(change, meeting_id)
        if not page.may_send or not page.has_decisions:
            raise NotPermitted("The decision sheet is sent by those who keep the meeting’s record.")
        if page.decided_at is None:
            raise Invalid("Nothing is signed yet: the chair signs what was decided first.")
        if not page.decisions_wait:
            raise Invalid("The sheet that was sent says all that is signed.")
        before = page.decisions[0] if page.decisions else None
        paper = _cut(
            change,
            SentPaper(
                partnership_id=page.meeting.partnership_id,
                meeting_id=meeting_id,
                kind=PaperKind.DECISIONS,
                number=before.number + 1 if before else 1,
                because=AMENDED if before else None,
                due_on=page.decisions_due,
            ),
        )
        return paper.number


def _locked_page(change: Change, meeting_id: int) -> PapersPage:
    """The meeting's papers, the meeting locked: of two who send at once, the second finds it sent."""
    desk_of(change.session, change.viewer, meeting_id, locked=True)
    return papers_page(change.viewer, meeting_id)


def _newest(session: Session, meeting_id: int, kind: PaperKind) -> SentPaper | None:
    """The version of a paper that was sent last, of a meeting that the caller has found and locked."""
    return session.scalars(
        select(SentPaper)
        .where(SentPaper.meeting_id == meeting_id, SentPaper.kind == kind)
        .order_by(SentPaper.number.desc())
        .limit(1)
    ).one_or_none()


def _check_minutes(desk: Desk, before: SentPaper | None, because: str) -> None:
    found: dict[str, list[str]] = {}
    if desk.is_empty:
        found["text"] = ["Write the minutes, or put in a file"]
    if desk.file is not None and not desk.file.may_open:
        found["files"] = ["The file is still being checked for viruses, or cannot be opened: try again, or remove it"]
    if before is not None:
        file_id = desk.draft.file_id if desk.draft else None
        if (before.text or "") == desk.text and before.file_id == file_id:
            found["text"] = ["Nothing differs from the version that was sent: change it first"]
        if not because:
            found["because"] = ["Say what is different from the version before"]
        elif len(because) > BECAUSE_LIMIT:
            found["because"] = [f"Shorten this to {BECAUSE_LIMIT:,} characters or fewer. It has {len(because):,} now"]
    if found:
        raise Invalid("The minutes cannot be sent yet.", errors=found)


def _cut(change: Change, paper: SentPaper) -> SentPaper:
    viewer = change.viewer
    paper.sent_at = viewer.now
    paper.sent_on = viewer.today
    paper.sent_by_id = person(viewer)
    change.session.add(paper)
    change.session.flush()
    change.log(f"{paper.kind}.sent", "meeting", paper.meeting_id)
    tell_sent(change, paper)
    return paper


def _settle_corrections(change: Change, meeting_id: int, paper: SentPaper) -> None:
    """What was taken is in this version."""
    taken = change.session.scalars(
        select(MinutesCorrection)
        .join(SentPaper, SentPaper.id == MinutesCorrection.paper_id)
        .where(
            SentPaper.meeting_id == meeting_id,
            MinutesCorrection.outcome == CorrectionOutcome.TAKEN,
            MinutesCorrection.taken_into_id.is_(None),
        )
    )
    for correction in taken:
        correction.taken_into_id = paper.id
