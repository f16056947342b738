"""Drawing a sample that anybody can draw again: a seed puts the frame in an order, and the first of it are the sample.

The order is that of the SHA-256 of "SEED:ID", so that it is the same in any language and any version of one. Where a
meeting stands depends on the seed and on itself alone: another one in the frame moves it on by one at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from portal.domain.months import Month
from portal.domain.working_days import add_working_days

MOST_DRAWN = 200
"""The largest sample: more than that is no sample that people read."""

SEED_BYTES = 8


def ordered(frame: Sequence[int], seed: str) -> list[int]:
    """Return the whole frame in the order that the seed gives it, each meeting once. Raises ValueError for doubles."""
    if len(set(frame)) != len(frame):
        raise ValueError("A meeting stands twice in the frame.")
    return sorted(frame, key=lambda meeting_id: (_place(seed, meeting_id), meeting_id))


def drawn(frame: Sequence[int], seed: str, how_many: int) -> list[int]:
    """Return the sample: the first of the order, or the whole frame where it holds no more."""
    return ordered(frame, seed)[:how_many]


def next_drawn(frame: Sequence[int], seed: str, taken: Collection[int]) -> int | None:
    """Return the meeting that comes in for one that was taken out: the first of the order that never was in."""
    return next((meeting_id for meeting_id in ordered(frame, seed) if meeting_id not in taken), None)


def digest_of(frame: Sequence[int]) -> str:
    """Return the frame's digest (64 hex digits): SHA-256 of its ids in rising order, with commas between."""
    return hashlib.sha256(",".join(map(str, sorted(frame))).encode()).hexdigest()


def dealt(chairs: Mapping[int, int | None], reviewers: Sequence[int], *, each: int = 1) -> dict[int, tuple[int, ...]]:
    """Deal meetings out among reviewers in turn, `each` of them to a meeting and never the one who chaired it.

    `chairs` gives each meeting's chair by membership. Whoever has the fewest so far comes first, in the order in which
    they were named. Raises ValueError where a meeting has too few who may review it.
    """
    load = dict.fromkeys(reviewers, 0)
    places = {one: place for place, one in enumerate(reviewers)}
    found: dict[int, tuple[int, ...]] = {}
    for meeting_id, chair in chairs.items():
        may = sorted((one for one in load if one != chair), key=lambda one: (load[one], places[one]))[:each]
        if len(may) < each:
            raise ValueError(f"Meeting {meeting_id} has too few reviewers who did not chair it.")
        for one in may:
            load[one] += 1
        found[meeting_id] = tuple(may)
    return found


def proposed_for(today: date) -> Month | None:
    """Return the month of which dip samples are proposed: last month, from this month's first working day on."""
    month = Month.of(today)
    first_working_day = add_working_days(month.first - timedelta(days=1), 1)
    return month.plus(-1) if today >= first_working_day else None


def _place(seed: str, meeting_id: int) -> bytes:
    return hashlib.sha256(f"{seed}:{meeting_id}".encode()).digest()
