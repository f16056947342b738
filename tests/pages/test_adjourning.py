"""The closing page of a conference without its quorum, and opening a closed register again, as people see them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.meeting_vocabulary import MeetingVariant
from portal.domain.vocabulary import MeetingStatus
from portal.models.frozen_months import FrozenMonth
from portal.models.meetings import Meeting
from portal.models.rule_sets import MeetingRule
from tests.pages.register_steps import ADJOURNED, meeting_of, touch
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import invitation_of
from tests.world import NOW

GOES_ON = {
    "status": "held",
    "inquorate_reason": "few_agencies_know_the_child",
    "inquorate_note": "Two agencies know her.",
}


@pytest.fixture
def url(place):
    """Its register's address."""
    return f"/meetings/{place.id}/register"


@pytest.fixture
def close(url):
    """The address of its closing page."""
    return f"{url}/close"


def next_of(place):
    """The conference that a meeting was adjourned to."""
    db.session.rollback()
    return db.session.scalars(select(Meeting).where(Meeting.follows_id == place.id)).one_or_none()


def errors(page) -> list[str]:
    """Where the links of the error summary lead."""
    return [link["href"] for link in page.page.select(".govuk-error-summary a")]


class TestTheTwoWays:
    """Offered with their rule, and only where they are to be had."""

    def test_without_its_quorum_it_is_adjourned_or_goes_on(self, chair, close):
        page = chair.get(close)
        words = [label.get_text(strip=True) for label in page.page.select("label[for^=status]")]
        assert words == ["Yes, it went on without its quorum", "No, it was adjourned because it was not quorate"]
        assert page.page.select_one("input[name=status][checked]")["value"] == "inquorate"
        assert "24 June or earlier: the rules ask for it within 10 working days." in page.text
        assert len(page.page.select("input[name=inquorate_reason]")) == 5
        # An initial conference has no plan that could be reviewed.
        assert not page.page.select("[name=plan_reviewed]")

    def test_a_quorate_one_asks_for_no_reason(self, chair, url, close, place):
        for agency in ("social_care", "police", "school"):
            touch(chair, url, place, agency, attendance="in_person")
        page = chair.get(close)
        assert not page.page.select("[name=inquorate_reason]")
        assert page.page.select("[name=interim_plan]")
        assert page.page.select_one("input[name=status][checked]")["value"] == "held"

    def test_other_kinds_are_asked_neither(self, chair, close, place, world):
        with writing() as session:
            kind = world.meeting_types["a.core_group"]
            session.execute(update(Meeting).where(Meeting.id == place.id).values(meeting_type_id=kind))
        page = chair.get(close)
        for name in ("inquorate_reason", "interim_plan", "new_on-day"):
            assert not page.page.select(f"[name={name}]")

    def test_a_review_may_keep_its_plan(self, chair, close, place, world):
        with writing() as session:
            kind = world.meeting_types["a.review_conference"]
            session.execute(update(Meeting).where(Meeting.id == place.id).values(meeting_type_id=kind))
        assert "within 1 month" in chair.get(close).text
        answer = chair.submit(close, action=close, **{**ADJOURNED, "interim_plan": ""}, plan_reviewed="yes")
        assert answer.status_code == 303
        assert meeting_of(place).interim_plan.startswith("The existing child protection plan was reviewed")

    def test_who_left_early_is_named_where_it_broke_the_quorum(self, chair, url, close, place, world):
        for agency in ("social_care", "police"):
            touch(chair, url, place, agency, attendance="in_person")
        answer = touch(chair, url, place, "school", attendance="in_person", left_early="yes")
        said = f"3 present; it was quorate until {world.agency_names['a.school']} left"
        assert answer.json["quorum"] == {"quorate": True, "text": said}
        page = chair.get(close)
        assert said in page.text
        assert "It did not stay quorate to the end." in page.text

    def test_by_few_queries(self, chair, close, count_queries):
        chair.get(close)
        with count_queries() as statements:
            chair.get(close)
        assert len(statements) <= 12


class TestGoingOn:
    """For a reason and with a note."""

    def test_it_is_closed_and_says_why(self, chair, url, close, place):
        answer = chair.submit(close, action=close, **GOES_ON)
        assert answer.status_code == 303
        meeting = meeting_of(place)
        assert (meeting.status, meeting.quorate, meeting.inquorate_note) == (
            MeetingStatus.HELD,
            False,
            GOES_ON["inquorate_note"],
        )
        page = chair.get(url)
        assert "Fewer than three agencies know the child" in page.text
        assert GOES_ON["inquorate_note"] in page.text

    def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(self, chair, close, place):
        refused = chair.submit(close, action=close, status="held", inquorate_note="Two know her.")
        assert (refused.status_code, errors(refused)) == (400, ["#inquorate_reason"])
        assert refused.page.select_one("#inquorate_note").get_text().strip() == "Two know her."
        refused = chair.submit(close, action=close, **{**GOES_ON, "inquorate_note": ""})
        assert errors(refused) == ["#inquorate_note"]
        assert meeting_of(place).register_closed_at is None

    def test_what_was_typed_for_the_other_way_is_no_fault(self, chair, close, place):
        answer = chair.submit(close, action=close, **GOES_ON, new_on__day="45", new_on__month="x")
        assert answer.status_code == 303
        assert meeting_of(place).interim_plan is None

    def test_a_second_time_in_a_row_only_what_the_rules_allow_is_offered(self, chair, close, place, world):
        with writing() as session:
            earlier = {"case_id": place.case_id, "status": MeetingStatus.INQUORATE, "quorate": False}
            session.execute(update(Meeting).where(Meeting.id == world.meeting("a.past_initial").id).values(**earlier))
        page = chair.get(close)
        assert "before this one was not quorate either" in page.text
        assert [one["value"] for one in page.page.select("input[name=inquorate_reason]")] == [
            "few_agencies_know_the_child"
        ]
        refused = chair.submit(close, action=close, **{**GOES_ON, "inquorate_reason": "delay_would_harm"})
        assert (refused.status_code, errors(refused)) == (400, ["#inquorate_reason"])


class TestASecondTimeInARow:
    """The chair reads what the rules say before the act, and the safeguarding manager hears of an adjournment."""

    @pytest.fixture
    def second(self, place, world):
        """The conference before this one was not quorate."""
        with writing() as session:
            earlier = {"case_id": place.case_id, "status": MeetingStatus.INQUORATE, "quorate": False}
            session.execute(update(Meeting).where(Meeting.id == world.meeting("a.past_initial").id).values(**earlier))

    def rules(self, **more):
        with writing() as session:
            for rule in session.scalars(select(MeetingRule).where(MeetingRule.inquorate.is_not(None))):
                rule.inquorate = {**rule.inquorate, **more}

    def said(self, browser, url) -> str:
        """What stands above the register."""
        return " ".join(
            " ".join(
                one.get_text(" ", strip=True) for one in browser.get(url).page.select("main .govuk-inset-text")
            ).split()
        )

    def test_the_register_says_so_while_it_is_kept(self, chair, url, second, place):
        said = self.said(chair, url)
        assert said.startswith("The child’s conference before this one was not quorate either.")
        assert "go on only for this reason: fewer than three agencies know the child" in said
        assert said.endswith("The safeguarding manager is told when it is adjourned.")
        for agency in ("social_care", "police", "school"):
            touch(chair, url, place, agency, attendance="in_person")
        assert self.said(chair, url) == ""

    def test_what_it_says_is_what_the_rules_say(self, chair, url, close, second, place):
        self.rules(twice_reasons=[])
        assert "it cannot go on: it must be adjourned to a new day" in self.said(chair, url)
        assert "it cannot go on: it must be adjourned to a new day" in self.said(chair, close)
        assert [one["value"] for one in chair.get(close).page.select("input[name=status]")] == ["inquorate"]
        with writing() as session:
            session.get_one(Meeting, place.id).variant = MeetingVariant.PRE_BIRTH
        assert self.said(chair, url).count(";") == 4
        self.rules(twice_variants=[])
        assert "it must be adjourned to a new day" in self.said(chair, url)

    def test_a_first_time_says_nothing(self, chair, url):
        assert self.said(chair, url) == ""

    def test_the_safeguarding_manager_finds_it_in_the_inbox(self, as_person, chair, close, second, place):
        tell_nobody_anything()
        assert chair.submit(close, action=close, **ADJOURNED).status_code == 303
        inbox = as_person("a.manager").get("/inbox")
        assert "A conference was held or adjourned without its quorum" in inbox.text
        assert "without its quorum" not in as_person("a.coordinator").get("/inbox").text

    def test_by_few_queries(self, chair, url, second, count_queries):
        chair.get(url)
        with count_queries() as statements:
            chair.get(url)
        assert len(statements) <= 10


class TestFrozen:
    """The month of the meeting is frozen, and nobody has opened a correction."""

    @pytest.fixture
    def frozen(self, world):
        with writing() as session:
            session.add(FrozenMonth(partnership_id=world.partnerships["a"], begins_on=date(2026, 6, 1), revision=1))

    def test_the_chair_is_told_before_and_closes_it_all_the_same(self, chair, url, close, frozen, place):
        for address in (url, close):
            assert "The figures of June 2026 are frozen and stay as they are" in chair.get(address).page.main.get_text()
        assert chair.submit(close, action=close, **GOES_ON).status_code == 303
        assert meeting_of(place).register_closed_at is not None

    def test_one_that_counts_already_waits_and_what_was_typed_stays(self, chair, close, frozen, place):
        with writing() as session:
            row = session.get_one(Meeting, place.id)
            row.status, row.held_on = MeetingStatus.HELD, row.scheduled_on
        refused = chair.submit(close, action=close, **GOES_ON)
        assert (refused.status_code, errors(refused)) == (400, ["#held_on-day"])
        assert GOES_ON["inquorate_note"] in refused.page.select_one("#inquorate_note").get_text()
        assert meeting_of(place).register_closed_at is None
        with writing() as session:
            session.execute(update(FrozenMonth).values(correction_opened_at=NOW))
        assert "frozen" not in chair.get(close).page.main.get_text()
        assert chair.send(refused, action=close).status_code == 303

    def test_a_row_of_a_meeting_that_counts_says_why_it_is_not_saved(self, chair, url, frozen, place):
        with writing() as session:
            row = session.get_one(Meeting, place.id)
            row.status, row.held_on = MeetingStatus.HELD, row.scheduled_on
        answer = touch(chair, url, place, "police", attendance="in_person")
        assert answer.status_code == 422
        assert "June 2026 are frozen" in answer.json["message"]


class TestAdjourning:
    """To a day inside the limit, with a plan."""

    def test_it_opens_the_next_conference_and_says_so(self, chair, url, close, place):
        answer = chair.submit(close, action=close, **ADJOURNED, new_time="9:30")
        assert answer.status_code == 303
        after = next_of(place)
        assert (after.scheduled_on, f"{after.start_time:%H:%M}") == (date(2026, 6, 17), "09:30")
        assert "the conference is adjourned to Wednesday 17 June" in chair.get(answer.location).text
        assert ADJOURNED["interim_plan"] in chair.get(url).text
        assert chair.get(f"/meetings/{after.id}").status_code == 200

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"interim_plan": ""}, "#interim_plan"),
            ({"new_on__day": "25"}, "#new_on-day"),
            ({"new_on__day": "20"}, "#new_on-day"),
            ({"new_on__day": "", "new_on__month": "", "new_on__year": ""}, "#new_on-day"),
            ({"new_on__month": "13"}, "#new_on-day"),
            ({"new_time": "soon"}, "#new_time"),
        ],
    )
    def test_what_is_missing_or_too_late_is_refused(self, chair, close, place, said, field):
        refused = chair.submit(close, action=close, **{**ADJOURNED, "note": "Kept"} | said)
        assert (refused.status_code, errors(refused)) == (400, [field])
        assert refused.page.select_one("#note").get_text().strip() == "Kept"
        assert meeting_of(place).register_closed_at is None
        assert next_of(place) is None

    def test_what_was_typed_survives_a_lost_race(self, chair, coordinator, url, close, place):
        page = chair.get(close)
        touch(coordinator, url, place, "gp", attendance="apologies")
        lost = chair.send(page, action=close, **ADJOURNED)
        assert lost.status_code == 409
        assert lost.page.select_one("#interim_plan").get_text().strip() == ADJOURNED["interim_plan"]
        assert lost.page.select_one("#new_on-day")["value"] == "17"
        assert chair.send(lost, action=close).status_code == 303


class TestOpeningAgain:
    """With a reason; both versions stand on the page."""

    def test_from_the_closed_register_and_back(self, chair, url, close, place):
        chair.submit(close, action=close, **GOES_ON, note="We began late.")
        reopen = f"{url}/reopen"
        assert chair.get(url).page.select_one(f"a[href='{reopen}']")
        refused = chair.submit(reopen, action=reopen)
        assert (refused.status_code, errors(refused)) == (400, ["#reason"])
        answer = chair.submit(reopen, action=reopen, reason="The sergeant was there.")
        assert (answer.status_code, answer.location) == (303, url)
        again = chair.get(close)
        assert again.page.select_one("#note").get_text().strip() == "We began late."
        assert again.page.select_one("input[name=inquorate_reason][checked]")["value"] == GOES_ON["inquorate_reason"]
        touch(chair, url, place, "police", attendance="in_person")
        assert chair.submit(close, action=close, note="We began on time.").status_code == 303
        page = chair.get(url)
        for words in ("What it said before", "The sergeant was there.", "We began late.", "We began on time."):
            assert words in page.text
        assert "changed since" in page.text
        assert invitation_of(place, "police").confirmed_attendance == "in_person"

    def test_a_manager_opens_it_and_is_led_to_the_meeting(self, as_person, chair, url, close, place):
        chair.submit(close, action=close, **GOES_ON)
        manager = as_person("a.manager")
        answer = manager.submit(f"{url}/reopen", action=f"{url}/reopen", reason="The sergeant was there.")
        assert (answer.status_code, answer.location) == (303, f"/meetings/{place.id}")
        assert meeting_of(place).register_closed_at is None

    def test_a_coordinator_is_not_offered_it(self, coordinator, chair, url, close):
        chair.submit(close, action=close, **GOES_ON)
        assert not coordinator.get(url).page.select(f"a[href='{url}/reopen']")
        assert coordinator.get(f"{url}/reopen").status_code == 403

    def test_a_page_out_of_date_is_told_so_and_the_reason_stays(self, chair, url, close, place):
        chair.submit(close, action=close, **GOES_ON)
        page = chair.get(f"{url}/reopen")
        with writing() as session:
            session.execute(update(Meeting).where(Meeting.id == place.id).values(version=Meeting.version + 1))
        lost = chair.send(page, action=f"{url}/reopen", reason="The sergeant was there.")
        assert lost.status_code == 409
        assert lost.page.select_one("#reason").get_text().strip() == "The sergeant was there."
        assert chair.send(lost, action=f"{url}/reopen").status_code == 303

    def test_a_frozen_month_says_who_can_help(self, chair, url, close, world):
        chair.submit(close, action=close, **GOES_ON)
        with writing() as session:
            frozen = {"partnership_id": world.partnerships["a"], "begins_on": date(2026, 6, 1), "revision": 1}
            session.add(FrozenMonth(**frozen))
        page = chair.get(f"{url}/reopen")
        assert "The figures of June 2026 are frozen." in page.text
        assert not page.page.select("main form")
