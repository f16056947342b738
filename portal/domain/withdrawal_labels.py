"""What pages call each word of a withdrawal: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalReason, WithdrawalState

WITHDRAWAL_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    WithdrawalReason: {
        WithdrawalReason.WRONG_CHILD: ("It is about another child", "Wrong child"),
        WithdrawalReason.WRONG_PERSON: ("It went to a person or agency that should not have it", "Wrong person"),
        WithdrawalReason.SOMEBODY_ELSES: ("It says something about somebody outside the family", "Somebody else’s"),
        WithdrawalReason.NOT_TO_BE_SHARED: ("It says something that may not be shared", "Not to be shared"),
        WithdrawalReason.SOMETHING_ELSE: ("Something else", "Something else"),
    },
    WithdrawalState: {
        WithdrawalState.OPEN: ("Not assessed yet", "Open"),
        WithdrawalState.ASSESSED: ("Assessed, and not closed yet", "Assessed"),
        WithdrawalState.CLOSED: ("Closed", "Closed"),
    },
    RegulatorStep: {
        RegulatorStep.NOT_DECIDED: ("Not decided yet", "Not decided"),
        RegulatorStep.TOLD: ("Told", "Told"),
        RegulatorStep.NOT_NEEDED: ("Need not be told", "Not needed"),
    },
}
