"""Compiled statements, found again by being the same object before anything is compared."""

from __future__ import annotations

from typing import Any

from sqlalchemy.util import LRUCache

_CAPACITY = 500
"""SQLAlchemy's own measure of how many it keeps."""

_MOST_KNOWN = 512
_MOST_SEEN = 4096


class KnownStatements(LRUCache[Any, Any]):
    """SQLAlchemy's cache of compiled statements, quicker for those that stay.

    Its key says all that a statement is made of, hundreds of parts of which each is hashed at every look, for a page's
    queries a twentieth of the page. A statement that is kept (`built_for_alike`, or a module's own) brings the very
    same description each time: whatever comes a third time as the same object is known by that. What is found is what
    the whole comparison would find, since what is the same is equal.
    """

    __slots__ = ("_known", "_seen")

    def __init__(self) -> None:
        super().__init__(_CAPACITY)
        self._seen: set[int] = set()
        self._known: dict[int, tuple[Any, Any]] = {}

    def get(self, key: Any, default: Any = None) -> Any:
        """What was compiled for `key`: a tuple of the dialect, the statement's description and how it is executed."""
        number = id(key[1])
        known = self._known.get(number)
        # A number is given again when its object has gone; those that are known are held.
        if known is not None and known[0][1] is key[1] and known[0][0] is key[0] and known[0][2:] == key[2:]:
            return known[1]
        found = super().get(key, default)
        if found is not None:
            self._note(number, key, found)
        return found

    def _note(self, number: int, key: Any, found: Any) -> None:
        if number in self._seen:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[number] = key, found
            return
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen.add(number)
