"""An agency's report, its form made from the template: one field for each question, with what its page had shown.

Nothing is required here: a draft may be as unfinished as it likes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from portal.domain.report_answers import LONG_LIMIT, NO, SHORT_LIMIT, YES, codes_of, seen, tidied
from portal.domain.report_templates import ReportTemplate, TemplateQuestion
from portal.domain.report_vocabulary import AnswerKind
from portal.forms.fields import (
    CheckboxesField,
    DateField,
    FileField,
    PortalForm,
    RadioField,
    SubmitField,
    TextAreaField,
    TextField,
    VersionField,
)
from portal.forms.fields.dates import PARTS
from portal.forms.fields.drawn import DrawnField

_SEEN = "seen-"
_MOST_DIGITS = 10
_ROWS = 5
_LABEL = {"label_classes": "govuk-label--s"}
_LEGEND = {"legend_classes": "govuk-fieldset__legend--s"}


class Given(NamedTuple):
    """What a form says of one question, and what its page had shown."""

    value: str
    seen: int


class ReportForm(PortalForm):
    """The whole report on one page; made by `report_form`, with a field `answer_CODE` for each question."""

    template: ReportTemplate
    is_limited: bool
    files: FileField
    attach: SubmitField
    save: SubmitField
    check: SubmitField
    seen: Mapping[str, int] = MappingProxyType({})
    """Of each question: what stood there when the page was made. A form says it, and who makes a page sets it."""

    def question_field(self, code: str) -> DrawnField:
        """One question's field."""
        field: Any = self[f"answer_{code}"]
        return cast(DrawnField, field)

    def given(self) -> dict[str, Given]:
        """What was sent and can be read; a question that the page did not hold is not among it."""
        return {
            question.code: Given(value_of(question, field.data), self.seen[question.code])
            for question in self.template.questions
            if question.code in self.seen and not (field := self.question_field(question.code)).errors
        }

    def check_given(self) -> dict[str, str]:
        """Look at what was sent; gives by question what cannot be read, and draws it there."""
        self.validate()
        return {
            question.code: str(field.errors[0])
            for question in self.template.questions
            if question.code in self.seen and (field := self.question_field(question.code)).errors
        }

    def complain(self, sentences: Mapping[str, str]) -> None:
        """Show what is wrong with answers, each sentence at its question."""
        for code, sentence in sentences.items():
            self.add_error(f"answer_{code}", sentence)

    def seen_input(self, code: str) -> Markup:
        """The hidden input that says what the page shows of a question."""
        return Markup('<input type="hidden" name="{}" value="{}">').format(f"{_SEEN}{code}", self.seen[code])


@lru_cache(maxsize=256)
def report_form(template: ReportTemplate, is_limited: bool = False) -> type[ReportForm]:
    """The form of a template, made once for each version of it."""
    fields: dict[str, Any] = {f"answer_{question.code}": _field(question) for question in template.questions}
    fields |= {
        "files": FileField("Attach files", hint="Only if your report needs them, such as a chronology or a body map."),
        "attach": SubmitField("Attach", kind="secondary"),
        "save": SubmitField("Save and stop", kind="secondary"),
        "check": SubmitField("Check and send"),
        "template": template,
        "is_limited": is_limited,
    }
    return type("TemplateForm", (ReportForm,), fields)


def sent_form(template: ReportTemplate, posted: MultiDict[str, str], *, is_limited: bool = False) -> ReportForm:
    """The form as it came in; the whole of it, or of some questions alone."""
    form = report_form(template, is_limited)()
    form.seen = _seen_in(template, posted)
    return form


def shown_form(
    template: ReportTemplate,
    answers: Mapping[str, str],
    kept: Mapping[str, str] | None = None,
    *,
    is_limited: bool = False,
) -> ReportForm:
    """The form to be filled in, with what is saved, and over it what was `kept` of questions when a sign-in ended."""
    before = _seen_in(template, kept or {})
    pairs = [
        pair
        for question in template.questions
        for pair in (
            _kept_of(question, kept)
            if kept and question.code in before
            else posted_of(question, answers.get(question.code, ""))
        )
    ]
    form = report_form(template, is_limited)(MultiDict(pairs))
    form.seen = {one.code: before.get(one.code, seen(answers.get(one.code, ""))) for one in template.questions}
    return form


def no_longer_asked(template: ReportTemplate, posted: Mapping[str, str]) -> dict[str, str]:
    """What was typed to questions that a page held and that the template has not: a newer version began meanwhile."""
    many = getattr(posted, "getlist", None)
    found = {}
    for name in posted:
        code = name.removeprefix(_SEEN)
        if code == name or template.question(code) is not None:
            continue
        parts = [code, *(f"{code}-{part}" for part in PARTS)]
        texts = [text for part in parts for text in (many(part) if many is not None else [posted.get(part, "")])]
        if typed := " ".join(filter(None, texts)):
            found[code] = typed
    return found


def posted_of(question: TemplateQuestion, value: str) -> list[tuple[str, str]]:
    """What a form posts for an answer: names of inputs with their values."""
    if question.kind is AnswerKind.SEVERAL_OF:
        return [(question.code, code) for code in codes_of(value)]
    if question.kind is AnswerKind.DAY and value:
        year, month, day = value.split("-")
        return [
            (f"{question.code}-{part}", str(int(text))) for part, text in zip(PARTS, (day, month, year), strict=True)
        ]
    return [(question.code, value)]


def value_of(question: TemplateQuestion, data: Any) -> str:
    """An answer as it is kept, from a field's data."""
    if isinstance(data, date):
        return data.isoformat()
    if isinstance(data, list):
        return ",".join(data)
    return tidied(question, data or "")


def _field(question: TemplateQuestion) -> DrawnField:
    """The field of a question; what a form posts it under is its code, which stays the same from version to version."""
    title = question.title if question.is_needed else f"{question.title} (optional)"
    own: dict[str, Any] = {"name": question.code, "hint": question.help}
    match question.kind:
        case AnswerKind.LONG:
            return TextAreaField(title, rows=_ROWS, max_length=LONG_LIMIT, look=_LABEL, **own)
        case AnswerKind.SHORT:
            return TextField(title, max_length=SHORT_LIMIT, look=_LABEL, **own)
        case AnswerKind.NUMBER:
            short = {"inputmode": "decimal", "classes": "govuk-input--width-5", **_LABEL}
            return TextField(title, max_length=SHORT_LIMIT, look=short, **own)
        case AnswerKind.DAY:
            return DateField(title, look=_LEGEND, **own)
        case AnswerKind.YES_NO:
            return RadioField(title, ((YES, "Yes"), (NO, "No")), look=_LEGEND, **own)
        case AnswerKind.ONE_OF:
            return RadioField(title, _choices(question), look=_LEGEND, **own)
    return CheckboxesField(title, _choices(question), look=_LEGEND, **own)


def _choices(question: TemplateQuestion) -> list[tuple[str, str]]:
    return [(choice.code, choice.label) for choice in question.choices]


def _seen_in(template: ReportTemplate, posted: Mapping[str, str]) -> dict[str, int]:
    """What a form says that its page showed, of the questions that it holds."""
    found = {}
    for question in template.questions:
        text = posted.get(f"{_SEEN}{question.code}", "")
        if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            found[question.code] = int(text)
    return found


def _kept_of(question: TemplateQuestion, kept: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was kept of one question, each of its inputs."""
    names = [question.code, *(f"{question.code}-{part}" for part in PARTS)]
    many = getattr(kept, "getlist", None)
    return [
        (name, value) for name in names if name in kept for value in (many(name) if many is not None else [kept[name]])
    ]


class SendForm(PortalForm):
    """Sending what was checked; the version is that of what the page showed."""

    version = VersionField()


class SignOffForm(SendForm):
    """The lead's decision on what waits for a signature."""

    note = TextAreaField(
        "What should be changed?",
        rows=4,
        max_length=2_000,
        hint="Only if you send it back. Your colleagues read it on their Home page and above the report.",
    )
    sign = SubmitField("Sign and send")
    send_back = SubmitField("Send back", kind="secondary")
