"""Who sees which rounds, returns, answers and ratings: what is listed is what may be viewed, row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from portal.access import audits
from portal.access.answers import comments_visible_to
from portal.access.audit_results import actions_in_letter, compared_with
from portal.access.roles import Permission
from portal.access.signing import may_sign, signers_visible_to
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.sign_off import SIGNING_ROLES
from portal.domain.vocabulary import AGENCY_ROLES, AgencyType, Role
from portal.models.audits import AuditReturn, AuditRound, PanelMember, Response, ResponseComment, SectionGiven
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


def test_once_released_a_practitioner_reads_what_the_panel_wrote_of_their_sections(viewers, ids):
    found = read_rows()
    practitioner, written = next(
        (viewer, row)
        for row in found.moderations
        for viewer in viewers.values()
        if viewer.role is Role.PRACTITIONER and viewer.agency_id == found.returns[row.return_id].agency_id
        if viewer.partnership_id == row.partnership_id
    )
    place = {"partnership_id": written.partnership_id, "return_id": written.return_id}
    standard_id = found.responses[written.response_id].standard_id
    with writing() as session:
        session.execute(update(AuditReturn).values(released_at=NOW))
    assert written.id not in ids(audits.moderations_visible_to(practitioner))
    with writing() as session:
        session.add(SectionGiven(**place, standard_id=standard_id, membership_id=practitioner.membership_id))
    assert written.id in ids(audits.moderations_visible_to(practitioner))


def test_whoever_has_sections_of_one_return_sees_no_other_of_their_agency(viewer_of, ids, world):
    given, practitioner = world.returns["a.gp"], viewer_of(world.person("a.gp.practitioner"))
    with writing() as session:
        own = session.get_one(AuditReturn, given.id)
        taken = select(AuditReturn.round_id).where(AuditReturn.agency_id == own.agency_id)
        other = session.scalars(
            select(AuditReturn).where(
                AuditReturn.partnership_id == own.partnership_id, AuditReturn.round_id.not_in(taken)
            )
        ).first()
        other.agency_id = own.agency_id
        number = other.id
    assert given.id in ids(audits.visible_to(practitioner))
    assert number in ids(audits.visible_to(viewer_of(world.person("a.gp.lead"))))
    assert number not in ids(audits.visible_to(practitioner))


@pytest.mark.parametrize("status", list(ReturnStatus))
def test_a_return_is_signed_by_its_own_agency_while_it_is_submitted_and_by_nobody_else(viewers, status):
    signed = 0
    for name, viewer in viewers.items():
        for row in read_rows().returns.values():
            row.status = status
            is_theirs = (row.partnership_id, row.agency_id) == (viewer.partnership_id, viewer.agency_id)
            may = is_theirs and viewer.role in SIGNING_ROLES and status is ReturnStatus.SUBMITTED
            assert may_sign(viewer, row) is may, (name, row.id)
            signed += may
    db.session.rollback()
    assert (signed > 0) is (status is ReturnStatus.SUBMITTED)


def test_of_two_returns_each_shows_the_sections_given_of_itself(viewer_of, ids, world):
    """Both ask the same questions: a section of one is no section of the other."""
    practitioner = viewer_of(world.person("a.gp.practitioner"))
    with writing() as session:
        own = session.get_one(AuditReturn, world.returns["a.gp"].id)
        of_partnership = AuditReturn.partnership_id == own.partnership_id
        taken = select(AuditReturn.round_id).where(AuditReturn.agency_id == own.agency_id)
        answered = select(Response.return_id)
        other = session.scalars(
            select(AuditReturn).where(
                of_partnership,
                AuditReturn.round_id == own.round_id,
                AuditReturn.id != own.id,
                AuditReturn.id.in_(answered),
            )
        ).first()
        other.round_id = session.scalars(
            select(AuditRound.id).where(AuditRound.partnership_id == own.partnership_id, AuditRound.id.not_in(taken))
        ).first()
        other.agency_id = own.agency_id
        session.flush()
        given = set(
            session.execute(
                select(SectionGiven.return_id, SectionGiven.standard_id).where(
                    SectionGiven.membership_id == practitioner.membership_id
                )
            ).all()
        )
        standards = {row.standard_id for row in session.scalars(select(Response).where(Response.return_id == other.id))}
        place = {"partnership_id": own.partnership_id, "membership_id": practitioner.membership_id}
        for standard_id in standards - {standard for _return, standard in given}:
            session.add(SectionGiven(**place, return_id=other.id, standard_id=standard_id))
            given.add((other.id, standard_id))
        both = (own.id, other.id)
    answers = list(db.session.scalars(select(Response).where(Response.return_id.in_(both))))
    shown = {row.id for row in answers if (row.return_id, row.standard_id) in given}
    elsewhere = {row.id for row in answers if row.standard_id in {one for _return, one in given}} - shown
    assert elsewhere, "what would be shown if one return's sections were another's"
    assert ids(audits.answers_visible_to(practitioner)) == shown


def test_comments_are_for_those_of_the_agency_who_read_the_answer_they_are_about(viewers, ids, world):
    found = read_rows()
    with writing() as session:
        for row in found.responses.values():
            place = {"partnership_id": row.partnership_id, "return_id": row.return_id, "question_id": row.question_id}
            session.add(
                ResponseComment(
                    **place, text="Ask the deputy.", said_at=NOW, said_by_id=world.person("a.gp.lead").user_id
                )
            )
    said = list(db.session.scalars(select(ResponseComment)))
    answered = Counter((row.partnership_id, row.question_id) for row in found.responses.values())
    assert max(answered.values()) > 1, "one question, two agencies' answers"
    seen = 0
    for name, viewer in viewers.items():
        readable = {
            (row.return_id, row.question_id)
            for row in found.responses.values()
            if viewer.may(Permission.AUDITS_SIGN)
            and found.returns[row.return_id].agency_id == viewer.agency_id
            and found.may_read(viewer, row)
        }
        shown = {row.id for row in said if (row.return_id, row.question_id) in readable}
        assert ids(comments_visible_to(viewer)) == shown, name
        seen += len(shown)
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
