"""Stencils: HTML drawn once and stamped many times, for the one page where drawing it each time is too slow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from markupsafe import Markup, escape

_PLACE = re.compile(r"%\((\w+)\)s")
_READ_OTHERWISE = re.compile("[\x80-\x9f]")
"""What a browser takes for another character where it comes as a reference: controls, which no word has."""


def _taking(order: Sequence[Any]) -> Callable[[Any], tuple[str, ...]]:
    """What takes these values out of a row in their order; itemgetter is quickest, but of one place gives no tuple."""
    return itemgetter(*order) if len(order) > 1 else lambda row: tuple(row[place] for place in order)


class Stencil:
    """HTML from a template in which `%(name)s` stands in the places that differ."""

    __slots__ = ("_again", "_blank", "_order", "_parts", "_take", "_takes", "_whole")

    def __init__(self, drawn: str) -> None:
        # The template's indentation would be a fifth of the page.
        tidy = "\n".join(line.strip() for line in str.__str__(drawn).splitlines())
        # What stands between the places, and at each odd number a place: to join them takes a fifth of what a format
        # with `%` takes.
        self._parts = _PLACE.split(tidy)
        self._order = tuple(self._parts[1::2])
        self._blank = dict.fromkeys(self._order, "")
        self._take = _taking(self._order)
        self._takes: dict[tuple[str, ...], Callable[[list[str]], tuple[str, ...]]] = {}
        # One more of them begins with how the one before it ends.
        self._again = [self._parts[-1] + self._parts[0], *self._parts[1:-1]]
        # Without a place there is nothing to stamp.
        self._whole = None if self._order else Markup(tidy)  # noqa: S704 - drawn by a template

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the places in the order in which they come, as often as they come."""
        return self._order

    def stamp(self, values: dict[str, Any]) -> Markup:
        """The HTML with these values in its places, as `in_ascii` unless HTML; a place not named stays empty."""
        if self._whole is not None:
            return self._whole
        made: dict[str, Any] = self._blank | values
        for name, value in values.items():
            if type(value) is not Markup:
                made[name] = _safe(value)
        parts = self._parts.copy()
        parts[1::2] = self._take(made)
        return Markup("".join(parts))  # noqa: S704 - escaped above

    def stamp_all(self, rows: Iterable[tuple[object, ...]]) -> Markup:
        """One after the other, the HTML of rows whose values stand in the order of `places`, escaped unless HTML.

        Raises ValueError where there are more values, or fewer, than places.
        """
        listed = list(rows)
        return self._joined(len(listed), [v if type(v) is Markup else _safe(v) for row in listed for v in row])

    def stamp_named(self, names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Markup:
        """As `stamp_all`, of rows whose values stand in the order of `names`: each goes into all places of its name.

        A place that is not named stays empty.
        """
        listed, take = list(rows), self._takes.get(names) or self._know(names)
        values: list[str] = []
        for row in listed:
            values += take([*[v if type(v) is Markup else _safe(v) for v in row], ""])
        return self._joined(len(listed), values)

    def _know(self, names: tuple[str, ...]) -> Callable[[list[str]], tuple[str, ...]]:
        # The last of each row stands for what is not named.
        at = [names.index(place) if place in names else -1 for place in self._order]
        self._takes[names] = _taking(at)
        return self._takes[names]

    def _joined(self, number: int, values: list[str]) -> Markup:
        if not number or self._whole is not None:
            return (self._whole or Markup()) * number
        parts = self._again * number
        parts[0] = self._parts[0]
        parts[1::2] = values
        parts.append(self._parts[-1])
        return Markup("".join(parts))  # noqa: S704 - whoever calls has escaped the values


def in_ascii(words: object) -> Markup:
    """Words as HTML, with references for all that is not ASCII.

    One apostrophe of an agency's name would double the room that the whole page takes, and the time to encode it.
    """
    escaped = escape(words)
    if escaped.isascii() or _READ_OTHERWISE.search(escaped):
        return escaped
    return Markup(escaped.encode("ascii", "xmlcharrefreplace").decode())  # noqa: S704 - escaped above


def _safe(value: object) -> str:
    # A number needs no escaping; what is built on one may.
    return str(value) if type(value) is int else in_ascii(value)
