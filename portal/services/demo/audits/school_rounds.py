"""The schools' audits: in Eastmarsh a finished one with the published figures and its update, in Westmoor a first one.

Of Eastmarsh's 32 schools 6 rate themselves amber on exploitation (19 %), and all keep their records well and have an
online-safety policy: what a real area published (Barking and Dagenham's self-evaluation, 2017). Nothing writes a
figure: the schools answer, and the portal counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from portal.domain.vocabulary import AgencyType
from portal.domain.working_days import add_working_days
from portal.services.demo.audits.actions import Ends, Planned, carry_out
from portal.services.demo.audits.answers import Manner
from portal.services.demo.audits.cast import Cast
from portal.services.demo.audits.returns import Return
from portal.services.demo.audits.rounds import Opening, Returns, close_on, open_on, rate, release_on

FRAMEWORK = "section-175-157"
EXPLOITATION = "sexual-and-criminal-exploitation"
RECORDS = "recording-and-storing"
ONLINE_POLICY = "online-safety-policy"
KEPT: Mapping[str, str] = {RECORDS: "green", ONLINE_POLICY: "yes"}
PUBLISHED = frozenset({EXPLOITATION, *KEPT})
AMBER = 6
"""Schools that rate themselves amber on exploitation; the first school is one of them."""

LEVELS = (0.97, 0.92, 0.87, 0.8, 0.72)

FULL_OPENS, FULL_DUE, FULL_CLOSED = -170, -140, -105
PANEL_SITS, RELEASED = -128, -120
UPDATE_OPENS, UPDATE_DUE = -15, 12
FIRST_OPENS, FIRST_DUE = -26, 6

MODERATED = 9
"""Schools whose answers the panel has looked at, in the order of their codes; the last one is not released."""


def title(cast: Cast, opens: int, *, update: bool = False) -> str:
    """What a round is called, by the year in which it opens."""
    opens_on: date = add_working_days(cast.today, opens)
    return f"School safeguarding audit{', update' if update else ''} {opens_on.year}"


def plan_eastmarsh(cast: Cast) -> None:
    """The full audit, and then its update."""
    full = Opening(
        FRAMEWORK, title(cast, FULL_OPENS), FULL_OPENS, FULL_DUE, {AgencyType.SCHOOL}, sector=AgencyType.SCHOOL
    )
    open_on(cast, full, lambda returns: _full(cast, returns))
    close_on(cast, FULL_CLOSED, full.title)
    update = Opening(
        FRAMEWORK,
        title(cast, UPDATE_OPENS, update=True),
        UPDATE_OPENS,
        UPDATE_DUE,
        {AgencyType.SCHOOL},
        sector=AgencyType.SCHOOL,
        follows=full.title,
    )
    open_on(cast, update, lambda returns: _update(cast, returns))


def plan_westmoor(cast: Cast) -> None:
    """One audit, which is due in a few days: one school waits for its governor, one is half way, one has not begun."""
    opening = Opening(
        FRAMEWORK, title(cast, FIRST_OPENS), FIRST_OPENS, FIRST_DUE, {AgencyType.SCHOOL}, sector=AgencyType.SCHOOL
    )
    open_on(cast, opening, lambda returns: _first(cast, returns))


def _full(cast: Cast, returns: Returns) -> None:
    codes = list(returns)
    amber = {codes[0], *cast.chance.sample(codes[1:], AMBER - 1)}
    for index, code in enumerate(codes):
        fixed = {**KEPT, EXPLOITATION: "amber" if code in amber else "green"}
        one = Return(cast, code, returns[code], Manner(cast.chance.choice(LEVELS), fixed))
        day = FULL_OPENS + 2 + index % 18
        one.answer(day)
        one.send(day + 1, signatures=3)
        if index < len(_FILES):
            one.give_file(day, *_FILES[index])
        if index < MODERATED:
            rate(cast, PANEL_SITS, one.id, number=6, untouched=PUBLISHED)
        if index < MODERATED - 1:
            release_on(cast, RELEASED, one.id)
        for planned in _PROMISES.get(code, ()):
            carry_out(cast, code, one.id, planned)
    corrected = Return(cast, codes[2], returns[codes[2]], Manner(fixed={"lettings": "amber"}))
    corrected.correct(FULL_DUE + 2, "lettings", signatures=3)


def _update(cast: Cast, returns: Returns) -> None:
    codes = list(returns)
    better = Manner(fixed={EXPLOITATION: "green", "filtering-and-monitoring": "green"})
    same = Manner()
    first = Return(cast, codes[0], returns[codes[0]], better)
    first.confirm(UPDATE_OPENS + 3, share=0.4)
    first.give_section(UPDATE_OPENS + 3, EXPLOITATION)
    for index, signatures in ((1, 2), (2, 3), (3, 1), (6, 3), (13, 0)):
        one = Return(cast, codes[index], returns[codes[index]], better if index % 2 else same)
        one.confirm(UPDATE_OPENS + 2 + index // 2)
        one.send(UPDATE_OPENS + 5 + index // 2, signatures=signatures)
    for index in (4, 7, 20):
        Return(cast, codes[index], returns[codes[index]], same).confirm(UPDATE_OPENS + 8, share=0.5)


def _first(cast: Cast, returns: Returns) -> None:
    codes = list(returns)
    waits = Return(cast, codes[0], returns[codes[0]], Manner(0.9, KEPT), backed=0.2)
    waits.answer(FIRST_OPENS + 4)
    waits.give_file(FIRST_OPENS + 4, *_FILES[0])
    waits.give_section(FIRST_OPENS + 4, EXPLOITATION)
    waits.send(FIRST_OPENS + 16, signatures=2)
    half = Return(cast, codes[1], returns[codes[1]], Manner(0.85, KEPT), backed=0.2)
    half.answer(FIRST_OPENS + 14, share=0.5)
    half.give_file(FIRST_OPENS + 14, *_FILES[1])


_FILES: Sequence[tuple[str, str]] = (
    ("governor-oversight", "Governor’s visit, notes"),
    ("records-audited", "Sample of records, what we found"),
    ("governor-oversight", "Governor’s visit, notes"),
)

_PROMISES: Mapping[str, Sequence[Planned]] = {
    "EM-SCH-1": (
        Planned(
            EXPLOITATION,
            "Train all staff, lunchtime supervisors too, in the local exploitation tool and use it for each concern.",
            added=-136,
            due=-6,
            said_on=-20,
            said="Teachers were trained in the spring. The lunchtime team could not be released; a date is set.",
        ),
        Planned(
            "lead-cover",
            "Write down who covers in each holiday, and tell social workers of children on plans.",
            added=-136,
            due=-100,
            ends=Ends.CLOSED,
            said_on=-112,
            said="List agreed with the head, sent to children’s services and put on the staff page.",
        ),
        Planned("equality", "Ask pupils of each year group what would make them tell somebody.", added=-30, due=20),
    ),
    "EM-SCH-2": (
        Planned(
            "monitoring-alerts",
            "Name a second person who reads alerts from monitoring when the lead teaches.",
            added=-136,
            due=15,
            ends=Ends.SAID_DONE,
            said_on=-4,
            said="The deputy reads them on Tuesdays and Thursdays; the log shows both names since half term.",
        ),
    ),
    "EM-SCH-4": (
        Planned(
            "harmful-sexual-behaviour",
            "Train heads of year to tell what is expected at an age from what is harmful.",
            added=-135,
            due=-20,
        ),
    ),
    "EM-SCH-9": (
        Planned(
            "modern-slavery",
            "Put how a referral is made into the induction of every new member of staff.",
            added=-138,
            due=-90,
            ends=Ends.CLOSED,
            said_on=-96,
            said="Part of induction since the spring; four new starters have signed that they had it.",
        ),
    ),
}
