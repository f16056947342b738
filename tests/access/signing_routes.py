"""The matrix's lines about signing audit returns: sending, signing, opening again, inviting, comparing versions."""

from __future__ import annotations

from tests.access.audit_routes import AUDITED, POLICE_SIGNERS, RETURNS, SCHOOL_SIGNERS
from tests.access.who import AGENCIES, LEADS, SIGNATORIES, Route, place, rows

_SIGNING = "/audits/<int:return_id>/signing"

SENDING = rows(
    LEADS,
    {
        "gp": place({"gp.lead"}),
        "police": place({"police.lead"}),  # sent twice, it is one sending
        "other_gp": place((), refused={"other_gp.lead"}),
        "social_care": place((), refused={"social_care.lead"}),
        "school": place((), refused={"school.lead"}),
    },
)
SIGNING = rows(
    AGENCIES | SIGNATORIES,
    {"police": place({"police.lead"}, refused={"police.executive"})},  # the executive's turn comes after the author's
)
# Whoever runs the round opens a return again too; the panel and the scrutineer read.
REOPENING = rows(
    AUDITED,
    {
        "social_care": place({"social_care.lead", "business_manager"}, refused={"board", "scrutineer"}),
        "school": place(
            {"school.lead", "business_manager"}, refused={"school.head", "school.governor", "board", "scrutineer"}
        ),
        "police": place((), refused=POLICE_SIGNERS | {"board", "business_manager", "scrutineer"}),
    },
)
INVITING = rows(
    LEADS,
    {
        "police": place({"police.lead"}),
        "gp": place({"gp.lead"}),
        "social_care": place((), refused={"social_care.lead"}),
        "school": place((), refused=SCHOOL_SIGNERS & LEADS),
    },
)
# None of the world's returns has a second version.
COMPARING = rows(AUDITED, {name: place(()) for name in ("gp", "police", "social_care", "school")})

SIGNING_ROUTES: dict[str, dict[str, Route]] = {
    _SIGNING: {"GET": RETURNS},
    f"{_SIGNING}/submit": {"POST": SENDING},
    f"{_SIGNING}/withdraw": {"POST": SENDING},
    f"{_SIGNING}/sign": {"POST": SIGNING},
    f"{_SIGNING}/reopen": {"GET": REOPENING, "POST": REOPENING},
    f"{_SIGNING}/invite": {"GET": INVITING, "POST": INVITING},
    "/audits/<int:return_id>/versions": {"GET": COMPARING},
}
