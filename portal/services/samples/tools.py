"""Tools that meetings are graded with: those that ship, and what a partnership loads from files of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, Unusable
from portal.domain.practice_tools import PracticeTool
from portal.gateways import practice_tool_files
from portal.models.samples import PracticeSample
from portal.models.samples import PracticeTool as PracticeToolRow
from portal.services.changes import changing

SHIPPED = tuple(practice_tool_files.SHIPPED)
"""The codes of the tools that come with the portal."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file; `is_new` is False where the tool says the same already."""

    name: str
    title: str
    number: int
    is_new: bool


def check(names: Sequence[str]) -> list[PracticeTool]:
    """Read files, or tools that ship, by their name; raises Unusable with the faults of all of them."""
    found: list[PracticeTool] = []
    faults: list[str] = []
    for name in names:
        try:
            found.append(practice_tool_files.read(name))
        except Unusable as fault:
            faults += fault.reasons
    if faults:
        raise Unusable(faults)
    return found


def load(viewer: Viewer, names: Sequence[str]) -> list[Loaded]:
    """Load files into the viewer's partnership, all or none, each as the next version of its code.

    What was drawn keeps the tool as it was. A file that says what the newest version says changes nothing.
    """
    tools = check(names)
    if viewer.partnership_id is None or not access.may_draw(viewer):
        raise NotPermitted("This role does not keep the tools of practice audits.")
    newest = {row.code: row for row in _newest(viewer)}
    changed = [tool for tool in tools if (row := newest.get(tool.code)) is None or row.digest != tool.digest]
    numbers = {code: row.number for code, row in newest.items()}
    if changed:
        with changing(viewer) as change:
            for tool in changed:
                numbers[tool.code] = numbers.get(tool.code, 0) + 1
                row = PracticeToolRow(
                    partnership_id=viewer.partnership_id,
                    code=tool.code,
                    number=numbers[tool.code],
                    digest=tool.digest,
                    content=tool.to_plain(),
                    loaded_at=viewer.now,
                )
                change.session.add(row)
                change.session.flush()
                change.log("practice_tool.loaded", "practice_tool", row.id)
    return [
        Loaded(name, tool.title, numbers[tool.code], tool in changed) for name, tool in zip(names, tools, strict=True)
    ]


def tools_for(viewer: Viewer) -> list[PracticeTool]:
    """The tools that may be chosen: a partnership's own stand in the place of those that ship under the same code."""
    own = {row.code: PracticeTool.from_plain(row.content) for row in _newest(viewer)}
    known = {code: practice_tool_files.shipped(code) for code in SHIPPED} | own
    return sorted(known.values(), key=lambda tool: (tool.title, tool.code))


def tool_called(viewer: Viewer, code: str) -> PracticeTool:
    """The tool of a code as it stands now; raises Invalid where there is none."""
    found = next((tool for tool in tools_for(viewer) if tool.code == code), None)
    if found is None:
        raise Invalid("There is no such tool", errors={"tool_code": ["Choose what the meetings are graded by"]})
    return found


def tool_of(sample: PracticeSample) -> PracticeTool:
    """The tool that a sample was drawn with."""
    return PracticeTool.from_plain(sample.tool)


def _newest(viewer: Viewer) -> list[PracticeToolRow]:
    rows = access.tools_visible_to(viewer)
    last = rows.with_only_columns(PracticeToolRow.code, func.max(PracticeToolRow.number).label("number"))
    newest = last.group_by(PracticeToolRow.code).subquery()
    return list(
        db.session.scalars(
            rows.join(newest, (newest.c.code == PracticeToolRow.code) & (newest.c.number == PracticeToolRow.number))
        )
    )
