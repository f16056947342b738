"""Who looks, and of what people are told: whoever makes a viewer has asked what is closed to them, and every notice
that is about a family says how it leads to one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from portal.access.closed_notices import PLACES
from portal.config import ROOT
from portal.services.notices.emergencies import SUBJECT as EMERGENCY

ROOM = ROOT / "portal"

WHO_MAKES_HATS_OR_VIEWERS = {
    "access/alike.py": "for a statement, of the hat that asks, or of one with parameters in the place of its ids",
    "access/kept.py": "for a condition, of the very hat or link that asks",
    "access/viewer.py": "the class itself: nobody, a command, a link's holder, a key",
    "services/known_people.py": "whoever signs in, who wears what closed_records says",
    "services/packs/making.py": "the board's eyes, which see no family",
    "services/rehearsal.py": "nobody's, to warm up before anybody is served",
    "services/restrictions/keeping.py": "a hat with what has just been closed to it",
    "services/sessions.py": "whoever is signed in, who wears what closed_records says",
    "services/sign_in.py": "whoever known_people has found",
}
"""By file under portal/. A viewer that is made elsewhere would be shut out of nothing (ADR 49)."""

OF_NO_FAMILY = {
    "absence": "who stands in, and when",
    "agency": "people to be confirmed",
    "audit_return": "an audit of an agency",
    "improvement_action": "the board's plan",
    "membership": "somebody's account, or how much work was handed over",
    "practice_sample": "that a sample is due to be drawn",
    "saved_view": "figures",
    "scrutiny_challenge": "the scrutineer's question to an agency",
    "sector_agency": "a sector lead's word to an agency",
    EMERGENCY: "told to those who keep the record, and its review to whoever opened it",
}
"""Subjects of notices that tell of no family to whom it is closed."""


def _calls(*names: str) -> Iterator[tuple[str, ast.Call, ast.Module]]:
    for path in sorted(ROOM.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not any(f"{name}(" in text for name in names):
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield path.relative_to(ROOM).as_posix(), node, tree


def _constant(node: ast.expr, tree: ast.Module, path: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    assert isinstance(node, ast.Name), (path, ast.unparse(node))
    for one in tree.body:
        if isinstance(one, ast.Assign) and [ast.unparse(target) for target in one.targets] == [node.id]:
            return str(ast.literal_eval(one.value))
        if isinstance(one, ast.ImportFrom) and node.id in {name.name for name in one.names} and one.module:
            file = ROOT / Path(*one.module.split(".")).with_suffix(".py")
            return _constant(node, ast.parse(file.read_text(encoding="utf-8")), one.module)
    raise AssertionError(f"{path}: {node.id} is not known")


def test_whoever_makes_a_viewer_is_listed_with_a_reason():
    made = {path for path, _call, _tree in _calls("Viewer", "Hat", "cls") if _makes(_call)}
    assert made == set(WHO_MAKES_HATS_OR_VIEWERS)


def _makes(call: ast.Call) -> bool:
    given = {one.arg for one in call.keywords}
    return ast.unparse(call.func) != "cls" or bool(given & {"system", "link", "key", "now"})


def test_every_subject_of_a_notice_leads_to_its_family_or_is_of_none():
    subjects = {}
    for path, call, tree in _calls("Telling"):
        given = call.args[1] if len(call.args) > 1 else next(one.value for one in call.keywords if one.arg == "subject")
        subjects[_constant(given, tree, path)] = path
    assert len(subjects) > 15
    unknown = {subject: path for subject, path in subjects.items() if subject not in PLACES}
    assert set(unknown) == set(OF_NO_FAMILY), unknown


def test_whoever_closes_a_record_in_a_test_looks_with_what_is_closed():
    """A viewer made by hand (`viewer_of`) is shut out of nothing: such a test would pass whatever the portal did."""
    closing, by_hand = set(), set()
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "closed_records" not in text:
            continue
        nodes = list(ast.walk(ast.parse(text)))
        if not any(isinstance(node, ast.ImportFrom) and node.module == "tests.closed_records" for node in nodes):
            continue
        closing.add(path.name)
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        used |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        by_hand |= {path.name} if used & {"viewer_of", "Viewer", "Hat"} else set()
    assert len(closing) >= 8
    assert by_hand == set()
