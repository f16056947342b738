"""Quoracy: the contract's examples, and an oracle that tries every seating."""

from __future__ import annotations

from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.quoracy import (
    Missing,
    Outlook,
    all_core,
    all_expected,
    foresee,
    is_group_meeting,
    is_quorate,
    missing,
    present_types,
    quorum_words,
    who_could_fill,
)
from portal.domain.rules import CONFERENCE_QUORUM, CORE_AGENCIES, QuorumRule
from portal.domain.vocabulary import (
    HEALTH_TYPES,
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingStatus,
)

SOCIAL_CARE, POLICE, GP, SCHOOL = AgencyType.SOCIAL_CARE, AgencyType.POLICE, AgencyType.GP, AgencyType.SCHOOL
VISITING, HOUSING = AgencyType.HEALTH_VISITING, AgencyType.HOUSING
HELD = MeetingStatus.HELD

# Guernsey: however many of health come, they are one agency.
HEALTH_AS_ONE = QuorumRule((frozenset({SOCIAL_CARE}),), 2, (HEALTH_TYPES,))

few_types = st.sampled_from([SOCIAL_CARE, POLICE, GP, VISITING, SCHOOL, HOUSING])
attendees = st.frozensets(few_types)
groups = st.frozensets(few_types, min_size=1, max_size=3)


@st.composite
def quorum_rules(draw: st.DrawFn) -> QuorumRule:
    counted = draw(
        st.sampled_from([(), (frozenset({GP, VISITING}),), (frozenset({GP, SCHOOL}), frozenset({POLICE, VISITING}))])
    )
    return QuorumRule(tuple(draw(st.lists(groups, max_size=3))), draw(st.integers(0, 3)), counted)


def _tried_by_hand(rule: QuorumRule, present: frozenset[AgencyType]) -> bool:
    """Seat every choice of different agency types in the required groups and count who is left."""

    def unit(agency_type: AgencyType) -> frozenset[AgencyType]:
        return next((group for group in rule.counted_as_one if agency_type in group), frozenset({agency_type}))

    for seated in permutations(present, len(rule.required)):
        if all(agency_type in group for agency_type, group in zip(seated, rule.required, strict=True)):
            further = {unit(agency_type) for agency_type in present} - {unit(one) for one in seated}
            if len(further) >= rule.further_types:
                return True
    return False


@pytest.mark.parametrize(
    ("rule", "present", "quorate"),
    [
        (CONFERENCE_QUORUM, {SOCIAL_CARE, POLICE, GP}, True),
        (CONFERENCE_QUORUM, {SOCIAL_CARE, GP, VISITING}, True),  # two of health are two by default
        (CONFERENCE_QUORUM, {SOCIAL_CARE, POLICE}, False),
        (CONFERENCE_QUORUM, {POLICE, GP, SCHOOL, HOUSING}, False),  # never without social care
        (CONFERENCE_QUORUM, set(), False),
        (CORE_AGENCIES, {SOCIAL_CARE, POLICE, GP}, True),
        (CORE_AGENCIES, {SOCIAL_CARE, POLICE, AgencyType.HOSPITAL}, True),
        (CORE_AGENCIES, {SOCIAL_CARE, POLICE, AgencyType.MENTAL_HEALTH}, True),
        (CORE_AGENCIES, {SOCIAL_CARE, POLICE, AgencyType.SCHOOL_NURSING}, True),
        (CORE_AGENCIES, {SOCIAL_CARE, POLICE, VISITING}, True),
        (CORE_AGENCIES, {SOCIAL_CARE, POLICE, SCHOOL, HOUSING}, False),
        (CORE_AGENCIES, {SOCIAL_CARE, GP, VISITING}, False),
        (HEALTH_AS_ONE, {SOCIAL_CARE, GP, VISITING}, False),
        (HEALTH_AS_ONE, {SOCIAL_CARE, GP, POLICE}, True),
        # The health agency that answers the group uses up health where health counts as one.
        (QuorumRule((HEALTH_TYPES,), 1, (HEALTH_TYPES,)), {GP, VISITING}, False),
        (QuorumRule((HEALTH_TYPES,), 1), {GP, VISITING}, True),
        # One agency cannot sit on two chairs.
        (QuorumRule((HEALTH_TYPES, HEALTH_TYPES), 0), {GP}, False),
        (QuorumRule((HEALTH_TYPES, HEALTH_TYPES), 0), {GP, VISITING}, True),
        # The GP must take the first chair, or nobody could.
        (QuorumRule((frozenset({GP}), frozenset({GP, SCHOOL})), 0), {GP, SCHOOL}, True),
        (QuorumRule((frozenset({GP, SCHOOL}), frozenset({GP})), 0), {GP, SCHOOL}, True),
        # Seating the school leaves only health to count, seating the GP leaves school beside health.
        (QuorumRule((frozenset({GP, SCHOOL}),), 1, (frozenset({GP, VISITING}),)), {GP, SCHOOL, VISITING}, True),
        (QuorumRule((frozenset({GP, SCHOOL}),), 2, (frozenset({GP, VISITING}),)), {GP, SCHOOL, VISITING}, False),
        # Seating the GP beside the health visitor uses up one agency, seating the school two.
        (
            QuorumRule((frozenset({GP, SCHOOL}), frozenset({VISITING})), 1, (frozenset({GP, VISITING}),)),
            {GP, SCHOOL, VISITING},
            True,
        ),
        (QuorumRule((), 0), set(), True),
    ],
)
def test_who_makes_a_quorum(rule: QuorumRule, present: set[AgencyType], quorate: bool) -> None:
    assert is_quorate(rule, frozenset(present), HELD) is quorate
    assert _tried_by_hand(rule, frozenset(present)) is quorate


def test_without_a_rule_nobody_can_say() -> None:
    for status in MeetingStatus:
        assert is_quorate(None, frozenset(AgencyType), status) is None


def test_a_meeting_its_chair_found_inquorate_never_is() -> None:
    everybody = frozenset(AgencyType)
    assert is_quorate(CONFERENCE_QUORUM, everybody, MeetingStatus.INQUORATE) is False
    assert is_quorate(CONFERENCE_QUORUM, everybody, MeetingStatus.SCHEDULED) is True


@given(quorum_rules(), attendees)
@settings(max_examples=400)
def test_a_quorum_is_one_exactly_where_some_seating_makes_it(rule: QuorumRule, present: frozenset[AgencyType]) -> None:
    assert is_quorate(rule, present, HELD) is _tried_by_hand(rule, present)


@given(quorum_rules(), attendees, attendees)
def test_one_more_never_breaks_a_quorum(
    rule: QuorumRule, present: frozenset[AgencyType], arriving: frozenset[AgencyType]
) -> None:
    if is_quorate(rule, present, HELD):
        assert is_quorate(rule, present | arriving, HELD)


@given(quorum_rules(), attendees)
def test_nothing_is_missing_exactly_where_there_is_a_quorum(rule: QuorumRule, present: frozenset[AgencyType]) -> None:
    lacking = missing(rule, present)
    assert bool(lacking) is not is_quorate(rule, present, HELD)
    assert bool(lacking.words()) is bool(lacking)
    assert set(lacking.groups) <= set(rule.required)
    assert 0 <= lacking.further_types <= rule.further_types


@given(st.lists(groups, max_size=3), st.integers(0, 3), attendees)
def test_what_is_missing_mends_it(
    required: list[frozenset[AgencyType]], further: int, present: frozenset[AgencyType]
) -> None:
    """Bring one new agency type for each group missing, and as many others as are missing: now it is quorate."""
    rule = QuorumRule(tuple(required), further)
    lacking = missing(rule, present)
    absent = set(AgencyType) - present
    for bringing in product(*(group & absent for group in lacking.groups)):
        others = sorted(absent - set(bringing))[: lacking.further_types]
        if len(set(bringing)) == len(lacking.groups):
            assert is_quorate(rule, present | set(bringing) | set(others), HELD)


@pytest.mark.parametrize(
    ("rule", "present", "words"),
    [
        (CORE_AGENCIES, set(), ["social care", "police", "a health agency"]),
        (CORE_AGENCIES, {SOCIAL_CARE, POLICE, SCHOOL}, ["a health agency"]),
        (CORE_AGENCIES, {SOCIAL_CARE, GP}, ["police"]),
        (CONFERENCE_QUORUM, {SOCIAL_CARE, GP}, ["one more agency"]),
        (CONFERENCE_QUORUM, {GP}, ["social care", "one more agency"]),
        (CONFERENCE_QUORUM, {SOCIAL_CARE}, ["2 more agencies"]),
        (CONFERENCE_QUORUM, {SOCIAL_CARE, GP, POLICE}, []),
        (QuorumRule((HEALTH_TYPES, HEALTH_TYPES), 0), set(), ["2 health agencies"]),
        (QuorumRule((HEALTH_TYPES, HEALTH_TYPES), 0), {GP}, ["a health agency"]),
        (QuorumRule((frozenset({GP, SCHOOL, HOUSING}),), 0), set(), ["a GP, a school or housing"]),
        (QuorumRule((frozenset({GP, SCHOOL}),) * 2, 0), set(), ["2 of a GP or a school"]),
    ],
)
def test_what_is_missing_can_be_said(rule: QuorumRule, present: set[AgencyType], words: list[str]) -> None:
    assert missing(rule, frozenset(present)).words() == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (CONFERENCE_QUORUM, "social care and 2 more"),
        (CORE_AGENCIES, "social care, police and a health agency"),
        (HEALTH_AS_ONE, "social care and 2 more, counting all health as one"),
        (
            QuorumRule((), 3, (frozenset({SCHOOL, GP}), frozenset({HOUSING, POLICE}))),
            "any 3, counting a GP and a school as one and police and housing as one",
        ),
        (QuorumRule((), 3), "any 3"),
        (QuorumRule((), 0), "nobody in particular"),
        (QuorumRule((HEALTH_TYPES, HEALTH_TYPES, frozenset({POLICE})), 1), "2 health agencies, police and 1 more"),
    ],
)
def test_a_rule_can_be_said(rule: QuorumRule, words: str) -> None:
    assert quorum_words(rule) == words


@pytest.mark.parametrize(
    ("attendance", "there"),
    [
        (Attendance.IN_PERSON, True),
        (Attendance.VIDEO, True),
        (Attendance.TELEPHONE, True),
        (Attendance.PARTIAL, True),
        (Attendance.DEPUTY, True),
        (Attendance.APOLOGIES, False),
        (Attendance.NO_RESPONSE, False),
        (None, False),
    ],
)
def test_who_counts_as_there(attendance: Attendance | None, there: bool) -> None:
    assert present_types([(GP, attendance)]) == ({GP} if there else frozenset())
    assert all_expected([(Expectation.EXPECTED, attendance)]) is there


def test_two_agencies_of_one_type_are_one_type() -> None:
    attendances = [(SCHOOL, Attendance.VIDEO), (SCHOOL, Attendance.IN_PERSON), (SCHOOL, Attendance.APOLOGIES)]
    assert present_types(attendances) == {SCHOOL}


@pytest.mark.parametrize(
    ("meeting_format", "there", "group"),
    [
        (MeetingFormat.IN_PERSON, {SOCIAL_CARE, POLICE, GP}, True),
        (MeetingFormat.VIDEO, {SOCIAL_CARE, POLICE, GP}, True),
        (MeetingFormat.HYBRID, {SOCIAL_CARE, POLICE, GP, SCHOOL}, True),
        (MeetingFormat.TELEPHONE, {SOCIAL_CARE, POLICE, GP, SCHOOL}, False),
        (MeetingFormat.IN_PERSON, {SOCIAL_CARE, POLICE}, False),
    ],
)
def test_a_group_meeting_is_three_types_and_not_by_telephone(
    meeting_format: MeetingFormat, there: set[AgencyType], group: bool
) -> None:
    assert is_group_meeting(meeting_format, frozenset(there)) is group


def test_all_core_asks_for_social_care_police_and_health() -> None:
    assert all_core(frozenset({SOCIAL_CARE, POLICE, VISITING}))
    assert not all_core(frozenset({SOCIAL_CARE, POLICE, SCHOOL}))


def test_all_expected_needs_somebody_to_expect_and_everyone_expected() -> None:
    came, away = Attendance.VIDEO, Attendance.APOLOGIES
    assert not all_expected([])
    assert not all_expected([(Expectation.OPTIONAL, came), (Expectation.REPORT_ONLY, came)])
    assert all_expected([(Expectation.EXPECTED, came), (Expectation.EXPECTED, came)])
    assert not all_expected([(Expectation.EXPECTED, came), (Expectation.EXPECTED, None)])
    others = [(Expectation.OPTIONAL, away), (Expectation.REPORT_ONLY, None), (Expectation.NOT_RELEVANT, away)]
    assert all_expected([(Expectation.EXPECTED, came), *others])


@pytest.mark.parametrize(
    ("answers", "outlook", "lacking"),
    [
        ([(SOCIAL_CARE, Answer.ATTEND), (POLICE, Answer.DEPUTY), (GP, Answer.ATTEND)], Outlook.WILL_BE, []),
        ([(SOCIAL_CARE, Answer.ATTEND), (POLICE, Answer.ATTEND), (GP, None)], Outlook.MAY_BE, ["one more agency"]),
        ([(SOCIAL_CARE, None), (POLICE, None), (GP, None)], Outlook.MAY_BE, ["social care", "2 more agencies"]),
        ([(SOCIAL_CARE, Answer.ATTEND), (POLICE, None)], Outlook.WILL_NOT_BE, ["2 more agencies"]),
        (
            [(SOCIAL_CARE, Answer.ATTEND), (POLICE, Answer.ATTEND), (GP, Answer.APOLOGIES)],
            Outlook.WILL_NOT_BE,
            ["one more agency"],
        ),
        (
            [(SOCIAL_CARE, Answer.ATTEND), (POLICE, Answer.REPORT_ONLY), (GP, Answer.NOT_OURS)],
            Outlook.WILL_NOT_BE,
            ["2 more agencies"],
        ),
        # One school comes: that the other sends apologies takes nothing away.
        (
            [
                (SOCIAL_CARE, Answer.ATTEND),
                (POLICE, Answer.ATTEND),
                (SCHOOL, Answer.APOLOGIES),
                (SCHOOL, Answer.ATTEND),
            ],
            Outlook.WILL_BE,
            [],
        ),
        ([], Outlook.WILL_NOT_BE, ["social care", "2 more agencies"]),
    ],
)
def test_the_answers_foretell_the_quorum(
    answers: list[tuple[AgencyType, Answer | None]], outlook: Outlook, lacking: list[str]
) -> None:
    foresight = foresee(CONFERENCE_QUORUM, iter(answers))
    assert foresight is not None
    assert foresight.outlook is outlook
    assert foresight.missing.words() == lacking


def test_without_a_rule_nothing_is_foretold() -> None:
    assert foresee(None, [(SOCIAL_CARE, Answer.ATTEND)]) is None


@given(quorum_rules(), st.lists(st.tuples(few_types, st.none() | st.sampled_from(Answer)), max_size=8))
def test_a_promise_is_kept_if_those_who_said_so_come(
    rule: QuorumRule, answers: list[tuple[AgencyType, Answer | None]]
) -> None:
    foresight = foresee(rule, answers)
    assert foresight is not None
    worst = frozenset(one for one, answer in answers if answer in (Answer.ATTEND, Answer.DEPUTY))
    best = worst | {one for one, answer in answers if answer is None}
    expected = {
        (True, True): Outlook.WILL_BE,
        (False, True): Outlook.MAY_BE,
        (False, False): Outlook.WILL_NOT_BE,
    }[_tried_by_hand(rule, worst), _tried_by_hand(rule, best)]
    assert foresight.outlook is expected


@given(quorum_rules(), attendees, attendees)
@settings(max_examples=400)
def test_whoever_could_fill_a_quorum_is_named_exactly_where_somebody_could(
    rule: QuorumRule, coming: frozenset[AgencyType], invited: frozenset[AgencyType]
) -> None:
    helping = who_could_fill(rule, coming, invited)
    assert helping <= invited - coming
    assert bool(helping) is (not _tried_by_hand(rule, coming) and _tried_by_hand(rule, coming | invited))
    if helping:
        assert _tried_by_hand(rule, coming | helping)
    for one in helping:
        # Each is needed by some choice: with it, and no more others than are needed, it is quorate.
        others = sorted(invited - coming - {one})
        enough = [
            some
            for number in range(len(others) + 1)
            for some in combinations(others, number)
            if _tried_by_hand(rule, coming | {one} | set(some)) and not _tried_by_hand(rule, coming | set(some))
        ]
        assert enough


@pytest.mark.parametrize(
    ("rule", "coming", "invited", "helping"),
    [
        (CONFERENCE_QUORUM, {SOCIAL_CARE, POLICE}, {SOCIAL_CARE, POLICE, GP, SCHOOL}, {GP, SCHOOL}),
        # Another of a kind that comes already adds nothing, and so is not called.
        (CORE_AGENCIES, {SOCIAL_CARE, GP}, {SOCIAL_CARE, GP, VISITING, POLICE, SCHOOL}, {POLICE}),
        (CORE_AGENCIES, {SOCIAL_CARE, POLICE, GP}, {SCHOOL}, set()),
        (CORE_AGENCIES, {SOCIAL_CARE}, {POLICE, SCHOOL}, set()),
        (CORE_AGENCIES, {SOCIAL_CARE}, {POLICE, GP, VISITING, SCHOOL}, {POLICE, GP, VISITING}),
        (HEALTH_AS_ONE, {SOCIAL_CARE, GP}, {VISITING, HOUSING}, {HOUSING}),
    ],
)
def test_who_could_still_fill_it(
    rule: QuorumRule, coming: set[AgencyType], invited: set[AgencyType], helping: set[AgencyType]
) -> None:
    assert who_could_fill(rule, frozenset(coming), frozenset(invited)) == helping


@given(quorum_rules(), st.lists(st.tuples(few_types, st.none() | st.sampled_from(Answer)), max_size=8))
def test_it_is_at_risk_until_those_who_said_so_make_it_quorate(
    rule: QuorumRule, answers: list[tuple[AgencyType, Answer | None]]
) -> None:
    foresight = foresee(rule, answers)
    assert foresight is not None
    coming = frozenset(one for one, answer in answers if answer in (Answer.ATTEND, Answer.DEPUTY))
    assert foresight.is_at_risk is not _tried_by_hand(rule, coming)


def test_nothing_missing_is_false() -> None:
    assert not Missing()
    assert Missing(further_types=1)
    assert Missing(groups=(HEALTH_TYPES,))
