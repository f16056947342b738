"""The pages of a link: the code, the one page, what was sent; and what somebody reads whose link is over."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.database.declarative import Base
from portal.database.session import db
from portal.domain.return_links import IDLE_FOR
from portal.domain.vocabulary import Answer, ReportStatus
from portal.gateways.text_notify import NotifyTexts
from portal.models.meetings import Meeting
from portal.models.reports import Report, ReportAnswer
from portal.models.return_links import ReturnSession
from portal.services.return_links import codes, contacts, making
from portal.services.texting import install_texting
from tests.clinical_files import never_on_disk
from tests.mail_server import NOTIFY_KEY, NOTIFY_TEMPLATE, running_notify
from tests.pages.reading import errors, words
from tests.services.file_steps import TellingScanner
from tests.services.link_steps import TOKEN, read_out
from tests.services.report_steps import WHOLE
from tests.services.rows import change, invitation_of, trail
from tests.world import NOW, viewer_of
from tests.world_clinical import record_of
from tests.world_return_links import TOKENS

PAGE = f"/return/{TOKEN}"


@pytest.fixture
def place(world):
    return world.meeting("a.initial")


@pytest.fixture
def keeper(world):
    """A's coordinator, as services are called."""
    return viewer_of(world.person("a.coordinator"))


@pytest.fixture
def holder(client, world, keeper):
    """A browser that has opened the link with its code."""
    done = client.submit(PAGE, action=f"{PAGE}/code", code=read_out(world, keeper))
    assert (done.status_code, done.location) == (303, PAGE)
    return client


def written(**more):
    """A whole report and what else is filled in."""
    answers = {**WHOLE, "category_views": ["neglect", "physical"]}
    return answers | more


def test_before_the_code_nothing_of_the_meeting_is_shown(client, world):
    page = client.get(PAGE)
    assert "Enter your code" in words(page)
    assert "ZQ-A-AGENCY-SCHOOL-QZ" in words(page)
    allowed = {"contact", "agency"}
    assert [m.text for m in world.markers if m.kind not in allowed and m.is_in(page.text)] == []
    assert "onference" not in page.text


@pytest.mark.parametrize("method", ["get", "head"])
def test_whoever_opens_addresses_without_reading_changes_nothing(client, world, method):
    """Mail scanners and browsers that fetch ahead: every address under a link, again and again, and nothing moves."""

    def everything():
        db.session.rollback()
        return {table.name: db.session.execute(select(table)).all() for table in Base.metadata.sorted_tables}

    before, plain = everything(), FlaskClient(client.application)
    for path in ("", "/text", "/code", "/autosave", "/record", "/document", "/done"):
        for _again in range(2):
            answer = getattr(plain, method)(f"{PAGE}{path}", headers={"Purpose": "prefetch"})
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.status_code in (200, 302, 400, 405), path
    assert everything() == before


def test_no_page_of_it_tells_where_it_is_or_is_kept(client, holder):
    for browser, path in ((client, PAGE), (client, f"{PAGE}/done"), (client, "/return/guessed")):
        answer = browser.get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_no_token_stands_in_a_log(client, holder, capsys):
    capsys.readouterr()
    client.get(PAGE)
    client.get("/return/a-token-that-was-guessed")
    client.post(f"{PAGE}/code", data={"code": "000000"})
    logged = capsys.readouterr().err
    assert '"rule": "/return/<token>"' in logged
    assert TOKEN not in logged
    assert "guessed" not in logged
    assert "000000" not in logged


def test_the_answer_alone_in_two_minutes(holder, world, place):
    page = holder.get(PAGE)
    assert "Answer for ZQ-A-AGENCY-SCHOOL-QZ" in words(page)
    assert "ZQ-A-CHILD-1-QZ" in words(page)
    done = holder.send(page, button="send=part", **{"invitation-answer": "attend"})
    assert (done.status_code, done.location) == (303, f"{PAGE}/done")
    said = holder.get(done.location)
    assert "Something is still asked for" in words(said)
    assert invitation_of(place, "school").answer is Answer.ATTEND
    assert holder.get(PAGE).page.find("input", value="attend").has_attr("checked")


def test_answer_and_report_at_once_use_the_link_up(holder, client, world, place):
    page = holder.get(PAGE)
    done = holder.send(page, button="send=all", **written(**{"invitation-answer": "report_only"}))
    assert done.location == f"{PAGE}/done", errors(done)
    assert "the link has ended" in words(holder.get(done.location))
    invitation = invitation_of(place, "school")
    assert (invitation.answer, invitation.report_received_on) == (Answer.REPORT_ONLY, world.today)
    again = client.get(PAGE)
    assert again.status_code == 410
    assert "This has been sent" in words(again)
    twice = holder.send(page, button="send=all", **written(**{"invitation-answer": "attend"}))
    assert twice.status_code == 410
    assert invitation_of(place, "school").answer is Answer.REPORT_ONLY


def test_what_is_missing_is_said_and_what_was_typed_stays(holder, place):
    page = holder.send(
        holder.get(PAGE),
        button="send=all",
        **{"worries": "ZQ-TYPED-QZ", "invitation-answer": "deputy", "invitation-deputy": ""},
    )
    assert page.status_code == 400
    assert "Enter the name of the person who comes in your place" in errors(page)
    assert len(errors(page)) > 2
    assert page.page.find("textarea", attrs={"name": "worries"}).get_text().strip() == "ZQ-TYPED-QZ"
    assert page.page.find("input", value="deputy").has_attr("checked")
    # It is kept as well, for whoever goes on tomorrow.
    kept = db.session.scalars(select(ReportAnswer).where(ReportAnswer.code == "worries")).all()
    assert "ZQ-TYPED-QZ" in [one.value for one in kept]
    assert invitation_of(place, "school").answer is None


def test_with_a_report_the_answer_may_be_left_and_is_asked_for_again(holder, place):
    done = holder.send(holder.get(PAGE), button="send=all", **written())
    assert done.location == f"{PAGE}/done", errors(done)
    assert "Something is still asked for" in words(holder.get(done.location))
    page = holder.get(PAGE)
    assert not page.page.find("textarea", attrs={"name": "worries"})
    assert errors(holder.send(page, button="send=all")) == ["Say whether you will come"]
    assert holder.send(page, button="send=all", **{"invitation-answer": "attend"}).location == f"{PAGE}/done"
    assert "the link has ended" in words(holder.get(f"{PAGE}/done"))
    assert invitation_of(place, "school").answer is Answer.ATTEND


def test_without_anything_nothing_is_sent(holder, place):
    page = holder.send(holder.get(PAGE), button="send=part")
    assert (page.status_code, errors(page)) == (400, ["Say whether you will come"])


def test_not_ours_needs_no_report(holder, place):
    done = holder.send(holder.get(PAGE), button="send=all", **{"invitation-answer": "not_ours"})
    assert done.location == f"{PAGE}/done", errors(done)
    assert invitation_of(place, "school").answer is Answer.NOT_OURS
    assert "the link has ended" in words(holder.get(done.location))


def test_a_draft_is_saved_and_found_again(holder, client, place):
    saved = holder.send(holder.get(PAGE), button="save", worries="ZQ-TYPED-QZ")
    assert saved.status_code == 200
    assert "What you wrote is saved" in saved.page.get_text()
    again = client.get(PAGE)
    assert again.page.find("textarea", attrs={"name": "worries"}).get_text().strip() == "ZQ-TYPED-QZ"


def test_each_answer_is_saved_as_it_is_typed(holder):
    page = holder.get(PAGE)
    fields = {
        "csrf_token": page.page.find("input", attrs={"name": "csrf_token"})["value"],
        "seen-worries": page.page.find("input", attrs={"name": "seen-worries"})["value"],
        "worries": "Two burns.",
    }
    answer = holder.post(f"{PAGE}/autosave", data=fields, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    assert json.loads(answer.text)["seen"]["worries"] > 0
    lost = holder.post(f"{PAGE}/autosave", data=fields | {"worries": "Another"}, headers={"X-Requested-With": "fetch"})
    assert list(json.loads(lost.text)["conflicts"]) == ["worries"]


def test_the_same_answer_from_another_window_is_shown_and_nothing_is_lost(holder):
    drawn = holder.get(PAGE)
    holder.send(drawn, button="save", worries="From the first window")
    page = holder.send(drawn, button="save", worries="From the second window")
    assert page.status_code == 409
    assert "From the first window" in words(page)
    assert page.page.find("textarea", attrs={"name": "worries"}).get_text().strip() == "From the second window"
    assert holder.send(page, button="save").status_code == 200
    [kept] = db.session.scalars(
        select(ReportAnswer)
        .join(Report, Report.id == ReportAnswer.report_id)
        .where(ReportAnswer.code == "worries", ReportAnswer.value.is_not(None), Report.status == ReportStatus.DRAFT)
        .order_by(ReportAnswer.saved_at.desc())
        .limit(1)
    )
    assert kept.value == "From the second window"


def test_whoever_signed_in_meanwhile_has_the_last_word_and_typed_text_is_shown(holder, as_person, place):
    page = holder.get(PAGE)
    as_person("a.school.lead").submit(f"/meetings/{place.id}/answer", answer="apologies", reason="Half term")
    late = holder.send(page, button="send=all", **written(**{"invitation-answer": "attend"}))
    assert late.status_code == 410
    assert "has signed in to the portal and dealt with this" in words(late)
    assert WHOLE["worries"] in late.page.get_text()
    assert invitation_of(place, "school").answer is Answer.APOLOGIES


def test_a_link_that_was_never_made_and_one_that_is_closed(client, place):
    unknown = client.get("/return/never-made")
    assert unknown.status_code == 404
    assert "This link does not work any more" in words(unknown)
    change(Meeting, place.id, register_closed_at=NOW)
    closed = client.get(PAGE)
    assert closed.status_code == 410
    assert "The record of the meeting is closed" in words(closed)


def test_a_wrong_code_is_said(client, world, keeper):
    page = client.submit(PAGE, action=f"{PAGE}/code", code="12345")
    assert page.status_code == 400
    assert errors(page) == ["This code is not right, or is too old. Check it, or have a new one sent"]
    assert client.submit(PAGE, action=f"{PAGE}/code", code="").status_code == 400


def test_after_ten_wrong_codes_one_has_to_wait(client):
    for _try in range(10):
        client.submit(PAGE, action=f"{PAGE}/code", code="12345")
    refused = client.submit(PAGE, action=f"{PAGE}/code", code="12345")
    assert refused.status_code == 429
    assert "Retry-After" in refused.headers


def test_the_code_comes_by_text_message(client, world):
    with running_notify() as notify:
        install_texting(NotifyTexts(NOTIFY_KEY, NOTIFY_TEMPLATE, notify.url))
        try:
            page = client.get(PAGE)
            assert "ending 123" in words(page)
            assert "7700" not in page.text
            sent = client.send(page, action=f"{PAGE}/text")
            assert sent.location == PAGE
            [digits] = re.findall(r"\b\d{6}\b", notify.sent[0]["personalisation"]["body"])
        finally:
            install_texting(None)
    assert client.submit(PAGE, action=f"{PAGE}/code", code=digits).location == PAGE
    assert "ZQ-A-CHILD-1-QZ" in words(client.get(PAGE))


def test_after_a_pause_the_code_is_asked_again_and_typed_text_is_shown(holder):
    page = holder.get(PAGE)
    change(ReturnSession, db.session.scalars(select(ReturnSession.id)).one(), last_seen_at=NOW - IDLE_FOR)
    late = holder.send(page, button="save", worries="ZQ-TYPED-LATE-QZ")
    assert late.status_code == 400
    assert "Your time ran out" in words(late)
    assert "ZQ-TYPED-LATE-QZ" in late.page.get_text()
    assert "Enter your code" in words(holder.get(PAGE))


def test_one_links_browser_opens_no_other_and_none_of_the_portals_pages(holder, place):
    assert "Enter your code" in words(holder.get(f"/return/{TOKENS['b']}"))
    for path in ("/", f"/meetings/{place.id}", f"/meetings/{place.id}/report", "/meetings", "/inbox", "/activity"):
        answer = holder.get(path)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in"), path


def test_nothing_of_anybody_else_stands_on_the_page(holder, world):
    page = holder.get(PAGE)
    own = {"a.school.lead", "a.school.practitioner"}
    kinds = {m.kind for m in world.markers if m.is_in(page.text)}
    assert [m.text for m in world.markers if m.is_in(page.text) and m.seen_by.isdisjoint(own)] == []
    # Of what the school's people see of the meeting, no more than whom it is about, and who is asked.
    assert kinds <= {"child", "surname", "birthday", "agency", "partnership", "contact", "date of birth"}, kinds


def test_somebody_signed_in_on_the_same_browser_sees_the_links_own_frame(as_person, world, keeper):
    browser = as_person("a.gp.lead")
    page = browser.get(PAGE)
    assert "Enter your code" in words(page)
    assert "Sign out" not in page.text


def test_who_came_is_said_once_the_meeting_has_begun(holder, place):
    change(Meeting, place.id, start_time=(NOW - timedelta(hours=3)).time())
    done = holder.submit(PAGE, button="send=part", **{"day-attendance": "video"})
    assert done.location == f"{PAGE}/done", errors(done)
    assert invitation_of(place, "school").declared_attendance.value == "video"


def test_over_https_a_form_is_taken_without_saying_where_it_was_and_never_from_another_site(world, keeper, client):
    digits = read_out(world, keeper)
    page = client.get(PAGE, base_url="https://localhost")
    token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "code": digits}
    away = client.post(
        f"{PAGE}/code", data=form, base_url="https://localhost", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert away.status_code == 400
    forged = client.post(f"{PAGE}/code", data=form | {"csrf_token": "x"}, base_url="https://localhost")
    assert forged.status_code == 400
    taken = client.post(f"{PAGE}/code", data=form, base_url="https://localhost")
    assert taken.status_code == 303


# A practice with a file from its own system.


@pytest.fixture
def surgery(world, keeper, client, use_filing):
    """The second surgery's link to the review, opened; nobody there has begun the report."""
    use_filing(scanner=TellingScanner())
    place = world.meeting("a.review")
    change(Report, place.invitations["other_gp"].report_id, withdrawn_at=NOW)
    contact_id = contacts.name_contact(
        keeper,
        world.agencies["a.other_gp"],
        name="Dr Field",
        email="dr.field@surgery.example",
        telephone="",
    )
    token = making.make_link(keeper, place.id, place.invitations["other_gp"].id, contact_id)
    path = f"/return/{token}"
    [agency] = [one for one in making.links_page(keeper, place.id).agencies if one.links]
    digits = codes.read_out(keeper, place.id, agency.links[0].id).digits
    client.submit(path, action=f"{path}/code", code=digits)
    return path


def test_a_file_fills_the_report_and_what_was_chosen_beside_it_stays(surgery, client, world):
    content = record_of(db.session(), world.children["a.2"])
    page = client.get(surgery)
    shown = client.send(
        page,
        action=surgery,
        button="read",
        record=(BytesIO(content), "record.json"),
        worries="Typed before the file.",
        **{"invitation-answer": "report_only"},
    )
    assert "Choose what to take from the record" in words(shown)
    taken = client.send(shown, action=f"{surgery}/record")
    assert taken.status_code == 200
    assert "filled from the record" in taken.page.get_text()
    assert taken.page.find("input", value="report_only").has_attr("checked")
    assert taken.page.find("textarea", attrs={"name": "worries"}).get_text().strip() == "Typed before the file."
    answers = {code: value for code, value in written().items() if code != "worries"}
    done = client.send(taken, action=surgery, button="send=all", **answers)
    assert done.location == f"{surgery}/done", errors(done)
    place = world.meeting("a.review")
    assert invitation_of(place, "other_gp").report_received_on == world.today


def test_a_file_of_another_child_is_refused_with_a_way_back(surgery, client, world):
    content = record_of(db.session(), world.children["a.1"])
    refused = client.send(client.get(surgery), action=surgery, button="read", record=(BytesIO(content), "record.json"))
    assert refused.status_code == 400
    assert "not of a child of this meeting" in words(refused)
    assert refused.page.find("a", href=surgery)


def test_a_file_that_was_chosen_is_looked_at_whichever_button_was_pressed(surgery, client, world):
    """Sent without it, the report would lack what somebody thought was in it."""
    content = record_of(db.session(), world.children["a.2"])
    shown = client.send(
        client.get(surgery), action=surgery, button="send=all", record=(BytesIO(content), "record.json"), **written()
    )
    assert shown.status_code == 200
    assert "Choose what to take from the record" in words(shown)
    assert invitation_of(world.meeting("a.review"), "other_gp").report_received_on is None


def test_not_ours_needs_no_record_either(surgery, client, world):
    content = record_of(db.session(), world.children["a.2"])
    done = client.send(
        client.get(surgery),
        action=surgery,
        button="send=all",
        record=(BytesIO(content), "record.json"),
        **{"invitation-answer": "not_ours"},
    )
    assert done.location == f"{surgery}/done", errors(done)


def test_a_large_record_is_never_on_a_disk(surgery, client, world, monkeypatch):
    never_on_disk(monkeypatch)
    content = record_of(db.session(), world.children["a.2"]) + b" " * 1_000_000
    shown = client.send(client.get(surgery), action=surgery, button="read", record=(BytesIO(content), "record.json"))
    assert "Choose what to take from the record" in words(shown)


def test_a_missing_file_is_said(surgery, client):
    page = client.send(client.get(surgery), action=surgery, button="read")
    assert (page.status_code, errors(page)) == (400, ["Choose a file"])


def test_the_short_form_is_chosen_and_left_again(surgery, client):
    short = client.send(client.get(surgery), action=surgery, button="limited=yes")
    assert short.status_code == 200
    assert "This is the short form" in words(short)
    assert not short.page.find("textarea", attrs={"name": "strengths"})
    whole = client.send(short, action=surgery, button="limited=no")
    assert whole.page.find("textarea", attrs={"name": "strengths"})
    assert trail("report.saved", db.session.scalars(select(Report.id).order_by(Report.id.desc()).limit(1)).one()) == 2


def test_the_word_document_is_had_without_an_account(surgery, client):
    answer = client.get(f"{surgery}/document")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
