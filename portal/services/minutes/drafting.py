"""Writing the minutes: a text that is saved as it is typed, or a file that is put in its place or beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlalchemy.orm import Session, joinedload

from portal.access import files as file_access
from portal.access import minutes as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.files import Upload, size_in_words
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.minutes import MINUTES_LIMIT
from portal.domain.outcome_vocabulary import PaperKind
from portal.models.files import StoredFile
from portal.models.meetings import Meeting
from portal.models.minutes import MinutesDraft, SentPaper
from portal.services import files
from portal.services.changes import Change, changing
from portal.services.file_pictures import may_show
from portal.services.filing import filing
from portal.services.invitations.seen import AlreadySo
from portal.services.outcomes.drafting import person
from portal.services.outcomes.sittings import Sitting, sitting
from portal.services.report_files import Attachment

NOT_NOW = "Minutes are written by the chair and the coordinator, from the meeting’s day on."


@dataclass(frozen=True, slots=True)
class Desk:
    """The minutes as those who write them find them."""

    sitting: Sitting
    draft: MinutesDraft | None
    file: Attachment | None
    due_on: date | None
    sent: int
    """The number of the version that was sent last; 0 for none."""
    may_send: bool

    @property
    def meeting(self) -> Meeting:
        """The meeting, with its type."""
        return self.sitting.meeting

    @property
    def text(self) -> str:
        """What has been written so far."""
        return self.draft.text if self.draft else ""

    @property
    def version(self) -> int:
        """What a save is based on; 0 where nothing was saved."""
        return self.draft.version if self.draft else 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.text.strip() and self.file is None


@dataclass(frozen=True, slots=True)
class Saved:
    """When a draft was saved (UTC), and the version that the next save is based on."""

    at: datetime
    version: int


def open_desk(viewer: Viewer, meeting_id: int) -> Desk:
    """The minutes of a meeting, to be written; the reading is logged. Raises NotVisible, NotPermitted."""
    return desk_of(db.session(), viewer, meeting_id)


def desk_of(session: Session, viewer: Viewer, meeting_id: int, *, locked: bool = False) -> Desk:
    """The same within a change: the meeting `locked`, so that a draft is made and changed by one at a time."""
    found = sitting(session, viewer, meeting_id, RecordSection.MINUTES, locked=locked)
    if not access.may_write(viewer, found.meeting):
        raise NotPermitted(NOT_NOW)
    draft = session.scalars(
        access.drafts_visible_to(viewer)
        .where(MinutesDraft.meeting_id == meeting_id)
        .options(joinedload(MinutesDraft.saved_by))
        .execution_options(populate_existing=locked)
    ).one_or_none()
    file = attachment(session, viewer, draft.file_id) if draft and draft.file_id else None
    due_on = found.minutes.minutes_due(found.meeting.day)
    sent = session.scalar(
        access.visible_to(viewer)
        .where(SentPaper.meeting_id == meeting_id, SentPaper.kind == PaperKind.MINUTES)
        .with_only_columns(func.max(SentPaper.number))
    )
    return Desk(found, draft, file, due_on, sent or 0, access.may_send(viewer, found.meeting))


def attachment(session: Session, viewer: Viewer, file_id: int) -> Attachment | None:
    """A file of minutes as pages show it, if the viewer sees it."""
    row = session.execute(
        file_access.visible_to(viewer)
        .where(StoredFile.id == file_id)
        .with_only_columns(StoredFile.id, StoredFile.name, StoredFile.size, StoredFile.status, StoredFile.media_type)
    ).one_or_none()
    if row is None:
        return None
    may_open = row.status in filing().open_statuses
    may_be_shown = may_open and may_show(row.media_type)
    return Attachment(row.id, row.name, size_in_words(row.size), row.status, may_open, may_be_shown)


def save_minutes(viewer: Viewer, meeting_id: int, version: int, text: str) -> Saved:
    """Keep what has been written; the first save makes the draft.

    `version` is that of the draft it is based on, 0 for none. Raises NotVisible, NotPermitted, Invalid by field, and
    Conflict with both texts where somebody else saved another one in the meantime.
    """
    try:
        with changing(viewer) as change:
            desk = desk_of(change.session, viewer, meeting_id, locked=True)
            if len(text) > MINUTES_LIMIT:
                words = f"Shorten this to {MINUTES_LIMIT:,} characters or fewer. It has {len(text):,} now"
                raise Invalid("The minutes are too long.", errors={"text": [words]})
            saved = Saved(desk.draft.saved_at if desk.draft else viewer.now, desk.version)
            if text == desk.text:
                raise AlreadySo
            if version != desk.version:
                raise Conflict(
                    "Somebody else saved these minutes while you were writing.",
                    mine={"text": text},
                    theirs={"text": desk.text},
                )
            draft = draft_to_write(change, desk)
            draft.text = text
            saved = _keep(change, draft)
    except AlreadySo:
        pass
    return saved


def attach_minutes(viewer: Viewer, meeting_id: int, uploads: Sequence[Upload]) -> StoredFile | None:
    """Put a file in as the minutes, in place of the one before; a version that was sent keeps its own.

    Raises NotVisible, NotPermitted, and Invalid (or TooLarge) under `files`.
    """
    if not uploads:
        return None
    open_desk(viewer, meeting_id)
    if len(uploads) > 1:
        raise Invalid("One file only.", errors={"files": ["Choose one file: the minutes as they are to be read"]})
    purpose = FilePurpose.MEETING_MINUTES
    with (
        files.receiving(viewer, agency_id=None, purpose=purpose, uploads=uploads) as received,
        changing(viewer) as change,
    ):
        desk = desk_of(change.session, viewer, meeting_id, locked=True)
        kept = files.keep_file(change, received[0])
        draft = draft_to_write(change, desk)
        before, draft.file_id = draft.file_id, kept.id
        _keep(change, draft)
        store_name = files.drop_if_unused(change, before) if before else None
    files.drop_bytes(store_name)
    return kept


def remove_file(viewer: Viewer, meeting_id: int) -> None:
    """Take the file out of the draft. Raises NotVisible, also where there is none, and NotPermitted."""
    with changing(viewer) as change:
        desk = desk_of(change.session, viewer, meeting_id, locked=True)
        if desk.draft is None or desk.draft.file_id is None:
            raise NotVisible("No such file.")
        before, desk.draft.file_id = desk.draft.file_id, None
        _keep(change, desk.draft)
        store_name = files.drop_if_unused(change, before)
    files.drop_bytes(store_name)


def draft_to_write(change: Change, desk: Desk) -> MinutesDraft:
    """The draft, made where there is none."""
    if desk.draft is not None:
        return desk.draft
    meeting = desk.meeting
    draft = MinutesDraft(partnership_id=meeting.partnership_id, meeting_id=meeting.id, text="")
    change.session.add(draft)
    return draft


def _keep(change: Change, draft: MinutesDraft) -> Saved:
    draft.saved_at = change.viewer.now
    draft.saved_by_id = person(change.viewer)
    change.session.flush()
    change.log("minutes.saved", "meeting", draft.meeting_id)
    return Saved(draft.saved_at, draft.version)
