"""The inbox's pages: the list, opening under the right membership, the header's number, and what comes by email."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.domain.message_vocabulary import NoticeKind
from portal.models.messages import MessageChoice
from tests.pages.pressing import press
from tests.pages.reading import errors, rows, words
from tests.services.notice_steps import give, tell_nobody_anything
from tests.services.rows import stored
from tests.world import NOW

INBOX = "/inbox"
CHOICES = "/account/messages"
MOST_QUERIES = 8

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


@pytest.fixture
def told(world):
    """told("a.gp.lead", kind=…): tell somebody something under their first (or the given) membership."""

    def tell(key, hat=0, **facts):
        person = world.person(key)
        return give(person.hats[hat], person.user_id, **facts)

    return tell


def opener(answer, notice):
    """The button that opens a notice."""
    return answer.page.find("form", action=f"/inbox/{notice}/open").button


def header(answer):
    """The header's link to the inbox."""
    return " ".join(answer.page.header.find("a", href=INBOX).get_text().split())


def test_an_empty_inbox_says_so(lead):
    answer = lead.get(INBOX)
    assert "You have no messages" in words(answer)
    assert header(answer) == "Inbox"
    assert answer.page.find("form", action="/inbox/read") is None


def test_it_lists_what_one_was_told(lead, told):
    told("a.gp.lead", what="Review conference, Thursday 3 December", due_at=NOW + timedelta(days=2))
    told("a.gp.lead", kind=NoticeKind.ESCALATION_CLOSED, read_at=NOW)
    told("a.gp.lead", kind=NoticeKind.REPORT_DUE, settled_at=NOW, due_at=NOW - timedelta(days=3))
    answer = lead.get(INBOX)
    done, read, new = rows(answer)
    assert new.startswith("Answer an invitation")
    assert "Review conference, Thursday 3 December" in new
    assert "Friday 12 June, in 2 working days New" in new
    assert read.startswith("An escalation was closed")
    assert read.endswith("Read")
    assert done.endswith("Done")
    assert "late" not in done
    assert len(answer.page.select("tbody form")) == 2  # what is done has nothing to open
    assert header(answer) == "Inbox (1 not read)"


def test_opening_leads_on_and_marks_as_read(lead, told, place):
    notice = told("a.gp.lead", subject_id=place.invitations["gp"].id)
    answer = lead.get(INBOX)
    opened = press(lead, answer, opener(answer, notice))
    assert (opened.status_code, opened.location) == (303, f"/meetings/{place.id}/answer")
    assert header(lead.get(INBOX)) == "Inbox"


@pytest.mark.parametrize(
    ("key", "kind", "subject", "place", "leads_to"),
    [
        ("a.gp.lead", NoticeKind.REPORT_DUE, "invitation", "meeting", "/meetings/{}/report"),
        ("a.gp.lead", NoticeKind.ATTENDANCE_TO_SAY, "meeting", "meeting", "/meetings/{}/attendance"),
        ("a.gp.lead", NoticeKind.INVITATION_CHANGED, "meeting", "meeting", "/meetings/{}"),
        ("a.chair", NoticeKind.REGISTER_TO_CLOSE, "meeting", "meeting", "/meetings/{}/register"),
        ("a.chair", NoticeKind.QUORACY_AT_RISK, "meeting", "meeting", "/meetings/{}/quoracy"),
        ("a.gp.lead", NoticeKind.QUORACY_ASKED, "invitation", "meeting", "/meetings/{}/answer"),
        ("a.manager", NoticeKind.QUORACY_FAILED, "meeting", "meeting", "/meetings/{}"),
        ("a.gp.lead", NoticeKind.AUDIT_OPENED, "audit_return", "return", "/audits/{}"),
        ("a.school.head", NoticeKind.AUDIT_TO_SIGN, "audit_return", "return", "/audits/{}/signing"),
        ("a.business_manager", NoticeKind.AUDIT_DUE, "audit_round", "round", "/audit-rounds/{}"),
        ("a.gp.lead", NoticeKind.ACTION_GIVEN, "action", "action", "/actions/{}"),
        ("a.administrator", NoticeKind.MAIL_FAILED, "membership", "membership", "/people/{}"),
        ("a.gp.lead", NoticeKind.PEOPLE_TO_CONFIRM, "agency", "agency", "/people/confirm"),
        ("a.gp.lead", NoticeKind.PASSWORD_CHANGED, "person", "agency", "/account"),
        ("a.gp.practitioner", NoticeKind.WORK_HANDED_OVER, "membership", "membership", "/"),
        ("a.gp.lead", NoticeKind.INVITATION, "nothing known", "agency", "/"),
        ("a.chair", NoticeKind.PROPOSALS, "meeting", "meeting", "/meetings/{}/proposals"),
        ("a.second_chair", NoticeKind.PROPOSALS, "escalation_proposal", "proposal", "/proposals/{}"),
        ("a.other_gp.lead", NoticeKind.ESCALATION_RAISED, "escalation", "escalation", "/escalations/{}"),
        ("a.chair", NoticeKind.ALERT_REPLY, "escalation", "alert", "/escalations/{}"),
        ("a.board", NoticeKind.ESCALATION_STAGE, "escalation", "escalation", "/escalations/figures"),
    ],
)
def test_each_kind_opens_where_it_is_done(as_person, told, world, key, kind, subject, place, leads_to):
    meeting = world.meeting("a.initial")
    row = {
        "meeting": meeting.invitations["gp"].id if subject == "invitation" else meeting.id,
        "return": world.returns["a.gp" if key == "a.gp.lead" else "a.school"].id,
        "round": world.rounds["a.section_11"],
        "action": world.actions["a.gp"],
        "membership": world.person("a.gp.lead").hat.membership_id,
        "agency": world.agencies["a.gp"],
        "escalation": world.escalations["a.missed"],
        "alert": world.escalations["a.alert"],
        "proposal": world.proposals["a.open"],
    }[place]
    browser = as_person(key)
    notice = told(key, kind=kind, subject=subject, subject_id=row)
    answer = browser.get(INBOX)
    opened = press(browser, answer, opener(answer, notice))
    assert opened.location == leads_to.format(meeting.id if place == "meeting" else row)
    assert browser.get(opened.location).status_code in (200, 302)


def test_it_opens_under_the_membership_that_it_is_for(as_person, told, world):
    both = world.person("both")
    browser = as_person("both")
    meeting = world.meeting("b.initial")
    notice = told("both", hat=1, subject="meeting", subject_id=meeting.id)
    answer = browser.get(INBOX)
    assert both.hats[1].partnership_name in rows(answer)[0]
    opened = press(browser, answer, opener(answer, notice))
    page = browser.get(opened.location)
    assert page.status_code == 200
    assert both.hats[1].partnership_name in page.page.header.get_text()


def test_somebody_else_s_is_as_if_it_were_not_there(lead, told):
    own = told("a.gp.lead")
    answer = lead.get(INBOX)
    button = opener(answer, own)
    for other in (told("a.gp.practitioner"), told("b.gp.lead"), 999_999):
        button.find_parent("form")["action"] = f"/inbox/{other}/open"
        assert press(lead, answer, button).status_code == 404
    assert rows(lead.get(INBOX)) == rows(answer)


def test_all_are_marked_as_read(lead, told):
    for _ in range(3):
        told("a.gp.lead")
    answer = lead.get(INBOX)
    assert header(answer) == "Inbox (3 not read)"
    assert lead.send(answer, action="/inbox/read").status_code == 303
    after = lead.get(INBOX)
    assert "All your messages are marked as read" in words(after)
    assert header(after) == "Inbox"
    assert after.page.find("form", action="/inbox/read") is None


def test_the_header_says_no_number_that_it_did_not_count_to(lead, told):
    for _ in range(101):
        told("a.gp.lead")
    answer = lead.get("/")
    assert header(answer) == "Inbox (99+ not read)"


def test_a_long_inbox_has_pages_within_its_queries(lead, told, count_queries):
    for _ in range(60):
        told("a.gp.lead")
    with count_queries() as statements:
        answer = lead.get(f"{INBOX}?page=2")
    assert "Showing 51 to 60 of 60" in words(answer)
    assert len(statements) <= MOST_QUERIES


def test_choices_are_kept(lead, world):
    answer = lead.submit(CHOICES, wants_digest="no", digest_hour="17", muted=["action_due", "audit_sections"])
    assert (answer.status_code, answer.location) == (303, "/account")
    row = stored(MessageChoice, world.person("a.gp.lead").user_id)
    assert (row.wants_digest, row.digest_hour, set(row.muted)) == (False, 17, {"action_due", "audit_sections"})
    again = lead.get(CHOICES).page
    assert {box["value"] for box in again.select("[name=muted]") if box.has_attr("checked")} == set(row.muted)
    assert again.select_one("[name=wants_digest][checked]")["value"] == "no"


def test_what_must_be_received_is_listed_and_not_offered(lead):
    answer = lead.get(CHOICES)
    always = answer.page.select_one("details").get_text()
    assert "Invitation to a meeting" in always
    assert answer.page.select_one("[name=muted][value=invitation]") is None
    assert [option["value"] for option in answer.page.select("#digest_hour option")] == [str(h) for h in range(7, 19)]


def test_a_choice_that_is_not_offered_is_refused_and_nothing_typed_is_lost(lead):
    page = lead.get(CHOICES)
    refused = lead.send(page, wants_digest="no", muted=["invitation"])
    assert refused.status_code == 400
    assert errors(refused) == ["Choose only from the answers shown"]
    assert refused.page.select_one("[name=wants_digest][checked]")["value"] == "no"


def test_a_choice_made_meanwhile_is_shown_and_not_overwritten(lead, world):
    page = lead.get(CHOICES)
    lead.submit(CHOICES, digest_hour="10")
    lost = lead.send(page, digest_hour="16")
    assert lost.status_code == 409
    assert "Yes, from 10:00" in words(lost)
    assert lost.page.select_one("#digest_hour option[selected]")["value"] == "16"
    assert stored(MessageChoice, world.person("a.gp.lead").user_id).digest_hour == 10
    assert lead.send(lost, action=CHOICES).status_code == 303
    assert stored(MessageChoice, world.person("a.gp.lead").user_id).digest_hour == 16


def test_the_account_leads_to_the_choices(lead):
    assert lead.get("/account").page.find("a", href=CHOICES) is not None
