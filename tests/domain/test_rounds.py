"""Audit rounds: what a plan must keep to, and which round is proposed after the last."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_vocabulary import RoundKind
from portal.domain.errors import Invalid
from portal.domain.rounds import LONGEST_TITLE, EarlierRound, RoundPlan, RoundState, next_round, state_of
from portal.domain.working_days import add_months, is_working_day

FULL, UPDATE = RoundKind.FULL, RoundKind.UPDATE
TODAY = date(2026, 11, 20)
APRIL_2026 = EarlierRound(1, FULL, date(2026, 4, 13), date(2026, 5, 29), (20, 5), date(2026, 6, 8), date(2026, 6, 19))
APRIL_2027 = EarlierRound(2, UPDATE, date(2027, 4, 13), date(2027, 5, 28), (10,), None, None)
PLAN = RoundPlan("Section 11, 2027", FULL, 1, None, date(2027, 4, 13), date(2027, 5, 28))

days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@st.composite
def _rounds(draw: st.DrawFn) -> list[EarlierRound]:
    """Earlier rounds, the newest first, of which the oldest is a full one."""
    opens_on, found = draw(days), []
    for number in range(draw(st.integers(1, 4)), 0, -1):
        kind = FULL if number == 1 else draw(st.sampled_from(RoundKind))
        due_on = opens_on + timedelta(days=draw(st.integers(0, 120)))
        challenge = [due_on + timedelta(days=n) for n in sorted(draw(st.tuples(*[st.integers(0, 90)] * 2)))]
        first, last = challenge if draw(st.booleans()) else (None, None)
        found.append(EarlierRound(number, kind, opens_on, due_on, (10, 3), first, last))
        opens_on -= timedelta(days=draw(st.integers(30, 800)))
    return found


def _next(*earlier: EarlierRound, months: int | None = None, kind: RoundKind | None = None) -> RoundPlan:
    return next_round(earlier, edition_id=7, name="Section 11 audit", today=TODAY, months=months, kind=kind)


def test_a_round_is_planned_then_open_then_closed() -> None:
    opens_on = date(2027, 4, 13)
    assert state_of(opens_on, date(2027, 4, 12), is_closed=False) is RoundState.PLANNED
    assert state_of(opens_on, opens_on, is_closed=False) is RoundState.OPEN
    assert state_of(opens_on, opens_on, is_closed=True) is RoundState.CLOSED


def test_a_full_audit_in_april_2026_is_followed_by_its_update_in_april_2027() -> None:
    plan = _next(APRIL_2026)
    assert plan == RoundPlan(
        "Section 11 audit, update 2027",
        UPDATE,
        7,
        1,
        date(2027, 4, 13),
        date(2027, 6, 1),  # 46 days on is the 29th of May, a Saturday before a bank holiday
        (20, 5),
        date(2027, 6, 8),
        date(2027, 6, 21),
    )


def test_an_update_is_followed_by_a_full_audit() -> None:
    plan = _next(APRIL_2027, APRIL_2026)
    assert (plan.title, plan.kind, plan.follows_id) == ("Section 11 audit, 2028", FULL, None)
    assert plan.opens_on == date(2028, 4, 13)


def test_where_audits_are_yearly_the_next_is_a_full_one_too() -> None:
    before = replace(APRIL_2026, id=2, opens_on=date(2025, 4, 14), due_on=date(2025, 5, 30))
    plan = _next(APRIL_2026, before)
    assert (plan.kind, plan.follows_id, plan.opens_on) == (FULL, None, date(2027, 4, 13))


def test_the_months_between_two_rounds_are_those_of_last_time_or_what_the_page_says() -> None:
    before = replace(APRIL_2026, id=2, opens_on=date(2024, 4, 15), due_on=date(2024, 5, 31))
    assert _next(APRIL_2026, before).opens_on == date(2028, 4, 13)
    assert _next(APRIL_2026, before, months=6).opens_on == date(2026, 11, 20)  # not before today
    assert _next(APRIL_2026, months=18).opens_on == date(2027, 10, 13)


def test_the_kind_can_be_asked_for() -> None:
    assert _next(APRIL_2026, kind=FULL).follows_id is None
    assert _next(APRIL_2027, APRIL_2026, kind=UPDATE).follows_id == 1


def test_without_an_earlier_round_a_full_audit_opens_next_month() -> None:
    plan = _next()
    assert (plan.kind, plan.opens_on, plan.due_on) == (FULL, date(2026, 12, 1), date(2027, 1, 12))
    assert _next(replace(APRIL_2027, kind=UPDATE), kind=UPDATE).kind is FULL  # an update of nothing


@given(_rounds(), days, st.none() | st.integers(1, 60), st.none() | st.sampled_from(RoundKind))
def test_every_proposal_can_be_opened_as_it_stands(
    earlier: list[EarlierRound], today: date, months: int | None, kind: RoundKind | None
) -> None:
    plan = next_round(earlier, edition_id=7, name="x" * 200, today=today, months=months, kind=kind)
    assert plan.checked() == plan
    assert len(plan.title) <= LONGEST_TITLE
    assert plan.opens_on >= today
    assert is_working_day(plan.opens_on)
    assert is_working_day(plan.due_on)
    assert plan.kind is (kind or plan.kind)
    if months:
        assert plan.opens_on >= add_months(earlier[0].opens_on, months)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "Sec\x07tion"}, "title"),
        ({"due_on": date(2027, 4, 12)}, "due_on"),
        ({"kind": UPDATE}, "follows_id"),
        ({"follows_id": 3}, "follows_id"),
        ({"reminders": (61,)}, "reminders"),
        ({"reminders": (-1,)}, "reminders"),
        ({"reminders": tuple(range(11))}, "reminders"),
        ({"challenge_from": date(2027, 6, 1)}, "challenge_to"),
        ({"challenge_to": date(2027, 6, 1)}, "challenge_from"),
        ({"challenge_from": date(2027, 5, 27), "challenge_to": date(2027, 6, 1)}, "challenge_from"),
        ({"challenge_from": date(2027, 6, 2), "challenge_to": date(2027, 6, 1)}, "challenge_to"),
    ],
)
def test_what_a_plan_may_not_say(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        replace(PLAN, **change).checked()
    assert set(refused.value.errors) == {field}


def test_a_plan_is_tidied() -> None:
    plan = replace(PLAN, title="  Section   11 ", reminders=(3, 10, 3)).checked()
    assert (plan.title, plan.reminders) == ("Section 11", (10, 3))
