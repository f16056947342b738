"""What tests of passkeys do again and again: fetch a challenge as the script does, and send what a device answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
from sqlalchemy import select

from portal.database.session import db
from portal.models.activity import Activity
from tests.pages.sign_in_steps import type_password
from tests.signing_in import CODE_PAGE

LIST = "/account/passkeys"
NEW = "/account/passkeys/new"
SIGN_IN = "/sign-in/passkey"
PROVE = "/account/prove"
SCRIPT = {"Accept": "application/json", "X-Requested-With": "fetch"}


def sign_in_by_code(client, person):
    """By the pages, which write down how and in which browser. A code is taken once: thus three times at once."""
    assert type_password(client, person).location == CODE_PAGE
    shown, now = pyotp.TOTP(person.totp_secret), datetime.now(UTC)
    codes = [shown.at(now + timedelta(seconds=seconds)) for seconds in (-30, 0, 30)]
    assert any(client.submit(CODE_PAGE, code=code).status_code == 302 for code in codes)


def token(client, page="/sign-in"):
    """The forms' token of a page."""
    return client.get(page).page.find("input", attrs={"name": "csrf_token"})["value"]


def challenge(client, address=f"{SIGN_IN}/challenge", page="/sign-in"):
    """What the portal asks a browser."""
    answer = client.post(address, data={"csrf_token": token(client, page)}, headers=SCRIPT)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def add(client, device, name="Work laptop", **lies):
    """Make a passkey and have it kept; gives the answer."""
    options = challenge(client, f"{LIST}/challenge", LIST if client.get(NEW).status_code != 200 else NEW)
    data = {"csrf_token": token(client, NEW), "name": name, "credential": device.make(options, **lies)}
    return client.post(NEW, data=data)


def send(client, answer, address=SIGN_IN, page="/sign-in"):
    """Send what a device answered."""
    return client.post(address, data={"csrf_token": token(client, page), "credential": answer})


def sign_in_with(client, device, **lies):
    """Sign in by a passkey alone."""
    return send(client, device.sign(challenge(client), **lies))


def second_step_with(client, person, device, **lies):
    """Type the password, then use a passkey instead of the code."""
    assert type_password(client, person).location.endswith(CODE_PAGE)
    options = challenge(client, page=CODE_PAGE)
    return send(client, device.sign(options, **lies), page=CODE_PAGE)


def prove_with(client, device, address=PROVE, **lies):
    """Show once more that it is you by a passkey; `address` is that of the page that asks."""
    options = challenge(client, f"{PROVE}/challenge", address)
    query = address.partition("?")[2]
    return send(client, device.sign(options, **lies), f"{PROVE}/passkey?{query}", address)


def verbs(user_id=None):
    """What the trail says was done, in its order; of one person where they are named."""
    db.session.rollback()
    rows = select(Activity.verb).order_by(Activity.at, Activity.sequence)
    return list(db.session.scalars(rows if user_id is None else rows.where(Activity.user_id == user_id)))
