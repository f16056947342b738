"""The pages of what was sent to the wrong child or person: withdrawn, listed, assessed, and read by a few."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalState
from portal.models.report_withdrawals import ReportWithdrawal
from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words
from tests.services.rows import stored
from tests.world import NOW

SAYS = "ZQ-A-INVOLVEMENT-INITIAL-POLICE-QZ"


@pytest.fixture
def police(as_person):
    """The lead of the police, whose report on A's initial conference was sent."""
    return as_person("a.police.lead")


@pytest.fixture
def safeguarding(as_person):
    """A's safeguarding manager."""
    return as_person("a.manager")


@pytest.fixture
def report(place):
    return f"/meetings/{place.id}/reports/{place.invitations['police'].id}"


@pytest.fixture
def entry(world):
    """The surgery's entry, which is open."""
    return f"/withdrawals/{world.withdrawals['a.gp']}"


def entries(browser) -> list[str]:
    """The entries that somebody's list leads to, those not closed first and by their clock."""
    return [link for link in links(browser.get("/withdrawals")) if re.fullmatch(r"/withdrawals/\d+", link)]


def test_a_chair_withdraws_a_report_and_nobody_reads_it_any_more(chair, police, safeguarding, report, place, world):
    assert SAYS in words(chair.get(report))
    page = chair.get(f"{report}/withdraw")
    assert page.page.h1.get_text() == f"Withdraw the report of {world.agency_names['a.police']}"
    done = chair.send(page, what="report", reason="wrong_child", words="It is about a cousin.")
    assert (done.status_code, done.location) == (303, f"/meetings/{place.id}")
    assert "Nobody can read it any more" in words(chair.get(done.location))
    for browser in (chair, police, safeguarding):
        assert browser.get(report).status_code == 404
        assert browser.get(f"/files/{world.files['a.police_report']}").status_code == 404
        assert browser.get(f"{report}/withdraw").status_code == 409
    address = max(entries(safeguarding), key=lambda link: int(link.rpartition("/")[2]))
    told = words(safeguarding.get(address))
    assert "It is about a cousin." in told
    assert SAYS not in told
    (line,) = rows(safeguarding.get(address))
    assert "ZQ-A-CHAIR-QZ" in line
    read = safeguarding.get(f"{address}/text")
    assert SAYS in words(read)
    (link,) = [link for link in links(read) if "/files/" in link]
    assert safeguarding.get(link).get_data() == b"ZQ-A-FILE-POLICE-REPORT-QZ\n"
    assert SAYS in words(police.get(f"{address}/text"))


def test_a_file_is_withdrawn_by_itself(chair, report, world):
    file_id = world.files["a.police_report"]
    page = chair.get(f"{report}/withdraw")
    assert "Only the file ZQ-A-NAME-POLICE-REPORT-QZ.txt" in words(page)
    assert chair.send(page, what=str(file_id), reason="not_to_be_shared").status_code == 303
    assert chair.get(f"/files/{file_id}").status_code == 404
    shown = chair.get(report)
    assert SAYS in words(shown)
    assert "ZQ-A-NAME-POLICE-REPORT-QZ" not in words(shown)


def test_the_coordinator_is_offered_the_whole_report_alone(coordinator, report):
    page = coordinator.get(f"{report}/withdraw")
    assert [one["value"] for one in page.page.select("input[name=what]")] == ["report"]
    assert page.page.select_one("input[name=what]").has_attr("checked")
    assert "ZQ-A-NAME" not in words(page)


def test_why_is_asked_and_what_was_typed_stays(chair, report):
    page = chair.submit(f"{report}/withdraw", what="", reason="something_else", words="")
    assert page.status_code == 400
    assert errors(page) == ["Choose what you withdraw", "Say in your own words why"]
    page = chair.submit(f"{report}/withdraw", words="Kept words")
    assert page.page.find("textarea").get_text(strip=True) == "Kept words"


def test_the_agency_finds_its_own_entry_and_no_other(lead, head, entry):
    assert "Reports of yours that were withdrawn" in words(lead.get("/withdrawals"))
    assert entry in links(lead.get("/withdrawals"))
    assert entry not in links(head.get("/withdrawals"))
    assert "ZQ-A-WITHDRAWN-BECAUSE-QZ" in words(lead.get(entry))
    assert "ZQ-A-WITHDRAWN-WORRIES-QZ" in words(lead.get(f"{entry}/text"))


def test_the_clock_is_shown_and_an_administrator_sees_no_content(administrator, entry):
    assert "12 hours left" in words(administrator.get("/withdrawals"))
    page = words(administrator.get(entry))
    assert "12 hours left" in page
    assert "BECAUSE" not in page
    assert "conference" not in page
    assert administrator.get(f"{entry}/text").status_code == 404
    assert administrator.get(f"{entry}/assess").status_code == 403


def test_the_manager_assesses_and_closes(safeguarding, entry, world, at_world_time):
    page = safeguarding.get(f"{entry}/assess")
    told = {"told_on-day": "10", "told_on-month": "6", "told_on-year": "2026", "told_at": "10:30"}
    done = safeguarding.send(page, words="Nobody had read it.", step="told", is_closed="yes", **told)
    assert (done.status_code, done.location) == (303, entry)
    row = stored(ReportWithdrawal, world.withdrawals["a.gp"])
    assert (row.state, row.regulator) == (WithdrawalState.CLOSED, RegulatorStep.TOLD)
    assert row.regulator_told_at == NOW - timedelta(minutes=30)  # it is summer time in London
    shown = words(safeguarding.get(entry))
    assert "Told in time" in shown
    assert "Nobody had read it." in shown
    assert safeguarding.get(f"{entry}/assess").location == entry


def test_what_is_missing_from_an_assessment_is_said(safeguarding, entry):
    page = safeguarding.submit(f"{entry}/assess", words="x", step="told")
    assert errors(page) == ["Enter the day and time at which the regulator was told"]
    page = safeguarding.submit(f"{entry}/assess", words="x", step="not_needed", reason="")
    assert errors(page) == ["Say why the regulator need not be told"]
    page = safeguarding.submit(f"{entry}/assess", words="Kept words", step="not_decided", is_closed="yes")
    assert errors(page) == ["Decide about the regulator before you close it"]
    assert "Kept words" in page.page.find("textarea", id="words").get_text()


def test_whoever_comes_second_sees_what_the_first_found_and_keeps_their_words(as_person, entry, world):
    first, second = as_person("a.manager"), as_person("a.manager")
    drawn = second.get(f"{entry}/assess")
    first.submit(f"{entry}/assess", words="Found first.", step="not_decided")
    late = second.send(drawn, words="My words.", step="not_decided")
    assert late.status_code == 409
    assert "Found first." in words(late)
    assert "My words." in late.page.find("textarea", id="words").get_text()
    assert second.send(late, words="My words.", step="not_decided").status_code == 303
    assert stored(ReportWithdrawal, world.withdrawals["a.gp"]).assessment == "My words."


def test_a_closed_entry_shows_what_was_found_and_nobody_had_opened_it(head, world):
    page = words(head.get(f"/withdrawals/{world.withdrawals['a.school']}"))
    assert "ZQ-A-ASSESSED-QZ" in page
    assert "ZQ-A-NOT-TOLD-QZ" in page
    assert "Nobody had opened it." in page


def test_a_notice_leads_to_the_entry(safeguarding, chair, report):
    chair.submit(f"{report}/withdraw", what="report", reason="wrong_child")
    inbox = safeguarding.get("/inbox")
    (opens,) = [form for form in inbox.page.select("main form") if "See who had opened" in form.get_text()]
    address = str(opens["action"])
    answer = safeguarding.send(inbox, action=address)
    assert answer.location in entries(safeguarding)


def test_where_nothing_was_withdrawn_that_is_said(as_person):
    assert "No report has been withdrawn." in words(as_person("a.police.lead").get("/withdrawals"))
