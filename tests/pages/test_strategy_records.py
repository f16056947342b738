"""The pages of the strategy record: written question by question, checked, signed, amended, read and printed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from portal.database.session import writing
from portal.domain.labels import label
from portal.domain.vocabulary import Attendance
from portal.models.meetings import Meeting
from portal.models.strategy_records import StrategyAnswer, StrategyRecord, StrategyVersion
from tests.pages.reading import errors, words


@pytest.fixture
def strategy(world):
    """The strategy meeting, without the record that the world has of it."""
    place = world.meeting("a.strategy")
    with writing() as session:
        record = session.scalars(select(StrategyRecord.id).where(StrategyRecord.meeting_id == place.id)).one()
        for model in (StrategyAnswer, StrategyVersion):
            session.execute(delete(model).where(model.record_id == record))
        session.execute(delete(StrategyRecord).where(StrategyRecord.id == record))
    return place


@pytest.fixture
def at(strategy):
    """The record's address, or that of a question."""
    return lambda *parts: "/".join(["/meetings", str(strategy.id), "strategy", *map(str, parts)])


def complete(browser, at, strategy) -> None:
    """Answer all that a signature asks, page by page."""
    for name in ("social_care", "police", "gp"):
        number = strategy.invitations[name].id
        assert browser.submit(at("joined", number), joined_at="2:05pm", can_decide="yes").status_code == 303
        assert browser.submit(at("information", number), text=f"{name} knows").status_code == 303
    for question, answer in {
        "threshold": {"met": "yes", "reason": "Two injuries"},
        "section-47": {"enquiry": "joint"},
        "next-steps": {"text": "A visit today"},
        "safety-plan": {"exists": "yes", "text": "With the grandmother"},
        "sexual-abuse": {"suspected": "no"},
    }.items():
        assert browser.submit(at(question), **answer).status_code == 303, question


def test_the_chair_writes_checks_and_signs_and_an_agency_reads(as_person, chair, at, strategy):
    page = words(chair.get(at("check")))
    assert "Say whether the threshold is met" in page
    assert "Sign the record" not in page
    complete(chair, at, strategy)
    gp = as_person("a.gp.practitioner")
    assert "The record is not signed yet" in words(gp.get(at()))
    check = chair.get(at("check"))
    assert "14:05" in words(check)
    assert chair.send(check).location == at()
    page = words(gp.get(at()))
    for text in ("Two injuries", "With the grandmother", "police knows", label(Attendance.VIDEO), "14:05", "in time"):
        assert text in page, text
    assert "signed Wednesday 10 June 2026, 11:00 by ZQ-A-CHAIR-QZ, the one that holds" in page
    assert "OFFICIAL-SENSITIVE" in gp.get(at()).get_data(as_text=True)


def test_save_and_next_leads_through_the_record(chair, at, strategy):
    page = chair.get(at("threshold"))
    done = chair.send(page, button="next", met="no", reason="Nothing seen")
    assert done.location == at("section-47")


def test_what_is_wrong_is_said_and_what_was_typed_stays(chair, at, strategy):
    page = chair.submit(at("joined", strategy.invitations["gp"].id), joined_at="noonish", can_decide="yes")
    assert page.status_code == 400
    assert errors(page) == ["Enter the time it joined like 10:00 or 2:30pm"]
    assert page.page.find("input", attrs={"name": "joined_at"})["value"] == "noonish"


def test_two_who_write_the_same_field_see_both_and_choose(as_person, chair, at):
    coordinator = as_person("a.coordinator")
    drawn = chair.get(at("next-steps"))
    coordinator.submit(at("next-steps"), text="Theirs")
    lost = chair.send(drawn, text="Mine")
    assert lost.status_code == 409
    page = words(lost)
    assert "Mine" in page
    assert "Theirs" in page
    together = lost.page.find_all("form", action=at("next-steps"))[1].find("textarea").text.strip()
    assert together == "Theirs\n\nMine"
    form = lost.page.find_all("form", action=at("next-steps"))[0]
    fields = {one["name"]: one["value"] for one in form.find_all("input")}
    assert chair.post(at("next-steps"), data=fields).status_code == 303
    assert "Mine" in words(coordinator.get(at("next-steps")))


def test_it_is_saved_as_it_is_typed(as_person, chair, at):
    page = chair.get(at("threshold"))
    token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
    assert page.page.find("form", attrs={"data-autosave": at("threshold", "autosave")})
    first = chair.post(at("threshold", "autosave"), data={"csrf_token": token, "version": 0, "reason": "Two"})
    assert first.json == {"saved_at": "11:00", "version": 1}
    second = chair.post(at("threshold", "autosave"), data={"csrf_token": token, "version": 1, "reason": "Two injuries"})
    assert second.json["version"] == 2
    stale = chair.post(at("threshold", "autosave"), data={"csrf_token": token, "version": 1, "reason": "Three"})
    assert stale.status_code == 409
    wrong = chair.post(at("threshold", "autosave"), data={"csrf_token": token, "version": 2, "met": "perhaps"})
    assert wrong.status_code == 422
    assert "Saved 11:00" in words(chair.get(at("threshold")))


def test_an_agency_writes_before_the_meeting_what_it_knows(as_person, at, strategy, chair):
    police = as_person("a.police.practitioner")
    own = at("information", strategy.invitations["police"].id)
    assert own in {link["href"] for link in police.get(at()).page.find_all("a", href=True)}
    assert police.submit(own, text="Two calls").location == at()
    assert "Two calls" in words(police.get(at()))
    assert "Two calls" in words(chair.get(own))
    assert as_person("a.gp.lead").get(own).status_code == 404


def test_signed_it_is_amended_with_a_reason_and_both_are_read(as_person, chair, at, strategy):
    drawn = chair.get(at("next-steps"))
    complete(chair, at, strategy)
    chair.send(chair.get(at("check")))
    late = chair.send(drawn, text="Too late")
    assert late.status_code == 409
    assert "Too late" in late.get_data(as_text=True)
    assert chair.get(at("next-steps")).location == at()
    assert chair.submit(at("amend"), reason="").status_code == 400
    assert chair.submit(at("amend"), reason="A day was wrong").location == at()
    chair.submit(at("next-steps"), text="A visit tomorrow")
    chair.send(chair.get(at("check")))
    school = as_person("a.school.lead")
    page = words(school.get(at()))
    assert "A visit tomorrow" in page
    assert "Amended because: A day was wrong" in page
    assert "A visit today" in words(school.get(at("versions", 1)))
    assert "Another version holds now" in words(school.get(at("versions", 1)))


def test_a_late_meeting_lists_why_it_was_late_among_what_is_missing(chair, at, strategy):
    complete(chair, at, strategy)
    with writing() as session:
        session.get(Meeting, strategy.id).in_time = False
    page = chair.get(at("check"))
    assert "Say why it was late" in words(page)
    assert at("late") in {link["href"] for link in page.page.find_all("a", href=True)}
    assert "Sign the record" not in words(page)


def test_pages_take_few_queries(as_person, chair, at, strategy, count_queries):
    complete(chair, at, strategy)
    gp = as_person("a.gp.lead")
    for browser, address in ((chair, at()), (chair, at("check")), (chair, at("threshold")), (gp, at())):
        with count_queries() as statements:
            assert browser.get(address).status_code == 200
        assert len(statements) <= 8, (address, len(statements))
