"""The house keeps its shape: what stands at the top, how long files are, what they are called, what they import."""

from __future__ import annotations

import ast
import fnmatch
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.config import ROOT

TOP_LEVEL = {
    *(
        "app.py",
        "pyproject.toml",
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "Makefile",
        ".gitignore",
        ".ci",
        "gunicorn.conf.py",
    ),
    *("requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"),
    *("portal", "migrations", "templates", "static", "tests", "docs", "benchmarks"),
}
LONGEST = 320
LONGEST_TEST = 750  # a list of cases is long without being tangled
NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "helpers", "helper", "base", "misc"}
DOMAIN_MAY_IMPORT = {"holidays", "stdnum"}
# Lines that segno drew: nothing in them was typed by anybody.
TRUSTED = {"templates/sign_in/set_up_code.html", "templates/feedback/card.html"}
CLOCKS = {"now", "utcnow", "today"}
MAY_ASK_THE_CLOCK = {
    "portal/api/door.py",
    "portal/commands/outcomes.py",
    "portal/views/rehearsal.py",
    "portal/views/signed_in.py",
}
IGNORED = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]


def is_ignored(path: Path) -> bool:
    """Whether .gitignore names this or a folder above it; git itself need not be installed."""
    parts = path.relative_to(ROOT).parts
    return parts[0] == ".git" or any(fnmatch.fnmatch(part, pattern) for part in parts for pattern in IGNORED)


def files(*folders: str, kinds: tuple[str, ...] = (".py",)) -> list[Path]:
    """The project's own files of some kinds under some folders."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*")))
    return [path for path in found if path.suffix in kinds and path.is_file() and not is_ignored(path)]


def short(path: Path) -> str:
    """A file's name for messages."""
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every import with the module that it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node, node.module or ""


PORTAL = files("portal")


def test_nothing_stands_at_the_top_that_has_no_place_there():
    assert {path.name for path in ROOT.iterdir() if not is_ignored(path)} <= TOP_LEVEL


def test_files_stay_short():
    looked = [*PORTAL, *files("tests", "benchmarks"), *files("templates", kinds=(".html", ".txt"))]
    looked += files("static/src", kinds=(".js",))
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in looked}
    most = {name: LONGEST_TEST if "/test_" in name else LONGEST for name in lengths}
    assert {name: length for name, length in lengths.items() if length > most[name]} == {}


def test_files_are_called_for_what_they_hold():
    looked = [
        *PORTAL,
        *files("tests", "benchmarks"),
        *files("templates", "static/src", kinds=(".html", ".js", ".scss")),
    ]
    folders = {parent for path in looked for parent in path.relative_to(ROOT).parents}
    stems = {path.stem for path in looked} | {folder.name for folder in folders}
    assert not stems & NAMES_THAT_SAY_NOTHING


def test_an_import_inside_a_function_gives_its_reason_beside_it():
    silent = []
    for path in [*PORTAL, *files("tests", "benchmarks", "migrations")]:
        lines = path.read_text(encoding="utf-8").splitlines()
        tree = parsed(path)
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for node, _name in imports(function):
                    beside = lines[node.lineno - 2 : node.lineno]
                    if not any(re.search(r"#\s*(?!noqa: \w+$)\S", re.sub(r"noqa: \w+ -", "", line)) for line in beside):
                        silent.append(f"{short(path)}:{node.lineno}")
    assert silent == []


def test_the_ground_floor_stands_on_itself():
    allowed = DOMAIN_MAY_IMPORT | set(sys.stdlib_module_names)
    strange = {
        f"{short(path)}: {name}"
        for path in files("portal/domain")
        for _node, name in imports(parsed(path))
        if not name.startswith("portal.domain") and name.split(".")[0] not in allowed
    }
    assert strange == set()


def test_only_the_doors_ask_what_time_it_is():
    """Everything else is told: by the viewer, or by an argument."""
    asked = {
        short(path)
        for path in PORTAL
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date"}
    }
    assert asked <= MAY_ASK_THE_CLOCK


def test_everything_public_says_what_it_is():
    silent = []
    for path in PORTAL:
        tree = parsed(path)
        if ast.get_docstring(tree) is None:
            silent.append(short(path))
        # Of a nested function or a class's own methods the name says enough; of a module's doors it does not.
        for node in tree.body:
            is_door = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
            if is_door and ast.get_docstring(node) is None:
                silent.append(f"{short(path)}: {node.name}")
    assert silent == []


def test_templates_trust_no_text():
    """Text is escaped by Jinja; what is not must stand in the list, with its reason."""
    trusting = {
        short(path)
        for path in files("templates", kinds=(".html", ".txt"))
        if re.search(r"[^'\"\s]\s*\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8"))
    }
    assert trusting <= TRUSTED


@pytest.mark.parametrize(
    ("lock", "least"),
    [("requirements.txt", 20), ("requirements-dev.txt", 20), ("benchmarks/django_peer/requirements.txt", 5)],
)
def test_a_lock_names_versions_and_hashes_and_no_place(lock, least):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|@ file:", text)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > least
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_what_tests_run_on_is_what_the_portal_runs_on():
    """Otherwise `make test` would prove nothing about `make run`."""
    run, dev = (
        set(
            re.findall(
                r"^([A-Za-z0-9._-]+(?:\[[\w,-]+\])?==[^\s;\\]+)", (ROOT / lock).read_text(encoding="utf-8"), re.M
            )
        )
        for lock in ("requirements.txt", "requirements-dev.txt")
    )
    assert run
    assert run <= dev


def test_no_other_lock_is_kept():
    assert not {"uv.lock", "pylock.toml", "poetry.lock", "package-lock.json"} & {path.name for path in ROOT.iterdir()}
