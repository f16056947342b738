"""What agencies of the world took back, added beside what was there: each text of it marked.

In each partnership stand, under these names in world.withdrawals:

p.gp      a report of the surgery on p.initial, sent and withdrawn before it began its draft; with a file, and open
p.school  a file of the school's report on p.past_initial, withdrawn by its chair; assessed and closed
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from portal.domain.audit_vocabulary import FilePurpose, FileStatus
from portal.domain.vocabulary import ReportStatus
from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalReason, WithdrawalState
from portal.models.files import ReportFile, StoredFile
from portal.models.report_withdrawals import ReportWithdrawal
from tests.report_forms import add_report
from tests.world import NOW, PARTNERSHIPS, World
from tests.world_files import FileBuilder

SENT, WITHDRAWN = NOW - timedelta(days=3), NOW - timedelta(hours=60)


class WithdrawalBuilder:
    """Writes them in one open transaction, after the meetings and their files."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world
        self.files = FileBuilder(session, world)

    def build(self) -> None:
        """A report and a file in both partnerships."""
        for letter in PARTNERSHIPS:
            self._report(letter)
            self._file(letter)
        self.session.flush()

    def _report(self, letter: str) -> None:
        readers = {f"{letter}.gp.lead", f"{letter}.manager"}
        invited = self.world.meeting(f"{letter}.initial").invitations["gp"]
        lead = self.world.person(f"{letter}.gp.lead").user_id
        texts = {
            name: self.world.mark("report", letter, readers, f"ZQ-{letter.upper()}-WITHDRAWN-{name.upper()}-QZ")
            for name in ("involvement", "strengths", "worries", "threshold_reason")
        }
        report = add_report(
            self.session,
            partnership_id=self.world.partnerships[letter],
            invitation_id=invited.id,
            template_id=self.world.report_forms[letter],
            status=ReportStatus.SUBMITTED,
            answers={**texts, "threshold_view": "plan_needed", "category_views": "neglect"},
            at=SENT,
            by_id=lead,
            withdrawn_at=WITHDRAWN,
        )
        stored = self._stored(letter, "gp_withdrawn", "gp", ("gp.lead", "manager"))
        self.session.add(ReportFile(partnership_id=report.partnership_id, report_id=report.id, file_id=stored.id))
        self._entry(
            letter,
            "gp",
            report_id=report.id,
            file_number=0,
            words=self.world.mark("withdrawal", letter, readers, f"ZQ-{letter.upper()}-WITHDRAWN-BECAUSE-QZ"),
            withdrawn_by_id=lead,
            received_on=SENT.date(),
            is_asked_again=True,
            state=WithdrawalState.OPEN,
            regulator=RegulatorStep.NOT_DECIDED,
        )

    def _file(self, letter: str) -> None:
        readers = {f"{letter}.school.lead", f"{letter}.manager"}
        report_id = self.world.meeting(f"{letter}.past_initial").invitations["school"].report_id
        stored = self._stored(letter, "school_withdrawn", "school", ("school.lead", "manager"))
        self.session.add(
            ReportFile(
                partnership_id=stored.partnership_id,
                report_id=report_id,
                file_id=stored.id,
                withdrawn_at=WITHDRAWN,
            )
        )
        self._entry(
            letter,
            "school",
            report_id=report_id,
            file_id=stored.id,
            file_number=stored.id,
            withdrawn_by_id=self.world.person(f"{letter}.second_chair").user_id,
            is_asked_again=False,
            state=WithdrawalState.CLOSED,
            assessment=self.world.mark("withdrawal", letter, readers, f"ZQ-{letter.upper()}-ASSESSED-QZ"),
            regulator=RegulatorStep.NOT_NEEDED,
            regulator_reason=self.world.mark("withdrawal", letter, readers, f"ZQ-{letter.upper()}-NOT-TOLD-QZ"),
            assessed_at=NOW - timedelta(hours=2),
            assessed_by_id=self.world.person(f"{letter}.manager").user_id,
        )

    def _stored(self, letter: str, name: str, agency: str, readers: tuple[str, ...]) -> StoredFile:
        return self.files.file(letter, name, agency, FilePurpose.REPORT_ATTACHMENT, FileStatus.CLEAN, readers)

    def _entry(self, letter: str, key: str, **facts: object) -> None:
        entry = ReportWithdrawal(
            partnership_id=self.world.partnerships[letter],
            reason=WithdrawalReason.WRONG_CHILD,
            withdrawn_at=WITHDRAWN,
            **facts,
        )
        self.session.add(entry)
        self.session.flush()
        self.world.withdrawals[f"{letter}.{key}"] = entry.id
