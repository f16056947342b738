"""What there is to attack as one account: every address and form that its pages lead to, one of each shape."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from benchmarks.attacks.demonstration import Browser
from tests.page_client import form_values

LEFT_OUT = ("/sign-out", "/static/", "/account/password", "/account/recovery-codes", "/account/sessions")
"""What would end the sign-in that the attack needs."""

TOKEN = "csrf_token"
_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")
_PER_SHAPE = 2
"""So many pages of one shape are read for links: a list's pages are alike."""


Shape = tuple[str, str, frozenset[str], frozenset[str]]
"""Method, path with its numbers taken out, the names in its question and in its form."""


def shape_from(words: list[Any]) -> Shape:
    """A shape as it was noted."""
    method, path, query, fields = words
    return (method, path, frozenset(query), frozenset(fields))


@dataclass(frozen=True)
class Target:
    """One request whose parameters are to be attacked: numbers in its path, its question, its form's fields."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = field(default=())

    @property
    def shape(self) -> Shape:
        """What it has in common with others like it."""
        return shape_from(self.shape_words)

    @property
    def shape_words(self) -> list[Any]:
        """The same, to be noted."""
        names = (sorted({name for name, _text in pairs}) for pairs in (self.query, self.fields))
        return [self.method, _NUMBER.sub("#", self.path), *names]

    @property
    def parameters(self) -> int:
        """How many places there are to put something into."""
        fields = sum(name != TOKEN for name, _text in self.fields)
        return len(_NUMBER.findall(self.path)) + len(self.query) + fields

    def marked(self, host: str, cookie: str) -> str:
        """The request as text, a star after whatever is to be attacked."""
        path = _NUMBER.sub(lambda found: f"{found[0]}*", self.path)
        question = "&".join(f"{quote(name)}={quote(text)}*" for name, text in self.query)
        body = "&".join(
            f"{quote(name)}={quote(text, safe='')}{'' if name == TOKEN else '*'}" for name, text in self.fields
        )
        lines = [
            f"{self.method} {path}{'?' if question else ''}{question} HTTP/1.1",
            f"Host: {host}",
            f"Cookie: {cookie}",
        ]
        if self.method == "POST":
            lines.append("Content-Type: application/x-www-form-urlencoded")
        return "\r\n".join([*lines, "", body])


def gather(browser: Browser, most_pages: int) -> list[Target]:
    """Read pages from the first one on, and give one target of each shape that has a parameter."""
    waiting, known, read = deque(["/"]), {"/"}, dict[str, int]()
    found: dict[object, Target] = {}
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
            found.setdefault(target.shape, target)
            if target.method == "GET":
                link = target.path + (f"?{urlencode(target.query)}" if target.query else "")
                if link not in known:
                    known.add(link)
                    waiting.append(link)
    return [target for target in found.values() if target.parameters]


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
        for name, texts in form_values(form).items()
        for text in (texts if isinstance(texts, list) else [texts])
    )
    query = tuple(parse_qsl(place.query, keep_blank_values=True))
    if str(form.get("method", "get")).lower() == "post":
        yield Target("POST", place.path, query, fields)
    else:
        yield Target("GET", place.path, fields)
