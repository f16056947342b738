"""A signed return that travels to another partnership, and every reason for which one is refused there."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.portable_returns import Refusal, Refused
from portal.domain.returns import AnswerState
from portal.models.audits import AuditReturn
from portal.models.frameworks import Question
from portal.models.partnerships import Partnership
from portal.models.signing_keys import SigningKey, TrustedKey
from portal.services.audits import portable, signing_keys, travelled, workbook_rows
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.travelled import TakenIn
from tests import audits
from tests.services.audit_steps import Asked, asked_now, back, needs, row, started, verbs
from tests.services.racing import at_once

CODE = "travelling"


@dataclass(frozen=True)
class Journey:
    """The police's signed return in A, their return to come in B, and the file between them."""

    there: int
    here: Asked
    file: bytes


KEY_FACTS = ("name", "public_key", "fingerprint", "added_at", "added_by_id")


@pytest.fixture
def lead_there(world, viewer_of) -> Viewer:
    """Who leads the police in A."""
    return viewer_of(world.person("a.police.lead"))


@pytest.fixture
def lead_here(world, viewer_of) -> Viewer:
    """Who leads the police in B."""
    person = world.person("both")
    return viewer_of(person, hat=next(hat for hat in person.hats if hat.partnership_id == world.partnerships["b"]))


@pytest.fixture
def manager_here(world, viewer_of) -> Viewer:
    """B's business manager."""
    return viewer_of(world.person("b.business_manager"))


@pytest.fixture
def journey(world, lead_there, manager_here) -> Journey:
    """1.2 was altered here; 1.1 is backed by evidence; B trusts A's key."""
    edition = audits.published_edition(world.partnerships["a"], CODE, number=1)
    asked = audits.open_round(edition, world.agencies["a.police"], title="Signed in A")
    by = world.person("a.police.lead").hat.membership_id
    signed = audits.signed_return(asked, world.agencies["a.police"], narrative="As in A.", by=by)
    back(audits.responses_of(signed)[0].id, lead_there.user_id)
    here = asked_now(world, "police", "b", code=CODE, number=2, altered=["1.2"])
    file, _name = portable.export(lead_there, signed.id)
    trust(world, manager_here)
    return Journey(signed.id, here, file)


def trust(world, manager: Viewer) -> str:
    """Let B trust A's key; gives its fingerprint."""
    db.session.rollback()
    key = db.session.scalars(select(SigningKey).where(SigningKey.partnership_id == world.partnerships["a"])).one()
    signing_keys.trust(manager, "Partnership A", key.public_key)
    return key.fingerprint


def kept(place: Asked, code="1.1"):
    """What is kept of an answer."""
    found = row(place, code)
    return found.rating, found.narrative, found.is_confirmed, found.answered_at


def refusal(viewer: Viewer, place: Asked, file: bytes) -> Refusal:
    """Why a file is refused; the refusal is logged, and the return is as it was."""
    status = status_of(place)
    with pytest.raises(Refused) as refused:
        travelled.take_in(viewer, place.id, file)
    assert verbs(viewer)[-1] == f"portable_return.{refused.value.refusal}"
    assert status_of(place) is status
    return refused.value.refusal


def status_of(place: Asked) -> ReturnStatus:
    """How far the return is."""
    db.session.rollback()
    return db.session.scalars(select(AuditReturn.status).where(AuditReturn.id == place.id)).one()


class TestExport:
    """The file of a signed return."""

    def test_it_says_all_that_travels_and_nothing_else(self, world, journey, lead_there):
        said = json.loads(journey.file)["return"]
        assert said["agency"] == {"agency_type": "police", "name": "Borough Police", "ods_code": "", "urn": ""}
        assert said["issuer"] == db.session.get_one(Partnership, world.partnerships["a"]).name
        assert [answer["code"] for answer in said["answers"]] == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3"]
        first = said["answers"][0]
        assert (first["rating"], first["narrative"]) == ("green", "As in A.")
        assert first["evidence"] == [{"dated_on": "2024-09-01", "title": "Safeguarding policy"}]
        assert [one["step"] for one in said["signatures"]] == ["author", "executive"]
        assert said["signatures"][0]["name"] == lead_there.name
        assert b"school.example.org" not in journey.file, "titles and days travel, links and files do not"
        assert verbs(lead_there)[-2:] == ["signing_key.made", "audit_return.exported"]

    def test_the_key_is_made_once(self, journey, lead_there):
        again, name = portable.export(lead_there, journey.there)
        assert json.loads(again)["key"] == json.loads(journey.file)["key"]
        assert name.endswith(".return")
        assert verbs(lead_there).count("signing_key.made") == 1

    def test_two_at_once_make_one_key(self, app, world, lead_there, viewer_of):
        manager = viewer_of(world.person("b.business_manager"))
        at_once(app, *(lambda: signing_keys.make_key(manager) for _ in range(4)))
        query = select(SigningKey).where(SigningKey.partnership_id == world.partnerships["b"])
        assert len(db.session.scalars(query).all()) == 1

    def test_the_private_half_is_encrypted(self, journey):
        stored = db.session.connection().exec_driver_sql("SELECT private_key, public_key FROM signing_keys").one()
        key = db.session.scalars(select(SigningKey)).one()
        assert key.private_key.encode() not in bytes(stored[0])
        assert stored[1] == key.public_key

    def test_only_what_is_signed_travels(self, journey, lead_here):
        with pytest.raises(Invalid, match="signed"):
            portable.export(lead_here, started(lead_here, journey.here).id)

    def test_only_for_the_agencys_lead(self, world, viewer_of, journey):
        for person in ("a.business_manager", "a.police.executive"):
            with pytest.raises(NotPermitted):
                portable.export(viewer_of(world.person(person)), journey.there)
        for person in ("a.gp.lead", "b.police.lead"):
            if person in world.people:
                with pytest.raises(NotVisible):
                    portable.export(viewer_of(world.person(person)), journey.there)

    def test_what_the_partnership_asked_for_itself_stays_there(self, journey, lead_there):
        db.session.execute(update(Question).where(Question.code == "2.3").values(is_local=True))
        db.session.commit()
        file, _ = portable.export(lead_there, journey.there)
        assert "2.3" not in [answer["code"] for answer in json.loads(file)["return"]["answers"]]


class TestTakingIn:
    """The same questions are answered, unconfirmed; altered ones are shown; the rest is left to ask."""

    def test_a_return_that_was_not_started(self, journey, lead_here):
        taken = travelled.take_in(lead_here, journey.here.id, journey.file)
        assert (taken.answered, taken.altered, taken.kept, taken.left) == (5, 1, 0, 0)
        assert status_of(journey.here) is ReturnStatus.IN_PROGRESS
        assert kept(journey.here) == ("green", "As in A.", False, None)
        assert kept(journey.here, "1.2") == (None, "", False, None)
        assert verbs(lead_here)[-1] == "audit_return.taken_in"

    def test_what_is_asked_here_alone_is_left(self, world, journey, lead_here):
        db.session.execute(
            update(Question).where(Question.id == journey.here.questions["2.3"]).values(code="local-1", is_local=True)
        )
        db.session.commit()
        taken = travelled.take_in(lead_here, journey.here.id, journey.file)
        assert (taken.answered, taken.altered, taken.left) == (4, 1, 1)

    def test_what_was_answered_here_stays(self, journey, lead_here):
        started(lead_here, journey.here)
        save_answer(lead_here, journey.here.id, journey.here.questions["1.1"], 1, AnswerText("red", "Here it is not."))
        taken = travelled.take_in(lead_here, journey.here.id, journey.file)
        assert (taken.answered, taken.kept) == (4, 1)
        assert kept(journey.here)[:3] == ("red", "Here it is not.", True)

    def test_the_same_file_again_answers_nothing_more(self, journey, lead_here):
        travelled.take_in(lead_here, journey.here.id, journey.file)
        before = row(journey.here, "1.1").version
        taken = travelled.take_in(lead_here, journey.here.id, journey.file)
        assert (taken.answered, taken.kept) == (0, 5)
        assert row(journey.here, "1.1").version == before
        assert len(travelled.portable_page(lead_here, journey.here.id).travelled) == 6

    def test_one_touch_confirms_what_asks_the_same(self, journey, lead_here):
        travelled.take_in(lead_here, journey.here.id, journey.file)
        needs(journey.here, "2.1", evidence=True)
        save_answer(lead_here, journey.here.id, journey.here.questions["2.2"], 2, AnswerText("amber", "Less here."))
        assert travelled.portable_page(lead_here, journey.here.id).to_confirm == 3
        assert travelled.confirm_travelled(lead_here, journey.here.id) == 3
        assert kept(journey.here)[:3] == ("green", "As in A.", True)
        assert kept(journey.here, "2.1")[2] is False, "it asks for evidence here"
        assert kept(journey.here, "2.2")[:2] == ("amber", "Less here.")
        assert travelled.confirm_travelled(lead_here, journey.here.id) == 0

    def test_altered_ones_are_shown_with_the_difference(self, journey, lead_here):
        travelled.take_in(lead_here, journey.here.id, journey.file)
        found = {one.number: one for one in travelled.portable_page(lead_here, journey.here.id).travelled}
        altered, same = found["1.2"], found["1.1"]
        assert not altered.is_same
        assert {str(piece.kind) for piece in altered.pieces} >= {"both", "new"}
        assert (altered.label, altered.narrative) == ("Green: fully in place", "As in A.")
        assert altered.state is AnswerState.UNANSWERED
        assert same.state is AnswerState.TO_CONFIRM
        assert same.evidence == ("Safeguarding policy, 1 September 2024",)

    def test_it_stands_as_last_times_in_the_workbook(self, journey, lead_here):
        travelled.take_in(lead_here, journey.here.id, journey.file)
        db.session.rollback()
        altered = workbook_rows.sheet_state(lead_here, journey.here.id).questions["1.2"]
        assert (altered.then_rating, altered.then_narrative) == ("Green: fully in place", "As in A.")
        assert (altered.rating, altered.narrative) == (None, "")

    def test_two_at_once_take_it_in_once(self, app, journey, lead_here):
        outcomes = at_once(
            app, *(lambda: travelled.take_in(lead_here, journey.here.id, journey.file) for _ in range(3))
        )
        assert sorted(one.answered for one in outcomes if isinstance(one, TakenIn)) == [0, 0, 5]


class TestRefused:
    """Each for its own reason, with its own sentence, logged, and nothing taken."""

    def test_an_unknown_key(self, journey, lead_here, manager_here):
        signing_keys.distrust(manager_here, json.loads(journey.file)["key"])
        assert refusal(lead_here, journey.here, journey.file) is Refusal.UNKNOWN_KEY

    def test_another_partnerships_trust_is_not_ours(self, world, viewer_of, journey, lead_here, manager_here):
        signing_keys.distrust(manager_here, json.loads(journey.file)["key"])
        trust(world, manager_here)
        ours = db.session.scalars(select(TrustedKey)).one()
        facts = {name: getattr(ours, name) for name in KEY_FACTS}
        db.session.delete(ours)
        db.session.add(TrustedKey(partnership_id=world.partnerships["a"], **facts))
        db.session.commit()
        assert refusal(lead_here, journey.here, journey.file) is Refusal.UNKNOWN_KEY

    def test_one_changed_byte(self, journey, lead_here):
        place = journey.file.index(b"As in A.")
        changed = journey.file[:place] + b"as" + journey.file[place + 2 :]
        assert refusal(lead_here, journey.here, changed) is Refusal.TAMPERED

    def test_what_is_no_return(self, journey, lead_here):
        assert refusal(lead_here, journey.here, b"hello") is Refusal.NOT_A_RETURN

    def test_another_agency(self, world, viewer_of, journey):
        gp = viewer_of(world.person("b.gp.lead"))
        place = asked_now(world, "gp", "b", code=CODE, number=3)
        assert refusal(gp, place, journey.file) is Refusal.OTHER_AGENCY

    def test_another_framework(self, world, journey, lead_here):
        place = asked_now(world, "police", "b", code="something-else")
        assert refusal(lead_here, place, journey.file) is Refusal.OTHER_FRAMEWORK

    @pytest.mark.parametrize("status", [ReturnStatus.SUBMITTED, ReturnStatus.SIGNED])
    def test_a_return_that_was_sent(self, journey, lead_here, status):
        db.session.execute(update(AuditReturn).where(AuditReturn.id == journey.here.id).values(status=status))
        db.session.commit()
        with pytest.raises(NotPermitted):
            travelled.take_in(lead_here, journey.here.id, journey.file)

    def test_nobody_but_the_agencys_lead(self, world, viewer_of, journey, lead_there):
        with pytest.raises(NotVisible):
            travelled.take_in(lead_there, journey.here.id, journey.file)
        with pytest.raises(NotPermitted):
            travelled.take_in(viewer_of(world.person("b.business_manager")), journey.here.id, journey.file)


class TestKeys:
    """Which partnerships are trusted, as their business manager says."""

    def test_a_key_is_entered_once(self, world, journey, manager_here):
        public = db.session.scalars(select(SigningKey.public_key)).one()
        assert signing_keys.trust(manager_here, "Again", f" {public[:9]} {public[9:]}\n") is False
        found = signing_keys.keys_of(manager_here)
        assert [key.name for key in found.trusted] == ["Partnership A"]
        assert found.own is None

    def test_what_is_refused(self, journey, manager_here):
        with pytest.raises(Invalid) as refused:
            signing_keys.trust(manager_here, "Nobody", "not a key")
        assert "public_key" in refused.value.errors
        assert signing_keys.make_key(manager_here)
        assert signing_keys.make_key(manager_here) is False
        own = signing_keys.keys_of(manager_here).own
        with pytest.raises(Invalid, match="Own key"):
            signing_keys.trust(manager_here, "Ourselves", own.public_key)

    def test_trust_ends(self, journey, manager_here):
        fingerprint = signing_keys.keys_of(manager_here).trusted[0].fingerprint
        assert signing_keys.distrust(manager_here, fingerprint)
        assert signing_keys.distrust(manager_here, fingerprint) is False
        assert verbs(manager_here)[-2:] == ["trusted_key.added", "trusted_key.removed"]

    def test_another_partnerships_keys_are_neither_seen_nor_removed(self, world, viewer_of, journey, manager_here):
        other = viewer_of(world.person("a.business_manager"))
        fingerprint = signing_keys.keys_of(manager_here).trusted[0].fingerprint
        assert not signing_keys.keys_of(other).trusted
        assert signing_keys.distrust(other, fingerprint) is False
        assert signing_keys.keys_of(manager_here).trusted

    @pytest.mark.parametrize("person", ["b.scrutineer", "b.board", "b.gp.lead", "b.administrator"])
    def test_nobody_else_keeps_them(self, world, viewer_of, journey, person):
        viewer = viewer_of(world.person(person))
        for act in (
            lambda: signing_keys.make_key(viewer),
            lambda: signing_keys.trust(viewer, "Mine", "key"),
            lambda: signing_keys.distrust(viewer, "key"),
        ):
            with pytest.raises(NotPermitted):
                act()
