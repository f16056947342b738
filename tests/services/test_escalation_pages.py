"""Escalations as people see them: the page and the list, and what of them nobody else is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from portal.database.session import db, writing
from portal.domain.errors import NotVisible
from portal.domain.escalation_vocabulary import (
    Category,
    ChildSafe,
    EntryKind,
    LadderEvent,
    LadderKind,
    Learning,
    Resolution,
    Side,
)
from portal.models.escalations import Escalation, EscalationEntry
from portal.services.escalations.acting import add_contact, amend, move_up, reply
from portal.services.escalations.clocks import end_clocks
from portal.services.escalations.ending import resolve
from portal.services.escalations.listing import View, Wanted, agencies_listed, list_escalations, tally, views_of
from portal.services.escalations.page import entry_to_correct, escalation_page
from portal.services.escalations.raising import Cause, Raised, raise_escalation
from portal.services.escalations.steps import StepState
from tests.services.escalation_steps import ALERT, DISAGREEMENT, NON_ATTENDANCE, entries, raised, row, verbs
from tests.services.rows import change
from tests.world import NOW

STRUCTURED = ("business_manager", "scrutineer")
MOST_QUERIES = 7


@pytest.fixture
def marked(world, viewer_of):
    """In each partnership three escalations of different agencies, each text of which is found nowhere else."""
    found = {}
    for letter in ("a", "b"):
        for by, with_, kind, meeting in (
            ("school.lead", "gp", DISAGREEMENT, "initial"),
            ("other_gp.lead", "police", DISAGREEMENT, "review"),
            ("chair", "social_care", ALERT, "initial"),
        ):
            tag = f"ZQ-{letter.upper()}-ESCALATION-{with_.upper()}-QZ"
            found[f"{letter}.{with_}"] = raised(
                world,
                viewer_of,
                by=f"{letter}.{by}",
                with_=with_,
                kind=kind,
                meeting=meeting,
                summary=f"{tag}-SUMMARY",
                wanted=f"{tag}-WANTED",
            )
    return found


READERS = {
    "gp": {"school.lead", "gp.lead", "gp.practitioner", "school.practitioner", "chair", "manager"},
    "police": {
        "other_gp.lead",
        "other_gp.practitioner",
        "police.lead",
        "police.practitioner",
        "second_chair",
        "manager",
    },
    "social_care": {"social_care.lead", "social_care.practitioner", "chair", "manager"},
}
"""By hand: who reads each of them; the business manager and the scrutineer see them all, and read none."""


def everybody(world, letter):
    """Those of a partnership who can sign in, but whoever works in both."""
    return [key for key, person in world.people.items() if person.active and key.startswith(f"{letter}.")]


@pytest.mark.parametrize("letter", ["a", "b"])
def test_who_sees_and_who_reads_each_of_them(marked, world, viewer, letter):
    for key in everybody(world, letter):
        who, name = viewer(key), key.partition(".")[2]
        for place, number in marked.items():
            theirs, _, about = place.partition(".")
            reads = theirs == letter and name in READERS[about]
            sees = reads or (theirs == letter and name in STRUCTURED)
            if not sees:
                with pytest.raises(NotVisible):
                    escalation_page(who, number)
                continue
            page = escalation_page(who, number)
            assert (page.subject is not None) is reads, (key, place)
            listed = {one.id for one in list_escalations(who, Wanted(View.ALL)).rows}
            assert number in listed


@pytest.mark.parametrize("name", STRUCTURED)
def test_structured_roles_never_get_a_text(marked, viewer, name):
    """Who, whom, why, stage, days, outcome and who was told; no narrative, no family, no meeting."""
    number = marked["a.gp"]
    reply(viewer("a.gp.lead"), number, "ZQ-REPLY-QZ", row(number).version)
    amend(viewer("a.gp.lead"), number, 2, "ZQ-CORRECTED-QZ")
    page = escalation_page(viewer(f"a.{name}"), number)
    assert page.subject is None
    assert page.causes == ()
    assert [(one.kind, one.text, one.corrections) for one in page.log] == [
        (EntryKind.AMENDMENT, "", ()),
        (EntryKind.REPLY, "", ()),
        (EntryKind.RAISED, "", ()),
    ]
    assert page.log[-1].told
    assert (page.raised_by, page.raised_with) == ("ZQ-A-AGENCY-SCHOOL-QZ", "ZQ-A-AGENCY-GP-QZ")
    for closed in ("summary", "wanted", "case_id", "meeting_id"):
        assert closed not in page.escalation.__dict__, closed
    assert "ZQ-A-ESCALATION" not in repr(page)
    with pytest.raises(NotVisible):
        entry_to_correct(viewer(f"a.{name}"), number, 2)
    assert "escalation.read" not in verbs(number)


def test_a_signatory_sees_what_they_were_told_of_without_a_word(world, viewer, viewer_of):
    number = raised(world, viewer_of, with_="police", kind=DISAGREEMENT, by="a.chair", meeting="initial")
    with pytest.raises(NotVisible):
        escalation_page(viewer("a.police.executive"), number)
    move_up(viewer("a.chair"), number, 3, "No answer came.", "A child is at risk.", row(number).version)
    page = escalation_page(viewer("a.police.executive"), number)
    assert page.subject is None
    assert {one.text for one in page.log} == {""}


def test_who_reads_it_is_logged(marked, viewer):
    escalation_page(viewer("a.gp.lead"), marked["a.gp"])
    assert verbs(marked["a.gp"]).count("escalation.read") == 1


def test_whose_turn_it_is_and_until_when(marked, viewer):
    number = marked["a.gp"]
    page = escalation_page(viewer("a.gp.lead"), number)
    assert (page.whose, page.must_do, page.is_overdue) == ("ZQ-A-AGENCY-GP-QZ", "must reply", False)
    assert page.due_on.isoformat() == "2026-06-12"
    assert (page.is_my_side, page.may_reply, page.may_drive) == (True, True, False)
    late = escalation_page(viewer("a.gp.lead", now=NOW + timedelta(days=5)), number)
    assert (late.must_do, late.is_overdue) == ("had to reply", True)
    reply(viewer("a.gp.lead"), number, "We will.", row(number).version)
    page = escalation_page(viewer("a.school.lead"), number)
    assert (page.whose, page.must_do) == ("ZQ-A-AGENCY-SCHOOL-QZ", "must say whether the reply is enough")
    assert (page.is_my_side, page.may_reply, page.may_ask_again) == (True, False, True)


def test_the_ladder_says_what_was_passed_over(marked, viewer):
    number = marked["a.gp"]
    move_up(viewer("a.school.lead"), number, 3, "No answer.", "At risk today.", row(number).version)
    steps = escalation_page(viewer("a.gp.lead"), number).steps
    assert [one.state for one in steps] == [StepState.DONE, StepState.SKIPPED, StepState.NOW, StepState.NEXT]
    assert [one.working_days for one in steps] == [0, 1, 1, 2]
    assert steps[0].clock == "the same working day"
    assert all(one.told for one in (steps[0], steps[2], steps[3]))
    assert steps[1].told == ()
    resolve(
        viewer("a.school.lead"),
        number,
        Resolution.DONE,
        "Done.",
        ChildSafe.SAFE,
        Learning.THRESHOLDS,
        row(number).version,
    )
    page = escalation_page(viewer("a.gp.lead"), number)
    assert [one.state for one in page.steps] == [StepState.DONE, StepState.SKIPPED, StepState.DONE, StepState.LATER]
    assert (page.is_open, page.may_reply, page.may_add, page.closed_by) == (False, False, False, "ZQ-A-SCHOOL-LEAD-QZ")


def test_a_correction_stands_beside_what_it_corrects(marked, viewer):
    number = marked["a.gp"]
    reply(viewer("a.gp.lead"), number, "We came on Monday.", row(number).version)
    add_contact(viewer("a.school.lead"), number, EntryKind.CONTACT, "We spoke.")
    amend(viewer("a.gp.lead"), number, 2, "It was Tuesday.")
    log = {one.number: one for one in escalation_page(viewer("a.school.lead"), number).log}
    assert [(one.number, one.text) for one in log[2].corrections] == [(4, "It was Tuesday.")]
    assert (log[4].amends, log[4].kind) == (2, EntryKind.AMENDMENT)
    assert (log[2].may_amend, log[3].may_amend, log[4].may_amend) == (False, True, False)
    own = {one.number: one for one in escalation_page(viewer("a.gp.lead"), number).log}
    assert (own[2].may_amend, own[3].may_amend, own[4].may_amend) == (True, False, False)
    assert entry_to_correct(viewer("a.gp.lead"), number, 2).corrections == log[2].corrections
    with pytest.raises(NotVisible):
        entry_to_correct(viewer("a.gp.lead"), number, 99)


def test_what_led_to_it_links_only_to_meetings_that_the_viewer_sees(world, viewer, viewer_of):
    """The surgery is asked for two absences: it sees the conference, not the review that it said was not its own."""
    initial, review = world.meeting("a.initial"), world.meeting("a.review")
    number = raise_escalation(
        viewer_of(world.person("a.manager")),
        Raised(NON_ATTENDANCE, Category.NON_ATTENDANCE, world.agencies["a.gp"], initial.id, "Nobody came.", "Come."),
        [
            Cause(initial.invitations["gp"].id, LadderEvent.ABSENT_WITHOUT_REPORT, NOW.date()),
            Cause(review.invitations["gp"].id, LadderEvent.REPORT_MISSING, NOW.date() - timedelta(days=30)),
        ],
    )
    seen = {
        name: [(one.event, one.meeting_id) for one in escalation_page(viewer(name), number).causes]
        for name in ("a.gp.lead", "a.manager")
    }
    assert seen["a.gp.lead"] == [
        (LadderEvent.ABSENT_WITHOUT_REPORT, initial.id),
        (LadderEvent.REPORT_MISSING, None),
    ]
    assert [meeting for _, meeting in seen["a.manager"]] == [initial.id, review.id]
    subject = escalation_page(viewer("a.gp.lead"), number).subject
    assert (subject.sees_meeting, subject.sees_case, subject.meeting_id) == (True, True, initial.id)


def test_an_agency_that_is_not_invited_gets_no_link_to_the_meeting(world, viewer, viewer_of):
    number = raised(world, viewer_of, by="a.school.lead", with_="other_gp", kind=DISAGREEMENT, meeting="initial")
    subject = escalation_page(viewer("a.other_gp.lead"), number).subject
    assert (subject.sees_meeting, subject.sees_case) == (False, False)


@pytest.mark.parametrize("name", ["a.gp.lead", "a.school.lead", "a.chair", "a.manager", "a.business_manager"])
def test_the_page_takes_few_queries(marked, viewer, count_queries, name):
    number = marked["a.gp"]
    for _ in range(3):
        add_contact(viewer("a.school.lead"), number, EntryKind.CONTACT, "We spoke.")
    amend(viewer("a.school.lead"), number, 2, "On Monday.")
    with count_queries() as statements:
        page = escalation_page(viewer(name), number)
        _ = [one.corrections for one in page.log], page.must_do, page.higher, page.days_to_give
    assert len(statements) <= MOST_QUERIES, statements


def longer(number: int, count: int) -> None:
    """Add many entries at once, as months of contacts would."""
    first = len(entries(number)) + 1
    found = row(number)
    common = {"partnership_id": found.partnership_id, "escalation_id": number, "kind": EntryKind.CONTACT}
    with writing() as session:
        session.execute(
            insert(EscalationEntry),
            [
                {**common, "number": place, "side": Side.RAISED_BY, "at": NOW, "text": f"Entry {place}.", "told": []}
                for place in range(first, first + count)
            ],
        )


def test_a_long_log_is_paged_by_its_numbers(marked, viewer, count_queries):
    number = marked["a.gp"]
    longer(number, 119)
    who = viewer("a.school.lead")
    pages = {asked: escalation_page(who, number, page=asked) for asked in (1, 2, 3)}
    shown = {asked: [one.number for one in page.log] for asked, page in pages.items()}
    assert shown == {
        1: list(range(120, 70, -1)),
        2: list(range(70, 20, -1)),
        3: list(range(20, 0, -1)),
    }
    assert {page.log_total for page in pages.values()} == {120}
    assert escalation_page(who, number, page=99).log_page == 3
    assert escalation_page(who, number, page=-1).log_page == 1
    with count_queries() as statements:
        escalation_page(who, number, page=2)
    assert len(statements) <= MOST_QUERIES


def test_a_correction_on_another_page_of_the_log_is_found(marked, viewer):
    number = marked["a.gp"]
    add_contact(viewer("a.school.lead"), number, EntryKind.CONTACT, "On Monday.")
    longer(number, 60)
    amend(viewer("a.school.lead"), number, 2, "On Tuesday.")
    last = escalation_page(viewer("a.gp.lead"), number, page=2).log
    assert [one.text for entry in last for one in entry.corrections] == ["On Tuesday."]


# The list


def found_by(world, who, view: View = View.ALL, **wanted) -> list[int]:
    """What the list finds of what a test has raised itself, in its order."""
    rows = list_escalations(who, Wanted(view, **wanted)).rows
    return [one.id for one in rows if one.id not in world.escalations.values()]


def test_views_and_their_counts(marked, world, viewer, viewer_of):
    ours = raised(world, viewer_of, by="a.gp.lead", with_="school", kind=DISAGREEMENT, meeting="initial")
    asked, who, late = marked["a.gp"], viewer("a.gp.lead"), viewer("a.gp.lead", now=NOW + timedelta(days=9))
    assert {view: found_by(world, who, view) for view in View} == {
        View.NEEDS_US: [asked],
        View.RAISED_BY_US: [ours],
        View.OVERDUE: [],
        View.OPEN: [ours, asked],
        View.CLOSED: [],
        View.ALL: [ours, asked],
    }
    reply(viewer("a.school.lead"), ours, "So it is.", row(ours).version)
    assert found_by(world, who, View.NEEDS_US) == [ours, asked]
    assert found_by(world, late, View.OVERDUE) == [ours, asked]
    counted = tally(late)
    assert (counted.needs_us, counted.raised_by_us, counted.overdue, counted.open) == (2, 1, 2, 2)
    resolve(who, ours, Resolution.EXPLAINED, "Good.", ChildSafe.SAFE, None, row(ours).version)
    assert (found_by(world, who, View.CLOSED), found_by(world, who, View.OPEN)) == ([ours], [asked])
    counted = tally(late)
    assert (counted.needs_us, counted.raised_by_us, counted.overdue, counted.open) == (1, 0, 1, 1)


def test_open_ones_come_by_their_day_and_closed_ones_last(marked, world, viewer, viewer_of):
    urgent = raised(
        world,
        viewer_of,
        by="a.school.lead",
        with_="police",
        kind=DISAGREEMENT,
        is_urgent=True,
        urgent_reason="Today.",
    )
    praise = raised(
        world,
        viewer_of,
        by="a.chair",
        with_="social_care",
        kind=ALERT,
        category=Category.GOOD_PRACTICE,
        is_positive=True,
    )
    settled = marked["a.police"]
    resolve(viewer("a.other_gp.lead"), settled, Resolution.DONE, "Done.", ChildSafe.SAFE, None, row(settled).version)
    listed = found_by(world, viewer("a.manager"))
    assert listed == [urgent, marked["a.gp"], marked["a.social_care"], praise, settled]


def test_filters_narrow_the_list(marked, world, viewer):
    who = viewer("a.manager")
    school = {name: number for number, name in agencies_listed(who)}["ZQ-A-AGENCY-SCHOOL-QZ"]
    assert found_by(world, who, kind=LadderKind.PRACTICE_ALERT) == [marked["a.social_care"]]
    assert set(found_by(world, who, category=Category.THRESHOLD)) == {marked["a.gp"], marked["a.police"]}
    assert found_by(world, who, stage=2) == []
    assert found_by(world, who, agency_id=school) == [marked["a.gp"]]


def test_nobody_chooses_their_own_agency(marked, viewer):
    names = [name for _, name in agencies_listed(viewer("a.gp.lead"))]
    assert names == ["ZQ-A-AGENCY-SCHOOL-QZ", "ZQ-A-AGENCY-SOCIAL_CARE-QZ"]
    assert not any("-B-" in name for _, name in agencies_listed(viewer("a.manager")))


def test_those_on_no_side_have_no_views_of_a_side(viewer):
    assert View.NEEDS_US in views_of(viewer("a.chair"))
    assert not {View.NEEDS_US, View.RAISED_BY_US} & set(views_of(viewer("a.scrutineer")))
    assert tally(viewer("a.scrutineer")).needs_us == 0


@pytest.mark.parametrize("name", ["a.gp.lead", "a.chair", "a.manager", "a.scrutineer"])
def test_the_list_takes_few_queries(marked, viewer, count_queries, name):
    who = viewer(name)
    with count_queries() as statements:
        agencies_listed(who)
        tally(who)
        list_escalations(who, Wanted(View.ALL))
    assert len(statements) == 4, statements


def test_an_alert_that_nobody_resolves_becomes_formal(marked, viewer):
    number = marked["a.social_care"]
    page = escalation_page(viewer("a.social_care.lead"), number)
    assert (page.steps[0].state, page.must_do) == (StepState.NOW, "must put it right")
    end_clocks(NOW + timedelta(days=8))
    db.session.rollback()
    page = escalation_page(viewer("a.social_care.lead", now=NOW + timedelta(days=8)), number)
    assert [one.state for one in page.steps][:2] == [StepState.DONE, StepState.NOW]
    assert page.log[0].side is Side.CLOCK
    assert page.log[0].who == "The portal, by the clock"


def test_a_team_that_is_asked_stands_on_the_page(marked, world, viewer):
    change(Escalation, marked["a.social_care"], raised_with_team_id=world.teams["a.east"])
    assert escalation_page(viewer("a.manager"), marked["a.social_care"]).team == "ZQ-A-TEAM-EAST-QZ"
