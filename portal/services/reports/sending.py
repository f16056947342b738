"""Sending what was checked: once, whole, and signed off by the agency's lead where the agency wants that."""

from __future__ import annotations

from portal.access import reports as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.report_answers import asked, lacking
from portal.domain.vocabulary import ReportStatus
from portal.models.reports import Report, ReportAddendum
from portal.services.changes import Change, changing
from portal.services.notices.report_signing import tell_sent_back, tell_to_sign
from portal.services.reports.bundling import has_been_cut
from portal.services.reports.drafts import Draft, paper_to_settle, person
from portal.services.reports.signing import SignOff, sign_off_of

NOTE_LIMIT = 2_000


def submit_report(viewer: Viewer, meeting_id: int, version: int, *, adding: bool = False) -> ReportStatus:
    """Send the report, or with `adding` the addendum, as it was checked; gives where it is now.

    Sent, it is locked, and a report counts as received today (London's day), unless it is known to have come by another
    way. Where the agency wants a signature, it goes to the lead first; the lead, or who stands in, sends it by this
    verb. Answers to questions that do not apply are deleted: nobody has read them, and nobody will.

    Raises NotVisible, NotPermitted, AlreadySent, Invalid by question where answers are missing or not confirmed, and
    Conflict where the draft was changed since.
    """
    with changing(viewer) as change:
        draft, paper = paper_to_settle(change, meeting_id, adding=adding)
        sign_off = sign_off_of(change.session, viewer, draft.invitation.meeting)
        _check_permitted(viewer, draft, paper, sign_off)
        if paper.version != version:
            raise Conflict("A colleague changed this since you checked it. It has not been sent.")
        _check_whole(draft)
        if not sign_off.may_settle:
            paper.status = ReportStatus.FOR_SIGN_OFF
            paper.sign_off_asked_at, paper.sign_off_asked_by_id = viewer.now, person(viewer)
            paper.sent_back_note = None
            change.log("report.sign_off_asked", "report", _report_id(paper))
            tell_to_sign(change, draft.invitation, paper)
        else:
            _send(change, draft, paper)
        return paper.status


def send_back(viewer: Viewer, meeting_id: int, version: int, note: str, *, adding: bool = False) -> None:
    """Give what waits for the lead's signature back to those who wrote it, with what to change.

    Raises NotVisible, NotPermitted, AlreadySent, Invalid without a note, and Conflict where it had moved on.
    """
    with changing(viewer) as change:
        draft, paper = _written(change, meeting_id, adding=adding)
        signs_off = sign_off_of(change.session, viewer, draft.invitation.meeting).is_signer
        if not access.may_settle(viewer, draft.invitation, draft.invitation.meeting, paper, signs_off=signs_off):
            raise NotPermitted("Only what waits for your signature is sent back.")
        words = note.strip()
        if not words:
            raise Invalid("A note is missing.", errors={"note": ["Say what should be changed"]})
        if len(words) > NOTE_LIMIT:
            raise Invalid("Too long.", errors={"note": [f"Use {NOTE_LIMIT:,} characters or fewer"]})
        if paper.version != version:
            raise Conflict("This was taken back or changed since you read it.")
        paper.status = ReportStatus.DRAFT
        paper.sent_back_note = words
        change.log("report.sent_back", "report", _report_id(paper))
        tell_sent_back(change, draft.invitation, paper)


def take_back(viewer: Viewer, meeting_id: int, *, adding: bool = False) -> None:
    """Go on writing what waits for the lead's signature. Raises NotVisible, NotPermitted and AlreadySent."""
    with changing(viewer) as change:
        draft, paper = _written(change, meeting_id, adding=adding)
        if not access.may_take_back(viewer, draft.invitation, draft.invitation.meeting, paper):
            raise NotPermitted("This does not wait for a signature.")
        paper.status = ReportStatus.DRAFT
        paper.sign_off_asked_at = paper.sign_off_asked_by_id = None
        change.log("report.taken_back", "report", _report_id(paper))


def _written(change: Change, meeting_id: int, *, adding: bool) -> tuple[Draft, Report | ReportAddendum]:
    try:
        return paper_to_settle(change, meeting_id, adding=adding)
    except Invalid:
        raise NotPermitted("Nothing waits for a signature here.") from None


def _check_permitted(viewer: Viewer, draft: Draft, paper: Report | ReportAddendum, sign_off: SignOff) -> None:
    invitation, meeting = draft.invitation, draft.invitation.meeting
    if paper.status is ReportStatus.FOR_SIGN_OFF:
        if not access.may_settle(viewer, invitation, meeting, paper, signs_off=sign_off.may_settle):
            raise NotPermitted("Your lead signs this off.")
    elif isinstance(paper, Report):
        if not access.may_write(viewer, invitation, meeting, paper):
            raise NotPermitted("No report can be sent for this meeting.")
    elif draft.report is None or not access.may_add(viewer, invitation, meeting, draft.report):
        raise NotPermitted("Nothing can be added to this report.")


def _check_whole(draft: Draft) -> None:
    carried = {code for code, row in draft.rows.items() if row.is_carried}
    if errors := lacking(draft.template, draft.answers, carried, draft.is_limited):
        listed = {code: [words] for code, words in errors.items()}
        raise Invalid("Some answers are missing or not confirmed.", errors=listed)
    if draft.addendum is not None and not _differing(draft):
        raise Invalid("Nothing is added or changed yet.")


def _differing(draft: Draft) -> set[str]:
    """Codes of the answers by which an addendum changes what the report says."""
    return {code for code, row in draft.rows.items() if row.value != draft.before.get(code, "")}


def _send(change: Change, draft: Draft, paper: Report | ReportAddendum) -> None:
    viewer, invitation = change.viewer, draft.invitation
    applying = {question.code for question in asked(draft.template, draft.answers, draft.is_limited)}
    if isinstance(paper, Report):
        staying = {code for code, row in draft.rows.items() if row.value} & applying
        if invitation.report_received_on is None:
            invitation.report_received_on = viewer.today
    else:
        staying = _differing(draft) & (applying | set(draft.before))
        paper.after_bundle = has_been_cut(change.session, invitation.meeting_id)
    for code, row in draft.rows.items():
        if code not in staying:
            change.session.delete(row)
    paper.status = ReportStatus.SUBMITTED
    paper.submitted_at, paper.submitted_by_id = viewer.now, person(viewer)
    paper.sent_back_note = None
    change.log("report.submitted" if isinstance(paper, Report) else "report.added_to", "report", _report_id(paper))


def _report_id(paper: Report | ReportAddendum) -> int:
    return paper.id if isinstance(paper, Report) else paper.report_id
