"""Which links are taken as evidence: none that somebody on the way could change, or that runs a program."""

from __future__ import annotations

import pytest

from portal.domain.evidence import ENTER_LINK, URL_LIMIT, link_fault

START = "https://example.org/"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/policy.pdf",
        "https://example.org:8443/a?b=c#d",
        "https://a.b/" + "c" * (URL_LIMIT - 12),
        "https://sub.school.example/%20",
    ],
)
def test_taken(url):
    assert link_fault(url) is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (START + "a" * (URL_LIMIT - len(START) + 1), "Shorten the link to 1,000 characters or fewer"),
        ("https://example.org/a b", "Enter the link without spaces or quotation marks"),
        ('https://example.org/"', "Enter the link without spaces or quotation marks"),
        ("https://example.org/\u200b", "Enter the link without spaces or quotation marks"),
        ("", ENTER_LINK),
        ("http://example.org/policy.pdf", ENTER_LINK),
        ("javascript:alert(1)", ENTER_LINK),
        ("https://localhost/policy.pdf", ENTER_LINK),
        ("https://", ENTER_LINK),
        ("https://example.org:0/", ENTER_LINK),
        ("https://example.org:port/", ENTER_LINK),
        ("https://[example.org/", ENTER_LINK),
        ("https://someone@example.org/", "Enter the link without a name and password in it"),
        ("https://example.org@evil.example/", "Enter the link without a name and password in it"),
    ],
)
def test_refused(url, said):
    assert link_fault(url) == said
