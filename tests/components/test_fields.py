"""The fields: what they read of whatever is posted, what they say, and where their errors lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.domain.errors import Invalid
from portal.domain.labels import choices
from portal.domain.vocabulary import AbuseCategory, Answer
from portal.forms.fields import (
    CheckboxesField,
    CheckboxField,
    Choice,
    CodeField,
    DateField,
    EmailField,
    FilterForm,
    PasswordField,
    PortalForm,
    RadioField,
    SelectField,
    SubmitField,
    TextAreaField,
    TextField,
    TimeField,
    VersionField,
)


@pytest.fixture(autouse=True)
def request_context(component_app: Flask) -> Iterator[None]:
    """Forms belong to a request."""
    with component_app.test_request_context("/"):
        yield


class Every(FilterForm):
    """One of each field."""

    name = TextField("Family name", required="Enter the family name", max_length=20)
    notes = TextAreaField("Notes", max_length=30)
    email = EmailField("Email address")
    code = CodeField("Code")
    password = PasswordField("Password")
    answer = RadioField(
        "Will you come?",
        [Choice("attend", "Yes"), Choice("apologies", "No", "Say why", reveals=("reason",))],
        coerce=Answer,
        required="Say whether you will come",
    )
    reason = TextAreaField("Reason")
    chair = SelectField("Chair", [("1", "P. Osei"), ("2", "R. Lund")], coerce=int)
    categories = CheckboxesField("Categories", choices(AbuseCategory), coerce=AbuseCategory)
    sure = CheckboxField("I have read the guidance")
    born = DateField("Date of birth")
    at = TimeField("Start time")
    version = VersionField()
    go = SubmitField("Send")


GOOD = {"name": "Shah", "answer": "attend", "version": "3"}


def filled(**posted: Any) -> Every:
    """The form as posted, validated."""
    form = Every(MultiDict({**GOOD, **posted}))
    form.validate()
    return form


def errors(**posted: Any) -> dict[str, Any]:
    """What it says."""
    return filled(**posted).errors


NAMES = [name for name, value in vars(Every).items() if hasattr(value, "field_class")]
ANYTHING = st.dictionaries(
    st.sampled_from([*NAMES, "born-day", "born-month", "born-year", "answer-2"]),
    st.lists(st.text(max_size=40), max_size=4),
)


@given(ANYTHING)
def test_nothing_that_can_be_posted_breaks_a_form(component_app: Flask, posted: dict[str, list[str]]) -> None:
    with component_app.test_request_context("/"):
        form = Every(MultiDict([(name, value) for name, values in posted.items() for value in values]))
        assert form.validate() is not bool(form.error_summary)
        page = BeautifulSoup("".join(str(field()) for field in form if field.name != "reason"), "html.parser")
    ids = {tag["id"] for tag in page.find_all(id=True)}
    assert {href[1:] for _, href in form.error_summary if href} <= ids
    for text in (form.name.data, form.notes.data):
        assert text == text.strip() or form.errors
    assert "\r" not in form.notes.data or form.notes.errors


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Shah \n", "Shah"), ("O’Neill", "O’Neill"), ("Ame\u0301lie", "Amélie"), ("a\tb\nc", "a b c"), ("", "")],
)
def test_lines_of_text_are_tidied(typed: str, kept: str) -> None:
    assert filled(name=typed).name.data == kept


def test_newlines_are_one_kind_and_inner_ones_are_kept() -> None:
    assert filled(notes="\r\n one\r\n\r\ntwo\rthree ").notes.data == "one\n\ntwo\nthree"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9b"])
def test_unseen_characters_are_refused_with_a_sentence(character: str) -> None:
    form = filled(notes=f"a{character}b")
    assert "cannot be seen" in form.errors["notes"][0]
    assert character not in str(form.notes())


def test_too_long_says_how_long() -> None:
    assert errors(notes="x" * 31) == {"notes": ["Notes must be 30 characters or fewer. It has 31"]}
    assert errors(notes="x" * 30) == {}
    assert errors(notes=" " + "x" * 29 + "\r\n") == {}


def test_required_is_said_in_the_forms_own_words() -> None:
    assert errors(name=" ", answer="") == {
        "name": ["Enter the family name"],
        "answer": ["Say whether you will come"],
    }


@pytest.mark.parametrize("address", ["amira@demo.example", "a.b+c@x.co.uk"])
def test_addresses(address: str) -> None:
    assert errors(email=address) == {}


@pytest.mark.parametrize("address", ["amira", "a@b", "a b@c.de", "a@b.c", "a@b@c.de", "a@b.de, c@d.de"])
def test_no_addresses(address: str) -> None:
    assert "name@example.org" in errors(email=address)["email"][0]


def test_codes_lose_their_spaces() -> None:
    assert filled(code=" 123 456 ").code.data == "123456"


def test_passwords_are_taken_as_typed_and_never_shown() -> None:
    form = filled(password="  correct  horse \t")
    assert form.password.data == "  correct  horse \t"
    assert "horse" not in str(form.password())
    assert errors(password="x" * 201)["password"]


def test_choices_are_coerced_and_others_refused() -> None:
    assert filled(answer="apologies").answer.data is Answer.APOLOGIES
    assert filled(chair="2").chair.data == 2
    assert filled(chair="").chair.data is None
    assert errors(answer="deputy")["answer"] == ["Choose one of the answers shown"]
    assert errors(answer="nonsense")["answer"] == ["Choose one of the answers shown"]
    assert errors(chair="3")["chair"] == ["Choose one of the answers shown"]


def test_ticked_boxes_come_in_the_order_of_the_choices() -> None:
    form = Every(MultiDict([*GOOD.items(), ("categories", "emotional"), ("categories", "neglect"), ("sure", "yes")]))
    assert form.validate()
    assert form.categories.data == [AbuseCategory.NEGLECT, AbuseCategory.EMOTIONAL]
    assert form.sure.data is True
    assert errors(categories="other")["categories"] == ["Choose only from the answers shown"]


def test_a_choice_reveals_its_fields() -> None:
    page = BeautifulSoup(str(filled(answer="apologies", reason="Clinic").answer()), "html.parser")
    assert page.select_one("#conditional-answer-2 textarea[name=reason]").get_text().strip() == "Clinic"
    assert "hidden" not in page.select_one("#conditional-answer-2")["class"][-1]
    assert page.select_one("#answer-2").has_attr("checked")
    closed = BeautifulSoup(str(filled().answer()), "html.parser")
    assert "govuk-radios__conditional--hidden" in closed.select_one("#conditional-answer-2")["class"]


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        (("3", "11", "2015"), date(2015, 11, 3)),
        (("03", "Nov", "2015"), date(2015, 11, 3)),
        (("3", "november", "2015"), date(2015, 11, 3)),
        ((" 29 ", "2", "2024"), date(2024, 2, 29)),
        (("1", "Sept", "2026"), date(2026, 9, 1)),
        (("", "", ""), None),
    ],
)
def test_days(parts: tuple[str, str, str], day: date | None) -> None:
    form = filled(**dict(zip(("born-day", "born-month", "born-year"), parts, strict=True)))
    assert form.errors == {}
    assert form.born.data == day


@pytest.mark.parametrize(
    "parts",
    [
        ("31", "2", "2015"),
        ("3", "11", "15"),
        ("3", "", "2015"),
        ("3", "13", "2015"),
        ("3", "ma", "2015"),
        ("²", "1", "2015"),
        ("３", "1", "2015"),
        ("-3", "1", "2015"),
        ("3", "1", "0000"),
        ("3", "1", "1015"),
        ("3", "1", "9999"),
        ("x" * 9000, "1", "2015"),
    ],
)
def test_no_days(parts: tuple[str, str, str]) -> None:
    form = filled(**dict(zip(("born-day", "born-month", "born-year"), parts, strict=True)))
    assert form.errors["born"] == ["Enter the date of birth as day, month and year, like 3 11 2015"]
    assert form.born.data is None
    assert form.error_summary[0][1] == "#born-day"
    page = BeautifulSoup(str(form.born()), "html.parser")
    assert page.select_one("#born-month")["value" if parts[1] else "id"] in (parts[1], "born-month")


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (DateField("By when?", like="1 4 2027"), "By when? Enter it as day, month and year, like 1 4 2027"),
        (
            DateField("Reply by", required="Enter the day by which you need the reply", like="1 4 2027"),
            "Enter the day by which you need the reply as day, month and year, like 1 4 2027",
        ),
        (
            DateField("Day", required="Enter the first day, like 1 4 2027", like="1 4 2027"),
            "Enter the first day as day, month and year, like 1 4 2027",
        ),
        (DateField("Day (optional)", like="1 4 2027"), "Enter the day as day, month and year, like 1 4 2027"),
    ],
)
def test_what_to_enter_is_a_sentence_whatever_the_label_asks(field: Any, sentence: str) -> None:
    class Asking(PortalForm):
        on = field

    form = Asking(MultiDict([("on-day", "99"), ("on-month", "1"), ("on-year", "2027")]))
    assert not form.validate()
    assert form.errors["on"] == [sentence]


def test_doubled_and_missing_boxes_are_no_crash() -> None:
    form = Every(MultiDict([*GOOD.items(), ("born-day", "3"), ("born-day", "4"), ("born-year", "2015")]))
    assert not form.validate()
    assert "born" in form.errors


def test_a_day_that_the_page_shows_first_fills_the_boxes() -> None:
    page = BeautifulSoup(str(Every(born=date(2015, 11, 3)).born()), "html.parser")
    assert [box["value"] for box in page.find_all("input")] == ["3", "11", "2015"]


def test_days_outside_of_what_is_allowed() -> None:
    form = Every(MultiDict({**GOOD, "born-day": "3", "born-month": "11", "born-year": "2015"}))
    form.born.latest = date(2015, 11, 2)
    assert not form.validate()
    assert form.errors["born"] == ["Date of birth must be 2 November 2015 or earlier"]
    form.born.latest, form.born.earliest = None, date(2015, 11, 4)
    assert not form.validate()
    assert form.errors["born"] == ["Date of birth must be 4 November 2015 or later"]
    form.born.latest = form.born.earliest = date(2015, 11, 3)
    assert form.validate()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("10:00", time(10)),
        ("9.30am", time(9, 30)),
        ("2pm", time(14)),
        ("12am", time(0)),
        ("1400", time(14)),
        ("12 pm", time(12)),
        ("0:00", time(0)),
    ],
)
def test_times(typed: str, read: time) -> None:
    form = filled(at=typed)
    assert form.errors == {}
    assert form.at.data == read


@pytest.mark.parametrize("typed", ["9", "25:00", "10:60", "13pm", "noon", "10:00:00", "١٠:٠٠x", "0am"])
def test_no_times(typed: str) -> None:
    form = filled(at=typed)
    assert form.errors["at"] == ["Enter the start time like 10:00 or 2:30pm"]
    assert BeautifulSoup(str(form.at()), "html.parser").input["value"] == typed


@pytest.mark.parametrize("posted", ["", "x", "-1", "1.5", "٣", "9" * 30, str(2**31)])
def test_a_form_without_a_version_is_out_of_date(posted: str) -> None:
    form = filled(version=posted)
    assert form.version.data is None
    assert form.error_summary == [("This page is out of date. Load it again, then make your change", None)]


def test_the_pressed_button_is_known() -> None:
    assert filled(go="yes").go.data is True
    assert filled().go.data is False


def test_what_was_typed_is_kept_and_escaped() -> None:
    form = filled(name="</label><script>", notes="</textarea><script>")
    drawn = str(form.name()) + str(form.notes())
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_errors_are_tied_to_their_inputs() -> None:
    page = BeautifulSoup(str(filled(name="").name(autocomplete="family-name")), "html.parser")
    assert page.input["aria-describedby"] == "name-error"
    assert page.input["autocomplete"] == "family-name"
    message = page.select_one("#name-error")
    assert message.select_one(".govuk-visually-hidden").get_text() == "Error:"
    assert "Enter the family name" in message.get_text()


def test_summary_follows_the_page_and_takes_what_a_service_refused() -> None:
    form = filled(name="", answer="")
    form.take(Invalid("No", errors={"reason": ["Say why"], "elsewhere": ["The meeting is closed"]}))
    assert form.error_summary == [
        ("The meeting is closed", None),
        ("Enter the family name", "#name"),
        ("Say whether you will come", "#answer"),
        ("Say why", "#reason"),
    ]
    other = filled()
    other.take(Invalid("The meeting is closed"))
    assert other.error_summary == [("The meeting is closed", None)]


def test_a_form_that_posts_brings_a_token_and_a_filter_does_not(component_app: Flask) -> None:
    class Posting(PortalForm):
        name = TextField("Name")

    with component_app.test_request_context("/", method="POST", data={"name": "x"}):
        assert "csrf_token" in Posting()
        assert not Posting().validate_on_submit()
    assert "csrf_token" not in Every()
