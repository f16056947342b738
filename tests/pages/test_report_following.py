"""The report's pages beside plain writing: the short form, last time's answers, the lead's signature, addenda."""

from __future__ import annotations

import pytest

from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import ReportStatus
from portal.models.messages import Notice
from tests.pages.pressing import press
from tests.pages.report_steps import SCRIPT, WHOLE, autosave, kept, links_in_summary, script_fields, stored, write
from tests.services.told_steps import notices

MORE = "Two burns that nobody explained. A third on Tuesday."


@pytest.fixture
def url(place):
    """The address of one's own report on it."""
    return f"/meetings/{place.id}/report"


def words(page) -> str:
    """What a page says."""
    return page.page.main.get_text(" ", strip=True)


class TestTheShortForm:
    def test_it_is_chosen_at_the_top_and_keeps_what_was_typed(self, teacher, url, place):
        answer = write(teacher, url, button="limited=yes", strengths="Typed before.", worries="Little.")
        assert (answer.status_code, answer.location) == (303, url)
        page = teacher.get(url)
        assert [box["data-question"] for box in page.page.select("[data-question]")] == ["involvement", "worries"]
        assert kept(place) == {"strengths": "Typed before.", "worries": "Little."}
        assert "hardly knows the family" in words(page)
        back = write(teacher, url, button="limited=no")
        assert back.location == url
        assert teacher.get(url).page.select_one("#strengths").get_text().strip() == "Typed before."

    def test_what_it_does_not_ask_is_not_sent_and_the_check_says_so(self, teacher, url, place, chair):
        write(teacher, url, button="limited=yes", **WHOLE)
        page = teacher.submit(url, action=url, button="check")
        check = teacher.get(page.location)
        left_out = [item.get_text() for item in check.page.select(".govuk-list--bullet li")]
        assert "What is going well" in left_out
        teacher.send(check, action=f"{url}/check")
        assert set(kept(place)) == {"involvement", "worries"}
        read = words(chair.get(f"/meetings/{place.id}/reports/{place.invitations['school'].id}"))
        assert "The short one" in read
        assert "What is going well" not in read


class TestLastTime:
    @pytest.fixture
    def again(self, world):
        """The review of the same family."""
        return world.meeting("a.review")

    @pytest.fixture
    def again_url(self, again):
        """The school's report on it."""
        return f"/meetings/{again.id}/report"

    @pytest.fixture
    def brought(self, head, again_url):
        """The page after the answers of the initial conference were brought."""
        answer = write(head, again_url, button="bring")
        assert answer.location == again_url
        return head.get(again_url)

    def test_each_answer_is_marked_and_has_a_button(self, brought):
        assert "6 answers were brought" in brought.text
        marked = [box["data-question"] for box in brought.page.select("[data-question]:has([data-carried])")]
        assert marked == list(WHOLE)
        assert not brought.page.select("button[name=bring]"), "it is offered until it was taken"
        buttons = [button.get_text() for button in brought.page.select("button[name=confirm]")]
        assert buttons[0] == "Confirm: How you know the child and family"

    def test_it_is_not_sent_before_each_is_confirmed(self, head, again_url, again, brought):
        answer = head.send(brought, action=again_url, button="check")
        back = head.get(head.get(answer.location).location)
        assert len(links_in_summary(back)) == len(WHOLE)
        assert "it was brought from elsewhere" in back.text

    def test_one_button_confirms_one(self, head, again_url, brought):
        answer = head.send(brought, action=again_url, button="confirm=worries")
        assert answer.location == f"{again_url}#question-worries"
        marked = [
            box["data-question"] for box in head.get(again_url).page.select("[data-question]:has([data-carried])")
        ]
        assert marked == [code for code in WHOLE if code != "worries"]

    def test_a_script_confirms_without_leaving_the_page(self, head, again_url, again, brought):
        fields = script_fields(brought.page) | {"confirm": "worries"}
        assert head.post(f"{again_url}/autosave", data=fields, headers=SCRIPT).json["saved_at"] == "11:00"
        assert len(head.get(again_url).page.select("[data-carried]")) == len(WHOLE) - 1

    def test_changing_it_confirms_it(self, head, again_url, again, brought):
        autosave(head, again_url, worries="Now a third.")
        page = head.get(again_url).page
        assert not page.select("#question-worries [data-carried]")
        assert kept(again)["worries"] == "Now a third."

    def test_it_fills_what_a_draft_that_was_begun_has_not_answered(self, head, again_url, again):
        autosave(head, again_url, worries="Typed now.")
        answer = write(head, again_url, button="bring", strengths="Typed with the button.")
        assert answer.location == again_url
        page = head.get(again_url)
        assert "4 answers were brought" in page.text
        assert kept(again) | {"worries": "Typed now.", "strengths": "Typed with the button."} == kept(again)
        marked = [box["data-question"] for box in page.page.select("[data-question]:has([data-carried])")]
        assert marked == [code for code in WHOLE if code not in ("worries", "strengths")]

    def test_nothing_is_offered_once_all_is_answered(self, head, again_url):
        write(head, again_url, **WHOLE)
        assert not head.get(again_url).page.select("button[name=bring]")

    def test_without_an_earlier_report_nothing_is_offered(self, teacher, url):
        assert not teacher.get(url).page.select("button[name=bring]")


class TestSigningOff:
    @pytest.fixture
    def settings(self, world):
        """The page of the school about its reports."""
        return f"/agencies/{world.agencies['a.school']}/reports"

    @pytest.fixture
    def waiting(self, head, teacher, url, settings):
        """The teacher's report, which waits for the head."""
        head.submit(settings, action=settings, sender="lead")
        write(teacher, url, button="check", **WHOLE)
        check = teacher.get(f"{url}/check")
        assert "Send to your lead" in words(check)
        sent = teacher.send(check, action=f"{url}/check")
        assert sent.location == f"{url}/check"
        return teacher.get(sent.location)

    def test_the_lead_switches_it_and_others_read_it(self, head, settings, as_person):
        page = head.submit(settings, action=settings, sender="lead")
        assert (page.status_code, page.location) == (303, settings)
        assert head.get(settings).page.select_one("[name=sender][checked]")["value"] == "lead"
        other = as_person("a.business_manager").get(settings)
        assert "signs its reports off before they are sent" in words(other)
        assert not other.page.select("main form")
        refused = head.submit(settings, action=settings, sender=None)
        assert (refused.status_code, links_in_summary(refused)) == (400, ["#sender"])

    def test_it_waits_and_can_be_taken_back(self, teacher, url, place, waiting):
        assert waiting.page.h1.get_text() == "Your lead has this to sign off"
        assert teacher.get(url).location == f"{url}/check"
        assert stored(place).status is ReportStatus.FOR_SIGN_OFF
        back = teacher.submit(f"{url}/check", action=f"{url}/take-back")
        assert back.location == url
        assert teacher.get(url).page.select("form[data-autosave]")

    def test_the_lead_finds_it_on_home_and_signs_it(self, head, url, place, waiting, world):
        assert "Sign off a report" in words(head.get("/"))
        page = head.get(f"{url}/check")
        assert page.page.h1.get_text() == "Sign off this report"
        assert "Two burns" in words(page)
        answer = head.send(page, action=f"{url}/check")
        assert answer.location == url
        lead = world.person("a.school.lead").user_id
        assert (stored(place).status, stored(place).submitted_by_id) == (ReportStatus.SUBMITTED, lead)

    @pytest.mark.parametrize("what", ["report", "addendum"])
    def test_the_message_leads_the_lead_to_it(self, head, teacher, url, waiting, what):
        at = url
        if what == "addendum":
            head.submit(f"{url}/check", action=f"{url}/check")
            at = f"{url}/addendum"
            write(teacher, at, button="check", worries=MORE)
            teacher.submit(f"{at}/check", action=f"{at}/check")
        (one,) = notices(Notice.kind == NoticeKind.REPORT_TO_SIGN, Notice.place == int(what == "addendum"))
        inbox = head.get("/inbox")
        opened = press(head, inbox, inbox.page.find("form", action=f"/inbox/{one.id}/open").button)
        assert opened.location == at
        assert head.get(at).location == f"{at}/check"

    def test_sent_back_it_says_why_to_those_who_wrote_it(self, head, teacher, url, place, waiting):
        page = head.get(f"{url}/check")
        missing = head.send(page, action=f"{url}/send-back")
        assert (missing.status_code, links_in_summary(missing)) == (400, ["#note"])
        done = head.send(page, action=f"{url}/send-back", note="Say <b>when</b>.")
        assert done.status_code == 303
        assert "Your lead sent your report back" in words(teacher.get("/"))
        assert "Your lead sent this back. Say <b>when</b>." in words(teacher.get(url))
        assert stored(place).status is ReportStatus.DRAFT

    def test_what_is_typed_while_it_waits_can_be_copied(self, head, teacher, as_person, url, settings):
        head.submit(settings, action=settings, sender="lead")
        write(teacher, url, **WHOLE)
        page = head.get(url)
        teacher.submit(f"{url}/check", action=f"{url}/check")
        late = head.send(page, action=url, button="save", worries="One thing more")
        assert late.status_code == 409
        assert late.page.h1.get_text() == "Your lead has this report to sign off"
        assert late.page.select_one("#kept-worries").get_text().strip() == "One thing more"

    def test_taken_back_meanwhile_it_is_not_sent(self, head, teacher, url, place, waiting):
        page = head.get(f"{url}/check")
        teacher.submit(f"{url}/check", action=f"{url}/take-back")
        write(teacher, url, worries=MORE)
        assert head.send(page, action=f"{url}/check").status_code == 409
        assert stored(place).status is ReportStatus.DRAFT


class TestAdding:
    @pytest.fixture
    def sent(self, teacher, url):
        """The school's report, sent."""
        write(teacher, url, button="check", **WHOLE)
        teacher.submit(f"{url}/check", action=f"{url}/check")
        return teacher.get(url)

    @pytest.fixture
    def adding(self, url):
        """Where it is added to."""
        return f"{url}/addendum"

    def test_it_is_offered_where_the_report_is_read(self, sent, adding):
        (link,) = [link for link in sent.page.select("main a") if link.get_text(strip=True) == "Add or correct"]
        assert link["href"] == adding

    def test_the_questions_are_filled_in_and_only_changes_are_sent(self, teacher, chair, place, url, sent, adding):
        page = teacher.get(adding)
        assert page.page.select_one("#worries").get_text().strip() == WHOLE["worries"]
        answer = teacher.send(page, action=adding, button="check", worries=MORE)
        assert answer.location == f"{adding}/check"
        check = teacher.get(answer.location)
        assert MORE in words(check)
        assert WHOLE["strengths"] not in words(check)
        done = teacher.send(check, action=f"{adding}/check")
        assert done.location == url
        assert kept(place, addendum=1) == {"worries": MORE}
        read = chair.get(f"/meetings/{place.id}/reports/{place.invitations['school'].id}")
        assert "Changed on Wednesday 10 June 2026, 11:00 by ZQ-A-SCHOOL-PRACTITIONER-QZ" in words(read)
        assert "It said before Two burns that nobody explained." in words(read)

    def test_it_is_saved_as_it_is_typed(self, teacher, place, sent, adding):
        page = teacher.get(adding).page
        fields = script_fields(page, worries=MORE)
        assert teacher.post(f"{adding}/autosave", data=fields, headers=SCRIPT).json["faults"] == {}
        assert kept(place, addendum=1) == {"worries": MORE}
        assert teacher.get(adding).page.select_one("#worries").get_text().strip() == MORE

    def test_with_nothing_changed_there_is_nothing_to_send(self, teacher, sent, adding):
        answer = teacher.submit(adding, action=adding, button="check")
        back = teacher.get(teacher.get(answer.location).location)
        assert "You have not added or changed anything yet." in back.text

    def test_before_it_is_sent_there_is_nothing_to_add_to(self, teacher, url, adding):
        write(teacher, url, **WHOLE)
        assert teacher.get(adding).location == url

    def test_two_texts_are_put_side_by_side_here_too(self, teacher, head, sent, adding):
        page = teacher.get(adding)
        head.submit(adding, action=adding, button="save", worries="Hers.")
        lost = teacher.send(page, action=adding, button="save", worries="His.")
        assert lost.status_code == 409
        assert {form["action"] for form in lost.page.select("main form")} == {adding}

    def test_pages_take_few_queries(self, teacher, chair, place, url, sent, adding, count_queries):
        teacher.submit(adding, action=adding, button="check", worries=MORE)
        read = f"/meetings/{place.id}/reports/{place.invitations['school'].id}"
        for browser, path in ((teacher, adding), (teacher, f"{adding}/check"), (teacher, url), (chair, read)):
            with count_queries() as statements:
                assert browser.get(path).status_code == 200, path
            assert len(statements) <= 10, (path, statements)
