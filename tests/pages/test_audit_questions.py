"""One question's page without scripts: nothing typed there is lost, and what came of the answer stands beside it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ActionRag, ReturnStatus
from portal.domain.returns import COMMENT_LIMIT, NARRATIVE_LIMIT
from portal.models.actions import Action
from portal.models.audits import AuditReturn, Response, ResponseComment
from portal.models.portable_returns import TravelledAnswer
from portal.services.actions.adding import Promise, add_action
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.sections import give_section, seen_given
from tests.page_client import form_values
from tests.pages.pressing import press
from tests.services.audit_steps import answered_then, asked_now, needs, pieces, row, started
from tests.services.rows import change
from tests.world import NOW

MOST_QUERIES = 8


@pytest.fixture
def head(world, viewer_of):
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def place(world, head):
    """The school's return, begun with nothing of last time."""
    return started(head, asked_now(world, code="fresh"))


@pytest.fixture
def carried(world, head):
    """The school's return, begun with last year's answers."""
    answered_then(world)
    return started(head, asked_now(world))


@pytest.fixture
def school(client, sign_in, world):
    """The school's lead before the pages."""
    sign_in(client, world.person("a.school.lead"))
    return client


def of(place, code="1.1"):
    """The address of a question."""
    return f"/audits/{place.id}/questions/{place.questions[code]}"


def text(response) -> str:
    """What a page says."""
    return " ".join(response.page.main.get_text(" ").split())


def button(response, words):
    """The button that a person sees with these words."""
    found = [
        one
        for one in response.page.main.find_all("button")
        if one.get_text(" ", strip=True).startswith(words) and not one.has_attr("aria-hidden")
    ]
    assert len(found) == 1, [one.get_text() for one in response.page.main.find_all("button")]
    return found[0]


def said(place) -> list[str]:
    """The comments on a return."""
    db.session.rollback()
    return list(db.session.scalars(select(ResponseComment).where(ResponseComment.return_id == place.id)).all())


def kept(place, code="1.1"):
    """What is kept of an answer."""
    found = row(place, code)
    return found.rating, found.narrative, found.is_confirmed


class TestACommentIsSent:
    """By its own button, with an answer half typed above it."""

    def test_the_answer_is_saved_with_it(self, school, place):
        page = school.get(of(place))
        answer = press(
            school, page, button(page, "Add the comment"), rating="amber", narrative="Half.", comment="Is it?"
        )
        assert answer.location == f"{of(place)}#comments"
        assert kept(place) == ("amber", "Half.", True)
        assert [one.text for one in said(place)] == ["Is it?"]
        assert "Is it?" in text(school.get(of(place)))

    def test_what_cannot_be_saved_stands_there_again_and_nothing_was_done(self, school, place):
        page = school.get(of(place))
        long = "x" * (NARRATIVE_LIMIT + 1)
        refused = press(school, page, button(page, "Add the comment"), narrative=long, comment="Is it?")
        assert refused.status_code == 400
        assert refused.page.find("textarea", attrs={"name": "narrative"}).get_text(strip=True) == long
        assert refused.page.find("textarea", attrs={"name": "comment"}).get_text(strip=True) == "Is it?"
        assert said(place) == []
        assert kept(place)[:2] == (None, "")

    @pytest.mark.parametrize(
        ("comment", "words"), [(" ", "Write a comment"), ("x" * (COMMENT_LIMIT + 1), "characters or fewer")]
    )
    def test_where_the_comment_will_not_do_the_answer_stands_there_again(self, school, place, comment, words):
        page = school.get(of(place))
        refused = press(
            school, page, button(page, "Add the comment"), rating="red", narrative="Typed.", comment=comment
        )
        assert refused.status_code == 400
        assert words in refused.page.select_one(".govuk-error-summary").get_text()
        assert refused.page.find("textarea", attrs={"name": "narrative"}).get_text(strip=True) == "Typed."
        assert refused.page.find("input", attrs={"name": "rating", "checked": True})["value"] == "red"

    def test_beside_a_changed_answer_of_last_time_both_stand_there_again(self, school, carried):
        page = school.get(f"{of(carried)}?change=1")
        refused = press(school, page, button(page, "Add the comment"), narrative="Changed.", comment=" ")
        assert refused.status_code == 400
        assert refused.page.find("textarea", attrs={"name": "narrative"}).get_text(strip=True) == "Changed."

    def test_against_a_colleagues_newer_answer_the_comment_is_added_and_both_texts_are_shown(
        self, school, world, viewer_of, head, place
    ):
        colleague = viewer_of(world.person("a.school.practitioner"))
        give_section(head, place.id, place.standards["1"], [colleague.membership_id], seen_given([]))
        page = school.get(of(place))
        save_answer(colleague, place.id, place.questions["1.1"], 1, AnswerText("green", "Theirs."))
        lost = press(school, page, button(page, "Add the comment"), rating="red", narrative="Mine.", comment="Is it?")
        assert lost.status_code == 409
        for words in ("Mine.", "Theirs.", "Your comment was added."):
            assert words in text(lost)
        assert [one.text for one in said(place)] == ["Is it?"]
        assert kept(place) == ("green", "Theirs.", True)

    def test_it_confirms_nothing_of_last_time(self, school, carried):
        page = school.get(f"{of(carried)}?change=1")
        press(school, page, button(page, "Add the comment"), comment="Is it still?")
        assert kept(carried)[2] is False
        assert len(said(carried)) == 1

    def test_by_a_signatory_who_answers_nothing(self, client, sign_in, world, place):
        db.session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(status=ReturnStatus.SUBMITTED))
        db.session.commit()
        sign_in(client, world.person("a.school.governor"))
        page = client.get(of(place))
        assert press(client, page, button(page, "Add the comment"), comment="Well done.").status_code == 303
        assert [one.text for one in said(place)] == ["Well done."]

    def test_without_the_pages_token_nothing_is_kept(self, school, place):
        refused = school.post(
            f"{of(place)}/comments", data={"version": "1", "narrative": "Typed with care.", "comment": "Is it?"}
        )
        assert refused.status_code == 400
        assert "Typed with care." in text(refused)
        assert said(place) == []
        assert kept(place)[1] == ""


class TestAnotherButton:
    """The other buttons of the page."""

    def test_saving_sends_a_typed_comment_too(self, school, place):
        page = school.get(of(place))
        answer = press(school, page, button(page, "Save and next"), rating="green", narrative="Yes.", comment="See?")
        assert answer.status_code == 303
        assert [one.text for one in said(place)] == ["See?"]
        assert kept(place) == ("green", "Yes.", True)

    def test_enter_presses_save_and_next(self, school, place):
        school_page = school.get(of(place)).page
        first = school_page.find("form", id="answer").find("button")
        assert first["name"] == "next"

    def test_removing_evidence_saves_what_was_typed(self, school, carried):
        page = school.get(f"{of(carried)}?change=1")
        answer = press(school, page, button(page, "Remove"), rating="red", narrative="No longer.")
        assert answer.location == of(carried)
        assert pieces(carried, "1.1") == []
        assert kept(carried) == ("red", "No longer.", True)

    @pytest.mark.parametrize("words", ["Add evidence", "Add an action"])
    def test_on_the_way_elsewhere_nothing_of_last_time_is_confirmed(self, school, carried, words):
        page = school.get(f"{of(carried)}?change=1")
        assert press(school, page, button(page, words)).status_code == 303
        assert kept(carried)[2] is False

    def test_typing_that_changes_nothing_confirms_nothing(self, school, carried):
        page = school.get(f"{of(carried)}?change=1")
        typed = form_values(page.page.find("form", id="answer"))
        assert typed["narrative"] == "As we said last year."
        assert school.post(f"{of(carried)}/autosave", data=typed).json["version"] == 1
        assert kept(carried) == ("green", "As we said last year.", False)


class TestSignedOut:
    """What is sent after the sign-in has ended."""

    @pytest.mark.parametrize("words", ["Add the comment", "Save and next"])
    def test_comes_back_whole(self, school, sign_in, world, at_world_time, carried, words):
        page = school.get(f"{of(carried)}?change=1")
        at_world_time.shift(timedelta(minutes=30))
        sent = press(
            school, page, button(page, words), rating="red", narrative="Typed with care.", comment="Is it still?"
        )
        assert sent.location.startswith("/sign-in")
        sign_in(school, world.person("a.school.lead"))
        back = school.get(of(carried)).page
        assert back.find("textarea", attrs={"name": "narrative"}).get_text(strip=True) == "Typed with care."
        assert back.find("textarea", attrs={"name": "comment"}).get_text(strip=True) == "Is it still?"
        assert back.find("input", attrs={"name": "rating", "checked": True})["value"] == "red"

    def test_a_comment_alone_takes_nothing_of_the_answer_away(self, school, sign_in, world, at_world_time, carried):
        page = school.get(of(carried))
        at_world_time.shift(timedelta(minutes=30))
        press(school, page, button(page, "Add the comment"), comment="Is it still?")
        sign_in(school, world.person("a.school.lead"))
        back = school.get(of(carried)).page
        assert back.find("textarea", attrs={"name": "comment"}).get_text(strip=True) == "Is it still?"
        assert back.find("textarea", attrs={"name": "narrative"}).get_text(strip=True) == "As we said last year."


class TestActions:
    """What came of an answer."""

    @pytest.fixture
    def action_id(self, head, place):
        """One action of the school's, added to 1.1 by its lead."""
        promise = Promise("Train the office staff", None, "The bursar", date(2026, 9, 1), ActionRag.AMBER)
        return add_action(head, place.id, place.questions["1.1"], promise)

    def test_stand_with_owner_day_and_state_and_lead_on(self, school, place, action_id):
        page = school.get(of(place))
        line = page.page.find("a", href=f"/actions/{action_id}").find_parent("tr").get_text(" ", strip=True)
        assert line.startswith("Train the office staff")
        for words in ("The bursar", "1 Sep 2026", "Amber", "Open"):
            assert words in line
        assert school.get(of(place, "1.2")).page.find("a", href=f"/actions/{action_id}") is None

    def test_an_overdue_one_says_so(self, school, place, action_id):
        change(Action, action_id, due_on=date(2026, 6, 1))
        assert "Overdue" in text(school.get(of(place)))

    def test_a_colleague_sees_their_own_alone(self, client, sign_in, world, head, place, action_id):
        colleague = world.person("a.school.practitioner")
        give_section(head, place.id, place.standards["1"], [colleague.hat.membership_id], seen_given([]))
        sign_in(client, colleague)
        assert client.get(of(place)).page.find("a", href=f"/actions/{action_id}") is None
        change(Action, action_id, owner_membership_id=colleague.hat.membership_id)
        assert client.get(of(place)).page.find("a", href=f"/actions/{action_id}") is not None

    @pytest.mark.parametrize(
        ("key", "may_add"),
        [("a.school.lead", True), ("a.school.head", False), ("a.business_manager", True), ("a.scrutineer", False)],
    )
    def test_once_it_is_signed_who_may_adds_one_by_a_link(self, client, sign_in, world, place, key, may_add):
        db.session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(status=ReturnStatus.SIGNED))
        db.session.commit()
        sign_in(client, world.person(key))
        link = client.get(of(place)).page.find("a", href=f"{of(place)}/actions/new")
        assert (link is not None) is may_add
        assert client.get(f"{of(place)}/actions/new").status_code == (200 if may_add else 403)

    def test_the_page_costs_as_many_queries_with_twenty(self, school, carried, head, count_queries):
        address = of(carried)
        with count_queries() as before:
            school.get(address)
        for number in range(20):
            promise = Promise(f"Step {number}", None, "The bursar", date(2026, 9, 1), ActionRag.GREEN)
            add_action(head, carried.id, carried.questions["1.1"], promise)
        with count_queries() as after:
            school.get(address)
        assert len(after) == len(before) <= MOST_QUERIES


class TestBroughtAlong:
    """What the agency answered in another partnership."""

    def bring(self, world, place, code="1.1", *, stands=False, **more):
        """Lay an answer of elsewhere beside one; `stands`: it is the answer here too, as after taking a return in."""
        response = row(place, code)
        values = {"rating": "amber", "narrative": "As in Westmoor.", "is_same": True, **more}
        with writing() as session:
            session.add(
                TravelledAnswer(
                    partnership_id=response.partnership_id,
                    response_id=response.id,
                    issuer="Westmoor",
                    question=values.pop("question", f"Is {code} so?"),
                    label="Amber: partly met",
                    evidence="Training log, 3 March 2026",
                    taken_at=NOW,
                    taken_by_id=world.person("a.school.lead").user_id,
                    **values,
                )
            )
            if stands:
                stored = session.get_one(Response, response.id)
                stored.rating, stored.narrative = "amber", "As in Westmoor."

    def test_it_waits_to_be_confirmed_in_one_touch(self, school, world, place):
        self.bring(world, place, stands=True)
        page = school.get(of(place))
        for words in ("Answered in Westmoor", "As in Westmoor.", "Training log, 3 March 2026"):
            assert words in text(page)
        assert press(school, page, button(page, "True here too: confirm")).location == of(place, "1.2")
        assert kept(place) == ("amber", "As in Westmoor.", True)

    def test_what_lacks_something_here_is_changed_first(self, school, world, place):
        needs(place, "1.1", evidence=True)
        self.bring(world, place, stands=True)
        page = school.get(of(place))
        assert "It cannot be confirmed as it stands: add at least one piece of evidence." in text(page)
        changing = school.get(page.page.find("a", string="Change it")["href"].partition("#")[0])
        assert changing.page.find("textarea", attrs={"name": "narrative"}).get_text(strip=True) == "As in Westmoor."

    def test_beside_an_own_answer_it_is_an_offer_that_replaces_nothing_until_it_is_saved(
        self, school, world, head, place
    ):
        save_answer(head, place.id, place.questions["1.1"], 1, AnswerText("green", "Ours."))
        self.bring(world, place)
        page = school.get(of(place))
        assert "Answered in Westmoor, brought along on 10 Jun 2026: Amber: partly met" in text(page)
        answer = press(school, page, button(page, "Take it"), narrative="Ours, typed on.")
        assert answer.location == f"{of(place)}?take=1#answer"
        assert kept(place) == ("green", "Ours, typed on.", True)
        taking = school.get(f"{of(place)}?take=1")
        assert "Ours, typed on." in text(taking)
        assert taking.page.find("input", attrs={"name": "rating", "checked": True})["value"] == "amber"
        press(school, taking, button(taking, "Save and stop"))
        assert kept(place) == ("amber", "As in Westmoor.", True)
        assert "brought along on 10 Jun 2026: taken" in text(school.get(of(place)))

    def test_beside_last_times_answer_it_can_be_taken_instead(self, school, world, carried):
        self.bring(world, carried)
        page = school.get(of(carried))
        assert "What you said last time" in text(page)
        taking = school.get(page.page.find("a", string="Take it")["href"].partition("#")[0])
        assert taking.page.find("textarea", attrs={"name": "narrative"}).get_text(strip=True) == "As in Westmoor."
        assert kept(carried) == ("green", "As we said last year.", False)

    def test_asked_in_other_words_it_shows_them_and_a_rating_that_is_gone_is_chosen_anew(self, school, world, place):
        self.bring(world, place, is_same=False, question="Was 1.1 so?", rating="level_2")
        page = school.get(of(place))
        assert [one.get_text(strip=True) for one in page.page.find_all("del")] == ["Was"]
        assert [one.get_text(strip=True) for one in page.page.find_all("ins")] == ["Is"]
        taking = school.get(f"{of(place)}?take=1")
        assert "Its rating cannot be chosen here" in text(taking)
        assert taking.page.find("input", attrs={"name": "rating", "checked": True}) is None

    def test_the_agencys_own_people_alone_see_it(self, as_person, world, place):
        self.bring(world, place)
        db.session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(status=ReturnStatus.SIGNED))
        db.session.commit()
        for key, sees in (("a.school.head", True), ("a.business_manager", False), ("a.scrutineer", False)):
            page = as_person(key).get(of(place))
            assert ("Westmoor" in text(page)) is sees
            assert page.page.find(attrs={"name": "take_offer"}) is None


def test_what_is_typed_while_a_colleague_sends_the_return_is_shown_to_be_copied(school, place, head):
    page = school.get(of(place))
    change(AuditReturn, place.id, status=ReturnStatus.SUBMITTED)
    refused = press(
        school, page, button(page, "Save and next"), rating="green", narrative="Our lead reads every record on Fridays."
    )
    assert refused.status_code == 403
    assert "This was closed while you were writing" in refused.page.h1.get_text()
    assert refused.page.select_one("textarea").get_text().strip() == "Our lead reads every record on Fridays."
    assert (row(place, "1.1").rating, row(place, "1.1").narrative) == (None, "")
