"""A meeting's reports as one document: cut, read by those who come, added to, and closed by a withdrawal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.bundle_vocabulary import BundleEnd, MaySee
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import Expectation
from portal.domain.withdrawal_vocabulary import WithdrawalReason
from portal.models.activity import Activity
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.report_bundles import BundledReport
from portal.services.consultations.talking import record_talk, settle_talk
from portal.services.filing import filing
from portal.services.orphans import find_orphans
from portal.services.reports import bundling
from portal.services.reports.bundle_clock import cut_due
from portal.services.reports.bundle_contents import contents_of
from portal.services.reports.bundle_page import bundle_page
from portal.services.reports.bundling import cut_bundle, has_been_cut
from portal.services.reports.sending import submit_report
from portal.services.withdrawals.page import read_entry
from portal.services.withdrawals.withdrawing import withdraw
from tests.services.bundle_steps import SECRET, WORRY, bundle_bytes, bundles_of, invitation_of, pdf, send, words
from tests.services.report_steps import WHOLE, desk, write
from tests.services.rows import change
from tests.world import NOW

EARLIER = NOW - timedelta(days=2)


@pytest.fixture
def police_says() -> str:
    """What the report of the police on A's initial conference says, which the world has."""
    return "ZQ-A-WORRIES-INITIAL-POLICE-QZ"


@pytest.fixture
def officer(viewer):
    return viewer("a.police.practitioner")


def test_it_says_all_reports_in_the_standard_order(world, place, chair, police_says):
    send(world, place, "social_care", EARLIER, worry="What social care worries about.")
    send(world, place, "school", EARLIER, worry="What the school worries about.")
    assert cut_bundle(chair, place.id) == 1
    said = words(bundle_bytes(chair, place, 1))
    places = [said.index(text) for text in ("What social care", police_says, "What the school")]
    assert places == sorted(places)
    assert "Bundle 1" in said
    assert "ZQ-A-CHILD-1-QZ" in said
    assert f"{world.agency_names['a.gp']} No report has come." in said


def test_it_is_tagged_has_contents_and_is_marked_on_every_page(world, place, chair):
    for agency in ("social_care", "school"):
        send(world, place, agency, EARLIER, worry="A line of text.\n" * 120)
    cut_bundle(chair, place.id)
    document = pdf(bundle_bytes(chair, place, 1))
    catalog = document.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert catalog["/Lang"].lower().startswith("en")
    assert len(document.pages) > 5
    assert all("OFFICIAL-SENSITIVE" in page.extract_text() for page in document.pages)
    assert "Contents" in document.pages[0].extract_text()
    assert world.agency_names["a.school"] in document.pages[0].extract_text()
    assert {one.title for one in document.outline if not isinstance(one, list)} >= {world.agency_names["a.school"]}


def test_what_may_only_be_read_out_is_named_and_no_word_of_it_stands_there(world, place, chair):
    send(world, place, "school", EARLIER, who="read_out", worry="ZQ-READ-OUT-QZ")
    cut_bundle(chair, place.id)
    content = bundle_bytes(chair, place, 1)
    assert "ZQ-READ-OUT-QZ" not in words(content)
    assert b"ZQ-READ-OUT-QZ" not in content
    assert SECRET not in words(content)
    assert "may only be read out" in words(content)
    # Not even on the way to the document.
    meeting = db.session.get_one(Meeting, place.id)
    hidden = [one for one in contents_of(db.session(), meeting).reports if one.may_see is MaySee.READ_OUT]
    assert [one.parts for one in hidden] == [()]


def test_what_is_for_the_agencies_only_stands_in_it(world, place, chair):
    send(world, place, "school", EARLIER, who="agencies")
    cut_bundle(chair, place.id)
    said = words(bundle_bytes(chair, place, 1))
    assert WORRY in said
    assert SECRET in said
    assert "for the agencies only" in said


def test_whoever_comes_reads_it_and_nobody_else(world, place, chair, officer, lead, viewer):
    cut_bundle(chair, place.id)
    for reader in (chair, officer, lead, viewer("a.manager"), viewer("a.school.practitioner")):
        assert bundle_bytes(reader, place, 1)
    for stranger in (viewer("a.other_gp.lead"), viewer("a.coordinator"), viewer("a.second_chair"), viewer("b.chair")):
        with pytest.raises(NotVisible):
            bundle_bytes(stranger, place, 1)
    change(Invitation, place.invitations["gp"].id, expectation=Expectation.NOT_RELEVANT)
    with pytest.raises(NotVisible):
        bundle_bytes(lead, place, 1)


def test_the_coordinator_cuts_it_and_an_agency_does_not(place, coordinator, lead, viewer):
    with pytest.raises(NotPermitted):
        cut_bundle(lead, place.id)
    with pytest.raises(NotVisible):
        cut_bundle(viewer("a.second_chair"), place.id)
    assert cut_bundle(coordinator, place.id) == 1
    assert bundle_page(coordinator, place.id).open_one.cut_by == coordinator.name


def test_nothing_is_cut_where_nothing_has_come(world, coordinator):
    with pytest.raises(Invalid):
        cut_bundle(coordinator, world.meeting("a.core_group").id)


def test_who_has_opened_it_is_listed_for_those_who_run_the_meeting(place, chair, officer):
    cut_bundle(chair, place.id)
    bundle_bytes(officer, place, 1)
    bundle_bytes(officer, place, 1)
    (reader,) = bundle_page(chair, place.id).open_one.readers
    assert (reader.name, reader.times) == (officer.name, 2)
    assert bundle_page(officer, place.id).open_one.readers == ()


def read_by(viewer, verb: str) -> set[int | None]:
    """The rows that somebody has read, as the trail has it."""
    db.session.rollback()
    rows = select(Activity.subject_id).where(Activity.verb == verb, Activity.user_id == viewer.user_id)
    return set(db.session.scalars(rows))


def test_opening_it_counts_as_reading_each_report_in_it_but_not_what_is_read_out(world, place, chair, lead):
    hidden = send(world, place, "school", EARLIER, who="read_out")
    cut_bundle(chair, place.id)
    police = place.invitations["police"].report_id
    bundle_page(lead, place.id)
    assert police not in read_by(lead, "report.read"), "its page says nothing of what it says"
    bundle_bytes(lead, place, 1)
    assert police in read_by(lead, "report.read")
    assert hidden not in read_by(lead, "report.read")
    assert place.case_id in read_by(lead, "case.read"), "it names the children"


def test_the_page_says_what_comes_by_itself_until_the_meetings_day_is_over(place, chair):
    assert bundle_page(chair, place.id).comes_by_itself
    change(Meeting, place.id, scheduled_on=NOW.date())
    assert bundle_page(chair, place.id).comes_by_itself
    change(Meeting, place.id, scheduled_on=NOW.date() - timedelta(days=1))
    assert not bundle_page(chair, place.id).comes_by_itself


def test_the_page_says_whose_talk_with_the_chair_is_in_it(world, place, chair, lead, head):
    def said() -> set[str]:
        db.session.rollback()
        return {one.agency_name for one in bundle_page(chair, place.id).standings if one.has_talk}

    facts = {"talked_on": NOW.date(), "talked_with": "Somebody", "said": "Words"}
    mine = record_talk(chair, place.id, place.invitations["gp"].id, **facts)
    other = record_talk(chair, place.id, place.invitations["school"].id, **facts)
    settle_talk(lead, place.id, mine, 1)
    settle_talk(head, place.id, other, 1, is_read_out=True)
    assert said() == set()
    cut_bundle(replace(chair, now=NOW + timedelta(minutes=1)), place.id)
    assert said() == {world.agency_names["a.gp"]}


def test_what_comes_later_is_an_addendum_in_the_next_bundle_and_the_first_is_closed(world, place, chair, lead):
    cut_bundle(chair, place.id)
    first = bundles_of(place)[0].file_id
    later = replace(chair, now=NOW + timedelta(hours=2))
    send(world, place, "school", NOW + timedelta(hours=1), worry="Late words.")
    assert cut_bundle(later, place.id) == 2
    one, two = bundles_of(place)
    assert (one.closed_because, one.file_id, two.closed_at) == (BundleEnd.REPLACED, None, None)
    with pytest.raises(NotVisible):
        bundle_bytes(lead, place, 1)
    said = words(bundle_bytes(lead, place, 2))
    assert f"{world.agency_names['a.school']} (addendum)" in said
    assert f"{world.agency_names['a.police']} (addendum)" not in said
    assert db.session.get(StoredFile, first) is None
    assert len(list(filing().store.names())) == len(set(db.session.scalars(select(StoredFile.store_name))))


def test_a_report_that_is_withdrawn_closes_it_at_once_and_the_next_is_without_it(
    world, place, chair, lead, viewer, police_says
):
    send(world, place, "school", EARLIER)
    cut_bundle(chair, place.id)
    assert police_says in words(bundle_bytes(lead, place, 1))
    entry = withdraw(chair, place.id, place.invitations["police"].id, WithdrawalReason.WRONG_CHILD)
    with pytest.raises(NotVisible):
        bundle_bytes(lead, place, 1)
    assert bundles_of(place)[0].closed_because is BundleEnd.WITHDRAWN
    assert {one.name for one in read_entry(viewer("a.manager"), entry).openings} >= {lead.name}
    assert cut_due(NOW + timedelta(minutes=1)) == 2, "with the first one of the other partnership"
    said = words(bundle_bytes(lead, place, 2))
    assert police_says not in said
    assert WORRY in said


def test_a_report_that_was_not_in_it_leaves_it_open(world, place, chair):
    cut_bundle(chair, place.id)
    send(world, place, "school", NOW)
    withdraw(chair, place.id, place.invitations["school"].id, WithdrawalReason.WRONG_CHILD)
    assert bundles_of(place)[0].closed_at is None


def test_the_worker_cuts_it_once_the_last_day_for_reports_is_over(world, place):
    review = world.meeting("a.review")  # on 24 June: reports are due on the 17th
    assert cut_due(NOW) == 2, "both partnerships' initial conferences, whose reports were due"
    assert cut_due(NOW) == 0, "nothing has come since"
    assert [bundle.cut_by_id for bundle in bundles_of(place)] == [None]
    assert bundles_of(review) == []
    due = max(invitation_of(review, agency).report_due_on for agency in ("police", "other_gp"))
    at = NOW + (due - NOW.date())
    cut_due(at)
    assert bundles_of(review) == []
    cut_due(at + timedelta(days=1))
    assert [bundle.number for bundle in bundles_of(review)] == [1]


def test_the_worker_adds_what_comes_later_but_not_once_the_register_is_closed(world, place):
    cut_due(NOW)
    send(world, place, "school", NOW + timedelta(hours=1))
    over = world.meeting("a.past_initial")
    send(world, over, "other_gp", NOW + timedelta(hours=1))
    assert cut_due(NOW + timedelta(hours=2)) == 1
    assert [bundle.number for bundle in bundles_of(place)] == [1, 2]
    assert [bundle.number for bundle in bundles_of(over)] == [1], "the one that the meeting was given"


def test_addenda_are_marked_late_once_it_was_cut(place, head, chair):
    assert not has_been_cut(db.session(), place.id)
    write(head, place, WHOLE)
    submit_report(head, place.id, desk(head, place).version)
    cut_bundle(chair, place.id)
    assert has_been_cut(db.session(), place.id)


def test_a_report_that_comes_while_it_is_made_is_in_it(world, place, chair, monkeypatch):
    made = []
    original = bundling.as_pdf

    def slow(*arguments):
        content = original(*arguments)
        if not made:
            send(world, place, "school", NOW, worry="In the last second.")
        made.append(1)
        return content

    monkeypatch.setattr(bundling, "as_pdf", slow)
    assert cut_bundle(chair, place.id) == 1
    assert len(made) == 2
    assert "In the last second." in words(bundle_bytes(chair, place, 1))


def test_where_reports_keep_coming_it_says_so_and_leaves_no_bytes(place, chair, monkeypatch):
    before = {name for name, _ in filing().store.names()}
    monkeypatch.setattr(bundling, "contents_of", _moving(bundling.contents_of))
    with pytest.raises(Conflict):
        cut_bundle(chair, place.id)
    assert {name for name, _ in filing().store.names()} == before
    assert bundles_of(place) == []


def test_the_chair_and_the_agencies_are_told_without_a_word_of_the_family(place, coordinator, chair, lead):
    cut_bundle(coordinator, place.id)
    rows = db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.BUNDLE_CUT)).all()
    told = {row.membership_id for row in rows}
    assert {chair.membership_id, lead.membership_id} <= told
    assert coordinator.membership_id not in told
    assert all("ZQ-" not in row.what for row in rows)


def test_what_each_bundle_had_stays_known(world, place, chair):
    hidden = send(world, place, "school", EARLIER, who="read_out")
    cut_bundle(chair, place.id)
    rows = {row.report_id: row for row in db.session.scalars(select(BundledReport))}
    assert rows[hidden].may_see is MaySee.READ_OUT
    assert rows[place.invitations["police"].report_id].may_see is MaySee.FAMILY


def test_its_file_is_no_orphan(place, chair, system):
    cut_bundle(chair, place.id)
    found = find_orphans(replace(system, now=NOW))
    assert bundles_of(place)[0].file_id not in found.belonging_to_nothing


def test_its_page_takes_few_queries_however_many_have_opened_it(place, chair, officer, lead, count_queries):
    cut_bundle(chair, place.id)
    numbers = []
    for reader in (officer, lead):
        bundle_bytes(reader, place, 1)
        with count_queries() as statements:
            bundle_page(chair, place.id)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 10


def _moving(original):
    """Contents that are others each time they are read."""
    seen = []

    def read(session, meeting):
        contents = original(session, meeting)
        seen.append(1)
        first = contents.contributions[0]
        report = next(one.report for one in contents.contributions if one.report)
        moved = replace(report, report_id=report.report_id + len(seen))
        return replace(contents, contributions=(replace(first, report=moved), *contents.contributions[1:]))

    return read
