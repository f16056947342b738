"""What was sent to the wrong place and taken back: a file, which was assessed, and a report, whose hours run."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import AgencyType
from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalReason
from portal.domain.withdrawals import Assessment
from portal.models.files import ReportFile
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.services import activity, file_reading
from portal.services.demo.reports import words
from portal.services.demo.reports.parts import Casework, Part
from portal.services.demo.reports.writing import send
from portal.services.reports.bundling import cut_bundle
from portal.services.withdrawals.assessing import assess
from portal.services.withdrawals.withdrawing import withdraw

_LEAST_PRINTED = 2
"""So many reports must stand in a bundle from which one goes: the next one still says something."""


@dataclass(slots=True)
class _Taken:
    """What was taken back, known once it is."""

    file_part: Part | None = None
    file_id: int = 0
    entry_id: int = 0
    meeting_id: int = 0


def plan(work: Casework) -> None:
    """The file goes on the evening before and is assessed in the morning, when the report goes."""
    taken = _Taken()
    work.at(-1, lambda viewer: _send_file(work, taken, viewer), 18)
    work.at(-1, lambda viewer: _withdraw_file(work, taken, viewer), 20)
    work.at(0, lambda viewer: _assess(work, taken, viewer), 7, work.manager)
    work.at(0, lambda viewer: _withdraw_report(work, taken, viewer), 7)
    work.at(0, lambda viewer: _cut_anew(taken, viewer), 8, work.coordinator)


def _send_file(work: Casework, taken: _Taken, worker: Viewer) -> None:
    """A school sends its report with a file about others, and the chair opens it."""
    waiting = work.unwritten()
    part = taken.file_part = work.take(waiting, AgencyType.SCHOOL) or work.take(waiting)
    if part is None:
        return
    send(work, work.lead(part, worker.now), part, file_mark=work.cast.mark("D"))
    taken.file_id = db.session.scalars(
        select(ReportFile.file_id)
        .join(Report, Report.id == ReportFile.report_id)
        .where(Report.invitation_id == part.invitation_id)
    ).one()
    file_reading.open_file(work.acting(part.chair, worker.now), taken.file_id)


def _withdraw_file(work: Casework, taken: _Taken, worker: Viewer) -> None:
    if taken.file_part is not None:
        note = work.said(words.WRONG_FILE, "D")
        taken.entry_id = _take_back(work, worker, taken.file_part, note, file_id=taken.file_id)


def _assess(work: Casework, taken: _Taken, manager: Viewer) -> None:
    if taken.entry_id:
        found = Assessment(
            words=work.said(words.ASSESSED, "D"),
            step=RegulatorStep.NOT_NEEDED,
            reason=words.NOT_TOLD,
            is_closed=True,
        )
        assess(manager, taken.entry_id, found, db.session.get_one(ReportWithdrawal, taken.entry_id).version)


def _withdraw_report(work: Casework, taken: _Taken, worker: Viewer) -> None:
    """One that others have read in the bundle, about another child."""
    printed: dict[int, list[Part]] = {}
    for part in work.parts():
        if part.bundle is not None:
            printed.setdefault(part.meeting_id, []).append(part)
    found = [part for parts in printed.values() if len(parts) >= _LEAST_PRINTED for part in parts]
    wrong = work.take(part for part in found if part.report_id in work.opened)
    if wrong is not None:
        _take_back(work, worker, wrong, work.said(words.WRONG_CHILD, "D"))
        taken.meeting_id = wrong.meeting_id


def _take_back(work: Casework, worker: Viewer, part: Part, note: str, *, file_id: int | None = None) -> int:
    # Who had opened it is read from the trail, which is otherwise written as a transaction ends.
    activity.chain_now(db.session())
    lead, reason = work.lead(part, worker.now), WithdrawalReason.WRONG_CHILD
    return withdraw(lead, part.meeting_id, part.invitation_id, reason, note, file_id=file_id)


def _cut_anew(taken: _Taken, coordinator: Viewer) -> None:
    """Whoever keeps the meeting does not wait for the portal's own round."""
    if taken.meeting_id:
        cut_bundle(coordinator, taken.meeting_id)
