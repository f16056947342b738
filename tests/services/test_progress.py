"""How far a round's returns are: numbers, lines, and few queries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import NotVisible
from portal.domain.returns import Progress
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditReturn, Response
from portal.services.audits.progress import BoardState, board
from tests import audits
from tests.services.round_steps import MONDAY_AFTER, many_agencies

pytestmark = pytest.mark.usefixtures("database")


class TestBoard:
    """The numbers and the lines."""

    def test_each_agency_stands_with_how_far_it_is(self, manager, world):
        found = board(manager, world.rounds["a.section_11"])
        lines = {row.agency_id: (row.status, row.progress, row.is_late) for row in found.returns.rows}
        ids = {name: world.agencies[f"a.{name}"] for name in ("gp", "other_gp", "police", "social_care")}
        assert lines == {
            ids["gp"]: (ReturnStatus.IN_PROGRESS, Progress(6, 6, 0, 0), False),
            ids["other_gp"]: (ReturnStatus.NOT_STARTED, None, False),
            ids["police"]: (ReturnStatus.SUBMITTED, None, False),
            ids["social_care"]: (ReturnStatus.SIGNED, None, False),
        }
        assert (found.totals.asked, found.totals.returned, found.totals.late) == (4, 1, 0)

    def test_answers_carried_over_wait_to_be_confirmed(self, manager, world):
        edition = audits.published_edition(world.partnerships["a"], number=12)
        asked = audits.open_round(edition, world.agencies["a.gp"], title="Carried")
        started = audits.started_return(asked, world.agencies["a.gp"], at=world.now - timedelta(days=3))
        answered_at = world.now - timedelta(days=1)
        with writing() as session:
            first, second, third, *_rest = (row.id for row in audits.responses_of(started))
            for number, confirmed, at in ((first, True, answered_at), (second, False, None), (third, False, world.now)):
                response = session.get_one(Response, number)
                response.rating, response.is_confirmed, response.answered_at = "amber", confirmed, at
        (line,) = board(manager, asked.id).returns.rows
        assert line.progress == Progress(6, 1, 1, 1)
        assert line.progress.words() == "1 of 6 answered, 1 to confirm, 1 to finish"
        assert line.touched_at == world.now

    def test_an_older_version_does_not_count(self, manager, world):
        """Reopened, a return has a second version, of which nothing is answered here."""
        place = world.returns["a.gp"]
        db.session.get_one(AuditReturn, place.id).number = 2
        db.session.commit()
        lines = {row.id: row.progress for row in board(manager, world.rounds["a.section_11"]).returns.rows}
        assert lines[place.id] is None

    def test_the_return_rate_counts_those_who_have_signed_or_are_further(self, manager, world):
        place = world.returns["a.police"]
        db.session.get_one(AuditReturn, place.id).status = ReturnStatus.MODERATED
        db.session.commit()
        totals = board(manager, world.rounds["a.section_11"]).totals
        assert (totals.asked, totals.returned, totals.of(ReturnStatus.MODERATED)) == (4, 2, 1)

    def test_after_its_due_day_whatever_is_not_signed_is_late(self, viewer, world):
        found = board(viewer("a.business_manager", now=MONDAY_AFTER), world.rounds["a.section_11"])
        late = {row.agency_id for row in found.returns.rows if row.is_late}
        assert late == {world.agencies[f"a.{name}"] for name in ("gp", "other_gp", "police")}
        assert found.totals.late == 3

    def test_in_a_closed_round_nothing_is_late_any_more(self, viewer, world):
        edition = audits.published_edition(world.partnerships["a"], number=12)
        closed = audits.open_round(edition, world.agencies["a.gp"], title="Closed", closed_at=world.now)
        found = board(viewer("a.business_manager", now=MONDAY_AFTER), closed.id)
        assert (found.totals.late, found.returns.rows[0].is_late) == (0, False)

    @pytest.mark.parametrize(
        ("narrowed", "agencies"),
        [
            ({"agency_type": AgencyType.GP}, {"gp", "other_gp"}),
            ({"state": BoardState.NOT_STARTED}, {"other_gp"}),
            ({"state": BoardState.LATE}, {"gp", "other_gp", "police"}),
            ({"state": BoardState.LATE, "agency_type": AgencyType.POLICE}, {"police"}),
            ({"state": BoardState.MODERATED}, set()),
        ],
    )
    def test_the_board_is_narrowed_and_the_numbers_stay(self, viewer, world, narrowed, agencies):
        late = viewer("a.business_manager", now=MONDAY_AFTER)
        found = board(late, world.rounds["a.section_11"], **narrowed)
        assert {row.agency_id for row in found.returns.rows} == {world.agencies[f"a.{name}"] for name in agencies}
        assert (found.returns.total, found.totals.asked) == (len(agencies), 4)

    def test_a_sector_lead_sees_their_sector_in_lines_and_numbers(self, viewer, world):
        found = board(viewer("a.sector_lead"), world.rounds["a.section_11"])
        assert {row.agency_id for row in found.returns.rows} == {world.agencies["a.gp"], world.agencies["a.other_gp"]}
        assert (found.totals.asked, found.totals.types) == (2, (AgencyType.GP,))

    def test_another_partnerships_round_is_not_there(self, manager, world):
        with pytest.raises(NotVisible):
            board(manager, world.rounds["b.section_11"])

    def test_the_board_takes_four_queries_however_many_agencies(self, manager, world, count_queries):
        asked = audits.open_round(
            audits.published_edition(world.partnerships["a"], number=12), *many_agencies(world, 60), title="Many"
        )
        for row in board(manager, asked.id).returns.rows[:5]:
            audits.started_return(asked, row.agency_id)
        with count_queries() as statements:
            found = board(manager, asked.id)
        assert len(statements) == 4
        assert (len(found.returns.rows), found.returns.total, found.totals.asked) == (50, 60, 60)
        assert [row.agency for row in board(manager, asked.id, page=2).returns.rows] == [
            f"Group {number:03}" for number in range(50, 60)
        ]
