"""Stencils: HTML drawn once and stamped many times, for the one page where drawing it each time is too slow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter

from markupsafe import Markup, escape

_PLAIN_PERCENT = re.compile(r"%(?!\(\w+\)s)")
_PLACE = re.compile(r"%\((\w+)\)s")
# Types of which no value needs escaping; their subclasses may.
_SAFE = (Markup, int)


def _taking(order: tuple[str, ...]) -> Callable[[dict[str, object]], tuple[object, ...]]:
    """What takes the values of places in their order; itemgetter is quickest, but of one place gives no tuple."""
    return itemgetter(*order) if len(order) > 1 else lambda made: tuple(made[name] for name in order)


class Stencil:
    """HTML from a template in which `%(name)s` stands in the places that differ."""

    __slots__ = ("_blank", "_html", "_order", "_take", "_whole")

    def __init__(self, drawn: str) -> None:
        # The template's indentation would be a fifth of the page.
        tidy = "\n".join(line.strip() for line in str.__str__(drawn).splitlines())
        self._order = tuple(_PLACE.findall(tidy))
        # By their order, because to look each place up by its name takes twice as long.
        self._html = _PLACE.sub("%s", _PLAIN_PERCENT.sub("%%", tidy))
        self._blank: dict[str, object] = dict.fromkeys(self._order, "")
        self._take = _taking(self._order)
        # Without a place there is nothing to stamp.
        self._whole = None if self._order else Markup(self._html % ())  # noqa: S704 - drawn by a template

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the places in the order in which they come, as often as they come."""
        return self._order

    def stamp(self, values: Mapping[str, object], ticked: Iterable[str] = ()) -> Markup:
        """The HTML with these values in its places, escaped unless they are HTML; a place not named stays empty.

        The places named in `ticked` say that their input is checked; raises KeyError where there is no such place.
        """
        if self._whole is not None and not ticked:
            return self._whole
        made = self._blank.copy()
        for name, value in values.items():
            made[name] = value if type(value) in _SAFE else escape(value)
        for name in ticked:
            if name not in self._blank:
                raise KeyError(name)
            made[name] = " checked"
        return Markup(self._html % self._take(made))  # noqa: S704 - escaped above

    def stamp_all(self, rows: Iterable[tuple[object, ...]]) -> Markup:
        """One after the other, the HTML of rows whose values stand in the order of `places`, escaped unless HTML."""
        listed = list(rows)
        values = [v if type(v) in _SAFE else escape(v) for row in listed for v in row]
        return Markup(self._html * len(listed) % tuple(values))  # noqa: S704 - every value was escaped above
