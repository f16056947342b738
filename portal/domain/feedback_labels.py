"""What staff's pages call each value of feedback."""

from __future__ import annotations

from portal.domain.feedback_vocabulary import Agreement, Audience, Language, Reply

AUDIENCE_WORDS = {Audience.FAMILY: "Families", Audience.PROFESSIONAL: "Professionals"}
REPLY_WORDS = {Reply.YES: "Yes", Reply.NO: "No", Reply.NOT_SURE: "Not sure"}
AGREEMENT_WORDS = {
    Agreement.AGREES: "As recorded",
    Agreement.DIFFERS: "Not as recorded",
    Agreement.NOT_KNOWN: "Not known",
}
LANGUAGE_WORDS = {
    Language.ENGLISH: "English",
    Language.POLISH: "Polish",
    Language.ROMANIAN: "Romanian",
    Language.BENGALI: "Bengali",
    Language.URDU: "Urdu",
    Language.ARABIC: "Arabic",
}
