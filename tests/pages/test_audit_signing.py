"""The signing pages: what is asked of each on top, the signature, opening again, inviting, and versions beside."""

from __future__ import annotations

import re

import pytest

from portal.domain.sign_off import DECLARATIONS
from portal.services.audits.signing import submit_return
from tests import audits
from tests.services.audit_steps import Asked, asked_now, coded_in_words, needs
from tests.services.signing_steps import SCHOOL, now, signatures

LEAD, HEAD, GOVERNOR = SCHOOL


@pytest.fixture
def place(world) -> Asked:
    """A school's return, every question answered."""
    found = asked_now(world)
    audits.answered_return(found.round, world.agencies["a.school"])
    return found


@pytest.fixture
def sent(place, world, viewer_of) -> Asked:
    """The same, sent to be signed."""
    submit_return(viewer_of(world.person("a.school.lead")), place.id)
    return place


@pytest.fixture
def as_one(new_client, sign_in, world):
    """A browser of somebody of A."""

    def browser(name: str):
        client = new_client()
        sign_in(client, world.person(f"a.{name}"))
        return client

    return browser


def signing(place: Asked) -> str:
    return f"/audits/{place.id}/signing"


def sign(client, place: Asked, **fields):
    filled = {"declared": "yes", "name": "Ann Lee", **fields}
    return client.submit(signing(place), action=f"{signing(place)}/sign", **filled)


def told(client, place: Asked) -> str:
    return client.get(signing(place)).page.get_text(" ", strip=True)


def test_a_lead_sends_a_complete_return(place, as_one):
    client = as_one("school.lead")
    page = client.get(f"/audits/{place.id}").page
    assert page.find("a", href=signing(place))
    answer = client.submit(signing(place), action=f"{signing(place)}/submit")
    assert answer.status_code == 303
    assert "sent to be signed" in told(client, place)
    assert now(place).status.value == "submitted"


def test_what_is_missing_is_listed_with_links(place, as_one):
    needs(place, "1.1", evidence=True)
    client = as_one("school.lead")
    page = client.get(signing(place)).page
    assert "1 question is not complete" in page.get_text()
    assert page.find("a", href=f"/audits/{place.id}/questions/{place.questions['1.1']}")
    assert page.find("form", action=f"{signing(place)}/submit") is None


def test_what_is_missing_is_listed_by_number(place, as_one):
    needs(place, "2.3", evidence=True)
    coded_in_words()
    words = told(as_one("school.lead"), place)
    assert "2.3 Is 2.3 so?" in words
    assert "code-of-" not in words


def test_what_somebody_removed_meanwhile_is_told_when_it_is_sent(place, as_one):
    client = as_one("school.lead")
    client.get(signing(place))
    needs(place, "1.1", evidence=True)
    token = client.get("/account").page.find("input", attrs={"name": "csrf_token"})["value"]
    client.post(f"{signing(place)}/submit", data={"csrf_token": token})
    assert "was not sent: 1 question is not complete" in told(client, place)


def test_each_signs_in_turn_and_the_last_locks(sent, as_one):
    for name, step in (("school.lead", LEAD), ("school.head", HEAD), ("school.governor", GOVERNOR)):
        client = as_one(name)
        page = client.get(signing(sent)).page
        assert "Sign the return" in page.h1.get_text()
        assert DECLARATIONS[step] in page.get_text(" ", strip=True)
        assert page.find("a", href=f"/audits/{sent.id}/print")
        assert sign(client, sent).status_code == 303
    assert "the return is locked" in told(client, sent)
    assert [step for step, *_ in signatures(sent)] == list(SCHOOL)


def test_the_box_must_be_ticked_and_the_name_typed(sent, as_one):
    client = as_one("school.lead")
    answer = client.submit(signing(sent), action=f"{signing(sent)}/sign", name="")
    assert answer.status_code == 400
    summary = answer.page.find(class_="govuk-error-summary").get_text()
    assert "Tick the box" in summary
    assert "Type your full name" in summary
    assert signatures(sent) == []


def test_a_signature_for_another_step_is_refused(sent, as_one):
    client = as_one("school.governor")
    token = client.get("/account").page.find("input", attrs={"name": "csrf_token"})["value"]
    fields = {"csrf_token": token, "version": now(sent).version, "declared": "yes", "name": "Eve"}
    for step in ("governor", "designated_lead", "king"):
        assert client.post(f"{signing(sent)}/sign", data={**fields, "step": step}).status_code == 403
    assert signatures(sent) == []


def test_sent_twice_it_is_one_signature_and_said(sent, as_one):
    client, other = as_one("school.lead"), as_one("school.lead")
    page = other.get(signing(sent)).page
    form = page.find("form", action=f"{signing(sent)}/sign")
    fields = {one["name"]: one.get("value", "") for one in form.find_all("input") if one.get("type") != "checkbox"}
    sign(client, sent)
    assert other.post(f"{signing(sent)}/sign", data={**fields, "declared": "yes", "name": "Ann Lee"}).status_code == 303
    assert "signed this already" in told(other, sent)
    assert len(signatures(sent)) == 1


def test_the_race_lost_is_told(sent, as_one):
    client, other = as_one("school.lead"), as_one("school.lead")
    form = other.get(signing(sent)).page.find("form", action=f"{signing(sent)}/sign")
    fields = {one["name"]: one.get("value", "") for one in form.find_all("input") if one.get("type") != "checkbox"}
    client.submit(signing(sent), action=f"{signing(sent)}/withdraw")
    client.submit(signing(sent), action=f"{signing(sent)}/submit")
    assert other.post(f"{signing(sent)}/sign", data={**fields, "declared": "yes", "name": "Ann Lee"}).status_code == 303
    assert "read it again" in told(other, sent)
    assert signatures(sent) == []


def test_it_is_opened_again_and_the_versions_compared(sent, as_one):
    for name in ("school.lead", "school.head", "school.governor"):
        client = as_one(name)
        sign(client, sent)
    lead = as_one("school.lead")
    answer = lead.submit(f"{signing(sent)}/reopen", reason="")
    assert answer.status_code == 400
    assert lead.submit(f"{signing(sent)}/reopen", reason="The training was wrong.").status_code == 303
    question = f"/audits/{sent.id}/questions/{sent.questions['1.1']}"
    saved = lead.submit(question, action=question, rating="amber", narrative="Less than we said.")
    assert saved.status_code == 303
    coded_in_words()
    page = lead.get(f"/audits/{sent.id}/versions").page
    words = page.get_text(" ", strip=True)
    assert "1 of 6 answers changed" in words
    assert "1.1 Is 1.1 so?" in words
    assert "code-of-" not in words
    assert "Less than we said." in words
    assert "We do this." in words
    shown = told(lead, sent)
    assert "The training was wrong." in shown
    assert "Version\xa01" in shown


def test_nothing_changed_is_said(sent, as_one):
    for name in ("school.lead", "school.head", "school.governor"):
        sign(as_one(name), sent)
    lead = as_one("school.lead")
    lead.submit(f"{signing(sent)}/reopen", reason="To look again.")
    assert "No answer changed" in lead.get(f"/audits/{sent.id}/versions").page.get_text()


def test_a_lead_invites_a_governor_who_joins_signs_and_sees_nothing_else(sent, as_one, new_client, world):
    lead = as_one("school.lead")
    answer = lead.submit(f"{signing(sent)}/invite", post="governor", email="new.governor@example.org", name="Kit Moss")
    assert answer.status_code == 200
    token = re.search(r"/join/([\w-]+)", answer.get_data(as_text=True))
    assert token is not None
    sign(lead, sent)
    sign(as_one("school.head"), sent)
    governor = new_client()
    joined = governor.submit(f"/join/{token[1]}", name="Kit Moss", password="walnut harbour 93 cello")
    assert joined.status_code in (302, 303)
    assert "code" not in joined.location, "who sees no child needs no authenticator app"
    home = governor.get("/").page
    assert f"Sign the audit return of {world.agency_names['a.school']}" in home.get_text(" ", strip=True)
    assert governor.get("/meetings").status_code == 403
    assert sign(governor, sent, name="Kit Moss").status_code == 303
    assert now(sent).status.value == "signed"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"post": "", "email": "a@example.org", "name": "A"}, "Choose in which post they sign"),
        ({"post": "governor", "email": "nobody", "name": "A"}, "email"),
        ({"post": "line_manager", "email": "a@example.org", "name": "A"}, "Choose one of the answers shown"),
    ],
)
def test_an_invitation_that_will_not_do_is_told(sent, as_one, fields, sentence):
    answer = as_one("school.lead").submit(f"{signing(sent)}/invite", **fields)
    assert answer.status_code == 400
    assert sentence in answer.page.get_text()


class TestHome:
    """What needs whom."""

    def words(self, client) -> str:
        return client.get("/").page.get_text(" ", strip=True)

    def test_a_lead_is_told_that_it_can_be_sent(self, place, as_one):
        assert "Send the audit to be signed" in self.words(as_one("school.lead"))

    def test_only_whose_turn_it_is_is_asked(self, sent, as_one):
        asked = "Sign the audit return of"
        assert asked in self.words(as_one("school.lead"))
        assert asked not in self.words(as_one("school.governor"))
        assert asked not in self.words(as_one("school.practitioner"))
        sign(as_one("school.lead"), sent)
        assert asked in self.words(as_one("school.head"))
        assert asked not in self.words(as_one("school.lead"))


class TestSignatory:
    """A governor or an executive signs and sees nothing else."""

    @pytest.mark.parametrize("name", ["school.governor", "police.executive"])
    @pytest.mark.parametrize(
        "page", ["/meetings", "/meetings/not-ours", "/figures", "/agencies", "/people", "/actions"]
    )
    def test_other_pages_are_not_theirs(self, as_one, name, page):
        assert as_one(name).get(page).status_code == 403

    def test_no_invitation_is_shown(self, as_one, world):
        client = as_one("school.governor")
        assert client.get("/meetings/answers").page.find("form", method="post", action=re.compile("answers")) is None
        for key, meeting in world.meetings.items():
            assert client.get(f"/meetings/{meeting.id}").status_code == 403, key
            assert meeting.reference not in client.get("/").get_data(as_text=True)
