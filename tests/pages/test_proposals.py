"""From the closing of a register to a decision, as pages: foreseen, listed, and raised, joined or waived."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.escalation_vocabulary import ProposalStatus, WaiverReason
from portal.domain.vocabulary import Expectation
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.services.escalations.deciding import waive_proposal
from tests.pages.register_steps import touch
from tests.services.rows import change, stored

MOST_QUERIES = 8


@pytest.fixture
def url(place):
    """The register's address."""
    return f"/meetings/{place.id}/register"


@pytest.fixture
def closed(chair, place, url):
    """The register of A's initial conference is closed; the surgery was neither there nor heard of."""
    for agency in ("social_care", "police", "school"):
        change(Invitation, place.invitations[agency].id, report_received_on=date(2026, 6, 1), answer="attend")
        touch(chair, url, place, agency, attendance="in_person")
    return chair.submit(f"{url}/close", action=f"{url}/close")


@pytest.fixture
def proposal(closed, place) -> EscalationProposal:
    """What the rules proposed about the surgery."""
    db.session.rollback()
    wanted = EscalationProposal.invitation_id == place.invitations["gp"].id
    return db.session.scalars(select(EscalationProposal).where(wanted)).one()


def address(proposal) -> str:
    """Its page."""
    return f"/proposals/{proposal.id}"


def said(page) -> str:
    """What stands on a page, in one line."""
    return " ".join(page.page.main.get_text(" ", strip=True).split())


class TestBeforeClosing:
    """What closing would propose stands beside its button."""

    def test_it_names_the_agency_the_reason_and_the_history_folded(self, chair, place, url, world):
        earlier = world.meeting("a.strategy")
        change(
            Invitation,
            earlier.invitations["gp"].id,
            attendance="no_response",
            confirmed_attendance="no_response",
            expectation=Expectation.EXPECTED,
        )
        page = chair.get(f"{url}/close")
        surgery = world.agency_names["a.gp"]
        assert f"Raise with {surgery} (2nd " in said(page)
        assert "at stage 2, Managers and designated leads." in said(page)
        folded = next(one for one in page.page.select("details") if surgery in one.summary.get_text())
        assert not folded.has_attr("open")
        rows = [row.get_text(" ", strip=True) for row in folded.select("tbody tr")]
        assert rows[0].startswith("Initial child protection conference 10 Jun 2026 Absent, and no report")
        assert rows[1].startswith("Strategy meeting 12 May 2026 Absent, and no report")

    def test_no_other_family_is_named(self, chair, url, world):
        earlier = world.meeting("a.past_initial")
        change(
            Invitation,
            earlier.invitations["school"].id,
            attendance="no_response",
            confirmed_attendance="no_response",
            report_received_on=None,
        )
        text = chair.get(f"{url}/close").text
        assert "19 May 2026" in text
        hidden = [marker for marker in world.hidden_from("a.chair") if marker.is_in(text)]
        assert hidden == []

    def test_nothing_is_said_where_nothing_is_proposed(self, chair, place, url):
        for agency in ("social_care", "police", "school", "gp"):
            change(Invitation, place.invitations[agency].id, report_received_on=date(2026, 6, 1), answer="attend")
            touch(chair, url, place, agency, attendance="in_person")
        assert "Closing proposes" not in chair.get(f"{url}/close").text
        assert chair.submit(f"{url}/close", action=f"{url}/close").location == url

    def test_a_coordinator_decides_nothing_and_is_shown_nothing(self, coordinator, place, url):
        for agency in ("social_care", "police", "school"):
            touch(coordinator, url, place, agency, attendance="in_person")
        assert "Closing proposes" not in coordinator.get(f"{url}/close").text
        answer = coordinator.submit(f"{url}/close", action=f"{url}/close")
        assert answer.location == url
        assert "What the rules propose to raise" not in coordinator.get(url).text
        db.session.rollback()
        found = db.session.scalars(select(EscalationProposal).where(EscalationProposal.meeting_id == place.id)).all()
        assert found, "they wait for the chair"


class TestAfterClosing:
    """The chair lands where there is something to decide."""

    def test_each_agency_with_what_is_proposed(self, chair, closed, place, world):
        assert (closed.status_code, closed.location) == (303, f"/meetings/{place.id}/proposals")
        page = chair.get(closed.location)
        assert page.page.h1.get_text() == "Decide what is raised"
        (card,) = page.page.select(".app-card")
        assert card.h2.get_text() == world.agency_names["a.gp"]
        assert "Miss without report. The rules propose to raise it at stage 1, Practitioners." in card.get_text(
            " ", strip=True
        )
        assert [link.get_text(" ", strip=True) for link in card.select("a.govuk-button")] == [
            f"Decide about {world.agency_names['a.gp']}"
        ]

    def test_home_asks_and_the_list_holds_it(self, chair, proposal, world):
        (task,) = (item for item in chair.get("/").page.select(".app-task") if "not decided" in item.get_text())
        assert task.a["href"] == "/proposals"
        assert "1 proposal is not decided after a register was closed" in task.get_text(" ", strip=True)
        page = chair.get("/proposals")
        assert page.page.h1.get_text() == "What you have not decided yet"
        (row,) = page.page.select("tbody tr")
        assert row.a["href"] == address(proposal)
        assert row.a.get_text(strip=True) == world.agency_names["a.gp"]

    def test_the_manager_sees_all_chairs(self, as_person, proposal, world):
        page = as_person("a.manager").get("/proposals")
        assert page.page.h1.get_text() == "What chairs have not decided yet"
        rows = [row.get_text(" ", strip=True) for row in page.page.select("tbody tr")]
        assert len(rows) == 2
        assert any(world.person("a.chair").name in row for row in rows)
        assert any(world.person("a.second_chair").name in row for row in rows)

    def test_a_meeting_that_proposed_nothing_says_so(self, chair, world):
        page = chair.get(f"/meetings/{world.meeting('a.strategy').id}/proposals")
        assert "The rules propose nothing about this meeting." in said(page)

    def test_the_closed_register_leads_there(self, chair, closed, url, place):
        assert chair.get(url).page.select_one(f"a[href='/meetings/{place.id}/proposals']")

    def test_few_queries(self, chair, proposal, place, count_queries):
        for path in (f"/meetings/{place.id}/proposals", "/proposals", address(proposal)):
            with count_queries() as statements:
                assert chair.get(path).status_code == 200
            assert len(statements) <= MOST_QUERIES, statements


class TestDeciding:
    """Three ways, one page for each proposal."""

    def test_raised_with_the_text_that_was_begun(self, chair, proposal, place, world):
        page = chair.get(address(proposal))
        assert page.page.h1.get_text() == f"Decide about {world.agency_names['a.gp']}"
        begun = page.page.select_one("#summary").get_text().strip()
        assert begun.startswith(f"{world.agency_names['a.gp']}: miss without report.")
        assert not page.page.select("[value=join]"), "there is none to join"
        answer = chair.send(page, choice="raise", wanted="Send the report by Friday.")
        assert (answer.status_code, answer.location) == (303, f"/meetings/{place.id}/proposals")
        kept = stored(EscalationProposal, proposal.id)
        escalation = stored(Escalation, kept.escalation_id)
        assert (kept.status, escalation.wanted) == (ProposalStatus.RAISED, "Send the report by Friday.")
        assert escalation.summary.replace("\r", "") == begun
        after = chair.get(answer.location)
        assert f"Raised: {escalation.reference}" in said(after)
        assert after.page.select_one(f"a[href='/escalations/{escalation.id}']")
        assert "It is raised with" in after.text

    def test_joined_to_an_open_one(self, chair, proposal, place, world):
        chair.submit(address(proposal), choice="raise", wanted="Send it.")
        first = stored(EscalationProposal, proposal.id).escalation_id
        anew = {"status": ProposalStatus.OPEN, "escalation_id": None, "decided_at": None, "stage": 2}
        change(EscalationProposal, proposal.id, **anew)
        page = chair.get(address(proposal))
        reference = stored(Escalation, first).reference
        assert f"{reference}, at stage 1: it then moves up to stage 2" in said(page)
        answer = chair.send(page, choice="join")
        assert answer.status_code == 303
        assert stored(Escalation, first).stage == 2
        assert stored(EscalationProposal, proposal.id).status is ProposalStatus.JOINED

    def test_waived_with_a_reason(self, chair, proposal, place):
        answer = chair.submit(address(proposal), choice="waive", waiver="other", waiver_note="They moved that week.")
        assert answer.status_code == 303
        assert "Not raised: Another reason They moved that week." in said(chair.get(answer.location))
        page = chair.get(address(proposal))
        assert page.page.h1.get_text().startswith("Decided about")
        assert not page.page.main.select("form")

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({}, "choice"),
            ({"choice": "sideways"}, "choice"),
            ({"choice": "join"}, "choice"),
            ({"choice": "raise", "wanted": " "}, "wanted"),
            ({"choice": "raise", "summary": "", "wanted": "x"}, "summary"),
            ({"choice": "waive"}, "waiver"),
            ({"choice": "waive", "waiver": "other"}, "waiver_note"),
            ({"choice": "waive", "waiver": "other", "waiver_note": "x" * 5001}, "waiver_note"),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_kept(self, chair, proposal, typed, field):
        refused = chair.submit(address(proposal), **({"summary": "My own words."} | typed))
        assert refused.status_code == 400
        assert [link["href"] for link in refused.page.select(".govuk-error-summary a")] == [f"#{field}"]
        assert refused.page.select_one("#summary").get_text().strip() == typed.get("summary", "My own words.")
        assert stored(EscalationProposal, proposal.id).status is ProposalStatus.OPEN

    def test_who_was_too_late_is_told_and_keeps_what_they_wrote(self, chair, viewer_of, proposal, world):
        page = chair.get(address(proposal))
        manager = viewer_of(world.person("a.manager"))
        waive_proposal(manager, proposal.id, proposal.version, reason=WaiverReason.EMERGENCY, note="")
        lost = chair.send(page, choice="raise", summary="Written with care.", wanted="An answer.")
        assert lost.status_code == 409
        assert "Somebody else decided this while you were writing." in said(lost)
        assert "Written with care." in said(lost)
        assert "An answer." in said(lost)
        assert "Not raised: An emergency kept them" in said(lost)
        assert world.person("a.manager").name in said(lost)

    def test_what_was_typed_outlives_the_sign_in(self, chair, proposal, sign_in, at_world_time, world):
        page = chair.get(address(proposal))
        at_world_time.shift(timedelta(minutes=21))
        away = chair.send(page, choice="raise", summary="Written with care.", wanted="An answer.")
        assert away.location.startswith("/sign-in")
        sign_in(chair, world.person("a.chair"))
        back = chair.get(address(proposal))
        assert back.page.select_one("#summary").get_text().strip() == "Written with care."
        assert back.page.select_one("#wanted").get_text().strip() == "An answer."
        assert chair.send(back).status_code == 303
        assert stored(EscalationProposal, proposal.id).status is ProposalStatus.RAISED


class TestWhoMay:
    """The chair's own, the manager's all; nobody else's."""

    @pytest.mark.parametrize(
        ("person", "status"),
        [
            ("a.second_chair", 404),
            ("b.chair", 404),
            ("b.manager", 404),
            ("a.coordinator", 403),
            ("a.gp.lead", 403),
            ("a.business_manager", 403),
            ("a.scrutineer", 403),
        ],
    )
    def test_every_address(self, as_person, proposal, place, person, status):
        somebody = as_person(person)
        token = somebody.get("/").page.select_one("[name=csrf_token]")["value"]
        for path in (address(proposal), f"/meetings/{place.id}/proposals"):
            assert somebody.get(path).status_code == status, path
        fields = {"csrf_token": token, "version": "1", "choice": "waive", "waiver": "emergency"}
        assert somebody.post(address(proposal), data=fields).status_code == status
        assert stored(EscalationProposal, proposal.id).status is ProposalStatus.OPEN

    def test_another_chair_now_decides(self, chair, as_person, proposal, place, world):
        change(Meeting, place.id, chair_membership_id=world.person("a.second_chair").hat.membership_id)
        assert chair.get(address(proposal)).status_code == 404
        assert as_person("a.second_chair").get(address(proposal)).status_code == 200
