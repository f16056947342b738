"""Sheets of a return: what somebody typed is told from what somebody else changed meanwhile, cell by cell."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_vocabulary import ScaleKind
from portal.domain.ratings import NOT_APPLICABLE, NOT_APPLICABLE_LABEL, Scale
from portal.domain.return_sheets import (
    MOST_READ,
    SheetQuestion,
    Typed,
    choice_name,
    compare,
    fitted,
    is_untouched,
    marks,
    read_row,
    settled,
)
from portal.domain.returns import COMMENT_LIMIT, NARRATIVE_LIMIT
from portal.domain.sheet_cells import (
    HEADINGS,
    HIDDEN,
    OPEN,
    WIDTHS,
    Column,
    Faults,
    Link,
    comment_line,
    evidence_line,
    lines_of,
    tidy,
)

RAG = Scale.of(ScaleKind.RAG)
TODAY = date(2026, 6, 10)
DAY = date(2026, 5, 3)
LINK = Link("Policy", "https://example.org/policy", DAY)
RATINGS = st.sampled_from([None, *RAG.codes])
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t="), max_size=40).map(tidy)


def question(**facts) -> SheetQuestion:
    """A question as it stands in the portal."""
    return SheetQuestion(7, "online-safety", "1.1", "Is it so?", "It is so when …", RAG, 3, **facts)


def row(asked: SheetQuestion, faults: Faults | None = None, **typed: str) -> Typed:
    """What a row says in which somebody typed into some cells, by their column's name."""
    texts = asked.texts()
    for name, text in typed.items():
        texts[Column[name.upper()]] = text
    found = Faults() if faults is None else faults
    base = marks(texts[Column.MARKS])
    assert base is not None
    said = read_row(lambda column: texts[column], base, asked, TODAY, found)
    assert faults is not None or not found, found
    return said


def faults_of(asked: SheetQuestion, **typed: str) -> list[tuple[Column, str]]:
    """What is wrong with a row."""
    found = Faults()
    row(asked, found, **typed)
    return found


class TestTheRow:
    """What stands in it, and what comes back."""

    def test_every_column_has_a_heading_and_a_width(self):
        assert set(HEADINGS) == set(WIDTHS) == set(Column)
        assert not OPEN & HIDDEN

    @given(RATINGS, WORDS, st.booleans(), WORDS)
    def test_a_row_that_nobody_touched_says_what_the_portal_says(self, rating, narrative, is_confirmed, comments):
        asked = question(rating=rating, narrative=narrative, is_confirmed=is_confirmed, comments=comments)
        said = row(asked)
        assert (said.rating, said.narrative, said.is_confirmed) == (rating, narrative, is_confirmed)
        assert (said.version, said.links, said.comment) == (3, (), "")
        assert compare(said, asked, "Me").is_empty
        texts = asked.texts()
        assert is_untouched(lambda column: texts[column], marks(texts[Column.MARKS]))

    @given(RATINGS, WORDS, RATINGS, WORDS)
    def test_what_is_typed_is_what_is_saved(self, rating, narrative, new_rating, new_narrative):
        asked = question(rating=rating, narrative=narrative)
        change = compare(row(asked, rating=RAG.label(new_rating), narrative=new_narrative), asked, "Me")
        assert not change.conflicts
        assert settled(change, {}) == (new_rating, new_narrative)

    def test_spacing_and_line_breaks_of_excel_are_no_change(self):
        asked = question(rating="green", narrative="One\ntwo é")
        assert compare(row(asked, narrative=" One\r\ntwo e\u0301 "), asked, "Me").is_empty

    def test_answers_are_told_by_their_words_whatever_their_case(self):
        said = row(question(), rating=f" {RAG.label('amber').upper()} ")
        assert said.rating == "amber"
        assert row(question(), rating=NOT_APPLICABLE_LABEL).rating == NOT_APPLICABLE
        assert question().choices[0] == RAG.label("green")
        assert question().choices[-1] == NOT_APPLICABLE_LABEL

    def test_what_is_too_long_to_read_in_excel_is_cut_with_a_word_about_it(self):
        asked = question(comments="😀" * 20_000)
        text = asked.texts()[Column.COMMENTS]
        assert len(text.encode("utf-16-le")) // 2 < 32_767
        assert text.endswith("The rest can be read in the portal.")
        assert fitted("a" * MOST_READ) == "a" * MOST_READ
        assert compare(row(asked), asked, "Me").is_empty


class TestFaults:
    """Each at its cell, in plain words."""

    @pytest.mark.parametrize(
        ("column", "text", "reason"),
        [
            ("rating", "Purple", "“Purple” is not one of the answers"),
            ("narrative", "a" * (NARRATIVE_LIMIT + 1), "10,001 characters. Shorten it to 10,000"),
            ("narrative", "a" * 32_767, "32,767 characters"),
            ("narrative", "a\x00b", "cannot be seen"),
            ("confirmed", "perhaps", "neither “yes” nor “no”"),
            ("new_comment", "a" * (COMMENT_LIMIT + 1), "2,001 characters"),
            ("new_links", "Policy", "line 1: write it as Title |"),
            ("new_links", "Policy | http://example.org | 3 May 2026", "https://"),
            ("new_links", "Policy | https://example.org | some day", "“some day” is not a day"),
            ("new_links", "Policy | https://example.org | 11 June 2026", "today or earlier"),
            ("new_links", f"{'a' * 201} | https://example.org | 3 May 2026", "shorten the title"),
            ("new_links", "P | https://example.org | 3 May 2026\n\n| https://example.org | 3 May 2026", "line 2"),
            ("question", "Another question?", "only to be read. Leave it"),
            ("evidence", "Gone", "remove it in the portal"),
            ("comments", "Gone", "in the column next to it"),
            ("actions", "Gone", "in the portal"),
            ("version", "three", "hidden columns"),
            ("version", "9" * 12, "hidden columns"),
        ],
    )
    def test_a_cell_that_cannot_be_taken(self, column, text, reason):
        found = faults_of(question(), **{column: text})
        assert [one for one, _ in found] == [Column[column.upper()]]
        assert reason in found[0][1]

    def test_what_was_confirmed_stays_so(self):
        asked = question(rating="green", is_confirmed=True)
        for text in ("no", ""):
            assert "stays so" in faults_of(asked, confirmed=text)[0][1]
        assert row(asked, confirmed="Yes").is_confirmed

    def test_a_text_that_was_too_long_before_is_no_fault_of_the_person(self):
        assert row(question(narrative="a" * (NARRATIVE_LIMIT + 1))).narrative

    def test_lost_marks_are_noticed(self):
        assert marks("") is None
        assert marks(question().texts()[Column.MARKS] + " more") is None


class TestBothSides:
    """Somebody filled in the workbook while somebody else answered in the portal."""

    BEFORE = question(rating="amber", narrative="Then.")

    def later(self, **facts) -> SheetQuestion:
        """The same question after a colleague saved it."""
        return replace(self.BEFORE, version=4, **facts)

    def test_only_they_changed_it(self):
        assert compare(row(self.BEFORE), self.later(rating="green", narrative="Theirs."), "Me").is_empty

    def test_only_i_changed_it(self):
        change = compare(row(self.BEFORE, narrative="Mine."), self.later(), "Me")
        assert [(cell.column, cell.now, cell.typed, cell.is_conflict) for cell in change.cells] == [
            (Column.NARRATIVE, "Then.", "Mine.", False)
        ]

    def test_each_changed_another_cell(self):
        change = compare(row(self.BEFORE, narrative="Mine."), self.later(rating="green"), "Me")
        assert not change.conflicts
        assert settled(change, {}) == ("green", "Mine.")

    def test_both_changed_the_same_cell(self):
        change = compare(row(self.BEFORE, narrative="Mine."), self.later(narrative="Theirs."), "Me")
        assert [cell.column for cell in change.conflicts] == [Column.NARRATIVE]
        assert settled(change, {Column.NARRATIVE: True}) == ("amber", "Mine.")
        assert settled(change, {Column.NARRATIVE: False}) == ("amber", "Theirs.")

    def test_both_say_the_same(self):
        assert compare(row(self.BEFORE, narrative="Same."), self.later(narrative="Same."), "Me").is_empty

    @given(RATINGS, WORDS, RATINGS, WORDS)
    def test_nothing_is_overwritten_unseen(self, mine_rating, mine_words, their_rating, their_words):
        """Whatever either did: a text of theirs goes only where the workbook's owner chooses so."""
        typed = row(self.BEFORE, rating=RAG.label(mine_rating), narrative=mine_words)
        now = self.later(rating=their_rating, narrative=their_words)
        change = compare(typed, now, "Me")
        kept = settled(change, {cell.column: False for cell in change.conflicts})
        if their_rating != self.BEFORE.rating:
            assert kept[0] == their_rating
        if their_words != self.BEFORE.narrative:
            assert kept[1] == their_words

    def test_confirming_is_of_what_was_seen(self):
        assert compare(row(self.BEFORE, confirmed="yes"), self.BEFORE, "Me").confirms
        assert not compare(row(self.BEFORE, confirmed="yes"), self.later(narrative="Theirs."), "Me").confirms
        assert not compare(row(question(), confirmed="yes"), question(), "Me").confirms, "nothing to confirm"
        changed = compare(row(self.BEFORE, confirmed="yes", narrative="Mine."), self.BEFORE, "Me")
        assert not changed.confirms, "saving confirms by itself"


class TestTakenBefore:
    """The same workbook again adds nothing twice."""

    def test_links_and_comments(self):
        typed = {"new_links": "Policy | https://example.org/policy | 3 May 2026", "new_comment": "Look\nat this."}
        fresh = compare(row(question(), **typed), question(), "Ann")
        assert fresh.typed.links == (LINK,)
        assert fresh.typed.comment == "Look\nat this."
        there = {
            "evidence": evidence_line("Policy", LINK.url, DAY),
            "comments": comment_line("Ann", TODAY, "Look at this."),
        }
        assert compare(row(question(), **typed), question(**there), "Ann").is_empty
        assert compare(row(question(), **typed), question(**there), "Bob").typed.comment

    @pytest.mark.parametrize("day", ["2026-05-03", "3 May 2026", "03/05/2026", "3.5.2026"])
    def test_days_as_people_write_them(self, day):
        assert row(question(), new_links=f"Policy | {LINK.url} | {day}\nPolicy|{LINK.url}|{day}").links == (LINK,)


class TestPlain:
    """A row on its way from looking to taking."""

    @given(RATINGS, WORDS, st.booleans(), WORDS)
    def test_it_comes_back(self, rating, narrative, is_confirmed, comment):
        said = replace(
            row(question()),
            rating=rating,
            narrative=narrative,
            is_confirmed=is_confirmed,
            comment=comment,
            links=(LINK,),
        )
        assert Typed.from_plain(json.loads(json.dumps(said.to_plain()))) == said

    @pytest.mark.parametrize(
        "changed",
        [
            {"narrative": 1},
            {"narrative": "a\x00"},
            {"question_id": "7"},
            {"version": True},
            {"is_confirmed": 1},
            {"links": [["Policy", "https://example.org"]]},
            {"links": [["Policy", "https://example.org", "some day"]]},
            {"links": ["Policy"]},
            {"base": []},
            {"rating": None},
            {"more": 1},
        ],
    )
    def test_anything_else_is_refused(self, changed):
        with pytest.raises(ValueError, match=r"."):
            Typed.from_plain({**row(question()).to_plain(), **changed})


def test_lines_and_names():
    assert lines_of(["one\ntwo", " three "]) == "one two\nthree"
    assert choice_name(7, Column.RATING) == "choice-7-rating"
