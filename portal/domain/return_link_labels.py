"""What pages call the words of links: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.return_links import LinkEnd

RETURN_LINK_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    LinkEnd: {
        LinkEnd.USED: ("What it asks for was sent", "Used"),
        LinkEnd.WITHDRAWN: ("It was ended, or a newer one was sent", "Ended"),
        LinkEnd.EXPIRED: ("Its time is over", "Too old"),
        LinkEnd.SWITCHED_OFF: ("The agency’s lead lets nobody answer by a link", "Switched off"),
        LinkEnd.LEFT: ("The person is no longer named by the agency", "No longer named"),
        LinkEnd.HAS_ACCOUNT: ("The person has an account now", "Has an account"),
        LinkEnd.CANCELLED: ("The meeting was cancelled", "Cancelled"),
        LinkEnd.CLOSED: ("The register is closed", "Closed"),
        LinkEnd.FOR_NAMED_PEOPLE: ("The meeting is for named people only now", "Named people only"),
        LinkEnd.NOT_ASKED: ("The agency is not asked any more", "Not asked"),
        LinkEnd.ANSWERED_OTHERWISE: ("Somebody who signed in has answered", "Answered"),
    },
}
