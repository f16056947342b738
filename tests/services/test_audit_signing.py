"""Signing: sent complete, signed in order and once, locked by the last, and opened again without losing anything."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from portal.access.viewer import Hat, Viewer
from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ReturnStatus, SignOffStep
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.sign_off import DECLARATIONS
from portal.domain.vocabulary import Post, Role
from portal.models.audits import AuditReturn, AuditRound, Response, ReturnVersion, SignOff
from portal.models.evidence import Evidence
from portal.models.people import Membership
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.signing import (
    reopen_return,
    sign_return,
    submit_return,
    withdraw_return,
)
from portal.services.audits.signing_page import signing_page
from tests import audits
from tests.services.audit_steps import Asked, asked_now, back, needs, pieces, row, verbs
from tests.services.racing import at_once
from tests.services.signing_steps import SCHOOL, now, signatures
from tests.world import BEFORE

LEAD, HEAD, GOVERNOR = SCHOOL


@pytest.fixture
def person(world, viewer_of):
    """Somebody of A by name."""
    return lambda name: viewer_of(world.person(f"a.{name}"))


@pytest.fixture
def place(world) -> Asked:
    """A school's return, every question answered."""
    found = asked_now(world)
    audits.answered_return(found.round, world.agencies["a.school"])
    return found


@pytest.fixture
def sent(place, person) -> Asked:
    """The same, sent to be signed."""
    submit_return(person("school.lead"), place.id)
    return place


def sign(viewer: Viewer, place: Asked, step: SignOffStep, **more) -> bool:
    return sign_return(viewer, place.id, step=step, version=now(place).version, name=viewer.name, **more)


def sign_all(place: Asked, person) -> None:
    for name, step in (("school.lead", LEAD), ("school.head", HEAD), ("school.governor", GOVERNOR)):
        assert sign(person(name), place, step)


def give_hat(world, key: str, post: Post) -> Viewer:
    """A second membership as signatory, in another post of the same school."""
    somebody = world.person(key)
    with writing() as session:
        extra = Membership(
            partnership_id=world.partnerships["a"],
            user_id=somebody.user_id,
            agency_id=world.agencies["a.school"],
            role=Role.SIGNATORY,
            post=post,
            created_at=BEFORE,
        )
        session.add(extra)
        session.flush()
        number = extra.id
    return Hat(number, world.partnerships["a"], "", Role.SIGNATORY, world.agencies["a.school"], post=post)


def change_post(world, key: str, post: Post | None) -> None:
    with writing() as session:
        session.execute(
            update(Membership).where(Membership.id == world.person(key).hat.membership_id).values(post=post)
        )


class TestSending:
    """From answering to signing."""

    def test_a_complete_return_is_sent_and_logged(self, place, person):
        lead = person("school.lead")
        assert submit_return(lead, place.id)
        assert (now(place).status, now(place).submitted_at) == (ReturnStatus.SUBMITTED, lead.now)
        assert verbs(lead) == ["audit_return.submitted"]

    def test_sent_twice_it_is_one_sending(self, sent, person):
        assert not submit_return(person("school.lead"), sent.id)
        assert verbs(person("school.lead")) == ["audit_return.submitted"]

    def test_what_is_missing_is_named_by_question(self, place, person):
        lead = person("school.lead")
        needs(place, "1.1", evidence=True)
        save_answer(lead, place.id, place.questions["2.1"], row(place, "2.1").version, AnswerText(None, ""))
        with pytest.raises(Invalid) as refused:
            submit_return(lead, place.id)
        assert set(refused.value.errors) == {"1.1", "2.1"}
        assert now(place).status is ReturnStatus.IN_PROGRESS
        shown = signing_page(lead, place.id)
        assert {one.question_id for one in shown.lacking} == {place.questions["1.1"], place.questions["2.1"]}

    def test_last_times_answer_must_be_confirmed_first(self, place, person):
        with writing() as session:
            session.execute(
                update(Response)
                .where(Response.return_id == place.id, Response.question_id == place.questions["1.2"])
                .values(is_confirmed=False, answered_at=None)
            )
        with pytest.raises(Invalid) as refused:
            submit_return(person("school.lead"), place.id)
        assert refused.value.errors == {"1.2": ["Say whether last time’s answer is still true"]}

    def test_only_a_lead_sends_it(self, place, person):
        with pytest.raises(NotPermitted):
            submit_return(person("school.governor"), place.id)
        for name in ("gp.lead", "school.practitioner"):
            with pytest.raises(NotVisible):
                submit_return(person(name), place.id)

    def test_not_in_a_closed_round(self, place, person):
        with writing() as session:
            session.execute(update(AuditRound).where(AuditRound.id == place.round.id).values(closed_at=BEFORE))
        with pytest.raises(NotPermitted):
            submit_return(person("school.lead"), place.id)

    def test_nothing_is_answered_any_more_once_it_is_sent(self, sent, person):
        with pytest.raises(NotPermitted):
            save_answer(person("school.lead"), sent.id, sent.questions["1.1"], 2, AnswerText("red", "Worse."))

    def test_it_is_taken_back_before_anybody_has_signed(self, sent, person):
        lead = person("school.lead")
        assert withdraw_return(lead, sent.id)
        assert not withdraw_return(lead, sent.id)
        assert (now(sent).status, now(sent).submitted_at) == (ReturnStatus.IN_PROGRESS, None)
        assert verbs(lead) == ["audit_return.submitted", "audit_return.withdrawn"]

    def test_after_a_signature_it_is_not_taken_back(self, sent, person):
        sign(person("school.lead"), sent, LEAD)
        with pytest.raises(Conflict, match="has signed"):
            withdraw_return(person("school.lead"), sent.id)


class TestSigning:
    """One signature after the other."""

    def test_in_order_and_the_last_locks_it(self, sent, person):
        sign_all(sent, person)
        assert [step for step, *_ in signatures(sent)] == [LEAD, HEAD, GOVERNOR]
        assert (now(sent).status, now(sent).signed_at) == (ReturnStatus.SIGNED, person("school.lead").now)
        db.session.rollback()
        assert db.session.get_one(ReturnVersion, (sent.id, 1)).signed_at is not None
        assert verbs(person("school.governor")) == ["audit_return.signed", "audit_return.locked"]

    def test_the_name_and_the_words_are_kept_as_they_were_signed(self, sent, person):
        lead = person("school.lead")
        sign_return(lead, sent.id, step=LEAD, version=now(sent).version, name="  Dr  Ann   Lee ")
        row = db.session.get_one(SignOff, (sent.id, 1, LEAD))
        assert (row.name, row.declaration, row.membership_id) == ("Dr Ann Lee", DECLARATIONS[LEAD], lead.membership_id)

    @pytest.mark.parametrize("name", ["", "   ", "x" * 121, "Ann\x00Lee"])
    def test_without_a_name_nothing_is_signed(self, sent, person, name):
        with pytest.raises(Invalid) as refused:
            sign_return(person("school.lead"), sent.id, step=LEAD, version=now(sent).version, name=name)
        assert set(refused.value.errors) == {"name"}
        assert signatures(sent) == []

    @pytest.mark.parametrize(
        ("name", "step"),
        [("school.head", HEAD), ("school.governor", GOVERNOR), ("school.governor", LEAD), ("school.lead", HEAD)],
    )
    def test_out_of_turn_nothing_is_signed(self, sent, person, name, step):
        with pytest.raises(NotPermitted):
            sign(person(name), sent, step)
        assert signatures(sent) == []

    def test_nobody_signs_what_was_changed_since_they_read_it(self, sent, person):
        lead, version = person("school.lead"), now(sent).version
        withdraw_return(lead, sent.id)
        save_answer(lead, sent.id, sent.questions["1.1"], row(sent, "1.1").version, AnswerText("red", "Worse."))
        submit_return(lead, sent.id)
        with pytest.raises(Conflict, match="read it again"):
            sign_return(lead, sent.id, step=LEAD, version=version, name="Ann Lee")
        assert signatures(sent) == []

    def test_signed_twice_it_is_one_signature(self, sent, person):
        assert sign(person("school.lead"), sent, LEAD)
        assert not sign(person("school.lead"), sent, LEAD)
        assert len(signatures(sent)) == 1

    def test_outsiders_and_colleagues_who_cannot_read_it_all_do_not_sign(self, sent, person, world):
        change_post(world, "a.school.practitioner", Post.DESIGNATED_LEAD)
        for name in ("school.practitioner", "police.executive", "gp.lead"):
            with pytest.raises(NotVisible):
                sign(person(name), sent, LEAD)
        with pytest.raises(NotPermitted):
            sign(person("business_manager"), sent, LEAD)

    def test_a_partnership_does_not_sign_for_another(self, sent, world, viewer_of):
        with pytest.raises(NotVisible):
            sign(viewer_of(world.person("b.school.governor")), sent, GOVERNOR)


class TestLeadAndHead:
    """One person who is both."""

    def test_two_memberships_sign_both_in_one_act_each_in_its_own(self, sent, person, world):
        hat = give_hat(world, "a.school.lead", Post.HEAD)
        lead = person("school.lead")
        assert sign(lead, sent, LEAD)
        assert [(step, who) for step, who, _ in signatures(sent)] == [(LEAD, lead.user_id), (HEAD, lead.user_id)]
        assert db.session.get_one(SignOff, (sent.id, 1, LEAD)).membership_id == lead.membership_id
        assert db.session.get_one(SignOff, (sent.id, 1, HEAD)).membership_id == hat.membership_id
        assert now(sent).status is ReturnStatus.SUBMITTED

    def test_a_head_without_another_lead_says_that_they_are_both(self, sent, person, world):
        change_post(world, "a.school.lead", None)
        head = person("school.head")
        assert signing_page(head, sent.id).offer.says_both
        with pytest.raises(Invalid) as refused:
            sign(head, sent, LEAD)
        assert set(refused.value.errors) == {"is_both"}
        assert sign(head, sent, LEAD, says_both=True)
        assert {step for step, *_ in signatures(sent)} == {LEAD, HEAD}

    def test_saying_so_does_not_make_it_so(self, sent, person):
        with pytest.raises(NotPermitted):
            sign(person("school.head"), sent, LEAD, says_both=True)

    def test_the_governor_is_another_person(self, sent, person, world):
        give_hat(world, "a.school.head", Post.GOVERNOR)
        sign(person("school.lead"), sent, LEAD)
        sign(person("school.head"), sent, HEAD)
        assert signing_page(person("school.head"), sent.id).must_be_another
        with pytest.raises(NotPermitted):
            sign(person("school.head"), sent, GOVERNOR)
        assert sign(person("school.governor"), sent, GOVERNOR)


class TestRaces:
    """At the same moment."""

    def test_a_double_submit_is_one_signature(self, app, sent, person):
        lead, version = person("school.lead"), now(sent).version
        call = lambda: sign_return(lead, sent.id, step=LEAD, version=version, name="Ann Lee")  # noqa: E731
        assert sorted(map(str, at_once(app, call, call, call))) == ["False", "False", "True"]
        assert len(signatures(sent)) == 1

    def test_of_two_heads_one_signs_and_the_other_is_told(self, app, sent, person, world, viewer_of):
        give_hat(world, "a.school.governor", Post.HEAD)
        sign(person("school.lead"), sent, LEAD)
        version = now(sent).version
        heads = person("school.head"), person("school.governor")
        done = at_once(
            app,
            *(lambda one=one: sign_return(one, sent.id, step=HEAD, version=version, name=one.name) for one in heads),
        )
        assert done.count(True) == 1
        lost = next(one for one in done if one is not True)
        assert isinstance(lost, Conflict)
        assert "signed this meanwhile" in str(lost)
        assert len(signatures(sent)) == 2

    def test_taking_back_and_signing_at_once_never_sign_what_is_open(self, app, sent, person):
        lead, version = person("school.lead"), now(sent).version
        done = at_once(
            app,
            lambda: withdraw_return(lead, sent.id),
            lambda: sign_return(lead, sent.id, step=LEAD, version=version, name="Ann Lee"),
        )
        signed, status = signatures(sent), now(sent).status
        assert sum(one is True for one in done) == 1
        assert isinstance(next(one for one in done if one is not True), Conflict)
        assert (len(signed), status) in {(0, ReturnStatus.IN_PROGRESS), (1, ReturnStatus.SUBMITTED)}

    def test_an_answer_saved_while_it_is_sent_is_in_it_or_refused(self, app, place, person):
        lead, version = person("school.lead"), row(place, "1.1").version
        saved, sent = at_once(
            app,
            lambda: save_answer(lead, place.id, place.questions["1.1"], version, AnswerText("red", "Worse.")),
            lambda: submit_return(lead, place.id),
        )
        assert sent is True
        assert (row(place, "1.1").rating == "red") is not isinstance(saved, NotPermitted)

    def test_opened_again_twice_it_is_one_new_version(self, app, sent, person):
        sign_all(sent, person)
        calls = [lambda one=one: reopen_return(one, sent.id, "A slip.") for one in map(person, ["school.lead"] * 3)]
        assert sorted(map(str, at_once(app, *calls))) == ["False", "False", "True"]
        assert now(sent).number == 2
        assert db.session.scalar(select(func.count()).where(Response.return_id == sent.id)) == 12


class TestOpeningAgain:
    """A new version beside the signed one."""

    @pytest.mark.parametrize("name", ["school.lead", "business_manager"])
    def test_the_new_version_has_the_same_answers_and_evidence(self, sent, person, world, name):
        back(row(sent, "1.1").id, world.person("a.school.lead").user_id)
        old = {code: row(sent, code) for code in sent.questions}
        sign_all(sent, person)
        assert reopen_return(person(name), sent.id, " The training was wrong. ")
        found = now(sent)
        assert (found.status, found.number, found.signed_at) == (ReturnStatus.IN_PROGRESS, 2, None)
        for code, before in old.items():
            after = row(sent, code)
            assert after.id != before.id
            same = ("rating", "narrative", "is_confirmed", "answered_at", "answered_by_id", "carried_from_id")
            assert [getattr(after, one) for one in same] == [getattr(before, one) for one in same], code
        copies = pieces(sent, "1.1")
        assert [(one.title, one.url) for one in copies] == [
            ("Safeguarding policy", "https://school.example.org/policy")
        ]
        version = db.session.get_one(ReturnVersion, (sent.id, 2))
        assert (version.reason, version.opened_by_id) == ("The training was wrong.", person(name).user_id)

    def test_the_signed_version_stays_as_it_is(self, sent, person, world):
        back(row(sent, "1.1").id, world.person("a.school.lead").user_id)
        lead, old = person("school.lead"), row(sent, "1.1").id
        sign_all(sent, person)
        before = signatures(sent)
        reopen_return(lead, sent.id, "A slip.")
        save_answer(lead, sent.id, sent.questions["1.1"], row(sent, "1.1").version, AnswerText("red", "Worse."))
        db.session.rollback()
        kept = db.session.get_one(Response, old)
        assert (kept.rating, kept.narrative) == ("green", "We do this.")
        assert db.session.scalar(select(func.count()).where(Evidence.response_id == old)) == 1
        assert signatures(sent) == before
        assert db.session.get_one(ReturnVersion, (sent.id, 1)).signed_at is not None

    def test_it_is_signed_anew_by_all(self, sent, person):
        sign_all(sent, person)
        reopen_return(person("school.lead"), sent.id, "A slip.")
        submit_return(person("school.lead"), sent.id)
        sign_all(sent, person)
        assert [step for step, *_ in signatures(sent, 2)] == [LEAD, HEAD, GOVERNOR]
        assert now(sent).status is ReturnStatus.SIGNED

    def test_a_return_that_somebody_refuses_to_sign_is_opened_again_too(self, sent, person):
        sign(person("school.lead"), sent, LEAD)
        assert reopen_return(person("school.lead"), sent.id, "The head asked for a change.")
        assert signatures(sent) != []
        assert db.session.get_one(ReturnVersion, (sent.id, 1)).signed_at is None

    def test_what_the_panel_released_is_read_anew(self, world, person):
        found = asked_now(world)
        audits.signed_return(found.round, world.agencies["a.school"], status=ReturnStatus.MODERATED)
        with writing() as session:
            session.execute(update(AuditReturn).where(AuditReturn.id == found.id).values(released_at=BEFORE))
        assert reopen_return(person("business_manager"), found.id, "New evidence.")
        row = now(found)
        assert (row.status, row.moderated_at, row.released_at) == (ReturnStatus.IN_PROGRESS, None, None)

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
    def test_it_needs_a_reason(self, sent, person, reason):
        sign_all(sent, person)
        with pytest.raises(Invalid) as refused:
            reopen_return(person("school.lead"), sent.id, reason)
        assert set(refused.value.errors) == {"reason"}

    @pytest.mark.parametrize("name", ["school.head", "school.governor", "board", "scrutineer"])
    def test_others_do_not_open_it(self, sent, person, name):
        sign_all(sent, person)
        with pytest.raises(NotPermitted):
            reopen_return(person(name), sent.id, "A slip.")

    def test_not_before_anybody_has_signed_nor_in_a_closed_round(self, sent, person):
        with pytest.raises(NotPermitted):
            reopen_return(person("school.lead"), sent.id, "A slip.")
        sign_all(sent, person)
        with writing() as session:
            session.execute(update(AuditRound).where(AuditRound.id == sent.round.id).values(closed_at=BEFORE))
        with pytest.raises(NotPermitted):
            reopen_return(person("business_manager"), sent.id, "A slip.")

    def test_it_is_logged(self, sent, person):
        sign_all(sent, person)
        manager = person("business_manager")
        reopen_return(manager, sent.id, "A slip.")
        assert verbs(manager) == ["audit_return.reopened"]


class TestThePage:
    """What it shows to whom."""

    def test_it_says_who_is_next_and_offers_each_their_own(self, sent, person):
        shown = signing_page(person("school.lead"), sent.id)
        assert shown.offer.steps == (LEAD,)
        assert [(one.step, one.is_next) for one in shown.steps] == [(LEAD, True), (HEAD, False), (GOVERNOR, False)]
        assert signing_page(person("school.governor"), sent.id).offer.steps == ()
        sign(person("school.lead"), sent, LEAD)
        assert signing_page(person("school.head"), sent.id).offer.steps == (HEAD,)

    def test_outside_the_agency_nobody_waits_by_name(self, sent, person):
        shown = signing_page(person("board"), sent.id)
        assert [one.people for one in shown.steps] == [(), (), ()]
        assert not any((shown.may_submit, shown.may_withdraw, shown.may_reopen, shown.to_invite))

    def test_a_colleague_who_holds_the_post_but_cannot_read_it_all_is_named(self, sent, person, world):
        change_post(world, "a.school.practitioner", Post.GOVERNOR)
        steps = signing_page(person("school.lead"), sent.id).steps
        assert steps[2].cannot_read == (world.person("a.school.practitioner").name,)

    def test_the_reason_is_not_for_the_whole_board(self, sent, person):
        sign_all(sent, person)
        reopen_return(person("school.lead"), sent.id, "ZQ-REASON-QZ")
        submit_return(person("school.lead"), sent.id)
        sign_all(sent, person)
        assert signing_page(person("school.governor"), sent.id).versions[0].reason == "ZQ-REASON-QZ"
        assert signing_page(person("business_manager"), sent.id).versions[0].reason == "ZQ-REASON-QZ"
        assert {one.reason for one in signing_page(person("board"), sent.id).versions} == {""}

    def test_queries_do_not_grow_with_versions(self, sent, person, count_queries):
        lead = person("school.lead")
        sign_all(sent, person)
        with count_queries() as first:
            signing_page(lead, sent.id)
        reopen_return(lead, sent.id, "A slip.")
        submit_return(lead, sent.id)
        sign_all(sent, person)
        with count_queries() as second:
            signing_page(lead, sent.id)
        assert len(second) <= len(first)
