"""The pages of the report templates, for those who read what agencies are asked and the manager who writes it."""

from __future__ import annotations

import pytest

from portal.domain.report_vocabulary import TemplateState
from portal.services.report_templates import reading
from tests.pages.reading import errors, words
from tests.world import TODAY

READERS = ("a.coordinator", "a.manager", "a.scrutineer")


@pytest.fixture
def own(world) -> str:
    """The address of what probation is asked."""
    return f"/report-templates/{world.templates['a.own']}"


@pytest.fixture
def draft(world) -> str:
    """The address of the draft of its next version."""
    return f"/report-templates/{world.templates['a.draft']}"


def links(response) -> set[str]:
    return {link["href"].split("#")[0] for link in response.page.main.select("a[href]")}


def followed(client, response):
    assert response.status_code == 303, words(response)
    return client.get(response.location)


def question(response, code: str) -> str:
    """What the page says of one question."""
    return " ".join(response.page.select_one(f"#question-{code}").get_text(" ", strip=True).split())


def order(response) -> list[str]:
    return [one["id"].removeprefix("question-") for one in response.page.select("[id^=question-]")]


class TestReading:
    """The list, a version, how an agency sees it, and what it changed."""

    @pytest.mark.parametrize("key", READERS)
    def test_who_reads_them_is_offered_no_change(self, as_person, own, draft, key):
        browser = as_person(key)
        page = browser.get("/report-templates")
        assert "Probation’s report" in words(page)
        assert draft not in links(page)
        shown = browser.get(own)
        assert "On what?" in words(shown)
        assert not shown.page.main.select("form[method=post]")
        assert not any(href.endswith(("/copy", "/retire", "/condition")) for href in links(shown))

    def test_a_version_says_all_of_a_question(self, manager, own):
        shown = manager.get(own)
        sentence, conditions = question(shown, "sentence"), question(shown, "conditions")
        assert "On licence Community order Not now" in sentence
        assert "One of the choices. Needed. Never in the family’s version. In the short form." in sentence
        assert "Only if you answered “On licence” or “Community order” to “On what?”" in conditions
        assert "Optional." in conditions
        assert "Readers see it as “What they are worried about”." in question(shown, "worries")

    def test_the_list_is_narrowed_to_what_one_agency_is_asked(self, manager, own):
        page = manager.get("/report-templates?agency_type=probation&kind=core_group")
        assert "Today this is answered: Probation’s report, version 1" in words(page)
        assert own not in links(manager.get("/report-templates?agency_type=police"))
        assert "Today this is answered" not in words(manager.get("/report-templates?agency_type=probation"))

    @pytest.mark.parametrize("asked", ["agency_type=vet", "kind=tea_party", "agency_type=&kind="])
    def test_a_filter_that_is_none_shows_all(self, manager, own, asked):
        assert own in links(manager.get(f"/report-templates?{asked}"))

    def test_it_is_seen_as_an_agency_sees_it(self, manager, own):
        page = manager.get(f"{own}/preview")
        assert [one["value"] for one in page.page.select("[name=sentence]")] == ["licence", "community", "none"]
        assert page.page.select("textarea[name=worries]")
        assert len(page.page.select("[name^=next_seen-]")) == 3
        assert "Only if you answered" in question(page, "conditions")
        short = manager.get(f"{own}/preview?limited=yes")
        assert order(short) == ["sentence", "worries"]
        assert order(page)[:3] == ["sentence", "conditions", "next_seen"]

    def test_what_a_version_changed_is_told_word_by_word(self, manager, draft):
        page = manager.get(f"{draft}/differences")
        assert "0 added, 1 altered, 0 taken out, 7 as before." in words(page)
        [altered] = page.page.main.select("section")
        assert [piece.get_text(" ", strip=True) for piece in altered.select("ins")] == ["new: what, and until when?"]

    def test_two_versions_are_chosen_to_be_compared(self, manager, own, draft, world):
        manager.submit(f"{draft}/publish")
        third = followed(manager, manager.submit(draft, action=f"{draft}/next")).request.path
        page = manager.get(f"{third}/differences?other={world.templates['a.own']}")
        assert "What differs in version 3 from version 1" in words(page)
        assert "What differs in version 3 from version 2" in words(manager.get(f"{third}/differences"))
        assert manager.get(f"{third}/differences?other={world.report_forms['a']}").status_code == 404

    @pytest.mark.parametrize("path", ["", "/preview", "/differences", "/publish"])
    def test_a_page_takes_few_queries_however_many_questions(self, manager, draft, count_queries, path):
        with count_queries() as few:
            manager.get(draft + path)
        for _ in range(3):
            manager.submit(f"{draft}/sections/person/questions/new", title="More", kind="yes_no")
        with count_queries() as more:
            manager.get(draft + path)
        assert len(more) == len(few) <= 10

    def test_the_list_takes_few_queries_however_many_templates(self, manager, own, count_queries):
        asked = "/report-templates?agency_type=probation&kind=core_group"
        with count_queries() as few:
            manager.get(asked)
        for number in range(3):
            manager.submit(f"{own}/copy", title=f"Copy {number}")
        with count_queries() as more:
            manager.get(asked)
        assert len(more) == len(few) <= 10


class TestWriting:
    """A draft, from its beginning to its end."""

    def test_a_copy_is_begun_and_published_for_others(self, manager, own):
        page = followed(manager, manager.submit(f"{own}/copy", title="Youth justice’s report"))
        assert "This is a new draft" in page.get_data(as_text=True)
        at = page.request.path
        manager.submit(f"{at}/details", agency_types="youth_justice", meeting_types=["core_group", "review_conference"])
        done = followed(manager, manager.submit(f"{at}/publish"))
        assert "For Review child protection conference and Core group" in words(done)
        found = manager.get("/report-templates?agency_type=youth_justice&kind=core_group")
        assert "Today this is answered: Youth justice’s report, version 1" in words(found)

    def test_there_is_one_draft_and_the_page_leads_to_it(self, manager, own, draft):
        page = manager.get(own)
        assert draft in links(page)
        assert not page.page.main.select(f"form[action='{own}/next']")

    def test_a_question_is_added_with_its_choices(self, manager, draft):
        address = f"{draft}/sections/summary/questions/new"
        done = followed(
            manager,
            manager.submit(
                address,
                title="Does the person work?",
                help="Or learn.",
                kind="several_of",
                choice_1="In work",
                choice_3="Learns",
                is_needed="yes",
                for_family=None,
                read_title="Whether the person works",
            ),
        )
        said = question(done, "does_the_person_work")
        assert "In work Learns" in said
        assert "Any of the choices. Needed. Never in the family’s version." in said
        assert "Readers see it as “Whether the person works”." in said

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"title": ""}, "Enter the question"),
            ({"kind": None}, "Choose how it is answered"),
            ({"kind": "one_of"}, "Give two choices or more, or let it be answered in another way"),
            ({"kind": "one_of", "choice_1": "Same", "choice_2": "same"}, "Two choices say the same: change one"),
            ({"kind": "day", "source": "problems"}, "A clinical record fills only what is answered in words"),
            ({"kind": "long_text", "choice_1": "x" * 121}, "Choice 1 must be 120 characters or fewer. It has 121"),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(self, manager, draft, fields, sentence):
        given = {"title": "New", "help": "Kept words.", "kind": "long_text", **fields}
        page = manager.submit(f"{draft}/sections/person/questions/new", **given)
        assert page.status_code == 400
        assert errors(page) == [sentence]
        assert page.page.select_one("[name=help]").get_text().strip() == "Kept words."

    def test_a_choice_is_renamed_and_one_taken_out(self, manager, draft, world, viewer_of):
        at = f"{draft}/questions/sentence"
        page = manager.get(at)
        assert page.page.select_one("[name=choice_codes]")["value"] == "licence,community,none"
        manager.submit(at, action=at, choice_1="Licence, after custody", choice_3="", choice_4="Bail")
        found = reading.read_version(
            viewer_of(world.person("a.business_manager")), world.templates["a.draft"]
        ).template.question("sentence")
        assert [(one.code, one.label) for one in found.choices] == [
            ("licence", "Licence, after custody"),
            ("community", "Community order"),
            ("bail", "Bail"),
        ]

    def test_a_published_question_offers_only_what_old_answers_allow(self, manager, draft):
        page = manager.get(f"{draft}/questions/next_seen")
        assert [one["value"] for one in page.page.select("[name=kind]")] == ["day"]

    def test_a_question_moves_and_goes(self, manager, draft):
        def move(**which: str):
            page = manager.get(draft)
            version = page.page.select_one("#move [name=version]")["value"]
            token = page.page.select_one("#move [name=csrf_token]")["value"]
            hat = page.page.select_one("#move [name=working_as]")["value"]
            fields = {"csrf_token": token, "working_as": hat, "version": version, **which}
            return followed(manager, manager.post(f"{draft}/move", data=fields))

        assert order(move(up="next_seen"))[:3] == ["sentence", "next_seen", "conditions"]
        assert order(move(section_up="summary"))[0] == "strengths"
        assert manager.post(f"{draft}/move", data={}).status_code == 400
        at = f"{draft}/questions/next_seen"
        page = followed(manager, manager.submit(at, action=f"{at}/remove"))
        assert "next_seen" not in order(page)

    def test_what_every_report_asks_cannot_be_taken_out(self, manager, draft):
        page = manager.get(f"{draft}/questions/worries")
        assert "this question cannot be taken out" in words(page)
        assert not page.page.select(f"form[action='{draft}/questions/worries/remove']")
        assert f"{draft}/questions/worries/condition" not in links(manager.get(draft))
        version = page.page.select_one("[name=version]")["value"]
        fields = {name: page.page.select_one(f"[name={name}]")["value"] for name in ("csrf_token", "working_as")}
        refused = followed(
            manager, manager.post(f"{draft}/questions/worries/remove", data={**fields, "version": version})
        )
        assert "it cannot be taken out" in refused.get_data(as_text=True)
        assert "worries" in order(refused)

    def test_a_question_is_asked_after_some_answers_or_always(self, manager, draft):
        at = f"{draft}/questions/next_seen/condition"
        assert "It is asked in every report" in words(manager.get(at))
        done = followed(manager, manager.submit(f"{at}?on=sentence", action=at, answers=["none"]))
        assert "Only if you answered “Not now”" in question(done, "next_seen")
        page = manager.get(at)
        assert [one["value"] for one in page.page.select("[name=answers][checked]")] == ["none"]
        empty = manager.submit(f"{at}?on=sentence", action=at, answers=None)
        assert errors(empty) == ["Choose at least one answer"]
        done = followed(manager, manager.submit(at, action=f"{draft}/questions/next_seen/always"))
        assert "Only if" not in question(done, "next_seen")
        assert "No question that is answered by choosing stands before this one" in words(
            manager.get(f"{draft}/questions/sentence/condition")
        )

    def test_the_short_form_is_chosen(self, manager, draft):
        followed(manager, manager.submit(f"{draft}/short-form", codes=["sentence", "needs"]))
        assert order(manager.get(f"{draft}/preview?limited=yes")) == ["sentence", "needs"]
        followed(manager, manager.submit(f"{draft}/short-form", codes=None))
        assert "Short form There is none" in words(manager.get(draft))

    def test_a_section_is_added_filled_renamed_and_emptied_again(self, manager, draft):
        asked = manager.submit(f"{draft}/sections/new", title="Ours").location
        assert asked.endswith("/sections/ours/questions/new")
        assert "Ours: no question stands in it." in words(manager.get(draft))
        followed(manager, manager.submit(asked, title="Is it ours?", kind="yes_no"))
        at = f"{draft}/sections/ours"
        assert "It holds 1 now" in words(manager.get(at))
        assert "Our matters" in words(followed(manager, manager.submit(at, title="Our matters")))
        question_at = f"{draft}/questions/is_it_ours"
        manager.submit(question_at, action=f"{question_at}/remove")
        assert "Our matters" not in words(followed(manager, manager.submit(at, action=f"{at}/remove")))


class TestTwoAtOnce:
    """Nothing that somebody typed is lost, and nothing is overwritten."""

    def test_both_are_kept(self, as_person, draft):
        first, second = as_person("a.business_manager"), as_person("a.business_manager")
        at = f"{draft}/questions/needs"
        early, late = first.get(at), second.get(at)
        assert first.send(early, title="Theirs?").status_code == 303
        page = second.send(late, title="Mine?")
        assert page.status_code == 409
        assert "Theirs?" in words(page)
        assert page.page.select_one("[name=title]")["value"] == "Mine?"
        assert second.send(page).status_code == 303
        assert "Mine?" in question(second.get(draft), "needs")

    def test_what_was_typed_about_a_question_that_is_gone_can_be_added_anew(self, as_person, draft):
        first, second = as_person("a.business_manager"), as_person("a.business_manager")
        at = f"{draft}/questions/next_seen"
        late = second.get(at)
        first.submit(at, action=f"{at}/remove")
        page = second.send(late, action=at, title="When, and where?", help="Kept words.")
        assert page.status_code == 409
        assert "It was taken out of the draft" in words(page)
        assert page.page.select_one("[name=help]").get_text().strip() == "Kept words."
        done = followed(second, second.send(page, action=f"{draft}/sections/summary/questions/new"))
        assert "Kept words." in question(done, "when_and_where")


class TestPublishing:
    """From a day on, after a look at what it changes."""

    def test_today(self, manager, draft, own, world, viewer_of):
        page = manager.get(f"{draft}/publish")
        assert "Against version 1: 0 added, 1 altered, 0 taken out, 7 as before." in words(page)
        done = followed(manager, manager.submit(f"{draft}/publish"))
        assert "Version 2 In use" in words(done)
        assert "Out of use" in words(manager.get(own))
        version = reading.read_version(viewer_of(world.person("a.business_manager")), world.templates["a.draft"])
        assert (version.state, version.first_day) == (TemplateState.IN_USE, TODAY)

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            (("9", "6", "2026"), "Choose today or a later day: reports of days before were asked something else"),
            (("", "", ""), "Enter the first day"),
        ],
    )
    def test_not_from_a_day_before(self, manager, draft, day, sentence):
        parts = dict(zip(("first_day-day", "first_day-month", "first_day-year"), day, strict=True))
        page = manager.submit(f"{draft}/publish", **parts)
        assert page.status_code == 400
        assert errors(page) == [sentence]

    def test_what_would_not_work_is_said(self, manager, draft):
        manager.submit(f"{draft}/sections/new", title="Ours")
        page = manager.submit(f"{draft}/publish")
        assert page.status_code == 400
        assert errors(page) == ["Ours: no question stands in it."]

    def test_the_last_one_for_everybody_stays_in_use(self, manager, world):
        page = manager.submit(f"/report-templates/{world.report_forms['a']}/retire")
        assert page.status_code == 400
        [said] = errors(page)
        assert said.startswith("Some agency would have no report to write")

    def test_one_goes_out_of_use(self, manager, own):
        page = followed(manager, manager.submit(f"{own}/retire"))
        assert "The template is out of use" in words(page)
        assert "Version 1 Out of use" in words(manager.get(own))
        assert "Today this is answered: Report" in words(
            manager.get("/report-templates?agency_type=probation&kind=core_group")
        )

    def test_a_draft_is_thrown_away(self, manager, draft):
        followed(manager, manager.submit(f"{draft}/discard"))
        assert manager.get(draft).status_code == 404
