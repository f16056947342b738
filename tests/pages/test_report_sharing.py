"""The pages of bundles, of what families have seen, of talks by telephone, and of reports that are not needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.pages.people_steps import links
from tests.pages.reading import errors, words
from tests.services.bundle_steps import SECRET, WORRY, send
from tests.services.bundle_steps import words as said_by
from tests.world import NOW

SENT = NOW - timedelta(days=2)
POLICE_SAYS = "ZQ-A-WORRIES-INITIAL-POLICE-QZ"
DAY = {"-day": "9", "-month": "6", "-year": "2026"}


def on(field: str) -> dict[str, str]:
    """Yesterday, as the three boxes of a day send it."""
    return {f"{field}{part}": text for part, text in DAY.items()}


@pytest.fixture
def bundle(place):
    return f"/meetings/{place.id}/bundle"


@pytest.fixture
def seen(place):
    return f"/meetings/{place.id}/family-reports"


@pytest.fixture
def report(place):
    """The report of the police, which was sent."""
    return f"/meetings/{place.id}/reports/{place.invitations['police'].id}"


@pytest.fixture
def school(place):
    return f"/meetings/{place.id}/reports/{place.invitations['school'].id}"


@pytest.fixture
def surgery(place):
    return f"/meetings/{place.id}/reports/{place.invitations['gp'].id}"


def test_the_coordinator_puts_them_together_and_an_agency_takes_them_along(coordinator, lead, chair, bundle, world):
    page = coordinator.get(bundle)
    assert page.page.h1.get_text() == "All reports as one document"
    done = coordinator.send(page)
    assert (done.status_code, done.location) == (303, bundle)
    assert "Bundle 1 is ready" in words(coordinator.get(bundle))
    assert f"{bundle}/1" not in links(coordinator.get(bundle)), "a coordinator sends it, and reads no report"
    assert coordinator.get(f"{bundle}/1").status_code == 403
    assert f"{bundle}/1" in links(lead.get(bundle))
    taken = lead.get(f"{bundle}/1")
    assert taken.headers["Content-Type"] == "application/pdf"
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert POLICE_SAYS in said_by(taken.get_data())
    opened = words(chair.get(bundle))
    assert world.person("a.gp.lead").name in opened
    assert world.person("a.gp.lead").name not in words(lead.get(bundle))


def test_only_the_bundle_that_stands_is_opened(coordinator, lead, bundle):
    coordinator.send(coordinator.get(bundle))
    coordinator.send(coordinator.get(bundle))
    assert lead.get(f"{bundle}/1").status_code == 404
    assert lead.get(f"{bundle}/2").status_code == 200
    page = words(lead.get(bundle))
    assert "Replaced" in page
    assert "Bundle 2 was put together" in page


def test_a_report_that_is_withdrawn_is_gone_from_it_and_the_page_says_so(coordinator, chair, lead, bundle, report):
    coordinator.send(coordinator.get(bundle))
    page = chair.get(f"{report}/withdraw")
    assert chair.send(page, what="report", reason="wrong_child").status_code == 303
    assert lead.get(f"{bundle}/1").status_code == 404
    shown = words(chair.get(bundle))
    assert "The reports have not been put together since the last bundle was closed." in shown
    assert "Closed" in shown


def test_the_coordinator_withdraws_a_report_from_here_without_reading_any(coordinator, lead, as_person, bundle, report):
    link = f"{report}/withdraw"
    assert link in links(coordinator.get(bundle))
    assert link not in links(lead.get(bundle))
    assert link not in links(as_person("a.police.lead").get(bundle)), "their own is withdrawn from its page"
    assert coordinator.send(coordinator.get(link), what="report", reason="wrong_child").status_code == 303
    assert link not in links(coordinator.get(bundle))


def test_a_double_click_puts_them_together_once(coordinator, bundle):
    page = coordinator.get(bundle)
    coordinator.send(page)
    assert coordinator.send(page).status_code == 303
    shown = words(coordinator.get(bundle))
    assert "Bundle 1 was put together meanwhile" in shown
    assert "Bundle 2" not in shown


def test_what_is_told_leads_to_the_bundle_and_to_the_talk(coordinator, chair, lead, bundle, seen, surgery):
    coordinator.send(coordinator.get(bundle))
    chair.send(chair.get(f"{surgery}/talk"), talked_with="Dr Newly", said="Words", **on("talked_on"))
    inbox = lead.get("/inbox")
    for told, leads_to in (("reports for a meeting can be read", bundle), ("said on the telephone", seen)):
        (opens,) = [form for form in inbox.page.select("main form") if told in form.get_text()]
        assert lead.send(inbox, action=str(opens["action"])).location == leads_to
    (talk,) = [link for link in links(lead.get(seen)) if "/talks/" in link]
    assert lead.get(talk).status_code == 200


def test_an_agency_has_no_button_to_cut_it(lead, bundle):
    page = lead.get(bundle)
    assert "Put them together" not in words(page)
    token = page.page.find("input", {"name": "csrf_token"})["value"]
    assert lead.post(bundle, data={"csrf_token": token}).status_code == 403


def test_where_nothing_has_come_that_is_said(coordinator, world):
    address = f"/meetings/{world.meeting('a.core_group').id}/bundle"
    assert coordinator.send(coordinator.get(address)).status_code == 303
    assert "nothing to put together" in words(coordinator.get(address))


def test_the_meetings_page_says_how_far_both_are(coordinator, chair, place, bundle, seen):
    page = chair.get(f"/meetings/{place.id}")
    assert {bundle, seen} <= set(links(page))
    assert "1 report not shared" in words(page)
    coordinator.send(coordinator.get(bundle))
    assert "Bundle 1" in words(chair.get(f"/meetings/{place.id}"))


def test_the_chair_records_who_has_seen_a_report_and_the_gap_closes(chair, seen, report, place):
    assert "1 report has not been seen by everybody" in words(chair.get(seen))
    page = chair.get(f"{report}/shared")
    assert page.status_code == 200
    done = chair.send(
        page,
        reader="carer",
        what="shared",
        way="interpreter",
        language="Polish",
        shared_by="The health visitor",
        **on("shared_on"),
    )
    assert (done.status_code, done.location) == (303, seen)
    told = words(chair.get(seen))
    assert "gone through with an interpreter, in Polish, by The health visitor" in told
    assert "not shared" not in words(chair.get(f"/meetings/{place.id}"))


def test_what_was_added_since_they_saw_it_is_told(chair, as_person, seen, report, place):
    shown = {"what": "shared", "way": "in_person", "shared_by": "The officer", **on("shared_on")}
    chair.submit(f"{report}/shared", reader="carer", **shown)
    officer = as_person("a.police.lead")
    adding = f"/meetings/{place.id}/report/addendum"
    officer.send(officer.get(adding), action=adding, button="check", worries="More than before.")
    check = officer.get(f"{adding}/check")
    assert officer.send(check, action=f"{adding}/check").status_code == 303
    told = words(chair.get(seen))
    assert "before the report was added to" in told
    assert "What it says now is not known to: Another carer." in told


def test_what_is_missing_is_asked_and_what_was_typed_stays(chair, report):
    page = chair.submit(f"{report}/shared", reader="carer", what="shared", language="Polish")
    assert page.status_code == 400
    assert errors(page) == [
        "Enter the day on which they saw it",
        "Choose how they saw it",
        "Enter who gave it to them or read it out",
    ]
    assert page.page.find("input", {"name": "language"})["value"] == "Polish"
    page = chair.submit(f"{report}/shared", reader="carer", what="withheld")
    assert errors(page) == ["Choose why it was withheld"]
    page = chair.submit(f"{report}/shared", reader="carer", what="withheld", withheld="something_else")
    assert errors(page) == ["Say in your own words why"]


def test_a_mistake_is_taken_back(chair, seen, report):
    page = chair.get(f"{report}/shared")
    chair.send(page, reader="carer", what="withheld", withheld="declined", words="ZQ-MISTAKE-QZ")
    page = chair.get(seen)
    assert "ZQ-MISTAKE-QZ" in words(page)
    form = page.page.find("form", action=lambda address: address and address.endswith("/take-back"))
    token = form.find("input", {"name": "csrf_token"})["value"]
    assert chair.post(form["action"], data={"csrf_token": token}).status_code == 303
    assert "ZQ-MISTAKE-QZ" not in words(chair.get(seen))


def test_the_familys_version_leaves_out_what_is_not_theirs(world, place, chair, head, school):
    send(world, place, "school", SENT)
    for reader in (chair, head):
        page = words(reader.get(f"{school}/family"))
        assert WORRY in page
        assert SECRET not in page
        assert "Intelligence" not in page
    taken = chair.get(f"{school}/family.pdf")
    assert SECRET not in said_by(taken.get_data())
    assert WORRY in said_by(taken.get_data())


def test_a_manager_reads_the_familys_version_and_is_offered_nothing_that_is_not_theirs(chair, as_person, report):
    for reader, is_offered in ((chair, True), (as_person("a.manager"), False)):
        assert (f"{report}/shared" in links(reader.get(f"{report}/family"))) is is_offered


def test_a_report_that_is_only_read_out_has_no_version_to_hand_over(world, place, chair, school):
    send(world, place, "school", SENT, who="read_out")
    page = words(chair.get(f"{school}/family"))
    assert "not for the family to have" in page
    assert WORRY not in page
    assert chair.get(f"{school}/family.pdf").status_code == 404


def test_the_chair_writes_down_a_talk_and_the_practice_confirms_it_from_home(chair, lead, seen, surgery):
    page = chair.get(f"{surgery}/talk")
    done = chair.send(page, talked_with="Dr Newly", said="ZQ-SAID-QZ", **on("talked_on"))
    assert (done.status_code, done.location) == (303, seen)
    home = lead.get("/")
    assert "Confirm what was said to the chair" in words(home)
    (address,) = [link for link in links(home) if "/talks/" in link]
    page = lead.get(address)
    assert "ZQ-SAID-QZ" in words(page)
    again = lead.send(page, answer="wrong", correction="")
    assert errors(again) == ["Write what should stand there"]
    done = lead.send(lead.get(address), answer="right")
    assert done.status_code == 303
    assert "You have confirmed it" in words(lead.get(address))
    assert "Confirm what was said" not in words(lead.get("/"))


def test_the_practice_says_that_it_may_only_be_read_out(chair, lead, seen, surgery):
    chair.send(chair.get(f"{surgery}/talk"), talked_with="Dr Newly", said="Words", **on("talked_on"))
    (address,) = [link for link in links(chair.get(seen)) if "/talks/" in link]
    page = lead.get(address)
    assert "the agencies that have a part read it" in words(page)
    assert lead.send(page, answer="right", is_read_out="yes").status_code == 303
    for browser in (lead, chair):
        assert "Nowhere: it may only be read out in the meeting" in words(browser.get(address))


def test_the_chair_takes_back_a_talk_of_the_wrong_agency(chair, lead, seen, surgery):
    chair.send(chair.get(f"{surgery}/talk"), talked_with="Dr Newly", said="Words", **on("talked_on"))
    (address,) = [link for link in links(chair.get(seen)) if "/talks/" in link]
    assert "Take it back" not in words(lead.get(address))
    done = chair.send(chair.get(address), action=f"{address}/take-back")
    assert (done.status_code, done.location) == (303, seen)
    assert "Nobody can read it any more" in words(chair.get(seen))
    for browser in (chair, lead):
        assert browser.get(address).status_code == 404
        assert address not in links(browser.get(seen))


def test_a_talk_sent_twice_stands_once(chair, seen, surgery):
    page = chair.get(f"{surgery}/talk")
    facts = {"talked_with": "Dr Newly", "said": "Words", **on("talked_on")}
    assert chair.send(page, **facts).location == chair.send(page, **facts).location == seen
    assert len([link for link in links(chair.get(seen)) if "/talks/" in link]) == 1


def test_who_is_second_to_confirm_keeps_what_they_typed(chair, lead, as_person, seen, surgery):
    chair.send(chair.get(f"{surgery}/talk"), talked_with="Dr Newly", said="Words", **on("talked_on"))
    (address,) = [link for link in links(chair.get(seen)) if "/talks/" in link]
    colleague = as_person("a.gp.practitioner")
    mine = colleague.get(address)
    lead.send(lead.get(address), answer="right")
    late = colleague.send(mine, answer="wrong", correction="ZQ-TYPED-QZ")
    assert late.status_code == 409
    assert "ZQ-TYPED-QZ" in words(late)


def test_a_report_is_not_needed_because_and_asked_for_after_all(coordinator, seen, school, head, place):
    page = coordinator.get(f"{school}/not-needed")
    done = coordinator.send(page, reason="nothing_held")
    assert (done.status_code, done.location) == (303, seen)
    assert "Not needed" in words(coordinator.get(seen))
    assert "No report is asked of you" in words(head.get(f"/meetings/{place.id}"))
    page = coordinator.get(f"{school}/not-needed")
    assert "The agency holds nothing about the family" in words(page)
    form = page.page.find("form", action=lambda address: address and address.endswith("/take-back"))
    token = form.find("input", {"name": "csrf_token"})["value"]
    assert coordinator.post(form["action"], data={"csrf_token": token}).status_code == 303
    assert "from" in words(coordinator.get(f"{school}/not-needed")).lower()
    again = coordinator.post(form["action"], data={"csrf_token": token})
    assert (again.status_code, again.location) == (303, seen)
    assert "This was decided a moment ago." in words(coordinator.get(seen))


def test_pages_take_few_queries(chair, coordinator, bundle, seen, place, count_queries):
    coordinator.send(coordinator.get(bundle))
    for address in (bundle, seen, f"/meetings/{place.id}"):
        with count_queries() as statements:
            assert chair.get(address).status_code == 200
        assert len(statements) <= 10, address


def test_a_day_ahead_of_a_talk_is_refused_and_the_words_stay(chair, surgery):
    ahead = {"talked_on-day": "9", "talked_on-month": "7", "talked_on-year": "2026"}
    page = chair.submit(f"{surgery}/talk", talked_with="Dr Newly", said="ZQ-KEPT-QZ", **ahead)
    assert page.status_code == 400
    assert errors(page) == ["The day must be today or in the past"]
    assert "ZQ-KEPT-QZ" in page.page.find("textarea").get_text()
