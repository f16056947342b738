"""Erasing what is due: proposed, approved, beaten by holds; and nothing of the child is left anywhere."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.plans import PlanEnd
from portal.domain.record_map import HOLDINGS, Holding
from portal.domain.retention import LONGEST_SOURCE, ErasureState, HoldScope, RecordClass
from portal.models.actions import Action
from portal.models.activity import Activity
from portal.models.audits import AuditRound, Response
from portal.models.cases import Case, Child
from portal.models.escalations import Escalation
from portal.models.figure_rollups import MeetingFigures
from portal.models.files import StoredFile
from portal.models.frozen_months import MonthRevision
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.moderation import ChallengeSession
from portal.models.plans import Plan
from portal.models.records import Erasure, LegalHold, RetentionRule
from portal.models.sent_forms import SentForm
from portal.models.sessions import KeptForm
from portal.services.activity_checks import verify
from portal.services.filing import filing
from portal.services.indicators import recounts
from portal.services.indicators.rollups import fold
from portal.services.records import erasing, holds
from portal.services.records.certificates import is_genuine, rows_erased
from portal.services.records.closure import gather
from portal.services.records.due import due, family_unit
from portal.services.records.listing import certificate_pdf, read_certificate
from portal.services.records.turns import take_turn
from tests.harness import apart
from tests.services.record_steps import (
    LONG_AFTER,
    at,
    everything_stored,
    nobody_works_on,
    operator,
    rows_of_partnership,
)
from tests.services.rows import change, stored, trail
from tests.world import NOW, viewer_of
from tests.world_records import said_in

FAMILY_TABLES = {name for name, holding in HOLDINGS.items() if holding is Holding.FAMILY}


def manager(world, letter="a", year=None):
    """Who approves."""
    return viewer_of(world.person(f"{letter}.manager"), now=at(year) if year else NOW)


def markers_of_families(world, letter):
    """Every marker that stands in a table with a child in it, before anything is erased.

    Not those of rows that are about no family, which stay, nor the names of agencies and of people who work here.
    """
    said = "\n".join(words for _place, words in everything_stored(of=FAMILY_TABLES))
    given = select(StoredFile).where(StoredFile.purpose != FilePurpose.AUDIT_EVIDENCE)
    said += "\n".join(row.name for row in db.session.scalars(given))
    stays = "\n".join(said_in(about_no_family(world.partnerships[letter])))
    found = [one for one in world.markers if one.partnership == letter and one.text in said]
    return [one for one in found if one.kind not in {"agency", "person"} and one.text not in stays]


def about_no_family(partnership_id):
    """An audit's actions, escalations about no meeting and no family, and holds on more than a family."""
    session = db.session()
    roots = {
        "actions": select(Action.id).where(Action.meeting_id.is_(None)),
        "escalations": select(Escalation.id).where(Escalation.meeting_id.is_(None), Escalation.case_id.is_(None)),
        "legal_holds": select(LegalHold.id).where(LegalHold.case_id.is_(None), LegalHold.child_id.is_(None)),
    }
    return gather(session, partnership_id, {name: session.scalars(ids).all() for name, ids in roots.items()})


def lift_everything(world, letter="a"):
    """The hold that the world has on an agency."""
    one = holds.find_hold(manager(world, letter), world.legal_holds[f"{letter}.agency"])
    holds.lift_hold(manager(world, letter), one.id, "The claim is settled.", seen=one.version)


def test_of_all_families_that_are_erased_nothing_is_left_but_what_the_certificates_name(world):
    """Rows, search, files, notices, drafts, kept forms, bundles, quotations, samples, feedback, rollups' sources."""
    lift_everything(world)
    nobody_works_on(world)
    markers = markers_of_families(world, "a")
    others = markers_of_families(world, "b")
    assert len(markers) > 30
    child = stored(Child, world.children["a.1"])
    full_name = f"{child.given_name} {child.surname}"
    with writing() as session:
        # What stays behind where only tables with a child are looked at.
        session.add(
            KeptForm(
                partnership_id=world.partnerships["a"],
                user_id=world.person("a.gp.lead").user_id,
                path="/x",
                content=f"about {full_name}",
                kept_at=NOW,
            )
        )
        session.add(
            KeptForm(
                partnership_id=world.partnerships["a"],
                user_id=world.person("a.gp.lead").user_id,
                path=f"/meetings/{world.meeting('a.initial').id}/answer",
                content="{}",
                kept_at=NOW,
            )
        )
        session.add(
            SentForm(
                user_id=world.person("a.gp.lead").user_id,
                digest=b"x" * 32,
                sent_at=NOW,
                leads_to=f"/meetings/{world.meeting('a.initial').id}",
            )
        )
    answer = world.returns["a.gp"].responses["1.1"]
    change(Response, answer, narrative=f"We learned from {full_name.upper()}, NHS number {child.nhs_number}.")
    names = set(filing().store.names())
    elsewhere = rows_of_partnership(world.partnerships["b"])
    found, done = erasing.run(operator(world), LONG_AFTER)
    families = [one for one in done if one.record_class in {RecordClass.CONFERENCE, RecordClass.LOOKED_AFTER}]
    assert {row.root_id for row in families} >= {world.cases[f"a.{number}"] for number in range(1, 5)}
    assert not any(one.is_held for one in found)
    left = [
        f"{place}: {marker.kind} {marker.text}"
        for place, words in everything_stored()
        for marker in markers
        if marker.is_in(words)
    ]
    assert left == [], "\n".join(left)
    assert full_name.casefold() not in "\n".join(words for _place, words in everything_stored()).casefold()
    assert db.session.scalar(select(func.count()).select_from(Meeting).where(_own(Meeting, world))) == 0
    assert len({name for name, _at in filing().store.names()} & {name for name, _at in names}) < len(names)
    assert db.session.scalar(select(func.count()).select_from(KeptForm)) == 0
    assert db.session.scalar(select(func.count()).select_from(SentForm)) == 0
    # Nothing of the other partnership went, or was written into.
    assert rows_of_partnership(world.partnerships["b"]) == elsewhere
    assert {one.text for one in markers_of_families(world, "b")} == {one.text for one in others}
    for row in families:
        checked = row.certificate["checked"]
        assert (checked["left"], checked["unreadable"]) == ({}, 0)
        # Of a family without a child that is named there is nothing to look for.
        assert checked["texts"] > 100 or row.root_id == world.old_families["a"]
        assert is_genuine(row)


def test_a_name_in_a_paper_that_stays_is_blotted_out_there(world):
    nobody_works_on(world)
    lift_everything(world)
    child = stored(Child, world.children["a.1"])
    answer = world.returns["a.gp"].responses["1.1"]
    upn = child.upn
    words = f"Seen with {child.given_name}\n {child.surname} and {upn}; Joan{upn} stays."
    change(Response, answer, narrative=words)
    keep_all_but(world, "a.1")
    _found, done = erasing.run(operator(world), date(2100, 1, 1))
    narrative = stored(Response, answer).narrative
    assert narrative == f"Seen with [erased] and [erased]; Joan{upn} stays."
    (row,) = [one for one in done if one.root_id == world.cases["a.1"]]
    assert row.certificate["blotted"]["responses.narrative"] == 1


def test_a_name_in_a_list_of_texts_is_blotted_out_and_no_text_outgrows_its_column(world):
    """Such as the agenda of a session about an audit; and what is put in its place may be longer than the name was."""
    nobody_works_on(world)
    lift_everything(world)
    child = stored(Child, world.children["a.1"])
    name = f"{child.given_name} {child.surname}"
    change(Case, child.case_id, reference="C7X")
    with writing() as session:
        held = session.scalars(select(ChallengeSession).where(_own(ChallengeSession, world)).limit(1)).one()
        number = held.id
        held.agenda = [{"kind": "own", "words": f"What became of {name}?"}, {"kind": "question", "question_id": 4}]
        rule = session.scalars(select(RetentionRule).where(_own(RetentionRule, world)).limit(1)).one()
        rule.source, rule_id = f"{'x' * (LONGEST_SOURCE - 4)} C7X", rule.id
    keep_all_but(world, "a.1")
    erasing.run(operator(world), date(2100, 1, 1))
    agenda = [{"kind": "own", "words": "What became of [erased]?"}, {"kind": "question", "question_id": 4}]
    assert stored(ChallengeSession, number).agenda == agenda
    source = stored(RetentionRule, rule_id).source
    assert "C7X" not in source
    assert len(source) == LONGEST_SOURCE


def keep_all_but(world, *keys):
    """A hold on every other family of A."""
    for number in range(1, 5):
        if f"a.{number}" not in keys:
            reference = stored(Case, world.cases[f"a.{number}"]).reference
            holds.place_hold(manager(world), HoldScope.CASE, "An inquiry.", reference=reference)


def test_one_family_goes_and_the_others_stay(world):
    nobody_works_on(world)
    lift_everything(world)
    keep_all_but(world, "a.1")
    erasing.run(operator(world), date(2100, 1, 1))
    here = set(db.session.scalars(select(Case.id).where(_own(Case, world))))
    assert world.cases["a.1"] not in here
    assert {world.cases[f"a.{number}"] for number in (2, 3, 4)} <= here


def test_a_name_that_somebody_else_bears_too_is_not_looked_for(world):
    nobody_works_on(world)
    lift_everything(world)
    child = stored(Child, world.children["a.1"])
    name = (child.given_name, child.surname)
    change(Child, world.children["a.2"], given_name=child.given_name, surname=child.surname)
    with writing() as session:
        session.get(Child, world.children["a.2"]).surname_index = stored(Child, world.children["a.1"]).surname_index
    keep_all_but(world, "a.1")
    _found, done = erasing.run(operator(world), date(2100, 1, 1))
    other = stored(Child, world.children["a.2"])
    assert (other.given_name, other.surname) == name
    (row,) = [one for one in done if one.root_id == world.cases["a.1"]]
    assert row.certificate["not_sought"] == 1


@pytest.mark.parametrize("scope", list(HoldScope))
def test_every_kind_of_hold_beats_erasure(world, scope):
    nobody_works_on(world)
    lift_everything(world)
    child = stored(Child, world.children["a.1"])
    reference = {HoldScope.CASE: stored(Case, child.case_id).reference, HoldScope.CHILD: child.nhs_number or ""}
    holds.place_hold(
        manager(world),
        scope,
        "An inquiry asks for it.",
        reference=reference.get(scope, ""),
        agency_id=world.agencies["a.police"] if scope is HoldScope.AGENCY else None,
        record_class=RecordClass.CONFERENCE if scope is HoldScope.RECORD_CLASS else None,
    )
    found, done = erasing.run(operator(world), LONG_AFTER)
    assert world.cases["a.1"] not in {row.root_id for row in done if row.record_class is RecordClass.CONFERENCE}
    assert stored(Child, child.id).given_name == child.given_name
    held = [one for one in found if one.is_held and one.unit.root_id == child.case_id]
    assert held or scope is HoldScope.AGENCY


def test_a_hold_waits_for_an_erasure_that_is_running_and_an_erasure_for_a_hold(world, app):
    """Neither comes in between: what is held is not erased, and what was erased is not said to be held."""
    placed: list[int] = []

    def place():
        with app.app_context():
            placed.append(holds.place_hold(manager(world), HoldScope.EVERYTHING, "An inquiry."))

    other = threading.Thread(target=apart, args=(place,))
    with writing() as session:
        take_turn(session, world.partnerships["a"])
        other.start()
        other.join(timeout=1)
        assert placed == []
    other.join(timeout=60)
    assert len(placed) == 1


def test_a_hold_of_another_partnership_keeps_nothing_here(world):
    nobody_works_on(world)
    lift_everything(world)
    holds.place_hold(manager(world, "b"), HoldScope.EVERYTHING, "An inquiry.")
    _found, done = erasing.run(operator(world), LONG_AFTER)
    assert world.cases["a.1"] in {row.root_id for row in done}


def test_what_is_worked_on_is_never_due(world):
    lift_everything(world)
    session = db.session()
    ids = {one.unit.root_id for one in due(session, world.partnerships["a"], LONG_AFTER) if one.unit.children}
    assert world.cases["a.1"] not in ids  # it has a plan


def test_a_looked_after_childs_file_is_kept_75_years_from_birth(world):
    nobody_works_on(world)
    lift_everything(world)
    change(Plan, world.plans["a.1"], end_reason=PlanEnd.LOOKED_AFTER)
    session, area = db.session(), world.partnerships["a"]
    assert family_unit(session, world.cases["a.1"], RecordClass.LOOKED_AFTER).children == {world.children["a.1"]}

    def listed(day):
        return {
            one.unit.root_id for one in due(session, area, day) if one.unit.record_class is RecordClass.LOOKED_AFTER
        }

    born = stored(Child, world.children["a.1"]).born
    assert listed(born.replace(year=born.year + 75)) == {world.cases["a.1"]}
    assert listed(date(born.year + 75, 1, 1)) == set()


def test_a_longer_rule_of_the_area_holds_from_its_day(world):
    nobody_works_on(world)
    lift_everything(world)
    with writing() as session:
        session.add(
            RetentionRule(
                partnership_id=world.partnerships["a"],
                record_class=RecordClass.CONFERENCE,
                years=100,
                reason="r",
                source="s",
                effective_from=date(2027, 1, 1),
                made_at=NOW,
            )
        )
    families = [one for one in due(db.session(), world.partnerships["a"], date(2100, 1, 1)) if one.unit.children]
    assert families == []


def test_the_worker_proposes_and_a_person_approves(world):
    later = at(2062)
    nobody_works_on(world)
    lift_everything(world)
    assert erasing.propose_due(later) > 0
    assert erasing.propose_due(later) == 0
    waiting = db.session.scalars(select(Erasure).where(_own(Erasure, world), Erasure.state == ErasureState.PROPOSED))
    chosen = next(row for row in waiting if row.root_id == world.cases["a.1"])
    assert stored(Case, world.cases["a.1"])
    (row,) = erasing.approve(manager(world, year=2062), [chosen.id])
    assert row.erased_by == world.person("a.manager").name
    assert trail("erasure.done", row.id) == 1
    assert db.session.scalar(select(Case.id).where(Case.id == world.cases["a.1"])) is None
    page = read_certificate(manager(world), row.id)
    assert page.is_genuine
    assert page.rows == rows_erased(row) > 10
    assert certificate_pdf(manager(world), row.id).startswith(b"%PDF")


def test_a_proposal_is_taken_back_when_it_is_held(world):
    holds.place_hold(manager(world), HoldScope.EVERYTHING, "An inquiry.")
    erasing.propose_due(NOW)
    assert db.session.scalar(select(Erasure.id).where(Erasure.id == world.erasures["a.due"])) is None
    assert db.session.scalar(select(Erasure.id).where(Erasure.id == world.erasures["b.due"]))


def test_what_was_held_meanwhile_is_not_erased(world):
    holds.place_hold(manager(world), HoldScope.EVERYTHING, "An inquiry.")
    with pytest.raises(Conflict):
        erasing.approve(manager(world), [world.erasures["a.due"]])
    assert stored(Case, world.old_families["a"])


def test_who_may_not_approve_erases_nothing(world):
    for key in ("a.business_manager", "a.coordinator", "a.administrator", "a.chair"):
        with pytest.raises(NotPermitted):
            erasing.approve(viewer_of(world.person(key)), [world.erasures["a.due"]])
    with pytest.raises(NotVisible):
        erasing.approve(manager(world), [world.erasures["b.due"]])
    with pytest.raises(Invalid):
        erasing.approve(manager(world), [])
    with pytest.raises(NotPermitted):
        erasing.run(manager(world), LONG_AFTER)
    assert stored(Case, world.old_families["a"])
    assert stored(Case, world.old_families["b"])


def test_a_dry_run_erases_nothing(world):
    nobody_works_on(world)
    found, done = erasing.run(operator(world), LONG_AFTER, dry_run=True)
    assert found
    assert done == []
    assert stored(Case, world.cases["a.1"])


def test_audits_challenges_and_feedback_go_by_their_own_rules(world):
    change(AuditRound, world.rounds["a.section_11"], closed_at=NOW)
    lift_everything(world)
    found, _done = erasing.run(operator(world), date(2040, 1, 1))
    classes = {one.unit.record_class for one in found}
    assert {RecordClass.AUDIT, RecordClass.FEEDBACK} <= classes
    assert db.session.scalar(select(AuditRound.id).where(AuditRound.id == world.rounds["a.section_11"])) is None
    assert stored(Case, world.cases["a.1"])


def test_an_escalation_about_no_family_goes_by_a_rule_of_its_own(world):
    """Those about a meeting or a family go with the family's file, and by its years."""
    nobody_works_on(world)
    lift_everything(world)
    keep_all_but(world)
    holds.place_hold(manager(world), HoldScope.AGENCY, "A claim.", agency_id=world.agencies["a.police"])
    texts = [one.text for one in world.markers if "CLOSED" in one.text and one.kind.startswith("escalation")]
    own = [text for text in texts if text.startswith("ZQ-A-")]
    closed = at(NOW.year + 35).date()
    assert escalations_due(world, closed - timedelta(days=1)) == {}
    listed = escalations_due(world, closed)
    held = world.escalations["a.disagreement"]
    assert {number: one.is_held for number, one in listed.items()} == {
        world.escalations["a.closed"]: False,
        held: True,
    }
    _found, done = erasing.run(operator(world), closed)
    (row,) = [one for one in done if one.record_class is RecordClass.ESCALATION]
    assert row.certificate["tables"]["escalations"]["rows"] == 1
    assert row.certificate["tables"]["escalation_entries"]["rows"] > 0
    assert len(own) > 2
    said = "\n".join(words for _place, words in everything_stored())
    assert [text for text in own if text in said] == []
    assert set(texts) - set(own) == {text for text in texts if text in said}
    assert stored(Escalation, held)


def escalations_due(world, day):
    """Of A, by number."""
    found = due(db.session(), world.partnerships["a"], day)
    return {one.unit.root_id: one for one in found if one.unit.record_class is RecordClass.ESCALATION}


def test_what_is_kept_of_figures_no_longer_counts_what_went(world):
    """What the worker keeps by day and by month is what a recount finds, and of A's meetings that is nothing."""
    fold()
    nobody_works_on(world)
    lift_everything(world)
    area = world.partnerships["a"]
    assert counted(area) > 0
    elsewhere = counted(world.partnerships["b"])
    erasing.run(operator(world), LONG_AFTER)
    fold()
    assert counted(area) == 0
    assert counted(world.partnerships["b"]) == elsewhere
    differing = {name: found for name, found in recounts.check(Viewer.of_system("figures", NOW)) if found}
    assert differing == {}


def counted(partnership_id):
    """How many meetings are in what is kept of a partnership's figures."""
    db.session.rollback()
    mine = MeetingFigures.partnership_id == partnership_id
    return db.session.scalar(select(func.coalesce(func.sum(MeetingFigures.meetings), 0)).where(mine))


def test_frozen_figures_stay_and_the_trail_keeps_numbers_and_still_verifies(world):
    nobody_works_on(world)
    lift_everything(world)
    revisions = [row.figures for row in db.session.scalars(select(MonthRevision).order_by(MonthRevision.id))]
    before = db.session.scalar(select(func.count()).select_from(Activity)) or 0
    erasing.run(operator(world), LONG_AFTER)
    db.session.rollback()
    assert [row.figures for row in db.session.scalars(select(MonthRevision).order_by(MonthRevision.id))] == revisions
    assert (db.session.scalar(select(func.count()).select_from(Activity)) or 0) > before
    db.session.rollback()
    assert verify(Viewer.of_system("verify", NOW)).faults == []


def test_notices_about_what_went_are_gone(world):
    nobody_works_on(world)
    lift_everything(world)
    assert db.session.scalar(select(Notice.id).where(Notice.id == world.notices["a.gp.lead"]))
    erasing.run(operator(world), LONG_AFTER)
    assert db.session.scalar(select(Notice.id).where(Notice.id == world.notices["a.gp.lead"])) is None
    assert db.session.scalar(select(Notice.id).where(Notice.id == world.notices["b.gp.lead"]))


@pytest.mark.parametrize("part", ["erased_by", "rule", "tables", "files", "checked", "blotted", "reference_digests"])
def test_a_certificate_that_was_changed_shows(world, part):
    row = stored(Erasure, world.erasures["a.erased"])
    assert is_genuine(row)
    if part in row.certificate:
        other = ["00"] if part == "reference_digests" else {**row.certificate[part], "number": 7}
        change(Erasure, row.id, certificate={**row.certificate, part: other})
    else:
        change(Erasure, row.id, **{part: "Somebody else"})
    assert is_genuine(stored(Erasure, row.id)) is False


def test_no_certificate_names_anybody(world):
    lift_everything(world)
    nobody_works_on(world)
    markers = markers_of_families(world, "a")
    _found, done = erasing.run(operator(world), LONG_AFTER)
    said = "\n".join(words for place, words in everything_stored(of={"erasures"}) if place)
    assert done
    assert [one.text for one in markers if one.is_in(said)] == []


def _own(model, world):
    return model.partnership_id == world.partnerships["a"]
