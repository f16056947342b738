"""What every answer of the portal must be, whichever test asked for it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag
from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from portal.config import ROOT
from portal.domain.feedback_vocabulary import Language

TITLE_ENDS = " – Safeguarding partnership portal"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "style-src 'self'")
_FINGERPRINT = re.compile(r"\.[0-9a-f]{12}(?=\.[a-z]+$)")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TYPED_IN = ("text", "email", "password", "search", "tel", "number", "radio", "checkbox", "date", "url", "file")
_SLIPS = re.compile(r"\bNone\b(?= ?(<|$))|\{\{|\{%|<(bound )?method |datetime\.|Undefined|<[A-Z]\w+\.[A-Z_]+:")


SECRET = ("/return/", "/f/")
"""Addresses that open something by themselves."""

SPOKEN = "/f/"
"""Addresses of pages in several languages; each says which it is in, and from which side it is read."""

SPOKEN_THERE = {language.value: language.direction for language in Language}

LEADS_TO_PROVIDERS = re.compile(r"/(sign-in|join/[^/]+)/with/\w+|/account/prove/at-provider")
"""Where one leaves for a provider of single sign-on, and nowhere else."""

PROVIDERS = "http://127.0.0.1:"
"""Those of the tests."""

STRICTER = {"Referrer-Policy": "no-referrer"}


def check_response(app: Flask, response: TestResponse) -> None:
    """Headers, and where a redirect leads."""
    where = f"{response.request.method} {response.request.path} ({response.status_code})"
    secret = STRICTER if response.request.path.startswith(SECRET) else {}
    for name, value in (HEADERS | secret).items():
        assert response.headers.get(name) == value, f"{where}: {name} is {response.headers.get(name)!r}"
    policy = response.headers.get("Content-Security-Policy", "")
    for part in POLICY:
        assert part in policy, f"{where}: the Content-Security-Policy lacks {part}"
    assert "unsafe" not in policy, f"{where}: the Content-Security-Policy says unsafe"
    if not response.request.path.startswith("/static/"):
        # A chart may be kept by a browser that asks each time whether it still stands.
        wanted = (
            "private, no-cache" if response.mimetype == "image/svg+xml" or response.status_code == 304 else "no-store"
        )
        assert response.headers.get("Cache-Control") == wanted, f"{where}: may be kept by a cache"
    if response.status_code in (301, 302, 303, 307, 308):
        location = response.headers["Location"]
        if LEADS_TO_PROVIDERS.fullmatch(response.request.path) and location.startswith(PROVIDERS):
            return
        parts = urlsplit(urljoin("http://localhost", location))
        assert parts.netloc == "localhost", f"{where}: leads away from the portal, to {location}"
        assert resolves(app, parts.path, "GET"), f"{where}: leads to {location}, where nothing is"


def check_page(app: Flask, page: BeautifulSoup, response: TestResponse) -> None:
    """Everything about the HTML that can be said without knowing the page; all faults at once."""
    # Gone through once: to let the parser search for each check took half of a page's test.
    tags = [part for part in page.descendants if isinstance(part, Tag)]
    faults = [
        *_frame_faults(page, tags, response.request.path),
        *_id_faults(tags),
        *_field_faults(tags),
        *_form_faults(tags),
        *_script_faults(tags, response),
        *_link_faults(app, tags, response.request.path),
        *_text_faults(page),
    ]
    where = f"{response.request.method} {response.request.path} ({response.status_code})"
    assert not faults, f"{where}:\n  " + "\n  ".join(faults)


def _named(tags: list[Tag], *names: str) -> list[Tag]:
    return [tag for tag in tags if tag.name in names]


def _having(tags: list[Tag], attribute: str) -> list[Tag]:
    return [tag for tag in tags if attribute in tag.attrs]


def resolves(app: Flask, path: str, method: str) -> bool:
    """Whether an address of the portal leads anywhere by this method."""
    if path.startswith("/static/"):
        return (ROOT / "static" / _FINGERPRINT.sub("", path.removeprefix("/static/"))).is_file()
    try:
        app.url_map.bind("localhost").match(path, method=method)
    except (MethodNotAllowed, RequestRedirect):
        return method == "GET"
    except HTTPException:
        return False
    return True


def _frame_faults(page: BeautifulSoup, tags: list[Tag], path: str) -> list[str]:
    faults = [*_language_faults(page, path), *_title_faults(page, tags)]
    headings = _named(tags, "h1")
    if len(headings) != 1:
        faults.append(f"{len(headings)} h1")
    elif not headings[0].get_text(strip=True):
        faults.append("the h1 is empty")
    if len(_named(tags, "main")) != 1:
        faults.append("not exactly one main")
    levels = [int(heading.name[1]) for heading in _named(tags, *_HEADINGS)]
    for before, after in pairwise(levels):
        # An error summary's h2 stands before the h1, as GOV.UK has it.
        if after > before + 1:
            faults.append(f"h{after} follows h{before}")
    return faults


def _language_faults(page: BeautifulSoup, path: str) -> list[str]:
    language = _language(page)
    if not path.startswith(SPOKEN):
        return [] if language == "en" else ["html has no lang=en"]
    if language not in SPOKEN_THERE:
        return [f"html has lang={language!r}"]
    # Error pages are in English, in the frame of all others.
    side = page.html.get("dir") if page.html is not None else None
    return [] if side in (None, SPOKEN_THERE[language]) else ["html does not say from which side it is read"]


def _title_faults(page: BeautifulSoup, tags: list[Tag]) -> list[str]:
    title = page.title.get_text() if page.title else ""
    if _language(page) != "en":
        return [] if all(part.strip() for part in title.partition(" – ")) else [f"title is {title!r}"]
    faults = []
    if not title.endswith(TITLE_ENDS) or not title.removesuffix(TITLE_ENDS).strip():
        faults.append(f"title is {title!r}")
    has_errors = any("govuk-error-summary" in tag.get_attribute_list("class") for tag in _having(tags, "class"))
    if has_errors and not title.startswith("Error: "):
        faults.append(f"the title of a page with errors is {title!r}, not Error: …")
    return faults


def _language(page: BeautifulSoup) -> str:
    return str(page.html.get("lang")) if page.html is not None else ""


def _id_faults(tags: list[Tag]) -> list[str]:
    known = Counter(str(tag["id"]) for tag in _having(tags, "id"))
    faults = [f"id {name!r} stands {times} times" for name, times in sorted(known.items()) if times > 1]
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "headers", "list"):
        for tag in _having(tags, attribute):
            value = tag[attribute]
            wanted = value if isinstance(value, list) else str(value).split()
            faults += [f"{attribute}={name!r} points at nothing" for name in wanted if name not in known]
    for link in _named(tags, "a"):
        target = str(link.get("href", ""))
        if target.startswith("#") and (target := target[1:]) and target not in known:
            faults.append(f"the link {link.get_text(strip=True)!r} points at #{target}, which is not on the page")
    return faults


def _field_faults(tags: list[Tag]) -> list[str]:
    faults = []
    labelled = {str(label["for"]) for label in _having(_named(tags, "label"), "for")}
    for field in _named(tags, "input", "select", "textarea"):
        if field.name == "input" and str(field.get("type") or "text") not in _TYPED_IN:
            continue
        if field.get("id") not in labelled and not field.get("aria-label") and not field.get("aria-labelledby"):
            faults.append(f"{field.name} {field.get('name')!r} has no label")
    for button in _named(tags, "button"):
        if not button.get_text(strip=True) and not button.get("aria-label"):
            faults.append("a button says nothing")
    for link in _named(tags, "a"):
        if not link.get_text(strip=True) and not link.get("aria-label"):
            faults.append(f"the link to {link.get('href')!r} says nothing")
    faults += [f"img {image.get('src')!r} has no alt" for image in _named(tags, "img") if not image.has_attr("alt")]
    faults += ["a fieldset has no legend" for group in _named(tags, "fieldset") if group.find("legend") is None]
    faults += ["a table has no th" for table in _named(tags, "table") if table.find("th") is None]
    return faults


def _form_faults(tags: list[Tag]) -> list[str]:
    faults = []
    for form in _named(tags, "form"):
        name = form.get("action") or "here"
        tokens = form.find_all("input", attrs={"name": "csrf_token"})
        if str(form.get("method", "get")).lower() == "post":
            if len(tokens) != 1 or not tokens[0].get("value"):
                faults.append(f"the form that posts to {name} has {len(tokens)} csrf_token fields")
        elif tokens:
            faults.append(f"the form that gets {name} puts its csrf_token into the address")
        if form.find("form") is not None:
            faults.append("a form stands inside a form")
    return faults


def _script_faults(tags: list[Tag], response: TestResponse) -> list[str]:
    faults = [f"{tag.name} has a style attribute" for tag in _having(tags, "style")]
    faults += ["a style element" for _ in _named(tags, "style")]
    policy = response.headers.get("Content-Security-Policy", "")
    for script in _named(tags, "script"):
        nonce = script.get("nonce")
        if not script.get("src") and (not nonce or f"'nonce-{nonce}'" not in policy):
            faults.append("an inline script without this answer's nonce")
    for tag in tags:
        faults += [f"{tag.name} has {name}" for name in tag.attrs if name.startswith("on")]
        if str(tag.get("href", "")).lower().startswith("javascript:"):
            faults.append("a javascript: link")
    return faults


def _link_faults(app: Flask, tags: list[Tag], here: str) -> list[str]:
    faults = []
    asked = [(tag, "href", "GET") for tag in _having(_named(tags, "a", "link"), "href")]
    asked += [(tag, "src", "GET") for tag in _having(_named(tags, "img", "script"), "src")]
    forms = _having(_named(tags, "form"), "action")
    asked += [(tag, "action", str(tag.get("method", "get")).upper()) for tag in forms]
    for tag, attribute, method in asked:
        target = urlsplit(urljoin(f"http://localhost{here}", str(tag[attribute])))
        if target.scheme in ("mailto", "tel") or str(tag[attribute]).startswith("#"):
            continue
        if target.netloc != "localhost":
            faults += _outward_faults(tag, target.geturl())
        elif not resolves(app, target.path, method):
            faults.append(f"{tag.name} {attribute}={tag[attribute]!r}: nothing is there for {method}")
    return faults


def _outward_faults(tag: Tag, address: str) -> list[str]:
    if tag.name != "a" or not address.startswith(("https://", PROVIDERS)):
        return [f"{tag.name} reaches outside the portal: {address}"]
    return []


def _text_faults(page: BeautifulSoup) -> list[str]:
    faults = []
    for text in page.body.descendants if page.body else []:
        if isinstance(text, NavigableString) and text.parent.name not in ("textarea", "script", "style"):
            words = str(text).strip()
            if words and _SLIPS.search(words):
                faults.append(f"a slip of the template shows: {words[:60]!r}")
    return faults
