"""Compares HTML as a browser sees it: the order of attributes and classes and most white space mean nothing."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup, Comment, NavigableString, Tag

_SPACE = re.compile(r"\s+")
_LISTS = ("class", "aria-describedby", "rel")


def dom(html: str) -> Any:
    """Nested tuples (name, attributes, children) that are equal when two texts mean the same page."""
    return _children(BeautifulSoup(html, "html.parser"))


def _children(parent: Tag) -> tuple[Any, ...]:
    found: list[Any] = []
    for child in parent.children:
        if isinstance(child, Comment):
            continue
        if isinstance(child, Tag):
            found.append((child.name, _attributes(child), _content(child)))
        elif isinstance(child, NavigableString) and (text := _SPACE.sub(" ", child).strip()):
            found.append(text)
    return tuple(found)


def _content(tag: Tag) -> tuple[Any, ...]:
    if tag.name == "textarea":
        # Browsers drop one newline after the tag; every other character counts.
        return (tag.get_text().removeprefix("\n"),)
    return _children(tag)


def _attributes(tag: Tag) -> tuple[tuple[str, Any], ...]:
    pairs = []
    for name, value in tag.attrs.items():
        if isinstance(value, list):
            value = " ".join(value)
        pairs.append((name, tuple(sorted(value.split())) if name in _LISTS else value))
    return tuple(sorted(pairs))
