"""What somebody sees who lost a race: what they said, what stands there now, and the choice between the two."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.errors import Conflict

_NOT_SENT_AGAIN = ("csrf_token", "working_as")


def lost_race(lost: Conflict, *, version: int, back: str) -> ResponseReturnValue:
    """The 409 page; sending mine again is based on `version`, what stands now, and keeping theirs leads `back`."""
    fields = [(name, text) for name, text in sent_fields() if name != "version"]
    page = render_template("meetings/lost_race.html", lost=lost, fields=fields, version=version, back=back)
    return page, 409


def sent_fields() -> list[tuple[str, str]]:
    """What was posted, for a page that sends it once more; its own token and membership it has already."""
    return [(name, text) for name, text in request.form.items(multi=True) if name not in _NOT_SENT_AGAIN]
