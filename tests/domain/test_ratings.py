"""Scales: what is stored, what is read, and how answers on different scales compare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_vocabulary import ScaleKind
from portal.domain.ratings import (
    NOT_APPLICABLE,
    Colour,
    Scale,
    jump,
    scales_from_plain,
    scales_to_plain,
)

KINDS = st.sampled_from(list(ScaleKind))


@pytest.mark.parametrize(
    ("kind", "codes", "colours"),
    [
        (ScaleKind.RAG, "red amber green", "red amber green"),
        (ScaleKind.ZERO_TO_THREE, "0 1 2 3", "red amber green green"),
        (ScaleKind.MET, "not_met partly_met met", "red amber green"),
        (ScaleKind.YES_NO, "no yes", "red green"),
    ],
)
def test_each_kind_has_its_points_worst_first(kind, codes, colours):
    scale = Scale.of(kind)
    assert [point.code for point in scale.points] == codes.split()
    assert [point.colour.value for point in scale.points] == colours.split()
    assert [point.rank for point in scale.points] == list(range(len(scale.points)))
    assert scale.codes == (*codes.split(), NOT_APPLICABLE)


@given(KINDS)
def test_shares_rise_from_nothing_to_all(kind):
    scale = Scale.of(kind)
    shares = [scale.share(point.code) for point in scale.points]
    assert (shares[0], shares[-1]) == (0, 1)
    assert shares == sorted(set(shares))


@given(KINDS)
def test_every_rating_is_weak_or_good_and_only_the_unrated_is_neither(kind):
    scale = Scale.of(kind)
    for point in scale.points:
        assert scale.is_weak(point.code) != scale.is_good(point.code)
    for nothing in (None, NOT_APPLICABLE):
        assert not scale.is_weak(nothing)
        assert not scale.is_good(nothing)
        assert scale.share(nothing) is None
        assert scale.colour(nothing) is Colour.GREY
    assert not scale.is_weak(scale.best.code)


def test_labels_are_the_frameworks_own():
    scale = Scale.of(ScaleKind.RAG, {"green": "Green: done"})
    assert scale.label("green") == "Green: done"
    assert scale.label("red") == "Red: not in place"
    assert scale.label(None) == ""
    assert scale.label(NOT_APPLICABLE) == "Does not apply to us"
    with pytest.raises(ValueError, match="no point blue"):
        Scale.of(ScaleKind.RAG, {"blue": "Blue"})
    with pytest.raises(ValueError, match="label"):
        Scale.of(ScaleKind.RAG, {"red": "  "})


def test_a_rating_of_another_scale_is_refused():
    for said in ("yes", "", "RED"):
        with pytest.raises(ValueError, match="no point of the scale rag"):
            Scale.of(ScaleKind.RAG).share(said)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), KINDS), st.text(min_size=1).filter(str.strip))
def test_what_a_row_stores_reads_back_as_it_was(kinds, label):
    scales = {code: Scale.of(kind, {Scale.of(kind).best.code: label}) for code, kind in kinds.items()}
    assert scales_from_plain(scales_to_plain(scales)) == scales


def test_points_that_are_not_the_kinds_own_are_refused():
    plain = Scale.of(ScaleKind.RAG).to_plain()
    for wrong in (
        {**plain, "points": plain["points"][::-1]},
        {**plain, "points": plain["points"][:2]},
        {**plain, "kind": "met"},
        {**plain, "points": [{**plain["points"][0], "rank": 7}, *plain["points"][1:]]},
        {"kind": "rag"},
    ):
        with pytest.raises(ValueError, match=r"points|must have exactly"):
            Scale.from_plain(wrong)


def test_a_jump_is_how_far_the_share_moved():
    rag, yes_no = Scale.of(ScaleKind.RAG), Scale.of(ScaleKind.YES_NO)
    assert jump(rag.share("red"), rag.share("green")) == 1
    assert jump(rag.share("green"), rag.share("amber")) == -0.5
    assert jump(rag.share("amber"), yes_no.share("yes")) == 0.5
    assert jump(None, 1.0) is None
    assert jump(1.0, rag.share(NOT_APPLICABLE)) is None
