"""The words of records closed to people, reports held back from agencies, and openings in an emergency."""

from __future__ import annotations

from enum import StrEnum


class Reach(StrEnum):
    """Whom a restriction shuts out: the people on its list, or everybody who is not on it."""

    NAMED = "named"
    ALL_OTHERS = "all_others"


class HoldReason(StrEnum):
    """Why an agency does not get another one's report."""

    RELATIVE = "relative"
    THIRD_PARTY = "third_party"
    ENQUIRY = "enquiry"
    SOMETHING_ELSE = "something_else"


class Verdict(StrEnum):
    """What a review says of an opening in an emergency."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
