"""What an agency gets back, to whom and when, and how little of other agencies is in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from portal.domain.audit_vocabulary import ActionStatus, SchoolPhase
from portal.domain.errors import NotVisible
from portal.domain.vocabulary import AgencyType
from portal.services.audits.letter_documents import DRAFT, TOO_FEW_OTHERS, as_pdf
from portal.services.audits.letters import letter
from tests.audit_surveys import Survey

GP, SCHOOL = AgencyType.GP, AgencyType.SCHOOL


@pytest.fixture
def survey(world) -> Survey:
    return Survey(world)


@pytest.fixture
def lead(world, viewer_of):
    return viewer_of(world.people["a.gp.lead"])


@pytest.fixture
def own(world) -> int:
    """The surgery whose lead reads the letter."""
    return world.agencies["a.gp"]


def text_of(pdf: bytes) -> str:
    """All words of a PDF, one blank between them."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_the_agency_reads_its_letter_once_it_is_released(survey, lead, own):
    asked = survey.round(own)
    signed = survey.signed(asked, own)
    with pytest.raises(NotVisible):
        letter(lead, signed.id)
    survey.released(signed)
    assert letter(lead, signed.id).is_draft is False


def test_the_manager_reads_it_before_as_a_draft_and_others_never(survey, world, viewer_of, own):
    asked = survey.round(own)
    signed = survey.signed(asked, own)
    written = letter(viewer_of(world.people["a.business_manager"]), signed.id)
    assert DRAFT in text_of(as_pdf(written))
    survey.released(signed)
    for key in ("a.board", "a.sector_lead", "a.gp.practitioner", "a.other_gp.lead", "b.business_manager", "b.gp.lead"):
        with pytest.raises(NotVisible):
            letter(viewer_of(world.people[key]), signed.id)


def test_an_unsigned_return_has_no_letter(survey, world, viewer_of, own):
    answered = survey.answered(survey.round(own), own)
    with pytest.raises(NotVisible):
        letter(viewer_of(world.people["a.business_manager"]), answered.id)


def test_the_panels_replies_stand_where_it_differs(survey, lead, own):
    asked = survey.round(own)
    signed = survey.signed(asked, own)
    survey.moderated(signed, "1.1", "amber", reason="The policy has no date.")
    survey.moderated(signed, "1.2", "green", reason="Well said.")
    survey.moderated(signed, "2.1", "red", agreed="amber", reason="No minutes were shown.")
    survey.released(signed)

    written = letter(lead, signed.id)

    assert [(one.question, one.panel, one.agreed, one.reason) for one in written.replies] == [
        ("Is 1.1 so?", "Amber: partly in place", "", "The policy has no date."),
        ("Is 2.1 so?", "Red: not in place", "Amber: partly in place", "No minutes were shown."),
    ]
    assert [one.now for one in written.standards] == ["Green, 83.3 %", "Green, 83.3 %", "Green, 83.3 %"]


@pytest.mark.parametrize(("others", "named"), [(4, ""), (5, "Other GPs")])
def test_others_are_shown_from_five_on(survey, lead, own, others, named):
    surgeries = survey.agencies(GP, others)
    unsigned = survey.agencies(GP, 3)
    asked = survey.round(own, *surgeries, *unsigned)
    signed = survey.signed(asked, own)
    for agency_id in surgeries:
        survey.signed(asked, agency_id, rest="amber")
    for agency_id in unsigned:
        survey.answered(asked, agency_id, rest="red")
    survey.released(signed)

    written = letter(lead, signed.id)

    assert written.others == named
    assert {one.others for one in written.standards} == {Decimal("50.0") if named else None}
    assert (TOO_FEW_OTHERS in text_of(as_pdf(written))) is (not named)


def test_a_standard_that_few_of_the_others_rated_is_not_shown(survey, lead, own):
    surgeries = survey.agencies(GP, 5)
    asked = survey.round(own, *surgeries)
    signed = survey.signed(asked, own)
    for place, agency_id in enumerate(surgeries):
        nothing = dict.fromkeys(("2.1", "2.2", "2.3"), "not_applicable")
        survey.signed(asked, agency_id, nothing if place == 0 else None)
    survey.released(signed)

    assert [one.others for one in letter(lead, signed.id).standards] == [100, None, 100]


def test_schools_of_the_same_ages_come_first_and_all_agencies_last(survey, world, viewer_of):
    primary = survey.agencies(SCHOOL, 6, SchoolPhase.PRIMARY)
    secondary = survey.agencies(SCHOOL, 1, SchoolPhase.SECONDARY)
    surgery = survey.agencies(GP, 1)
    asked = survey.round(*primary, *secondary, *surgery)
    signed = [survey.signed(asked, agency_id) for agency_id in (*primary, *secondary, *surgery)]
    manager = viewer_of(world.people["a.business_manager"])

    assert letter(manager, signed[0].id).others == "Other schools (primary)"
    assert letter(manager, signed[6].id).others == "Other schools"
    assert letter(manager, signed[7].id).others == "All other agencies"


def test_last_time_is_over_questions_that_compare_and_its_panel_only_once_released(survey, lead, own):
    before = survey.round(own, year=2024)
    now = survey.round(own, number=2, altered={"1.3"}, year=2026)
    last = survey.signed(before, own, {"1.3": "red"}, rest="amber")
    survey.moderated(last, "1.1", "red")
    signed = survey.signed(now, own)
    survey.released(signed)

    first, _, _ = letter(lead, signed.id).standards
    assert (first.before, first.change, first.note) == (50, 50, "2 of 3 questions compare")
    survey.released(last)
    first, _, _ = letter(lead, signed.id).standards
    assert (first.before, first.change) == (25, 75)


def test_its_actions_stand_in_it_for_signatories_too(survey, world, viewer_of):
    force = world.agencies["a.police"]
    asked = survey.round(force)
    signed = survey.signed(asked, force)
    survey.action(signed, "1.1", ActionStatus.OPEN, date(2026, 1, 31), "Write the policy.")
    survey.released(signed)

    written = letter(viewer_of(world.people["a.police.executive"]), signed.id)

    assert [(one.what, one.state) for one in written.actions] == [("Write the policy.", "Overdue")]
    said = text_of(as_pdf(written))
    assert "Write the policy." in said
    assert "31 January 2026" in said


def test_the_document_is_tagged_and_marked_on_each_page(survey, lead, own):
    asked = survey.round(own)
    signed = survey.signed(asked, own)
    survey.moderated(signed, "1.1", "amber", reason="#panic() *no mark-up* " * 400)
    survey.released(signed)

    reader = PdfReader(BytesIO(as_pdf(letter(lead, signed.id))))

    assert len(reader.pages) > 1
    assert all("OFFICIAL-SENSITIVE" in page.extract_text() for page in reader.pages)
    assert str(reader.trailer["/Root"]["/MarkInfo"]["/Marked"]) == "True"
    assert "#panic() *no mark-up*" in " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_a_letter_takes_few_statements(survey, lead, own, count_queries):
    surgeries = survey.agencies(GP, 5)
    asked = survey.round(own, *surgeries)
    signed = survey.signed(asked, own)
    for agency_id in surgeries:
        survey.signed(asked, agency_id)
    survey.released(signed)
    with count_queries() as statements:
        letter(lead, signed.id)
    assert len(statements) <= 8
