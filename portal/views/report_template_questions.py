"""Writing a draft of a report template: its questions, when each is asked, and where it stands."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict
from portal.domain.labels import choices, label
from portal.domain.report_answers import condition_words
from portal.domain.report_template_drafting import conditions_for, kinds_for, question_of, section_of
from portal.domain.report_templates import Condition, TemplateQuestion, answers_of
from portal.domain.report_vocabulary import IN_EVERY_TEMPLATE
from portal.forms.report_templates import DependsForm, MoveForm, QuestionForm, condition_form
from portal.services.report_templates import drafts, reading
from portal.services.report_templates.reading import VersionPage
from portal.views.draft_pages import acted
from portal.views.report_template_drafts import draft_at, kept_or_shown
from portal.web.guards import requires

pages = Blueprint("report_template_questions", __name__)

_AT = "/report-templates/<int:template_id>"
_SAVED = "The draft is saved."


@pages.route(f"{_AT}/sections/<section>/questions/new", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def add_question(viewer: Viewer, template_id: int, section: str) -> ResponseReturnValue:
    """A further question of a section."""
    page = reading.read_draft(viewer, template_id)
    found = section_of(page.template, section)
    form = QuestionForm(data={"version": page.version, "for_family": True})

    def save() -> str:
        code = drafts.add_question(viewer, template_id, section, form.said, version=form.seen)
        return draft_at(template_id, f"question-{code}")

    return kept_or_shown("question.html", viewer, page, form, save, section=found)


@pages.route(f"{_AT}/questions/<question>", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def change_question(viewer: Viewer, template_id: int, question: str) -> ResponseReturnValue:
    """One question: what it asks, how it is answered and who may read the answer."""
    page = reading.read_draft(viewer, template_id)
    found = page.template.question(question)
    if found is None and request.method == "POST":
        return _gone(page)
    found = question_of(page.template, question)
    form = QuestionForm(data=QuestionForm.shown(found, page.version))
    form.kind.choices = choices(kinds_for(found, is_published=question in page.published_codes))

    def save() -> str:
        drafts.change_question(viewer, template_id, question, form.said, version=form.seen)
        return draft_at(template_id, f"question-{question}")

    return kept_or_shown(
        "question.html",
        viewer,
        page,
        form,
        save,
        lambda now: _question_in_words(now.template.question(question)),
        question=found,
        is_common=question in IN_EVERY_TEMPLATE,
    )


@pages.post(f"{_AT}/questions/<question>/remove")
@requires(Permission.REPORT_TEMPLATES_KEEP)
def remove_question(viewer: Viewer, template_id: int, question: str) -> ResponseReturnValue:
    """Take a question out."""
    question_of(reading.read_draft(viewer, template_id).template, question)
    return acted(
        lambda version: drafts.remove_question(viewer, template_id, question, version=version),
        "The question is taken out of the draft. Versions before keep it.",
        draft_at(template_id),
    )


@pages.route(f"{_AT}/questions/<question>/condition", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def condition(viewer: Viewer, template_id: int, question: str) -> ResponseReturnValue:
    """On which answer to which other question it depends whether this one is asked."""
    page = reading.read_draft(viewer, template_id)
    asked = question_of(page.template, question)
    depends = DependsForm(request.args)
    possible = conditions_for(page.template, question)
    depends.on.choices = [(one.code, one.title) for one in possible]
    held = asked.asked_if
    on = next(
        (one for one in possible if one.code == (request.values.get("on") or (held.question if held else ""))), None
    )
    depends.on.data = on.code if on else None
    ticked = held.values if held and on and held.question == on.code else ()
    form = condition_form(answers_of(on) if on else (), {"answers": ticked, "version": page.version})

    def save() -> str:
        chosen = Condition(on.code, tuple(form.answers.data)) if on else None
        drafts.set_condition(viewer, template_id, question, chosen, version=form.seen)
        return draft_at(template_id, f"question-{question}")

    def in_words(now: VersionPage) -> dict[str, str]:
        other = now.template.question(question)
        if other is None:
            return _question_in_words(None)
        return {"When it is asked": condition_words(now.template, other) or "Asked in every report"}

    return kept_or_shown(
        "condition.html",
        viewer,
        page,
        form,
        save,
        in_words,
        question=asked,
        depends=depends,
        on=on,
        held=held,
        condition_words=condition_words,
    )


@pages.post(f"{_AT}/questions/<question>/always")
@requires(Permission.REPORT_TEMPLATES_KEEP)
def always(viewer: Viewer, template_id: int, question: str) -> ResponseReturnValue:
    """Ask a question whatever else is answered."""
    question_of(reading.read_draft(viewer, template_id).template, question)
    return acted(
        lambda version: drafts.set_condition(viewer, template_id, question, None, version=version),
        _SAVED,
        draft_at(template_id, f"question-{question}"),
    )


@pages.post(f"{_AT}/move")
@requires(Permission.REPORT_TEMPLATES_KEEP)
def move(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """Let a question or a section change places with its neighbour; the button that was pressed names it."""
    page = reading.read_draft(viewer, template_id)
    form = MoveForm()
    up = bool(form.up.data or form.section_up.data)
    question, section = form.up.data or form.down.data, form.section_up.data or form.section_down.data
    if question:
        question_of(page.template, question)
    elif section:
        section_of(page.template, section)

    def act(version: int) -> None:
        if question:
            drafts.move_question(viewer, template_id, question, up=up, version=version)
        elif section:
            drafts.move_section(viewer, template_id, section, up=up, version=version)

    return acted(act, "Moved.", draft_at(template_id, f"question-{question}" if question else f"section-{section}"))


def _gone(page: VersionPage) -> ResponseReturnValue:
    """What was typed about a question that somebody took out meanwhile, to be added as a new one."""
    form = QuestionForm()
    form.version.data = page.version
    form.choice_codes.data = []
    section = page.template.sections[-1]
    lost = Conflict("", theirs=_question_in_words(None))
    return render_template("report_templates/question.html", page=page, form=form, lost=lost, section=section), 409


def _question_in_words(question: TemplateQuestion | None) -> dict[str, str]:
    if question is None:
        return {"This question": "It was taken out of the draft"}
    return {
        "Question": question.title,
        "Help": question.help,
        "How it is answered": label(question.kind),
        "Choices": "; ".join(choice.label for choice in question.choices),
        "Needed": "Yes" if question.is_needed else "No",
        "The family may read it": "Yes" if question.for_family else "No",
    }
