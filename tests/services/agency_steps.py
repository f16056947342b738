"""What tests of agencies do again and again: bring a line in, and look at the trail."""

from __future__ import annotations

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import AgencyType
from portal.models.activity import Activity
from portal.services.agency_entries import Details, put_agency
from portal.services.changes import changing

SCHOOL = {"code": "SCH-9", "name": "Oakfield School", "agency_type": AgencyType.SCHOOL, "urn": "654321"}
TRUST = {"code": "HOSP", "name": "Marsh Trust", "agency_type": AgencyType.HOSPITAL, "ods_code": "RXX"}


def put(viewer: Viewer, **facts: object):
    """One line of an import that holds nothing else."""
    with changing(viewer) as change:
        done = put_agency(change, Details(**facts))
        change.log("tests.imported", "file", None)
    return done


def verbs() -> list[tuple[str, int | None, int | None]]:
    """What the trail says of agencies: what, in which partnership, of which."""
    rows = select(Activity.verb, Activity.partnership_id, Activity.subject_id).where(Activity.subject == "agency")
    return [tuple(row) for row in db.session.execute(rows.order_by(Activity.chain_id, Activity.sequence))]
