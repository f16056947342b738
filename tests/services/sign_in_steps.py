"""The steps of signing in, as services take them, for the tests of those."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.activity import Activity
from portal.services import authenticator, sign_in
from portal.services.passwords import WrongPassword
from tests.world import NOW, PASSWORD

HOME = "198.51.100.7"


def first_step(person, password=PASSWORD, now=NOW, address=HOME):
    """Email address and password."""
    db.session.rollback()  # each request reads anew
    return sign_in.check_password(Viewer.nobody(now), person.email, password, address)


def pending(person, now=NOW):
    """The viewer after the first step."""
    return first_step(person, now=now).viewer


def code_of(person, now=NOW):
    """What their app shows."""
    return pyotp.TOTP(person.totp_secret).at(now)


def signed_in(person, now=NOW):
    """Both steps."""
    return sign_in.check_code(pending(person, now), code_of(person, now), HOME)


def set_up(person, now=NOW):
    """For somebody without an app: the pending viewer, the code that their app now shows, and its key."""
    viewer = pending(person, now)
    key = authenticator.set_up(viewer).key.replace(" ", "")
    return viewer, pyotp.TOTP(key).at(now), key


def refused_words(person_or_email, password=PASSWORD):
    """What is said to somebody whose password is refused."""
    email = getattr(person_or_email, "email", person_or_email)
    db.session.rollback()
    with pytest.raises(WrongPassword) as refused:
        sign_in.check_password(Viewer.nobody(NOW), email, password, HOME)
    return str(refused.value), refused.value.errors


def trail():
    """(verb, partnership, user, subject, its id, outcome) of whatever was logged about sign-ins and people."""
    db.session.rollback()
    rows = db.session.scalars(select(Activity).order_by(Activity.chain_id, Activity.sequence))
    return [
        (row.verb, row.partnership_id, row.user_id, row.subject, row.subject_id, row.outcome)
        for row in rows
        if row.verb.startswith(("session.", "person.", "joining_link.", "refused"))
    ]


def count(table, *conditions):
    """How many rows there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions))
