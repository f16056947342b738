"""Who may look past the partnerships that somebody works in: few, each with its reason."""

from __future__ import annotations

import re

from portal.config import ROOT

WHO_LOOKS_ACROSS = {
    "services/agencies.py": "how many other partnerships share an agency, which are counted and not named",
    "services/agency_entries.py": "an agency's name is changed only by whoever keeps every list that it is on",
    "services/api_keys/admitting.py": "the door of the API: whose key it is",
    "services/feedback/giving.py": "the door of feedback: whose card it is",
    "services/field_keys.py": "whether the keys are those that all of it was written under, before anybody is served",
    "services/kept_forms.py": "the door: whether something waits for whoever is about to sign in again",
    "services/known_people.py": "the door: who signs in, and where they work",
    "services/metrics.py": "numbers of the whole portal, for whoever runs it",
    "services/people_list.py": "whether somebody has roles that the viewer does not look after",
    "services/people_locks.py": "nobody takes over an account that works elsewhere too",
    "services/closed_records.py": "what is closed to a person, before they are let in",
    "services/records/closure.py": "whether what is erased is still named by a row of another partnership",
    "services/records/transparency.py": "what everybody may read of each partnership's rules and contact",
    "services/return_links/contacts.py": "nobody renames a person whom another partnership knows",
    "services/return_links/opening.py": "the door of links: whose link it is",
    "services/scheduling/engagements.py": "when people are wanted elsewhere, without saying what for",
    "services/session_rows.py": "the door: whose session it is, and where they work",
}
"""By file under portal/, why it looks across all partnerships on the database's side of the wall."""

WHO_OPENS_ALL = {"factory.py": "commands and the worker, which serve nobody"}


def _files_saying(words: str) -> set[str]:
    room = ROOT / "portal"
    return {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        if path.parent.name != "database" and re.search(words, path.read_text(encoding="utf-8"))
    }


def test_whoever_looks_across_partnerships_is_listed_with_a_reason():
    assert _files_saying(r"\bACROSS\b|\bacross\(") == set(WHO_LOOKS_ACROSS)


def test_only_commands_open_every_partnership():
    assert _files_saying(r"(?m)^ +for_commands\(\)$") == set(WHO_OPENS_ALL)
    assert _files_saying(r"scopes\.EVERYTHING|scopes import .*\bEVERYTHING|\brest_on\b") == {"services/reach.py"}
