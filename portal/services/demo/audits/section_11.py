"""The section 11 audits of the other agencies: returns at every stage, and sessions held and to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.domain.vocabulary import AgencyType
from portal.domain.working_days import add_working_days
from portal.services.demo.audits import texts
from portal.services.demo.audits.actions import Ends, Planned, carry_out
from portal.services.demo.audits.answers import Manner
from portal.services.demo.audits.cast import Cast
from portal.services.demo.audits.returns import Return
from portal.services.demo.audits.rounds import (
    Opening,
    Returns,
    hold_session,
    invite_to_session,
    open_on,
    rate,
    rate_one,
    release_on,
)
from portal.services.demo.people import POLICE, TRUST

FRAMEWORK = "section-11"
TOGETHER = "multi-agency-work"
EXPLOITATION = "sexual-and-criminal-exploitation"
OPENS, DUE = -32, -7
SIGNED_BY = -9
WELL_BACKED = 0.85
TYPES = frozenset(AgencyType) - {AgencyType.SCHOOL}

_POLICE_SAYS: Mapping[str, str] = {
    TOGETHER: "green",
    "conference-reports": "green",
    "named-executive": "yes",
    EXPLOITATION: "green",
    "supervision": "amber",
}
_POLICE_PROMISES = (
    Planned(
        "supervision",
        "Give each officer of the child protection desk supervision once a month, and count the sessions.",
        added=-15,
        due=-3,
        said_on=-6,
        said="Two of five officers have had theirs. The sergeant who supervises is on leave until next week.",
    ),
    Planned(
        "supervision",
        "Agree with the trust who supports officers after a child’s death.",
        added=-15,
        due=10,
        ends=Ends.SAID_DONE,
        said_on=-4,
        said="Agreed in writing with the trust’s staff support team; the contact is on the desk’s wall.",
    ),
    Planned(
        TOGETHER,
        "Name who covers review conferences, and send somebody to each where police know the child.",
        added=-1,
        due=40,
        by_manager=True,
    ),
)


def plan_eastmarsh(cast: Cast) -> None:
    """Due a week ago: police have had their session, the trust has one next week, some have not begun."""
    _open(cast, lambda returns: _eastmarsh(cast, returns))


def plan_westmoor(cast: Cast) -> None:
    """The same, earlier on its way."""
    _open(cast, lambda returns: _westmoor(cast, returns))


def _open(cast: Cast, then: Callable[[Returns], None]) -> None:
    title = f"Section 11 audit {add_working_days(cast.today, OPENS).year}"
    open_on(cast, Opening(FRAMEWORK, title, OPENS, DUE, TYPES, sector=AgencyType.GP), then)


def _eastmarsh(cast: Cast, returns: Returns) -> None:
    _police(cast, returns)
    trust = _signed(cast, returns, TRUST.code, -14, level=0.88, backed=WELL_BACKED)
    rate(cast, -5, trust.id, number=5)
    invite_to_session(cast, -4, trust.id, held=4)
    for code, day in (("EM-CHILDREN", -20), ("EM-HV", -18), ("EM-PROB", -16), ("EM-VOL", -13), ("EM-GP-2", -12)):
        _signed(cast, returns, code, day, level=0.86)
    surgery = returns["EM-GP-2"]
    rate(cast, -5, surgery, number=4)
    release_on(cast, -2, surgery)
    carry_out(cast, "EM-GP-2", surgery, _SURGERY_PROMISES)
    for code, day in (("EM-YJS", -10), ("EM-GP-4", -9)):
        one = Return(cast, code, returns[code], Manner(0.85))
        one.answer(day)
        one.send(day + 1, signatures=1)
    ready = Return(cast, "EM-SN", returns["EM-SN"], Manner(0.9))
    ready.answer(-6)
    for code, share in (("EM-GP-1", 0.55), ("EM-GP-5", 0.4), ("EM-MH", 0.7), ("EM-EH", 0.2)):
        Return(cast, code, returns[code], Manner(0.85), backed=0.2).answer(-11, share)
    practice = Return(cast, "EM-GP-1", returns["EM-GP-1"], Manner())
    practice.give_file(-11, "board-oversight", "Partners’ meeting, safeguarding notes")
    practice.give_section(-11, EXPLOITATION)


def _police(cast: Cast, returns: Returns) -> None:
    """Green on working together, which the portal's own figures contradict: agreed in the session to be amber."""
    police = Return(cast, POLICE.code, returns[POLICE.code], Manner(0.93, _POLICE_SAYS), WELL_BACKED)
    police.answer(-17)
    police.give_section(-17, TOGETHER)
    police.give_file(-17, "board-oversight", "Safeguarding board, minutes")
    police.send(-15, signatures=2)
    rate_one(cast, -6, police.id, TOGETHER, "amber", texts.POLICE_REASON)
    rate(cast, -6, police.id, number=4, untouched={TOGETHER})
    invite_to_session(cast, -6, police.id, held=-3)
    hold_session(cast, -3, police.id, notes=texts.POLICE_NOTES, agreed={TOGETHER: "amber"})
    for planned in _POLICE_PROMISES:
        carry_out(cast, POLICE.code, police.id, planned)


def _westmoor(cast: Cast, returns: Returns) -> None:
    police = _signed(cast, returns, POLICE.code, -14, level=0.9, backed=0.4)
    police.give_section(-14, TOGETHER)
    children = _signed(cast, returns, "WM-CHILDREN", -16, level=0.88, backed=0.3)
    children.give_file(-16, "board-oversight", "Scrutiny panel, minutes")
    health = Return(cast, "WM-HV", returns["WM-HV"], Manner(0.88))
    health.answer(-12)
    health.send(-11, signatures=1)
    for code, share in ((TRUST.code, 0.5), ("WM-GP-1", 0.35)):
        Return(cast, code, returns[code], Manner(0.85), backed=0.2).answer(-10, share)
    Return(cast, "WM-GP-1", returns["WM-GP-1"], Manner()).give_file(-10, "board-oversight", "Partners’ meeting, notes")


def _signed(cast: Cast, returns: Returns, code: str, day: int, *, level: float, backed: float = 0.1) -> Return:
    one = Return(cast, code, returns[code], Manner(level), backed)
    one.answer(day)
    one.send(min(day + 2, SIGNED_BY - 1), signatures=2)
    return one


_SURGERY_PROMISES = Planned(
    "training-levels",
    "Bring the training of both locums up to level 3 before they see families on their own.",
    added=-9,
    due=-2,
)
