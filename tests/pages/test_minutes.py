"""The pages of minutes and decision sheets: written as one types, checked, sent, read, and put right."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.page_client import form_values
from tests.pages.people_steps import links
from tests.pages.reading import errors, words
from tests.pages.test_outcomes import FILLED
from tests.sample_files import PDF
from tests.services.outcome_steps import held, without_plans

SCRIPT = {"Accept": "application/json", "X-Requested-With": "fetch"}


@pytest.fixture
def url(place):
    """The papers of A's initial conference."""
    return f"/meetings/{place.id}/minutes"


@pytest.fixture
def past(world):
    """Those of its conference of May, whose minutes were sent."""
    return f"/meetings/{world.meeting('a.past_initial').id}/minutes"


@pytest.fixture
def keeper(as_person):
    """Its chair."""
    return as_person("a.second_chair")


def type_on(browser, url, text, **more):
    """What a script sends while somebody types."""
    fields = form_values(browser.get(f"{url}/write").page.find("form", attrs={"data-autosave": True}))
    fields = {**fields, "text": text, **more}
    return browser.post(f"{url}/write/autosave", data=fields, headers=SCRIPT)


class TestWriting:
    """With and without scripts."""

    def test_typing_is_saved_and_the_version_follows(self, chair, coordinator, url):
        assert type_on(chair, url, "It was said").json == {"saved_at": "11:00", "version": 1}
        assert type_on(coordinator, url, "It was said that …").json["version"] == 2
        page = chair.get(f"{url}/write")
        assert page.page.find(id="text").get_text(strip=True) == "It was said that …"
        assert page.page.select_one("[data-autosave-status]").get_text() == "Saved 11:00"

    def test_typing_over_somebodys_words_is_told(self, chair, url):
        type_on(chair, url, "Theirs.")
        late = type_on(chair, url, "Mine.", version="0")
        assert late.status_code == 409
        assert "Somebody else saved these minutes" in late.json["message"]

    def test_both_texts_stand_side_by_side_and_can_be_put_together(self, chair, coordinator, url):
        before = chair.get(f"{url}/write")
        coordinator.submit(f"{url}/write", button="save", text="Theirs.")
        lost = chair.send(before, button="save", text="Mine.")
        assert lost.status_code == 409
        assert [side.get_text(strip=True) for side in lost.page.select(".app-compare__text")] == ["Mine.", "Theirs."]
        forms = lost.page.find_all("form", method="post")
        (together,) = [form for form in forms if "put together" in form.get_text()]
        assert chair.post(f"{url}/write", data=form_values(together)).status_code == 303
        assert chair.get(f"{url}/write").page.find(id="text").get_text(strip=True) == "Theirs.\n\nMine."

    def test_a_file_can_stand_for_the_text(self, chair, url):
        answer = chair.submit(f"{url}/write", button="attach", files=(BytesIO(PDF), "minutes.pdf"))
        assert answer.status_code == 303
        assert "minutes.pdf" in words(chair.get(f"{url}/write"))
        answer = chair.submit(f"{url}/write", button="remove")
        assert answer.status_code == 303
        assert "minutes.pdf" not in words(chair.get(f"{url}/write"))

    def test_a_file_that_is_not_taken_is_said_and_the_text_is_saved(self, chair, url):
        answer = chair.submit(f"{url}/write", button="attach", text="Kept.", files=(BytesIO(b"MZ\x90"), "x.exe"))
        assert answer.status_code == 400
        assert "x.exe" in errors(answer)[0]
        assert answer.page.find(id="text").get_text(strip=True) == "Kept."

    def test_it_says_until_when(self, chair, place, url):
        held(place)
        assert "Wednesday 8 July, in 20 working days" in words(chair.get(f"{url}/write"))
        assert "They are due by Wednesday 8 July." in words(chair.get(url))


class TestSending:
    """Checked once more, then sent."""

    def test_from_writing_to_the_agencys_page(self, chair, head, place, url):
        held(place)
        sent = chair.submit(f"{url}/write", button="check", text="The school said that he was tired.")
        assert (sent.status_code, sent.location) == (303, f"{url}/check")
        page = chair.get(sent.location)
        assert "The school said that he was tired." in words(page)
        assert "They have not been sent yet." in words(head.get(url))
        done = chair.send(page)
        assert (done.status_code, done.location) == (303, url)
        listed = head.get(url)
        assert "Not opened yet" in words(listed)
        assert f"{url}/1" in links(listed)
        assert "The school said that he was tired." in words(head.get(f"{url}/1"))
        assert "Opened" in words(head.get(url))
        assert "1 of 4 agencies have opened it" in words(chair.get(url))

    def test_nothing_is_sent_before_the_register_is_closed(self, chair, url):
        page = chair.submit(f"{url}/write", button="check", text="Too soon.")
        shown = chair.get(page.location)
        assert "The register is not closed yet." in words(shown)
        assert not [form for form in shown.page.find_all("form", method="post") if "Send" in form.get_text()]

    def test_what_was_changed_since_is_read_again(self, chair, coordinator, place, url):
        held(place)
        chair.submit(f"{url}/write", button="check", text="First.")
        page = chair.get(f"{url}/check")
        coordinator.submit(f"{url}/write", button="save", text="Changed.")
        answer = chair.send(page)
        assert answer.status_code == 409
        assert "Changed." in words(answer)
        assert chair.send(answer).status_code == 303

    def test_a_new_version_says_what_is_different(self, keeper, as_person, past):
        keeper.submit(f"{past}/write", button="check", text="Put right.")
        page = keeper.get(f"{past}/check")
        refused = keeper.send(page)
        assert errors(refused) == ["Say what is different from the version before"]
        assert keeper.send(page, because="A name was wrong.").status_code == 303
        school = as_person("a.school.lead")
        assert "There is a newer version" in words(school.get(f"{past}/1"))
        assert "A name was wrong." in words(school.get(f"{past}/2"))

    def test_an_empty_one_is_not_sent(self, chair, place, url):
        held(place)
        answer = chair.send(chair.get(f"{url}/check"))
        assert answer.status_code == 400
        assert errors(answer) == ["Write the minutes, or put in a file"]


class TestCorrections:
    """What is wrong, and what becomes of it."""

    def test_an_agency_asks_and_the_chair_takes_it(self, as_person, keeper, past):
        police = as_person("a.police.lead")
        assert f"{past}/corrections/new" in links(police.get(past))
        sent = police.submit(f"{past}/corrections/new", text="We were there by video.")
        assert (sent.status_code, sent.location) == (303, past)
        listed = keeper.get(past)
        assert "We were there by video." in words(listed)
        addresses = sorted(
            (href for href in links(listed) if "/corrections/" in href), key=lambda href: int(href.rpartition("/")[2])
        )
        refused = keeper.submit(addresses[-1], outcome="not_taken")
        assert errors(refused) == ["Say why it is not taken, because the agency reads it"]
        done = keeper.submit(addresses[-1], outcome="taken", answer="So it was.")
        assert (done.status_code, done.location) == (303, f"{past}/write")
        told = words(police.get(past))
        assert "Taken: it will be in the next version" in told
        assert "So it was." in told

    def test_of_two_who_answer_the_second_is_told(self, keeper, coordinator, past, world):
        address = f"{past}/corrections/{world.corrections['a.past_initial.school']}"
        before = coordinator.get(address)
        keeper.submit(address, outcome="not_taken", answer="It was so.")
        lost = coordinator.send(before, outcome="taken", answer="Yes.")
        assert lost.status_code == 409
        assert "It was so." in words(lost)
        assert coordinator.get(address).status_code == 302, "it is answered"

    def test_other_agencies_read_nothing_of_it(self, as_person, past):
        assert "Nobody has asked for a correction." in words(as_person("a.social_care.lead").get(past))

    def test_an_empty_one_is_no_correction(self, as_person, past):
        answer = as_person("a.police.lead").submit(f"{past}/corrections/new")
        assert errors(answer) == ["Say what is wrong, and what it should say"]


class TestDecisionSheet:
    """Made of what is signed."""

    @pytest.fixture
    def signed(self, chair, place, world):
        """Today's conference, signed."""
        without_plans(world)
        held(place)
        outcomes = f"/meetings/{place.id}/outcomes"
        chair.submit(f"{outcomes}/{world.children['a.1']}", **FILLED)
        chair.send(chair.get(outcomes), action=f"{outcomes}/sign", button="sign")
        return f"/meetings/{place.id}/decisions"

    def test_it_is_sent_and_read_as_a_page_and_a_document(self, chair, head, signed, url):
        page = chair.get(url)
        assert "To be sent by Thursday 11 June." in words(page)
        assert f"{signed}/send" in links(page)
        done = chair.send(chair.get(f"{signed}/send"))
        assert (done.status_code, done.location) == (303, url)
        assert f"{signed}?sent=1" in links(head.get(url))
        told = words(head.get(f"{signed}?sent=1"))
        assert "Nobody got him up for school." in told
        assert "Signed by" in told
        document = head.get(f"{signed}.pdf?sent=1")
        assert document.mimetype == "application/pdf"
        assert "attachment" in document.headers["Content-Disposition"]

    def test_it_is_not_sent_twice(self, chair, signed, url):
        page = chair.get(f"{signed}/send")
        for _ in range(2):
            assert chair.send(page).status_code == 303
        assert "The sheet that was sent says all that is signed." in words(chair.get(url))
        assert chair.get(f"{signed}/send").status_code == 302

    def test_dissent_stands_on_it(self, chair, head, place, signed, world):
        view = f"/meetings/{place.id}/views/{place.invitations['school'].id}/{world.children['a.1']}"
        head.submit(view, threshold="plan_not_needed", stance="dissents", reason="The risk is over.")
        told = words(chair.get(signed))
        assert "Who does not agree" in told
        assert "The risk is over." in told

    def test_there_is_none_before_the_signature(self, chair, place, signed):
        assert chair.get(f"{signed}?sent=7").status_code == 404


def test_a_notice_leads_to_the_page(as_person, keeper, past):
    as_person("a.police.lead").submit(f"{past}/corrections/new", text="We were there by video.")
    inbox = keeper.get("/inbox")
    assert "Answer what is said to be wrong in minutes" in words(inbox)
    form = next(form for form in inbox.page.find_all("form", method="post") if "wrong in minutes" in form.get_text())
    opened = keeper.post(form["action"], data=form_values(form))
    assert opened.location == past
