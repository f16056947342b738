"""What was sent after a sign-in had ended: kept for whom, how long, and never a secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.database.session import db
from portal.domain.report_answers import seen
from portal.domain.signing_in import SessionEnd
from portal.services import kept_forms
from portal.services.sessions import Ended
from tests.world import NOW, viewer_of

PATH = "/meetings/12/report"
TYPED = [("strengths", "The grandmother helps."), ("worries", "Two missed appointments."), ("version", "3")]
DAY = timedelta(days=1)


def ended(person, reason=SessionEnd.IDLE, was_complete=True):
    return Ended(person.user_id, person.hat.membership_id, reason, was_complete, tuple(person.hats))


def take(person, path=PATH, now=NOW):
    db.session.rollback()
    return kept_forms.take(viewer_of(person, now), path)


def test_what_was_typed_comes_back_whole(database, gp):
    fields = [*TYPED, ("with", "police"), ("with", "school"), ("empty", ""), ("words", "naïve ☂ \r\n <b>")]
    assert kept_forms.keep(ended(gp), PATH, fields, NOW)
    kept = take(gp)
    assert list(kept) == ["strengths", "worries", "version", "with", "empty", "words"]
    assert [(name, text) for name in kept for text in kept.getlist(name)] == fields
    assert kept["with"] == "police"
    assert kept.getlist("without") == []


def test_a_question_is_kept_whatever_an_area_calls_it(database, gp):
    asked = [("seen-postcode", "0"), ("postcode", "AB1 2CD"), ("seen-code_day", "0"), ("code_day-month", "May")]
    assert kept_forms.keep(ended(gp), PATH, [*asked, ("code", "123456"), ("csrf_token", "x")], NOW)
    assert dict(take(gp)) == dict(asked)


def test_it_comes_back_until_the_form_is_sent(database, gp):
    kept_forms.keep(ended(gp), PATH, TYPED, NOW)
    assert take(gp) == take(gp) is not None
    kept_forms.drop(viewer_of(gp), "/meetings/12")
    assert take(gp) is not None
    kept_forms.drop(viewer_of(gp), PATH)
    assert take(gp) is None


def asked(**answers: str) -> list[tuple[str, str]]:
    """Questions as a page sends them that had shown nothing in any."""
    return [pair for code, text in answers.items() for pair in ((f"seen-{code}", str(seen(""))), (code, text))]


def test_what_a_script_sends_later_takes_no_other_question_with_it(database, gp):
    kept_forms.keep(ended(gp), PATH, asked(worries="A burn.", strengths="None."), NOW)
    kept_forms.keep(ended(gp), PATH, asked(worries="Two burns."), NOW, is_part=True)
    assert dict(take(gp)) == dict(asked(worries="Two burns.", strengths="None."))
    kept_forms.keep(ended(gp), PATH, asked(worries="Three burns."), NOW)
    assert dict(take(gp)) == dict(asked(worries="Three burns.")), "a whole form is all there is"


def test_a_question_that_a_script_saved_goes_and_the_others_stay(database, gp):
    kept_forms.keep(ended(gp), PATH, [*asked(worries="A burn.", strengths="None."), ("with", "police")], NOW)
    kept_forms.drop(viewer_of(gp), PATH, only=["worries"])
    assert dict(take(gp)) == {**dict(asked(strengths="None.")), "with": "police"}
    kept_forms.drop(viewer_of(gp), PATH, only=[])
    assert take(gp) is not None
    kept_forms.drop(viewer_of(gp), PATH, only=["strengths"])
    assert take(gp) is None, "no question is left"
    kept_forms.drop(viewer_of(gp), PATH, only=["strengths"])


def test_a_question_that_was_left_as_it_was_found_is_not_kept(database, gp):
    untouched = [("seen-worries", str(seen("Hers.\nStill."))), ("worries", "Hers.\r\nStill.")]
    kept_forms.keep(ended(gp), PATH, [*untouched, *asked(strengths="None.", needs="")], NOW)
    assert dict(take(gp)) == dict(asked(strengths="None."))
    emptied = [("seen-worries", str(seen("Hers."))), ("worries", "")]
    kept_forms.keep(ended(gp), PATH, emptied, NOW)
    assert dict(take(gp)) == dict(emptied), "what was wiped out was typed too"


def test_nobody_else_gets_it_or_drops_it(database, gp, world):
    kept_forms.keep(ended(gp), PATH, TYPED, NOW)
    for key in ("a.gp.lead", "a.administrator", "b.gp.practitioner"):
        assert take(world.person(key)) is None
        kept_forms.drop(viewer_of(world.person(key)), PATH)
    assert take(gp) is not None


def test_it_comes_back_on_its_own_page_only(database, gp):
    kept_forms.keep(ended(gp), PATH, TYPED, NOW)
    for path in ("/meetings/12", "/meetings/12/report/", "/meetings/13/report", "/MEETINGS/12/report"):
        assert take(gp, path) is None


def test_it_is_kept_for_a_day(database, gp):
    kept_forms.keep(ended(gp), PATH, TYPED, NOW)
    assert take(gp, now=NOW + DAY - timedelta(seconds=1)) is not None
    assert take(gp, now=NOW + DAY) is None


def test_what_is_older_than_a_day_is_dropped_whoevers_it_is(database, gp, world):
    kept_forms.keep(ended(gp), PATH, TYPED, NOW)
    kept_forms.keep(ended(world.person("a.chair")), PATH, TYPED, NOW + DAY)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept_forms").scalar() == 1


def test_the_worker_deletes_what_is_older_than_a_day(database, gp):
    kept_forms.keep(ended(gp), PATH, TYPED, NOW)
    assert kept_forms.forget_old(NOW + DAY - timedelta(seconds=1)) == 0
    assert kept_forms.forget_old(NOW + DAY) == 1
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept_forms").scalar() == 0


@pytest.mark.parametrize("letter", ["a", "b"])
def test_whoever_no_longer_works_where_they_typed_it_does_not_get_it(database, world, letter):
    both = world.person("both")
    typed_as = next(hat for hat in both.hats if hat.partnership_id == world.partnerships[letter])
    other = next(hat for hat in both.hats if hat != typed_as)
    # By the hat that the page was drawn for, whatever was worn last.
    before = Ended(both.user_id, other.membership_id, SessionEnd.IDLE, True, tuple(both.hats))
    assert kept_forms.keep(before, PATH, [*TYPED, (kept_forms.HAT, str(typed_as.membership_id))], NOW)
    db.session.rollback()
    assert kept_forms.take(replace(viewer_of(both), hat=other), PATH)["worries"] == "Two missed appointments."
    left = replace(viewer_of(both), hat=other, hats=(other,))
    assert kept_forms.take(left, PATH) is None
    nowhere = replace(before, hats=())
    assert not kept_forms.keep(nowhere, PATH, TYPED, NOW)


@pytest.mark.parametrize(
    "name", ["password", "new_password", "code", "csrf_token", "token", "totp_secret", "PASSWORD", "Recovery-Code"]
)
def test_secrets_are_never_kept(database, gp, name):
    kept_forms.keep(ended(gp), PATH, [*TYPED, (name, "quarry lantern")], NOW)
    assert name not in take(gp)
    with db.engine.connect() as connection:
        assert b"quarry" not in bytes(connection.exec_driver_sql("SELECT content FROM kept_forms").scalar())


def test_it_is_stored_encrypted(database, gp):
    kept_forms.keep(ended(gp), PATH, TYPED, NOW)
    with db.engine.connect() as connection:
        assert b"grandmother" not in bytes(connection.exec_driver_sql("SELECT content FROM kept_forms").scalar())


def test_the_hat_is_kept_beside_the_form(database, gp):
    kept_forms.keep(ended(gp), PATH, [*TYPED, ("working_as", "41")], NOW)
    assert "working_as" not in take(gp)
    assert kept_forms.hat_of(viewer_of(gp), PATH) == 41
    assert kept_forms.hat_of(viewer_of(gp), "/elsewhere") is None


@pytest.mark.parametrize("posted", ["", "x", "-1", "٣", "9" * 30])
def test_a_hat_that_is_no_number_is_no_hat(database, gp, posted):
    kept_forms.keep(ended(gp), PATH, [*TYPED, ("working_as", posted)], NOW)
    assert kept_forms.hat_of(viewer_of(gp), PATH) is None


def test_the_latest_for_a_page_replaces_the_one_before(database, gp):
    kept_forms.keep(ended(gp), PATH, [("strengths", "first")], NOW)
    kept_forms.keep(ended(gp), PATH, [("strengths", "second")], NOW)
    assert take(gp)["strengths"] == "second"
    kept_forms.drop(viewer_of(gp), PATH)
    assert take(gp) is None


def test_the_latest_five_of_a_person_are_kept(database, gp, world):
    other = world.person("a.chair")
    kept_forms.keep(ended(other), PATH, TYPED, NOW)
    for number in range(7):
        kept_forms.keep(ended(gp), f"/meetings/{number}/report", TYPED, NOW)
    assert [number for number in range(7) if take(gp, f"/meetings/{number}/report")] == [2, 3, 4, 5, 6]
    assert take(other) is not None


@pytest.mark.parametrize("reason", [SessionEnd.SIGNED_OUT, SessionEnd.PASSWORD_CHANGED])
def test_an_old_cookie_of_somebody_who_left_on_purpose_puts_nothing_into_their_forms(database, gp, reason):
    assert not kept_forms.keep(ended(gp, reason), PATH, TYPED, NOW)
    assert take(gp) is None


@pytest.mark.parametrize("reason", [SessionEnd.IDLE, SessionEnd.TOO_LONG, SessionEnd.ACCESS_CHANGED])
def test_whoever_was_signed_out_without_wanting_it_loses_nothing(database, gp, reason):
    assert kept_forms.keep(ended(gp, reason), PATH, TYPED, NOW)


def test_a_sign_in_without_its_second_step_keeps_nothing(database, gp):
    assert not kept_forms.keep(ended(gp, was_complete=False), PATH, TYPED, NOW)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (PATH, []),
        (PATH, [("csrf_token", "x")]),
        ("/" + "x" * 300, TYPED),
        (PATH, [("strengths", "x" * 500_001)]),
    ],
)
def test_nothing_and_far_too_much_is_not_kept(database, gp, path, fields):
    assert not kept_forms.keep(ended(gp), path, fields, NOW)
