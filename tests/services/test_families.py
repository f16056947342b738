"""Keeping the family's part of a record: one question at a time, brought along, confirmed, taken out, and read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.family_vocabulary import (
    Exclusion,
    ExclusionReason,
    FamilyPresence,
    FamilyQuestion,
    FamilyRelation,
    MetBefore,
    ToldBy,
    ViewsGiven,
)
from portal.models.meetings import Meeting
from portal.services.families.answers import Came, Excluded, Invited, Met, Needs, Readers, Who
from portal.services.families.bringing import bring_along
from portal.services.families.childs_views import Views, write_views
from portal.services.families.keeping import add_person, answer, confirm_person, remove_person
from portal.services.families.record import family_record, line_for, said_now
from tests.services.family_steps import added, person
from tests.services.rows import change, stored, trail
from tests.world import NOW, TODAY

MOST_QUERIES = 6
VIEWED = ("mother", "father", "aunt", "uncle")


def names(record) -> list[str]:
    """Who stands in a record, without the world's markers."""
    return [one.name.removeprefix("ZQ-A-FAMILY-").removesuffix("-QZ").lower() for one in record.people]


def words(record, name: str, question: FamilyQuestion) -> str:
    """What is said of somebody."""
    found = next(one for one in record.people if name.upper() in one.name.upper())
    return next(one.words for one in found.answers if one.question is question)


# Keeping


def test_somebody_is_added_and_asked_about_one_question_at_a_time(coordinator, world):
    meeting_id = world.meeting("a.review").id
    number = added(coordinator, meeting_id)
    for said in (
        Invited(True, ToldBy.LETTER),
        Needs(True, False, "Somali"),
        Met(MetBefore.YES, TODAY),
        Excluded(Exclusion.PART, ExclusionReason.COURT_ORDER, "The chair", "Order of 3 May."),
        Readers(False),
    ):
        answer(coordinator, meeting_id, number, said, version=person(number).version)
    record = family_record(coordinator, meeting_id)
    assert words(record, "Ann", FamilyQuestion.WHO) == "Ann, mother"
    assert words(record, "Ann", FamilyQuestion.INVITED) == "Invited. By a letter"
    assert words(record, "Ann", FamilyQuestion.NEEDS) == "Needs an interpreter (Somali)"
    assert words(record, "Ann", FamilyQuestion.MET) == "Met on Wednesday 10 June"
    assert words(record, "Ann", FamilyQuestion.EXCLUSION) == (
        "Excluded from part of the meeting: a court order forbids it. Decided by: The chair. Order of 3 May."
    )
    assert words(record, "Ann", FamilyQuestion.CAME) == ""
    assert record.people[0].next_question(has_come=False) is None
    assert record.people[0].next_question(has_come=True) is FamilyQuestion.CAME
    assert trail("family.changed", number) == 5


def test_a_child_of_the_case_is_there_once_and_has_its_name_there(chair, world):
    meeting_id, child_id = world.meeting("a.initial").id, world.children["a.1"]
    number = add_person(chair, meeting_id, Who(FamilyRelation.CHILD, "ignored", child_id))
    assert person(number).name is None
    assert family_record(chair, meeting_id).people[-1].name.startswith("ZQ-A-CHILD-1")
    with pytest.raises(Invalid) as refused:
        add_person(chair, meeting_id, Who(FamilyRelation.CHILD, "", child_id))
    assert refused.value.errors == {"child_id": ["This child is in the record already"]}
    remove_person(chair, meeting_id, number, "Did not come after all.", version=1)
    assert add_person(chair, meeting_id, Who(FamilyRelation.CHILD, "", child_id)) != number


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        (Who(FamilyRelation.FATHER, "  "), {"name": ["Enter the person’s name"]}),
        (Who(FamilyRelation.CHILD, "Ann"), {"child_id": ["Choose which of the children it is"]}),
        (Who(FamilyRelation.ADVOCATE, "Ann", 999), {"child_id": ["Choose one of the children of this meeting"]}),
        (Invited(True), {"told_by": ["Choose how they were told"]}),
        (Needs(True, False), {"language": ["Enter the language, so that an interpreter can be found"]}),
        (Met(MetBefore.YES), {"met_on": ["Enter the day on which the chair met them"]}),
        (
            Met(MetBefore.YES, TODAY + timedelta(days=1)),
            {"met_on": ["The day must not be after the meeting, nor after today"]},
        ),
        (Met(MetBefore.NO), {"not_met_because": ["Say why the chair did not meet them"]}),
        (
            Excluded(Exclusion.WHOLE),
            {"exclusion_reason": ["Choose the reason"], "excluded_by": ["Enter who decided it"]},
        ),
        (
            Excluded(Exclusion.WHOLE, ExclusionReason.OTHER, "The chair"),
            {"exclusion_note": ["Say what the other reason is"]},
        ),
        (Came(FamilyPresence.IN_PERSON), {"presence": ["This can be said from the meeting’s day on"]}),
    ],
)
def test_an_answer_that_lacks_something_is_refused_at_its_field(coordinator, world, said, errors):
    meeting_id = world.meeting("a.review").id
    number = added(coordinator, meeting_id)
    with pytest.raises(Invalid) as refused:
        answer(coordinator, meeting_id, number, said, version=1)
    assert refused.value.errors == errors
    assert person(number).version == 1


def test_what_does_not_belong_to_an_answer_is_not_kept(coordinator, world):
    meeting_id = world.meeting("a.review").id
    number = added(coordinator, meeting_id)
    answer(coordinator, meeting_id, number, Invited(False, ToldBy.LETTER), version=1)
    answer(coordinator, meeting_id, number, Met(MetBefore.DECLINED, TODAY, "because"), version=2)
    answer(coordinator, meeting_id, number, Excluded(Exclusion.NONE, ExclusionReason.OTHER, "x", "y"), version=3)
    row = person(number)
    assert (row.told_by, row.met_on, row.not_met_because) == (None, None, None)
    assert (row.exclusion_reason, row.excluded_by, row.exclusion_note) == (None, None, None)


def test_who_turns_out_to_be_somebody_else_is_asked_what_fits(coordinator, world):
    meeting_id = world.meeting("a.review").id
    number = added(coordinator, meeting_id)
    answer(coordinator, meeting_id, number, Met(MetBefore.DECLINED), version=1)
    answer(coordinator, meeting_id, number, Who(FamilyRelation.INTERPRETER, "Ann"), version=2)
    assert person(number).met_before is None
    with pytest.raises(NotVisible):
        answer(coordinator, meeting_id, number, Met(MetBefore.DECLINED), version=3)
    with pytest.raises(NotVisible):
        said_now(coordinator, meeting_id, number, FamilyQuestion.MET)


def test_of_two_answers_the_second_is_a_conflict_with_both(coordinator, chair, world):
    meeting_id = world.meeting("a.initial").id
    number = added(coordinator, meeting_id)
    answer(coordinator, meeting_id, number, Came(FamilyPresence.VIDEO), version=1)
    with pytest.raises(Conflict) as lost:
        answer(chair, meeting_id, number, Came(FamilyPresence.TELEPHONE), version=1)
    assert lost.value.mine == {"Came": "Joined by telephone"}
    assert lost.value.theirs == {"Came": "Joined by video"}
    assert person(number).presence is FamilyPresence.VIDEO


def test_who_is_taken_out_stays_with_the_reason_for_those_who_keep_it(chair, viewer, world):
    meeting_id, number = world.meeting("a.initial").id, world.attendees["a.initial.mother"]
    with pytest.raises(Invalid):
        remove_person(chair, meeting_id, number, " ", version=1)
    with pytest.raises(Conflict):
        remove_person(chair, meeting_id, number, "Twice.", version=0)
    remove_person(chair, meeting_id, number, "Written down twice.", version=1)
    record = family_record(chair, meeting_id)
    assert "mother" not in names(record)
    assert "Written down twice." in [one.removed_because for one in record.removed]
    assert family_record(viewer("a.police.lead"), meeting_id).removed == ()
    with pytest.raises(NotVisible):
        answer(chair, meeting_id, number, Readers(True), version=2)
    assert trail("family.removed", number) == 1


def test_only_chair_and_coordinator_keep_it(viewer, world):
    meeting_id = world.meeting("a.initial").id
    for name in ("a.manager", "a.gp.lead", "a.social_care.lead"):
        with pytest.raises(NotPermitted):
            added(viewer(name), meeting_id)
    for name in ("a.second_chair", "b.chair", "b.coordinator", "a.other_gp.lead", "a.board"):
        with pytest.raises(NotVisible):
            added(viewer(name), meeting_id)
    with pytest.raises(NotPermitted):
        added(viewer("a.coordinator"), world.meeting("a.cancelled").id)
    with pytest.raises(NotVisible):
        added(viewer("a.coordinator"), world.meeting("a.strategy").id)


def test_the_family_never_counts_in_the_quorum(coordinator, world):
    place = world.meeting("a.past_initial")
    before = stored(Meeting, place.id).quorate
    number = added(coordinator, place.id)
    answer(coordinator, place.id, number, Came(FamilyPresence.IN_PERSON), version=1)
    assert stored(Meeting, place.id).quorate is before


# Bringing along


def test_the_family_of_the_last_meeting_is_brought_along_and_confirmed_one_by_one(coordinator, viewer, world):
    last, now = world.meeting("a.past_initial").id, world.meeting("a.review").id
    mother = added(coordinator, last)
    answer(coordinator, last, mother, Needs(True, True, "Somali"), version=1)
    answer(coordinator, last, mother, Came(FamilyPresence.VIDEO), version=2)
    father = added(coordinator, last, FamilyRelation.FATHER, "Bob")
    answer(coordinator, last, father, Readers(True), version=1)
    gone = added(coordinator, last, FamilyRelation.SUPPORTER, "Cy")
    remove_person(coordinator, last, gone, "Not of this family.", version=1)
    assert family_record(coordinator, now).to_bring == 2
    assert bring_along(coordinator, now) == 2
    record = family_record(coordinator, now)
    assert [(one.name, one.is_confirmed, one.for_chair_only) for one in record.people] == [
        ("Ann", False, False),
        ("Bob", False, True),
    ]
    assert words(record, "Ann", FamilyQuestion.NEEDS) == "Needs an interpreter (Somali) and an advocate"
    assert words(record, "Ann", FamilyQuestion.CAME) == ""
    assert family_record(viewer("a.police.lead"), now).people == ()
    confirm_person(coordinator, now, record.people[0].id, version=1)
    assert [one.name for one in family_record(viewer("a.police.lead"), now).people] == ["Ann"]
    with pytest.raises(Conflict):
        confirm_person(coordinator, now, record.people[0].id, version=1)


def test_nobody_is_brought_along_twice_nor_after_they_were_taken_out(coordinator, world):
    last, now = world.meeting("a.past_initial").id, world.meeting("a.review").id
    added(coordinator, last)
    added(coordinator, last, FamilyRelation.FATHER, "Bob")
    added(coordinator, now, name="ann")
    assert bring_along(coordinator, now) == 1
    bob = family_record(coordinator, now).people[-1]
    remove_person(coordinator, now, bob.id, "He has moved away.", version=bob.version)
    with pytest.raises(Invalid):
        bring_along(coordinator, now)


def test_an_answer_confirms_somebody_who_was_brought_along(coordinator, world):
    last, now = world.meeting("a.past_initial").id, world.meeting("a.review").id
    added(coordinator, last)
    bring_along(coordinator, now)
    number = family_record(coordinator, now).people[0].id
    answer(coordinator, now, number, Invited(False), version=1)
    assert person(number).confirmed_at is not None


def test_a_chair_brings_along_only_from_a_meeting_that_they_see(coordinator, viewer, world):
    last, now = world.meeting("a.past_initial").id, world.meeting("a.review").id
    added(coordinator, last)
    change(Meeting, last, chair_membership_id=world.person("a.chair").hat.membership_id)
    assert family_record(viewer("a.second_chair"), now).to_bring == 0
    change(Meeting, last, chair_membership_id=world.person("a.second_chair").hat.membership_id)
    assert family_record(viewer("a.second_chair"), now).to_bring == 1


# What the children think


def test_a_childs_views_are_written_once_and_put_right(coordinator, chair, world):
    meeting_id, child_id = world.meeting("a.core_group").id, world.children["a.4"]
    write_views(coordinator, meeting_id, child_id, Views(ViewsGiven.ADVOCATE, "I like school.", False), version=0)
    with pytest.raises(Conflict) as lost:
        write_views(coordinator, meeting_id, child_id, Views(ViewsGiven.IN_PERSON, "I do not.", False), version=0)
    assert lost.value.theirs == {"How": "By an advocate", "Views": "I like school."}
    write_views(coordinator, meeting_id, child_id, Views(ViewsGiven.TOO_YOUNG, "dropped", False), version=1)
    (of_child,) = family_record(coordinator, meeting_id).views
    assert (of_child.given, of_child.words, of_child.version) == (ViewsGiven.TOO_YOUNG, "", 2)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (ViewsGiven.NOT_GIVEN, "Say why they were not given"),
        (ViewsGiven.OWN_MEANS, "Write what the child thinks, in their own words where you can"),
    ],
)
def test_views_are_given_in_words(coordinator, world, given, sentence):
    with pytest.raises(Invalid) as refused:
        write_views(
            coordinator, world.meeting("a.core_group").id, world.children["a.4"], Views(given, " ", False), version=0
        )
    assert refused.value.errors == {"words": [sentence]}


def test_a_child_of_another_meeting_has_no_views_here(coordinator, world):
    for child in ("a.1", "b.4"):
        with pytest.raises(NotVisible):
            write_views(
                coordinator,
                world.meeting("a.core_group").id,
                world.children[child],
                Views(ViewsGiven.TOO_YOUNG, "", False),
                version=0,
            )


# Reading


def test_agencies_read_what_is_not_for_the_chair_alone(viewer, world):
    meeting_id = world.meeting("a.initial").id
    for name in ("a.chair", "a.coordinator", "a.manager"):
        record = family_record(viewer(name), meeting_id)
        assert names(record) == ["mother", "father", "aunt"], name
        assert [one.removed_because for one in record.removed] == ["ZQ-A-REMOVED-QZ"], name
        assert "ZQ-A-EXCLUSION-QZ" in words(record, "mother", FamilyQuestion.EXCLUSION), name
    for name in ("a.police.lead", "a.gp.practitioner", "a.school.lead", "a.social_care.practitioner"):
        record = family_record(viewer(name), meeting_id)
        assert names(record) == ["mother"], name
        assert words(record, "mother", FamilyQuestion.EXCLUSION) == (
            "Excluded from part of the meeting: the child does not want them there. Decided by: The chair"
        ), name
        assert record.removed == ()
        assert not record.may_keep
        assert record.views[0].words == "ZQ-A-VIEWS-1-QZ"
    review = world.meeting("a.review").id
    assert family_record(viewer("a.second_chair"), review).views[0].words == "ZQ-A-VIEWS-2-QZ"
    hidden = family_record(viewer("a.police.lead"), review).views[0]
    assert (hidden.given, hidden.words, hidden.version) == (None, "", 0)


def test_reading_is_logged(viewer, world):
    family_record(viewer("a.police.lead"), world.meeting("a.initial").id)
    assert trail("case.read", world.cases["a.1"]) == 1


def test_a_line_for_the_meetings_page(viewer, world):
    initial = world.meeting("a.initial").id
    assert line_for(viewer("a.chair"), initial) == "1 of 3 came"
    assert line_for(viewer("a.police.lead"), initial) == "1 of 1 came"
    assert line_for(viewer("a.coordinator"), world.meeting("a.review").id) == "Nobody is named yet"
    assert line_for(viewer("a.coordinator"), world.meeting("a.strategy").id) == ""
    assert line_for(viewer("b.chair"), initial) == ""


def test_a_longer_record_takes_no_more_queries(chair, world, count_queries):
    meeting_id = world.meeting("a.initial").id
    with count_queries() as before:
        family_record(chair, meeting_id)
    for number in range(6):
        added(chair, meeting_id, FamilyRelation.SUPPORTER, f"Friend {number}")
    with count_queries() as after:
        family_record(chair, meeting_id)
    assert len(after) == len(before) <= MOST_QUERIES, after


def test_a_day_before_the_meeting_nobody_came_and_on_its_day_they_may(viewer, world):
    meeting_id = world.meeting("a.review").id
    number = added(viewer("a.coordinator"), meeting_id)
    on_the_day = viewer("a.coordinator", now=NOW + timedelta(days=14))
    assert on_the_day.today == date(2026, 6, 24)
    answer(on_the_day, meeting_id, number, Came(FamilyPresence.PART), version=1)
    assert person(number).presence is FamilyPresence.PART
