"""The pages of the kinds of meetings: one added without code and used, its rules changed, retired and brought back."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.access.indicators import FigureScope
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Unusable
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingType
from portal.services.imports import import_attendance, import_meetings
from portal.services.indicators.counting import Question, count_meetings
from tests.areas import ATTENDANCE_COLUMNS, MEETING_COLUMNS, meeting, sheet
from tests.pages.people_steps import links
from tests.pages.reading import errors, words
from tests.world import NOW

KIND = "Discharge planning meeting"
NEW = {
    "name": KIND,
    "family": "strategy",
    "sections": ["strategy", "minutes", "actions"],
    "expected": ["social_care", "gp", "hospital"],
    "required_1": ["social_care"],
    "required_2": ["hospital", "gp"],
    "further": "1",
    "due_amount": "2",
    "due_unit": "working_days",
    "after_1_kind": "initial_conference",
    "after_1_amount": "4",
    "after_1_unit": "weeks",
    "reports": "yes",
    "report_days": "1",
}


def first_day(day: str) -> dict[str, str]:
    return dict(zip(("first_day__day", "first_day__month", "first_day__year"), day.split(), strict=True))


@pytest.fixture
def kind_of(world):
    """The address of a kind of A by its code."""

    def found(code: str) -> str:
        db.session.rollback()
        kind_id = db.session.scalar(
            select(MeetingType.id).where(
                MeetingType.code == code, MeetingType.partnership_id == world.partnerships["a"]
            )
        )
        return f"/meeting-kinds/{kind_id}"

    return found


def stored(reference: str) -> Meeting:
    db.session.rollback()
    return db.session.scalars(select(Meeting).where(Meeting.reference == reference)).one()


def test_an_own_kind_can_ask_about_a_missing_child_in_its_strategy_record(manager, kind_of):
    refused = manager.submit("/meeting-kinds/new", **{**NEW, "sections": ["missing_child", "minutes"]})
    assert refused.status_code == 400
    assert errors(refused) == ["What is asked about a missing child stands in the strategy record: choose that too"]
    added = manager.send(refused, sections=["strategy", "missing_child", "minutes"])
    assert added.status_code == 303
    assert "In the strategy record: when a missing child was last seen" in words(manager.get(added.location))


def test_a_kind_is_added_in_a_page_and_used_without_code(manager, world, kind_of, coordinator):
    added = manager.submit("/meeting-kinds/new", **NEW)
    assert added.status_code == 303
    assert added.location == kind_of("discharge_planning_meeting")
    page = words(manager.get(added.location))
    assert "What files call it discharge_planning_meeting" in page
    assert "Social care, a GP or a hospital and 1 more" in page
    assert (
        "Within 4 weeks of the last Initial child protection conference; where there was none, "
        "within 2 working days of what asked for it" in page
    )
    assert "Reports are due 1 working day before the meeting" in page
    assert KIND in words(coordinator.get("/meeting-kinds"))

    system = Viewer.of_system("tests", NOW, world.partnerships["a"])
    rows = [
        meeting("D1", "discharge_planning_meeting", "2026-05-07", trigger_on="2026-05-05"),
        meeting("D2", "discharge_planning_meeting", "2026-05-08", trigger_on="2026-05-05"),
        meeting("D3", "discharge_planning_meeting", "2026-06-25", trigger_on="2026-06-23", status="scheduled"),
    ]
    import_meetings(system, sheet(MEETING_COLUMNS, rows), "meetings.csv")
    came = [("D1", "social_care"), ("D1", "gp"), ("D1", "school"), ("D2", "social_care"), ("D2", "gp")]
    codes = {name: world.agency_codes[f"a.{name}"] for name in ("social_care", "gp", "school")}
    import_attendance(
        system,
        sheet(
            ATTENDANCE_COLUMNS,
            [
                {
                    "meeting_ref": reference,
                    "agency_code": codes[name],
                    "expectation": "expected",
                    "attendance": "in_person",
                }
                for reference, name in came
            ],
        ),
        "attendance.csv",
    )
    first, second, third = stored("D1"), stored("D2"), stored("D3")
    assert (first.due_on, first.in_time, first.quorate) == (date(2026, 5, 7), True, True)
    # One day late, and with nobody further.
    assert (second.in_time, second.quorate) == (False, False)
    assert (third.due_on, third.quorate) == (date(2026, 6, 25), None)
    due = db.session.scalars(select(Invitation.report_due_on).where(Invitation.meeting_id == first.id)).all()
    assert set(due) == {date(2026, 5, 6)}
    scope = FigureScope(world.partnerships["a"], None, None, hides_small=False)
    asked = Question(date(2026, 5, 1), date(2026, 5, 31), ("meeting_type",))
    counted = count_meetings(db.session(), scope, asked)["discharge_planning_meeting",]
    assert {name: counted[name] for name in ("meetings", "quorate", "in_time", "due_day_known")} == {
        "meetings": 2,
        "quorate": 1,
        "in_time": 1,
        "due_day_known": 2,
    }
    register = coordinator.get(f"/meetings/{first.id}/register")
    assert register.status_code == 200
    assert KIND in words(register)


def test_new_rules_hold_from_a_day_on_and_what_was_before_stays_to_read(manager, kind_of, world):
    path = kind_of("review_conference")
    page = words(manager.get(f"{path}/rules"))
    assert "Meetings from the first day on are held to the new rules" in page
    coming = db.session.get_one(Meeting, world.meeting("a.review").id)
    assert coming.due_on == date(2026, 8, 19)
    done = manager.submit(f"{path}/rules", after_1_amount="4", after_1_unit="weeks", **first_day("20 6 2026"))
    assert (done.status_code, done.location) == (303, path)
    page = words(manager.get(path))
    assert "The due days of 1 coming meeting were worked out anew" in page or "1 coming meeting was worked out" in page
    assert "From Saturday 20 June 2026 To come" in page
    assert "Until Friday 19 June 2026 Now" in page
    db.session.rollback()
    assert db.session.get_one(Meeting, world.meeting("a.review").id).due_on == date(2026, 6, 16)


def test_a_day_on_which_meetings_were_counted_is_refused_and_what_was_typed_stays(manager, kind_of):
    path = f"{kind_of('strategy_meeting')}/rules"
    assert "The first day can be Wednesday 13 May 2026 or later" in words(manager.get(path))
    page = manager.submit(path, due_amount="5", **first_day("12 5 2026"))
    assert page.status_code == 400
    assert errors(page) == [
        "Meetings of this kind were counted by the rules until then: choose Wednesday 13 May 2026 or later"
    ]
    assert page.page.find("input", attrs={"name": "due_amount"})["value"] == "5"
    # What was counted stays; what is past and was not counted may be put right.
    assert manager.send(page, **first_day("13 5 2026")).status_code == 303


def test_answers_that_do_not_go_together_are_told_at_their_fields(manager):
    page = manager.submit(
        "/meeting-kinds/new",
        name="",
        family=None,
        as_one_1=["gp", "hospital"],
        as_one_2=["gp"],
        further="many",
        due_hours="72",
        after_1_kind="core_group",
        after_2_amount="3",
        reports="yes",
    )
    assert page.status_code == 400
    assert errors(page) == [
        "Enter a name",
        "Say what kind of meeting it is at heart",
        "How many further types of agency must be there?: enter a whole number from 0 to 14",
        "Say who must be there before you say who counts as one",
        "A type of agency may stand in one of these two lists only",
        "Hours need a number of days beside them, and no earlier meeting",
        "Enter how long after that meeting it is due",
        "Choose after which kind of meeting it is due",
        "Enter how many working days before the meeting reports are due",
    ]
    assert page.page.find("input", attrs={"name": "as_one_2", "value": "gp"}).has_attr("checked")


def test_a_name_is_given_once(manager):
    page = manager.submit("/meeting-kinds/new", **{**NEW, "name": "CORE GROUP"})
    assert (page.status_code, errors(page)) == (400, ["There is already a kind called CORE GROUP"])


def test_a_kind_starts_from_another_with_all_its_rules(manager, kind_of):
    like = kind_of("initial_conference").rpartition("/")[2]
    done = manager.submit(f"/meeting-kinds/new?like={like}", name="Transfer conference")
    assert done.status_code == 303
    before, after = (words(manager.get(path)) for path in (kind_of("initial_conference"), done.location))
    for sentence in ("Social care and 2 more", "Within 15 working days", "Reports are due 3 working days before"):
        assert sentence in before
        assert sentence in after


def test_what_a_kind_is_changes_for_all_and_its_code_stays(manager, kind_of):
    path = kind_of("mase")
    assert manager.submit(f"{path}/change", name="Exploitation panel", sections=["actions"]).status_code == 303
    page = words(manager.get(path))
    assert "Exploitation panel: what it is and asks" in page
    assert "What files call it mase" in page
    assert "The decision sheet and the minutes" not in page


def test_a_save_that_comes_second_shows_what_the_first_saved(manager, kind_of):
    path = kind_of("mase")
    drawn, ruled = manager.get(f"{path}/change"), manager.get(f"{path}/rules")
    manager.submit(f"{path}/change", name="Exploitation panel")
    late = manager.send(drawn, name="Panel on exploitation")
    assert late.status_code == 409
    assert "Exploitation panel" in words(late)
    assert late.page.find("input", attrs={"name": "name"})["value"] == "Panel on exploitation"
    also_late = manager.send(ruled, due_amount="9")
    assert also_late.status_code == 409
    assert also_late.page.find("input", attrs={"name": "due_amount"})["value"] == "9"
    assert manager.send(also_late).status_code == 303


def test_a_kind_is_retired_and_brought_back(manager, kind_of):
    path = kind_of("mase")
    assert manager.submit(f"{path}/retire").status_code == 303
    page = manager.get(path)
    assert "No more meetings of this kind are arranged" in words(page)
    assert f"{path}/retire" not in links(page)
    assert manager.submit(path, action=f"{path}/bring-back").status_code == 303
    assert "can be arranged again" in words(manager.get(path))


def test_the_four_that_figures_know_are_never_retired(manager, kind_of):
    path = kind_of("core_group")
    assert f"{path}/retire" not in links(manager.get(path))
    assert manager.get(f"{path}/retire").status_code == 403


@pytest.mark.parametrize("name", ["scrutineer", "coordinator", "manager"])
def test_others_read_and_are_offered_no_change(as_person, kind_of, name):
    browser = as_person(f"a.{name}")
    path = kind_of("mase")
    offered = links(browser.get(path)) | links(browser.get("/meeting-kinds"))
    assert not [link for link in offered if link.endswith(("/rules", "/change", "/retire", "/new"))]
    assert browser.get(f"{path}/rules").status_code == 403


def test_retired_kinds_stay_in_the_filters_of_the_past_only(coordinator, manager, kind_of):
    manager.submit(f"{kind_of('mase')}/retire")

    def offered(address: str) -> set[str]:
        return {option["value"] for option in coordinator.get(address).page.select("select[name=type] option")}

    assert "mase" not in offered("/meetings")
    assert "mase" in offered("/meetings?when=past")
    assert "pre_mase" in offered("/meetings")


def test_a_file_brings_in_what_was_of_a_retired_kind_but_nothing_new(manager, world, kind_of):
    manager.submit(f"{kind_of('mase')}/retire")
    system = Viewer.of_system("tests", NOW, world.partnerships["a"])
    was = meeting("OLD", "mase", "2026-05-07")
    to_come = meeting("NEW", "mase", "2026-07-07", status="scheduled")
    with pytest.raises(Unusable, match=r"meetings\.csv:3: meeting_type: is retired"):
        import_meetings(system, sheet(MEETING_COLUMNS, [was, to_come]), "meetings.csv")
    import_meetings(system, sheet(MEETING_COLUMNS, [was]), "meetings.csv")
    assert stored("OLD").held_on == date(2026, 5, 7)


def test_pages_take_few_queries(manager, kind_of, count_queries):
    path = kind_of("mase")
    for address, most in (
        ("/meeting-kinds", 3),
        ("/meeting-kinds/new", 2),
        (path, 3),
        (f"{path}/change", 3),
        (f"{path}/rules", 6),
    ):
        with count_queries() as statements:
            assert manager.get(address).status_code == 200
        assert len(statements) <= most, (address, len(statements))
