"""The whole matrix: what every route answers to every role, at rows of its own and of others. Said by hand.

A route that is not listed here fails tests/access/test_routes.py, and so does a line without a route. People and places
stand without their partnership's letter: the test asks for each place in A and in B, and whoever works for the other
partnership gets the page for what does not exist. What each change posts stands in tests/access/changes.py.
"""

from __future__ import annotations

from tests.access.activity_routes import ACTIVITY_ROUTES
from tests.access.audit_routes import AUDIT_ROUTES
from tests.access.board_routes import BOARD_ROUTES, KIND_ROUTES
from tests.access.clinical_record_routes import CLINICAL_ROUTES
from tests.access.contest_routes import CONTEST_ROUTES, MONTH_ROUTES
from tests.access.diary_routes import DIARY_ROUTES
from tests.access.escalation_routes import ESCALATION_ROUTES, MESSAGE_ROUTES
from tests.access.family_routes import FAMILY_ROUTES
from tests.access.feedback_routes import FEEDBACK_ROUTES
from tests.access.improvement_routes import IMPROVEMENT_ROUTES
from tests.access.outcome_routes import MINUTES_ROUTES, OUTCOME_ROUTES
from tests.access.pack_routes import PACK_ROUTES
from tests.access.passkey_routes import PASSKEY_ROUTES
from tests.access.picture_routes import PICTURE_ROUTES
from tests.access.plan_routes import PLAN_ROUTES
from tests.access.quoracy_routes import QUORACY_ROUTES
from tests.access.record_routes import RECORD_ROUTES
from tests.access.report_routes import REPORT_ROUTES
from tests.access.restriction_routes import RESTRICTION_ROUTES
from tests.access.return_routes import RETURN_ROUTES
from tests.access.room_routes import ROOM_ROUTES
from tests.access.rules_routes import RULES_ROUTES
from tests.access.sample_routes import SAMPLE_ROUTES
from tests.access.scheduling_routes import SCHEDULING_ROUTES
from tests.access.scrutiny_routes import SCRUTINY_ROUTES
from tests.access.sharing_routes import SHARING_ROUTES
from tests.access.sign_on_routes import SIGN_ON_ROUTES
from tests.access.signing_routes import SIGNING_ROUTES
from tests.access.strategy_routes import NAMED_ROUTES, STRATEGY_ROUTES
from tests.access.template_routes import TEMPLATE_ROUTES
from tests.access.who import (
    AGENCIES,
    BOARD,
    CHAIRS,
    ELSEWHERE,
    EVERYBODY,
    GIVEN,
    GP,
    LEADS,
    LIST_KEEPERS,
    OTHER_GP,
    POLICE,
    SCHOOL,
    WHOLE_LIST,
    Route,
    only_at,
    open_to,
    place,
    public,
    rows,
    seen_by,
)
from tests.access.withdrawal_routes import WITHDRAWAL_ROUTES
from tests.world_plans import PLANS

SEEN = seen_by()
KEPT_BY = {plan.key: frozenset({plan.chair, "coordinator"} if plan.chair else {"coordinator"}) for plan in PLANS}
OWN_PLACES = {
    # Whose own invitation to a meeting is open to them: relevant, theirs, their team's.
    key: frozenset(name for name in names if "." in name)
    for key, names in SEEN.items()
}

REGISTER = rows(CHAIRS | {"coordinator"}, {key: place(keepers) for key, keepers in KEPT_BY.items()})
# A register that is closed says so; one that does not exist yet, or never will, is told about too.
CLOSING = rows(
    CHAIRS | {"coordinator"},
    {key: place(keepers, answer=GIVEN if key == "initial" else ELSEWHERE) for key, keepers in KEPT_BY.items()},
)
WRITING = rows(AGENCIES, {key: place(own) for key, own in OWN_PLACES.items()})
CHECKING = rows(AGENCIES, {key: place(own, answer=ELSEWHERE) for key, own in OWN_PLACES.items()})
READING = rows(
    AGENCIES | CHAIRS | {"manager"},
    {
        "initial/police": place(POLICE | {"chair", "manager"}),
        "initial/gp": place(GP, answer=ELSEWHERE),  # a draft: one goes on writing
        "initial/school": place(set()),  # nothing written
        "review/police": place(POLICE | {"second_chair", "manager"}),
        "review/other_gp": place(OTHER_GP, answer=ELSEWHERE),
        "past_initial/school": place({"school.lead", "school.practitioner", "second_chair", "manager"}),
    },
)

# What may be done where: whoever sees a row, but not now, is told so (403).
ANSWERS = rows(AGENCIES, only_at({"initial", "review", "core_group"}, OWN_PLACES))
DECLARATIONS = rows(AGENCIES, only_at({"initial"}, OWN_PLACES))
DRAFTS = rows(
    AGENCIES,
    {
        **only_at({"initial", "review", "past_initial"}, OWN_PLACES),
        # Nobody is asked to report to a strategy meeting; an agency whose coming is optional may always offer it.
        "strategy": place(SCHOOL, refused=OWN_PLACES["strategy"] - SCHOOL),
    },
)
# A register that was closed meanwhile is no fault of whoever keeps it: they are told, and led back to it.
KEEPING = rows(CHAIRS | {"coordinator"}, only_at({"initial", "strategy", "past_initial"}, KEPT_BY))
KEEPING_ALL = rows(CHAIRS | {"coordinator"}, {"initial": place(KEPT_BY["initial"])})
KEEPING_ROWS = rows(CHAIRS | {"coordinator"}, {f"{key}/social_care": at for key, at in KEEPING.places.items()})

ONE_AGENCY = rows(
    LEADS | WHOLE_LIST | {"sector_lead"},
    {
        "gp": place({"gp.lead", "sector_lead"} | WHOLE_LIST),
        "other_gp": place({"other_gp.lead", "sector_lead"} | WHOLE_LIST),
        "school": place({"school.lead"} | WHOLE_LIST),
    },
)
KEPT_AGENCY = rows(LIST_KEEPERS, {"gp": place(LIST_KEEPERS), "school": place(LIST_KEEPERS)})

PEOPLE_KEEPERS = LEADS | {"administrator"}
ONE_PERSON = rows(
    PEOPLE_KEEPERS,
    {
        "gp.practitioner": place({"gp.lead", "administrator"}),
        "gp.lead": place({"gp.lead", "administrator"}),
        "gp.former": place({"gp.lead", "administrator"}),
        "chair": place({"administrator"}),
        "administrator": place({"administrator"}),
    },
)
CHANGED_PERSON = rows(
    PEOPLE_KEEPERS,
    {
        "gp.practitioner": place({"gp.lead", "administrator"}),
        "gp.lead": place({"administrator"}, refused={"gp.lead"}),  # nobody changes their own role
        "gp.former": place(set(), refused={"gp.lead", "administrator"}),  # it has ended
        "chair": place({"administrator"}),
        "administrator": place(set(), refused={"administrator"}),
    },
)
TEAMS = rows(LEADS, {"east": place({"social_care.lead"}), "west": place({"social_care.lead"})})
CASES = rows({"coordinator"}, {str(number): place({"coordinator"}) for number in (1, 2, 4)})
CHILDREN = rows({"coordinator"}, {f"{number}/{number}": place({"coordinator"}) for number in (1, 2)})

ONE_MEETING = rows(AGENCIES | CHAIRS | {"manager", "coordinator"}, {key: place(names) for key, names in SEEN.items()})
# Closed to answers and declarations, the page says so and leads back to the meeting.
ANSWERING = rows(
    AGENCIES,
    {
        key: place(own, answer=GIVEN if key in {"initial", "review", "core_group"} else ELSEWHERE)
        for key, own in OWN_PLACES.items()
    },
)
DECLARING = rows(
    AGENCIES, {key: place(own, answer=GIVEN if key == "initial" else ELSEWHERE) for key, own in OWN_PLACES.items()}
)
GIVING = rows(LEADS, {key: place(own & LEADS) for key, own in OWN_PLACES.items()})
EXPECTING = rows(
    {"coordinator"},
    {
        "initial/police": place({"coordinator"}),
        "initial/other_gp": place({"coordinator"}),
        "review/gp": place({"coordinator"}),
        "core_group/school": place({"coordinator"}),
        "strategy/police": place({"coordinator"}, answer=ELSEWHERE),
    },
)
EXPECTATIONS = rows(
    {"coordinator"},
    {**EXPECTING.places, "strategy/police": place((), refused={"coordinator"})},
)

ENDED_PERSON = rows(
    PEOPLE_KEEPERS,
    # Sent twice, the second finds that it has ended: no fault, and nothing is done.
    {**CHANGED_PERSON.places, "gp.former": place({"gp.lead", "administrator"})},
)

# Also the work of somebody whose membership has ended; nobody hands their own over, and so keeps it.
HANDED_OVER = rows(
    PEOPLE_KEEPERS,
    {
        **ONE_PERSON.places,
        "gp.lead": place({"administrator"}, refused={"gp.lead"}),
        "administrator": place((), refused={"administrator"}),
    },
)

FILES = rows(
    EVERYBODY,
    {
        "police_report": place(POLICE | {"chair", "manager"}),
        "school_report": place(SCHOOL | {"second_chair", "manager"}),
        "gp_draft": place(GP),
        "gp_waiting": place(GP, answer=(409,)),
        "gp_infected": place(GP, answer=(409,)),
        "gp_evidence": place(GP),
        "gp_lead_evidence": place({"gp.lead"}),
        "school_evidence": place({"school.lead", "school.head", "school.governor"} | BOARD),
        "gp_withdrawn": place(()),
        "school_withdrawn": place(()),
    },
)
# Text has no pictures of its pages: whoever sees it is told to take it along.
PICTURES = rows(EVERYBODY, {key: place(one.opens_to, answer=(409,)) for key, one in FILES.places.items()})

_MEETING = "/meetings/<int:meeting_id>"
_PERSON = "/people/<int:membership_id>"

ROUTES: dict[str, dict[str, Route]] = {
    **AUDIT_ROUTES,
    **BOARD_ROUTES,
    **PICTURE_ROUTES,
    **ROOM_ROUTES,
    **CLINICAL_ROUTES,
    **CONTEST_ROUTES,
    **SHARING_ROUTES,
    **SIGN_ON_ROUTES,
    **WITHDRAWAL_ROUTES,
    **DIARY_ROUTES,
    **ESCALATION_ROUTES,
    **FAMILY_ROUTES,
    **FEEDBACK_ROUTES,
    **IMPROVEMENT_ROUTES,
    **KIND_ROUTES,
    **MESSAGE_ROUTES,
    **MONTH_ROUTES,
    **MINUTES_ROUTES,
    **OUTCOME_ROUTES,
    **PACK_ROUTES,
    **PASSKEY_ROUTES,
    **SCRUTINY_ROUTES,
    **PLAN_ROUTES,
    **QUORACY_ROUTES,
    **RULES_ROUTES,
    **ACTIVITY_ROUTES,
    **RESTRICTION_ROUTES,
    **RETURN_ROUTES,
    **RECORD_ROUTES,
    **REPORT_ROUTES,
    **SAMPLE_ROUTES,
    **SCHEDULING_ROUTES,
    **NAMED_ROUTES,
    **SIGNING_ROUTES,
    **STRATEGY_ROUTES,
    **TEMPLATE_ROUTES,
    "/": {"GET": open_to(EVERYBODY)},
    "/account": {"GET": open_to(EVERYBODY)},
    "/account/password": {"GET": open_to(EVERYBODY), "POST": open_to(EVERYBODY)},
    # Whoever signs in without a code has no recovery codes, and is sent back to the account.
    "/account/recovery-codes": {"GET": open_to(EVERYBODY, GIVEN + ELSEWHERE), "POST": open_to(EVERYBODY)},
    "/agencies": {"GET": open_to(LEADS | WHOLE_LIST | {"sector_lead"})},
    "/agencies/new": {"GET": open_to(LIST_KEEPERS), "POST": open_to(LIST_KEEPERS)},
    "/agencies/share": {"GET": open_to(LIST_KEEPERS), "POST": open_to(LIST_KEEPERS)},
    "/agencies/<int:agency_id>": {"GET": ONE_AGENCY},
    "/agencies/<int:agency_id>/change": {"GET": KEPT_AGENCY, "POST": KEPT_AGENCY},
    "/cases/<int:case_id>": {"GET": CASES},
    "/cases/<int:case_id>/children/new": {"GET": CASES, "POST": CASES},
    "/cases/<int:case_id>/children/<int:child_id>": {"GET": CHILDREN, "POST": CHILDREN},
    "/figures": {"GET": open_to(BOARD | LEADS | {"manager", "sector_lead"})},
    "/figures/definitions": {"GET": open_to(BOARD | LEADS | {"manager", "sector_lead"})},
    "/files/<int:file_id>": {"GET": FILES},
    "/files/<int:file_id>/pages/<int:page>": {"GET": PICTURES},
    "/files/<int:file_id>/pages/<int:page>/picture": {"GET": PICTURES},
    "/health/live": {"GET": public(200)},
    "/health/ready": {"GET": public(200)},
    "/join/<token>": {"GET": public(404), "POST": public(404)},
    "/meetings": {"GET": open_to(AGENCIES | CHAIRS | {"manager", "coordinator"})},
    "/meetings/answers": {"GET": open_to(EVERYBODY), "POST": open_to(EVERYBODY)},
    "/meetings/not-ours": {"GET": open_to(AGENCIES)},
    "/meetings/search": {"POST": open_to(AGENCIES | CHAIRS | {"manager", "coordinator"})},
    _MEETING: {"GET": ONE_MEETING},
    f"{_MEETING}/calendar.ics": {"GET": ONE_MEETING},
    f"{_MEETING}/answer": {"GET": ANSWERING, "POST": ANSWERS},
    f"{_MEETING}/attendance": {"GET": DECLARING, "POST": DECLARATIONS},
    f"{_MEETING}/expectations/<int:invitation_id>": {"GET": EXPECTING, "POST": EXPECTATIONS},
    f"{_MEETING}/team": {"GET": GIVING, "POST": GIVING},
    f"{_MEETING}/register": {"GET": REGISTER},
    f"{_MEETING}/register/<int:invitation_id>": {"POST": KEEPING_ROWS},
    f"{_MEETING}/register/all": {"GET": REGISTER, "POST": KEEPING_ALL},
    f"{_MEETING}/register/close": {"GET": CLOSING, "POST": KEEPING},
    f"{_MEETING}/report": {"GET": WRITING, "POST": DRAFTS},
    f"{_MEETING}/report/autosave": {"POST": DRAFTS},
    f"{_MEETING}/report/check": {"GET": CHECKING, "POST": DRAFTS},
    f"{_MEETING}/reports/<int:invitation_id>": {"GET": READING},
    "/people": {"GET": open_to(PEOPLE_KEEPERS)},
    "/people/new": {"GET": open_to(PEOPLE_KEEPERS), "POST": open_to(PEOPLE_KEEPERS)},
    "/people/teams": {"GET": open_to(LEADS), "POST": open_to(LEADS)},
    "/people/teams/<int:team_id>": {"GET": TEAMS, "POST": TEAMS},
    _PERSON: {"GET": ONE_PERSON},
    f"{_PERSON}/authenticator": {"GET": CHANGED_PERSON, "POST": CHANGED_PERSON},
    f"{_PERSON}/change": {"GET": CHANGED_PERSON, "POST": CHANGED_PERSON},
    f"{_PERSON}/end": {"GET": CHANGED_PERSON, "POST": ENDED_PERSON},
    f"{_PERSON}/hand-over": {"GET": HANDED_OVER, "POST": HANDED_OVER},
    f"{_PERSON}/link": {"GET": CHANGED_PERSON, "POST": CHANGED_PERSON},
    f"{_PERSON}/wake": {"POST": CHANGED_PERSON},
    "/sign-in": {"GET": public(200), "POST": public(400)},
    "/sign-in/code": {"GET": public(302), "POST": public(302)},
    "/sign-in/recovery-code": {"GET": public(302), "POST": public(302)},
    "/sign-in/set-up-code": {"GET": public(302), "POST": public(302)},
    "/sign-out": {"POST": public(302, 303)},
    "/signed-in/left": {"GET": public(200)},
    "/signed-in/stay": {"POST": public(200)},
    "/working-as": {"GET": open_to(EVERYBODY), "POST": open_to(EVERYBODY)},
}
