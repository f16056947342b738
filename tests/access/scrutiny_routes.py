"""The matrix's lines about scrutiny, quotations, sector leads, keys, quarters and the API."""

from __future__ import annotations

from tests.access.filling import Filling, day, filling, raw
from tests.access.who import AGENCIES, BOARD, CHAIRS, LEADS, WHOLE_LIST, Route, by_key, open_to, place, public, rows

READERS = BOARD | {"manager", "sector_lead"}
REPLYING = AGENCIES | CHAIRS | READERS | {"coordinator"}
ASKER = frozenset({"scrutineer"})
PROPOSERS = frozenset({"scrutineer", "manager"})
CHASER = frozenset({"sector_lead"})
KEEPERS = LEADS | {"business_manager", "administrator"}
WHOLE_KEEPERS = frozenset({"business_manager", "administrator"})
OF_FIGURES = LEADS | READERS
FREEZER = frozenset({"business_manager"})

CHALLENGE = rows(
    REPLYING,
    {
        "other_gp": place(READERS | {"other_gp.lead"}),
        "business": place(READERS),
        "school": place(READERS | {"school.lead"}),
    },
)
REPLY = rows(
    REPLYING,
    {
        "other_gp": place({"other_gp.lead"}, refused=READERS),
        "business": place((), refused=READERS),
        "school": place((), refused=READERS | {"school.lead"}),
    },
)
CHANGED = rows(
    ASKER, {"other_gp": place(ASKER), "business": place((), refused=ASKER), "school": place((), refused=ASKER)}
)
AGAIN = rows(ASKER, {"business": place(ASKER), "school": place(ASKER), "other_gp": place((), refused=ASKER)})
CLOSED = rows(ASKER, {"other_gp": place(ASKER), "business": place(ASKER), "school": place((), refused=ASKER)})

TAKEN_BACK = rows(
    PROPOSERS,
    {
        "proposed": place({"manager"}),
        "agreed": place((), refused={"scrutineer"}),
        "refused": place((), refused={"manager"}),
    },
)
ANSWERED = rows(
    CHAIRS,
    {
        "proposed": place({"second_chair"}),
        "agreed": place({"second_chair"}),
        "refused": place((), refused={"chair"}),
    },
)

REMARKS = rows(
    LEADS | WHOLE_LIST | CHASER,
    {
        "gp": place({"gp.lead", "sector_lead", "business_manager"}),
        "school": place({"school.lead", "business_manager"}),
    },
)
CHASED = rows(CHASER, {"gp": place(CHASER), "other_gp": place(CHASER), "school": place(())})
REMARK = rows(CHASER, {"gp": place(CHASER)})
KEY = rows(KEEPERS, {"gp": place({"gp.lead"} | WHOLE_KEEPERS), "whole": place(WHOLE_KEEPERS)})

_CHALLENGE = "/scrutiny/<int:challenge_id>"
_QUOTATION = "/scrutiny/quotations/<int:quotation_id>"
_AGENCY = "/sector/agencies/<int:agency_id>"

SCRUTINY_ROUTES: dict[str, dict[str, Route]] = {
    "/scrutiny": {"GET": open_to(REPLYING)},
    "/scrutiny/new": {"GET": open_to(ASKER), "POST": open_to(ASKER)},
    _CHALLENGE: {"GET": CHALLENGE},
    f"{_CHALLENGE}/change": {"GET": CHANGED, "POST": CHANGED},
    f"{_CHALLENGE}/ask-again": {"GET": AGAIN, "POST": AGAIN},
    f"{_CHALLENGE}/close": {"GET": CLOSED, "POST": CLOSED},
    f"{_CHALLENGE}/reply": {"GET": REPLY, "POST": REPLY},
    f"{_CHALLENGE}/reply/autosave": {"POST": REPLY},
    "/scrutiny/quotations": {"GET": open_to(READERS)},
    "/scrutiny/quotations/new": {"GET": open_to(PROPOSERS), "POST": open_to(PROPOSERS)},
    f"{_QUOTATION}/withdraw": {"POST": TAKEN_BACK},
    "/quotations": {"GET": open_to(CHAIRS)},
    "/quotations/<int:quotation_id>": {"GET": ANSWERED, "POST": ANSWERED},
    "/sector": {"GET": open_to(CHASER)},
    _AGENCY: {"GET": REMARKS},
    f"{_AGENCY}/remind": {"POST": CHASED},
    f"{_AGENCY}/remarks/new": {"GET": CHASED, "POST": CHASED},
    "/sector/remarks/<int:remark_id>": {"GET": REMARK, "POST": REMARK},
    "/api-keys": {"GET": open_to(KEEPERS)},
    "/api-keys/new": {"GET": open_to(KEEPERS), "POST": open_to(KEEPERS)},
    "/api-keys/<int:key_id>/end": {"GET": KEY, "POST": KEY},
    "/figures/quarter": {"GET": open_to(OF_FIGURES)},
    "/figures/quarter/freeze": {"GET": open_to(FREEZER), "POST": open_to(FREEZER)},
    # The last quarter of the world is not frozen: there is nothing to correct.
    "/figures/quarter/correct": {"GET": open_to(FREEZER, answer=(302, 303)), "POST": open_to(FREEZER)},
    "/api/openapi.json": {"GET": public(200)},
    "/api/v1/measures": {"GET": by_key()},
    "/api/v1/measures/<measure_id>": {"GET": by_key()},
    "/api/v1/indicators": {"GET": by_key()},
    "/api/v1/months": {"GET": by_key()},
}

SCRUTINY_FILLINGS: dict[str | tuple[str, str], Filling] = {
    "/scrutiny/new": filling(
        title="Reports",
        text="Why do so few reports come?",
        whom="agency",
        agency=lambda world: world.agencies["a.gp"],
        **day("due_on", 30, 6, 2026),
    ),
    f"{_CHALLENGE}/change": filling(text="Why do so few reports come in time?"),
    f"{_CHALLENGE}/ask-again": filling(text="And since then?", **day("due_on", 30, 6, 2026)),
    f"{_CHALLENGE}/close": filling(text="It was put right."),
    f"{_CHALLENGE}/reply": filling(text="Because nobody asked."),
    f"{_CHALLENGE}/reply/autosave": filling(page=f"{_CHALLENGE}/reply", text="Because nobody"),
    "/scrutiny/quotations/new": filling(
        text="Nobody told me what to expect.",
        voice="family",
        reference=lambda world: world.meeting("a.past_initial").reference,
    ),
    f"{_QUOTATION}/withdraw": raw(version=1),
    "/quotations/<int:quotation_id>": filling(answer="agree", text="Nobody said what would happen."),
    f"{_AGENCY}/remind": raw(),
    f"{_AGENCY}/remarks/new": filling(text="Ring me if the workbook is trouble."),
    "/sector/remarks/<int:remark_id>": filling(text="Ring me whenever you like."),
    "/api-keys/new": filling(name="Dashboard", **day("ends_on", 31, 12, 2026)),
    "/api-keys/<int:key_id>/end": filling(),
    "/figures/quarter/freeze": filling(note="As reported to the board."),
    "/figures/quarter/correct": raw(quarter="2026-Q1", seen="1-1-1", reason="A register was wrong."),
}
