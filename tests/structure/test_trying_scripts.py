"""What `make mutants` leaves out of its count, and what `make attacks` puts its stars after."""

from __future__ import annotations

import pytest

from benchmarks.attacks.gathering import Target
from benchmarks.mutants import changes_nothing


def difference(before: str, after: str) -> str:
    return f"--- a\n+++ b\n@@ -1 +1 @@\n def rule(viewer):\n-    {before}\n+    {after}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return asked.where(false())", "return asked.where(None)"),
        ("asked.join(Child, Child.id == Row.child_id)", "asked.join(Child, None)"),
        ("asked.outerjoin(Child, Row.child_id == Child.id)", "asked.outerjoin(Child, )"),
    ],
)
def test_what_sqlalchemy_takes_for_the_same_is_left_out(before: str, after: str) -> None:
    assert changes_nothing(difference(before, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return asked.where(false())", "return asked.where(true())"),
        ("return asked.where(mine)", "return asked.where(None)"),
        ("asked.join(Child, Child.id == Row.child_id)", "asked.join(Child, Child.id != Row.child_id)"),
        ("asked.join(Child, (Child.id == Row.child_id) & mine)", "asked.join(Child, None)"),
        ("asked.join(Child, Child.case_id == Row.case_id)", "asked.join(Child, None)"),
        ("return a and b", "return a or b"),
    ],
)
def test_every_other_difference_counts(before: str, after: str) -> None:
    assert not changes_nothing(difference(before, after))


def test_each_parameter_is_tried_once_and_no_token_at_all() -> None:
    form = Target(
        "POST",
        "/meetings/7/reports/12",
        (("page", "2"),),
        (("csrf_token", "t"), ("q_1", "a"), ("q_2", "b"), ("send", "")),
    )
    place = ("POST", "/meetings/#/reports/#")
    assert form.parameters == [(*place, name) for name in ("#1", "#2", "page", "q_#", "send")]
    assert form.marked(form.parameters, "here", "cookie").split("\r\n")[0] == (
        "POST /meetings/7*/reports/12*?page=2* HTTP/1.1"
    )
    body = form.marked([(*place, "#2"), (*place, "q_#")], "here", "cookie").split("\r\n")
    assert body[0] == "POST /meetings/7/reports/12*?page=2 HTTP/1.1"
    assert body[-1] == "csrf_token=t&q_1=a*&q_2=b&send="
