"""Signing in as people do: there is no other way in, for tests either."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp

from tests.page_client import PageClient
from tests.world import Person

CODE_PAGE = "/sign-in/code"


def sign_in_as(client: PageClient, person: Person) -> None:
    """Type the address, the password and, where asked, a code; the client is signed in afterwards."""
    answer = client.submit("/sign-in", email=person.email, password=person.password)
    assert answer.status_code == 302, f"the password of {person.key} was refused"
    if answer.location.endswith(CODE_PAGE):
        answer = _send_code(client, person)
        assert answer.status_code == 302, f"no code of {person.key} was taken"
    assert not answer.location.startswith("/sign-in"), f"{person.key} is not signed in, but sent to {answer.location}"


def _send_code(client: PageClient, person: Person):
    """A code is taken once, and that of the step before or after too: so one person may sign in three times at once."""
    assert person.totp_secret is not None
    shown = pyotp.TOTP(person.totp_secret)
    now = datetime.now(UTC)
    for seconds in (-30, 0, 30):
        answer = client.submit(CODE_PAGE, code=shown.at(now + timedelta(seconds=seconds)))
        if answer.status_code == 302:
            break
    return answer
