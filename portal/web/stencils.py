"""Stencils: HTML drawn once and stamped many times, for the one page where drawing it each time is too slow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

_PLAIN_PERCENT = re.compile(r"%(?!\(\w+\)s)")
_PLACE = re.compile(r"%\((\w+)\)s")


class Stencil:
    """HTML from a template in which `%(name)s` stands in the places that differ."""

    __slots__ = ("_blank", "_html")

    def __init__(self, drawn: str) -> None:
        # The template's indentation would be a fifth of the page.
        tidy = "\n".join(line.strip() for line in str.__str__(drawn).splitlines())
        self._html = _PLAIN_PERCENT.sub("%%", tidy)
        self._blank = dict.fromkeys(_PLACE.findall(tidy), "")

    def stamp(self, values: Mapping[str, object], ticked: Iterable[str] = ()) -> Markup:
        """The HTML with these values in its places, escaped unless they are HTML; a place not named stays empty.

        The places named in `ticked` say that their input is checked; raises KeyError where there is no such place.
        """
        made = self._blank.copy()
        for name, value in values.items():
            made[name] = value if type(value) is Markup else escape(value)
        for name in ticked:
            if name not in self._blank:
                raise KeyError(name)
            made[name] = " checked"
        return Markup(self._html % made)  # noqa: S704 - every value was escaped above
