"""The map of what every table holds is whole, and says of children's tables what the foreign keys say."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, ForeignKey, Integer, Table

import portal.models
from portal.config import ROOT
from portal.database.declarative import Base
from portal.database.types import EncryptedText
from portal.domain.record_map import (
    ADDRESSES,
    ATTACHED_TITLES,
    HOLDINGS,
    LET_GO,
    SUBJECTS,
    TAKES_ALONG,
    USED_UP,
    Holding,
)
from portal.domain.retention import DEFAULTS
from portal.services.records import closure
from portal.services.records.closure import links_to, tables
from portal.services.records.texts import words_of

assert portal.models


def hangs_on_a_family() -> set[str]:
    """Tables that name a family, or a row that does, by a foreign key that is not let go."""
    found, waiting = {"cases"}, ["cases"]
    while waiting:
        for link in links_to(tables()[waiting.pop()]):
            if link.reference not in LET_GO and link.table.name not in found:
                found.add(link.table.name)
                waiting.append(link.table.name)
    return found


def test_every_table_is_declared():
    """A new table has to be looked at: whose is it, is it erased with a child, is it given to whoever asks?"""
    assert set(tables()) == set(HOLDINGS)


def test_what_hangs_on_a_family_is_declared_so_and_nothing_else():
    assert hangs_on_a_family() == {name for name, holding in HOLDINGS.items() if holding is Holding.FAMILY}


@pytest.mark.parametrize("parent", ["children", "meetings", "report_answers"])
def test_a_table_that_came_later_would_be_found(monkeypatch, parent):
    """However far from the child it hangs."""
    monkeypatch.setattr(closure, "_LINKS", {})
    later = Table(
        "later_things",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("about_id", ForeignKey(f"{parent}.id")),
    )
    try:
        assert set(tables()) - set(HOLDINGS) == {"later_things"}
        assert "later_things" in hangs_on_a_family()
    finally:
        Base.metadata.remove(later)


def test_every_file_and_every_mail_goes_with_the_last_row_that_names_it():
    named = {link.reference for name in ("stored_files", "mails") for link in links_to(tables()[name])}
    assert named == USED_UP


NUMBERS_OF_NO_CHILD = {
    "erasures.root_id",  # what is gone: the certificate's own
    "notices.subject_id",  # by SUBJECTS of the map
    "figure_changes.agency_id",
    "figure_changes.meeting_type_id",
    "figure_changes.partnership_id",
    "figures_by_agency.agency_id",
    "figures_by_agency.meeting_type_id",
    "figures_by_type.meeting_type_id",
    "figures_of_meetings.meeting_type_id",
    "improvement_actions.sample_id",
    "meeting_figure_changes.meeting_type_id",
    "meeting_figure_changes.partnership_id",
}


def test_no_number_names_a_row_past_the_foreign_keys():
    """What names a child's row without a key would be left behind, so each such column is looked at once."""
    found = {
        f"{table.name}.{column.name}"
        for table in tables().values()
        for column in table.columns
        if column.name.endswith("_id") and isinstance(column.type, Integer) and not column.foreign_keys
        if HOLDINGS[table.name] is not Holding.TRAIL
    }
    assert found == NUMBERS_OF_NO_CHILD


def test_every_reference_of_the_map_is_one():
    for reference in (*LET_GO, *TAKES_ALONG, *USED_UP):
        assert tables()[reference.table].c[reference.column].foreign_keys, reference
    assert set(SUBJECTS.values()) | set(ADDRESSES.values()) | set(ATTACHED_TITLES) <= set(tables())


def test_what_is_let_go_may_be_empty():
    assert [one for one in LET_GO if not tables()[one.table].c[one.column].nullable] == []


def test_every_encrypted_column_is_looked_through_for_names():
    encrypted = {
        (table.name, column.name)
        for table in tables().values()
        for column in table.columns
        if isinstance(column.type, EncryptedText)
    }
    assert encrypted == {
        (table.name, column.name)
        for table in tables().values()
        for column in words_of(table)
        if isinstance(column.type, EncryptedText)
    }


def test_the_migration_begins_with_the_defaults():
    """It says them in its own words, which never change; these are the ones that they were taken from."""
    version = ScriptDirectory(str(ROOT / "migrations")).get_revision("0029").module
    assert list(version.DEFAULTS) == [
        (rule.record_class.value, rule.years, rule.reason, rule.source) for rule in DEFAULTS
    ]
