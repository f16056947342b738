"""What pages call each word of what becomes of a report: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.bundle_vocabulary import BundleEnd, MaySee
from portal.domain.sharing_vocabulary import ConsultationState, NotNeededReason, ShareWay, WithheldReason

SHARING_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    MaySee: {
        MaySee.FAMILY: ("For the agencies and the family", "Family"),
        MaySee.AGENCIES: ("For the agencies only", "Agencies only"),
        MaySee.READ_OUT: ("Only to be read out", "Read out"),
    },
    BundleEnd: {
        BundleEnd.REPLACED: ("Replaced by a newer one", "Replaced"),
        BundleEnd.WITHDRAWN: ("Closed: a report in it was withdrawn", "Closed"),
    },
    ShareWay: {
        ShareWay.IN_PERSON: ("Given and talked through in person", "In person"),
        ShareWay.READ_OUT: ("Read out to them", "Read out"),
        ShareWay.POST: ("Sent by post", "By post"),
        ShareWay.INTERPRETER: ("Gone through with an interpreter", "Interpreter"),
    },
    WithheldReason: {
        WithheldReason.RISK_OF_HARM: ("It would put somebody at risk", "Risk"),
        WithheldReason.ENQUIRY: ("It would harm an enquiry", "Enquiry"),
        WithheldReason.COURT_ORDER: ("A court order forbids it", "Court order"),
        WithheldReason.THIRD_PARTY: ("It is about somebody else, and cannot be told apart", "Somebody else"),
        WithheldReason.NOT_REACHED: ("They could not be reached", "Not reached"),
        WithheldReason.DECLINED: ("They did not want to see it", "Declined"),
        WithheldReason.SOMETHING_ELSE: ("Something else", "Something else"),
    },
    NotNeededReason: {
        NotNeededReason.NOTHING_HELD: ("The agency holds nothing about the family", "Nothing held"),
        NotNeededReason.NOT_INVOLVED: ("The agency does not work with the family any more", "Not involved"),
        NotNeededReason.COVERED: ("Another agency’s report says it too", "Covered"),
        NotNeededReason.CONSULTED: ("The chair talked with the agency instead", "Consulted"),
        NotNeededReason.BROUGHT_FORWARD: ("The meeting was called too quickly to write", "Too quick"),
        NotNeededReason.SOMETHING_ELSE: ("Something else", "Something else"),
    },
    ConsultationState: {
        ConsultationState.WAITING: ("Not confirmed yet", "Not confirmed"),
        ConsultationState.CONFIRMED: ("Confirmed", "Confirmed"),
        ConsultationState.CORRECTED: ("Confirmed with a correction", "Corrected"),
    },
}
