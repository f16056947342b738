"""A report typed before the pages while sign-ins end, answers get lost and servers stop: nothing promised is ever lost.

tests/services/test_report_life.py has two people and one service; here one browser does what static/src/sending.js and
questions.js do, over whichever of two servers is up, and now and then the form is sent as without a script. Promised is
what the portal said that it saved, and what it said it would fill in again after signing in.
"""

from __future__ import annotations

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
from sqlalchemy import delete, select, update

from portal.database.session import db, writing
from portal.models.people import User
from portal.models.reports import Report, ReportAnswer
from portal.models.sessions import KeptForm, SignInAttempt
from portal.services.activity_checks import verify
from portal.services.viewers import system_viewer
from tests.harness import make_app, make_settings
from tests.page_client import form_values
from tests.pages.report_steps import SCRIPT, autosave, kept, script_fields
from tests.signing_in import sign_in_as
from tests.world import NOW

TYPED = ("involvement", "worries")
CODES = st.sampled_from(TYPED)
TEXTS = st.sampled_from(["", "A bruise.", "Two bruises.", "A bruise. And a burn."])
IDLE = timedelta(minutes=25)
"""Longer than a sign-in lasts without a request."""


class Life(RuleBasedStateMachine):
    """One browser, from an empty page on."""

    def __init__(self, apps, place, person, clock):
        super().__init__()
        self.apps, self.place, self.person, self.clock = apps, place, person, clock
        self.url = f"/meetings/{place.id}/report"

    @initialize()
    def begin(self):
        """Nothing is written, and the person has just signed in."""
        with writing() as session:
            mine = Report.invitation_id == self.place.invitations["school"].id
            ids = list(session.scalars(select(Report.id).where(mine)))
            session.execute(delete(ReportAnswer).where(ReportAnswer.report_id.in_(ids)))
            session.execute(delete(Report).where(Report.id.in_(ids)))
            session.execute(delete(KeptForm))
            session.execute(delete(SignInAttempt))
            session.execute(update(User).where(User.id == self.person.user_id).values(totp_last_step=None))
        self.clock.move_to(NOW)
        self.browser = self.apps[0].test_client()
        self.saved: dict[str, str] = {}
        """What it said that it saved."""
        self.promised: dict[str, str] = {}
        """What it said that it would fill in again, and has not saved since."""
        self.may_return: dict[str, str] = {}
        """What came when the sign-in had ended and was promised to nobody: it may be filled in again all the same."""
        self.sign_in()

    def open(self):
        """Fetch the page and look at what it shows; without a sign-in there is none."""
        shown = self.browser.get(self.url)
        self.is_open = shown.status_code == 200
        if not self.is_open:
            assert shown.location.startswith("/sign-in")
            return
        self.form = form_values(shown.page.select_one("form[data-autosave]"))
        self.texts = {code: self.form[code] for code in TYPED}
        for code, text in self.texts.items():
            if code in self.promised:
                assert text == self.promised[code], "what was promised is filled in again"
            else:
                assert text in (self.saved.get(code, ""), self.may_return.get(code, ""))
        self.known = dict(self.texts)
        self.unanswered: dict[str, str] = {}

    @property
    def has_page(self):
        return hasattr(self, "browser") and self.is_open

    @precondition(lambda self: self.has_page)
    @rule(code=CODES, text=TEXTS)
    def type(self, code, text):
        """Something is typed; nothing leaves the page."""
        self.texts[code] = text

    @precondition(lambda self: self.has_page)
    @rule(answer_is_lost=st.booleans())
    def autosave(self, answer_is_lost):
        """The script sends what changed, or again what was never answered."""
        changed = {code: text for code, text in self.texts.items() if text != self.known[code]}
        parcel = dict(self.unanswered) or changed
        if not parcel:
            return
        self.unanswered = dict(parcel)
        shared = {name: self.form[name] for name in ("csrf_token", "working_as")}
        fields = shared | {f"seen-{code}": self.form[f"seen-{code}"] for code in parcel} | parcel
        answer = self.browser.post(
            f"{self.url}/autosave", data=fields, headers=SCRIPT | {"Referer": f"http://localhost{self.url}"}
        )
        if answer.status_code == 401:
            self.unanswered = {}
            self.may_return |= parcel
            return
        assert answer.status_code == 200
        assert answer.json["conflicts"] == answer.json["faults"] == {}
        self.saved |= parcel
        if answer_is_lost:
            # Nobody was told, but what is saved is saved; and what was promised is kept by that.
            self._fulfilled(parcel)
            return
        self.unanswered = {}
        self._fulfilled(parcel)
        for code, number in answer.json["seen"].items():
            self.form[f"seen-{code}"], self.known[code] = str(number), parcel[code]

    def _fulfilled(self, parcel):
        for code in parcel:
            self.promised.pop(code, None)
            self.may_return.pop(code, None)

    @precondition(lambda self: self.has_page and not self.unanswered)
    @rule()
    def press_save(self):
        """The form is sent whole, as without a script."""
        sent = self.browser.post(self.url, data=self.form | self.texts | {"save": "yes"})
        if sent.status_code == 302:
            assert sent.location.startswith("/sign-in")
            self.promised = dict(self.texts)
            self.is_open = False
            return
        assert sent.status_code == 303
        self.saved |= self.texts
        self._fulfilled(self.texts)
        self.open()

    @rule()
    def time_passes(self):
        """Nobody does anything for so long that the sign-in ends."""
        self.clock.shift(IDLE)

    @rule()
    def the_other_server_answers(self):
        """The one that was up has stopped, with all that it held in memory."""
        db.session.remove()
        db.engine.dispose()
        cookies = self.browser._cookies
        self.apps = self.apps[::-1]
        self.browser = self.apps[0].test_client()
        self.browser._cookies = cookies

    @rule()
    def close_the_laptop(self):
        """The page is gone with what it had not sent; it is opened again, if the sign-in still holds."""
        self.open()

    @rule()
    def sign_in(self):
        """In another tab, or because the page asks for it; a page that is still there gets its new token."""
        had_page, texts = getattr(self, "is_open", False), getattr(self, "texts", {})
        if self.browser.get(self.url).status_code != 200:
            sign_in_as(self.browser, self.person)
        if had_page:
            token = form_values(self.browser.get(self.url).page.select_one("form[data-autosave]"))["csrf_token"]
            self.form, self.texts = self.form | {"csrf_token": token}, texts
        else:
            self.open()
            assert self.is_open

    @invariant()
    def what_was_saved_is_there(self):
        """No more and no less."""
        if hasattr(self, "saved"):
            assert kept(self.place) == {code: text for code, text in self.saved.items() if text}

    def teardown(self):
        """After a night in which all pages are closed, everything promised is there."""
        if hasattr(self, "browser"):
            self.clock.shift(IDLE)
            self.is_open = False
            self.sign_in()
            self.what_was_saved_is_there()


@pytest.fixture
def other_server(database, tmp_path):
    """The portal once more, on the same database."""
    return make_app(make_settings(tmp_path, database.url("portal")))


def test_in_whatever_order_nothing_promised_is_lost(app, other_server, place, world, at_world_time):
    person = world.person("a.school.practitioner")
    run_state_machine_as_test(
        lambda: Life((app, other_server), place, person, at_world_time),
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert verify(system_viewer("tests", NOW + timedelta(days=2))).faults == []


@pytest.fixture
def filled_in_again(teacher, place, sign_in, world, at_world_time):
    """The page after a sign-in that ended: with both answers, of which nothing is saved."""
    url = f"/meetings/{place.id}/report"
    page = teacher.get(url)
    at_world_time.shift(IDLE)
    teacher.send(page, action=url, button="save", involvement="A bruise.", worries="A burn.")
    sign_in(teacher, world.person("a.school.practitioner"))
    return teacher.get(url)


def shown(page) -> dict[str, str]:
    """What stands in the two questions."""
    return {code: page.page.find(id=code).get_text().strip() for code in TYPED}


def test_an_answer_that_a_script_saves_takes_no_other_with_it_that_was_promised(teacher, place, filled_in_again):
    url = f"/meetings/{place.id}/report"
    assert shown(filled_in_again) == {"involvement": "A bruise.", "worries": "A burn."}
    fields = script_fields(filled_in_again.page, worries="Two burns.")
    assert teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT | referer(url)).status_code == 200
    again = teacher.get(url)
    assert shown(again) == {"involvement": "A bruise.", "worries": "Two burns."}
    assert "You were signed out before this was saved." in again.text
    fields = script_fields(again.page, involvement="A bruise.")
    assert teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT | referer(url)).status_code == 200
    assert "You were signed out" not in teacher.get(url).text
    assert kept(place) == {"involvement": "A bruise.", "worries": "Two burns."}


def test_what_a_script_sends_after_a_second_end_takes_no_other_with_it(
    teacher, place, sign_in, world, at_world_time, filled_in_again
):
    url = f"/meetings/{place.id}/report"
    at_world_time.shift(IDLE)
    fields = script_fields(filled_in_again.page, worries="Two burns.")
    assert teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT | referer(url)).status_code == 401
    sign_in(teacher, world.person("a.school.practitioner"))
    assert shown(teacher.get(url)) == {"involvement": "A bruise.", "worries": "Two burns."}


def test_an_answer_that_a_colleague_changed_meanwhile_stays_promised(teacher, as_person, place, filled_in_again):
    url = f"/meetings/{place.id}/report"
    autosave(as_person("a.school.lead"), url, worries="Hers.")
    fields = script_fields(filled_in_again.page, worries="Two burns.")
    answer = teacher.post(f"{url}/autosave", data=fields, headers=SCRIPT | referer(url))
    assert list(answer.json["conflicts"]) == ["worries"]
    assert shown(teacher.get(url)) == {"involvement": "A bruise.", "worries": "A burn."}


def referer(url) -> dict[str, str]:
    """What a browser says of the page that a script sends from."""
    return {"Referer": f"http://localhost{url}"}
