"""All that is held on one child: whole, marked where it is about others, and withheld until somebody decides."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.record_map import FAMILY_TITLES
from portal.domain.subject_access import Decision, Mark
from portal.models.actions import Action
from portal.models.cases import Case, Child
from portal.models.families import FamilyAttendance
from portal.models.meetings import Meeting
from portal.models.named_people import MeetingCase
from portal.models.records import SubjectExport
from portal.models.reports import Report
from portal.services.records.closure import gather, key_of, tables
from portal.services.subject_access import requests, reviewing
from portal.services.subject_access.gathering import CONFIDENTIAL, TITLES, Reader
from tests.services.record_steps import everything_stored, operator
from tests.services.rows import change, stored, trail
from tests.world import NOW, viewer_of

SIBLING = "Sibling-Marker"


def another_child(world, case_id):
    """One more child of a family; its number."""
    with writing() as session:
        child = Child(
            partnership_id=world.partnerships["a"],
            case_id=case_id,
            given_name=SIBLING,
            surname="ZQ-A-SURNAME-1-QZ",
            surname_index=b"x" * 32,
            created_at=NOW,
        )
        session.add(child)
        session.flush()
        return child.id


@pytest.fixture
def sibling(world):
    """A second child of the first family."""
    return another_child(world, world.cases["a.1"])


def manager(world, letter="a"):
    """Who answers requests."""
    return viewer_of(world.person(f"{letter}.manager"))


def held(content):
    """What stands in the answer's JSON, by place, and the names of its files."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        read = json.loads(archive.read("everything.json"))
        assert archive.read("everything.pdf").startswith(b"%PDF")
        return {one["place"]: one for one in read["held"]}, archive.namelist(), read


def test_everything_that_stands_in_a_familys_tables_is_in_it(world):
    """Every marker of the family, in whatever table it stands."""
    child = stored(Child, world.children["a.1"])
    record = Reader(db.session(), child).record()
    said = "\n".join(one.words for one in record.passages)
    places = {one.place.partition("/")[0] for one in record.passages}
    assert {"children", "meetings", "report_answers", "family_attendances", "invitations", "stored_files"} <= places
    own = [
        one for one in world.markers if one.partnership == "a" and one.kind in {"child", "case"} and "-1-QZ" in one.text
    ]
    assert own
    assert [one.text for one in own if not one.is_in(said)] == []
    of_child = {one.label: one.words for one in record.passages if one.place.startswith(f"children/{child.id}/")}
    assert of_child["Date of birth"] == f"{child.born.day} {child.born:%B %Y}"
    assert of_child["NHS number"] == child.nhs_number
    assert of_child["UPN"] == child.upn


def test_nothing_of_the_other_partnership_and_of_other_families_is_in_it(world):
    child = stored(Child, world.children["a.1"])
    said = "\n".join(one.words for one in Reader(db.session(), child).record().passages)
    assert "ZQ-B-" not in said
    others = {"ZQ-A-CHILD-2-QZ", "ZQ-A-CHILD-4-QZ", "ZQ-A-CASE-2-QZ"}
    assert [one for one in others if one in said] == []


def test_every_table_with_a_child_in_it_has_a_title():
    assert set(FAMILY_TITLES) <= set(TITLES)
    assert set(TITLES) >= CONFIDENTIAL


def test_others_are_marked(world, sibling):
    change(Meeting, world.meeting("a.initial").id, note=f"{SIBLING} was there too.")
    child = stored(Child, world.children["a.1"])
    marks = {one.place: one for one in Reader(db.session(), child).record().passages}
    assert marks[f"children/{sibling}/given_name"].mark is Mark.OTHER_CHILD
    assert marks[f"children/{child.id}/given_name"].mark is None
    note = marks[f"meetings/{world.meeting('a.initial').id}/note"]
    assert (note.mark, note.others[0]) == (Mark.OTHER_CHILD, SIBLING)
    mother = marks[f"family_attendances/{world.attendees['a.initial.mother']}/name"]
    assert mother.mark in {Mark.OTHER_PERSON, Mark.CONFIDENTIAL}
    strategy = [one for one in marks.values() if one.place.startswith("strategy_answers/")]
    assert all(one.mark is not None for one in strategy)
    files = [one for one in marks.values() if one.place.startswith("stored_files/") and one.label == "Name"]
    assert files
    assert {one.mark for one in files} == {Mark.FILE}


def test_what_was_told_to_the_chair_alone_is_marked_so(world):
    mother = world.attendees["a.initial.mother"]
    child = stored(Child, world.children["a.1"])
    for alone, mark in ((False, Mark.OTHER_PERSON), (True, Mark.CONFIDENTIAL)):
        change(FamilyAttendance, mother, for_chair_only=alone)
        marks = {one.place: one.mark for one in Reader(db.session(), child).passages("family_attendances")}
        assert marks[f"family_attendances/{mother}/name"] is mark
        assert mark is Mark.OTHER_PERSON or {
            one for place, one in marks.items() if place.startswith(f"family_attendances/{mother}/")
        } == {mark}


def test_what_is_for_another_child_alone_is_marked(world):
    """Whatever it says: its words need not name the child."""
    child = stored(Child, world.children["a.3"])
    other = another_child(world, child.case_id)
    action = db.session.scalars(select(Action.id).where(Action.child_id == child.id)).first()
    change(Action, action, child_id=other, what="Somebody goes along to the clinic.")

    def marks_of(child_id):
        passages = Reader(db.session(), stored(Child, child_id)).passages("actions")
        return {one.mark for one in passages if one.row == str(action)}

    assert marks_of(child.id) == {Mark.OTHER_CHILD}
    assert Mark.OTHER_CHILD not in marks_of(other)


def test_what_was_never_sent_and_what_was_told_in_confidence_is_marked(world):
    """Of every family: drafts and what agencies said among themselves, each passage of it and nothing beside."""
    unsent = set(db.session.scalars(select(Report.id).where(Report.submitted_at.is_(None))))
    assert unsent
    seen = set()
    for number in range(1, 5):
        child = db.session.scalar(select(Child).where(Child.case_id == world.cases[f"a.{number}"]).order_by(Child.id))
        reader = Reader(db.session(), child)
        of_answers = {str(row["id"]): row["report_id"] for row in reader.rows("report_answers")}
        for one in reader.record().passages:
            if one.kind in {"reports", "report_answers"}:
                report = int(one.row) if one.kind == "reports" else of_answers[one.row]
                assert (one.mark is Mark.DRAFT) == (report in unsent), one
            if one.kind == "minutes_drafts":
                assert one.mark is Mark.DRAFT, one
            if one.kind in CONFIDENTIAL:
                assert one.mark in {Mark.CONFIDENTIAL, Mark.OTHER_CHILD}, one
            if one.mark is not None:
                seen.add((one.kind, one.mark))
    assert seen >= {("reports", Mark.DRAFT), ("report_answers", Mark.DRAFT), ("minutes_drafts", Mark.DRAFT)}
    assert {kind for kind, mark in seen if mark is Mark.CONFIDENTIAL} >= {"strategy_answers", "consultations"}


def test_what_nobody_decided_about_is_withheld_and_what_was_given_is_given(world, sibling):
    meeting = world.meeting("a.initial").id
    change(Meeting, meeting, note=f"{SIBLING} was there too.")
    viewer = manager(world)
    export_id = world.subject_exports["a.child_1"]
    _name, content = requests.take_along(viewer, export_id)
    found, names, _read = held(content)
    assert found[f"meetings/{meeting}/note"]["words"] == "[withheld: about another child]"
    assert SIBLING not in json.dumps(found)
    assert [name for name in names if name.startswith("files/")] == []
    file = next(one.place for one in all_marked(viewer, export_id) if one.place.startswith("stored_files/"))
    decide(viewer, export_id, "meetings", {f"meetings/{meeting}/note": Decision.BLOT})
    decide(viewer, export_id, "stored_files", {file: Decision.GIVE})
    _name, content = requests.take_along(viewer, export_id)
    found, names, _read = held(content)
    assert found[f"meetings/{meeting}/note"]["words"] == "█████ was there too."
    assert len([name for name in names if name.startswith("files/")]) == 1
    assert stored(SubjectExport, export_id).taken_digest
    assert trail("subject.exported", world.children["a.1"]) == 2
    assert trail("subject.read", world.children["a.1"]) >= 1


def decide(viewer, export_id, kind, decisions):
    """Decide as of now."""
    reviewing.decide(viewer, export_id, kind, decisions, seen=stored(SubjectExport, export_id).version)


def test_the_review_says_how_far_it_is(world, sibling):
    change(Meeting, world.meeting("a.initial").id, note=f"{SIBLING} was there too.")
    viewer = manager(world)
    export_id = requests.begin(viewer, "ZQ-A-CASE-1-QZ-1", "The child, who came in person.")
    begun = reviewing.review(viewer, export_id)
    every = all_marked(viewer, export_id)
    assert begun.progress.marked == len(every) > 10
    assert begun.progress.decided == 0
    assert {one.name for one in begun.kinds if one.progress.marked} == {one.kind for one in every}
    first = begun.next
    decide(viewer, export_id, first.name, {one.place: Decision.WITHHOLD for one in every if one.kind == first.name})
    after = reviewing.review(viewer, export_id)
    (same,) = [one for one in after.kinds if one.name == first.name]
    assert same.progress.is_done
    assert after.progress.decided == same.progress.marked
    assert after.next.name != first.name


def test_whoever_reads_may_withhold_what_was_not_marked(world):
    """A name that nobody wrote among the family's is found by reading alone."""
    meeting = world.meeting("a.initial").id
    change(Meeting, meeting, note="Mr Neighbour told us.")
    viewer, export_id, place = manager(world), world.subject_exports["a.child_1"], f"meetings/{meeting}/note"
    assert place not in {one.place for one in reviewing.review_kind(viewer, export_id, "meetings").passages}
    whole = reviewing.review_kind(viewer, export_id, "meetings", is_whole=True)
    assert place in {one.place for one in whole.passages}
    decide(viewer, export_id, "meetings", {place: Decision.WITHHOLD})
    found, _names, _read = held(requests.take_along(viewer, export_id)[1])
    assert found[place]["words"] == "[withheld: about somebody else]"
    decide(viewer, export_id, "meetings", {place: Decision.GIVE})
    found, _names, _read = held(requests.take_along(viewer, export_id)[1])
    assert found[place]["words"] == "Mr Neighbour told us."


@pytest.mark.parametrize("before", ["It was quiet.", f"{SIBLING} came."])
def test_a_decision_is_about_the_words_that_somebody_read(world, sibling, before):
    meeting = world.meeting("a.initial").id
    change(Meeting, meeting, note=before)
    viewer, export_id, place = manager(world), world.subject_exports["a.child_1"], f"meetings/{meeting}/note"
    decide(viewer, export_id, "meetings", {place: Decision.GIVE})
    found, _names, _read = held(requests.take_along(viewer, export_id)[1])
    assert found[place]["words"] == before
    change(Meeting, meeting, note=f"{SIBLING} was there too.")
    found, _names, _read = held(requests.take_along(viewer, export_id)[1])
    assert found[place]["words"] == "[withheld: about another child]"
    assert place not in reviewing.review_kind(viewer, export_id, "meetings").decisions


def test_one_statement_finds_what_following_the_keys_finds(world, sibling):
    """What is given and what is erased are the same rows: each kind by its condition, against the keys row by row."""
    for number in range(1, 5):
        child = db.session.scalar(select(Child).where(Child.case_id == world.cases[f"a.{number}"]).order_by(Child.id))
        reader = Reader(db.session(), child)
        followed = gather(db.session(), child.partnership_id, {"cases": [child.case_id], "meetings": shared(child)})
        counts = reader.counts()
        for kind in FAMILY_TITLES:
            table = tables()[kind]
            keys = {key_of(table, row) for row in reader.rows(kind)}
            theirs = set(followed.of(kind))
            if kind == "pack_children":
                # A list for inspectors is erased whole, and given without the other children that stand in it.
                theirs = {key for key, row in followed.of(kind).items() if row["case_id"] == child.case_id}
            assert keys == theirs, (number, kind)
            assert counts.get(kind, 0) == len(keys)
        for kind in ("notices", "packs", "pack_files"):
            assert {key_of(tables()[kind], row) for row in reader.rows(kind)} == set(followed.of(kind)), (number, kind)
        for kind in ("stored_files", "mails"):
            assert {row["id"] for row in reader.rows(kind)} >= followed.ids(kind), (number, kind)


def shared(child):
    """Meetings of other families that a child's is part of."""
    return list(db.session.scalars(select(MeetingCase.meeting_id).where(MeetingCase.case_id == child.case_id)))


def all_marked(viewer, export_id):
    """Every marked passage, over all kinds and pages."""
    found = []
    for kind in reviewing.review(viewer, export_id).kinds:
        first = reviewing.review_kind(viewer, export_id, kind.name)
        pages = -(-first.number // reviewing.PER_PAGE)
        for number in range(1, pages + 1):
            found += reviewing.review_kind(viewer, export_id, kind.name, number).passages
    return found


def test_somebody_else_decided_meanwhile(world, sibling):
    viewer, export_id = manager(world), world.subject_exports["a.child_1"]
    place = all_marked(viewer, export_id)[0].place
    seen = stored(SubjectExport, export_id).version
    kind = place.partition("/")[0]
    reviewing.decide(viewer, export_id, kind, {place: Decision.GIVE}, seen=seen)
    with pytest.raises(Conflict):
        reviewing.decide(viewer, export_id, kind, {place: Decision.WITHHOLD}, seen=seen)
    for foreign in ("users/1/password_hash", f"{kind}/999999/name", "meetings/1/nothing"):
        with pytest.raises(Conflict):
            decide(viewer, export_id, kind, {foreign: Decision.GIVE})
    with pytest.raises(NotVisible):
        reviewing.review_kind(viewer, export_id, "users")


@pytest.mark.parametrize("said", ["reference", "numbered", "nhs_number", "upn"])
def test_a_child_is_found_by_reference_and_by_number(world, said):
    child = stored(Child, world.children["a.1"])
    reference = stored(Case, child.case_id).reference
    typed = {"reference": reference, "numbered": f"{reference}-1", "nhs_number": child.nhs_number, "upn": child.upn}
    export_id = requests.begin(manager(world), typed[said], "The child, who came in person.")
    assert stored(SubjectExport, export_id).child_id == child.id


def test_of_several_children_one_is_chosen(world, sibling):
    reference = stored(Case, world.cases["a.1"]).reference
    with pytest.raises(Invalid, match=f"{reference}-2"):
        requests.begin(manager(world), reference, "The child.")
    export_id = requests.begin(manager(world), f"{reference}-2", "The child.")
    assert stored(SubjectExport, export_id).child_id == sibling


def test_who_may_not_ask(world):
    reference = stored(Case, world.cases["a.1"]).reference
    for key in ("a.coordinator", "a.business_manager", "a.chair", "a.administrator"):
        with pytest.raises(NotPermitted):
            requests.begin(viewer_of(world.person(key)), reference, "The child.")
    with pytest.raises(Invalid):
        requests.begin(manager(world, "b"), reference, "The child.")
    with pytest.raises(NotVisible):
        reviewing.review(manager(world, "b"), world.subject_exports["a.child_1"])
    with pytest.raises(NotVisible):
        reviewing.review_kind(manager(world, "b"), world.subject_exports["a.child_1"], "meetings")
    with pytest.raises(Invalid):
        requests.begin(manager(world), "", "The child.")
    with pytest.raises(Invalid):
        requests.begin(manager(world), reference, " ")


def test_an_answer_is_whole_or_none(world):
    """Where a meeting is for named people only, whoever answers names themselves first."""
    change(Meeting, world.meeting("a.initial").id, named_people_only=True)
    with pytest.raises(Invalid, match="No family or child is known"):
        requests.begin(manager(world), stored(Case, world.cases["a.1"]).reference, "The child.")
    for asked in (
        lambda: reviewing.review(manager(world), world.subject_exports["a.child_1"]),
        lambda: reviewing.review_kind(manager(world), world.subject_exports["a.child_1"], "children"),
        lambda: requests.take_along(manager(world), world.subject_exports["a.child_1"]),
    ):
        with pytest.raises(Invalid, match="named people"):
            asked()


def test_the_command_gives_everything_and_says_what_is_to_be_reviewed(world, sibling):
    reference = stored(Case, world.cases["a.1"]).reference
    content, passages, marked = requests.export_for_command(operator(world), f"{reference}-1", reviewed=False)
    found, names, read = held(content)
    assert len(found) == passages > marked > 0
    assert "NOT REVIEWED" in read["note"]
    assert found[f"children/{sibling}/given_name"]["words"] == SIBLING
    assert found[f"children/{sibling}/given_name"]["review"] == "About another child"
    assert [name for name in names if name.startswith("files/")]
    reviewed, _passages, _marked = requests.export_for_command(operator(world), f"{reference}-1", reviewed=True)
    assert SIBLING not in json.dumps(held(reviewed)[0])


def test_no_secret_is_ever_in_it(world):
    content, _passages, _marked = requests.export_for_command(
        operator(world), stored(Case, world.cases["a.1"]).reference, reviewed=False
    )
    text = json.dumps(held(content)[0])
    secrets = {
        words
        for place, words in everything_stored(of={"feedback_cards", "stored_files", "users"})
        if place in {"feedback_cards.code", "stored_files.store_name", "users.password_hash", "users.totp_secret"}
    }
    assert secrets
    assert [one for one in secrets if one in text] == []


def test_requests_are_listed_for_the_manager_alone(world):
    (row,) = requests.list_requests(manager(world))
    assert row.reference == "ZQ-A-CASE-1-QZ"
    assert requests.list_requests(viewer_of(world.person("a.business_manager"))) == []
    assert db.session.scalar(select(SubjectExport.id).where(SubjectExport.id == row.export.id))
