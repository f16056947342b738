"""The file of agencies."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Unusable
from portal.domain.vocabulary import AgencyType
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services.imports import Imported, import_agencies
from tests.areas import NOW, dump, sheet


def test_agencies_are_added_changed_and_left_alone(area):
    rows = [
        {
            "agency_code": "surgery",
            "name": "Marsh\n  Lane Surgery",
            "agency_type": "gp",
            "ods_code": "a91001",
            "email": "Desk@Surgery.Example",
        },
        {"agency_code": "academy", "name": "Marsh Academy", "agency_type": "school", "urn": "200001"},
    ]
    assert area.agencies(rows) == Imported(created=2)
    rows[1]["name"] = "Marsh Lane Academy"
    assert area.agencies(rows) == Imported(changed=1, unchanged=1)
    stored = db.session.execute(
        select(Agency.name, Agency.agency_type, Agency.urn, Agency.ods_code, PartnershipAgency.email)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(
            PartnershipAgency.code.in_(["surgery", "academy"]), PartnershipAgency.partnership_id == area.partnership_id
        )
        .order_by(PartnershipAgency.code)
    ).all()
    assert [tuple(row) for row in stored] == [
        ("Marsh Lane Academy", AgencyType.SCHOOL, "200001", None, None),
        ("Marsh Lane Surgery", AgencyType.GP, None, "A91001", "desk@surgery.example"),
    ]


def test_an_agency_that_another_partnership_shares_keeps_its_name(area, world):
    other = Viewer.of_system("tests", NOW, world.partnerships["a"])
    columns = ("agency_code", "name", "agency_type", "urn", "ods_code", "email")
    row = {"agency_code": "trust", "name": "Borough Trust", "agency_type": "hospital", "ods_code": "RX1"}
    import_agencies(other, sheet(columns, [row]), "a.csv")
    done = area.agencies([row | {"agency_code": "OURS", "name": "Renamed Trust"}], label="ours.csv")
    assert done.created == 1
    assert done.notes == ("ours.csv:2: The name stays Borough Trust: another partnership shares this agency",)
    again = area.agencies([row | {"agency_code": "OURS", "name": "Renamed Trust", "email": "desk@trust.example"}])
    assert again.changed == 1
    names = db.session.scalars(select(Agency.name).where(Agency.ods_code == "RX1")).all()
    assert names == ["Borough Trust"]


def test_every_bad_agency_is_listed_and_none_imported(area):
    before = dump()
    rows = [
        {"agency_code": "fine", "name": "Fine", "agency_type": "gp"},
        {"agency_code": "", "name": "", "agency_type": "dentist"},
        {"agency_code": "x" * 41, "name": "y" * 201, "agency_type": "gp"},
        {"agency_code": "bad", "name": "Bad", "agency_type": "school", "urn": "12", "ods_code": "?", "email": "nobody"},
        {"agency_code": "fine", "name": "Finer", "agency_type": "gp"},
    ]
    with pytest.raises(Unusable) as refused:
        area.agencies(rows, label="agencies.csv")
    places = [reason.split(": ")[:2] for reason in refused.value.reasons]
    assert places == [
        ["agencies.csv:3", "agency_code"],
        ["agencies.csv:3", "name"],
        ["agencies.csv:3", "agency_type"],
        ["agencies.csv:4", "agency_code"],
        ["agencies.csv:4", "name"],
        ["agencies.csv:5", "urn"],
        ["agencies.csv:5", "ods_code"],
        ["agencies.csv:5", "email"],
        ["agencies.csv:6", "agency_code"],
    ]
    assert refused.value.reasons[-1] == "agencies.csv:6: agency_code: line 2 says something else of the same"
    assert dump() == before
