"""What the portal never does, whatever a page asks for: looked for in every file of it."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from portal.config import ROOT

PYTHON = sorted((ROOT / "portal").rglob("*.py"))
SCRIPTS = sorted((ROOT / "static" / "src").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
READS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "cPickle"}
OLD_PARSERS = {"xml.sax", "xml.dom", "xml.dom.minidom", "xml.dom.pulldom", "lxml", "lxml.etree", "xmlrpc"}
ELSEWHERE = {"ldap", "ldap3", "memcache", "pymemcache", "telnetlib", "ftplib", "paramiko", "graphql", "graphene"}
GUESSABLE = {"md5", "sha1", "new"}
READS_XML_ITSELF = {"portal/gateways/office_packages.py"}
"""Refuses a package that declares an entity before it is parsed: see its tests."""


def short(path) -> str:
    """A file's name for messages."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path) -> list[ast.AST]:
    """Everything in a file, read once for all tests."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def calls(path) -> list[tuple[str, ast.Call]]:
    """Every call in a file, by the dotted name of what is called."""
    return [(ast.unparse(node.func), node) for node in tree(path) if isinstance(node, ast.Call)]


@cache
def imported(path) -> set[str]:
    """Every module, and every name from one, that a file imports."""
    names: set[str] = set()
    for node in tree(path):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return names


def test_there_is_something_to_look_at():
    assert len(PYTHON) > 300
    assert len(SCRIPTS) > 5
    assert len(TEMPLATES) > 100


def test_no_text_is_run_as_a_program():
    assert [short(path) for path in PYTHON for name, _call in calls(path) if name in RUNS_TEXT] == []


def test_no_object_is_read_from_bytes():
    assert [short(path) for path in PYTHON if {name.split(".")[0] for name in imported(path)} & READS_OBJECTS] == []


def test_no_program_is_started_by_a_shell():
    faults = []
    for path in PYTHON:
        for name, call in calls(path):
            shell = any(word.arg == "shell" for word in call.keywords)
            if name in ("os.system", "os.popen") or name.startswith(("os.spawn", "os.exec")) or shell:
                faults.append(f"{short(path)}: {name}")
    assert faults == []


def test_no_template_is_made_of_what_was_typed():
    """Templates are files; nothing that makes one of a text is called or imported."""
    for path in PYTHON:
        assert not imported(path) & {"jinja2.Template", "flask.render_template_string", "mako", "string.Template"}, path
        assert not [name for name, _call in calls(path) if name.split(".")[-1] in ("from_string", "format_map")], path


def test_xml_is_parsed_where_no_entity_is_resolved():
    for path in PYTHON:
        names = imported(path)
        assert not names & OLD_PARSERS, short(path)
        parsing = [name for name, _call in calls(path) if name.startswith(("ElementTree.", "ET."))]
        assert not parsing or short(path) in READS_XML_ITSELF, short(path)


def test_yaml_is_read_as_plain_values():
    faults = [
        f"{short(path)}: {name}"
        for path in PYTHON
        for name, _call in calls(path)
        if name in ("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load")
    ]
    assert faults == []


def test_no_weak_digest_and_no_weak_cipher():
    for path in PYTHON:
        text = path.read_text(encoding="utf-8")
        for name, _call in calls(path):
            assert not (name.startswith("hashlib.") and name.split(".")[1] in GUESSABLE), f"{short(path)}: {name}"
        assert not re.search(r"\bmodes\.(ECB|CBC|CFB|OFB)\b|\bTripleDES\b|\bARC4\b|\bBlowfish\b|PKCS1v15", text), short(
            path
        )


def test_what_must_not_be_guessed_is_never_left_to_chance_that_can_be():
    """`random` draws samples and demonstrations, with a seed; secrets come from `secrets` or the system."""
    users = {short(path) for path in PYTHON if "random" in imported(path) or "from random" in path.read_text("utf-8")}
    assert {name for name in users if not name.startswith("portal/services/demo/")} == set()


def test_there_are_no_interpreters_to_inject_into_but_sql():
    assert [short(path) for path in PYTHON if {name.split(".")[0] for name in imported(path)} & ELSEWHERE] == []


def test_no_query_is_put_together_from_text():
    """SQL is SQLAlchemy's, with bound values; the few statements in words are constants."""
    faults = []
    for path in PYTHON:
        for name, call in calls(path):
            if name.split(".")[-1] not in ("text", "exec_driver_sql") or not call.args:
                continue
            if name not in ("text", "sa.text", "sqlalchemy.text") and not name.endswith("exec_driver_sql"):
                continue
            if "sqlalchemy" in path.read_text("utf-8") and isinstance(call.args[0], ast.JoinedStr):
                faults.append(f"{short(path)}: {ast.unparse(call)[:80]}")
    assert faults == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_markup_or_runs_text_or_keeps_anything(path):
    text = path.read_text(encoding="utf-8")
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|javascript:|srcdoc"
    keeps = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\."
    speaks = r"postMessage|addEventListener\(\s*[\"']message|importScripts|new WebSocket|EventSource|XMLHttpRequest"
    pollutes = r"__proto__|constructor\[|Object\.assign\("
    for pattern in (sinks, keeps, speaks, pollutes):
        assert re.findall(pattern, text) == []


def test_no_page_reaches_for_a_file_elsewhere():
    """Scripts, styles, pictures and fonts are the portal's own."""
    faults = []
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        faults += [short(path) for _ in re.findall(r"<(?:script|link|img|iframe|object|embed)\b[^>]*https?://", text)]
        faults += [short(path) for _ in re.findall(r"<(?:iframe|object|embed|applet|base)\b", text)]
    assert faults == []


def test_passwords_may_be_pasted_and_kept_by_a_manager():
    for path in [*TEMPLATES, *SCRIPTS]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"onpaste|addEventListener\(\s*[\"']paste", text), short(path)
