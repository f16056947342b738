"""The matrix's lines about reports and files that are withdrawn."""

from __future__ import annotations

from tests.access.who import AGENCIES, CHAIRS, ELSEWHERE, GP, LEADS, Route, open_to, place, rows

LISTED = LEADS | {"manager", "administrator"}
WITHDRAWS = AGENCIES | CHAIRS | {"manager", "coordinator"}

# Whoever did not send it themselves leaves it to their lead. Where all that was sent is withdrawn, that is said.
WITHDRAWING = rows(
    WITHDRAWS,
    {
        "initial/police": place({"police.lead", "chair", "manager", "coordinator"}, {"police.practitioner"}),
        "initial/gp": place(GP | {"chair", "manager", "coordinator"}, answer=(409,)),
        "initial/school": place(()),
        "review/other_gp": place(()),
        "review/police": place({"police.lead", "second_chair", "manager", "coordinator"}, {"police.practitioner"}),
        "past_initial/school": place(
            {"school.lead", "second_chair", "manager", "coordinator"}, {"school.practitioner"}
        ),
    },
)
WITHDRAWN = rows(
    WITHDRAWS, {key: one for key, one in WITHDRAWING.places.items() if key not in ("initial/gp", "initial/school")}
)
READING = {"gp": {"gp.lead", "manager"}, "school": {"school.lead", "manager"}}
ENTRIES = rows(LISTED, {key: place({*who, "administrator"}) for key, who in READING.items()})
TEXTS = rows(LISTED, {key: place(who) for key, who in READING.items()})
OPENING = rows(LISTED, {f"{key}/{key}_withdrawn": place(who) for key, who in READING.items()})
ASSESSING = rows({"manager"}, {"gp": place({"manager"}), "school": place({"manager"}, answer=ELSEWHERE)})
ASSESSED = rows({"manager"}, {"gp": place({"manager"}), "school": place((), {"manager"})})

_ENTRY = "/withdrawals/<int:withdrawal_id>"

WITHDRAWAL_ROUTES: dict[str, dict[str, Route]] = {
    "/meetings/<int:meeting_id>/reports/<int:invitation_id>/withdraw": {"GET": WITHDRAWING, "POST": WITHDRAWN},
    "/withdrawals": {"GET": open_to(LISTED)},
    _ENTRY: {"GET": ENTRIES},
    f"{_ENTRY}/assess": {"GET": ASSESSING, "POST": ASSESSED},
    f"{_ENTRY}/text": {"GET": TEXTS},
    f"{_ENTRY}/files/<int:file_id>": {"GET": OPENING},
}
