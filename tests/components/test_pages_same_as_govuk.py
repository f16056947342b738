"""What stands around is drawn as GOV.UK Frontend draws it for the same parameters, for any of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.components.govuk import flags, library, maybe, words

Ours = Callable[..., Any]


@given(st.lists(st.tuples(words, st.none() | st.just("#name")), min_size=1, max_size=4))
def test_error_summary(ours: Ours, errors: Any) -> None:
    theirs = {
        "titleText": "There is a problem",
        "errorList": [{"text": sentence, "href": href} for sentence, href in errors],
    }
    assert ours("page", "error_summary", errors) == library("error-summary", "govukErrorSummary", theirs)


def test_no_error_summary_without_errors(ours: Ours) -> None:
    assert ours("page", "error_summary", []) == ()


@given(words, st.sampled_from(["", "success"]), maybe)
def test_notification_banner(ours: Ours, sentence: str, kind: str, title: Any) -> None:
    mine = ours("page", "notification_banner", sentence, kind, title)
    theirs = {"text": sentence, "type": kind or None, "titleText": title}
    assert mine == library("notification-banner", "govukNotificationBanner", theirs)


@given(words, words, flags)
def test_details(ours: Ours, summary: str, content: str, opened: bool) -> None:
    theirs = {"summaryText": summary, "text": content, "open": opened}
    assert ours("page", "details", summary, content, opened) == library("details", "govukDetails", theirs)


@given(words)
def test_small_texts(ours: Ours, words_: str) -> None:
    assert ours("page", "inset_text", words_) == library("inset-text", "govukInsetText", {"text": words_})
    assert ours("page", "warning_text", words_) == library("warning-text", "govukWarningText", {"text": words_})
    assert ours("page", "back_link", "/x", words_) == library(
        "back-link", "govukBackLink", {"href": "/x", "text": words_}
    )
    assert ours("status", "tag", words_, "red") == library(
        "tag", "govukTag", {"text": words_, "classes": "govuk-tag--red"}
    )


@given(st.lists(st.tuples(words, st.none() | st.just("/x")), min_size=1, max_size=3))
def test_breadcrumbs(ours: Ours, items: Any) -> None:
    theirs = {"items": [{"text": label, "href": href} for label, href in items]}
    assert ours("page", "breadcrumbs", items) == library("breadcrumbs", "govukBreadcrumbs", theirs)


def pages_shown(page: int, last: int) -> list[int]:
    """First, last, this one and its neighbours."""
    return sorted({number for number in (1, page - 1, page, page + 1, last) if 1 <= number <= last})


@given(st.integers(2, 12).flatmap(lambda last: st.tuples(st.integers(1, last), st.just(last))))
def test_pagination(ours: Ours, place: tuple[int, int]) -> None:
    page, last = place
    items: list[dict[str, Any]] = []
    before = 0
    for number in pages_shown(page, last):
        if number - before > 1:
            items.append({"ellipsis": True})
        items.append({"number": number, "href": f"/meetings?q=EM&page={number}", "current": number == page})
        before = number
    theirs = {
        "previous": {"href": f"/meetings?q=EM&page={page - 1}"} if page > 1 else None,
        "next": {"href": f"/meetings?q=EM&page={page + 1}"} if page < last else None,
        "items": items,
    }
    showing, *navigation = ours("page", "pagination", page, last * 50)
    assert tuple(navigation) == library("pagination", "govukPagination", theirs)
    assert showing[2][1] == ("b", (), (str((page - 1) * 50 + 1),))


links = st.tuples(words, st.just("/change")) | st.tuples(words, st.just("/change"), words)
rows = st.lists(
    st.tuples(words, words) | st.tuples(words, words, links | st.lists(links, min_size=2, max_size=3)),
    min_size=1,
    max_size=4,
)


def library_links(given_: Any) -> list[dict[str, Any]]:
    """One link or several as the library takes them."""
    several = [given_] if isinstance(given_, tuple) else given_
    return [
        {"text": link[0], "href": link[1], "visuallyHiddenText": link[2] if len(link) > 2 else None} for link in several
    ]


def library_rows(given_: list[Any]) -> list[dict[str, Any]]:
    """Rows of a summary list as the library takes them."""
    return [
        {
            "key": {"text": row[0]},
            "value": {"text": row[1]},
            "actions": {"items": library_links(row[2])} if len(row) > 2 else {},
        }
        for row in given_
    ]


@given(rows)
def test_summary_list(ours: Ours, rows: Any) -> None:
    theirs = {"rows": library_rows(rows)}
    assert ours("summary", "summary_list", rows) == library("summary-list", "govukSummaryList", theirs)


@given(words, rows, st.none() | links | st.lists(links, min_size=2, max_size=3))
def test_summary_card(ours: Ours, title: str, rows: Any, action: Any) -> None:
    theirs = {
        "card": {"title": {"text": title}, "actions": {"items": library_links(action)} if action else {}},
        "rows": library_rows(rows),
    }
    assert ours("summary", "summary_card", title, rows, action) == library("summary-list", "govukSummaryList", theirs)


@given(
    st.lists(words | st.tuples(words, st.just("numeric")), min_size=1, max_size=4).flatmap(
        lambda head: st.tuples(st.just(head), st.lists(st.tuples(*([words] * len(head))), max_size=3))
    ),
    st.just("") | words,
    flags,
)
def test_table(ours: Ours, content: Any, caption: str, cards: bool) -> None:
    head, body = content
    columns = [
        {"text": column} if isinstance(column, str) else {"text": column[0], "format": column[1]} for column in head
    ]
    theirs = {
        "caption": caption or None,
        "classes": "app-table--cards" if cards else None,
        "firstCellIsHeader": True,
        "head": columns,
        "rows": [
            [
                {
                    "text": cell,
                    "format": None if at == 0 else columns[at].get("format"),
                    "attributes": None if at == 0 else {"data-label": columns[at]["text"]},
                }
                for at, cell in enumerate(row)
            ]
            for row in body
        ],
    }
    assert ours("table", "table", head, body, caption=caption, cards=cards) == library("table", "govukTable", theirs)
