"""The report checked and sent once, and settled where two people wrote."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.vocabulary import ReportStatus
from portal.models.activity import Activity
from portal.models.meetings import Invitation
from tests.pages.report_steps import SCRIPT, WHOLE, autosave, kept, links_in_summary, script_fields, stored, write


@pytest.fixture
def url(place):
    """The address of one's own report on it."""
    return f"/meetings/{place.id}/report"


class TestChecking:
    """Every answer once more, then one press."""

    def test_missing_answers_are_asked_for_at_their_fields(self, teacher, url, place):
        answer = write(teacher, url, button="check", **(WHOLE | {"worries": None, "category_views": None}))
        assert answer.location == f"{url}/check"
        back = teacher.get(answer.location)
        assert back.location == f"{url}?missing=1"
        page = teacher.get(back.location)
        assert links_in_summary(page) == ["#worries", "#category_views"]
        assert page.page.select_one("#strengths").get_text().strip() == WHOLE["strengths"]
        assert stored(place).status is ReportStatus.DRAFT

    def test_the_check_shows_every_answer_with_a_way_to_change_it(self, teacher, url):
        write(teacher, url, button="check", **WHOLE)
        page = teacher.get(f"{url}/check")
        assert page.page.h1.get_text() == "Check your report"
        words = page.page.main.get_text(" ", strip=True)
        for answer in ("Registered with us since birth.", "The burns.", "A child protection plan is needed"):
            assert answer in words
        assert "Neglect, Physical abuse" in words
        changes = [str(link["href"]) for link in page.page.select(".govuk-summary-list__actions a")]
        assert changes == [f"{url}#question-{field}" for field in WHOLE]

    def test_sent_it_is_locked_and_says_by_whom_and_when(self, teacher, url, place):
        write(teacher, url, button="check", **WHOLE)
        answer = teacher.submit(f"{url}/check", action=f"{url}/check")
        assert (answer.status_code, answer.location) == (303, url)
        page = teacher.get(url)
        words = page.page.main.get_text(" ", strip=True)
        assert "Your report was sent." in words
        assert "Wednesday 10 June, 11:00, by ZQ-A-SCHOOL-PRACTITIONER-QZ Sent Late" in words
        assert "Friday 5 June: it came late" in words
        assert not page.page.select("form[data-autosave]")
        assert stored(place).status is ReportStatus.SUBMITTED
        received = select(Invitation.report_received_on).where(Invitation.id == place.invitations["school"].id)
        assert db.session.scalar(received) == stored(place).submitted_at.date()

    def test_pressed_twice_it_is_sent_once_and_says_so(self, teacher, url):
        write(teacher, url, button="check", **WHOLE)
        page = teacher.get(f"{url}/check")
        teacher.send(page, action=f"{url}/check")
        again = teacher.send(page, action=f"{url}/check")
        assert (again.status_code, again.location) == (303, url)
        assert "It was sent once." in teacher.get(url).text
        db.session.rollback()
        assert db.session.scalar(select(func.count()).where(Activity.verb == "report.submitted")) == 1
        assert teacher.get(f"{url}/check").location == url

    def test_a_colleagues_change_meanwhile_is_to_be_read_first(self, teacher, head, url, place):
        write(teacher, url, button="check", **WHOLE)
        page = teacher.get(f"{url}/check")
        write(head, url, worries="And a third burn.")
        lost = teacher.send(page, action=f"{url}/check")
        assert lost.status_code == 409
        assert "ZQ-A-SCHOOL-LEAD-QZ changed this report at 11:00" in lost.text
        assert "And a third burn." in lost.text
        assert stored(place).status is ReportStatus.DRAFT
        assert teacher.send(lost, action=f"{url}/check").status_code == 303
        assert stored(place).status is ReportStatus.SUBMITTED


class TestTwoPeople:
    """Neither overwrites the other, and both get on from the page that says so."""

    @pytest.fixture
    def lost(self, teacher, head, url):
        """The school's practitioner sends after the lead has saved another text."""
        page = teacher.get(url)
        write(head, url, **(WHOLE | {"worries": "Hers <b>", "threshold_view": "unsure", "category_views": ["neglect"]}))
        answer = teacher.send(page, action=url, button="save", **(WHOLE | {"worries": "His"}))
        assert answer.status_code == 409
        return answer

    def test_both_texts_stand_side_by_side(self, lost, place):
        sides = [side.get_text(" ", strip=True) for side in lost.page.select(".app-compare__side")]
        assert sides[:2] == ["Yours His", "Theirs, saved now Hers <b>"]
        assert [heading.get_text() for heading in lost.page.select("section h2")] == [
            "What you are worried about",
            "Is a child protection plan needed?",
            "If there is a plan, for which kind of harm?",
        ]
        assert "ZQ-A-SCHOOL-LEAD-QZ saved it at 11:00" in lost.text
        assert kept(place)["worries"] == "Hers <b>"

    @pytest.mark.parametrize(
        ("button", "worries", "view", "categories"),
        [
            ("Keep mine", "His", "plan_needed", "neglect,physical"),
            ("Keep theirs", "Hers <b>", "unsure", "neglect"),
            ("Save the text put together", "Hers <b>\n\nHis", "", "neglect,physical"),
        ],
    )
    def test_each_way_out_works(self, teacher, lost, url, place, button, worries, view, categories):
        form = next(form for form in lost.page.select("form") if button in form.get_text())
        fields: dict[str, list[str]] = {}
        for field in form.select("input, textarea"):
            if field.get("type") not in ("radio", "checkbox") or field.has_attr("checked"):
                value = field.get_text().removeprefix("\n") if field.name == "textarea" else field.get("value", "")
                fields.setdefault(str(field["name"]), []).append(str(value))
        answer = teacher.post(form["action"], data=fields)
        assert (answer.status_code, answer.location) == (303, f"/meetings/{place.id}")
        found = kept(place)
        answers = (found["worries"], found.get("threshold_view", ""), found["category_views"])
        assert answers == (worries, view, categories)
        assert found["strengths"] == WHOLE["strengths"]

    def test_whoever_was_on_the_way_to_check_goes_on_there(self, teacher, head, url):
        page = teacher.get(url)
        write(head, url, **(WHOLE | {"worries": "Hers"}))
        lost = teacher.send(page, action=url, button="check", **WHOLE)
        form = next(form for form in lost.page.select("form") if "Keep mine" in form.get_text())
        fields: dict[str, list[str]] = {}
        for field in form.select("input"):
            fields.setdefault(str(field["name"]), []).append(str(field["value"]))
        assert teacher.post(form["action"], data=fields).location == f"{url}/check"

    def test_in_two_windows_of_ones_own_it_says_so(self, teacher, url):
        page = teacher.get(url)
        autosave(teacher, url, worries="In the other window")
        lost = teacher.send(page, action=url, button="save", worries="In this one")
        assert lost.status_code == 409
        assert lost.page.h1.get_text() == "You changed this report in another window"

    def test_both_saying_the_same_is_no_conflict(self, teacher, head, url, place):
        page = teacher.get(url)
        write(head, url, **WHOLE)
        assert teacher.send(page, action=url, button="save", **WHOLE).status_code == 303
        assert kept(place)["category_views"] == "neglect,physical"

    def test_at_different_questions_both_are_kept(self, teacher, head, url, place):
        page = teacher.get(url)
        write(head, url, worries="Hers")
        assert teacher.send(page, action=url, button="save", strengths="His").status_code == 303
        assert kept(place) == {"worries": "Hers", "strengths": "His"}

    def test_after_it_was_sent_the_words_can_still_be_copied(self, teacher, head, url, place):
        page = teacher.get(url)
        write(head, url, **WHOLE)
        head.submit(f"{url}/check", action=f"{url}/check")
        late = teacher.send(page, action=url, button="save", **(WHOLE | {"worries": "One thing more"}))
        assert late.status_code == 409
        assert late.page.h1.get_text() == "This report has been sent already"
        typed = late.page.select_one("#kept-worries")
        assert typed.get_text().strip() == "One thing more"
        assert typed.has_attr("readonly")
        assert kept(place)["worries"] == WHOLE["worries"]
        fields = script_fields(page.page, worries="x")
        assert teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT).status_code == 409
