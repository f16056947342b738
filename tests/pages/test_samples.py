"""The pages of practice audits: from a rule to the board's figures, as people click through them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.database.session import db
from portal.domain.sample_vocabulary import SampleStatus
from portal.models.samples import PracticeSample
from portal.services.samples import proposing
from tests.pages.reading import errors, rows, words
from tests.services.rows import change

THEME_CODES = ("recognised", "shared", "child_heard", "family", "together", "difference")


def day(name: str, written: str) -> dict[str, str]:
    return {f"{name}__{part}": number for part, number in zip(("day", "month", "year"), written.split(), strict=True)}


@pytest.fixture
def boss(as_person):
    """A's safeguarding manager."""
    return as_person("a.manager")


@pytest.fixture
def at(world):
    """Addresses of A's samples, sampled meetings and reviews."""
    return {
        **{key: f"/samples/{world.samples[f'a.{key}']}" for key in ("closed", "theme", "set_up")},
        **{f"m_{key}": f"/samples/meetings/{world.sampled[f'a.{key}']}" for key in ("graded", "past", "strategy")},
        **{
            f"r_{key}": f"/samples/reviews/{world.sample_reviews[f'a.{key}']}"
            for key in ("past_first", "past_other_gp", "strategy_first", "strategy_second")
        },
    }


def test_a_rule_is_added_changed_and_stopped(boss, world):
    made = boss.submit(
        "/samples/rules/new",
        meeting_type=str(world.meeting_types["a.initial_conference"]),
        how_many="4",
        **day("from_on", "9 6 2026"),
        tool_code="multi-agency",
    )
    assert (made.status_code, made.location) == (303, "/samples/rules")
    page = boss.get("/samples/rules")
    (line,) = [row for row in rows(page) if row.startswith("Initial child protection conference")]
    assert line == "Initial child protection conference 4 1 Jun 2026 Multi-agency audit In use"
    link = page.page.find("a", string="Initial child protection conference")["href"]
    assert boss.submit(link, is_active=None).status_code == 303
    assert any(row.endswith("Stopped") for row in rows(boss.get("/samples/rules")))


def test_a_rule_that_cannot_be_says_how_to_mend_it(boss, world):
    refused = boss.submit(
        "/samples/rules/new",
        meeting_type=str(world.meeting_types["a.strategy_meeting"]),
        how_many="0",
        **day("from_on", "9 6 2026"),
        tool_code="multi-agency",
    )
    assert refused.status_code == 400
    assert errors(refused) == ["How many meetings each month?: enter a whole number from 1 to 200"]
    taken = boss.send(refused, how_many="2")
    assert errors(taken) == ["There is a rule for this kind of meeting already. Change that one"]


def test_two_managers_who_change_a_rule_meet(boss, world):
    link = f"/samples/rules/{world.dip_rules['a.strategy']}"
    page = boss.get(link)
    boss.submit(link, how_many="7")
    lost = boss.send(page, how_many="9")
    assert lost.status_code == 409
    assert "How many 7" in words(lost)
    assert boss.send(lost).status_code == 303


def test_a_theme_is_set_up_drawn_and_closed(boss, world):
    set_up = boss.submit(
        "/samples/new",
        title="Who comes when a baby is unborn",
        theme="Is the midwife there?",
        **day("from_on", "1 5 2026"),
        **day("until_on", "31 5 2026"),
        how_many="1",
        tool_code="multi-agency",
    )
    assert set_up.status_code == 303
    page = boss.get(set_up.location)
    assert "Drawn from 2 meetings" in words(page)
    nobody = boss.send(page)
    assert errors(nobody) == ["Choose who reviews"]
    drawn = boss.send(
        nobody,
        reviewers=str(world.person("a.manager").hat.membership_id),
        agency_types=["police"],
        **day("due_on", "30 6 2026"),
    )
    assert drawn.status_code == 303
    sample = boss.get(drawn.location)
    assert "1 meeting is drawn, and those who review are told." in sample.get_data(as_text=True)
    assert "The same meetings in the same order" in words(sample)
    assert "Seed" in words(sample)
    # The draw's own page leads back here.
    assert boss.get(set_up.location).location == drawn.location
    (line,) = [row for row in rows(sample) if "number 1 of the order" in row]
    assert "Not graded yet" in line
    review = _own_review(boss)
    finished = boss.submit(review, button="finish", **_grades("requires_improvement"))
    assert (finished.status_code, finished.location) == (303, "/samples/reviews")
    assert "Requires improvement" in words(boss.get(drawn.location))
    early = boss.submit(f"{drawn.location}/close", strengths="They were quick.")
    assert errors(early) == ["Say what must get better, or that nothing must"]
    assert boss.send(early, improvements="Ask the midwife.", summary="Only for us.").status_code == 303
    closed = words(boss.get(drawn.location))
    assert "They were quick." in closed
    assert "Only for us." in closed


def _own_review(client) -> str:
    page = client.get("/samples/reviews").page
    return next(
        link["href"] for link in page.select("tbody th a") if "conference" in link.text or "meeting" in link.text
    )


def _grades(grade: str) -> dict[str, str]:
    return {f"grade_{code}": grade for code in THEME_CODES} | {"grade_overall": grade}


def test_an_invalid_theme_loses_nothing_that_was_typed(boss):
    refused = boss.submit(
        "/samples/new",
        title="A title that stays",
        **day("from_on", "1 6 2026"),
        **day("until_on", "31 5 2026"),
        how_many="3",
        tool_code="multi-agency",
    )
    assert errors(refused) == ["The last day must not be before the first day"]
    assert refused.page.find("input", {"name": "title"})["value"] == "A title that stays"


def test_a_dip_sample_is_proposed_by_the_worker_and_drawn_from_home(as_person, at_world_time):
    at_world_time.shift(60 * 60 * 24 * 21)
    proposing.propose_due(datetime(2026, 7, 1, 6, tzinfo=UTC))
    db.session.remove()
    boss = as_person("a.manager")
    home = boss.get("/")
    (link,) = [one for one in home.page.select(".app-task a") if "Draw 1 proposed dip sample" in one.parent.parent.text]
    assert link["href"] == "/samples"
    page = boss.get("/samples")
    assert any(row.startswith("Strategy meeting, June 2026") and row.endswith("To draw –") for row in rows(page))


def test_a_chair_reviews_another_chairs_meeting_with_what_it_takes(as_person, at, world):
    second = as_person("a.second_chair")
    assert any("strategy" in row.lower() for row in rows(second.get("/samples/reviews")))
    page = second.get(at["r_strategy_second"])
    text = words(page)
    assert "Every expected agency there Yes" in text
    assert world.agency_names["a.police"] in text
    # The meeting's own page is its chair's: there is no link to it here.
    assert not page.page.find("a", href=f"/meetings/{world.meeting('a.strategy').id}")
    half = second.send(page, button="save", grade_family="good", found_family="The father was asked.")
    assert half.status_code == 303
    again = second.get(at["r_strategy_second"])
    assert again.page.find("textarea", {"name": "found_family"}).text.strip() == "The father was asked."
    lacking = second.send(again, button="finish")
    assert lacking.status_code == 400
    assert len(errors(lacking)) == 6
    assert "Grade the meeting as a whole" in errors(lacking)
    assert lacking.page.find("textarea", {"name": "found_family"}).text.strip() == "The father was asked."


def test_what_is_typed_is_kept_by_itself(as_person, at):
    second = as_person("a.second_chair")
    page = second.get(at["r_strategy_second"]).page
    form = page.find("form", attrs={"data-autosave": True})
    values = {
        "csrf_token": form.find("input", {"name": "csrf_token"})["value"],
        "version": form.find("input", {"name": "version"})["value"],
        "found_overall": "Typed on.",
    }
    saved = second.post(form["data-autosave"], data=values)
    assert saved.status_code == 200
    assert saved.json["version"] == int(values["version"]) + 1
    stale = second.post(form["data-autosave"], data={**values, "found_overall": "Other."})
    assert stale.status_code == 409
    assert "Typed on." in words(second.get(at["r_strategy_second"]))


def test_a_colleague_who_saved_first_is_shown_beside_mine(as_person, at):
    lead, other = as_person("a.other_gp.lead"), as_person("a.other_gp.practitioner")
    mine = lead.get(at["r_past_other_gp"])
    other.submit(at["r_past_other_gp"], button="save", found_own_part="Theirs.")
    lost = lead.send(mine, button="save", found_own_part="Mine.")
    assert lost.status_code == 409
    assert "Theirs." in words(lost)
    assert lost.page.find("textarea", {"name": "found_own_part"}).text.strip() == "Mine."
    assert lead.send(lost, button="save").status_code == 303


def test_what_comes_too_late_can_be_copied(as_person, at, world):
    lead = as_person("a.other_gp.lead")
    page = lead.get(at["r_past_other_gp"])
    change(PracticeSample, world.samples["a.theme"], status=SampleStatus.CLOSED, closed_at=world.now)
    late = lead.send(page, button="save", found_own_part="An hour of writing.")
    assert late.status_code == 403
    assert "An hour of writing." in words(late)


def test_an_agency_reads_its_own_part_alone(as_person, at, world):
    police = as_person("a.police.lead")
    (line,) = rows(police.get("/samples/reviews"))
    assert line.startswith("Initial child protection conference")
    assert police.get(at["r_strategy_first"]).status_code == 404
    assert police.get(at["theme"]).status_code == 403


def test_the_chair_reads_what_was_found_of_their_own_meeting(as_person, at, world):
    chair = as_person("a.chair")
    page = chair.get("/samples/reviews")
    assert "What was found of your own meetings" in words(page)
    found = chair.get(at["m_graded"])
    assert "ZQ-A-FOUND-GRADED_FIRST-QZ" in words(found)
    assert chair.get(at["m_past"]).status_code == 404


def test_where_two_differ_the_manager_settles_it(boss, as_person, at, world):
    second = as_person("a.second_chair")
    second.submit(at["r_strategy_second"], button="finish", **{**_grades("good"), "grade_family": "inadequate"})
    assert "Differs" in words(boss.get(at["theme"]))
    page = boss.get(f"{at['m_strategy']}/settle")
    assert [legend.text.strip() for legend in page.page.select("legend")] == [
        "Did agencies understand the whole family, fathers and other adults included?",
        "The meeting as a whole",
    ]
    missing = boss.send(page)
    assert len(errors(missing)) == 2
    settled = boss.send(missing, grade_family="requires_improvement", because="We read it together.")
    assert settled.status_code == 303
    assert "We read it together." in words(boss.get(at["m_strategy"]))
    assert boss.get(f"{at['m_strategy']}/settle").location == at["m_strategy"]


def test_a_meeting_is_taken_out_and_a_review_given_away(boss, at, world):
    refused = boss.submit(f"{at['m_past']}/replace")
    assert errors(refused) == ["Say why this meeting is taken out"]
    assert boss.send(refused, because="Held elsewhere.").status_code == 303
    assert "Taken out" in words(boss.get(at["theme"]))
    given = boss.submit(f"{at['r_strategy_second']}/hand-over", reviewer="")
    assert errors(given) == ["Choose who reviews instead"]


def test_the_board_reads_grades_and_themes_and_no_meeting(as_person, at, world):
    member = as_person("a.board")
    closed = member.get(at["closed"])
    assert "Meetings were quick." in words(closed)
    assert "One month’s grades are too few to be shown." in words(closed)
    assert world.meeting("a.strategy").reference not in words(closed)
    assert "SAMPLE-SUMMARY" not in words(closed)
    theme = member.get(at["theme"])
    assert "The grades are shown once the audit is closed." in words(theme)
    listed = rows(member.get("/samples"))
    assert [row.split(" Dip")[0].split(" Thematic")[0] for row in listed] == [
        "Who is there when it is decided",
        "Strategy meeting, May 2026",
    ]
    assert member.get(at["set_up"]).status_code == 404


def test_the_grades_of_a_quarter_are_withheld_from_the_board(as_person, at_world_time):
    at_world_time.shift(60 * 60 * 24 * 120)
    member, boss = as_person("a.board"), as_person("a.manager")
    table = rows(member.get("/samples?by=month"))
    assert table[0].startswith("April to June 2026 too few too few")
    assert rows(boss.get("/samples?by=month"))[0].startswith("May 2026 1 0 100.0 % (1 of 1) 0 0")
    assert "too few" in member.get("/samples/grades.csv").get_data(as_text=True)
    assert member.get("/samples/grades.svg").status_code == 404
    assert boss.get("/samples/grades.svg?by=month").mimetype == "image/svg+xml"
    assert boss.get("/samples/grades.xlsx").get_data().startswith(b"PK")


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a.manager", "/samples"),
        ("a.board", "/samples"),
        ("a.manager", "theme"),
        ("a.manager", "closed"),
        ("a.board", "closed"),
        ("a.manager", "m_strategy"),
        ("a.manager", "set_up/draw"),
        ("a.manager", "r_strategy_first"),
        ("a.second_chair", "r_strategy_second"),
        ("a.other_gp.lead", "r_past_other_gp"),
        ("a.chair", "/samples/reviews"),
        ("a.manager", "/samples/rules"),
    ],
)
def test_pages_take_few_queries(as_person, at, count_queries, key, path):
    client = as_person(key)
    name, _, rest = path.partition("/")
    address = path if path.startswith("/") else "/".join(filter(None, (at[name], rest)))
    client.get(address)
    with count_queries() as statements:
        assert client.get(address).status_code == 200
    assert len(statements) <= 10, "\n".join(statements)
