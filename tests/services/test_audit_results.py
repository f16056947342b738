"""What a board gets from a round: counted from signed returns of its own partnership, and of nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from portal.database.session import writing
from portal.domain.audit_levels import AuditLevels
from portal.domain.audit_results import Tally
from portal.domain.audit_vocabulary import ActionStatus, ReturnStatus
from portal.domain.errors import NotVisible
from portal.domain.ratings import Colour
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditReturn, Response, ReturnVersion
from portal.models.frameworks import FrameworkEdition
from portal.models.rule_sets import RuleSet
from portal.services.audits.result_remarks import remarks
from portal.services.audits.results import question_results, results
from tests.audit_surveys import Survey
from tests.audits import questions_of

GP, SCHOOL, POLICE = AgencyType.GP, AgencyType.SCHOOL, AgencyType.POLICE


@pytest.fixture
def survey(world) -> Survey:
    return Survey(world)


@pytest.fixture
def board(world, viewer_of):
    return viewer_of(world.people["a.board"])


def cells(found, title):
    """The scores of one row: overall, then by standard."""
    [row] = [row for row in (*found.heat_map.groups, *found.heat_map.agencies) if row.title == title]
    return [None if cell is None else cell.score for cell in (row.overall, *row.cells)]


def test_a_cell_is_the_weighted_mean_of_its_answers(survey, board):
    [surgery] = survey.agencies(GP, 1)
    asked = survey.round(surgery)
    survey.signed(asked, surgery, {"1.1": "red", "1.2": "amber", "2.1": "not_applicable"})

    found = results(board, asked.id)

    assert cells(found, "gp 1") == [Decimal("70.0"), Decimal("50.0"), Decimal("100.0")]
    [row] = found.heat_map.agencies
    assert [cell.level for cell in row.cells] == [Colour.AMBER, Colour.GREEN]
    assert row.cells[0].red == 1


def test_the_partnerships_own_levels_colour_it_as_they_stood_when_the_round_opened(survey, board, world):
    [surgery] = survey.agencies(GP, 1)
    asked = survey.round(surgery)
    survey.signed(asked, surgery, {"1.1": "amber", "2.1": "not_applicable"})
    own = {"partnership_id": world.partnerships["a"], "guidance_edition": "Local", "small_count_limit": 5}
    before, since = asked.opens_on - timedelta(days=1), asked.opens_on + timedelta(days=1)
    with writing() as session:
        for day, amber_from in ((before, 90), (since, 10)):
            levels = {"audit_green_from": 95, "audit_amber_from": amber_from}
            session.add(RuleSet(**own, **levels, effective_from=day, created_at=world.now))
            session.flush()

    found = results(board, asked.id)

    assert found.levels == AuditLevels(95, 90)
    [row] = found.heat_map.agencies
    assert [cell.level for cell in row.cells] == [Colour.RED, Colour.GREEN]
    assert row.overall.level is Colour.AMBER
    assert found.weak["1"].counts["gp", "weak"] == 1


def test_what_was_agreed_counts_before_the_panel_and_the_panel_before_the_agency(survey, board):
    [surgery] = survey.agencies(GP, 1)
    asked = survey.round(surgery)
    signed = survey.signed(asked, surgery)
    survey.moderated(signed, "1.1", "red")
    survey.moderated(signed, "1.2", "red", agreed="amber")

    found = results(board, asked.id)

    assert cells(found, "gp 1")[1] == Decimal("50.0")


@pytest.mark.parametrize("status", [ReturnStatus.IN_PROGRESS, ReturnStatus.SUBMITTED])
def test_ratings_that_are_not_signed_do_not_appear(survey, board, status):
    first, second = survey.agencies(GP, 2)
    asked = survey.round(first, second)
    survey.signed(asked, first)
    unsigned = survey.answered(asked, second, rest="red")
    with writing() as session:
        session.execute(update(AuditReturn).where(AuditReturn.id == unsigned.id).values(status=status))

    found = results(board, asked.id)

    assert [row.title for row in found.heat_map.agencies] == ["gp 1"]
    [(_, questions), *_] = found.questions
    assert questions[0].table.counts == {
        ("gp", "green"): 1, ("gp", None): 1, (None, "green"): 1, (None, None): 1
    }  # fmt: skip


def test_only_the_newest_version_of_a_return_counts(survey, board, world):
    [surgery] = survey.agencies(GP, 1)
    asked = survey.round(surgery)
    signed = survey.signed(asked, surgery, rest="red")
    with writing() as session:
        session.add(
            ReturnVersion(
                partnership_id=signed.partnership_id,
                return_id=signed.id,
                number=2,
                opened_at=signed.signed_at,
                opened_by_id=survey.signer_id,
                reason="A policy was found.",
            )
        )
        session.flush()
        for question in questions_of(session.get_one(FrameworkEdition, asked.edition_id)):
            session.add(
                Response(
                    partnership_id=signed.partnership_id,
                    return_id=signed.id,
                    number=2,
                    standard_id=question.standard_id,
                    question_id=question.id,
                    rating="green",
                    narrative="",
                    is_confirmed=True,
                )
            )
        session.execute(update(AuditReturn).where(AuditReturn.id == signed.id).values(number=2))

    assert cells(results(board, asked.id), "gp 1") == [Decimal("100.0")] * 3


def test_another_partnership_has_its_own_results(survey, board, world, viewer_of):
    other = Survey(world, "b")
    asked = survey.round(*survey.agencies(GP, 1))
    elsewhere = other.round(*(agency := other.agencies(GP, 1)))
    other.signed(elsewhere, agency[0], rest="red")

    assert results(board, asked.id).is_empty
    with pytest.raises(NotVisible):
        results(board, elsewhere.id)
    assert not results(viewer_of(world.people["b.board"]), elsewhere.id).is_empty


def test_the_scores_equal_those_added_up_answer_by_answer(survey, board):
    ids = survey.agencies(GP, 3)
    asked = survey.round(*ids)
    given = [
        {"1.1": "red", "1.2": "amber", "1.3": "green"},
        {"1.1": "not_applicable", "1.2": "not_applicable", "1.3": "not_applicable"},
        {"1.1": "amber", "1.2": "not_applicable", "1.3": "green"},
    ]
    for agency_id, ratings in zip(ids, given, strict=True):
        survey.signed(asked, agency_id, ratings)

    found = results(board, asked.id)

    expected = [Tally.of((rating, 1) for rating in ratings.values()).score for ratings in given]
    assert [cells(found, f"gp {n}")[1] for n in (1, 2, 3)] == expected == [Decimal("50.0"), None, Decimal("75.0")]


def test_counts_of_ratings_are_by_type_and_small_ones_are_withheld(survey, board):
    schools, surgeries = survey.agencies(SCHOOL, 14), survey.agencies(GP, 7)
    asked = survey.round(*schools, *surgeries)
    for place, agency_id in enumerate(schools):
        survey.signed(asked, agency_id, {"1.1": "amber" if place < 6 else "green"})
    for place, agency_id in enumerate(surgeries):
        survey.signed(asked, agency_id, {"1.2": "amber" if place < 2 else "green"})

    found = results(board, asked.id)
    first, second, _ = found.questions[0][1]

    codes = [rating.code for rating in first.ratings]
    assert codes == ["green", "amber", "red", "not_applicable"]
    assert [part.words for part in first.parts(SCHOOL)][:2] == ["57.1 % (8 of 14)", "42.9 % (6 of 14)"]
    assert [part.words for part in first.parts(GP)][:2] == ["100.0 % (7 of 7)", "0.0 % (0 of 7)"]
    # Two of seven: neither the number nor the five beside it, and no mean that would give them away.
    assert [part.count for part in second.parts(GP)][:2] == [None, None]
    assert found.comparison.of_question(second.question.code, GP).now is None
    assert found.comparison.of_question(first.question.code, SCHOOL).now == Decimal("78.6")


def test_change_is_shown_where_a_question_is_as_it_was_and_breaks_are_marked(survey, board):
    ids = survey.agencies(SCHOOL, 6)
    before = survey.round(*ids, year=2024)
    now = survey.round(*ids, number=2, altered={"1.3", "2.1", "2.2", "2.3"}, year=2026)
    for agency_id in ids:
        survey.signed(before, agency_id, rest="green")
        survey.signed(now, agency_id, rest="amber")

    found = results(board, now.id)
    moved = {one.question.code: one.moved for _, questions in found.questions for one in questions}

    assert found.previous.id == before.id
    assert (moved["1.1"].before, moved["1.1"].now, moved["1.1"].points) == (100, 50, -50)
    assert (moved["1.3"].points, moved["1.3"].note) == (None, "Break: the question was altered")
    themes = {line.standard.code: line.moved for line in found.themes}
    assert (themes["1"].points, themes["1"].note) == (-50, "Break: 2 of 3 questions compare")
    assert (themes["2"].points, themes["2"].note) == (None, "Break: none of its questions is as it was")
    assert "Standard 1 has fallen since the last round, from 100.0 to 50.0 %" in remarks(found)


def test_a_sector_lead_sees_only_their_sectors_agencies_by_name(survey, world, viewer_of):
    surgeries, schools, forces = (
        survey.agencies(GP, 2),
        survey.agencies(SCHOOL, 6),
        survey.agencies(AgencyType.HOUSING, 2),
    )
    asked = survey.round(*surgeries, *schools, *forces)
    for agency_id in (*surgeries, *schools):
        survey.signed(asked, agency_id)
    survey.signed(asked, forces[0], rest="red")

    found = results(viewer_of(world.people["a.sector_lead"]), asked.id)

    assert {row.title for row in found.heat_map.agencies} == {"gp 1", "gp 2"}
    # One signed housing agency beside them: the mean of all would give its scores away.
    assert [row.title for row in found.heat_map.groups] == ["Schools"]
    assert not found.is_whole


def test_returns_and_actions_are_counted_apart_from_what_was_answered(survey, board):
    ids = survey.agencies(SCHOOL, 16)
    asked = survey.round(*ids)
    for agency_id in ids[:10]:
        signed = survey.signed(asked, agency_id)
        survey.action(signed, "1.1", ActionStatus.OPEN, date(2026, 1, 31))
        survey.action(signed, "1.2", ActionStatus.OPEN, date(2026, 12, 31))
        survey.action(signed, "2.1", ActionStatus.CLOSED, date(2026, 1, 31))

    found = results(board, asked.id)

    assert [(title, part.words) for title, part in found.return_rates] == [
        ("Schools", "62.5 % (10 of 16)"),
        ("All agencies", "62.5 % (10 of 16)"),
    ]
    assert found.action_lines == (
        ("1. Standard 1", (10, 10, 0, 0, 20)),
        ("2. Standard 2", (0, 0, 0, 10, 10)),
        ("All standards", (10, 10, 0, 10, 30)),
    )
    assert "Overdue: 33.3 % (10 of 30) actions" in remarks(found)


def test_how_often_the_panel_agreed_is_counted_by_standard(survey, board):
    ids = survey.agencies(SCHOOL, 6)
    asked = survey.round(*ids)
    for agency_id in ids:
        signed = survey.signed(asked, agency_id)
        survey.moderated(signed, "1.1", "amber")
        survey.moderated(signed, "1.2", "green")
        survey.moderated(signed, "2.1", "red", agreed="green")

    found = results(board, asked.id)

    assert found.verdict_lines == (
        ("1. Standard 1", (6, 6, 0, 0, 12)),
        ("2. Standard 2", (0, 6, 0, 0, 6)),
        ("All standards", (6, 12, 0, 0, 18)),
    )


def test_the_number_of_statements_does_not_grow(survey, board, count_queries):
    ids = survey.agencies(SCHOOL, 3)
    one = survey.round(*ids, year=2024)
    survey.signed(one, ids[0])
    with count_queries() as alone:
        results(board, one.id)
    later = survey.round(*ids, number=2, year=2025)
    newest = survey.round(*ids, number=3, year=2026)
    for agency_id in ids:
        survey.signed(later, agency_id)
        survey.signed(newest, agency_id)
    with count_queries() as among:
        results(board, newest.id)
    assert len(among) == len(alone) <= 8


def test_a_question_of_another_edition_is_not_there(survey, board, world):
    asked = survey.round(*survey.agencies(GP, 1))
    with pytest.raises(NotVisible):
        question_results(board, asked.id, world.returns["a.gp"].questions["1.1"])
