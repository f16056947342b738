"""The coordinator's pages: opening a meeting page by page, moving it, cancelling it, and planning several."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.models.meetings import Invitation, Meeting
from tests.pages.pressing import press
from tests.pages.reading import errors, rows, words
from tests.services.rows import stored

NEW = "/meetings/new"


def day(name: str, text: str) -> dict[str, str]:
    """A day in its three boxes."""
    return {f"{name}-{part}": number for part, number in zip(("day", "month", "year"), text.split(), strict=True)}


def heading(response) -> str:
    return response.page.main.find("h1").get_text(strip=True)


def on(client, response, **typed):
    """Answer a page and go on."""
    button = next(
        one
        for one in response.page.main.find_all("button")
        if one.get_text(strip=True) in ("Continue", "Open the meeting")
    )
    return press(client, response, button, **typed)


def by(client, response, text: str, **typed):
    """Press another button."""
    return press(
        client,
        response,
        next(one for one in response.page.main.find_all("button") if text in one.get_text(" ", strip=True)),
        **typed,
    )


@pytest.fixture
def reference(world):
    """The reference of A's third family."""
    return next(
        marker.text
        for marker in world.markers
        if marker.kind == "case" and "CASE-3" in marker.text and "A" in marker.text
    )


def through_how(coordinator, reference):
    """Every page up to that for the day, for an initial conference after a strategy discussion of yesterday."""
    page = on(coordinator, coordinator.get(NEW), reference=reference, kind="initial_conference")
    page = on(coordinator, page, trigger_kind="strategy_discussion", **day("trigger_on", "9 6 2026"))
    page = on(coordinator, page)
    return on(coordinator, page, duration_minutes="90", format="video", link="https://video.example.org/r")


class TestOpening:
    """From page to page."""

    def test_a_conference_is_opened_page_by_page(self, coordinator, reference, world):
        page = coordinator.get(NEW)
        assert heading(page) == "Which family, and what kind of meeting?"
        page = on(coordinator, page, reference=reference, kind="initial_conference")
        assert heading(page) == "What asked for the meeting?"
        page = on(coordinator, page, trigger_kind="strategy_discussion", **day("trigger_on", "9 6 2026"))
        assert heading(page) == "Which agencies are asked?"
        assert "Nobody is asked for a GP: none is known for this family" in words(page)
        # The only one of its type in the partnership is asked because law or guidance does.
        asked = [world.agency_names[f"a.{name}"] for name in ("police", "school", "social_care")]
        assert sorted(row.split(" What is expected")[0] for row in rows(page)) == sorted(asked)
        page = by(coordinator, page, "Add it", another=str(world.agencies["a.gp"]))
        assert "Nobody is asked for a GP" not in words(page)
        page = on(coordinator, page)
        assert heading(page) == "Who chairs, and how is it held?"
        chair = str(world.person("a.chair").hat.membership_id)
        page = on(
            coordinator,
            page,
            chair_membership_id=chair,
            duration_minutes="90",
            format="video",
            link="https://video.example.org/r",
        )
        assert heading(page) == "When is it?"
        rule = "15 working days from the strategy discussion on Tuesday 9 June, so by Tuesday 30 June"
        assert f"{rule}: Working Together 2026" in words(page)
        slots = [one["value"] for one in page.page.find_all("input", attrs={"name": "slot"})]
        assert slots[-1] == "other"
        assert slots[-2].startswith("2026-06-30T")
        page = on(coordinator, page, slot=slots[-2])
        assert heading(page) == "Check the meeting before it is opened"
        done = on(coordinator, page)
        assert done.status_code == 303
        number = int(done.location.rsplit("/", 1)[1])
        meeting = stored(Meeting, number)
        assert (meeting.scheduled_on, meeting.duration_minutes, meeting.chair_membership_id) == (
            date(2026, 6, 30),
            90,
            int(chair),
        )
        asked = db.session.scalars(select(Invitation.agency_id).where(Invitation.meeting_id == number)).all()
        assert world.agencies["a.gp"] in asked
        assert coordinator.get(done.location).status_code == 200

    def test_going_back_loses_nothing(self, coordinator, reference):
        page = through_how(coordinator, reference)
        page = by(coordinator, page, "Back")
        assert heading(page) == "Who chairs, and how is it held?"
        assert page.page.find("input", attrs={"name": "link"})["value"] == "https://video.example.org/r"
        page = by(coordinator, page, "Back", link="https://video.example.org/other")
        page = by(coordinator, page, "Back")
        assert page.page.find("input", attrs={"name": "trigger_on-day"})["value"] == "9"
        page = on(coordinator, on(coordinator, page))
        assert page.page.find("input", attrs={"name": "link"})["value"] == "https://video.example.org/other"

    def test_what_is_missing_is_said_on_its_page(self, coordinator, reference):
        page = on(coordinator, coordinator.get(NEW))
        assert (page.status_code, errors(page)) == (
            400,
            ["Enter the reference of the case", "Choose what kind of meeting it is"],
        )
        page = on(coordinator, page, reference=reference, kind="initial_conference")
        page = on(coordinator, page)
        assert errors(page) == ["Choose what asked for the meeting", "Enter the day on which that was"]
        page = on(coordinator, page, trigger_kind="referral", **day("trigger_on", "11 6 2026"))
        assert errors(page) == ["On which day? must be 10 June 2026 or earlier"]

    def test_a_family_that_nobody_knows_is_asked_for_its_children(self, coordinator):
        page = on(coordinator, coordinator.get(NEW), reference="BRAND-NEW", kind="strategy_meeting")
        assert heading(page) == "Who are the children?"
        page = by(coordinator, page, "Add another child", **{"children-0-given_name": "Robin"})
        assert len(page.page.find_all("input", attrs={"name": "children-1-surname"})) == 1
        assert page.page.find("input", attrs={"name": "children-0-given_name"})["value"] == "Robin"
        page = on(coordinator, page)
        assert errors(page) == ["Enter the child’s surname"]
        page = on(coordinator, page, **{"children-0-surname": "Ashdown"})
        page = on(coordinator, page, trigger_kind="referral", trigger_time="9:00", **day("trigger_on", "10 6 2026"))
        page = on(coordinator, on(coordinator, page), duration_minutes="60", format="telephone")
        assert "72 hours from the referral on Wednesday 10 June at 09:00, so by Saturday 13 June at 09:00" in words(
            page
        )
        page = on(coordinator, page, slot="other", start_time="15:00", **day("scheduled_on", "11 6 2026"))
        assert "1 to be added" in words(page)
        done = on(coordinator, page)
        assert done.status_code == 303
        assert "Robin Ashdown" in words(coordinator.get(done.location))

    def test_for_a_child_not_born_yet_the_birth_comes_before_the_due_day(self, coordinator):
        page = on(coordinator, coordinator.get(NEW), reference="UNBORN", kind="initial_conference", variant="pre_birth")
        child = {"children-0-given_name": "Unborn", "children-0-surname": "Ashdown"}
        page = on(coordinator, page, **child, **day("children-0-date_of_birth", "18 6 2026"))
        page = on(coordinator, page, trigger_kind="strategy_discussion", **day("trigger_on", "9 6 2026"))
        page = on(coordinator, on(coordinator, page), duration_minutes="60", format="video")
        assert "The birth is expected on Thursday 18 June: hold the conference before it." in words(page)
        slots = [one["value"] for one in page.page.find_all("input", attrs={"name": "slot"})]
        assert max(slots[:-1]) < "2026-06-19"
        page = on(coordinator, page, slot="other", start_time="10:00", **day("scheduled_on", "19 6 2026"))
        assert "Before a birth" in words(page)
        page = by(coordinator, page, "Change day and time")
        assert "This day is after the day on which the birth is expected" in words(page)

    def test_what_was_typed_on_every_page_is_there_after_a_sign_in_had_ended(
        self, client, sign_in, at_world_time, reference, world
    ):
        coordinator = world.person("a.coordinator")
        sign_in(client, coordinator)
        page = on(client, client.get(NEW), reference=reference, kind="initial_conference")
        page = on(client, page, trigger_kind="strategy_discussion", **day("trigger_on", "9 6 2026"))
        page = on(client, page)
        at_world_time.shift(timedelta(minutes=30))
        sent_away = on(client, page, duration_minutes="90", format="video", link="https://video.example.org/r")
        assert sent_away.status_code == 302
        sign_in(client, coordinator)
        page = client.get(NEW)
        assert heading(page) == "Who chairs, and how is it held?"
        assert page.page.find("input", attrs={"name": "link"})["value"] == "https://video.example.org/r"
        page = on(client, page)
        assert heading(page) == "When is it?"
        assert "15 working days from the strategy discussion" in words(page)

    def test_a_clash_warns_and_is_confirmed(self, coordinator, world):
        page = coordinator.get(f"{NEW}?after={world.meeting('a.past_initial').id}")
        assert "It goes on from a meeting of case" in words(page)
        page = on(coordinator, on(coordinator, on(coordinator, page)))
        page = on(
            coordinator,
            page,
            duration_minutes="60",
            chair_membership_id=str(world.person("a.second_chair").hat.membership_id),
        )
        assert "3 months from the initial child protection conference on Tuesday 19 May" in words(page)
        at = {"slot": "other", "start_time": "9:45", **day("scheduled_on", "24 6 2026")}
        page = on(coordinator, page, **at)
        assert errors(page) == ["Something clashes with this. Choose another time, or confirm this one"]
        assert "who chairs, has another meeting: Review child protection conference, 09:30" in words(page)
        # Another time with another clash is not the one that was confirmed.
        again = on(coordinator, page, take_anyway="yes", **day("scheduled_on", "27 6 2026"))
        assert "The day is a Saturday" in words(again)
        assert again.status_code == 400
        page = on(coordinator, page, take_anyway="yes")
        assert heading(page) == "Check the meeting before it is opened"
        assert "Something clashes with this day and time" in words(page)

    def test_a_day_after_the_due_day_asks_why(self, coordinator, reference):
        page = through_how(coordinator, reference)
        at = {"slot": "other", "start_time": "10:00", **day("scheduled_on", "1 7 2026")}
        page = on(coordinator, page, **at)
        assert errors(page) == ["This is after the day by which the meeting is due. Choose why"]
        page = on(coordinator, page, late_reason="family_cannot_come", note="On holiday until 30 June.")
        assert "The family cannot come" in words(page)
        assert on(coordinator, page).status_code == 303

    def test_another_family_of_another_partnership_is_not_known(self, coordinator, world):
        other = next(marker.text for marker in world.markers if marker.kind == "case" and marker.partnership == "b")
        page = on(coordinator, coordinator.get(NEW), reference=other, kind="strategy_meeting")
        assert heading(page) == "Who are the children?"
        for path in (f"{NEW}?after={world.meeting('b.initial').id}", f"{NEW}?case={world.cases['b.1']}"):
            assert coordinator.get(path).status_code == 404

    def test_each_page_takes_few_queries(self, coordinator, reference, count_queries):
        page = coordinator.get(NEW)
        for typed in (
            {"reference": reference, "kind": "initial_conference"},
            {"trigger_kind": "strategy_discussion", **day("trigger_on", "9 6 2026")},
            {},
            {"duration_minutes": "90", "format": "video", "link": "https://video.example.org/r"},
            {"slot": "other", "start_time": "10:00", **day("scheduled_on", "16 6 2026")},
        ):
            with count_queries() as statements:
                page = on(coordinator, page, **typed)
            assert len(statements) <= 10, (heading(page), len(statements))
        assert heading(page) == "Check the meeting before it is opened"


class TestMoving:
    """One page, with what clashes."""

    @pytest.fixture
    def path(self, world):
        return f"/meetings/{world.meeting('a.review').id}"

    def test_a_meeting_is_moved_and_its_days_are_listed(self, coordinator, as_person, path):
        done = coordinator.submit(
            f"{path}/move", reason="agency_cannot_come", note="The head is ill.", **day("scheduled_on", "25 6 2026")
        )
        assert (done.status_code, done.location) == (303, path)
        listed = coordinator.get(f"{path}/days")
        assert (
            "Moved Wednesday 24 June, 09:30 Thursday 25 June, 09:30 An agency that is needed cannot come"
            in rows(listed)[0]
        )
        assert "The head is ill." in rows(listed)[0]
        assert "The head is ill." not in words(as_person("a.school.lead").get(f"{path}/days"))
        police = as_person("a.social_care.lead").get(f"{path}/confirm-answer")
        assert heading(police) == "Does your answer still stand?"

    def test_an_agency_confirms_its_answer(self, coordinator, as_person, path, world):
        social_care = as_person("a.social_care.lead")
        assert as_person("a.police.lead").get(f"{path}/confirm-answer").status_code == 303
        coordinator.submit(f"{path}/move", reason="needed_sooner", **day("scheduled_on", "22 6 2026"))
        page = social_care.get(f"{path}/confirm-answer")
        assert "It was on Wednesday 24 June, 09:30 It is on Monday 22 June, 09:30" in words(page)
        # Who runs the meeting sees who has still to say so, and the agencies do not.
        name = world.agency_names["a.social_care"]
        waiting = f"asked on Home whether that still stands: {name}"
        assert waiting in words(coordinator.get(path))
        (row,) = [row for row in rows(coordinator.get(path)) if row.startswith(name)]
        assert "before it was moved" in row
        assert "before it was moved" not in words(social_care.get(path))
        assert social_care.send(page).location == path
        assert waiting not in words(coordinator.get(path))
        assert social_care.get(f"{path}/confirm-answer").status_code == 303

    def test_a_clash_is_confirmed_before_it_is_moved(self, coordinator, path, world):
        saturday = {"reason": "needed_sooner", **day("scheduled_on", "20 6 2026")}
        page = coordinator.submit(f"{path}/move", **saturday)
        assert (page.status_code, "The day is a Saturday" in words(page)) == (400, True)
        assert coordinator.send(page, take_anyway="yes").status_code == 303
        assert stored(Meeting, world.meeting("a.review").id).scheduled_on == date(2026, 6, 20)

    def test_a_late_day_asks_why(self, coordinator, path):
        page = coordinator.submit(f"{path}/move", reason="needed_sooner", **day("scheduled_on", "1 9 2026"))
        assert errors(page) == ["This is after the day by which the meeting is due. Choose why"]
        assert coordinator.send(page, late_reason="family_cannot_come").status_code == 303

    def test_what_somebody_else_changed_is_shown_beside_it(self, coordinator, as_person, path):
        drawn = coordinator.get(f"{path}/move")
        as_person("a.coordinator").submit(f"{path}/move", reason="needed_sooner", **day("scheduled_on", "22 6 2026"))
        lost = coordinator.send(drawn, reason="needed_sooner", **day("scheduled_on", "23 6 2026"))
        assert lost.status_code == 409
        assert "Tuesday 23 June, 09:30" in words(lost)
        assert "Monday 22 June, 09:30" in words(lost)

    def test_a_meeting_is_cancelled(self, coordinator, path):
        page = coordinator.submit(f"{path}/cancel")
        assert errors(page) == ["Choose why it is cancelled"]
        assert coordinator.send(page, reason="another_reason").status_code == 400
        assert coordinator.send(page, reason="not_needed").location == path
        assert coordinator.get(f"{path}/move").status_code == 403
        assert "Cancelled" in rows(coordinator.get(f"{path}/days"))[0]

    def test_pages_take_few_queries(self, coordinator, path, count_queries, world):
        series = f"/meetings/{world.meeting('a.past_initial').id}/series"
        for address in (f"{path}/move", f"{path}/cancel", f"{path}/days", series):
            with count_queries() as statements:
                assert coordinator.get(address).status_code == 200
            assert len(statements) <= 10, (address, len(statements))

    def test_a_series_is_opened_at_once(self, coordinator, world):
        path = f"/meetings/{world.meeting('a.past_initial').id}/series"
        typed = {
            "start_time": "10:00",
            "duration_minutes": "60",
            "every_weeks": "4",
            "format": "video",
            **day("scheduled_on", "15 6 2026"),
            **day("last_on", "30 9 2026"),
        }
        page = coordinator.submit(path, **typed)
        assert errors(page) == ["This is after the day by which the meeting is due. Choose why"]
        done = coordinator.send(page, late_reason="asked_for_late")
        assert done.status_code == 303
        assert stored(Meeting, int(done.location.rsplit("/", 1)[1])).scheduled_on == date(2026, 6, 15)

    def test_nothing_is_held_in_a_row_after_a_strategy_meeting(self, coordinator, world):
        assert coordinator.get(f"/meetings/{world.meeting('a.strategy').id}/series").status_code == 403
