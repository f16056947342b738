"""Reviewing a sampled meeting: a grade and findings for each question of the tool, and for the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.domain.labels import choices, label, short_label
from portal.domain.practice_tools import ToolQuestion
from portal.domain.sample_grades import OVERALL
from portal.domain.sample_vocabulary import Grade, Judged
from portal.domain.vocabulary import Role
from portal.forms.fields import PortalForm, RadioField, SelectField, SubmitField, TextAreaField, VersionField

LONGEST_FINDING = 10_000
_WORDS = "What did you find?"


class ReviewForm(PortalForm):
    """All questions of a tool on one page. Made by `of`."""

    version = VersionField()
    save = SubmitField("Save and stop", kind="secondary")
    finish = SubmitField("Finish the review")

    codes: list[str]
    """The questions, in the order of the page."""

    @classmethod
    def of(
        cls,
        questions: Iterable[ToolQuestion],
        kept: Any = None,
        *,
        grade: Grade | None = None,
        answers: Mapping[str, Judged] | None = None,
        findings: Mapping[str, str] | None = None,
        version: int = 0,
    ) -> ReviewForm:
        """The form for some questions, with what was written; `kept` is what was typed when a sign-in ended."""
        fields: dict[str, Any] = {}
        data: dict[str, Any] = {"version": version}
        codes = []
        for question in questions:
            codes.append(question.code)
            fields[f"grade_{question.code}"] = RadioField(
                question.text,
                choices(Judged),
                coerce=Judged,
                hint=f"{question.help} Good looks like this: {question.good}",
                look={"legend_classes": "govuk-fieldset__legend--m", "classes": "govuk-radios--small"},
            )
            fields[f"found_{question.code}"] = TextAreaField(
                f"Findings: {question.text}",
                rows=3,
                max_length=LONGEST_FINDING,
                hint=_WORDS,
                look={"label_classes": "govuk-visually-hidden"},
            )
            data[f"grade_{question.code}"] = (answers or {}).get(question.code)
            data[f"found_{question.code}"] = (findings or {}).get(question.code, "")
        fields[f"grade_{OVERALL}"] = RadioField(
            "The meeting as a whole",
            choices(Grade),
            coerce=Grade,
            hint="Your judgement, not an average: one thing that left a child unsafe can decide it.",
            look={"legend_classes": "govuk-fieldset__legend--m", "classes": "govuk-radios--small"},
        )
        fields[f"found_{OVERALL}"] = TextAreaField("In a few words, why?", rows=4, max_length=LONGEST_FINDING)
        data |= {f"grade_{OVERALL}": grade, f"found_{OVERALL}": (findings or {}).get(OVERALL, "")}
        posted = {} if kept is None else {"formdata": kept}
        form: ReviewForm = type(cls.__name__, (cls,), fields)(data=data, **posted)
        form.codes = codes
        return form

    @property
    def overall(self) -> Grade | None:
        """The grade of the whole."""
        chosen: Grade | None = self[f"grade_{OVERALL}"].data
        return chosen

    @property
    def answers(self) -> dict[str, Judged]:
        """The grade of each question that has one."""
        return {code: grade for code in self.codes if (grade := self[f"grade_{code}"].data)}

    @property
    def findings(self) -> dict[str, str]:
        """What was found, under each question and on the whole."""
        return {code: self[f"found_{code}"].data for code in (*self.codes, OVERALL)}


class SettleForm(PortalForm):
    """What the moderator decides where two reviewers differ. Made by `of`."""

    because = TextAreaField(
        "Why do you settle it so?", rows=4, max_length=LONGEST_FINDING, required="Say why you settle it so"
    )
    version = VersionField()

    codes: list[str]
    """The questions on which the reviewers differ."""

    @classmethod
    def of(
        cls, differing: Iterable[tuple[str, str, str]], *, agreed: Grade | None, version: int, kept: Any = None
    ) -> SettleForm:
        """The form for some (code, question, what both said); `agreed` is the overall grade that both gave."""
        fields: dict[str, Any] = {}
        codes = []
        for code, text, hint in differing:
            if code == OVERALL:
                continue
            codes.append(code)
            fields[f"grade_{code}"] = RadioField(
                text,
                choices(Judged),
                coerce=Judged,
                hint=hint,
                required=f"Choose the grade: {text}",
                look={"legend_classes": "govuk-fieldset__legend--s", "classes": "govuk-radios--small"},
            )
        fields[f"grade_{OVERALL}"] = RadioField(
            "The meeting as a whole",
            choices(Grade),
            coerce=Grade,
            required="Grade the meeting as a whole",
            hint=next((hint for code, _text, hint in differing if code == OVERALL), "")
            or (f"Both said: {label(agreed)}" if agreed else ""),
            look={"legend_classes": "govuk-fieldset__legend--m", "classes": "govuk-radios--small"},
        )
        posted = {} if kept is None else {"formdata": kept}
        form: SettleForm = type(cls.__name__, (cls,), fields)(
            data={"version": version, f"grade_{OVERALL}": agreed}, **posted
        )
        form.codes = codes
        return form

    @property
    def overall(self) -> Grade:
        """The grade of the whole."""
        chosen: Grade = self[f"grade_{OVERALL}"].data
        return chosen

    @property
    def answers(self) -> dict[str, Judged]:
        """The grade of each question that they differ on."""
        return {code: self[f"grade_{code}"].data for code in self.codes}


class HandOverForm(PortalForm):
    """Who reviews instead."""

    reviewer = SelectField("Who reviews instead?", coerce=int, required="Choose who reviews instead")
    version = VersionField()

    def offer(self, people: Iterable[tuple[int, str, Role]]) -> None:
        """Put on offer those who may review this meeting."""
        self.reviewer.choices = [(str(number), f"{name}, {short_label(role)}") for number, name, role in people]
