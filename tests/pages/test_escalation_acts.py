"""What people do to escalations on pages: raise, reply, ask again, move up, give time, close, withdraw, correct."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.domain.escalation_vocabulary import (
    Category,
    ChildSafe,
    EntryKind,
    EscalationStatus,
    Learning,
    Resolution,
    Turn,
)
from portal.services.escalations.acting import add_contact, reply
from portal.services.escalations.clocks import end_clocks
from tests.pages.reading import errors, words
from tests.pages.sign_in_steps import type_password
from tests.services.escalation_steps import ALERT, DISAGREEMENT, entries, raised, row
from tests.world import NOW


@pytest.fixture
def asked(world, viewer_of):
    """A disagreement that the school has raised with the surgery."""
    return raised(world, viewer_of, by="a.school.lead", with_="gp", kind=DISAGREEMENT)


@pytest.fixture
def where(asked):
    """Its address."""
    return f"/escalations/{asked}"


@pytest.fixture
def answered(asked, world, viewer_of):
    """The same with a reply."""
    reply(viewer_of(world.person("a.gp.lead")), asked, "We will.", row(asked).version)
    return asked


def texts(number: int) -> list[str]:
    """What the log says, from the first entry on."""
    return [one.text for one in entries(number)]


# Raising


def test_a_disagreement_is_looked_at_once_more_before_it_is_sent(as_person, world):
    client = as_person("a.school.lead")
    place = world.meeting("a.initial")
    before = len(client.get("/escalations?show=all").page.select("tbody tr"))
    check = client.submit(
        f"/escalations/new?meeting={place.id}",
        raised_with_agency_id=str(world.agencies["a.gp"]),
        category="information_sharing",
        summary="Twice asked\nfor <b>the</b> chronology",
        wanted="Send it",
        is_urgent="no",
    )
    assert check.page.h1.get_text(strip=True) == "Check it before it is sent"
    assert "for <b>the</b> chronology" in words(check)
    assert "Stage 1: Practitioners" in words(check)
    assert len(client.get("/escalations?show=all").page.select("tbody tr")) == before
    again = client.send(check, button="change")
    assert again.page.select_one("textarea[name=summary]").get_text().strip() == (
        "Twice asked\nfor <b>the</b> chronology"
    )
    assert again.page.select_one(f"option[value='{place.id}'][selected]")
    check = client.send(again, wanted="Send it today")
    sent = client.send(check, button="send")
    assert sent.status_code == 303
    number = int(sent.location.rpartition("/")[2])
    found = row(number)
    assert (found.category, found.meeting_id, found.case_id) == (
        Category.INFORMATION_SHARING,
        place.id,
        place.case_id,
    )
    assert (found.wanted, found.stage, found.turn) == ("Send it today", 1, Turn.RAISED_WITH)
    assert found.summary == "Twice asked\nfor <b>the</b> chronology"


def test_an_urgent_one_begins_where_it_must_and_says_why(as_person, world):
    client = as_person("a.gp.practitioner")
    typed = {
        "raised_with_agency_id": str(world.agencies["a.social_care"]),
        "category": "threshold",
        "summary": "No strategy meeting",
        "wanted": "Hold one today",
        "is_urgent": "yes",
        "stage": "3",
    }
    refused = client.submit("/escalations/new", **typed)
    assert (refused.status_code, errors(refused)) == (400, ["Enter why it is urgent"])
    check = client.send(refused, urgent_reason="A bruise this morning")
    sent = client.send(check, button="send")
    found = row(int(sent.location.rpartition("/")[2]))
    assert (found.stage, found.is_urgent, found.meeting_id) == (3, True, None)


def test_what_is_missing_is_said_and_what_was_typed_stays(as_person):
    refused = as_person("a.gp.lead").submit("/escalations/new", summary="ZQ-TYPED-QZ")
    assert refused.status_code == 400
    assert errors(refused) == [
        "Choose the agency that you raise it with",
        "Choose what it is about",
        "Enter what you ask for",
        "Say whether it is urgent",
    ]
    assert "ZQ-TYPED-QZ" in words(refused)


def test_one_chooses_among_ones_own_meetings_and_other_agencies(as_person, world):
    page = as_person("a.gp.lead").get("/escalations/new").page
    offered = {option["value"] for option in page.select("select[name=meeting_id] option")} - {""}
    assert offered == {str(world.meeting(f"a.{key}").id) for key in ("initial", "strategy")}
    agencies = {option["value"] for option in page.select("select[name=raised_with_agency_id] option")} - {""}
    assert agencies == {str(number) for key, number in world.agencies.items() if key.startswith("a.") and key != "a.gp"}


def test_somebody_elses_meeting_cannot_be_named(as_person, world):
    client = as_person("a.gp.lead")
    page = client.get("/escalations/new")
    refused = client.send(
        page,
        raised_with_agency_id=str(world.agencies["a.school"]),
        category="threshold",
        meeting_id=str(world.meeting("a.core_group").id),
        summary="x",
        wanted="y",
        is_urgent="no",
    )
    assert (refused.status_code, errors(refused)) == (400, ["Choose one of the answers shown"])


def test_an_alert_of_each_kind(as_person, world):
    client = as_person("a.chair")
    address = f"/meetings/{world.meeting('a.initial').id}/alerts/new"
    typed = {"category": "visits", "summary": "No visit for six weeks", "wanted": "Visit this week"}
    day = {"expected_on__day": "17", "expected_on__month": "6", "expected_on__year": "2026"}

    def raise_it(**more):
        sent = client.submit(address, **{**typed, **more})
        assert sent.status_code == 303, errors(sent)
        return row(int(sent.location.rpartition("/")[2]))

    informal = raise_it(sort="informal", **day)
    assert (informal.stage, informal.expected_on.isoformat(), informal.formal_at) == (1, "2026-06-17", None)
    formal = raise_it(sort="formal", **day)
    assert formal.stage == 2
    assert formal.formal_at is not None
    praise = raise_it(sort="praise", wanted="")
    assert (praise.is_positive, praise.due_at, praise.expected_on) == (True, None, None)
    assert {one.raised_with_agency_id for one in (informal, formal, praise)} == {world.agencies["a.social_care"]}


def test_an_alert_says_what_it_needs(as_person, world):
    client = as_person("a.manager")
    address = f"/meetings/{world.meeting('a.initial').id}/alerts/new"
    refused = client.submit(address, sort="informal", summary="ZQ-TYPED-QZ")
    assert refused.status_code == 400
    assert errors(refused) == [
        "Choose what it is about",
        "Enter what should be put right",
        "Enter the day by which it should be resolved",
    ]
    assert "ZQ-TYPED-QZ" in words(refused)


def test_alerts_are_for_those_who_chair_that_meeting(as_person, world):
    address = f"/meetings/{world.meeting('a.initial').id}/alerts/new"
    assert as_person("a.second_chair").get(address).status_code == 404
    assert as_person("b.chair").get(address).status_code == 404
    for name in ("a.gp.lead", "a.coordinator", "a.business_manager"):
        assert as_person(name).get(address).status_code == 403, name


# Replying


def test_a_reply_hands_the_turn_back(as_person, asked, where):
    client = as_person("a.gp.lead")
    sent = client.submit(where, action=where, text="It comes at noon.\nI am sorry.")
    assert (sent.status_code, sent.location) == (303, where)
    assert row(asked).turn is Turn.RAISED_BY
    assert texts(asked)[-1] == "It comes at noon.\nI am sorry."
    assert "Your reply was sent." in words(client.get(where))


def test_an_empty_reply_comes_back(as_person, where):
    refused = as_person("a.gp.lead").submit(where, action=where, text=" ")
    assert (refused.status_code, errors(refused)) == (400, ["Enter your reply"])


def test_a_reply_that_met_another_change_shows_both_and_keeps_what_was_typed(as_person, asked, where, viewer_of, world):
    """Their chair moves it up while the surgery writes: the log shows that, the box still holds the reply."""
    client = as_person("a.gp.lead")
    page = client.get(where)
    moved = as_person("a.school.lead").submit(f"{where}/move-up", to_stage="2", reason="ZQ-THEIRS-QZ")
    assert moved.status_code == 303
    lost = client.send(page, action=where, text="ZQ-MINE-QZ")
    assert lost.status_code == 409
    assert "ZQ-MINE-QZ" in lost.page.select_one("textarea[name=text]").get_text()
    assert "ZQ-THEIRS-QZ" in words(lost)
    assert "Somebody else changed this while you were writing." in words(lost)
    assert client.send(lost, action=where).status_code == 303
    assert texts(asked)[-1] == "ZQ-MINE-QZ"


def test_a_reply_after_the_end_is_shown_to_be_copied(as_person, where):
    client = as_person("a.gp.lead")
    page = client.get(where)
    as_person("a.school.lead").submit(f"{where}/withdraw", text="It came by post.")
    refused = client.send(page, action=where, text="ZQ-MINE-QZ, which took me long to write")
    assert refused.status_code == 403
    assert "ZQ-MINE-QZ" in words(refused)


def sign_in_again(client, person, answer):
    """Do what the sign-in page asks of somebody whose sign-in had ended."""
    assert answer.location.startswith("/sign-in?next=")
    answer = type_password(client, person, path=answer.location)
    return client.submit(answer.location, code=person.code)


@pytest.mark.parametrize(
    ("name", "page", "field"),
    [
        ("a.gp.lead", "", "text"),
        ("a.school.lead", "/move-up", "reason"),
        ("a.school.lead", "/resolve", "text"),
        ("a.school.lead", "/withdraw", "text"),
        ("a.school.lead", "/contact", "text"),
        ("a.school.lead", "/correct/2", "text"),
    ],
)
def test_what_was_typed_when_the_sign_in_had_ended_is_there_again(
    as_person, asked, where, world, viewer_of, at_world_time, name, page, field
):
    add_contact(viewer_of(world.person("a.school.lead")), asked, EntryKind.CONTACT, "On Monday.")
    client, address = as_person(name), where + page
    form = client.get(address)
    at_world_time.shift(timedelta(minutes=30))
    back = sign_in_again(client, world.person(name), client.send(form, action=address, **{field: "ZQ-TYPED-QZ"}))
    assert back.location == address
    assert client.get(address).page.select_one(f"textarea[name={field}]").get_text().strip() == "ZQ-TYPED-QZ"


@pytest.mark.parametrize(("name", "page"), [("a.gp.lead", "/escalations/new"), ("a.chair", "/meetings/{}/alerts/new")])
def test_what_was_being_raised_when_the_sign_in_had_ended_is_there_again(as_person, world, at_world_time, name, page):
    client, address = as_person(name), page.format(world.meeting("a.initial").id)
    form = client.get(address)
    at_world_time.shift(timedelta(minutes=30))
    back = sign_in_again(client, world.person(name), client.send(form, action=address, summary="ZQ-TYPED-QZ"))
    assert back.location == address
    assert "ZQ-TYPED-QZ" in client.get(address).page.select_one("textarea[name=summary]").get_text()


def test_thanks_close_good_practice(as_person, world, viewer_of):
    number = raised(
        world, viewer_of, with_="social_care", kind=ALERT, category=Category.GOOD_PRACTICE, is_positive=True
    )
    address = f"/escalations/{number}"
    assert as_person("a.social_care.lead").submit(address, action=address).status_code == 303
    assert (row(number).status, row(number).resolution) == (EscalationStatus.RESOLVED, Resolution.ACKNOWLEDGED)


# Driving it


def test_asking_again_hands_the_turn_over(as_person, answered, where):
    assert as_person("a.school.lead").submit(f"{where}/ask-again", text="And the rest?").status_code == 303
    assert row(answered).turn is Turn.RAISED_WITH
    assert texts(answered)[-1] == "And the rest?"


def test_nobody_asks_again_before_there_is_a_reply(as_person, asked, where):
    assert as_person("a.school.lead").get(f"{where}/ask-again").status_code == 403


def test_only_an_urgent_matter_skips_a_stage(as_person, asked, where):
    client = as_person("a.school.lead")
    refused = client.submit(f"{where}/move-up", to_stage="3", reason="No answer came")
    assert refused.status_code == 400
    assert "Only an urgent matter may skip a stage" in errors(refused)[0]
    assert "No answer came" in words(refused)
    assert client.send(refused, urgent_reason="At risk today").status_code == 303
    assert (row(asked).stage, row(asked).is_urgent) == (3, True)


def test_more_time_is_offered_up_to_its_limit(as_person, asked, where):
    client = as_person("a.school.lead")
    page = client.get(f"{where}/more-time").page
    assert [option["value"] for option in page.select("select[name=working_days] option")] == ["", "1", "2"]
    due = row(asked).due_at
    assert client.submit(f"{where}/more-time", working_days="2", reason="Half term").status_code == 303
    assert row(asked).due_at > due
    assert client.get(f"{where}/more-time").status_code == 403
    assert "Give more time" not in words(client.get(where))


def test_it_is_closed_with_how_it_ended(as_person, answered, where):
    client = as_person("a.school.lead")
    refused = client.submit(f"{where}/resolve", text="They send it.")
    assert errors(refused) == [
        "Say how it ended",
        "Say whether the child was safe",
        "Choose what is to be learnt",
    ]
    closed = client.send(
        refused, resolution="plan_agreed", text="They send it monthly.", child_safe="safe", learning="capacity"
    )
    assert closed.status_code == 303
    found = row(answered)
    assert (found.status, found.resolution, found.child_safe, found.learning) == (
        EscalationStatus.RESOLVED,
        Resolution.PLAN_AGREED,
        ChildSafe.SAFE,
        Learning.CAPACITY,
    )
    page = client.get(where)
    assert page.page.h1.get_text(strip=True) == "Closed on Wednesday 10 June"
    assert "They send it monthly." in words(page)
    assert client.get(f"{where}/resolve").status_code == 403


def test_what_came_of_it_can_be_said_afterwards(as_person, answered, where):
    client = as_person("a.school.lead")
    client.submit(f"{where}/withdraw", text="Wrong family.")
    assert client.get(f"{where}/outcome").status_code == 403


def test_an_outcome_needs_something_said(as_person, asked, where):
    client = as_person("a.school.lead")
    refused = client.submit(f"{where}/outcome", text="Something")
    assert errors(refused) == ["Choose whether the child was safe, or what is learnt"]
    assert client.send(refused, child_safe="not_safe").status_code == 303
    assert row(asked).child_safe is ChildSafe.NOT_SAFE


def test_a_contact_leaves_turn_and_clock_alone(as_person, asked, where):
    before = row(asked)
    was = before.turn, before.due_at
    assert as_person("a.gp.practitioner").submit(f"{where}/contact", kind="meeting", text="We met.").status_code == 303
    assert (row(asked).turn, row(asked).due_at) == was
    assert entries(asked)[-1].kind is EntryKind.MEETING
    refused = as_person("a.gp.lead").submit(f"{where}/contact")
    assert errors(refused) == [
        "Choose whether you were in contact or met",
        "Enter who spoke with whom, and what was said",
    ]


def test_going_back_and_sending_a_contact_again_adds_nothing_and_says_so(as_person, asked, where):
    client = as_person("a.school.lead")
    said = {"kind": "contact", "text": "I rang the surgery."}
    for _ in range(2):
        assert client.submit(f"{where}/contact", **said).status_code == 303
    shown = words(client.get(where))
    assert "You sent exactly this today at" in shown
    assert texts(asked)[1:] == ["I rang the surgery."]


def test_only_whoever_wrote_an_entry_corrects_it(as_person, asked, where, viewer_of, world):
    add_contact(viewer_of(world.person("a.school.lead")), asked, EntryKind.CONTACT, "On Monday.")
    address = f"{where}/correct/2"
    assert as_person("a.gp.lead").get(address).status_code == 403
    assert as_person("a.business_manager").get(address).status_code == 403
    assert as_person("a.police.lead").get(address).status_code == 404
    assert as_person("a.school.lead").get(f"{where}/correct/99").status_code == 404
    client = as_person("a.school.lead")
    assert errors(client.submit(address)) == ["Enter what it should say"]
    assert client.submit(address, text="On Tuesday.").status_code == 303
    page = as_person("a.gp.lead").get(where).page
    assert "On Tuesday." in page.select_one("#entry-2 .app-log__correction").get_text()


@pytest.mark.parametrize("act", ["move-up", "more-time", "resolve", "withdraw", "outcome"])
def test_those_who_are_asked_do_not_drive(as_person, where, act):
    assert as_person("a.gp.lead").get(f"{where}/{act}").status_code == 403
    assert as_person("a.police.lead").get(f"{where}/{act}").status_code == 404
    assert as_person("a.scrutineer").get(f"{where}/{act}").status_code == 403
    assert as_person("a.manager").get(f"{where}/{act}").status_code == 200


def test_a_colleague_who_was_quicker_is_shown_above_what_was_typed(as_person, asked, where):
    client = as_person("a.school.lead")
    page = client.get(f"{where}/resolve")
    as_person("a.manager").submit(f"{where}/more-time", working_days="1", reason="Half term")
    lost = client.send(page, resolution="done", text="ZQ-MINE-QZ", child_safe="safe", learning="capacity")
    assert lost.status_code == 409
    assert "ZQ-MINE-QZ" in words(lost)
    assert "Somebody else changed this while you were writing." in words(lost)
    assert client.send(lost).status_code == 303
    assert row(asked).status is EscalationStatus.RESOLVED


def test_the_clock_that_ends_meanwhile_is_a_change_like_any_other(as_person, asked, where):
    client = as_person("a.gp.lead")
    page = client.get(where)
    end_clocks(NOW + timedelta(days=3))
    lost = client.send(page, action=where, text="ZQ-MINE-QZ")
    assert lost.status_code == 409
    assert "The portal, by the clock" in words(lost)
    assert "ZQ-MINE-QZ" in lost.page.select_one("textarea[name=text]").get_text()
