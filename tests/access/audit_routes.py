"""The matrix's lines about audits: frameworks, rounds, returns, moderation, actions and closures."""

from __future__ import annotations

from tests.access.who import (
    AGENCIES,
    BOARD,
    CHAIRS,
    ELSEWHERE,
    GIVEN,
    GP,
    LEADS,
    SIGNATORIES,
    Route,
    open_to,
    place,
    rows,
)

AUDITED = AGENCIES | SIGNATORIES | BOARD | {"sector_lead"}
PANELS = BOARD | {"sector_lead"}
RUNS_AUDITS = frozenset({"business_manager"})
READS_SIGNED = frozenset({"business_manager", "scrutineer"})
# Whoever runs meetings has actions too, and no answer of an audit to add one to.
ACTION_ADDING = rows(
    AGENCIES | PANELS | CHAIRS | {"manager", "coordinator"},
    {
        "gp/1.1": place({"gp.lead", "gp.practitioner"}),
        "gp/2.1": place({"gp.lead"}),
        "police/1.1": place({"police.lead"}),
        "social_care/1.1": place({"social_care.lead", "business_manager"}, refused={"scrutineer"}),
        "school/1.1": place({"school.lead", "board", "business_manager"}, refused={"scrutineer"}),
    },
)
MODERATED = {"school": place(BOARD), "social_care": place(READS_SIGNED), "gp": place(()), "police": place(())}
MODERATING = rows(
    PANELS,
    {
        "school/1.1": place({"board", "business_manager"}, refused={"scrutineer"}),
        "social_care/1.1": place({"business_manager"}, refused={"scrutineer"}),
    },
)
RELEASING = rows(RUNS_AUDITS, {"school": place(RUNS_AUDITS), "social_care": place(RUNS_AUDITS), "gp": place(())})
# Before anything is released, the agency is told when and where the session is.
SESSION = rows(
    AUDITED,
    {
        "school": place(BOARD | {"school.lead", "school.head", "school.governor"}),
        "social_care": place(READS_SIGNED),
    },
)
SESSION_HELD = rows(RUNS_AUDITS, {"school": place(RUNS_AUDITS), "social_care": place((), refused=RUNS_AUDITS)})
SESSION_RELEASED = rows(RUNS_AUDITS, {name: place((), refused=RUNS_AUDITS) for name in ("school", "social_care")})

# Rounds: the board's roles read them, their manager runs them; chasing is for those who may have leads' addresses.
ONE_ROUND = rows(PANELS, {name: place(PANELS) for name in ("section_11", "schools", "next")})
CHASES = frozenset({"business_manager", "sector_lead"})
CHASING = rows(PANELS, {name: place(CHASES, refused=PANELS - CHASES) for name in ("section_11", "schools", "next")})
KEPT_ROUND = rows(RUNS_AUDITS, {name: place(RUNS_AUDITS) for name in ("section_11", "next")})
ASKING_MORE = rows(RUNS_AUDITS, {"next": place(RUNS_AUDITS)})
TAKEN_OUT = rows(
    RUNS_AUDITS,
    {
        "section_11/other_gp": place(RUNS_AUDITS),
        "section_11/gp": place((), refused=RUNS_AUDITS),
        "section_11/police": place((), refused=RUNS_AUDITS),
    },
)
CLOSED_ROUND = rows(RUNS_AUDITS, {"section_11": place(RUNS_AUDITS), "next": place((), refused=RUNS_AUDITS)})
CLOSURES = rows(LEADS, {"gp": place({"gp.lead"}), "school": place({"school.lead"})})
_ROUND = "/audit-rounds/<int:round_id>"

# Drafts are for whoever keeps the frameworks; a published edition stays as it is, for them too.
KEEPER = frozenset({"business_manager"})
EDITIONS = rows(
    BOARD | {"sector_lead"},
    {
        "section_11": place(BOARD | {"sector_lead"}),
        "schools": place(BOARD | {"sector_lead"}),
        "draft": place(KEEPER),
    },
)
DIFFERENCES = rows(BOARD | {"sector_lead"}, {"draft": place(KEEPER), "section_11": place(set())})
DRAFTING = rows(KEEPER, {"draft": place(KEEPER), "section_11": place((), refused=KEEPER)})
DRAFTING_STANDARDS = rows(KEEPER, {"draft/1": place(KEEPER), "section_11/1": place((), refused=KEEPER)})
DRAFTING_QUESTIONS = rows(KEEPER, {"draft/1.1": place(KEEPER), "section_11/1.1": place((), refused=KEEPER)})
STARTING_DRAFTS = rows(
    KEEPER, {"schools": place(KEEPER), "section_11": place(KEEPER), "draft": place((), refused=KEEPER)}
)
_EDITION = "/frameworks/<int:edition_id>"

# Audits: an agency's lead and signatories see all of its return, a colleague the section that they were given; from
# outside progress is seen at once, and answers once they are signed.
SCHOOL_SIGNERS = frozenset({"school.lead", "school.head", "school.governor"})
POLICE_SIGNERS = frozenset({"police.lead", "police.executive"})
RETURNS = rows(
    AUDITED,
    {
        "gp": place(GP | BOARD | {"sector_lead"}),
        "other_gp": place(BOARD | {"other_gp.lead", "sector_lead"}),
        "police": place(BOARD | POLICE_SIGNERS),
        "social_care": place(BOARD | {"social_care.lead"}),
        "school": place(BOARD | SCHOOL_SIGNERS),
    },
)
PRINTED = rows(
    AUDITED,
    {
        "gp": place(GP),
        "other_gp": place(set()),
        "police": place(POLICE_SIGNERS),
        "social_care": place(READS_SIGNED | {"social_care.lead"}),
        "school": place(BOARD | SCHOOL_SIGNERS),
    },
)
AUDIT_QUESTIONS = rows(
    AUDITED,
    {
        "gp/1.1": place(GP),
        "gp/2.1": place({"gp.lead"}),
        "police/1.1": place(POLICE_SIGNERS),
        "social_care/1.1": place(READS_SIGNED | {"social_care.lead"}),
        "school/1.1": place(BOARD | SCHOOL_SIGNERS),
    },
)
# What has been sent or signed can be read and no longer changed.
AUDIT_ANSWERS = rows(
    AGENCIES,
    {
        "gp/1.1": place(GP),
        "gp/2.1": place({"gp.lead"}),
        "police/1.1": place((), refused={"police.lead"}),
        "school/1.1": place((), refused={"school.lead"}),
    },
)
AUDIT_COMMENTS = rows(
    AGENCIES | SIGNATORIES,
    {
        "gp/1.1": place(GP),
        "gp/2.1": place({"gp.lead"}),
        "police/1.1": place(POLICE_SIGNERS),
        "school/1.1": place((), refused=SCHOOL_SIGNERS),
    },
)
# Pressed again by a colleague, it has been started: no fault, and nothing is done.
AUDIT_STARTS = rows(LEADS, {"other_gp": place({"other_gp.lead"}), "gp": place({"gp.lead"})})
AUDIT_SECTIONS = rows(
    LEADS,
    {
        "gp/1": place({"gp.lead"}),
        "gp/2": place({"gp.lead"}),
        "police/1": place((), refused={"police.lead"}),
        "other_gp/1": place(()),  # not started: there is nothing to give yet
    },
)
AUDIT_CONFIRMING = rows(
    AGENCIES,
    {
        "gp/1": place(GP),
        "gp/2": place({"gp.lead"}),
        "police/1": place((), refused={"police.lead"}),
        "other_gp/1": place(()),
    },
)
# A return leaves the portal with its own agency's people alone; the board reads what is signed on its pages.
WORKBOOKS = rows(
    AUDITED,
    {
        "gp": place(GP, refused=BOARD | {"sector_lead"}),
        # Nothing has been started, so there is nothing to fill in: they are told so on the page of the return.
        "other_gp": place({"other_gp.lead"}, refused=BOARD | {"sector_lead"}, answer=ELSEWHERE),
        "police": place(POLICE_SIGNERS, refused=BOARD),
        "social_care": place({"social_care.lead"}, refused=BOARD),
        "school": place(SCHOOL_SIGNERS, refused=BOARD),
    },
)
WORKBOOK_PAGES = rows(
    AGENCIES,
    {
        "gp": place(GP),
        "other_gp": place({"other_gp.lead"}),
        "police": place({"police.lead"}, answer=ELSEWHERE),
        "school": place({"school.lead"}, answer=ELSEWHERE),
    },
)
WORKBOOK_TAKING = rows(
    AGENCIES,
    {
        "gp": place(GP),
        "police": place((), refused={"police.lead"}),
        "school": place((), refused={"school.lead"}),
    },
)
TRAVELLING = rows(
    LEADS, {name: place({f"{name}.lead"}) for name in ("gp", "other_gp", "police", "social_care", "school")}
)
# Taking one in needs a file that another partnership has signed: tests/pages/test_audit_files.py.
TAKING_IN = rows(LEADS, {name: place((), refused={f"{name}.lead"}) for name in ("police", "social_care", "school")})
_RETURN = "/audits/<int:return_id>"
_AUDIT_QUESTION = f"{_RETURN}/questions/<int:question_id>"

# What a round found is for the board's world; an agency's letter waits until the panel's work is released.
ROUND_RESULTS = rows(
    BOARD | {"sector_lead"}, {name: place(BOARD | {"sector_lead"}) for name in ("section_11", "schools")}
)
# In the world everything is too few and no round has one before it; tests/pages/test_audit_charts.py has charts.
NO_CHANGES = rows(BOARD | {"sector_lead"}, {name: place(()) for name in ("section_11", "schools")})
NO_RATINGS = rows(BOARD | {"sector_lead"}, {"section_11/1.1": place(())})
QUESTION_RESULTS = rows(BOARD | {"sector_lead"}, {"section_11/1.1": place(BOARD | {"sector_lead"})})
LETTERS = rows(
    AUDITED,
    {
        "gp": place(()),
        "police": place(()),
        "social_care": place({"business_manager", "scrutineer"}),
        "school": place({"business_manager", "scrutineer"}),
    },
)

AUDIT_ROUTES: dict[str, dict[str, Route]] = {
    "/audits/<int:return_id>/questions/<int:question_id>/actions/new": {"GET": ACTION_ADDING, "POST": ACTION_ADDING},
    "/agencies/closures": {"GET": open_to(LEADS | CHASES)},
    "/agencies/closures/new": {"GET": open_to(LEADS), "POST": open_to(LEADS)},
    "/agencies/closures/<int:closure_id>": {"GET": CLOSURES, "POST": CLOSURES},
    "/agencies/closures/<int:closure_id>/remove": {"GET": CLOSURES, "POST": CLOSURES},
    "/audit-rounds": {"GET": open_to(PANELS)},
    "/audit-rounds/new": {"GET": open_to(RUNS_AUDITS), "POST": open_to(RUNS_AUDITS)},
    _ROUND: {"GET": ONE_ROUND},
    f"{_ROUND}/agencies": {"GET": KEPT_ROUND, "POST": ASKING_MORE},
    f"{_ROUND}/agencies/<int:agency_id>/remove": {"GET": TAKEN_OUT, "POST": TAKEN_OUT},
    f"{_ROUND}/change": {"GET": KEPT_ROUND, "POST": KEPT_ROUND},
    f"{_ROUND}/chase": {"GET": CHASING},
    f"{_ROUND}/chase.csv": {"GET": CHASING},
    f"{_ROUND}/close": {"GET": CLOSED_ROUND, "POST": CLOSED_ROUND},
    f"{_ROUND}/results": {"GET": ROUND_RESULTS},
    f"{_ROUND}/results/changes.svg": {"GET": NO_CHANGES},
    f"{_ROUND}/results/questions/<int:question_id>/ratings.svg": {"GET": NO_RATINGS},
    f"{_ROUND}/results/questions/<int:question_id>": {"GET": QUESTION_RESULTS},
    f"{_ROUND}/results/report": {"GET": ROUND_RESULTS},
    f"{_ROUND}/results/workbook": {"GET": ROUND_RESULTS},
    f"{_ROUND}/panel": {"GET": KEPT_ROUND, "POST": KEPT_ROUND},
    # The board's roles are led on to the rounds.
    "/audits": {"GET": open_to(AUDITED, GIVEN + ELSEWHERE)},
    _RETURN: {"GET": RETURNS},
    f"{_RETURN}/letter": {"GET": LETTERS},
    f"{_RETURN}/print": {"GET": PRINTED},
    f"{_RETURN}/start": {"POST": AUDIT_STARTS},
    f"{_RETURN}/sections/<int:standard_id>": {"GET": AUDIT_SECTIONS, "POST": AUDIT_SECTIONS},
    f"{_RETURN}/sections/<int:standard_id>/confirm": {"POST": AUDIT_CONFIRMING},
    f"{_RETURN}/workbook": {"GET": WORKBOOKS},
    f"{_RETURN}/workbook/upload": {"GET": WORKBOOK_PAGES, "POST": WORKBOOK_TAKING},
    f"{_RETURN}/workbook/take": {"POST": WORKBOOK_TAKING},
    f"{_RETURN}/portable": {"GET": TRAVELLING, "POST": TAKING_IN},
    f"{_RETURN}/portable/confirm": {"POST": TRAVELLING},
    f"{_RETURN}/portable/file": {"POST": TRAVELLING},
    "/audits/keys": {"GET": open_to(RUNS_AUDITS), "POST": open_to(RUNS_AUDITS)},
    "/audits/keys/own": {"POST": open_to(RUNS_AUDITS)},
    "/audits/keys/remove": {"POST": open_to(RUNS_AUDITS)},
    _AUDIT_QUESTION: {"GET": AUDIT_QUESTIONS, "POST": AUDIT_ANSWERS},
    f"{_AUDIT_QUESTION}/autosave": {"POST": AUDIT_ANSWERS},
    f"{_AUDIT_QUESTION}/confirm": {"POST": AUDIT_ANSWERS},
    f"{_AUDIT_QUESTION}/evidence": {"GET": AUDIT_ANSWERS, "POST": AUDIT_ANSWERS},
    f"{_AUDIT_QUESTION}/evidence/remove": {"POST": AUDIT_ANSWERS},
    f"{_AUDIT_QUESTION}/comments": {"POST": AUDIT_COMMENTS},
    "/frameworks": {"GET": open_to(BOARD | {"sector_lead"})},
    _EDITION: {"GET": EDITIONS},
    f"{_EDITION}/differences": {"GET": DIFFERENCES},
    f"{_EDITION}/draft": {"POST": STARTING_DRAFTS},
    f"{_EDITION}/details": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_EDITION}/publish": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_EDITION}/discard": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_EDITION}/standards/new": {"GET": DRAFTING, "POST": DRAFTING},
    f"{_EDITION}/standards/<int:standard_id>": {"GET": DRAFTING_STANDARDS, "POST": DRAFTING_STANDARDS},
    f"{_EDITION}/standards/<int:standard_id>/remove": {"POST": DRAFTING_STANDARDS},
    f"{_EDITION}/standards/<int:standard_id>/questions/new": {"GET": DRAFTING_STANDARDS, "POST": DRAFTING_STANDARDS},
    f"{_EDITION}/questions/<int:question_id>": {"GET": DRAFTING_QUESTIONS, "POST": DRAFTING_QUESTIONS},
    f"{_EDITION}/questions/<int:question_id>/remove": {"POST": DRAFTING_QUESTIONS},
    "/moderation/<int:return_id>": {"GET": rows(AUDITED, MODERATED)},
    "/moderation/<int:return_id>/questions/<int:question_id>": {
        "GET": rows(AUDITED, {f"{name}/1.1": at for name, at in MODERATED.items()}),
        "POST": MODERATING,
    },
    "/moderation/<int:return_id>/release": {"GET": RELEASING, "POST": RELEASING},
    "/moderation/<int:return_id>/session": {"GET": SESSION},
    "/moderation/<int:return_id>/session/agenda": {
        "GET": rows(PANELS, {"school": place(BOARD), "social_care": place(READS_SIGNED)})
    },
    "/moderation/<int:return_id>/session/hold": {"GET": SESSION_HELD, "POST": SESSION_HELD},
    "/moderation/<int:return_id>/session/plan": {"GET": RELEASING, "POST": RELEASING},
    "/moderation/<int:return_id>/session/release": {"POST": SESSION_RELEASED},
}
