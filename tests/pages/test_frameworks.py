"""The pages of the audit frameworks, for the board that reads them and the business manager who writes them."""

from __future__ import annotations

import pytest

from portal.services.frameworks import editions
from tests.pages.reading import errors, words
from tests.world import NOW

READERS = ("a.board", "a.scrutineer", "a.sector_lead")


@pytest.fixture
def draft(world) -> str:
    """The address of A's draft."""
    return f"/frameworks/{world.editions['a.draft'].id}"


def links(response) -> set[str]:
    return {link["href"].split("#")[0] for link in response.page.main.select("a[href]")}


def followed(client, response):
    assert response.status_code == 303
    return client.get(response.location)


class TestReading:
    """The list, an edition, and what it changed."""

    @pytest.mark.parametrize("key", READERS)
    def test_the_board_reads_what_is_published_and_is_offered_no_change(self, as_person, world, key):
        browser = as_person(key)
        page = browser.get("/frameworks")
        assert "Section 11 audit" in words(page)
        assert "Draft" not in words(page)
        section_11 = f"/frameworks/{world.editions['a.section_11'].id}"
        assert section_11 in links(page)
        shown = browser.get(section_11)
        assert "Is 1.1 so?" in words(shown)
        assert "It is so when 1.1 can be seen to be done." in words(shown)
        assert not shown.page.main.select("form[method=post]")
        assert not any("/questions/" in href or "/draft" in href for href in links(shown))

    def test_the_manager_goes_on_with_the_draft(self, manager, draft):
        assert draft in links(manager.get("/frameworks"))
        page = manager.get(draft)
        assert "Nobody is asked this draft until you publish it" in words(page)
        assert {f"{draft}/publish", f"{draft}/details", f"{draft}/standards/new", f"{draft}/differences"} <= links(page)

    def test_an_edition_can_be_read_as_one_kind_of_agency_is_asked_it(self, manager, draft, world):
        question = world.editions["a.draft"].questions["1.1"]
        manager.submit(f"{draft}/questions/{question}", action=f"{draft}/questions/{question}", agency_types="police")
        of_gps = manager.get(f"{draft}?agency_type=gp")
        assert "5 of 6 questions" in words(of_gps)
        assert "Is 1.1 so?" not in words(of_gps)
        assert "Is 1.1 so?" in words(manager.get(f"{draft}?agency_type=police"))
        assert "Asked of police." in words(manager.get(draft))

    @pytest.mark.parametrize("asked", ["agency_type=school", "agency_type=nobody", "phase=never", "agency_type="])
    def test_a_filter_that_is_none_shows_all(self, manager, draft, asked):
        assert "Is 2.3 so?" in words(manager.get(f"{draft}?{asked}"))

    def test_what_an_edition_changed_is_told_word_by_word(self, manager, draft):
        page = manager.get(f"{draft}/differences")
        assert "0 added, 1 altered, 0 taken out, 5 ask the same as before." in words(page)
        [altered] = page.page.main.select("section")
        assert [piece.get_text(strip=True) for piece in altered.select("del")] == ["taken out:so?"]
        assert [piece.get_text(" ", strip=True) for piece in altered.select("ins")] == ["new: so, as edition 2 asks?"]

    def test_the_number_of_queries_does_not_grow_with_the_questions(self, manager, draft, world, count_queries):
        with count_queries() as few:
            manager.get(draft)
        for code in ("a", "b", "c"):
            standard = world.editions["a.draft"].standards["1"]
            manager.submit(f"{draft}/standards/{standard}/questions/new", text="Is it?", good="It is.", code=code)
        with count_queries() as more:
            manager.get(draft)
        assert len(more) == len(few)


class TestWriting:
    """A draft, from its beginning to its end."""

    def test_a_new_draft_is_begun_from_what_is_published(self, manager, world):
        schools = f"/frameworks/{world.editions['a.schools'].id}"
        page = followed(manager, manager.submit(schools, action=f"{schools}/draft"))
        assert "This is a new draft" in words(page) or "This is a new draft" in page.get_data(as_text=True)
        assert "Edition 2" in words(page)
        assert page.request.path in links(manager.get(schools))

    def test_there_is_one_draft_and_the_page_leads_to_it(self, manager, world, draft):
        section_11 = manager.get(f"/frameworks/{world.editions['a.section_11'].id}")
        assert draft in links(section_11)
        assert not section_11.page.main.select("form[method=post]")

    def test_a_question_is_changed_with_all_that_belongs_to_it(self, manager, draft, world, viewer_of):
        question = world.editions["a.draft"].questions["1.1"]
        address = f"{draft}/questions/{question}"
        page = followed(
            manager,
            manager.submit(
                address,
                action=address,
                text="Is it safer?",
                help="Look twice.",
                good="It is safer.",
                hints="A list\n\n A photograph ",
                paragraph="Part two",
                weight="3",
                agency_types=["gp", "police"],
                needs_narrative="yes",
                needs_evidence="yes",
            ),
        )
        edition = editions.read_edition(viewer_of(world.person("a.business_manager")), world.editions["a.draft"].id)
        found = edition.question(question)
        assert (found.text, found.help, found.good) == ("Is it safer?", "Look twice.", "It is safer.")
        assert (found.hints, found.paragraph, found.weight) == (("A list", "A photograph"), "Part two", 3)
        assert {one.value for one in found.agency_types} == {"gp", "police"}
        assert found.needs_narrative
        assert found.needs_evidence
        assert "Needs evidence. Counts three times." in words(page)

    def test_a_question_of_a_schools_audit_has_ages_and_one_for_others_has_none(self, manager, draft, world):
        question = world.editions["a.draft"].questions["1.1"]
        assert not manager.get(f"{draft}/questions/{question}").page.select("[name=phases]")
        schools = f"/frameworks/{world.editions['a.schools'].id}"
        begun = manager.submit(schools, action=f"{schools}/draft").location
        page = manager.get(begun)
        [first] = [href for href in sorted(links(page)) if "/questions/" in href][:1]
        assert len(manager.get(first).page.select("[name=phases]")) == 6
        done = followed(manager, manager.submit(first, action=first, phases=["secondary", "post_16"]))
        assert "Only secondary and post-16." in words(done)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"text": ""}, "Enter the question"),
            ({"good": ""}, "Say what good looks like"),
            ({"hints": "\n".join("abcdefghijk")}, "Give 10 lines or fewer"),
            ({"hints": "x" * 201}, "Each line must be 200 characters or fewer"),
            ({"scale": None}, "Choose how it is answered"),
            ({"version": ""}, None),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(self, manager, draft, world, fields, sentence):
        address = f"{draft}/questions/{world.editions['a.draft'].questions['1.1']}"
        page = manager.submit(address, action=address, **{"help": "Kept words.", **fields})
        assert page.status_code == 400
        assert len(errors(page)) == 1
        if sentence:
            assert errors(page) == [sentence]
        assert page.page.select_one("[name=help]").get_text().strip() == "Kept words."

    @pytest.mark.parametrize("code", ["Safe", "a b", "-a", "a--b", "1.1", "é"])
    def test_a_code_is_small_letters_digits_and_hyphens(self, manager, draft, code):
        page = manager.submit(f"{draft}/standards/new", title="Local", summary="Ours.", code=code)
        assert errors(page) == ["Use small letters, digits and hyphens, like online-safety"]

    def test_a_code_that_is_taken_is_said_at_its_field(self, manager, draft):
        done = manager.submit(f"{draft}/standards/new", title="Local", summary="Ours.", code="local")
        assert done.status_code == 303
        page = manager.submit(f"{draft}/standards/new", title="Local", summary="Ours.", code="local")
        assert errors(page) == ["Another standard of this edition has this code: choose another"]

    def test_two_at_once_are_both_kept(self, as_person, world, draft):
        """The later one sees what the earlier one saved, beside their own words, and nothing is lost."""
        first, second = as_person("a.business_manager"), as_person("a.business_manager")
        address = f"{draft}/questions/{world.editions['a.draft'].questions['1.1']}"
        early, late = first.get(address), second.get(address)
        assert first.send(early, action=address, text="Theirs?").status_code == 303
        page = second.send(late, action=address, text="Mine?")
        assert page.status_code == 409
        assert "Theirs?" in words(page)
        assert page.page.select_one("[name=text]").get_text().strip() == "Mine?"
        assert second.send(page, action=address).status_code == 303
        assert "Mine?" in words(second.get(draft))

    def test_a_standard_is_added_filled_renamed_and_emptied_again(self, manager, draft):
        asked = manager.submit(f"{draft}/standards/new", title="Local", summary="Ours.", code="local").location
        assert asked.endswith("/questions/new")
        standard = asked.removesuffix("/questions/new")
        shown = followed(manager, manager.submit(asked, text="Is it ours?", good="It is.", code="ours"))
        assert "3. Local" in words(shown)
        assert "Added by this partnership." in words(shown)
        assert "It holds 1 now" in words(manager.get(standard))
        manager.submit(standard, title="Local matters")
        [question] = [href for href in links(manager.get(draft)) if "/questions/" in href and "new" not in href][-1:]
        assert question
        ours = next(
            link["href"]
            for section in manager.get(draft).page.select("#question-ours")
            for link in section.select("a[href]")
        )
        assert manager.submit(ours, action=f"{ours}/remove").status_code == 303
        done = followed(manager, manager.submit(standard, action=f"{standard}/remove"))
        assert "Local matters" not in words(done)

    def test_an_act_from_a_page_that_is_out_of_date_changes_nothing_and_says_so(self, manager, draft, world):
        question = world.editions["a.draft"].questions["1.1"]
        address = f"{draft}/questions/{question}"
        old = manager.get(address)
        manager.submit(f"{draft}/details", title="Another title")
        page = followed(manager, manager.send(old, action=f"{address}/remove"))
        assert "Somebody else changed this a moment ago" in page.get_data(as_text=True)
        assert "Is 1.1 so?" in words(page)

    def test_publishing_says_what_it_means_and_then_nothing_changes_any_more(self, manager, draft, as_person):
        page = manager.get(f"{draft}/publish")
        assert "Against edition 1: 0 added, 1 altered, 0 taken out, 5 ask the same as before." in words(page)
        shown = followed(manager, manager.submit(f"{draft}/publish"))
        assert "Published" in words(shown)
        assert manager.get(f"{draft}/details").status_code == 403
        assert as_person("a.board").get(draft).status_code == 200

    def test_what_cannot_be_published_says_why(self, manager, draft):
        manager.submit(f"{draft}/standards/new", title="Local", summary="Ours.", code="local")
        page = manager.submit(f"{draft}/publish")
        assert page.status_code == 400
        assert errors(page) == ["No question stands in Local. Add one, or take the standard out."]

    def test_a_draft_is_thrown_away_after_asking_once(self, manager, draft):
        assert "Everything that was changed in it is lost" in words(manager.get(f"{draft}/discard"))
        shown = followed(manager, manager.submit(f"{draft}/discard"))
        assert draft not in links(shown)
        assert manager.get(draft).status_code == 404

    def test_details_are_changed(self, manager, draft):
        done = manager.submit(
            f"{draft}/details",
            title="New title",
            effective_from__day="1",
            effective_from__month="4",
            effective_from__year="2027",
        )
        assert "New title" in words(followed(manager, done))
        assert "Thursday 1 April 2027" in words(manager.get(draft))
        assert NOW.year == 2026
