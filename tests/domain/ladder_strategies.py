"""What Hypothesis draws for ladders: rules of every shape, and instants around all that makes clocks go wrong."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from portal.domain.escalation_vocabulary import LadderKind, Told, Until
from portal.domain.ladder_rules import EscalationRules, Ladder, OfficeHours, Stage

AWKWARD = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # the clocks go forward, on a Sunday
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # they go back
    datetime(2027, 3, 26, 12, tzinfo=UTC),  # Good Friday, and the clocks go forward that Sunday
    datetime(2026, 4, 6, 12, tzinfo=UTC),  # Easter Monday
    datetime(2026, 5, 4, 12, tzinfo=UTC),  # early May bank holiday
    datetime(2026, 12, 25, 12, tzinfo=UTC),  # Christmas on a Friday, Boxing Day's day off on Monday
    datetime(2027, 12, 31, 23, 30, tzinfo=UTC),  # the last hour of a year
    datetime(2026, 6, 10, 16, tzinfo=UTC),  # 17:00 in London: offices close
    datetime(2026, 6, 12, 22, 30, tzinfo=UTC),  # nearly midnight on a Friday in summer time
)
instants = st.one_of(
    st.builds(
        lambda days, minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=days, minutes=minutes),
        st.integers(0, 8 * 365),
        st.integers(0, 1439),
    ),
    st.builds(
        lambda at, minutes: at + timedelta(minutes=minutes), st.sampled_from(AWKWARD), st.integers(-4 * 1440, 4 * 1440)
    ),
)
offices = st.builds(
    lambda opens, hours: OfficeHours(time(opens), time(opens + hours)), st.integers(6, 11), st.integers(1, 11)
)


@st.composite
def stages(draw: st.DrawFn, number: int, *, is_formal: bool) -> Stage:
    """One stage."""
    days = draw(st.integers(0, 12))
    return Stage(
        number,
        f"Stage {number}",
        days,
        draw(st.integers(0, days)),
        tuple(draw(st.lists(st.sampled_from(Told), min_size=1, max_size=3, unique=True))),
        draw(st.sampled_from(Until)),
        is_formal,
    )


@st.composite
def ladders(draw: st.DrawFn, kind: LadderKind) -> Ladder:
    """A ladder: informal stages first, if any, and perhaps a limit for the formal ones."""
    last = draw(st.integers(1, 6))
    informal = draw(st.integers(0, last))
    rungs = tuple(draw(stages(number, is_formal=number > informal)) for number in range(1, last + 1))
    return Ladder(kind, rungs, draw(st.none() | st.integers(1, 25)))


@st.composite
def all_rules(draw: st.DrawFn) -> EscalationRules:
    """A partnership's rules, with a ladder of each kind."""
    return EscalationRules(tuple(draw(ladders(kind)) for kind in LadderKind), (), draw(offices))
