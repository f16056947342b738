"""Who sees which rounds, returns, answers and ratings: what is listed is what may be viewed, row by row."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from portal.access import audits
from portal.access.answers import comments_visible_to
from portal.access.audit_results import actions_in_letter, compared_with
from portal.access.signing import signers_visible_to
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.vocabulary import AGENCY_ROLES, AgencyType
from portal.models.audits import AuditReturn, AuditRound, PanelMember, Response, SectionGiven
from portal.models.moderation import Moderation
from portal.models.partnerships import Agency
from tests.world import NOW


@dataclass(frozen=True)
class AuditRows:
    """Everything about audits, read past every rule."""

    rounds: dict[int, AuditRound]
    returns: dict[int, AuditReturn]
    responses: dict[int, Response]
    moderations: list[Moderation]
    types: dict[int, AgencyType]
    panels: set[tuple[int, int | None]]
    given: set[tuple[int, int, int | None]]

    def on_panel(self, viewer: Viewer, row: AuditReturn) -> bool:
        """Whether the viewer sits on the panel of a return's round."""
        return (row.round_id, viewer.membership_id) in self.panels

    def may_view(self, viewer: Viewer, row: AuditReturn) -> bool:
        """Whether the rule lets the viewer see a return; nobody of an agency does before its round opens."""
        given = any((row.id, viewer.membership_id) == (place[0], place[2]) for place in self.given)
        is_open = viewer.role not in AGENCY_ROLES or self.rounds[row.round_id].opens_on <= viewer.today
        kind = self.types[row.agency_id]
        seen = audits.may_view(viewer, row, given=given, agency_type=kind, on_panel=self.on_panel(viewer, row))
        return seen and is_open

    def may_read(self, viewer: Viewer, response: Response) -> bool:
        """Whether the rule lets the viewer read an answer."""
        row = self.returns[response.return_id]
        given = (row.id, response.standard_id, viewer.membership_id) in self.given
        return audits.may_read(viewer, row, given=given, on_panel=self.on_panel(viewer, row))


def read_rows() -> AuditRows:
    """As the tables are now."""
    db.session.expire_all()
    return AuditRows(
        {row.id: row for row in db.session.scalars(select(AuditRound))},
        {row.id: row for row in db.session.scalars(select(AuditReturn))},
        {row.id: row for row in db.session.scalars(select(Response))},
        list(db.session.scalars(select(Moderation))),
        {row.id: row.agency_type for row in db.session.scalars(select(Agency))},
        {(row.round_id, row.membership_id) for row in db.session.scalars(select(PanelMember))},
        {(row.return_id, row.standard_id, row.membership_id) for row in db.session.scalars(select(SectionGiven))},
    )


@pytest.fixture
def viewers(onlookers, world) -> dict[str, Viewer]:
    """Everybody under each of their hats, the portal itself in each partnership, and nobody."""
    found = {onlooker.name: onlooker.viewer for onlooker in onlookers}
    found |= {f"system of {name}": Viewer.of_system("test", NOW, number) for name, number in world.partnerships.items()}
    return found | {"nobody": Viewer.nobody(NOW)}


@pytest.mark.parametrize("status", [None, *ReturnStatus])
def test_returns_answers_and_ratings_are_listed_exactly_where_they_may_be_seen(viewers, ids, status):
    if status is not None:
        with writing() as session:
            session.execute(update(AuditReturn).values(status=status))
    found = read_rows()
    assert len(found.returns) > 5
    assert found.moderations
    seen = 0
    for name, viewer in viewers.items():
        may = {row.id for row in found.returns.values() if found.may_view(viewer, row)}
        assert ids(audits.visible_to(viewer)) == may, name
        readable = {row.id for row in found.responses.values() if found.may_read(viewer, row)}
        assert ids(audits.answers_visible_to(viewer)) == readable, name
        rated = {
            row.id
            for row in found.moderations
            if row.response_id in readable
            and (viewer.role not in AGENCY_ROLES or found.returns[row.return_id].released_at is not None)
        }
        assert ids(audits.moderations_visible_to(viewer)) == rated, name
        seen += len(may) + len(readable)
    assert seen > 0


def test_nothing_of_another_partnership_is_listed_to_anybody(viewers):
    for name, viewer in viewers.items():
        for rows in (audits.rounds_visible_to, audits.visible_to, audits.answers_visible_to):
            assert {row.partnership_id for row in db.session.scalars(rows(viewer))} <= {viewer.partnership_id}, name


def test_nobody_sees_anything(ids, world):
    nobody = Viewer.nobody(NOW)
    row = db.session.get_one(AuditReturn, world.returns["a.gp"].id)
    for rows in (
        audits.rounds_visible_to(nobody),
        audits.visible_to(nobody),
        audits.answers_visible_to(nobody),
        audits.moderations_visible_to(nobody),
        comments_visible_to(nobody),
        signers_visible_to(nobody),
        compared_with(nobody, row),
        actions_in_letter(nobody, row),
    ):
        assert ids(rows) == set()
    assert not audits.may_view(nobody, row, given=True, agency_type=AgencyType.GP, on_panel=True)
    assert not audits.may_read(nobody, row, given=True, on_panel=True)
