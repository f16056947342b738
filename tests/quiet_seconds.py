"""Seconds of the processor as a quiet machine would count them: a limit must not depend on what else is at work.

Where two workers share a core, or its caches, the same work is charged up to twice the seconds. So the seconds are
compared with those that a known piece of work takes right after it, in the same process.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_CLEARLY_LITTLE = 0.5
_YARDSTICK_QUIET = 0.1
"""What the known piece of work takes on the machine that the limits were set on, with nothing beside it."""
_ROUNDS = 3


def quiet_seconds(work: Callable[[], object]) -> float:
    """What this work took of the processor, in seconds of a quiet machine."""
    began = time.process_time()
    work()
    seconds = time.process_time() - began
    if seconds <= _CLEARLY_LITTLE:
        return seconds
    # The middle one: a single round may be the one that was left in peace.
    return seconds * _YARDSTICK_QUIET / sorted(_yardstick() for _ in range(_ROUNDS))[_ROUNDS // 2]


def _yardstick() -> float:
    began = time.process_time()
    kept: dict[str, tuple[int, str]] = {}
    for number in range(300_000):
        word = f"{number % 997} {number % 7}"
        kept[word] = (number, word.upper())
    return time.process_time() - began
