"""Thirty thorough reports as one document, tagged throughout, for the statements of any bundle."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice

import pytest
from pypdf import PdfReader

from portal.database.session import writing
from portal.domain.report_bundles import STANDARD_ORDER
from portal.domain.vocabulary import AgencyType, Expectation, ReportStatus
from portal.models.meetings import Invitation
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services.reports.bundling import cut_bundle
from tests.report_forms import add_report
from tests.services.bundle_steps import bundle_bytes, pdf
from tests.services.file_steps import TellingScanner
from tests.world import BEFORE, NOW

REPORTS = 30
SAYS = "They come to school on most days, and say little of home. The mother rings when they are ill. " * 8
ANSWERED = ("involvement", "strengths", "worries", "threshold_reason")


@pytest.fixture
def thirty(world, place, use_filing) -> list[str]:
    """Agencies of every kind, each with a report on the conference; their names as they should stand in it."""
    use_filing(scanner=TellingScanner())
    partnership_id, made = world.partnerships["a"], list[tuple[AgencyType, str]]()
    sender = world.person("a.police.lead").user_id
    with writing() as session:
        # One report is there already: that of the police.
        for number, kind in enumerate(islice(cycle(STANDARD_ORDER), REPORTS - 1), start=1):
            agency = Agency(name=f"Agency {number:02}, Marsh Lane", agency_type=kind, created_at=BEFORE)
            session.add(agency)
            session.flush()
            session.add(PartnershipAgency(partnership_id=partnership_id, agency_id=agency.id, code=f"T{number}"))
            session.flush()
            invitation = Invitation(
                partnership_id=partnership_id,
                meeting_id=place.id,
                meeting_on=world.today,
                agency_id=agency.id,
                expectation=Expectation.EXPECTED,
                report_due_on=world.today,
                report_received_on=world.today - timedelta(days=2),
                created_at=BEFORE,
            )
            session.add(invitation)
            session.flush()
            add_report(
                session,
                partnership_id=partnership_id,
                invitation_id=invitation.id,
                template_id=world.report_forms["a"],
                status=ReportStatus.SUBMITTED,
                answers=dict.fromkeys(ANSWERED, f"{SAYS}This is {number:02}."),
                at=NOW - timedelta(days=2),
                by_id=sender,
            )
            made.append((kind, agency.name))
    made.append((AgencyType.POLICE, world.agency_names["a.police"]))
    return [name for _kind, name in sorted(made, key=lambda one: (STANDARD_ORDER.index(one[0]), one[1].casefold()))]


def test_its_statements_are_those_of_any_bundle(thirty, place, chair, count_queries):
    # How long it takes is held by `make bench`, where nothing watches every line of it.
    with count_queries() as statements:
        assert cut_bundle(replace(chair, now=NOW + timedelta(minutes=1)), place.id) == 1
    assert len(statements) < 2 * REPORTS, statements


def test_each_report_stands_in_its_tags_under_its_name_in_the_standard_order(thirty, place, chair):
    cut_bundle(chair, place.id)
    document = pdf(bundle_bytes(chair, place, 1))
    catalog = document.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en-GB"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data()
    outline = [one.title for one in document.outline if not isinstance(one, list)]
    assert [title for title in outline if title in thirty] == thirty
    tags = Counter(structure(document))
    assert tags["/TOCI"] == REPORTS
    assert tags["/H1"] >= REPORTS
    assert tags["/H3"] >= REPORTS * len(ANSWERED)
    assert tags["/P"] >= REPORTS * len(ANSWERED)
    for number, page in enumerate(document.pages, start=1):
        assert "OFFICIAL-SENSITIVE" in page.extract_text(), number
        assert "/StructParents" in page, number
    everything = " ".join(" ".join(page.extract_text() for page in document.pages).split())
    assert [everything.count(f"This is {number:02}.") for number in range(1, REPORTS)] == [len(ANSWERED)] * (
        REPORTS - 1
    )


def structure(document: PdfReader) -> list[str]:
    """The kind of every element in the document's tree of tags, in the order in which it is read aloud."""
    found, waiting = list[str](), [document.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(str(node["/S"]))
            if "/K" in node:
                waiting.append(node["/K"])
    return found
