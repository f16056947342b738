"""The table of ASVS requirements in docs/security.md: whole, in order, and resting on tests that are there."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from portal.config import ROOT

PAGE = ROOT / "docs" / "security.md"
LEAST_TESTED = 120
VERDICTS = ("pass", "not applicable", "set-up", "differs")

LEVELS = {
    "V1.1": "22",
    "V1.2": "111112222",
    "V1.3": "11222222222",
    "V1.4": "222",
    "V1.5": "12",
    "V2.1": "122",
    "V2.2": "112",
    "V2.3": "1222",
    "V2.4": "2",
    "V3.2": "11",
    "V3.3": "1222",
    "V3.4": "112222",
    "V3.5": "11122",
    "V3.7": "22",
    "V4.1": "122",
    "V4.2": "2",
    "V4.3": "22",
    "V4.4": "1222",
    "V5.1": "2",
    "V5.2": "112",
    "V5.3": "11",
    "V5.4": "222",
    "V6.1": "122",
    "V6.2": "111111112222",
    "V6.3": "1122",
    "V6.4": "1122",
    "V6.5": "22222",
    "V6.6": "222",
    "V6.8": "2222",
    "V7.1": "222",
    "V7.2": "1111",
    "V7.3": "22",
    "V7.4": "11222",
    "V7.5": "22",
    "V7.6": "22",
    "V8.1": "12",
    "V8.2": "112",
    "V8.3": "1",
    "V8.4": "2",
    "V11.1": "22",
    "V11.2": "222",
    "V11.3": "112",
    "V11.4": "1222",
    "V11.5": "2",
    "V11.6": "2",
    "V12.1": "122",
    "V12.2": "11",
    "V12.3": "2222",
    "V13.1": "2",
    "V13.2": "22222",
    "V13.3": "22",
    "V13.4": "12222",
    "V14.1": "22",
    "V14.2": "1222",
    "V14.3": "122",
    "V15.1": "122",
    "V15.2": "122",
    "V15.3": "1222222",
    "V16.1": "2",
    "V16.2": "22222",
    "V16.3": "2222",
    "V16.4": "222",
    "V16.5": "222",
}
"""The level of each requirement of levels 1 and 2, by section and in order, as release 5.0.0 has them.

Left out are chapters 9, 10 and 17. In every section those of level 3 come last, so that the numbers have no gap.
"""

_ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([123]) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_PLACE = re.compile(r"`(portal/[\w/]+\.py)`|\]\((?!http)([\w/.-]+\.md)?(?:#([\w-]+))?\)")


@cache
def rows() -> list[tuple[str, ...]]:
    """The table: number, level, what is asked, verdict, evidence."""
    return [found.groups() for found in _ROW.finditer(PAGE.read_text(encoding="utf-8"))]


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file, also those within a class."""
    file = ROOT / path
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return frozenset(re.findall(r"^ *def (test_\w+)\(", text, re.MULTILINE))


def test_each_of_the_210_requirements_stands_there_once_at_its_level():
    wanted = [
        (f"{section}.{number}", level) for section, levels in LEVELS.items() for number, level in enumerate(levels, 1)
    ]
    assert len(wanted) == 210
    assert [row[:2] for row in rows()] == wanted


def test_each_has_a_verdict_and_what_it_rests_on():
    for number, _level, _asks, verdict, evidence in rows():
        assert verdict in VERDICTS, number
        assert len(evidence) > 5, number
        if verdict == "pass":
            assert _TEST.search(evidence) or _PLACE.search(evidence) or "`" in evidence, number


def test_every_test_that_is_named_is_there():
    named = {found.groups() for found in _TEST.finditer(PAGE.read_text(encoding="utf-8"))}
    assert {f"{path}::{name}" for path, name in named if name not in names_in(path)} == set()


def test_enough_of_them_rest_on_a_test():
    assert sum("::test_" in row[4] for row in rows()) >= LEAST_TESTED


def test_the_counts_above_the_table_are_those_of_the_table():
    found = Counter(row[3] for row in rows())
    tested = sum("::test_" in row[4] for row in rows())
    said = (
        f"{found['pass']} pass, {found['set-up']} rest on the set-up, {found['differs']} differ, "
        f"{found['not applicable']} do not apply. {tested} have a test by name."
    )
    assert said in PAGE.read_text(encoding="utf-8")


def test_every_page_and_file_that_it_leads_to_is_there():
    for found in _PLACE.finditer(PAGE.read_text(encoding="utf-8")):
        source, page, heading = found.groups()
        if source:
            assert (ROOT / source).is_file(), source
            continue
        target = (PAGE.parent / page).resolve() if page else PAGE
        assert target.is_file(), page
        if heading:
            known = {
                anchor_of(line) for line in target.read_text(encoding="utf-8").splitlines() if line.startswith("#")
            }
            assert heading in known, found[0]


def anchor_of(heading: str) -> str:
    """A heading as its link names it."""
    return re.sub(r"[^\w -]", "", heading.lstrip("# ").lower()).replace(" ", "-")
