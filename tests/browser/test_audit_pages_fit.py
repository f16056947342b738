"""The audits' pages in a telephone's window, lists at a desk too: shipped questions, and as much typed as people type.

The world's own texts are short: what is shorter than its column never shows that a column is too wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus
from portal.domain.ratings import scales_from_plain
from portal.models.actions import Action
from portal.models.audits import Response
from portal.models.evidence import Evidence
from portal.models.frameworks import FrameworkEdition, Question
from portal.models.moderation import Moderation
from portal.models.partnerships import Agency
from portal.services.frameworks import loading
from tests import audits
from tests.browser.looking import misfits
from tests.world import BEFORE, World

pytestmark = pytest.mark.browser

WIDTH, DESK = 375, 1280
LONG = (
    "Each of our surgeries has a named lead, who meets the others every half term. "
    "See https://intranet.example.org/safeguarding/policies/2026/children-and-young-people/named-leads-and-deputies. "
)
TITLE = "Section_11_self_assessment_of_all_commissioned_and_universal_services, autumn 2026, with online safety"
NAME = "Marsh and Fenland Villages General Practitioners’ Co-operative Federation (Northumberland-Cambridgeshire)"


@dataclass(frozen=True)
class Full:
    """A round whose pages have much to say."""

    round_id: int
    answering: int
    signed: int
    question: int
    standard: int
    action: int


@pytest.fixture
def full(served) -> Full:
    """Section 11 as it is shipped: one surgery answers, police have signed and are being rated; an action is late."""
    world = served.world
    loaded = loading.load(Viewer.of_system("frameworks load", world.now, world.partnerships["a"]), "section-11")
    with writing() as session:
        edition = session.get_one(FrameworkEdition, loaded.edition_id)
        session.expunge(edition)
    panel = [world.person("a.board").hat.membership_id]
    gp, police = world.agencies["a.gp"], world.agencies["a.police"]
    asked = audits.open_round(edition, gp, police, title=TITLE, panel=panel)
    answering = audits.answered_return(asked, gp, narrative=LONG * 4, answers=20)
    signed = audits.signed_return(asked, police, narrative=LONG * 4)
    for found in (answering, signed):
        _chosen(edition, found.id)
    first = audits.responses_of(answering)[0]
    action = _filled(world, gp, answering.id, first)
    _rated(world, signed.id, audits.responses_of(signed)[0].id)
    with writing() as session:
        session.execute(update(Agency).where(Agency.id.in_([gp, police])).values(name=NAME))
    db.session.remove()
    return Full(asked.id, answering.id, signed.id, first.question_id, first.standard_id, action)


def _chosen(edition: FrameworkEdition, return_id: int) -> None:
    """Each question has a scale of its own: choose the middle of it, wherever something was answered."""
    scales = scales_from_plain(edition.scales)
    with writing() as session:
        rows = session.execute(
            select(Response, Question.scale)
            .join(Question, Question.id == Response.question_id)
            .where(Response.return_id == return_id, Response.rating.is_not(None))
        )
        for response, scale in rows:
            points = scales[scale].points
            response.rating = points[len(points) // 2].code


def _filled(world: World, agency_id: int, return_id: int, response: Response) -> int:
    """Back an answer, and promise something after it that is late by now; the action."""
    with writing() as session:
        session.add(
            Evidence(
                partnership_id=world.partnerships["a"],
                response_id=response.id,
                kind="link",
                title="Safeguardingchildrenandyoungpeoplepolicyofthefederation.final.version.7.docx",
                url="https://example.org/" + "a-long-address-" * 10,
                dated_on=date(2026, 5, 1),
                added_at=BEFORE,
                added_by_id=world.person("a.gp.lead").user_id,
            )
        )
        action = Action(
            partnership_id=world.partnerships["a"],
            agency_id=agency_id,
            source=ActionSource.AUDIT_ANSWER,
            return_id=return_id,
            question_id=response.question_id,
            what=LONG * 2,
            owner_name="Dr Alexandra Featherstonehaugh-Cholmondeley",
            due_on=world.today - timedelta(days=3),
            rag=ActionRag.RED,
            status=ActionStatus.OPEN,
            evidence="",
            created_at=BEFORE,
        )
        session.add(action)
        session.flush()
        return action.id


def _rated(world: World, return_id: int, response_id: int) -> None:
    """The panel agrees with an answer, at length."""
    with writing() as session:
        response = session.get_one(Response, response_id)
        session.add(
            Moderation(
                partnership_id=world.partnerships["a"],
                return_id=return_id,
                response_id=response_id,
                rating=response.rating,
                reason=LONG * 2,
                moderated_at=BEFORE,
                moderated_by_id=world.person("a.board").user_id,
            )
        )


def test_an_agencys_pages(served, full, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.gp.lead"))
    audit = f"/audits/{full.answering}"
    question = f"{audit}/questions/{full.question}"
    pages = (
        "/",
        "/audits",
        audit,
        f"{audit}/sections/{full.standard}",
        question,
        f"{question}?change=1",
        f"{question}/evidence",
        f"{question}/actions/new",
        f"{audit}/signing",
        f"{audit}/print",
        "/actions",
        f"/actions/{full.action}",
        f"/actions/{full.action}/progress",
    )
    assert misfits(page, WIDTH, pages) == []


def test_the_business_managers_pages(served, full, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.business_manager"))
    asked, moderation = f"/audit-rounds/{full.round_id}", f"/moderation/{full.signed}"
    pages = (
        "/audit-rounds",
        asked,
        f"{asked}/chase",
        f"{asked}/results",
        f"{asked}/results/questions/{full.question}",
        f"/audits/{full.signed}/signing",
        f"/audits/{full.signed}/print",
        moderation,
        f"{moderation}/questions/{full.question}",
        f"{moderation}/session",
        f"{moderation}/session/agenda",
        f"{moderation}/release",
        "/actions",
        f"/actions/{full.action}",
    )
    assert misfits(page, WIDTH, pages) == []


def test_lists_at_a_desk(served, full, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.business_manager"))
    pages = ("/audit-rounds", f"/audit-rounds/{full.round_id}", "/actions", f"/moderation/{full.signed}")
    assert misfits(page, DESK, pages) == []
