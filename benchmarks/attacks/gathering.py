"""What there is to attack as one account: every address and form that its pages lead to, once for each parameter."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from benchmarks.attacks.demonstration import Browser
from tests.page_client import form_values

LEFT_OUT = ("/sign-out", "/static/", "/account/password", "/account/recovery-codes", "/account/sessions")
"""What would end the sign-in that the attack needs."""

TOKEN = "csrf_token"
_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")
_DIGITS = re.compile(r"\d+")
_PER_SHAPE = 2
"""So many pages of one shape are read for links: a list's pages are alike."""


Parameter = tuple[str, str, str]
"""Method, path with its numbers taken out, and the name: a field's, or #1 for the first number in the path.

Names that differ by a number alone, such as those of a report's questions, are one parameter: one place reads them.
"""


@dataclass(frozen=True)
class Target:
    """One request whose parameters are to be attacked: numbers in its path, its question, its form's fields."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = field(default=())

    @property
    def parameters(self) -> list[Parameter]:
        """Each place to put something into, once."""
        numbers = [f"#{number}" for number in range(1, len(_NUMBER.findall(self.path)) + 1)]
        named = [name for name, _text in (*self.query, *self.fields) if name != TOKEN]
        return list(dict.fromkeys(self.parameter(name) for name in (*numbers, *named)))

    def parameter(self, name: str) -> Parameter:
        return (self.method, _NUMBER.sub("#", self.path), name if name[0] == "#" else _DIGITS.sub("#", name))

    def marked(self, wanted: Collection[Parameter], host: str, cookie: str) -> str:
        """The request as text, a star after each place that is to be attacked; of several alike after the first."""
        left = set(wanted)

        def star(name: str) -> str:
            parameter = self.parameter(name)
            if parameter not in left:
                return ""
            left.remove(parameter)
            return "*"

        order = count(1)
        path = _NUMBER.sub(lambda found: f"{found[0]}{star(f'#{next(order)}')}", self.path)
        question = "&".join(f"{quote(name)}={quote(text)}{star(name)}" for name, text in self.query)
        body = "&".join(f"{quote(name)}={quote(text, safe='')}{star(name)}" for name, text in self.fields)
        lines = [
            f"{self.method} {path}{'?' if question else ''}{question} HTTP/1.1",
            f"Host: {host}",
            f"Cookie: {cookie}",
        ]
        if self.method == "POST":
            lines.append("Content-Type: application/x-www-form-urlencoded")
        return "\r\n".join([*lines, "", body])


def gather(browser: Browser, most_pages: int) -> list[Target]:
    """Read pages from the first one on, and give the requests that have a parameter which none before them has."""
    waiting, known, read = deque(["/"]), {"/"}, dict[str, int]()
    met: set[Parameter] = set()
    found: list[Target] = []
    while waiting and sum(read.values()) < most_pages:
        address = waiting.popleft()
        shape = _NUMBER.sub("#", urlsplit(address).path) + "?" * bool(urlsplit(address).query)
        if read.get(shape, 0) >= _PER_SHAPE:
            continue
        status, body, _place = browser.open(address)
        if status != 200 or "<html" not in body[:200]:
            continue
        read[shape] = read.get(shape, 0) + 1
        page = BeautifulSoup(body, "html.parser")
        for target in targets_of(page, address):
            if not met.issuperset(target.parameters):
                met.update(target.parameters)
                found.append(target)
            if target.method == "GET":
                link = target.path + (f"?{urlencode(target.query)}" if target.query else "")
                if link not in known:
                    known.add(link)
                    waiting.append(link)
    return found


def targets_of(page: BeautifulSoup, address: str) -> Iterator[Target]:
    """The links and forms of one page."""
    for link in page.find_all("a", href=True):
        place = urlsplit(urljoin(f"http://here{address}", str(link["href"])))
        if place.netloc == "here" and not place.path.startswith(LEFT_OUT):
            yield Target("GET", place.path, tuple(parse_qsl(place.query, keep_blank_values=True)))
    for form in page.find_all("form"):
        yield from _of_form(form, address)


def _of_form(form: Tag, address: str) -> Iterator[Target]:
    place = urlsplit(urljoin(f"http://here{address}", str(form.get("action") or address)))
    if place.netloc != "here" or place.path.startswith(LEFT_OUT):
        return
    fields = tuple(
        (name, str(text))
        for name, texts in {**_not_chosen(form), **form_values(form)}.items()
        for text in (texts if isinstance(texts, list) else [texts])
    )
    query = tuple(parse_qsl(place.query, keep_blank_values=True))
    if str(form.get("method", "get")).lower() == "post":
        yield Target("POST", place.path, query, fields)
    else:
        yield Target("GET", place.path, fields)


def _not_chosen(form: Tag) -> dict[str, str]:
    """The first choice of each question that has no answer yet: whoever attacks answers it."""
    choices: dict[str, str] = {}
    for box in form.find_all("input", type=["radio", "checkbox"]):
        if box.get("name") and not box.has_attr("disabled"):
            choices.setdefault(str(box["name"]), str(box.get("value", "on")))
    return choices
