"""A return as a workbook: nothing missing in it, taken back whole or not at all, and nobody's words lost."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.return_sheets import tidy
from portal.domain.sheet_cells import Column
from portal.models.audits import AuditReturn, Response, ResponseComment
from portal.services.audits import workbook
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.comments import add_comment
from portal.services.audits.sections import give_section, seen_given
from portal.services.audits.workbook import COVER, FIELD, ChangedAgain
from tests.services.audit_steps import answered_then, asked_now, needs, pieces, row, started, verbs
from tests.services.racing import at_once
from tests.services.workbook_steps import downloaded, filled, looked_at, row_of, taken

MINE, THEIRS = AnswerText("amber", "Mine."), AnswerText("green", "Theirs.")
POLICY = "Policy | https://school.example.org/new | 3 May 2026"


@pytest.fixture
def head(world, viewer_of) -> Viewer:
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def teacher(world, viewer_of) -> Viewer:
    """The school's practitioner."""
    return viewer_of(world.person("a.school.practitioner"))


@pytest.fixture
def fresh(world, head):
    """A return begun with nothing of last time."""
    return started(head, asked_now(world, code="fresh"))


@pytest.fixture
def carried(world, head):
    """A return begun with last year's answers."""
    answered_then(world)
    return started(head, asked_now(world))


def kept(place, code="1.1"):
    """What is kept of an answer."""
    found = row(place, code)
    return found.rating, found.narrative, found.is_confirmed


def everything(place):
    """All answers of a return, with their versions."""
    db.session.rollback()
    query = select(Response.question_id, Response.rating, Response.narrative, Response.version)
    found = db.session.execute(query.where(Response.return_id == place.id)).all()
    return sorted((row.question_id, row.rating, row.narrative, row.version) for row in found)


def refused(viewer, place, content) -> list[str]:
    """Every fault that is told."""
    before = everything(place)
    with pytest.raises(Invalid) as found:
        taken(viewer, place, content)
    assert everything(place) == before
    return found.value.errors[FIELD]


class TestDownload:
    """What is in the file."""

    def test_every_question_with_all_that_is_known_of_it(self, head, carried):
        add_comment(head, carried.id, carried.questions["1.1"], "Look at\nthis again.")
        book = openpyxl.load_workbook(BytesIO(downloaded(head, carried)))
        assert book.sheetnames[:3] == [COVER, "1 Standard 1", "2 Standard 2"]
        sheet, number = row_of(book, "1.1")
        said = {column.name: sheet.cell(number, column + 1).value for column in Column}
        assert said["QUESTION"] == "Is 1.1 so?"
        assert said["GOOD"].startswith("It is so when 1.1")
        assert said["THEN_RATING"] == said["RATING"] == "Green: fully in place"
        assert said["THEN_NARRATIVE"] == said["NARRATIVE"] == "As we said last year."
        assert said["CONFIRMED"] == "no"
        assert said["EVIDENCE"] == "Safeguarding policy | https://school.example.org/policy | 1 September 2024"
        assert said["COMMENTS"].endswith(": Look at this again.")
        assert said["VERSION"] == "1"
        assert sum(page.max_row - 1 for page in book.worksheets[1:3]) == 6

    def test_the_cover_says_whose_it_is(self, world, head, fresh):
        cover = openpyxl.load_workbook(BytesIO(downloaded(head, fresh)))[COVER]
        said = {line[0].value: line[1].value for line in cover.iter_rows(min_row=2)}
        assert said["Return"] == str(fresh.id)
        assert said["Edition"] == "fresh-7".ljust(64, "0")
        assert said["Round"] == "Round of fresh 7"
        assert said["Version of the return"] == "1"

    def test_what_was_promised_stands_beside_the_answer(self, world, viewer_of):
        lead = viewer_of(world.person("a.gp.lead"))
        state = workbook.sheet_state(lead, world.returns["a.gp"].id)
        actions = state.questions["1.1"].actions
        assert actions.startswith("ZQ-A-ACTION-GP-QZ (")
        assert actions.endswith(", by 31 July 2026, Open)")
        assert state.questions["1.2"].actions == ""

    def test_the_reading_is_logged(self, head, fresh):
        downloaded(head, fresh)
        assert verbs(head)[-1] == "audit_return.downloaded"

    def test_a_colleague_gets_the_section_that_they_were_given(self, head, teacher, fresh):
        with pytest.raises(NotVisible):
            downloaded(teacher, fresh)
        give_section(head, fresh.id, fresh.standards["1"], {teacher.membership_id}, seen_given([]))
        book = openpyxl.load_workbook(BytesIO(downloaded(teacher, fresh)))
        assert [name for name in book.sheetnames if name != "Lists"] == [COVER, "1 Standard 1"]

    def test_nobody_outside_the_agency_gets_it(self, world, viewer_of, fresh):
        with pytest.raises(NotPermitted):
            downloaded(viewer_of(world.person("a.business_manager")), fresh)
        for stranger in ("a.gp.lead", "b.school.lead"):
            with pytest.raises(NotVisible):
                downloaded(viewer_of(world.person(stranger)), fresh)

    def test_a_return_that_was_not_started(self, world, head):
        with pytest.raises(Invalid, match="Start the return"):
            downloaded(head, asked_now(world, code="later"))

    def test_the_number_of_queries_is_that_of_a_page(self, head, fresh, carried, count_queries):
        counted = []
        for place in (fresh, carried):
            db.session.rollback()
            with count_queries() as statements:
                workbook.sheet_state(head, place.id)
            counted.append(len(statements))
        assert counted[0] == counted[1] <= 11


class TestRoundTrip:
    """What nobody touched changes nothing, and what somebody typed is what is kept."""

    def test_untouched(self, head, carried):
        assert looked_at(head, carried, downloaded(head, carried)).rows == ()
        assert looked_at(head, carried, filled(downloaded(head, carried))).rows == (), "saved by another program"

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=60), min_size=6, max_size=6
        )
    )
    def test_any_narratives_come_back_equal(self, head, fresh, texts):
        codes = sorted(fresh.questions)
        for code, text in zip(codes, texts, strict=True):
            question = fresh.questions[code]
            save_answer(head, fresh.id, question, row(fresh, code).version, AnswerText("green", tidy(text)))
        content = downloaded(head, fresh)
        assert looked_at(head, fresh, content).rows == ()
        db.session.execute(
            update(Response)
            .where(Response.return_id == fresh.id)
            .values(narrative="gone", version=Response.version + 1)
        )
        db.session.commit()
        shown = looked_at(
            head,
            fresh,
            filled(content, **{f"q{code.replace('.', '_')}": {"rating": "Red: not in place"} for code in codes}),
        )
        assert [change.typed.narrative for change in shown.rows] == [tidy(text) for text in texts]

    @pytest.mark.parametrize(
        "text", ["=1+1", "+44", "-1", "@here", "one\r\ntwo\tthree", "😀" * 5_000, "<r>x</r>", "_x000D_"]
    )
    def test_nasty_texts_are_kept_as_typed(self, head, fresh, text):
        question = fresh.questions["1.1"]
        save_answer(head, fresh.id, question, 1, AnswerText("green", tidy(text)))
        assert looked_at(head, fresh, downloaded(head, fresh)).rows == ()
        book = openpyxl.load_workbook(BytesIO(downloaded(head, fresh)))
        sheet, number = row_of(book, "1.1")
        assert sheet.cell(number, Column.NARRATIVE + 1).data_type == "s"

    def test_what_was_typed_is_taken(self, head, fresh):
        content = filled(
            downloaded(head, fresh),
            q1_1={
                "rating": "Amber: partly in place",
                "narrative": "We do some.",
                "new_links": POLICY,
                "new_comment": "Ask Jo.",
            },
            q2_3={"rating": "Does not apply to us", "narrative": "We have none."},
        )
        assert taken(head, fresh, content) == 2
        assert kept(fresh) == ("amber", "We do some.", True)
        assert kept(fresh, "2.3") == ("not_applicable", "We have none.", True)
        assert [(piece.title, piece.url) for piece in pieces(fresh, "1.1")] == [
            ("Policy", "https://school.example.org/new")
        ]
        assert db.session.scalars(select(ResponseComment.text).where(ResponseComment.return_id == fresh.id)).all() == [
            "Ask Jo."
        ]
        assert verbs(head)[-1] == "audit_return.workbook_taken"
        assert looked_at(head, fresh, content).rows == (), "the same workbook again changes nothing"
        assert workbook.take(head, fresh.id, [], {}, {}) == 0

    def test_last_times_answer_is_confirmed(self, head, carried):
        assert taken(head, carried, filled(downloaded(head, carried), q1_1={"confirmed": "yes"})) == 1
        assert kept(carried) == ("green", "As we said last year.", True)
        assert kept(carried, "1.2")[2] is False

    def test_an_answer_can_be_taken_away_again(self, head, fresh):
        save_answer(head, fresh.id, fresh.questions["1.1"], 1, MINE)
        content = filled(downloaded(head, fresh), q1_1={"rating": None, "narrative": None, "confirmed": "yes"})
        assert taken(head, fresh, content) == 1
        assert kept(fresh) == (None, "", False)

    def test_what_an_answer_needs_besides_is_told_by_its_question(self, head, carried):
        needs(carried, "1.2", evidence=True)
        content = filled(downloaded(head, carried), q1_1={"confirmed": "yes"}, q1_2={"confirmed": "yes"})
        with pytest.raises(Invalid, match=r"Question 1\.2: Add at least one piece of evidence"):
            taken(head, carried, content)
        assert kept(carried)[2] is False, "all or nothing"
        content = filled(content, q1_2={"new_links": POLICY})
        assert taken(head, carried, content) == 2


class TestBothSides:
    """Somebody answered in the portal after the workbook was downloaded."""

    def test_an_answer_that_only_they_changed_stays(self, head, fresh):
        content = filled(downloaded(head, fresh), q1_2={"narrative": "Mine."})
        save_answer(head, fresh.id, fresh.questions["1.1"], 1, THEIRS)
        assert taken(head, fresh, content) == 1
        assert kept(fresh) == ("green", "Theirs.", True)

    @pytest.mark.parametrize(("mine", "outcome"), [(True, ("amber", "Mine.")), (False, ("green", "Theirs."))])
    def test_both_texts_are_shown_and_one_is_chosen(self, head, fresh, mine, outcome):
        content = filled(downloaded(head, fresh), q1_1={"rating": "Amber: partly in place", "narrative": "Mine."})
        save_answer(head, fresh.id, fresh.questions["1.1"], 1, THEIRS)
        shown = looked_at(head, fresh, content)
        assert [(cell.now, cell.typed) for cell in shown.rows[0].conflicts] == [
            ("Green: fully in place", "Amber: partly in place"),
            ("Theirs.", "Mine."),
        ]
        with pytest.raises(Invalid, match=r"Question 1\.1: choose"):
            taken(head, fresh, content)
        assert kept(fresh)[:2] == ("green", "Theirs.")
        taken(head, fresh, content, mine=mine)
        assert kept(fresh)[:2] == outcome

    def test_what_was_changed_after_the_look_is_looked_at_again(self, head, fresh):
        content = filled(downloaded(head, fresh), q1_1={"narrative": "Mine."}, q1_2={"narrative": "Mine too."})
        shown = looked_at(head, fresh, content)
        seen = {change.question.question_id: change.question.version for change in shown.rows}
        save_answer(head, fresh.id, fresh.questions["1.2"], 1, THEIRS)
        with pytest.raises(ChangedAgain):
            workbook.take(head, fresh.id, [change.typed for change in shown.rows], seen, {})
        assert kept(fresh) == (None, "", False), "all or nothing"

    def test_a_workbook_and_answers_at_the_same_moment(self, app, head, fresh):
        content = filled(downloaded(head, fresh), **{f"q1_{n}": {"narrative": "Mine."} for n in (1, 2, 3)})
        shown = looked_at(head, fresh, content)
        seen = {change.question.question_id: change.question.version for change in shown.rows}
        typed = [change.typed for change in shown.rows]

        def by_workbook() -> str:
            workbook.take(head, fresh.id, typed, seen, {})
            return "workbook"

        def by_page() -> str:
            save_answer(head, fresh.id, fresh.questions["1.2"], 1, THEIRS)
            return "page"

        at_once(app, by_workbook, by_page)
        texts = {code: kept(fresh, code)[1] for code in ("1.1", "1.2", "1.3")}
        assert texts in ({"1.1": "Mine.", "1.2": "Mine.", "1.3": "Mine."}, {"1.1": "", "1.2": "Theirs.", "1.3": ""})


class TestRefused:
    """In plain words, every cell by its name, and nothing taken."""

    def test_every_bad_cell_is_named(self, head, fresh):
        content = filled(
            downloaded(head, fresh),
            q1_1={"rating": "Purple", "question": "Another?"},
            q2_1={"narrative": "a" * 10_001, "new_links": "Policy"},
            q2_2={"narrative": "=1+1"},
        )
        found = refused(head, fresh, content)
        assert [fault.split(":")[0] for fault in found] == [
            "1 Standard 1!B2",
            "1 Standard 1!F2",
            "2 Standard 2!G2",
            "2 Standard 2!J2",
            "2 Standard 2!G3",
        ]
        assert "10,001 characters" in found[2]
        assert "formula" in found[4]

    def test_questions_that_are_not_there_or_stand_twice(self, head, fresh):
        book = openpyxl.load_workbook(BytesIO(filled(downloaded(head, fresh), q1_1={"narrative": "Once."})))
        sheet, number = row_of(book, "1.1")
        sheet.append([cell.value for cell in sheet[number]])
        sheet.append(["9.9"])
        sheet.append([*(cell.value for cell in sheet[number])])
        sheet.cell(sheet.max_row, 1, "9.9")
        out = BytesIO()
        book.save(out)
        found = refused(head, fresh, out.getvalue())
        assert "hidden columns of this row were lost" in found[0]
        assert "“9.9” is not a question of this return" in found[1]
        assert "Question 1.1 stands in the workbook twice" in found[2]

    @pytest.mark.parametrize(
        ("line", "text", "words"),
        [
            ("Partnership", "Elsewhere", "of another partnership"),
            ("Return", "999", "of another return"),
            ("Version of the return", "2", "opened again since"),
            ("Edition", "x", "another edition"),
        ],
    )
    def test_a_workbook_of_something_else(self, head, fresh, line, text, words):
        assert words in refused(head, fresh, filled(downloaded(head, fresh), cover={line: text}))[0]

    def test_the_workbook_of_another_return_of_the_agency(self, head, fresh, carried):
        assert "of another return" in refused(head, fresh, downloaded(head, carried))[0]

    def test_what_is_no_workbook_of_ours(self, head, fresh):
        assert refused(head, fresh, b"")[0].startswith("This file is empty")
        out = BytesIO()
        openpyxl.Workbook().save(out)
        assert "is missing or was changed" in refused(head, fresh, out.getvalue())[0]

    @pytest.mark.parametrize("status", [ReturnStatus.SUBMITTED, ReturnStatus.SIGNED])
    def test_a_return_that_was_sent(self, head, fresh, status):
        content = filled(downloaded(head, fresh), q1_1={"narrative": "Late."})
        typed = [change.typed for change in looked_at(head, fresh, content).rows]
        db.session.execute(update(AuditReturn).where(AuditReturn.id == fresh.id).values(status=status))
        db.session.commit()
        with pytest.raises(NotPermitted):
            looked_at(head, fresh, content)
        with pytest.raises(NotPermitted):
            workbook.take(head, fresh.id, typed, {fresh.questions["1.1"]: 1}, {})
        assert kept(fresh)[1] == ""

    def test_what_a_colleague_was_not_given(self, head, teacher, fresh):
        give_section(head, fresh.id, fresh.standards["1"], {teacher.membership_id}, seen_given([]))
        whole = downloaded(head, fresh)
        assert "that is yours to answer" in refused(teacher, fresh, filled(whole, q2_1={"narrative": "Not mine."}))[0]
        assert taken(teacher, fresh, filled(whole, q1_1={"narrative": "Mine."})) == 1
        typed = [change.typed for change in looked_at(head, fresh, filled(whole, q2_1={"narrative": "x"})).rows]
        with pytest.raises(NotVisible):
            workbook.preview(teacher, fresh.id, typed)
