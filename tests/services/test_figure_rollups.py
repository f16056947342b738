"""What is kept of the figures is what there is, whatever happened; and where it is not, somebody hears of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from portal.access.indicators import FigureScope
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import NotPermitted
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType, Expectation
from portal.models.activity import Activity
from portal.models.figure_rollups import (
    AgencyFigures,
    FigureChange,
    FigureRecount,
    MeetingFigures,
    TypeFigures,
)
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.services.indicators import recounts
from portal.services.indicators.counted import count_expectations
from portal.services.indicators.counting import Question, count_invitations, count_meetings
from portal.services.indicators.rollups import TRIGGERS, fold, mend, missing_triggers
from portal.services.worker import run_due
from tests.areas import Area, meeting, part
from tests.owning import as_owner
from tests.services.rollup_steps import Life, days, histories, notes, one_by_one, wrong

REVIEW, STRATEGY = "review_conference", "strategy_meeting"
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
NIGHT = datetime(2026, 6, 11, 2, 30, tzinfo=UTC)

breakdowns = st.permutations(["agency", "agency_type", "meeting_type", "month"]).flatmap(
    lambda order: st.integers(0, 4).map(lambda length: tuple(order[:length]))
)
questions = st.tuples(
    days,
    st.integers(0, 80),
    breakdowns,
    st.none() | st.sets(st.sampled_from([REVIEW, STRATEGY, "core_group"]), min_size=1).map(frozenset),
    st.none() | st.sets(st.sampled_from(AgencyType), min_size=1, max_size=6).map(frozenset),
)
scopes = st.sampled_from(["whole", "whole", "agency", "sector"])


def scope_of(life: Life, which: str) -> FigureScope:
    """Whose figures are asked for."""
    return FigureScope(
        partnership_id=life.area.partnership_id,
        agency_id=life.agencies[0] if which == "agency" else None,
        agency_type=AgencyType.GP if which == "sector" else None,
        hides_small=False,
    )


def whole(area: Area) -> FigureScope:
    """All of a partnership's."""
    return FigureScope(partnership_id=area.partnership_id, agency_id=None, agency_type=None, hides_small=False)


@pytest.fixture
def life(area: Area) -> Life:
    return Life.in_area(area)


@pytest.fixture
def filled(area: Area) -> Area:
    """Two meetings in May and one in June, at which agencies were."""
    area.meetings(
        meeting("A", REVIEW, "2026-05-05"), meeting("B", REVIEW, "2026-05-19"), meeting("S", STRATEGY, "2026-06-02")
    )
    area.attendance(
        *(part(ref, agency, "in_person") for ref in "ABS" for agency in ("gp", "police")),
        part("A", "school", "apologies", consulted_on="2026-05-04"),
    )
    return area


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, asked=st.lists(st.tuples(scopes, questions), min_size=1, max_size=4))
def test_what_is_kept_is_what_there_is_after_any_history(life, history, asked):
    life.begin()
    life.live(history)
    assert wrong(life.area) == []
    for which, (first, length, by, meeting_types, agency_types) in asked:
        scope = scope_of(life, which)
        question = Question(first, first + timedelta(days=length), by, meeting_types, agency_types)
        assert count_invitations(db.session(), scope, question) == one_by_one(scope, question)
    fold()
    assert notes() == 0
    assert wrong(life.area) == []


def test_a_question_adds_whole_months_days_and_what_is_noted_since(filled):
    assert notes() == 0
    with writing() as session:
        row = select(Invitation.id).where(Invitation.meeting_id == filled.stored("A").id).limit(1)
        session.execute(update(Invitation).where(Invitation.id == session.scalar(row)).values(attendance=None))
    assert notes() == 1
    asked = Question(date(2026, 5, 4), date(2026, 6, 2), ("month",))
    assert count_invitations(db.session(), whole(filled), asked) == one_by_one(whole(filled), asked)
    [one] = [counts for key, counts in one_by_one(whole(filled), asked).items() if key == ("2026-05",)]
    assert (one["expected"], one["attended"]) == (5, 3)


def test_whole_months_read_no_invitation_and_no_meeting(filled, count_queries, app):
    asked = Question(*YEAR, ("agency", "agency_type", "meeting_type"))
    with count_queries() as statements:
        count_invitations(db.session(), whole(filled), asked)
        count_invitations(db.session(), whole(filled), Question(*YEAR, ("agency_type", "meeting_type")))
        count_meetings(db.session(), whole(filled), Question(*YEAR, ("meeting_type",)))
    assert len(statements) == 3
    for statement in statements:
        assert " invitations" not in statement
        assert "JOIN meetings" not in statement
        assert "FROM meetings" not in statement


def test_any_days_of_the_partnership_read_no_invitation_either(filled, count_queries):
    asked = Question(date(2026, 5, 4), date(2026, 6, 1), ("agency_type", "meeting_type"))
    with count_queries() as statements:
        found = count_invitations(db.session(), whole(filled), asked)
    assert found == one_by_one(whole(filled), asked)
    assert not any(" invitations" in statement for statement in statements)


def test_expectations_are_kept_too(filled):
    with writing() as session:
        of_a = Invitation.meeting_id == filled.stored("A").id
        session.execute(update(Invitation).where(of_a).values(expectation=Expectation.OPTIONAL))
    counted = count_expectations(db.session(), whole(filled), Days(*YEAR))
    assert counted == {"expected": 4, "report_only": 0, "optional": 3, "not_relevant": 0, "contested": 0}
    nothing = count_expectations(db.session(), whole(filled), Days(date(2020, 1, 1), date(2020, 1, 31)))
    assert set(nothing.values()) == {0}


def test_an_agency_that_becomes_another_type_takes_its_figures_along(filled):
    gp = filled.invitation("A", "gp").agency_id
    db.session.rollback()
    for kind in (AgencyType.HOSPITAL, AgencyType.POLICE, AgencyType.GP):
        with writing() as session:
            # Partly added up, partly only noted, and more noted in the very transaction.
            note = Invitation.id == filled.invitation("B", "gp").id
            session.execute(update(Invitation).where(note).values(attendance=None))
            session.execute(update(Agency).where(Agency.id == gp).values(agency_type=kind))
            session.execute(update(Invitation).where(note).values(attendance="video"))
        asked = Question(*YEAR, ("agency_type",))
        assert count_invitations(db.session(), whole(filled), asked) == one_by_one(whole(filled), asked)
        assert wrong(filled) == []
    fold()
    assert wrong(filled) == []


def test_nothing_is_added_up_inside_a_transaction_that_goes_on(filled):
    with writing() as session:
        session.execute(update(Invitation).values(attendance=None))
        assert fold() == 0
    assert notes() > 0
    assert fold() > 0


class TestWhatDiffers:
    """Somebody changed what is kept, or rows with the triggers off."""

    def test_a_wrong_count_is_named_and_mended(self, filled):
        with writing() as session:
            gp = TypeFigures.agency_type == AgencyType.GP
            session.execute(update(TypeFigures).where(gp, TypeFigures.period == 202605).values(attended=7, expected=0))
        [found] = wrong(filled)
        assert str(found) == (
            "by agency type and month, 2026-05, review_conference, gp: expected is 2 too low, attended is 5 too high"
        )
        with writing() as session:
            assert mend(session, filled.partnership_id)
        assert wrong(filled) == []

    @pytest.mark.parametrize("model", [TypeFigures, AgencyFigures, MeetingFigures])
    def test_lost_rows_and_rows_of_nothing_are_mended(self, filled, model):
        with writing() as session:
            rows = session.scalars(select(model).where(model.partnership_id == filled.partnership_id)).all()
            session.delete(rows[0])
            names = [name for name in ("invited", "meetings") if hasattr(model, name)]
            session.execute(update(model).where(model.period == rows[-1].period).values(dict.fromkeys(names, 9)))
        assert len(wrong(filled)) >= 2
        with writing() as session:
            assert mend(session, filled.partnership_id)
        assert wrong(filled) == []

    def test_what_is_only_noted_is_no_difference(self, filled):
        with writing() as session:
            session.execute(update(Invitation).values(attendance=None))
        assert notes() > 0
        assert wrong(filled) == []
        with writing() as session:
            assert mend(session, filled.partnership_id)
        assert wrong(filled) == []

    def test_another_partnerships_rows_are_left_alone(self, filled, world):
        with writing() as session:
            session.execute(update(TypeFigures).values(consulted=TypeFigures.consulted + 1))
            mend(session, filled.partnership_id)
        assert wrong(filled) == []
        other = Area.of(world.partnerships["a"])
        with writing() as session:
            assert mend(session, other.partnership_id)
        assert wrong(other) == []


class TestByNight:
    """The worker recounts each partnership once a night."""

    def test_once_a_night_after_two(self, filled, world):
        number = len(world.partnerships) + 1
        assert recounts.recount_due(NIGHT) == number
        assert recounts.recount_due(NIGHT + timedelta(hours=20)) == 0
        # In summer two o'clock is one in the morning by UTC.
        assert recounts.recount_due(datetime(2026, 6, 12, 0, 59, tzinfo=UTC)) == 0
        assert recounts.recount_due(datetime(2026, 6, 12, 1, 1, tzinfo=UTC)) == number

    def test_a_difference_is_mended_logged_and_measured(self, filled, capsys):
        with writing() as session:
            ours = TypeFigures.partnership_id == filled.partnership_id
            session.execute(update(TypeFigures).where(ours, TypeFigures.period == 202605).values(attended=40))
        recounts.recount_due(NIGHT)
        assert wrong(filled) == []
        assert filled.trail().count("figures.mended") == 1
        assert recounts.count_differing(db.session()) == 3
        assert "kept figures differed" in capsys.readouterr().err
        recounts.recount_due(NIGHT + timedelta(days=1))
        assert filled.trail().count("figures.mended") == 1
        assert recounts.count_differing(db.session()) == 0

    def test_the_worker_does_both(self, filled):
        with writing() as session:
            session.execute(update(Invitation).values(attendance=None))
        done = {one.name: one for one in run_due(NIGHT)}
        assert done["figures"].number > 0
        assert done["recounts"].number == db.session.scalar(select(func.count()).select_from(FigureRecount))
        assert (done["figures"].fault, done["recounts"].fault, notes()) == (None, None, 0)


def test_only_whoever_runs_the_portal_checks(manager):
    for ask in (recounts.faults, recounts.count_steps, recounts.rebuild, lambda viewer: list(recounts.check(viewer))):
        with pytest.raises(NotPermitted):
            ask(manager)


def test_rebuilding_counts_everything_anew(filled):
    with writing() as session:
        for model in (TypeFigures, AgencyFigures, MeetingFigures, FigureChange):
            session.query(model).delete()
    assert recounts.rebuild(Viewer.of_system("tests", NIGHT)) > 10
    assert wrong(filled) == []
    assert db.session.scalar(select(func.count()).where(Activity.verb == "figures.mended")) == 3


def drop(name: str) -> None:
    """Take a trigger away."""
    table = {"invitation": "invitations", "meeting": "meetings", "agency": "agencies"}[name.split("_")[1]]
    as_owner(f"DROP TRIGGER {name}" if db.engine.dialect.name == "sqlite" else f"DROP TRIGGER {name} ON {table}")


@pytest.mark.parametrize("name", sorted(TRIGGERS))
def test_the_check_would_find_what_any_one_trigger_leaves_out(filled, name):
    school, a, s = filled.invitation("A", "school"), filled.stored("A"), filled.stored("S")
    db.session.rollback()
    its, of_a = Invitation.id == school.id, Meeting.id == a.id
    acts = {
        "figures_invitation_added": lambda _: filled.attendance(part("B", "school", "video")),
        "figures_invitation_attended": lambda one: one.execute(
            update(Invitation).where(its).values(attendance="video")
        ),
        "figures_invitation_changed": lambda one: one.execute(update(Invitation).where(its).values(consulted_on=None)),
        "figures_invitation_moved": lambda one: one.execute(update(Invitation).where(its).values(meeting_id=s.id)),
        "figures_invitation_removed": lambda one: one.execute(delete(Invitation).where(its)),
        "figures_meeting_added": lambda _: filled.meetings(meeting("N", REVIEW, "2026-05-06")),
        "figures_meeting_changed": lambda one: one.execute(update(Meeting).where(of_a).values(format="telephone")),
        "figures_meeting_moved": lambda one: one.execute(update(Meeting).where(of_a).values(held_on=date(2026, 5, 8))),
        "figures_meeting_removed": lambda one: (
            one.execute(delete(Invitation).where(Invitation.meeting_id == a.id)),
            one.execute(delete(Meeting).where(of_a)),
        ),
        "figures_agency_retyped": lambda one: one.execute(
            update(Agency).where(Agency.id == school.agency_id).values(agency_type=AgencyType.HOUSING)
        ),
    }
    drop(name)
    with writing() as session:
        acts[name](session)
    assert wrong(filled) != []


def test_every_trigger_stands_and_a_missing_one_is_named(filled):
    assert missing_triggers(db.session()) == []
    drop("figures_agency_retyped")
    assert missing_triggers(db.session()) == ["figures_agency_retyped"]
    assert len(TRIGGERS) == 10
    db.session.rollback()
