"""The page of an area's rules, and changing a group of them: looked at first, then kept, planned and taken back."""

from __future__ import annotations

import pytest

from portal.domain.area_rules import RuleGroup
from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words

PLANS = "/rules/plans/change"


def day(words: str) -> dict[str, str]:
    return dict(zip(("first_day__day", "first_day__month", "first_day__year"), words.split(), strict=True))


def check(browser, path, **typed):
    """The page that shows what would change."""
    page = browser.submit(path, **typed)
    assert page.status_code == 200, errors(page)
    return page


def keep(browser, path, **typed):
    """A change, looked at and kept."""
    return browser.send(check(browser, path, **typed), action=path.partition("?")[0].replace("/change", "/keep"))


def line(page, words: str) -> str:
    return next(row for row in rows(page) if words in row)


def test_every_rule_stands_on_one_page_with_since_and_before(manager):
    page = manager.get("/rules")
    assert "Rule Now Since Before" in words(page)
    assert line(page, "A plan is long after").endswith("11 months Always –")
    assert line(page, "Numbers are too small to show up to").endswith("5 Always –")
    assert "Where it comes from: Local decision." in words(page)
    assert "Stage 1 Practitioners: 2 working days, or the same working day if urgent, to reply." in words(page)
    assert "20 working days" in line(page, "All formal stages together")
    assert "An escalation that is open keeps the clock that runs." in words(page)
    assert "Whoever is missing is asked 5, 2 and 1 working days before" in words(page)
    assert "It is adjourned to a day within 10 working days" in words(page)
    assert "The decision sheet is due within 1 working day" in words(page)
    assert "or 72 hours where the times are known" in words(page)


def test_a_change_is_looked_at_before_it_is_kept(manager):
    seen = check(manager, PLANS, plan_long_months="12", source="Board, 3 March 2027", **day("1 4 2027"))
    assert "What changes from Thursday 1 April 2027" in words(seen)
    assert "A plan is long after 11 months 12 months" in rows(seen)
    assert "Where it comes from Local decision Board, 3 March 2027" in rows(seen)
    assert "1 April 2027" not in words(manager.get("/rules"))
    kept = manager.send(seen, action="/rules/plans/keep")
    assert (kept.status_code, kept.location) == (303, "/rules#plans")
    page = manager.get("/rules")
    assert "The new rules hold from Thursday 1 April 2027." in words(page)
    assert "From Thursday 1 April 2027 A plan is long after. 12 months (before: 11 months)" in words(page)
    assert line(page, "A plan is long after").endswith("11 months Always –")


def test_what_holds_from_today_is_there_at_once_with_what_it_was(manager):
    assert keep(manager, PLANS, plan_long_months="12", **day("10 6 2026")).status_code == 303
    page = manager.get("/rules")
    assert line(page, "A plan is long after").endswith("12 months Wednesday 10 June 2026 11 months")


def test_one_goes_back_from_the_look_with_all_that_was_typed(manager):
    seen = check(manager, PLANS, plan_long_months="12", source="Board", **day("1 4 2027"))
    again = manager.send(seen, action=PLANS, button="again")
    assert again.status_code == 200
    assert not errors(again)
    assert again.page.find("input", attrs={"name": "plan_long_months"})["value"] == "12"
    assert again.page.find("input", attrs={"name": "source"})["value"] == "Board"
    assert again.page.find("input", attrs={"name": "first_day-year"})["value"] == "2027"


def test_nothing_that_changes_is_said_so(manager):
    seen = check(manager, PLANS)
    assert "Nothing would change" in words(seen)
    assert not seen.page.select("form[action='/rules/plans/keep']")


@pytest.mark.parametrize(
    ("group", "typed", "said"),
    [
        ("plans", {"plan_long_months": "x"}, ["A plan is long after (months): enter a whole number from 1 to 240"]),
        (
            "plans",
            {"plan_long_months": "18"},
            ["A very long plan lasts longer than a long one: enter more than 18"],
        ),
        (
            "small-numbers",
            {"small_count_limit": ""},
            ["Numbers are too small to show up to: enter a whole number from 1 to 20"],
        ),
        ("audits", {"audit_amber_from": "80"}, ["Amber begins below green: enter less than 75"]),
        ("contests", {"source": ""}, ["Say where these rules come from"]),
        ("guidance", {"edition": ""}, ["Enter the name of the edition"]),
        ("office-hours", {"opens": "18:00"}, ["The office closes after it opens: enter a later time"]),
        (
            "contests",
            {"contest_working_days": "6", **day("9 6 2026")},
            ["Rules change from today on, not in the past: choose today or a later day"],
        ),
        (
            "practice-alerts",
            {"whole": "61"},
            ["All formal stages (working days): enter a whole number from 1 to 60"],
        ),
        ("practice-alerts", {"formal_1": "yes"}, ["A practice alert begins informally: leave stage 1 informal"]),
        (
            "disagreements",
            {"name_1": "", "urgent_2": "9", "told_3": None},
            [
                "Stage 1: enter a name",
                "Stage 2: an urgent matter has as many days, or fewer",
                "Stage 3: choose who is told",
            ],
        ),
        (
            "disagreements",
            {"remove_2": "yes"},
            ["Keep stage 2, or take away every stage above it as well"],
        ),
        (
            "disagreements",
            {"days_5": "3"},
            [
                "Stage 5: enter a name",
                "Stage 5: enter how many working days it has if it is urgent",
                "Stage 5: choose who is told",
            ],
        ),
        (
            "triggers",
            {"events_1": None, "months_2": "3", "months_3": "", "opens_4": "5"},
            [
                "Rule 1: choose what counts",
                "Rule 2: leave the months empty",
                "Rule 3: enter within how many months",
            ],
        ),
        ("triggers", {"opens_4": "5"}, ["Rule 4: the ladder has stages 1 to 4"]),
    ],
)
def test_what_cannot_hold_is_told_at_its_field_and_stays_typed(manager, group, typed, said):
    page = manager.submit(f"/rules/{group}/change", **typed)
    assert page.status_code == 400
    assert errors(page) == said
    for name, value in typed.items():
        field = page.page.find("input", attrs={"name": name.replace("__", "-")})
        if value and field["type"] == "text":
            assert field["value"] == value


def test_what_is_not_there_yet_cannot_be_taken_away(manager):
    page = manager.get("/rules/practice-alerts/change")
    offered = [box["name"] for box in page.page.select("input[name^=remove_]")]
    assert offered == ["remove_1", "remove_2", "remove_3", "remove_4"]


def test_a_stage_is_added_and_another_taken_away(manager):
    path = "/rules/disagreements/change"
    added = {"name_5": "The national panel", "days_5": "10", "urgent_5": "2", "told_5": ["board"]}
    assert keep(manager, path, **added).status_code == 303
    assert (
        "The national panel: 10 working days, or 2 working days if urgent, to reply. Told: the partnership’s board"
        in words(manager.get("/rules"))
    )
    seen = check(manager, f"{path}?day=2026-06-11", remove_5="yes")
    assert "Stage 5" in words(seen)
    assert "Taken away" in words(seen)


def test_a_stage_under_an_open_escalation_is_kept_and_the_tick_stays(manager):
    page = manager.submit("/rules/disagreements/change", remove_3="yes", remove_4="yes")
    assert page.status_code == 400
    assert errors(page) == ["Keep stage 3: 1 open one stands at stage 3 or above. Take it away once they are closed"]
    assert page.page.find("input", attrs={"name": "remove_4"}).has_attr("checked")
    seen = check(manager, "/rules/disagreements/change", remove_4="yes")
    assert "1 open escalation of this ladder keeps the clock that runs now." in words(seen)


def test_what_proposes_a_stage_is_changed_and_shown_where_ladders_are_read(manager, lead):
    seen = check(manager, "/rules/triggers/change", count_5="4", remove_1="yes", **day("10 6 2026"))
    assert "4 within 6 months of" in words(seen)
    assert manager.send(seen, action="/rules/triggers/keep").status_code == 303
    keep(manager, "/rules/disagreements/change", name_1="Those at work", **day("10 6 2026"))
    assert "1. Those at work" in words(lead.get("/escalations/how"))


def test_a_change_that_comes_second_shows_both_and_can_be_sent_again(manager):
    first, second = (check(manager, PLANS, plan_long_months=months) for months in ("12", "13"))
    assert manager.send(first, action="/rules/plans/keep").status_code == 303
    late = manager.send(second, action="/rules/plans/keep")
    assert late.status_code == 409
    assert "A plan is long after: yours 13 months A plan is long after: saved now 12 months" in words(late)
    assert manager.send(late).status_code == 303
    assert "A plan is long after. 13 months (before: 11 months)" in words(manager.get("/rules"))


def test_what_is_planned_is_changed_and_taken_back(manager):
    keep(manager, PLANS, plan_long_months="12", **day("1 4 2027"))
    page = manager.get("/rules")
    change, back = "/rules/plans/change?day=2027-04-01", "/rules/plans/withdraw?day=2027-04-01"
    assert {change, back} <= links(page)
    form = manager.get(change)
    assert "Planned already from Thursday 1 April 2027." in words(form)
    assert form.page.find("input", attrs={"name": "plan_long_months"})["value"] == "12"
    assert manager.send(manager.send(form, plan_long_months="13"), action="/rules/plans/keep").status_code == 303
    asked = manager.get(back)
    assert "A plan is long after 11 months 13 months" in rows(asked)
    taken = manager.send(asked)
    assert (taken.status_code, taken.location) == (303, "/rules#plans")
    page = manager.get("/rules")
    assert "What was planned from Thursday 1 April 2027 is taken back." in words(page)
    assert back not in links(page)
    assert manager.get(back).status_code == 303
    assert "Nothing is planned from that day on." in words(manager.get("/rules"))


def test_taking_back_what_somebody_has_changed_meanwhile_shows_both(manager):
    keep(manager, PLANS, plan_long_months="12", **day("1 4 2027"))
    asked = manager.get("/rules/plans/withdraw?day=2027-04-01")
    keep(manager, "/rules/plans/change?day=2027-04-01", plan_long_months="13")
    late = manager.send(asked)
    assert late.status_code == 409
    assert "saved now 13 months" in words(late)
    assert manager.send(late).status_code == 303
    assert "1 April 2027" not in " ".join(rows(manager.get("/rules")))


@pytest.mark.parametrize("name", ["chair", "coordinator", "manager", "board", "scrutineer"])
def test_others_read_and_are_offered_no_change(as_person, name):
    browser = as_person(f"a.{name}")
    page = browser.get("/rules")
    assert not [link for link in links(page) if link.startswith("/rules/")]
    assert "A plan is long after" in words(page)
    kinds = [link for link in links(page) if link.startswith("/meeting-kinds/")]
    assert bool(kinds) == (name in {"coordinator", "manager", "scrutineer"})
    assert browser.get(PLANS).status_code == 403


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("business_manager", "/agencies"),
        ("board", "/agencies"),
        ("scrutineer", "/agencies"),
        ("chair", "/meetings"),
        ("coordinator", "/meetings"),
        ("manager", "/meetings"),
    ],
)
def test_whoever_reads_the_rules_finds_them(as_person, name, address):
    assert "/rules" in links(as_person(f"a.{name}").get(address))


def test_others_are_led_nowhere(lead, coordinator):
    assert "/rules" not in links(lead.get("/meetings"))
    assert lead.get("/rules").status_code == 403


def test_pages_take_few_queries(manager, count_queries):
    keep(manager, PLANS, plan_long_months="12", **day("1 4 2027"))
    addresses = [("/rules", 6), ("/rules/plans/withdraw?day=2027-04-01", 8)]
    addresses += [(f"/rules/{group}/change", 4) for group in RuleGroup]
    for address, most in addresses:
        with count_queries() as statements:
            assert manager.get(address).status_code == 200
        assert len(statements) <= most, (address, len(statements))
