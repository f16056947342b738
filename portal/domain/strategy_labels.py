"""What pages call the words of the strategy record."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.strategy_vocabulary import (
    LateReason,
    ReturnInterview,
    Section47,
    SpecialistStep,
    StrategyQuestion,
    StrategyRecordState,
)

STRATEGY_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    StrategyQuestion: {
        StrategyQuestion.JOINED: ("When did each agency join, and can its people decide for it?", "Who joined when"),
        StrategyQuestion.WAITED_FOR: ("Was an agency waited for?", "Waited for"),
        StrategyQuestion.INFORMATION: ("What did each agency share?", "Information shared"),
        StrategyQuestion.MISSING_CHILD: ("What is known about the missing child?", "Missing child"),
        StrategyQuestion.THRESHOLD: ("Is the threshold of significant harm met?", "Threshold"),
        StrategyQuestion.SECTION_47: ("Will there be a section 47 enquiry?", "Section 47"),
        StrategyQuestion.NEXT_STEPS: ("What happens next?", "What next"),
        StrategyQuestion.SAFETY_PLAN: ("Is there an interim safety plan?", "Interim safety plan"),
        StrategyQuestion.SEXUAL_ABUSE: ("Is this about sexual abuse?", "Sexual abuse"),
        StrategyQuestion.LATE: ("Why was it held late?", "Why late"),
    },
    StrategyRecordState: {
        StrategyRecordState.DRAFT: ("Being written", "Being written"),
        StrategyRecordState.SIGNED: ("Signed", "Signed"),
        StrategyRecordState.AMENDING: ("Signed, and being amended", "Being amended"),
    },
    Section47: {
        Section47.NONE: ("No enquiry", "None"),
        Section47.SINGLE_AGENCY: ("Children’s social care alone makes enquiries", "Single agency"),
        Section47.JOINT: ("Children’s social care and the police make enquiries together", "Joint"),
    },
    LateReason: {
        LateReason.WAITED_FOR_AGENCY: ("An agency was waited for", "Agency waited for"),
        LateReason.NO_CHAIR: ("Nobody could chair it sooner", "No chair"),
        LateReason.ASKED_FOR_LATE: ("It was asked for late", "Asked for late"),
        LateReason.INFORMATION_MISSING: ("Information was missing", "Information missing"),
        LateReason.OUT_OF_HOURS: ("The concern came at night, at a weekend or on a bank holiday", "Out of hours"),
        LateReason.FAMILY_NOT_FOUND: ("The child or family could not be found", "Family not found"),
        LateReason.OTHER: ("Another reason", "Another reason"),
    },
    SpecialistStep: {
        SpecialistStep.ASKED: ("Asked for", "Asked for"),
        SpecialistStep.DONE: ("Done", "Done"),
        SpecialistStep.NOT_NEEDED: ("Not needed", "Not needed"),
    },
    ReturnInterview: {
        ReturnInterview.OFFERED: ("Yes, it was offered", "Offered"),
        ReturnInterview.NOT_YET: ("Not yet: the child is still missing", "Not yet"),
        ReturnInterview.NOT_OFFERED: ("No, it was not offered", "Not offered"),
    },
}
