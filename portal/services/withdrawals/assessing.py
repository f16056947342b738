"""Assessing what was withdrawn: whom it may harm, whether the regulator was told, and when the entry is closed."""

from __future__ import annotations

from portal.access import report_withdrawals as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.withdrawals import Assessment, assessment_faults
from portal.models.report_withdrawals import ReportWithdrawal
from portal.services.changes import Change, changing

LOST = "Somebody else assessed this a moment ago. What you wrote has not been saved."


def assess(viewer: Viewer, withdrawal_id: int, assessment: Assessment, version: int) -> None:
    """Write down what was found; once closed it stays as it is.

    Raises NotVisible, NotPermitted, Invalid by field, and Conflict with both texts where somebody else assessed it.
    """
    with changing(viewer) as change:
        withdrawal = _to_assess(change, withdrawal_id)
        if withdrawal.version != version:
            raise Conflict(LOST, mine=_in_words(assessment), theirs=_in_words(_of_row(withdrawal)))
        if not access.may_assess(viewer, withdrawal):
            raise NotPermitted("This entry is closed, or assessed by others.")
        faults = assessment_faults(assessment, known_at=withdrawal.withdrawn_at, now=viewer.now)
        if faults:
            raise Invalid("The assessment is not whole.", errors=faults)
        withdrawal.assessment = assessment.words.strip()
        withdrawal.regulator = assessment.step
        withdrawal.regulator_told_at = assessment.told_at
        withdrawal.regulator_reason = assessment.reason.strip() or None
        withdrawal.state = assessment.state
        withdrawal.assessed_at = viewer.now
        withdrawal.assessed_by_id = viewer.user_id
        change.log("withdrawal.closed" if assessment.is_closed else "withdrawal.assessed", "withdrawal", withdrawal_id)


def _to_assess(change: Change, withdrawal_id: int) -> ReportWithdrawal:
    found = change.session.scalars(
        access.visible_to(change.viewer)
        .where(ReportWithdrawal.id == withdrawal_id)
        .with_for_update(of=ReportWithdrawal)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotVisible("No such entry.")
    return found


def _of_row(withdrawal: ReportWithdrawal) -> Assessment:
    return Assessment(
        words=withdrawal.assessment or "",
        step=withdrawal.regulator,
        told_at=withdrawal.regulator_told_at,
        reason=withdrawal.regulator_reason or "",
    )


def _in_words(assessment: Assessment) -> dict[str, str]:
    return {
        "What was found": assessment.words.strip(),
        "The regulator": label(assessment.step),
        "Why": assessment.reason.strip(),
    }
