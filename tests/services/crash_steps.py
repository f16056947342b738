"""Work that is killed at its first step, then at its second, and so on, until one comes through to its end.

A step is a statement, a commit (before it and after it), a piece on its way into the file store, and a file that is
written or deleted there (before and after). Each time it is done by a process of its own, killed as by the system.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import event

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.gateways.file_store import FileStore
from portal.services.filing import filing, install_filing
from portal.services.orphans import find_orphans
from portal.services.quarantine import scan_quarantined

FEWEST_STEPS, MOST_STEPS = 10, 400
Step = Callable[..., None]


@dataclass(frozen=True)
class _Stepping:
    """A file store, each of whose acts is a step."""

    store: FileStore
    step: Step

    def write(self, key: bytes, context: bytes, chunks: Iterable[bytes]) -> str:
        """Store bytes."""
        self.step()
        name = self.store.write(key, context, self._each(chunks))
        self.step()
        return name

    def delete(self, name: str) -> None:
        """Delete a file."""
        self.step()
        self.store.delete(name)
        self.step()

    def _each(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self.step()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def killed_at_each_step(work: Callable[[], object]) -> Iterator[int]:
    """Do it again and again, each time killed one step later, and stop once it came through; gives the step after each.

    It is done by a process of its own, so it has to find out by itself how things stand when it begins.
    """
    for number in count(1):
        assert number < MOST_STEPS, "it never comes to its end"
        if not _is_killed(work, number):
            assert number > FEWEST_STEPS, "its steps were not seen"
            return
        yield number


def _is_killed(work: Callable[[], object], at: int) -> bool:
    """Whether it had not come to its end before that step."""
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        # Whatever happens here, pytest must not go on in two processes.
        try:
            _let_die(at)
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    outcome = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(outcome) or os.WEXITSTATUS(outcome) == 0, "it failed by itself"
    return os.WIFSIGNALED(outcome)


def _let_die(at: int) -> None:
    taken = 0

    def step(*_event: object) -> None:
        nonlocal taken
        taken += 1
        if taken == at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine, "before_cursor_execute", step)
    event.listen(db.engine, "commit", step)
    event.listen(db.session, "after_commit", step)
    install_filing(replace(filing(), store=_Stepping(filing().store, step)))


def orphans_swept() -> int:
    """Assert that no row lacks its bytes or belongs to nothing; sweep bytes without a row, and say how many there were.

    Swept as it would be in two days, since nobody knows of bytes that have just come whether their row is on its way.
    """
    # By the real clock, by which the store says when something was written.
    viewer = Viewer.of_system("files scan", datetime.now(UTC) + timedelta(days=2))
    found = find_orphans(viewer)
    assert (found.without_bytes, found.belonging_to_nothing, found.arriving) == ([], [], 0)
    swept = scan_quarantined(viewer).swept
    assert swept == len(found.without_row)
    assert not find_orphans(viewer).are_found
    return swept
