"""Feedback's pages: cards for those who ask, five questions for whoever has one, figures and words to learn from."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from sqlalchemy import delete

from portal.database.session import db, writing
from portal.domain.feedback import LIVES_FOR, LONGEST_WORDS, MOST_USES
from portal.domain.feedback_vocabulary import Audience, Language, Reply
from portal.models.feedback import Feedback, FeedbackCard, FeedbackReply
from tests.services.feedback_steps import newest, put, replies_of
from tests.services.rows import change
from tests.world import NOW
from tests.world_feedback import CODES

FAMILY, PROFESSIONAL = CODES["a.initial/family"], CODES["a.past_initial/professional"]
FIGURES = "/figures/feedback"
MOST_BYTES = 30_000
ALL_FAMILY = ("shared_before", "social_worker_met", "chair_shared", "understood", "heard")


@pytest.fixture
def meeting(world):
    return world.meeting("a.initial")


# The public side.


def test_a_card_opens_on_a_choice_of_languages_in_each_ones_own_words(client):
    answer = client.get(f"/f/{FAMILY[:5]}-{FAMILY[5:]}".lower())
    assert answer.status_code == 200
    links = answer.page.select(".app-languages__link")
    assert [link["lang"] for link in links] == [language.value for language in Language]
    assert [link.b.get_text() for link in links] == [language.own_name for language in Language]
    assert [link["dir"] for link in links] == ["ltr"] * 4 + ["rtl"] * 2
    assert len({link.span.get_text() for link in links}) == len(links)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", [FAMILY, PROFESSIONAL])
def test_each_form_has_five_questions_in_its_language_and_is_light(client, language, code):
    answer = client.get(f"/f/{code}/{language.value}")
    assert (answer.page.html["lang"], answer.page.html["dir"]) == (language.value, language.direction)
    assert len(answer.page.select("fieldset")) == 5
    assert len(answer.page.select("input[type=radio]")) == 15
    assert len(answer.get_data()) < MOST_BYTES
    assert not answer.page.select("script")
    english = client.get(f"/f/{code}/en").page
    for one, other in zip(
        answer.page.select("legend, label, h1, .govuk-body"),
        english.select("legend, label, h1, .govuk-body"),
        strict=True,
    ):
        assert language is Language.ENGLISH or one.get_text() != other.get_text()


def test_it_says_nothing_of_the_meeting_the_child_or_the_partnership(client, world):
    words = "".join(
        client.get(address).get_data(as_text=True)
        for address in (f"/f/{FAMILY}", f"/f/{FAMILY}/en", f"/f/{FAMILY}/en/thanks")
    )
    assert [marker.text for marker in world.markers if marker.is_in(words)] == []
    for hat in {person.hat.partnership_name for person in world.people.values()}:
        assert hat not in words


def test_a_parent_gives_feedback_in_urdu(client):
    answer = client.submit(f"/f/{FAMILY}/ur", **dict.fromkeys(ALL_FAMILY, "yes"), words="شکریہ، سب نے ہماری بات سنی۔")
    assert (answer.status_code, answer.location) == (303, f"/f/{FAMILY}/ur/thanks")
    assert "شکریہ" in client.get(answer.location).page.h1.get_text()
    [kept] = newest()
    assert (kept.language, kept.audience, kept.words) == (Language.URDU, Audience.FAMILY, "شکریہ، سب نے ہماری بات سنی۔")
    assert set(replies_of(kept).values()) == {Reply.YES}


def test_questions_may_be_left_out(client):
    assert client.submit(f"/f/{PROFESSIONAL}/en", gave_report="no").status_code == 303
    assert [replies_of(one) for one in newest()] == [{"gave_report": Reply.NO}]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Answer at least one question"), ("pl", "Odpowiedz"), ("ar", "أجب")]
)
def test_nothing_at_all_is_asked_for_in_the_readers_language(client, language, words):
    answer = client.submit(f"/f/{FAMILY}/{language}")
    assert answer.status_code == 400
    assert answer.page.html["lang"] == language
    [link] = answer.page.select(".govuk-error-summary a")
    assert words in link.get_text()
    assert answer.page.find(id=link["href"][1:])["type"] == "radio"
    assert newest() == []


def test_what_is_too_long_comes_back_as_it_was_typed(client):
    typed = "za długo " * (LONGEST_WORDS // 8)
    answer = client.submit(f"/f/{FAMILY}/pl", heard="no", words=typed)
    assert answer.status_code == 400
    assert answer.page.find("textarea").get_text().strip() == typed.strip()
    assert answer.page.find("input", attrs={"name": "heard", "value": "no"}).has_attr("checked")
    assert "Proszę skrócić" in answer.page.select_one(".govuk-error-summary").get_text()
    assert newest() == []


def test_sent_twice_it_counts_once(client):
    page = client.get(f"/f/{FAMILY}/en")
    for _ in range(2):
        assert client.send(page, heard="yes").status_code == 303
    assert len(newest()) == 1


def test_what_machines_fill_in_is_thanked_for_and_not_kept(client):
    answer = client.submit(f"/f/{FAMILY}/en", heard="yes", website="https://buy.example")
    assert answer.location == f"/f/{FAMILY}/en/thanks"
    page = client.get(f"/f/{FAMILY}/en")
    assert client.send(page, heard="yes", number=None).location == f"/f/{FAMILY}/en/thanks"
    assert newest() == []


def test_an_answer_that_was_not_on_offer_is_refused_in_the_readers_language(client):
    page = client.get(f"/f/{FAMILY}/ro")
    answer = client.send(page, heard="maybe")
    assert answer.status_code == 400
    assert "Alegeți" in answer.page.select_one(".govuk-error-message").get_text()


def test_unknown_and_ended_cards_look_alike(client, world):
    change(FeedbackCard, world.feedback_cards["a.initial/family"], uses=MOST_USES[Audience.FAMILY])
    change(FeedbackCard, world.feedback_cards["a.past_initial/professional"], expires_at=NOW - LIVES_FOR)
    pages = []
    for code in (FAMILY, PROFESSIONAL, "QQQQQ-QQQQQ", "no-code-at-all"):
        for path in (f"/f/{code}", f"/f/{code}/ur"):
            answer = client.get(path)
            assert answer.status_code == 404
            pages.append((path.count("/"), answer.get_data(as_text=True)))
    assert len(set(pages)) == 2
    assert len(client.get(f"/f/{FAMILY}").page.select(".app-feedback__said")) == len(Language)


def test_too_many_wrong_codes_are_said_in_the_readers_language(client):
    for number in range(100):
        assert client.get(f"/f/QQQQQ{number:05d}").status_code == 404
    answer = client.get(f"/f/{FAMILY}/bn")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.page.html["lang"] == "bn"


def test_an_unknown_language_is_nowhere(client):
    assert client.get(f"/f/{FAMILY}/xx").status_code == 404
    assert client.get(f"/f/{FAMILY}/xx/thanks").status_code == 404


def test_whoever_is_signed_in_gives_as_nobody(client, sign_in, world):
    sign_in(client, world.person("a.chair"))
    page = client.get(f"/f/{FAMILY}/en")
    assert "working_as" not in page.get_data(as_text=True)
    assert world.person("a.chair").name not in page.get_data(as_text=True)
    assert client.send(page, heard="yes").status_code == 303
    assert len(newest()) == 1


def test_opening_a_card_asks_few_questions_of_the_database(client, app, count_queries):
    client.get(f"/f/{FAMILY}/en")
    with count_queries() as queries:
        client.get(f"/f/{FAMILY}/en")
    assert len(queries) <= 6, queries


# Asking.


def test_the_meetings_page_leads_to_its_cards(client, sign_in, world, meeting):
    sign_in(client, world.person("a.chair"))
    assert client.get(f"/meetings/{meeting.id}").page.find("a", href=f"/meetings/{meeting.id}/feedback")
    page = client.get(f"/meetings/{meeting.id}/feedback").page
    assert page.find("a", href=f"/meetings/{meeting.id}/feedback/{world.feedback_cards['a.initial/family']}")


def test_an_agency_is_not_led_there(client, sign_in, world, meeting):
    sign_in(client, world.person("a.police.lead"))
    assert not client.get(f"/meetings/{meeting.id}").page.find("a", href=re.compile("feedback"))


def test_a_card_is_made_and_shown_in_the_languages_chosen(client, sign_in, world, meeting, count_queries):
    sign_in(client, world.person("a.chair"))
    here = f"/meetings/{meeting.id}/feedback"
    made = client.submit(here, action=here, audience="professional")
    assert made.status_code == 303
    with count_queries() as queries:
        page = client.get(f"{made.location}?language=en&language=ur").page
    assert len(queries) <= 10
    words = page.select(".app-feedback-card__words")
    assert [one["lang"] for one in words] == ["en", "ur"]
    assert words[1]["dir"] == "rtl"
    code = page.select_one(".app-feedback-card__address").get_text().rpartition("/")[2]
    assert client.get(f"/f/{code}").status_code == 200
    assert page.select_one(".app-feedback-card__picture svg")
    assert len(client.get(made.location).page.select(".app-feedback-card__words")) == 1


def test_a_card_is_ended(client, sign_in, world, meeting):
    sign_in(client, world.person("a.coordinator"))
    number = world.feedback_cards["a.initial/family"]
    done = client.submit(f"/meetings/{meeting.id}/feedback", action=f"/meetings/{meeting.id}/feedback/{number}/end")
    assert done.status_code == 303
    assert client.get(f"/f/{FAMILY}").status_code == 404


def test_links_are_mailed(client, sign_in, world, mail_server, count_queries):
    place = world.meeting("a.past_initial")
    sign_in(client, world.person("a.second_chair"))
    with count_queries() as queries:
        page = client.get(f"/meetings/{place.id}/feedback/mail")
    assert len(queries) <= 10
    first = page.page.select_one("input[name=people]")["value"]
    done = client.send(page, people=first)
    assert done.status_code == 303
    assert "The link is on its way." in client.get(done.location).get_data(as_text=True)
    assert client.submit(f"/meetings/{place.id}/feedback/mail").status_code == 400


# Learning.


@pytest.fixture
def given(world):
    with writing() as session:
        session.execute(delete(FeedbackReply))
        session.execute(delete(Feedback))
    put(world, {"social_worker_met": {Reply.YES: 8, Reply.NO: 9}, "chair_shared": {Reply.YES: 14, Reply.NO: 3}})
    db.session.remove()


def test_the_manager_reads_shares_in_words(given, as_person, count_queries):
    client = as_person("a.manager")
    with count_queries() as queries:
        page = client.get(FIGURES).page
    assert len(queries) <= 10, queries
    words = " ".join(page.get_text(" ").split())
    assert "9 of 17 52.9 % said that their social worker did not meet them to share the report" in words
    assert "14 of 17 82.4 % said that the chair shared the report with them" in words
    assert "Too few" not in words


def test_the_board_reads_no_small_count(given, as_person):
    page = as_person("a.board").get(FIGURES).page
    words = " ".join(page.get_text(" ").split())
    assert "9 of 17" in words
    assert "14 of 17" not in words
    assert "too few" in words
    assert not page.find("a", href=f"{FIGURES}/words")
    assert page.select_one(".app-rooms [aria-current=page]").get_text() == "Feedback"


def test_the_picture_is_drawn_and_one_without_anything_is_not(given, as_person):
    client = as_person("a.board")
    svg = client.get(f"{FIGURES}/family.svg")
    assert svg.status_code == 200
    ElementTree.fromstring(svg.get_data())
    assert client.get(f"{FIGURES}/professional.svg").status_code == 404
    assert client.get(f"{FIGURES}/everybody.svg").status_code == 404
    assert client.get(f"{FIGURES}/family.svg?period=own").status_code == 400


def test_a_period_and_a_kind_are_chosen_in_the_address(given, as_person):
    client = as_person("a.manager")
    page = client.get(f"{FIGURES}?kind=review_conference").page
    assert "No feedback of families" in page.get_text()
    assert client.get(f"{FIGURES}?period=own").status_code == 400
    assert client.get(f"{FIGURES}?kind=strategy_meeting").status_code == 400


def test_the_manager_reads_what_was_written(as_person, count_queries):
    client = as_person("a.manager")
    with count_queries() as queries:
        page = client.get(f"{FIGURES}/words").page
    assert len(queries) <= 10
    assert page.h1.get_text() == "What people wrote about the conferences of May 2026"
    assert "ZQ-A-FEEDBACK-FAMILY-QZ" in page.get_text()
    assert not re.search(r"\d\d:\d\d", page.main.get_text())
    for name in ("a.board", "a.chair", "a.business_manager"):
        assert as_person(name).get(f"{FIGURES}/words").status_code == 403
