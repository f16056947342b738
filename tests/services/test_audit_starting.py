"""Starting a return: a row for each question at once, begun with what was signed last time."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.audit_vocabulary import EvidenceKind, ReturnStatus, SchoolPhase
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditReturn, Response, ReturnVersion
from portal.models.partnerships import Agency
from portal.services.audits.starting import start_return
from tests import audits
from tests.services.audit_steps import POLICY_OF, answered_then, asked_now, pieces, row, verbs
from tests.services.racing import at_once


@pytest.fixture
def head(world, viewer_of):
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


def responses(place) -> int:
    """How many rows the return has."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Response.return_id == place.id))


class TestBeginning:
    """One press, and every question has its row."""

    def test_every_question_is_there_once(self, world, head):
        place = asked_now(world, number=9)
        other = asked_now(world, letter="b", number=9)
        assert start_return(head, place.id) is True
        assert responses(place) == 6
        assert responses(other) == 0
        found = db.session.get_one(AuditReturn, place.id)
        assert (found.status, found.started_at) == (ReturnStatus.IN_PROGRESS, head.now)
        assert verbs(head)[-1] == "audit_return.started"

    def test_a_question_for_other_ages_is_not_asked(self, world, head):
        edition = audits.published_edition(
            world.partnerships["a"], "ages", [AgencyType.SCHOOL], number=1, phases=[SchoolPhase.SECONDARY]
        )
        school = db.session.get_one(Agency, world.agencies["a.school"])
        school.phase = SchoolPhase.PRIMARY
        db.session.commit()
        asked = audits.open_round(edition, school.id, title="Ages")
        found = audits.return_of(asked, school.id)
        start_return(head, found.id)
        assert db.session.scalar(select(func.count()).where(Response.return_id == found.id)) == 5

    def test_started_twice_nothing_changes(self, world, head):
        place = asked_now(world)
        assert start_return(head, place.id) is True
        assert start_return(head, place.id) is False
        assert responses(place) == 6
        assert verbs(head).count("audit_return.started") == 1

    def test_two_at_once_start_it_once(self, app, world, head):
        place = asked_now(world)
        outcomes = at_once(app, *[lambda: start_return(head, place.id)] * 4)
        assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]
        assert responses(place) == 6
        assert db.session.scalar(select(func.count()).where(ReturnVersion.return_id == place.id)) == 1

    def test_only_the_agencys_lead_starts(self, world, viewer_of):
        place = asked_now(world)
        for key in ("b.school.lead", "a.gp.lead", "a.school.practitioner"):
            with pytest.raises(NotVisible):
                start_return(viewer_of(world.person(key)), place.id)
        with pytest.raises(NotPermitted):
            start_return(viewer_of(world.person("a.business_manager")), place.id)
        assert responses(place) == 0

    def test_a_closed_round_is_not_started(self, world, head):
        edition = audits.published_edition(world.partnerships["a"], audits.SCHOOLS, number=5)
        asked = audits.open_round(edition, world.agencies["a.school"], title="Over", closed_at=world.now)
        with pytest.raises(NotPermitted):
            start_return(head, audits.return_of(asked, world.agencies["a.school"]).id)


class TestCarryingOver:
    """What was signed last time stands there, to be confirmed."""

    def test_ratings_words_and_evidence_with_their_own_day(self, world, head):
        then = answered_then(world)
        now = asked_now(world, altered=["1.2"])
        start_return(head, now.id)
        first, altered = row(now, "1.1"), row(now, "1.2")
        assert (first.rating, first.narrative, first.is_confirmed) == ("green", "As we said last year.", False)
        assert (first.answered_at, first.answered_by_id) == (None, None)
        assert first.carried_from_id == row(then, "1.1").id
        assert (altered.rating, altered.is_confirmed, altered.carried_from_id) == (
            "green",
            False,
            row(then, "1.2").id,
        )
        (policy,) = pieces(now, "1.1")
        assert (policy.kind, policy.dated_on, policy.added_at) == (EvidenceKind.GIVEN, POLICY_OF, head.now)
        assert policy.given_from_id == pieces(then, "1.1")[0].id
        assert policy.url == "https://school.example.org/policy"
        assert pieces(now, "1.2") == []

    def test_only_what_was_signed_and_only_of_the_same_framework(self, world, viewer_of):
        # The GPs' return of this year is not signed; no other framework's answers stand in for it.
        edition = audits.published_edition(world.partnerships["a"], audits.SECTION_11, number=9)
        asked = audits.open_round(edition, world.agencies["a.gp"], world.agencies["a.social_care"], title="Second")
        for agency, rating in (("gp", None), ("social_care", "green")):
            found = audits.return_of(asked, world.agencies[f"a.{agency}"])
            start_return(viewer_of(world.person(f"a.{agency}.lead")), found.id)
            assert {one.rating for one in audits.responses_of(found)} == {rating}

    def test_a_rating_that_the_scale_has_no_more_is_asked_for_anew(self, world, head):
        then = answered_then(world)
        db.session.get_one(Response, row(then, "1.1").id).rating = "not_on_the_scale"
        db.session.commit()
        now = asked_now(world)
        start_return(head, now.id)
        begun = row(now, "1.1")
        assert (begun.rating, begun.narrative) == (None, "As we said last year.")
        assert begun.carried_from_id == row(then, "1.1").id

    def test_a_later_round_is_no_last_time(self, world, head):
        later = answered_then(world, number=8, opens_on=date(2026, 6, 1))
        now = asked_now(world)
        start_return(head, now.id)
        assert row(now, "1.1").carried_from_id not in (None, row(later, "1.1").id)
