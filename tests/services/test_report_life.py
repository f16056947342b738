"""A report typed by two people while sign-ins end and the server stops: no acknowledged save is ever lost.

Each person's page does what static/src/questions.js does: it sends the answers that changed since they were last kept,
each with what its page had shown, and what was sent without an answer first and unchanged. Once the report is sent, an
old page is told so and keeps what was typed, and a new one adds to the report; so it goes on, addendum by addendum.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid
from portal.domain.report_answers import seen
from portal.models.meetings import Invitation
from portal.models.reports import Report, ReportAddendum, ReportAnswer
from portal.services.activity_checks import verify
from portal.services.reports.desk import open_desk
from portal.services.reports.drafts import AlreadySent
from portal.services.reports.sending import submit_report
from portal.services.reports.writing import Typed, save_draft
from portal.services.viewers import system_viewer
from tests.services.report_steps import WHOLE
from tests.world import NOW

WHO = st.sampled_from(["teacher", "head"])
TYPED = ("involvement", "worries")
"""The answers that they type; the rest of what a report needs was there before."""

CODES = st.sampled_from(TYPED)
TEXTS = st.sampled_from(["", "A bruise.", "Two bruises.", "A bruise. And a burn."])


@dataclass
class Page:
    """One person's page: what stands in its questions, and what it knows to be kept."""

    viewer: Viewer
    texts: dict[str, str]
    kept: dict[str, str]
    unanswered: dict[str, str] = field(default_factory=dict)
    disputed: dict[str, str] = field(default_factory=dict)
    is_signed_in: bool = True
    is_adding: bool = False
    is_over: bool = False
    """Whether it was told that the report had been sent: what was typed stands there to be copied."""

    def parcel(self) -> dict[str, str]:
        """What is sent now."""
        if self.is_over:
            return {}
        if self.unanswered:
            return dict(self.unanswered)
        changed = {code: text for code, text in self.texts.items() if text != self.kept[code]}
        return {code: text for code, text in changed.items() if self.disputed.get(code) != text}


class Life(RuleBasedStateMachine):
    """One report, from an empty page on."""

    def __init__(self, place, teacher, head):
        super().__init__()
        self.place, self.viewers = place, {"teacher": teacher, "head": head}

    @initialize()
    def begin(self):
        """Both open the page, on which only what they do not type here is answered."""
        mine = Report.invitation_id == self.place.invitations["school"].id
        with writing() as session:
            ids = list(session.scalars(select(Report.id).where(mine)))
            for model in (ReportAnswer, ReportAddendum):
                session.execute(delete(model).where(model.report_id.in_(ids)))
            session.execute(delete(Report).where(Report.id.in_(ids)))
            session.get_one(Invitation, self.place.invitations["school"].id).report_received_on = None
        rest = {code: Typed(text, seen("")) for code, text in WHOLE.items() if code not in TYPED}
        save_draft(self.viewers["head"], self.place.id, rest)
        self.now, self.is_up = NOW, True
        self.acknowledged: dict[str, str] = {}
        self.sent: list[dict[str, str]] = []
        """What stood on each paper when it was sent: the report, then each addendum."""
        self.pages = {name: self._opened(name) for name in self.viewers}

    def _opened(self, name):
        db.session.rollback()
        adding = bool(self.sent)
        shown = open_desk(self.viewers[name], self.place.id, adding=adding).answers
        texts = {code: shown.get(code, "") for code in TYPED}
        return Page(self.viewers[name], dict(texts), dict(texts), is_adding=adding)

    def papers(self) -> list[dict[str, str]]:
        """What is kept, paper by paper, of the answers that they type."""
        db.session.rollback()
        rows = db.session.scalars(
            select(ReportAnswer)
            .join(Report, Report.id == ReportAnswer.report_id)
            .where(Report.invitation_id == self.place.invitations["school"].id, ReportAnswer.code.in_(TYPED))
        ).all()
        found = [dict[str, str]() for _ in range(max((row.addendum for row in rows), default=0) + 1)]
        for row in rows:
            found[row.addendum][row.code] = row.value
        return found

    def says(self, code: str) -> str:
        """What is kept under a question now."""
        return next((paper[code] for paper in reversed(self.papers()) if code in paper), "")

    @rule(who=WHO, code=CODES, text=TEXTS)
    def type(self, who, code, text):
        """Somebody types; nothing leaves the page."""
        self.pages[who].texts[code] = text

    @rule(who=WHO, answer_is_lost=st.booleans())
    def save(self, who, answer_is_lost):
        """The page sends what changed; the server may be down, the sign-in over, or the answer lost on its way."""
        page = self.pages[who]
        parcel = page.parcel()
        if not parcel:
            return
        page.unanswered = parcel
        if not self.is_up:
            return
        if not page.is_signed_in:
            page.unanswered = {}
            return
        self.now += timedelta(seconds=2)
        typed = {code: Typed(text, seen(page.kept[code])) for code, text in parcel.items()}
        viewer = replace(page.viewer, now=self.now)
        if self.sent and not page.is_adding:
            with pytest.raises(AlreadySent) as late:
                save_draft(viewer, self.place.id, typed)
            assert late.value.mine == parcel, "what was typed comes back with the refusal"
            page.is_over = True
            return
        saved = save_draft(viewer, self.place.id, typed, adding=page.is_adding)
        for code in saved.seen:
            if parcel[code] != page.kept[code]:
                # What is replaced was acknowledged to somebody: whoever replaces it has seen it.
                assert self.acknowledged.get(code, "") in (page.kept[code], parcel[code])
                self.acknowledged[code] = parcel[code]
        for code, lost in saved.lost.items():
            assert lost.theirs == self.acknowledged.get(code, "")
        if answer_is_lost:
            return
        page.unanswered = {}
        for code in saved.seen:
            page.kept[code] = parcel[code]
            page.disputed.pop(code, None)
        page.disputed |= {code: parcel[code] for code in saved.lost}

    @precondition(lambda self: self.is_up)
    @rule(who=WHO)
    def send(self, who):
        """Somebody sends what stands there, report or addendum; where an answer is missing nothing changes."""
        page = self.pages[who]
        if page.is_over or not page.is_signed_in:
            return
        self.now += timedelta(seconds=2)
        viewer = replace(page.viewer, now=self.now)
        before = self.papers()
        try:
            version = open_desk(viewer, self.place.id, adding=page.is_adding).version
            submit_report(viewer, self.place.id, version, adding=page.is_adding)
        except (Conflict, Invalid):
            # Sent by the other one meanwhile, or not whole, or nothing added: then all stays as it is.
            assert self.papers() == before
            return
        self.sent.append(self.papers()[-1])
        self.pages[who] = self._opened(who)

    @rule()
    def restart(self):
        """The server stops, or is there again, with nothing but what its database holds."""
        self.is_up = not self.is_up
        db.session.remove()
        db.engine.dispose()

    @rule(who=WHO)
    def sign_out_or_in(self, who):
        """A sign-in ends, or somebody signs in again in another tab."""
        self.pages[who].is_signed_in = not self.pages[who].is_signed_in

    @precondition(lambda self: self.is_up)
    @rule(who=WHO)
    def choose(self, who):
        """Somebody looks at both texts and keeps their own, which is then based on the other."""
        page = self.pages[who]
        for code in list(page.disputed):
            page.disputed.pop(code)
            page.kept[code] = self.says(code)

    @precondition(lambda self: self.is_up)
    @rule(who=WHO)
    def close_the_laptop(self, who):
        """The page is gone with what it had not sent; opened again, it shows what is kept."""
        self.pages[who] = self._opened(who)

    @invariant()
    def nothing_acknowledged_is_lost(self):
        """What is kept is what was acknowledged last, of each question; and what was sent stays as it was sent."""
        if hasattr(self, "acknowledged"):
            assert {code: self.says(code) for code in TYPED} == dict.fromkeys(TYPED, "") | self.acknowledged
            assert self.papers()[: len(self.sent)] == self.sent

    def teardown(self):
        """With the server up and everybody signed in, every page comes to rest with its text kept or disputed."""
        if not hasattr(self, "pages"):
            return
        self.is_up = True
        for name, page in self.pages.items():
            page.is_signed_in = True
            for _ in range(3):
                self.save(name, answer_is_lost=False)
            assert page.parcel() == {}
            for code, text in page.texts.items():
                assert page.is_over or page.kept[code] == text or page.disputed.get(code) == text
        self.nothing_acknowledged_is_lost()


def test_in_whatever_order_no_acknowledged_save_is_lost(place, teacher, head):
    run_state_machine_as_test(
        lambda: Life(place, teacher, head),
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert verify(system_viewer("tests", NOW)).faults == []
