"""The peer's process: signs in, then does what it is told by lines of JSON and answers how long that took.

Both sides are measured alike: WSGI calls in a process of their own, timed where they are made, with a real session.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Callable
from itertools import cycle
from time import perf_counter
from typing import Any

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from benchmarks.in_process import Answer, InProcess

LISTED = 100
_ATTENDANCES = ("in_person", "video", "telephone")
_LIST = "/admin/django_peer/meeting/"
_INVITATION = "/admin/django_peer/invitation/{}/change/"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Peer:
    """Somebody who has signed in to the admin, as an administrator: who may do everything, and is asked for least."""

    def __init__(self, invitation_ids: list[int]) -> None:
        application = get_wsgi_application()
        self.door = InProcess(application, _sign_in(application))
        self.forms = cycle([_INVITATION.format(number) for number in invitation_ids])
        self.attendances = cycle(_ATTENDANCES)
        self.token = _token(_given(self.door.get(_INVITATION.format(invitation_ids[0]))))

    def list(self) -> None:
        """The page with a hundred meetings."""
        _given(self.door.get(_LIST))

    def shown(self) -> int:
        """How many meetings stand on it."""
        return _given(self.door.get(_LIST)).count('class="field-reference"')

    def save(self) -> None:
        """Set one attendance, the next of some invitations, and see that it is set: "Save and continue editing"."""
        form, attendance = self._send()
        if f'value="{attendance}" selected' not in _given(self.door.get(form)):
            raise RuntimeError(f"{attendance} was not saved")

    def send(self) -> None:
        """The first half of that, which answers with nothing but where to go on."""
        self._send()

    def _send(self) -> tuple[str, str]:
        form, attendance = next(self.forms), next(self.attendances)
        fields = {"csrfmiddlewaretoken": self.token, "attendance": attendance, "_continue": "Save and continue editing"}
        answer = self.door.post(form, fields)
        if (answer.status, answer.location) != (302, form):
            raise RuntimeError(f"saving answered {answer.status} {answer.location}")
        return answer.location, attendance


def _sign_in(application: Any) -> str:
    call_command("migrate", verbosity=0)
    password = secrets.token_urlsafe(16)
    get_user_model().objects.create_superuser("coordinator", "coordinator@example.org", password)
    first = InProcess(application).get("/admin/login/")
    answer = InProcess(application, "; ".join(first.cookies)).post(
        "/admin/login/",
        {"csrfmiddlewaretoken": _token(_given(first)), "username": "coordinator", "password": password},
    )
    if answer.status != 302 or len(answer.cookies) < 2:
        raise RuntimeError(f"signing in answered {answer.status}")
    return "; ".join(answer.cookies)


def _given(answer: Answer) -> str:
    if answer.status != 200:
        raise RuntimeError(f"a page answered {answer.status}")
    return answer.body.decode()


def _token(page: str) -> str:
    found = _TOKEN.search(page)
    if found is None:
        raise RuntimeError("a page has no token")
    return found[1]


def _timed(work: Callable[[], object], calls: int) -> float:
    start = perf_counter()
    for _ in range(calls):
        work()
    return perf_counter() - start


def main() -> None:
    """Serve until the pipe is closed."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.django_peer.settings"
    django.setup()
    peer = Peer(json.loads(os.environ["PEER_INVITATIONS"]))
    _say({"django": django.get_version(), "shown": peer.shown()})
    work = {"list": peer.list, "save": peer.save, "send": peer.send}
    for line in sys.stdin:
        asked = json.loads(line)
        _say({"seconds": _timed(work[asked["work"]], asked["calls"])})


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
