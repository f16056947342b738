"""The panel rates beside the agency; the agency reads it when it is released, and nothing of it before."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from portal.database.session import db, writing
from portal.domain.agendas import ReasonKind
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.contradictions import Counted
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import EscalationStatus, LadderKind, Resolution, Turn
from portal.models.audits import AuditReturn, AuditRound
from portal.models.frameworks import FrameworkEdition
from portal.models.partnerships import PartnershipAgency
from portal.services.audits.moderating import moderate, open_moderation, open_question, release
from tests import audits
from tests.audit_editions import snapshot
from tests.escalation_rows import EscalationRows
from tests.services.moderation_steps import check, conferences, evidence, moderation_of, verbs
from tests.services.racing import at_once

MOST_QUERIES = 14


@pytest.fixture
def viewer(world, viewer_of):
    """Somebody by name."""
    return lambda key: viewer_of(world.person(key))


@pytest.fixture
def school(world):
    """The school's return in A: signed, its answer 1.1 moderated already, the board member on its panel."""
    return world.returns["a.school"]


def rate(viewer, place, code="1.2", rating="amber", reason="Only half of it was seen.", version=0):
    moderate(viewer, place.id, place.questions[code], rating=rating, reason=reason, version=version)


def release_now(viewer, place):
    release(viewer, place.id, version=open_moderation(viewer, place.id).desk.audit_return.version)


def test_the_panel_and_the_manager_rate_and_it_is_logged(world, viewer, school):
    rate(viewer("a.board"), school)
    rate(viewer("a.business_manager"), school, "1.3", rating="green")
    assert moderation_of(world, "a.school", "1.2").rating == "amber"
    assert moderation_of(world, "a.school", "1.2").moderated_by_id == world.person("a.board").user_id
    assert open_moderation(viewer("a.board"), school.id).rated == 3
    assert verbs(world, "a")[-2:] == ["moderation.saved", "moderation.saved"]
    assert "moderation.saved" not in verbs(world, "b")


@pytest.mark.parametrize("key", ["a.scrutineer"])
def test_who_reads_but_does_not_sit_on_the_panel_rates_nothing(world, viewer, school, key):
    assert not open_moderation(viewer(key), school.id).may_moderate
    with pytest.raises(NotPermitted):
        rate(viewer(key), school)
    assert moderation_of(world, "a.school", "1.2") is None


OUTSIDERS = [
    "a.school.lead", "a.school.practitioner", "a.school.governor", "a.gp.lead", "a.sector_lead",
    "b.board", "b.business_manager", "b.school.lead", "a.chair", "a.administrator",
]  # fmt: skip


@pytest.mark.parametrize("key", OUTSIDERS)
def test_nobody_else_sees_that_there_is_anything(viewer, school, key):
    for act in (
        lambda: open_moderation(viewer(key), school.id),
        lambda: open_question(viewer(key), school.id, school.questions["1.1"]),
        lambda: rate(viewer(key), school),
        lambda: release(viewer(key), school.id, version=1),
    ):
        with pytest.raises(NotVisible):
            act()
        db.session.rollback()


@pytest.mark.parametrize("place", ["gp", "police", "other_gp"])
def test_what_is_not_signed_is_not_moderated(world, viewer, place):
    with pytest.raises(NotVisible):
        open_moderation(viewer("a.business_manager"), world.returns[f"a.{place}"].id)


def test_the_agency_reads_it_once_it_is_released_and_not_before(world, viewer, school):
    rate(viewer("a.board"), school, reason="ZQ-REASON")
    lead, manager = viewer("a.school.lead"), viewer("a.business_manager")
    with pytest.raises(NotVisible):
        open_question(lead, school.id, school.questions["1.2"])
    db.session.rollback()
    release_now(manager, school)
    page = open_question(lead, school.id, school.questions["1.2"])
    assert (page.moderation.rating, page.moderation.reason) == ("amber", "ZQ-REASON")
    assert not page.may_moderate
    assert open_moderation(lead, school.id).rated == 2
    row = db.session.get(AuditReturn, school.id)
    assert (row.status, row.released_at, row.moderated_at) == (ReturnStatus.MODERATED, manager.now, manager.now)
    assert "audit_return.released" in verbs(world, "a")
    with pytest.raises(NotVisible):
        open_moderation(viewer("a.gp.lead"), school.id)


def test_after_the_release_nothing_is_changed_and_nothing_released_twice(viewer, school):
    manager = viewer("a.business_manager")
    release_now(manager, school)
    for act in (lambda: rate(manager, school), lambda: release(manager, school.id, version=2)):
        with pytest.raises(NotPermitted):
            act()


def test_only_the_manager_releases_and_only_what_the_page_showed(viewer, school):
    with pytest.raises(NotPermitted):
        release(viewer("a.board"), school.id, version=1)
    with pytest.raises(Conflict):
        release(viewer("a.business_manager"), school.id, version=99)
    db.session.rollback()
    assert open_moderation(viewer("a.board"), school.id).desk.audit_return.released_at is None


@pytest.mark.parametrize(
    ("rating", "reason", "field"),
    [("purple", "Seen.", "rating"), (None, "Seen.", "rating"), ("red", "  ", "reason"), ("red", "x" * 4001, "reason")],
)
def test_a_rating_has_a_point_of_the_scale_and_a_reason(viewer, school, rating, reason, field):
    with pytest.raises(Invalid) as refused:
        rate(viewer("a.board"), school, rating=rating, reason=reason)
    assert list(refused.value.errors) == [field]


def test_an_answer_of_another_return_is_not_rated_through_this_one(world, viewer, school):
    other = world.returns["a.social_care"].questions["1.1"]
    with pytest.raises(NotVisible):
        moderate(viewer("a.board"), school.id, other, rating="red", reason="No.", version=0)


def test_a_save_based_on_an_older_rating_gets_both_sides(viewer, school):
    rate(viewer("a.board"), school)
    with pytest.raises(Conflict) as lost:
        rate(viewer("a.business_manager"), school, rating="red", reason="Nothing was seen.")
    assert lost.value.mine == {"Rating": "Red: not in place", "Reason": "Nothing was seen."}
    assert lost.value.theirs == {"Rating": "Amber: partly in place", "Reason": "Only half of it was seen."}


def test_of_two_who_rate_at_once_one_is_told(app, world, viewer, school):
    board, manager = viewer("a.board"), viewer("a.business_manager")
    outcomes = at_once(app, lambda: rate(board, school), lambda: rate(manager, school, rating="red"))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
    winner = 1 if isinstance(outcomes[0], Conflict) else 0
    assert moderation_of(world, "a.school", "1.2").rating == ("amber", "red")[winner]


def test_a_rating_and_a_release_at_once_leave_nothing_unseen_after_the_release(app, world, viewer, school):
    board, manager = viewer("a.board"), viewer("a.business_manager")
    version = open_moderation(manager, school.id).desk.audit_return.version
    db.session.rollback()
    rated, released = at_once(app, lambda: rate(board, school), lambda: release(manager, school.id, version=version))
    assert released is None
    if isinstance(rated, NotPermitted):
        assert moderation_of(world, "a.school", "1.2") is None
    else:
        assert rated is None
        assert moderation_of(world, "a.school", "1.2").rating == "amber"


class TestWhatThePanelReads:
    """Evidence, last time and the agency's own figures beside each answer."""

    def test_the_agencys_own_figures_of_the_year_before_contradict_a_good_rating(self, world, viewer, school):
        check(world, "a.school", "1.2")
        conferences(world, "a", "school", came=11, of=18)
        conferences(world, "a", "gp", came=0, of=9, on="2026-03-05")
        conferences(world, "a", "school", came=0, of=9, on="2025-04-30")  # more than a year before the round opened
        conferences(world, "a", "school", came=0, of=9, on="2026-05-11")  # on the day that it opened
        page = open_question(viewer("a.board"), school.id, school.questions["1.2"])
        contradicted = [reason for reason in page.answer.point.reasons if reason.kind is ReasonKind.CONTRADICTED]
        (one,) = contradicted
        assert (one.contradiction.part, one.contradiction.whole) == (11, 18)
        assert page.counted == (date(2025, 5, 11), date(2026, 5, 10))

    def test_few_conferences_contradict_nobody(self, world, viewer, school):
        check(world, "a.school", "2.2")
        conferences(world, "a", "school", came=0, of=4)
        page = open_question(viewer("a.board"), school.id, school.questions["2.2"])
        assert [reason.kind for reason in page.answer.point.reasons] == [ReasonKind.NO_EVIDENCE]

    def test_another_partnerships_conferences_do_not_count(self, world, viewer):
        place = world.returns["a.social_care"]
        check(world, "a.social_care", "1.1")
        conferences(world, "b", "social_care", came=0, of=9)
        page = open_question(viewer("a.business_manager"), place.id, place.questions["1.1"])
        assert page.answer.point is None or ReasonKind.CONTRADICTED not in {
            reason.kind for reason in page.answer.point.reasons
        }
        assert "attendance_rate" not in page.examined.figures

    def test_escalations_that_are_open_with_the_agency_contradict_a_good_rating(self, world, viewer, school):
        check(world, "a.school", "2.2", "open_escalations", 0)
        rows = EscalationRows(world)
        rows.add(with_="school", by="gp")
        rows.add(with_="school", kind=LadderKind.NON_ATTENDANCE, late=True)
        rows.add(with_="school", kind=LadderKind.NON_ATTENDANCE, due_at=world.now)  # its clock ends at this moment
        page = open_question(viewer("a.board"), school.id, school.questions["2.2"])
        (found,) = (reason.contradiction for reason in page.answer.point.reasons if reason.contradiction)
        assert found.words("Brook") == "3 escalations raised with Brook are open, 2 of them overdue."
        assert set(found.to_plain()) == {"figure", "above", "part", "whole"}

    def test_what_is_not_the_agencys_or_not_open_or_an_alert_does_not_count(self, world, viewer, school):
        check(world, "a.school", "2.2", "open_escalations", 0)
        here, there = EscalationRows(world), EscalationRows(world, "b")
        here.add(2, with_="gp", by="school", late=True)  # the school raised them
        here.add(with_="school", closed_ago=1)
        withdrawn = {"status": EscalationStatus.WITHDRAWN, "turn": Turn.NOBODY, "resolution": Resolution.WITHDRAWN}
        here.add(with_="school", closed_ago=1, **withdrawn)
        here.add(with_="school", kind=LadderKind.PRACTICE_ALERT, late=True)
        here.add(with_="school", kind=LadderKind.PRACTICE_ALERT, is_positive=True)
        there.add(2, with_="school", by="gp", late=True)
        page = open_question(viewer("a.board"), school.id, school.questions["2.2"])
        assert page.examined.figures["open_escalations"] == Counted(0, 0)
        assert [reason.kind for reason in page.answer.point.reasons] == [ReasonKind.NO_EVIDENCE]

    def test_of_an_agency_in_two_partnerships_only_what_is_open_in_this_one_counts(
        self, world, viewer, school, monkeypatch
    ):
        both = world.agencies["a.school"]
        with writing() as session:
            session.add(PartnershipAgency(partnership_id=world.partnerships["b"], agency_id=both, code="both"))
        monkeypatch.setitem(world.agencies, "b.school", both)
        EscalationRows(world, "b").add(2, with_="school", by="gp", late=True)
        EscalationRows(world).add(with_="school")
        page = open_question(viewer("a.board"), school.id, school.questions["2.2"])
        assert page.examined.figures["open_escalations"] == Counted(0, 1)

    def test_how_many_may_be_open_or_overdue_is_the_questions_rule(self, world, viewer, school):
        EscalationRows(world).add(2, with_="school")
        EscalationRows(world).add(with_="school", late=True, reference="E-9100")
        for figure, limit, speaks in (
            ("open_escalations", 3, False),
            ("open_escalations", 2, True),
            ("overdue_escalations", 1, False),
            ("overdue_escalations", 0, True),
        ):
            check(world, "a.school", "2.2", figure, limit)
            db.session.rollback()
            db.session.expire_all()
            page = open_question(viewer("a.board"), school.id, school.questions["2.2"])
            said = any(reason.kind is ReasonKind.CONTRADICTED for reason in page.answer.point.reasons)
            assert said is speaks, (figure, limit)

    def test_evidence_with_its_day(self, world, viewer, school):
        evidence(world, "a.school", "2.2")
        page = open_question(viewer("a.board"), school.id, school.questions["2.2"])
        assert [piece.title for piece in page.evidence] == ["Training register"]
        assert page.answer.point is None
        assert "ZQ-A-ANSWER-SCHOOL-QZ" in page.narrative

    def test_last_times_rating_and_a_jump_since(self, world, viewer, school):
        with writing() as session:
            edition_id = session.get(AuditRound, school.round_id).edition_id
        before = audits.open_round(
            _edition(edition_id),
            world.agencies["a.school"],
            title="Audit 2024",
            opens_on=date(2024, 5, 1),
            due_on=date(2024, 12, 1),
        )
        audits.signed_return(before, world.agencies["a.school"], rating="red")
        page = open_question(viewer("a.business_manager"), school.id, school.questions["1.2"])
        assert (page.answer.before.label, page.answer.before.share) == ("Red: not in place", 0.0)
        assert ReasonKind.ROSE in {reason.kind for reason in page.answer.point.reasons}
        with writing() as session:
            session.execute(update(AuditReturn).where(AuditReturn.round_id == before.id).values(status="in_progress"))
        page = open_question(viewer("a.business_manager"), school.id, school.questions["1.2"])
        assert page.answer.before is None


def test_queries_do_not_grow_with_the_answers(world, viewer, school, count_queries):
    board = viewer("a.board")
    counts = []
    for act in (
        lambda: open_moderation(board, school.id),
        lambda: open_question(board, school.id, school.questions["1.1"]),
    ):
        db.session.rollback()
        with count_queries() as statements:
            act()
        counts.append(len(statements))
    for code in ("1.2", "1.3", "2.1"):
        evidence(world, "a.school", code)
        rate(board, school, code)
    for before, act in zip(
        counts,
        (
            lambda: open_moderation(board, school.id),
            lambda: open_question(board, school.id, school.questions["1.1"]),
        ),
        strict=True,
    ):
        db.session.rollback()
        with count_queries() as statements:
            act()
        assert len(statements) == before <= MOST_QUERIES, statements


def _edition(edition_id):
    with writing() as session:
        return snapshot(session, session.get(FrameworkEdition, edition_id))
