"""The improvement plan as pages: read by the board, written by its manager, spoken of by those who lead it."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.vocabulary import AgencyType
from portal.models.improvement import ImprovementAction
from portal.services.improvement.measures import MeasureLink, choose_measures
from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words
from tests.services.improvement_steps import WEEKLY, added, led_by, stored_action
from tests.services.rows import change
from tests.world import viewer_of

MOST_QUERIES = 10
SAMPLE = Path(__file__).parents[1] / "data" / "improvement-plan.csv"
NEW = {
    "reference": "1.9",
    "what": "Train everybody who takes referrals.",
    "leads": "Head of Training\nHead of Early Help",
    "by_when": "month",
    "due_month": "November 2026",
}


@pytest.fixture
def manager(as_person):
    """The business manager's browser."""
    return as_person("a.business_manager")


@pytest.fixture
def at(world):
    """The address of one of A's actions."""
    return lambda key: f"/improvement/actions/{world.improvement[f'a.{key}']}"


def test_the_board_reads_the_plan_and_whoever_leads_their_part(as_person, at):
    board = as_person("a.board").get("/improvement")
    shown = words(board)
    assert "ZQ-A-IMPROVEMENT-AREA-QZ" in shown
    assert at("day") in links(board)
    assert at("review") in links(board)
    assert at("done") not in links(board)
    assert "Agencies’ own actions from audits stand beside this plan" in shown
    assert "/improvement/actions/new" not in links(board)
    led = as_person("a.gp.practitioner").get("/improvement")
    assert "Actions of the improvement plan that you lead" in words(led)
    assert [link for link in links(led) if "/improvement/actions/" in link] == [at("day")]
    assert at("done") in links(as_person("a.manager").get("/improvement?show=complete"))
    assert "No action matches." in words(as_person("a.manager").get("/improvement?rag=red&show=nonsense&area=x"))


def test_an_action_comes_into_the_plan_with_several_leads_and_a_month(manager, world):
    page = manager.get("/improvement/actions/new")
    assert page.page.find("input", attrs={"name": "reference"})["value"] == "1.5"
    refused = manager.send(page, reference="1.1", by_when="day", what="Train all.")
    assert errors(refused) == ["Choose who leads it, or enter a post"]
    refused = manager.send(refused, leads="Head of Training")
    assert errors(refused) == ["Enter the day by which it is to be done"]
    # Nothing that was typed is lost.
    assert "Train all." in words(refused)
    person = str(led_by(world, "a.gp.lead"))
    done = manager.send(refused, **NEW, lead_1=person, lead_2="role-chair")
    assert done.status_code == 303
    shown = words(manager.get(done.location))
    assert world.person("a.gp.lead").name in shown
    for said in ("Conference chair", "Head of Early Help", "November 2026", "1.9 Train everybody"):
        assert said in shown
    assert "Leads; " not in shown


def test_what_is_changed_is_shown_before_and_after_and_a_lost_race_loses_nothing(manager, as_person, at):
    other = as_person("a.business_manager")
    late = other.get(f"{at('day')}/change")
    assert manager.submit(f"{at('day')}/change", what="Train the day staff.").status_code == 303
    lost = other.send(late, what="Train the night staff.")
    assert lost.status_code == 409
    shown = words(lost)
    assert "Train the day staff." in shown
    assert lost.page.find("textarea", attrs={"name": "what"}).get_text(strip=True) == "Train the night staff."
    assert other.send(lost).status_code == 303
    history = words(manager.get(at("day")))
    assert "Before: Train the day staff." in history
    assert "After: Train the night staff." in history


def test_its_lead_says_how_it_goes_with_what_shows_it(as_person, at, world):
    lead = as_person("a.gp.practitioner")
    page = lead.get(f"{at('day')}/update")
    refused = lead.send(page, rag="green", text="On course.", evidence="", link_url="http://example.org")
    assert refused.status_code == 400
    assert errors(refused) == ["Enter the link with https:// at its beginning, like https://example.org/policy.pdf"]
    done = lead.send(refused, link_url="https://example.org/minutes", link_title="Minutes of June")
    assert done.location == at("day")
    shown = lead.get(at("day"))
    assert "https://example.org/minutes" in links(shown)
    assert "Update, green" in words(shown)
    assert stored_action(world.improvement["a.day"]).rag is ActionRag.GREEN
    assert lead.get(f"{at('monthly')}/update").status_code == 404
    assert as_person("a.board").get(f"{at('day')}/update").status_code == 403


def test_it_is_completed_stopped_and_opened_again(as_person, manager, at, world):
    lead = as_person("a.gp.practitioner")
    assert errors(lead.submit(f"{at('day')}/complete", text="", evidence="")) == ["Say what was done"]
    assert lead.submit(f"{at('day')}/complete", text="All came.", evidence="The register.").status_code == 303
    assert lead.get(f"{at('day')}/update").status_code == 403
    assert manager.get(f"{at('day')}/stop").status_code == 403
    assert manager.submit(f"{at('day')}/reopen", text="Not all of them.").status_code == 303
    assert manager.submit(f"{at('day')}/stop", text="Another team does it.").status_code == 303
    assert stored_action(world.improvement["a.day"]).status is ImprovementStatus.STOPPED
    assert "Another team does it." in words(as_person("a.board").get(at("day")))


def test_each_month_is_ticked_and_taken_back(as_person, at):
    lead = as_person("a.school.lead")
    page = lead.get(at("monthly"))
    assert any("June 2026" in row and "Tick it" in row for row in rows(page))
    june = f"{at('monthly')}/turns/20260601"
    assert june in links(page)
    assert errors(lead.submit(june, evidence="")) == ["Say what shows that it was done"]
    assert lead.submit(june, evidence="Looked at on 5 June.").status_code == 303
    assert any("June 2026" in row and "Looked at on 5 June." in row for row in rows(lead.get(at("monthly"))))
    assert errors(lead.submit(june, action=june, evidence="Twice.")) == ["June 2026 is ticked already"]
    assert lead.submit(f"{june}/take-back").status_code == 303
    assert "Tick taken back" in words(lead.get(at("monthly")))
    for wrong in ("20260602", "20260701", "2026", "20261301", "20260401"):
        assert lead.get(f"{at('monthly')}/turns/{wrong}").status_code == 404


def test_what_is_late_is_said(manager, world):
    action_id = added(viewer_of(world.person("a.business_manager")), world, timing=WEEKLY)
    shown = manager.get(f"/improvement/actions/{action_id}")
    assert "2 are late." in words(shown)
    listed = manager.get("/improvement?show=late")
    assert [link for link in links(listed) if "/improvement/actions/" in link and "new" not in link] == [
        f"/improvement/actions/{action_id}"
    ]


def test_measures_stand_beside_the_action_and_lead_to_their_page(manager, as_person, at, world):
    assert errors(manager.submit(f"{at('day')}/measures", measure_2="quorate", agency_type_2="police")) == [
        "“" + _title("quorate") + "” is not counted by kind of agency"
    ]
    done = manager.submit(
        f"{at('day')}/measures", measure_1="attendance", agency_type_1="police", meeting_type_1="review_conference"
    )
    assert done.status_code == 303
    board = as_person("a.board").get(at("day"))
    assert "Measures that matter" in words(board)
    assert any(link.startswith("/figures/measures/attendance?") for link in links(board))
    lead = as_person("a.gp.practitioner").get(at("day"))
    assert "Its figures are not part of your role." in words(lead)


def _title(measure_id: str) -> str:
    from portal.services.measures import MEASURES  # its words alone

    return MEASURES[measure_id].title


def test_an_audits_recommendation_is_shown_on_both_sides(manager, as_person, world):
    round_id = world.rounds["a.section_11"]
    page = manager.get(f"/improvement/actions/new?round={round_id}")
    done = manager.send(page, **NEW)
    assert done.status_code == 303
    board = as_person("a.board")
    assert f"/audit-rounds/{round_id}" in links(board.get(done.location))
    shown = board.get(f"/audit-rounds/{round_id}")
    assert done.location in links(shown)
    assert "In the improvement plan" in words(shown)


def test_a_sample_recommends_something_by_whoever_draws(as_person, world):
    manager = as_person("a.manager")
    sample_id = world.samples["a.closed"]
    done = manager.submit(f"/improvement/recommendations/{sample_id}", **NEW)
    assert done.status_code == 303
    row = stored_action(int(done.location.rsplit("/", 1)[1]))
    assert row.sample_id == sample_id
    shown = manager.get(f"/samples/{sample_id}")
    assert done.location in links(shown)
    assert f"/improvement/recommendations/{sample_id}" in links(shown)
    assert manager.get(f"/improvement/recommendations/{world.samples['b.closed']}").status_code == 404


def test_the_months_end_is_gone_through_and_closed(manager, as_person, at, world):
    assert "/improvement/month-end" in links(manager.get("/"))
    page = manager.get("/improvement/month-end")
    assert "Month end: May 2026" in words(page)
    assert manager.submit("/improvement/month-end", action="/improvement/month-end/close").location == (
        "/improvement/month?month=2026-05"
    )
    closed = words(as_person("a.board").get("/improvement/month?month=2026-05"))
    assert "ZQ-A-BUSINESS-MANAGER-QZ" in closed
    assert "This view stays as it was then" in closed
    assert "nothing waits to be closed" in words(manager.get("/improvement/month-end"))


def test_no_change_is_one_click_with_a_word(manager, world, at_world_time):
    manager.submit("/improvement/month-end", action="/improvement/month-end/close")
    at_world_time.shift(21 * 24 * 3600)
    manager = _again(manager, world)
    page = manager.get("/improvement/month-end")
    assert "0 of 3 open actions have been spoken of" in words(page)
    address = f"/improvement/actions/{world.improvement['a.day']}/no-change"
    refused = manager.submit("/improvement/month-end", action=address, text="")
    assert errors(refused) == ["Say in a word why nothing has changed"]
    # Each area is a group of its own, and the page goes on with the one that something was said of.
    group = page.page.main.find("details", id="area-1")
    assert group.summary.get_text(" ", strip=True).endswith("3 actions")
    done = manager.submit("/improvement/month-end", action=address, text="Waits for the money")
    assert (done.status_code, done.location) == (303, "/improvement/month-end#area-1")
    assert "1 of 3 open actions have been spoken of" in words(manager.get("/improvement/month-end"))


def _again(client, world):
    """Three weeks later somebody signs in anew."""
    from tests.signing_in import sign_in_as  # here alone a session outlives its day

    sign_in_as(client, world.person("a.business_manager"))
    return client


def test_months_that_there_are_not(as_person):
    board = as_person("a.board")
    for month in ("2026-04", "2026-07", "nonsense"):
        assert board.get(f"/improvement/month?month={month}").status_code == 404


def test_a_file_is_looked_at_and_then_taken(manager, tmp_path):
    path = tmp_path / "plan.csv"
    path.write_bytes(SAMPLE.read_bytes().replace(b"\n1,", b"\n9,").replace(b",1.", b",9."))
    shown = manager.submit("/improvement/import", file=(str(path), "plan.csv"))
    assert shown.status_code == 200
    assert "68 actions added" in words(shown)
    done = manager.send(shown)
    assert done.location == "/improvement"
    listed = manager.get("/improvement?page=2")
    assert "Showing 51 to 71 of 71" in words(listed)
    again = manager.submit("/improvement/import", file=(str(path), "plan.csv"))
    assert "the plan stays as it is" in words(again)


def test_a_file_with_faults_is_refused_with_every_line(manager, tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text(
        "area_number,area,reference,action,leads,by_when\n7,Neglect,7.1,Train,Head,soon\n7,Neglect,7.2,Train,,2026-12\n"
    )
    refused = manager.submit("/improvement/import", file=(str(path), "plan.csv"))
    assert refused.status_code == 400
    assert errors(refused) == ["2 things in the file are to be put right: they are listed below"]
    shown = words(refused)
    assert "plan.csv:2: by_when: is not a day" in shown
    assert "plan.csv:3: leads: is empty" in shown
    for content in (b"", b"\xff\xfe", b"x" * 500_000):
        path.write_bytes(content)
        assert manager.submit("/improvement/import", file=(str(path), "plan.csv")).status_code == 400


@pytest.mark.parametrize("key", ["day", "monthly", "review", "done"])
def test_an_action_takes_at_most_ten_queries(as_person, at, world, count_queries, key):
    keeper = viewer_of(world.person("a.business_manager"))
    if key != "done":
        choose_measures(
            keeper, world.improvement[f"a.{key}"], [MeasureLink("attendance", AgencyType.POLICE)], version=1
        )
    for who in ("a.board", "a.business_manager", "a.manager"):
        client = as_person(who)
        with count_queries() as statements:
            client.get(at(key))
        assert len(statements) <= MOST_QUERIES + 4 * (key != "done"), statements


@pytest.mark.parametrize(
    "address",
    [
        "/improvement",
        "/improvement/month",
        "/improvement/month-end",
        "/improvement/import",
        "/improvement/areas/new",
        "/improvement/actions/new",
    ],
)
def test_pages_take_at_most_ten_queries(manager, world, count_queries, address):
    for number in range(20, 26):
        added(viewer_of(world.person("a.business_manager")), world, f"1.{number}")
    with count_queries() as statements:
        assert manager.get(address).status_code == 200
    assert len(statements) <= MOST_QUERIES, statements


@pytest.mark.parametrize("step", ["update", "complete", "change", "measures", "stop"])
def test_forms_take_at_most_ten_queries(manager, at, count_queries, step):
    with count_queries() as statements:
        assert manager.get(f"{at('day')}/{step}").status_code == 200
    assert len(statements) <= MOST_QUERIES, statements


def test_long_words_stay_on_the_page(manager, world):
    change(ImprovementAction, world.improvement["a.day"], what="W" * 900)
    assert "W" * 900 in words(manager.get(f"/improvement/actions/{world.improvement['a.day']}"))
