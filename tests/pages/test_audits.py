"""The pages of an audit return: what stands on them for whom, and the ways through them."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ReturnStatus
from portal.models.audits import AuditReturn, Response
from portal.models.frameworks import Question
from portal.services.audits.sections import give_section, seen_given
from tests.pages.pressing import press
from tests.services.audit_steps import answered_then, asked_now, needs, pieces, row, started
from tests.services.rows import change

MOST_QUERIES = 8


@pytest.fixture
def head(world, viewer_of):
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def place(world, head):
    """The school's return, begun with last year's answers; 1.2's question was altered since."""
    answered_then(world)
    return started(head, asked_now(world, altered=["1.2"]))


@pytest.fixture
def school(client, sign_in, world):
    """The school's lead before the pages."""
    sign_in(client, world.person("a.school.lead"))
    return client


def of(place, code=None):
    """The address of a return, or of a question of it."""
    return f"/audits/{place.id}" + (f"/questions/{place.questions[code]}" if code else "")


def text(response) -> str:
    """What a page says."""
    return " ".join(response.page.main.get_text(" ").split())


class TestTheList:
    """An agency's returns."""

    def test_what_is_to_be_done_now_stands_on_top(self, school, place):
        page = school.get("/audits")
        assert page.page.select_one(".app-card--accent h2").get_text() == place.round.title
        assert "0 of 6 answered, 6 to confirm" in text(page)

    def test_the_board_is_led_to_the_rounds(self, client, sign_in, world):
        sign_in(client, world.person("a.business_manager"))
        assert client.get("/audits").location == "/audit-rounds"


class TestTheReturn:
    """Sections, progress, and where to go on."""

    def test_started_by_one_press(self, school, world):
        place = asked_now(world, code="fresh")
        answer = school.submit(of(place), action=f"{of(place)}/start")
        assert answer.location == of(place)
        page = school.get(of(place))
        assert "0 of 6 answered" in text(page)
        assert page.page.find("a", string="Answer the first question")["href"] == of(place, "1.1")

    def test_a_column_for_last_time_stands_only_where_something_was_carried_over(self, school, place, head, world):
        def heads(shown):
            return [head.get_text() for head in school.get(of(shown)).page.select("table thead th")]

        assert heads(place) == ["Section", "State", "Answered", "Colleagues", "As last time"]
        first = started(head, asked_now(world, code="fresh"))
        assert heads(first) == ["Section", "State", "Answered", "Colleagues"]

    def test_goes_on_where_one_stopped(self, school, place):
        school.submit(of(place, "1.1"), action=f"{of(place, '1.1')}/confirm")
        page = school.get(of(place))
        assert page.page.find("a", string="Go on where you stopped")["href"] == of(place, "1.2")

    def test_a_section_is_confirmed_in_one_touch(self, school, place):
        answer = school.submit(of(place), action=f"{of(place)}/sections/{place.standards['1']}/confirm")
        assert answer.location == of(place)
        page = school.get(of(place))
        assert "2 answers confirmed as still true." in text(page)
        assert "2 of 6 answered, 4 to confirm" in text(page)

    def test_given_to_a_colleague_who_finds_it_on_home(self, school, new_client, sign_in, world, place):
        colleague = world.person("a.school.practitioner")
        address = f"{of(place)}/sections/{place.standards['2']}"
        school.submit(address, colleagues=[str(colleague.hat.membership_id)])
        assert colleague.name in text(school.get(of(place)))
        other = new_client()
        sign_in(other, colleague)
        home = other.get("/")
        assert "Answer 1 section of the audit" in text(home)
        page = other.get(of(place))
        assert "Standard 2" in text(page)
        assert "Standard 1" not in text(page)
        assert other.get(of(place, "1.1")).status_code == 404

    def test_the_lead_finds_it_on_home(self, school, place):
        assert "Answer the audit: 0 of 6" in text(school.get("/"))

    def test_questions_are_called_by_their_place_in_the_edition_whatever_their_codes(self, school, place):
        for code, question_id in place.questions.items():
            change(Question, question_id, code=f"slug-of-{code.replace('.', '-')}")
        with writing() as session:
            session.execute(
                delete(Response).where(Response.return_id == place.id, Response.question_id == place.questions["1.2"])
            )
        page = school.get(of(place, "1.3"))
        assert page.page.select_one(".govuk-caption-l").get_text() == "1.3 · Standard 1"
        assert "slug-of" not in text(page)
        assert "2.1 Is 2.1 so?" in text(school.get(f"{of(place)}/print"))

    def test_printed_whole(self, school, place):
        page = school.get(f"{of(place)}/print")
        assert text(page).count("As we said last year.") == 6
        assert "Safeguarding policy (1 Sep 2024)" in text(page)


class TestTheQuestion:
    """One question, whole on one page."""

    def test_last_time_is_confirmed_and_the_next_is_opened(self, school, place):
        page = school.get(of(place, "1.1"))
        assert "What you said last time" in text(page)
        assert "Safeguarding policy" in text(page)
        answer = school.send(page, action=f"{of(place, '1.1')}/confirm")
        assert answer.location == of(place, "1.2")
        assert row(place, "1.1").is_confirmed

    def test_an_altered_question_shows_what_was_altered(self, school, place):
        page = school.get(of(place, "1.2"))
        assert "Altered The question is not the same as last time." in text(page)
        assert [one.get_text(strip=True) for one in page.page.find_all("ins")] == ["so, as edition 7 asks?"]
        assert [one.get_text(strip=True) for one in page.page.find_all("del")] == ["so?"]
        assert school.send(page, action=f"{of(place, '1.2')}/confirm").location == of(place, "1.3")

    def test_changed_and_saved(self, school, place):
        page = school.get(f"{of(place, '1.1')}?change=1")
        answer = school.send(page, action=of(place, "1.1"), button="next", rating="amber", narrative="Not all of it.")
        assert answer.location == of(place, "1.2")
        kept = row(place, "1.1")
        assert (kept.rating, kept.narrative, kept.is_confirmed) == ("amber", "Not all of it.", True)

    def test_stopped(self, school, place):
        page = school.get(f"{of(place, '1.1')}?change=1")
        answer = school.send(page, action=of(place, "1.1"), button="stop", rating="red", narrative="No.")
        assert answer.location == of(place)
        assert "Saved. You can go on whenever you like." in text(school.get(of(place)))

    def test_unfinished_it_is_saved_and_said(self, school, place):
        needs(place, "1.1", narrative=True)
        page = school.get(f"{of(place, '1.1')}?change=1")
        answer = school.send(page, action=of(place, "1.1"), button="next", rating="red", narrative="")
        page = school.get(answer.location)
        assert "Question 1.1 is saved, but not finished: say in a few words how you know." in text(page)
        assert "1 to finish" in text(page)

    def test_what_is_missing_is_said_before_it_is_confirmed(self, school, place):
        needs(place, "1.3", evidence=True)
        page = school.get(of(place, "1.3"))
        assert "It cannot be confirmed as it stands" in text(page)
        answer = school.post(f"{of(place, '1.3')}/confirm", data={"version": 1, **hidden(page)})
        page = school.get(answer.location)
        assert "There is a problem Add at least one piece of evidence" in text(page)

    def test_both_answers_stand_there_when_two_save_at_once(self, school, new_client, sign_in, world, head, place):
        colleague = world.person("a.school.practitioner")
        give_section(head, place.id, place.standards["1"], [colleague.hat.membership_id], seen_given([]))
        other = new_client()
        sign_in(other, colleague)
        mine, theirs = (one.get(f"{of(place, '1.1')}?change=1") for one in (school, other))
        other.send(theirs, action=of(place, "1.1"), button="next", rating="red", narrative="Theirs.")
        lost = school.send(mine, action=of(place, "1.1"), button="next", rating="green", narrative="Mine.")
        assert lost.status_code == 409
        assert "Mine." in text(lost)
        assert "Theirs." in text(lost)
        forms = lost.page.main.find_all("form")
        assert len(forms) == 3
        together = forms[2].find("textarea").get_text().strip()
        assert together == "Theirs.\n\nMine."
        answer = school.post(of(place, "1.1"), data={**fields(forms[2]), "rating": "amber"})
        assert answer.status_code == 303
        assert (row(place, "1.1").rating, row(place, "1.1").narrative) == ("amber", "Theirs.\n\nMine.")

    def test_saved_as_it_is_typed(self, school, place):
        page = school.get(f"{of(place, '1.1')}?change=1")
        typed = {**hidden(page), "version": "1", "rating": "amber", "narrative": "Typed."}
        answer = school.post(f"{of(place, '1.1')}/autosave", data=typed)
        assert answer.json == {"saved_at": "11:00", "version": 2}
        typed["narrative"] = "Typed on."
        assert school.post(f"{of(place, '1.1')}/autosave", data=typed).status_code == 409
        for wrong in ({"version": "x"}, {"rating": "purple", "version": "2"}, {"narrative": "\x00", "version": "2"}):
            assert school.post(f"{of(place, '1.1')}/autosave", data={**typed, **wrong}).status_code == 422
        assert row(place, "1.1").narrative == "Typed."

    def test_a_link_is_added_and_removed(self, school, place):
        page = school.get(f"{of(place, '2.1')}?change=1")
        answer = school.send(page, action=of(place, "2.1"), button="add_evidence")
        assert answer.location == f"{of(place, '2.1')}/evidence"
        day = {"dated_on__day": "5", "dated_on__month": "3", "dated_on__year": "2026"}
        refused = school.submit(answer.location, kind="link", url="http://example.org", **day)
        assert refused.status_code == 400
        assert "Enter the link with https://" in text(refused)
        school.submit(answer.location, kind="link", url="https://example.org/p", title="Minutes", **day)
        assert len(pieces(place, "2.1")) == 1
        page = school.get(f"{of(place, '2.1')}?change=1")
        assert "Minutes" in text(page)
        answer = press(school, page, page.page.find("button", attrs={"name": "evidence"}))
        assert answer.location == of(place, "2.1")
        assert pieces(place, "2.1") == []

    def test_an_action_is_one_press_away_and_what_was_typed_is_kept(self, school, place):
        page = school.get(f"{of(place, '1.1')}?change=1")
        answer = school.send(page, action=of(place, "1.1"), button="add_action", rating="red", narrative="Not yet.")
        assert answer.location == f"{of(place, '1.1')}/actions/new"
        assert school.get(answer.location).status_code == 200
        assert row(place, "1.1").narrative == "Not yet."

    def test_evidence_given_already(self, school, place):
        (policy,) = pieces(place, "1.1")
        school.submit(f"{of(place, '2.1')}/evidence", kind="given", given=str(policy.id))
        (piece,) = pieces(place, "2.1")
        assert (piece.title, piece.dated_on) == (policy.title, policy.dated_on)

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({}, "Choose what you want to add"),
            ({"kind": "link"}, "Enter the link"),
            ({"kind": "link", "url": "https://example.org/a"}, "day, month and year"),
            ({"kind": "given"}, "Choose the evidence"),
            ({"kind": "file", "dated_on__day": "5", "dated_on__month": "3", "dated_on__year": "2026"}, "Choose a file"),
            (
                {"kind": "link", "url": "https://example.org/a", "dated_on__day": "5", "dated_on__month": "3"}
                | {"dated_on__year": "2036"},
                "or earlier",
            ),
        ],
    )
    def test_what_is_missing_in_evidence_is_said(self, school, place, typed, words):
        refused = school.submit(f"{of(place, '2.1')}/evidence", **typed)
        assert refused.status_code == 400
        assert words in refused.page.select_one(".govuk-error-summary").get_text()
        assert pieces(place, "2.1") == []

    def test_a_comment_is_said_once(self, school, place):
        school.submit(of(place, "1.1"), action=f"{of(place, '1.1')}/comments", comment="Have you the minutes?")
        assert "Have you the minutes?" in text(school.get(of(place, "1.1")))
        empty = school.submit(of(place, "1.1"), action=f"{of(place, '1.1')}/comments", comment=" ")
        assert empty.status_code == 400


class TestReadOnly:
    """What has been sent is read in the same pages."""

    @pytest.mark.parametrize("status", [ReturnStatus.SUBMITTED, ReturnStatus.SIGNED])
    def test_no_form_is_left(self, school, place, status):
        db.session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(status=status))
        db.session.commit()
        for address in (of(place), f"{of(place, '1.1')}?change=1"):
            page = school.get(address).page
            assert not [form for form in page.main.find_all("form") if "comments" not in form["action"]]

    def test_what_the_panel_wrote_shows_once_it_is_released(self, client, sign_in, world):
        place = world.returns["a.school"]
        marker = next(one.text for one in world.markers if one.kind == "moderation" and one.partnership == "a")
        sign_in(client, world.person("a.school.lead"))
        address = f"/audits/{place.id}/questions/{place.questions['1.1']}"
        assert marker not in text(client.get(address))
        assert marker not in text(client.get(f"/audits/{place.id}/print"))
        db.session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(released_at=world.now))
        db.session.commit()
        assert marker in text(client.get(address))
        assert marker in text(client.get(f"/audits/{place.id}/print"))

    def test_from_outside_no_comment_is_seen(self, client, sign_in, world):
        place = world.returns["a.social_care"]
        sign_in(client, world.person("a.scrutineer"))
        page = client.get(f"/audits/{place.id}/questions/{place.questions['1.1']}")
        assert page.status_code == 200
        assert "Comments" not in text(page)
        assert not page.page.main.find_all("form")


@pytest.mark.parametrize("address", ["/audits", of, lambda place: of(place, "1.2"), lambda place: f"{of(place)}/print"])
def test_a_page_takes_at_most_eight_queries(school, place, count_queries, address):
    where = address if isinstance(address, str) else address(place)
    with count_queries() as statements:
        school.get(where)
    assert len(statements) <= MOST_QUERIES, statements


def hidden(page) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    form = page.page.main.find("form")
    return {one["name"]: one["value"] for one in form.find_all("input", type="hidden") if one["name"] != "version"}


def fields(form) -> dict[str, str]:
    """What a form would send, but for what is chosen in it."""
    found = {one["name"]: one["value"] for one in form.find_all("input", type="hidden")}
    return {**found, **{one["name"]: one.get_text().lstrip("\n") for one in form.find_all("textarea")}}
