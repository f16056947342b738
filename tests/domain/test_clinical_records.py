"""What of a clinical record is offered: whose it is, what is ticked at first, and the answers that lines make."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.clinical_answers import (
    answer_of,
    codes_to_fill,
    filled_by_parts,
    too_much,
    typed_answer,
    typed_in_word,
)
from portal.domain.clinical_records import (
    MOST_LINES,
    Caution,
    ChildHere,
    ClinicalPart,
    Line,
    Mismatch,
    Whose,
    arranged,
    is_taken_at_first,
    matching,
)
from portal.domain.clinical_words import LONGEST_LINE, day_of, day_words, names_an_adult, split_day, tidied
from portal.domain.report_vocabulary import AnswerKind
from tests.report_forms import question
from tests.world_clinical import RECORD_FORM

TODAY = date(2026, 6, 10)
SECRET_NUMBER, OTHER_NUMBER = "9990000018", "9990000026"
BORN, OTHER_DAY = date(2017, 3, 14), date(2015, 8, 30)
ROBIN = ChildHere("Robin", "Robin Larkfield", SECRET_NUMBER, BORN)
SKY = ChildHere("Sky", "Sky Larkfield", OTHER_NUMBER, OTHER_DAY)


class TestDays:
    """As systems write them."""

    @pytest.mark.parametrize(
        "said",
        [
            *(
                "2024-05-03",
                "03/05/2024",
                "3/5/2024",
                "03.05.2024",
                "3 May 2024",
                "03-May-2024",
                "20240503",
                "03/05/24",
            ),
            *("2024-05-03T10:15:00+01:00", "2024-05-03 10:15", "03/05/2024 10:15:30", " 03-May-2024 "),
        ],
    )
    def test_read(self, said):
        assert day_of(said) == date(2024, 5, 3)

    @pytest.mark.parametrize(
        "said", ["", "May 2024", "2024-05", "2024-02-30", "1066-10-14", "soon", "٣/٥/٢٠٢٤", "9" * 50]
    )
    def test_not_read(self, said):
        assert day_of(said) is None

    @pytest.mark.parametrize(
        ("line", "day", "words"),
        [
            ("03-May-2024 Asthma review", date(2024, 5, 3), "Asthma review"),
            ("03/05/2024: Asthma review", date(2024, 5, 3), "Asthma review"),
            ("2024-05-03T10:15 - Asthma", date(2024, 5, 3), "Asthma"),
            ("3 May 2024, Asthma", date(2024, 5, 3), "Asthma"),
            ("03/05/2024", date(2024, 5, 3), ""),
            ("Asthma since 03/05/2024", None, "Asthma since 03/05/2024"),
            ("99/99/2024 Asthma", None, "99/99/2024 Asthma"),
            ("5 mg once a day", None, "5 mg once a day"),
        ],
    )
    def test_at_the_beginning_of_a_line(self, line, day, words):
        assert split_day(line) == (day, words)

    @given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
    def test_what_a_report_says_is_read_again(self, day):
        assert day_of(day_words(day)) == day_of(day.isoformat()) == day


class TestTidying:
    """What cannot be seen never gets into a report."""

    @given(st.text())
    def test_one_line_of_what_can_be_seen(self, text):
        line = tidied(text)
        assert len(line) <= LONGEST_LINE
        assert all(unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"} for letter in line)
        assert line == tidied(line)
        line.encode()

    @given(st.text(alphabet=" aZ0~", max_size=60))
    def test_plain_letters_are_tidied_as_any_others_are(self, text):
        assert tidied(text) == tidied(f"{text} é").removesuffix("é").rstrip()

    def test_a_half_character_a_turn_of_direction_and_nul_are_gone(self):
        assert tidied("As\ud800th\u202ema\x00\r\n  is\tthere") == "Asthma is there"

    def test_what_is_too_long_says_that_it_was_cut(self):
        line = tidied("x" * 5000)
        assert len(line) == LONGEST_LINE
        assert line.endswith("(shortened)")


@pytest.mark.parametrize(
    "words",
    [
        *("Came with father", "Mum reports cough", "Mother's depression", "Step-dad shouting", "maternal grandmother"),
        *("Lives with her aunt", "ex-partner at the door", "PARENTAL alcohol use", "foster carer", "his boyfriend"),
    ],
)
def test_adults_of_the_family_are_noticed(words):
    assert names_an_adult(words)


@pytest.mark.parametrize(
    "words", ["Asthma review", "Momentum", "Apartment", "Grandiose", "Mumps vaccine", "Fatherless"]
)
def test_what_only_sounds_like_one_is_not(words):
    assert not names_an_adult(words)


class TestWhoseItIs:
    """Number and day, both exactly, of one child of the meeting."""

    @pytest.mark.parametrize(
        ("number", "born", "children", "found"),
        [
            (SECRET_NUMBER, BORN, [ROBIN], ROBIN),
            (SECRET_NUMBER, BORN, [SKY, ROBIN], ROBIN),
            (OTHER_NUMBER, OTHER_DAY, [SKY, ROBIN], SKY),
            (SECRET_NUMBER, OTHER_DAY, [ROBIN], Mismatch.OTHER_DAY),
            (OTHER_NUMBER, BORN, [ROBIN], Mismatch.OTHER_NUMBER),
            (OTHER_NUMBER, OTHER_DAY, [ROBIN], Mismatch.NOBODY),
            (SECRET_NUMBER, OTHER_DAY, [ROBIN, SKY], Mismatch.OTHER_DAY),
            (SECRET_NUMBER, BORN, [], Mismatch.NOT_HELD),
            (SECRET_NUMBER, BORN, [ChildHere("R", "R L", None, BORN)], Mismatch.NOT_HELD),
            (SECRET_NUMBER, BORN, [ChildHere("R", "R L", SECRET_NUMBER, None)], Mismatch.NOT_HELD),
            (SECRET_NUMBER, BORN, [ChildHere("R", "R L", None, OTHER_DAY)], Mismatch.NOBODY),
            (SECRET_NUMBER, BORN, [ChildHere("R", "R L", None, None), SKY], Mismatch.NOT_HELD),
        ],
    )
    def test_each(self, number, born, children, found):
        assert matching(Whose(number, born), children) == found

    @given(
        st.sampled_from([SECRET_NUMBER, OTHER_NUMBER]),
        st.sampled_from([BORN, OTHER_DAY]),
        st.lists(
            st.builds(
                ChildHere,
                st.just("A"),
                st.just("A B"),
                st.sampled_from([None, SECRET_NUMBER, OTHER_NUMBER]),
                st.sampled_from([None, BORN, OTHER_DAY]),
            ),
            max_size=4,
        ),
    )
    def test_nobody_is_found_who_is_not_both(self, number, born, children):
        found = matching(Whose(number, born), children)
        if isinstance(found, ChildHere):
            assert (found.nhs_number, found.born) == (number, born)
        else:
            assert (number, born) not in [(child.nhs_number, child.born) for child in children]


class TestWhatIsTickedAtFirst:
    """What is recent or goes on, and nothing that somebody else would mind."""

    @pytest.mark.parametrize(
        ("line", "ticked"),
        [
            (Line(ClinicalPart.CONSULTATIONS, "Cough", TODAY - timedelta(days=300)), True),
            (Line(ClinicalPart.CONSULTATIONS, "Cough", date(2025, 6, 10)), True),
            (Line(ClinicalPart.CONSULTATIONS, "Cough", date(2025, 6, 9)), False),
            (Line(ClinicalPart.CONSULTATIONS, "Cough"), False),
            (Line(ClinicalPart.PROBLEMS, "Asthma", date(2012, 1, 1), is_current=True), True),
            (Line(ClinicalPart.PROBLEMS, "Otitis", date(2024, 6, 10)), True),
            (Line(ClinicalPart.PROBLEMS, "Otitis", date(2024, 6, 9)), False),
            (Line(ClinicalPart.MEDICATION, "Salbutamol"), True),
            (Line(ClinicalPart.IMMUNISATIONS, "MMR", date(2018, 1, 1)), True),
            (Line(ClinicalPart.REGISTRATION, "Registered"), True),
            (Line(ClinicalPart.CONTACTS, "Sky Larkfield", TODAY), False),
            (Line(ClinicalPart.PROBLEMS, "Mother depressed", TODAY, is_current=True), False),
            (Line(ClinicalPart.PROBLEMS, "Bruise", TODAY, is_current=True, is_confidential=True), False),
        ],
    )
    def test_each(self, line, ticked):
        assert is_taken_at_first(line, TODAY) is ticked

    def test_why_not(self):
        assert Line(ClinicalPart.CONTACTS, "A friend").caution is Caution.OTHER_PERSON
        assert Line(ClinicalPart.CONTACTS, "A friend", is_confidential=True).caution is Caution.CONFIDENTIAL
        assert Line(ClinicalPart.PROBLEMS, "Asthma").caution is None


def test_lines_stand_by_part_the_newest_first_and_each_once():
    old = Line(ClinicalPart.PROBLEMS, "Otitis", date(2021, 1, 1))
    new = Line(ClinicalPart.PROBLEMS, "Asthma", date(2023, 1, 1))
    undated = Line(ClinicalPart.PROBLEMS, "Eczema")
    first = Line(ClinicalPart.REGISTRATION, "Registered")
    assert arranged([undated, old, new, first, old]) == ((first, new, old, undated), {})


def test_too_many_lines_of_a_part_leave_the_newest():
    lines = [
        Line(ClinicalPart.CONSULTATIONS, str(n), date(2020, 1, 1) + timedelta(days=n)) for n in range(MOST_LINES + 3)
    ]
    shown, cut_off = arranged(lines)
    assert [line.words for line in shown] == [str(n) for n in range(MOST_LINES + 2, 2, -1)]
    assert cut_off == {ClinicalPart.CONSULTATIONS: 3}


class TestAnswers:
    """Lines in the questions that ask for their part."""

    LONG = question("problems", "Problems", AnswerKind.LONG)
    SHORT = question("registered", "Registration", AnswerKind.SHORT)
    ASTHMA = Line(ClinicalPart.PROBLEMS, "Asthma", date(2023, 10, 2))
    ECZEMA = Line(ClinicalPart.PROBLEMS, "Eczema")

    def test_a_long_one_says_where_it_is_from(self):
        said = answer_of(self.LONG, [self.ASTHMA, self.ECZEMA], TODAY)
        assert said == "From our record on 10 June 2026:\n- 2 October 2023: Asthma\n- Eczema"

    def test_a_short_one_is_one_line(self):
        assert answer_of(self.SHORT, [self.ASTHMA, self.ECZEMA], TODAY) == "2 October 2023: Asthma; Eczema"

    @pytest.mark.parametrize("asked", [LONG, SHORT])
    def test_children_stand_below_one_another_and_each_once(self, asked):
        robin = answer_of(asked, [self.ASTHMA], TODAY, about="Robin")
        both = answer_of(asked, [self.ECZEMA], TODAY, about="Sky", standing=robin)
        assert "Asthma" in both
        assert "Eczema" in both
        assert both.count("Robin") == both.count("Sky") == 1
        again = answer_of(asked, [self.ECZEMA], TODAY, about="Robin", standing=both)
        assert "Asthma" not in again
        assert again.count("Robin") == again.count("Sky") == 1

    def test_what_came_from_elsewhere_gives_way(self):
        said = answer_of(self.LONG, [self.ASTHMA], TODAY, about="Robin", standing="Of last year.\n\nAnd more.")
        assert said.startswith("From our record of Robin on")
        assert "last year" not in said

    def test_too_many_lines_are_said_with_their_question(self):
        lines = [Line(ClinicalPart.PROBLEMS, "x" * 900, date(2020, 1, n + 1)) for n in range(12)]
        words = too_much(self.LONG, answer_of(self.LONG, lines, TODAY))
        assert words.startswith("Take fewer lines for “Problems”")
        assert too_much(self.LONG, answer_of(self.LONG, lines[:5], TODAY)) == ""

    def test_which_question_takes_which_part(self):
        found = {part: asked.code for part, asked in filled_by_parts(RECORD_FORM).items()}
        assert found == {
            ClinicalPart.REGISTRATION: "registered",
            ClinicalPart.PROBLEMS: "problems",
            ClinicalPart.CONSULTATIONS: "consultations",
            ClinicalPart.MEDICATION: "medication",
            ClinicalPart.IMMUNISATIONS: "immunised",
            ClinicalPart.CONTACTS: "carers",
        }
        assert list(filled_by_parts(RECORD_FORM, is_limited=True)) == [ClinicalPart.REGISTRATION]

    def test_what_is_typed_in_word_is_what_no_record_fills_and_everybody_is_asked(self):
        assert list(typed_in_word(RECORD_FORM)) == ["involvement", "strengths", "worries", "threshold_reason"]
        assert typed_answer(self.SHORT, "one\ntwo") == "one two"
        assert typed_answer(self.LONG, "one\ntwo") == "one\ntwo"

    def test_lines_without_a_question_are_nobodys(self):
        limited = filled_by_parts(RECORD_FORM, is_limited=True)
        assert codes_to_fill([self.ASTHMA, Line(ClinicalPart.REGISTRATION, "Since 2019")], limited) == {
            "registered": [Line(ClinicalPart.REGISTRATION, "Since 2019")]
        }
