"""The pages of the board's own meetings: groups, members, planning, and who was there."""

from __future__ import annotations

import pytest

from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words

NO_FAMILY = "Do not name a child or a family."


def day(name: str, written: str) -> dict[str, str]:
    return {f"{name}__{part}": number for part, number in zip(("day", "month", "year"), written.split(), strict=True)}


@pytest.fixture
def at(world):
    """The address of a group, member or meeting of A's board."""
    return {
        "group": f"/board/groups/{world.board_groups['a.board']}",
        **{name: f"/board/members/{world.board_members[f'a.{name}']}" for name in ("chair", "police")},
        **{name: f"/board/meetings/{world.board_meetings[f'a.{name}']}" for name in ("planned", "due", "held")},
    }


@pytest.fixture
def seat(world):
    """The name of a member's field."""
    return lambda field, name: f"{field}_{world.board_members[f'a.{name}']}"


def test_a_group_is_set_up_with_its_rule_members_and_a_meeting(manager, world):
    made = manager.submit(
        "/board/groups/new", name="Quality group", quorum_members="3", quorum_partners=["police", "health"]
    )
    assert made.status_code == 303
    group = made.location
    page = words(manager.get(group))
    assert "3 members, among them the NHS integrated care board and the police; deputies count." in page
    assert "No members are named yet." in page
    added = manager.submit(
        f"{group}/members/new",
        name="Ada Newly",
        role_in_group="Designated nurse",
        agency=str(world.agencies["a.gp"]),
        partner="health",
        account=str(world.person("a.gp.lead").hat.membership_id),
        **day("from_on", "1 4 2026"),
    )
    assert (added.status_code, added.location) == (303, group)
    assert any(row.startswith("Ada Newly Designated nurse") for row in rows(manager.get(group)))
    planned = manager.submit(
        f"{group}/meetings/new",
        place="Room 4",
        start_time="10:00",
        agenda="The year’s plan",
        **day("meets_on", "3 9 2026"),
    )
    page = words(manager.get(planned.location))
    assert "Quality group, Thursday 3 September 2026, 10:00 Planned" in page
    assert "The year’s plan" in page
    assert "Thursday 3 September" in words(manager.get("/board"))


def test_attendance_is_recorded_in_one_screen_closed_and_corrected(manager, as_person, at, seat):
    page = manager.get(f"{at['due']}/attendance")
    assert NO_FAMILY in words(page)
    kept = manager.send(page, button="save", minutes="The minutes so far.", **{seat("attendance", "chair"): "present"})
    assert (kept.status_code, kept.location) == (303, at["due"])
    shown = words(manager.get(at["due"]))
    assert "Not quorate Lacking so far: the police" in shown
    closed = manager.submit(
        f"{at['due']}/attendance",
        button="close",
        status="held",
        **{seat("attendance", "police"): "deputy", seat("deputy", "police"): "Sergeant Lowe"},
    )
    assert closed.status_code == 303
    board = as_person("a.board")
    shown = words(board.get(at["due"]))
    assert "Quorate" in shown
    assert "A deputy came: Sergeant Lowe" in shown
    assert "The minutes so far." in shown
    assert "Record 1, Wednesday 10 June 2026, 11:00, by ZQ-A-BUSINESS-MANAGER-QZ" in shown
    # Once closed it is corrected, as a further record.
    assert manager.get(f"{at['due']}/attendance").status_code == 403
    corrected = manager.submit(
        f"{at['due']}/correct",
        reason="The sergeant left before it began.",
        **{seat("attendance", "police"): "absent", seat("deputy", "police"): ""},
    )
    assert corrected.status_code == 303
    shown = words(board.get(at["due"]))
    assert "Record 2" in shown
    assert "Corrected because: The sergeant left before it began." in shown
    assert "A deputy came: Sergeant Lowe" in shown
    assert "Not quorate Lacking were the police" in shown


def test_who_is_not_marked_when_it_closes_is_absent(manager, at):
    assert manager.submit(f"{at['due']}/attendance", button="close", status="inquorate").status_code == 303
    shown = rows(manager.get(at["due"]))
    assert all(row.endswith("Absent without apologies") for row in shown)


def test_what_is_missing_is_told_and_what_was_typed_stays(manager, at, seat):
    page = manager.submit(
        f"{at['due']}/attendance", button="close", minutes="Typed on.", **{seat("attendance", "chair"): "deputy"}
    )
    assert page.status_code == 400
    assert errors(page) == ["Say whether it went ahead"]
    page = manager.send(page, button="close", status="held")
    assert errors(page) == ["Enter the deputy’s name"]
    assert "Typed on." in page.page.find("textarea").get_text()
    page = manager.submit(f"{at['held']}/correct", **{seat("deputy", "chair"): "Somebody"}, reason="Again")
    assert errors(page) == ["A deputy is named: choose that a deputy came, or delete the name"]
    page = manager.submit(f"{at['held']}/correct")
    assert errors(page) == ["Say why it is corrected"]


def test_a_save_that_comes_second_shows_what_the_first_saved(manager, as_person, at, seat):
    drawn = manager.get(f"{at['due']}/attendance")
    manager.submit(
        f"{at['due']}/attendance", button="save", minutes="First.", **{seat("attendance", "chair"): "present"}
    )
    late = manager.send(drawn, button="save", minutes="Second.", **{seat("attendance", "police"): "present"})
    assert late.status_code == 409
    assert "First." in words(late)
    assert "ZQ-A-BOARD-CHAIR-QZ: There" in words(late)
    assert "Second." in late.page.find("textarea").get_text()
    assert manager.send(late, button="save").status_code == 303


@pytest.mark.parametrize(
    ("key", "path", "first", "second"),
    [
        ("group", "/change", {"name": "Renamed board"}, {"quorum_members": "5"}),
        ("chair", "", {"role_in_group": "Chair"}, {"name": "Somebody else"}),
        ("planned", "/change", {"place": "Room 9"}, {"agenda": "Another plan"}),
    ],
)
def test_other_saves_that_come_second_keep_what_was_typed(manager, at, key, path, first, second):
    address = at[key] + path
    drawn = manager.get(address)
    assert manager.submit(address, **first).status_code == 303
    late = manager.send(drawn, **second)
    assert late.status_code == 409
    assert next(iter(first.values())) in words(late)
    assert next(iter(second.values())) in late.text
    assert manager.send(late).status_code == 303


def test_a_year_of_meetings_is_told_for_each_member_and_agency(board_page):
    assert "Members, and meetings since Tuesday 10 June 2025" in words(board_page)
    shown = rows(board_page)
    assert "ZQ-A-BOARD-CHAIR-QZ Member 1 of 1 100 % 0 0 0" in shown
    assert "ZQ-A-BOARD-POLICE-QZ Member, Borough Police 0 of 1 0 % 0 1 0" in shown
    assert "Borough Police 0 of 1 0 % 0 1 0" in shown
    assert len(board_page.page.select("svg.app-bar")) == 3


@pytest.fixture
def board_page(as_person, at):
    """The group's page as a board member reads it."""
    return as_person("a.board").get(at["group"])


def test_a_member_who_left_is_said_to_have_left_and_is_not_asked(manager, at):
    refused = manager.submit(at["police"], **day("until_on", "9 3 2026"))
    assert (refused.status_code, errors(refused)) == (400, ["Their attendance is recorded at a meeting after that day"])
    assert manager.send(refused, **day("until_on", "31 3 2026")).status_code == 303
    assert "Left on Tuesday 31 March 2026" in words(manager.get(at["group"]))
    assert "ZQ-A-BOARD-POLICE-QZ" not in words(manager.get(f"{at['due']}/attendance"))
    refused = manager.submit(at["chair"], **day("until_on", "1 1 2025"))
    assert "The last day must be the first day or later" in errors(refused)


def test_a_meeting_is_moved_and_cancelled_until_it_is_over(manager, at):
    assert manager.submit(f"{at['planned']}/change", **day("meets_on", "8 7 2026")).status_code == 303
    assert "Wednesday 8 July" in words(manager.get(at["group"]))
    assert manager.submit(f"{at['planned']}/cancel").location == at["group"]
    assert "Cancelled" in words(manager.get(at["planned"]))
    for path in (f"{at['planned']}/change", f"{at['held']}/cancel", f"{at['planned']}/attendance"):
        assert manager.get(path).status_code == 403, path


def test_a_group_that_no_longer_meets_plans_nothing(manager, at):
    manager.submit(f"{at['group']}/change", is_active=None)
    page = manager.get(at["group"])
    assert "No longer meets" in words(page)
    assert f"{at['group']}/meetings/new" not in links(page)
    refused = manager.submit(f"{at['group']}/meetings/new", place="Room 4", **day("meets_on", "3 9 2026"))
    assert errors(refused) == ["This group no longer meets. Let it meet again before you plan a meeting"]


@pytest.mark.parametrize("name", ["board", "scrutineer", "sector_lead", "manager"])
def test_the_board_reads_and_is_offered_no_change(as_person, at, name):
    browser = as_person(f"a.{name}")
    home = browser.get("/")
    assert "/board" in {one["href"] for one in home.page.select("#navigation a")}
    for address in ("/board", at["group"], at["held"], at["due"]):
        page = browser.get(address)
        assert page.status_code == 200
        offered = [link for link in links(page) if link.endswith(("/new", "/change", "/attendance", "/correct"))]
        assert not offered, address


@pytest.mark.parametrize("path", ["/meetings/new", "/change"])
def test_every_text_field_says_that_no_family_is_named(manager, at, path):
    address = at["group" if path == "/meetings/new" else "planned"] + path
    page = manager.get(address).page
    for name in ("place", "agenda"):
        field = page.find(attrs={"name": name})
        hint = page.find(id=field["aria-describedby"].split()[0])
        assert NO_FAMILY in hint.get_text()


def test_pages_take_few_queries(manager, at, count_queries):
    for address, most in (
        ("/board", 3),
        (at["group"], 4),
        (f"{at['group']}/change", 1),
        (f"{at['group']}/members/new", 3),
        (at["chair"], 5),
        (f"{at['group']}/meetings/new", 1),
        (at["held"], 4),
        (f"{at['planned']}/change", 4),
        (f"{at['due']}/attendance", 5),
        (f"{at['held']}/correct", 5),
    ):
        with count_queries() as statements:
            assert manager.get(address).status_code == 200
        assert len(statements) <= most, (address, len(statements), statements)
