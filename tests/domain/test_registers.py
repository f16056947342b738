"""What a chair enters is stored and shown again as it was entered, and counted as one value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import Invalid
from portal.domain.quoracy import missing, present_types
from portal.domain.registers import CHOICES, MODES, Mark, attendance_of, mark_of, mark_words, quorum_line
from portal.domain.rules import CONFERENCE_QUORUM, CORE_AGENCIES
from portal.domain.vocabulary import PRESENT, AgencyType, Attendance

MARKS = st.builds(Mark, st.sampled_from(CHOICES), st.booleans(), st.booleans())


def stored(mark: Mark) -> Mark:
    """A mark on its way through the columns and back."""
    return mark_of(attendance_of(mark), mark.present_by, is_deputy=mark.is_deputy, left_early=mark.left_early)


@given(MARKS)
def test_what_was_entered_comes_back_or_is_refused_with_a_reason(mark):
    if mark.here in MODES or not (mark.is_deputy or mark.left_early):
        assert stored(mark) == mark
    else:
        with pytest.raises(Invalid, match="untick"):
            attendance_of(mark)


@given(MARKS)
def test_somebody_counts_as_present_exactly_where_a_way_of_being_there_is_chosen(mark):
    try:
        attendance = attendance_of(mark)
    except Invalid:
        return
    assert (attendance in PRESENT) == (mark.here in MODES) == (mark.present_by is not None)


@pytest.mark.parametrize("here", MODES)
def test_leaving_early_counts_before_a_deputy_and_a_deputy_before_the_way(here):
    assert attendance_of(Mark(here, is_deputy=True, left_early=True)) is Attendance.PARTIAL
    assert attendance_of(Mark(here, left_early=True)) is Attendance.PARTIAL
    assert attendance_of(Mark(here, is_deputy=True)) is Attendance.DEPUTY
    assert attendance_of(Mark(here)) is here


def test_a_row_that_is_not_set_cannot_be_stored():
    with pytest.raises(Invalid, match="Choose"):
        attendance_of(Mark())
    with pytest.raises(Invalid, match="Choose"):
        attendance_of(Mark(Attendance.PARTIAL))


@given(st.none() | st.sampled_from(Attendance))
def test_what_an_import_confirmed_keeps_its_meaning(confirmed):
    mark = mark_of(confirmed, None, is_deputy=False, left_early=False)
    assert mark.left_early == (confirmed is Attendance.PARTIAL)
    assert mark.is_deputy == (confirmed is Attendance.DEPUTY)
    if confirmed in CHOICES:
        assert attendance_of(mark) is confirmed
    else:
        assert mark.here is None


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (Mark(), "Not set"),
        (Mark(Attendance.NO_RESPONSE), "Absent without apologies"),
        (Mark(Attendance.VIDEO, is_deputy=True, left_early=True), "By video, a deputy, left early"),
        (Mark(None, left_early=True), "There, left early"),
    ],
)
def test_a_mark_in_words(mark, words):
    assert mark_words(mark) == words


CARE, POLICE, GP, SCHOOL = AgencyType.SOCIAL_CARE, AgencyType.POLICE, AgencyType.GP, AgencyType.SCHOOL
THERE = Attendance.IN_PERSON


@pytest.mark.parametrize(
    ("rule", "rows", "quorate", "text"),
    [
        (
            CONFERENCE_QUORUM,
            [(CARE, THERE), (POLICE, Attendance.DEPUTY), (GP, Attendance.PARTIAL)],
            True,
            "3 present; it was quorate until Gp left",
        ),
        (
            CONFERENCE_QUORUM,
            [(CARE, THERE), (POLICE, THERE), (SCHOOL, THERE), (GP, Attendance.PARTIAL)],
            True,
            "4 present",
        ),
        (
            CORE_AGENCIES,
            [(CARE, THERE), (POLICE, Attendance.PARTIAL), (GP, Attendance.PARTIAL)],
            True,
            "3 present; it was quorate until Police and Gp left",
        ),
        (
            CORE_AGENCIES,
            [(CARE, THERE), (POLICE, Attendance.VIDEO), (SCHOOL, THERE), (GP, Attendance.APOLOGIES)],
            False,
            "3 present; a health agency is missing",
        ),
        (CORE_AGENCIES, [(CARE, THERE)], False, "1 present; police and a health agency are missing"),
        (CONFERENCE_QUORUM, [(CARE, THERE), (GP, None)], False, "1 present; 2 more agencies are missing"),
        (CONFERENCE_QUORUM, [(CARE, THERE), (GP, THERE)], False, "2 present; one more agency is missing"),
        (None, [(CARE, THERE)], None, "This kind of meeting has no quorum."),
    ],
)
def test_the_quorum_in_one_line(rule, rows, quorate, text):
    line = quorum_line(rule, [(one, attendance, one.title()) for one, attendance in rows])
    assert (line.quorate, line.text) == (quorate, text)
    assert line.present == sum(attendance in PRESENT for _, attendance in rows)
    assert line.was_left is (quorate is True and "left" in text)


@given(
    st.sampled_from([CONFERENCE_QUORUM, CORE_AGENCIES]),
    st.lists(
        st.tuples(st.sampled_from([CARE, POLICE, GP, SCHOOL]), st.none() | st.sampled_from(Attendance)), max_size=6
    ),
)
def test_leaving_is_told_of_exactly_where_it_broke_the_quorum_and_never_counts_against_it(rule, rows):
    line = quorum_line(rule, [(one, attendance, "Somebody") for one, attendance in rows])
    came = present_types(rows)
    stayed = present_types((one, attendance) for one, attendance in rows if attendance is not Attendance.PARTIAL)
    assert line.quorate is not bool(missing(rule, came))
    assert line.was_left is (not missing(rule, came) and bool(missing(rule, stayed)))
