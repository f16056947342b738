"""Who reads challenges, drafts, quotations, remarks and keys: the rows listed are those that may be viewed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import api_keys, quotations, scrutiny, sector_remarks
from portal.access import meetings as meetings_access
from portal.access.viewer import FiguresKey, Viewer
from portal.database.session import db
from portal.domain.vocabulary import AgencyType
from portal.models.api_keys import ApiKey
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.quotations import Quotation
from portal.models.scrutiny import ScrutinyChallenge, ScrutinyDraft, ScrutinyEntry
from portal.models.sector_remarks import SectorRemark
from tests.access.conftest import who
from tests.access.who import BOARD
from tests.world import NOW

READERS = BOARD | {"manager", "sector_lead"}


@pytest.fixture
def rows(database):
    """Every row of a table by its id, whoever may read it."""
    return lambda model: {row.id: row for row in db.session.scalars(select(model))}


def test_challenges_and_drafts_are_listed_exactly_where_they_may_be_viewed(rows, onlookers, ids):
    challenges, drafts, entries = rows(ScrutinyChallenge), rows(ScrutinyDraft), rows(ScrutinyEntry)
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {number for number, row in challenges.items() if scrutiny.may_view(viewer, row)}
        assert ids(scrutiny.visible_to(viewer)) == may, onlooker.name
        assert ids(scrutiny.entries_visible_to(viewer)) == {
            number for number, row in entries.items() if row.challenge_id in may
        }, onlooker.name
        assert ids(scrutiny.drafts_visible_to(viewer)) == {
            number
            for number, row in drafts.items()
            if scrutiny.may_view_draft(viewer, challenges[row.challenge_id], row)
        }, onlooker.name


def test_the_board_reads_the_log_and_whoever_is_asked_their_own(rows, onlookers, world):
    challenges = rows(ScrutinyChallenge)
    asked = {"other_gp": {"other_gp.lead"}, "business": {"business_manager"}, "school": {"school.lead"}}
    for name, people in asked.items():
        row = challenges[world.challenges[f"a.{name}"]]
        assert who(onlookers, lambda viewer, row=row: scrutiny.may_view(viewer, row)) == READERS | people
        assert who(onlookers, lambda viewer, row=row: scrutiny.is_asked(viewer, row)) == people
    waits = challenges[world.challenges["a.other_gp"]]
    assert who(onlookers, lambda viewer: scrutiny.may_reply(viewer, waits)) == {"other_gp.lead"}
    assert who(onlookers, lambda viewer: scrutiny.may_change(viewer, waits)) == {"scrutineer"}


def test_a_draft_is_for_those_who_are_asked_and_not_for_whoever_asked(rows, onlookers, world):
    challenge = rows(ScrutinyChallenge)[world.challenges["a.other_gp"]]
    (draft,) = [row for row in rows(ScrutinyDraft).values() if row.challenge_id == challenge.id]
    assert who(onlookers, lambda viewer: scrutiny.may_view_draft(viewer, challenge, draft)) == {"other_gp.lead"}


def test_quotations_are_listed_exactly_where_they_may_be_viewed(rows, onlookers, ids):
    quoted, meetings = rows(Quotation), rows(Meeting)
    for onlooker in onlookers:
        viewer = onlooker.viewer
        seen = ids(meetings_access.visible_to(viewer))
        may = {
            number
            for number, row in quoted.items()
            if quotations.may_view(viewer, row, meetings[row.meeting_id] if row.meeting_id in seen else None)
        }
        assert ids(quotations.visible_to(viewer)) == may, onlooker.name


def test_the_board_reads_what_a_chair_agreed_to_and_nothing_else(onlookers, ids, world):
    agreed = {world.quotations[f"{letter}.agreed"] for letter in "ab"}
    for onlooker in onlookers:
        listed = ids(quotations.agreed_to(onlooker.viewer))
        assert listed <= agreed, onlooker.name
    assert who(onlookers, lambda viewer: world.quotations["a.agreed"] in ids(quotations.agreed_to(viewer))) == READERS


def test_remarks_are_listed_exactly_where_they_may_be_viewed(rows, onlookers, ids, world):
    remarks = rows(SectorRemark)
    types = {row.id: row.agency_type for row in db.session.scalars(select(Agency))}
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {number for number, row in remarks.items() if sector_remarks.may_view(viewer, row, types[row.agency_id])}
        assert ids(sector_remarks.visible_to(viewer)) == may, onlooker.name
    row = remarks[world.remarks["a.gp"]]
    readers = {"gp.lead", "sector_lead", "business_manager"}
    assert who(onlookers, lambda viewer: sector_remarks.may_view(viewer, row, AgencyType.GP)) == readers


def test_only_the_lead_of_a_sector_chases_it(onlookers):
    chasers = {"sector_lead", "b.sector_lead (for B)"}
    assert who(onlookers, lambda viewer: sector_remarks.may_chase(viewer, AgencyType.GP)) == chasers
    assert who(onlookers, lambda viewer: sector_remarks.may_chase(viewer, AgencyType.SCHOOL)) == set()


def test_keys_are_listed_exactly_where_they_may_be_viewed(rows, onlookers, ids, world):
    keys = rows(ApiKey)
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {number for number, row in keys.items() if api_keys.may_view(viewer, row)}
        assert ids(api_keys.visible_to(viewer)) == may, onlooker.name
    whole, own = keys[world.api_keys["a.whole"].id], keys[world.api_keys["a.gp"].id]
    assert who(onlookers, lambda viewer: api_keys.may_end(viewer, whole)) == {"business_manager", "administrator"}
    assert who(onlookers, lambda viewer: api_keys.may_end(viewer, own)) == {
        "gp.lead",
        "business_manager",
        "administrator",
    }


def test_a_machine_and_nobody_see_no_row(ids, world):
    machine = Viewer.by_key(NOW, "a dashboard", FiguresKey(1, world.partnerships["a"], "A"))
    for viewer in (machine, Viewer.nobody(NOW)):
        for rows in (
            scrutiny.visible_to,
            scrutiny.drafts_visible_to,
            quotations.visible_to,
            quotations.agreed_to,
            sector_remarks.visible_to,
            api_keys.visible_to,
            meetings_access.visible_to,
        ):
            assert ids(rows(viewer)) == set(), rows
