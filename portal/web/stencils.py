"""Stencils: HTML drawn once and stamped many times, for the one page where drawing it each time is too slow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

_PLACE = re.compile(r"%\((\w+)\)s")


class Stencil:
    """HTML from a template in which `%(name)s` stands in the places that differ."""

    __slots__ = ("_blank", "_places")

    def __init__(self, drawn: str) -> None:
        # The template's indentation would be a fifth of the page.
        tidy = "\n".join(line.strip() for line in str.__str__(drawn).splitlines())
        # What the pattern captures comes at every second place of the split.
        pieces = _PLACE.split(tidy)
        self._places: dict[str, list[int]] = {}
        for place in range(1, len(pieces), 2):
            self._places.setdefault(pieces[place], []).append(place)
            pieces[place] = ""
        self._blank = pieces

    def stamp(self, values: Mapping[str, object], ticked: Iterable[str] = ()) -> Markup:
        """The HTML with these values in its places, escaped unless they are HTML; a place not named stays empty.

        The places named in `ticked` say that their input is checked.
        """
        made = self._blank.copy()
        for name, value in values.items():
            text = value if type(value) is Markup else escape(value)
            for place in self._places.get(name, ()):
                made[place] = text
        for name in ticked:
            for place in self._places[name]:
                made[place] = " checked"
        return Markup("".join(made))  # noqa: S704 - every value was escaped above
