"""The words of scrutiny: how a challenge stands, what was done to it, and how a quotation stands."""

from __future__ import annotations

from enum import StrEnum


class ScrutinyState(StrEnum):
    """Whose turn it is: an open challenge waits for a reply, one that was replied to for the scrutineer."""

    OPEN = "open"
    REPLIED = "replied"
    CLOSED = "closed"


class ScrutinyStep(StrEnum):
    """What was done to a challenge, in its history."""

    ASKED = "asked"
    CHANGED = "changed"
    REPLIED = "replied"
    ASKED_AGAIN = "asked_again"
    CLOSED = "closed"


class QuotationState(StrEnum):
    """How a quotation stands; the board reads what its chair has agreed, and nothing else."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Voice(StrEnum):
    """Who said it, in so far as that may be told."""

    CHILD = "child"
    FAMILY = "family"
    PRACTITIONER = "practitioner"
    SOMEBODY = "somebody"
