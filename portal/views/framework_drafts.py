"""Writing a draft edition of an audit framework: its details, standards and questions, then publishing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted
from portal.domain.frameworks import QuestionText
from portal.domain.vocabulary import AgencyType
from portal.forms.drafts import DraftForm
from portal.forms.frameworks import (
    DetailsForm,
    NewQuestionForm,
    NewStandardForm,
    QuestionForm,
    StandardForm,
)
from portal.services.frameworks import drafts, editions
from portal.services.frameworks.drafts import EditionDetails
from portal.services.frameworks.editions import EditionPage
from portal.views.draft_pages import acted, saved_or_shown
from portal.web.guards import requires

pages = Blueprint("framework_drafts", __name__)

_SAVED = "The draft is saved."


@pages.route("/frameworks/<int:edition_id>/details", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def details(viewer: Viewer, edition_id: int) -> ResponseReturnValue:
    """What the edition says about itself."""
    edition = _draft(viewer, edition_id)
    said = edition.framework
    shown = {name: getattr(said, name) for name in ("title", "law", "guidance_edition", "effective_from")}
    form = DetailsForm(data={**shown, "version": edition.version})

    def save() -> str:
        day = form.effective_from.data or said.effective_from
        new = EditionDetails(form.title.data, form.law.data, form.guidance_edition.data, day)
        drafts.change_details(viewer, edition_id, new, version=form.seen)
        return url_for("frameworks.show", edition_id=edition_id)

    return _saved_or_shown("frameworks/details.html", viewer, edition, form, save, _details_in_words)


@pages.route("/frameworks/<int:edition_id>/standards/new", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def add_standard(viewer: Viewer, edition_id: int) -> ResponseReturnValue:
    """A further standard, behind the others."""
    edition = _draft(viewer, edition_id)
    form = NewStandardForm(data={"version": edition.version})

    def save() -> str:
        standard_id = drafts.add_standard(
            viewer, edition_id, form.code.data, form.title.data, form.summary.data, version=form.seen
        )
        return url_for("framework_drafts.add_question", edition_id=edition_id, standard_id=standard_id)

    return _saved_or_shown("frameworks/standard.html", viewer, edition, form, save)


@pages.route("/frameworks/<int:edition_id>/standards/<int:standard_id>", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def change_standard(viewer: Viewer, edition_id: int, standard_id: int) -> ResponseReturnValue:
    """A standard's title and summary."""
    edition = _draft(viewer, edition_id)
    standard = edition.standard(standard_id)
    form = StandardForm(data={"title": standard.title, "summary": standard.summary, "version": edition.version})

    def save() -> str:
        drafts.change_standard(viewer, edition_id, standard_id, form.title.data, form.summary.data, version=form.seen)
        return url_for("frameworks.show", edition_id=edition_id, _anchor=f"standard-{standard.code}")

    def in_words(now: EditionPage) -> dict[str, str]:
        found = now.standard(standard_id)
        return {"Title": found.title, "What it is about": found.summary}

    return _saved_or_shown(
        "frameworks/standard.html", viewer, edition, form, save, in_words, standard=standard, standard_id=standard_id
    )


@pages.post("/frameworks/<int:edition_id>/standards/<int:standard_id>/remove")
@requires(Permission.AUDITS_RUN)
def remove_standard(viewer: Viewer, edition_id: int, standard_id: int) -> ResponseReturnValue:
    """Take a standard out, once no question stands in it."""
    return _acted(
        viewer,
        edition_id,
        lambda version: drafts.remove_standard(viewer, edition_id, standard_id, version=version),
        _SAVED,
    )


@pages.route("/frameworks/<int:edition_id>/standards/<int:standard_id>/questions/new", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def add_question(viewer: Viewer, edition_id: int, standard_id: int) -> ResponseReturnValue:
    """A further question of a standard."""
    edition = _draft(viewer, edition_id)
    standard = edition.standard(standard_id)
    form = NewQuestionForm(data={"version": edition.version, "scale": next(iter(edition.framework.scales))})
    _offer(form, edition)

    def save() -> str:
        said = _said(form, form.code.data)
        drafts.add_question(viewer, edition_id, standard_id, said, version=form.seen)
        return url_for("frameworks.show", edition_id=edition_id, _anchor=f"question-{said.code}")

    return _saved_or_shown("frameworks/question.html", viewer, edition, form, save, standard=standard)


@pages.route("/frameworks/<int:edition_id>/questions/<int:question_id>", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def change_question(viewer: Viewer, edition_id: int, question_id: int) -> ResponseReturnValue:
    """One question: what it asks, of whom, and how it is answered."""
    edition = _draft(viewer, edition_id)
    question = edition.question(question_id)
    form = QuestionForm(data=_shown(question, edition.version))
    _offer(form, edition)

    def save() -> str:
        said = _said(form, question.code)
        drafts.change_question(viewer, edition_id, question_id, said, version=form.seen)
        return url_for("frameworks.show", edition_id=edition_id, _anchor=f"question-{question.code}")

    def in_words(now: EditionPage) -> dict[str, str]:
        found = now.question(question_id)
        return {"Question": found.text, "Help": found.help, "What good looks like": found.good}

    return _saved_or_shown(
        "frameworks/question.html", viewer, edition, form, save, in_words, question=question, question_id=question_id
    )


@pages.post("/frameworks/<int:edition_id>/questions/<int:question_id>/remove")
@requires(Permission.AUDITS_RUN)
def remove_question(viewer: Viewer, edition_id: int, question_id: int) -> ResponseReturnValue:
    """Take a question out."""
    return _acted(
        viewer,
        edition_id,
        lambda version: drafts.remove_question(viewer, edition_id, question_id, version=version),
        "The question is taken out of the draft. Editions before keep it.",
    )


@pages.route("/frameworks/<int:edition_id>/publish", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def publish(viewer: Viewer, edition_id: int) -> ResponseReturnValue:
    """What publishing means, and doing it."""
    edition = _draft(viewer, edition_id)
    form = DraftForm(data={"version": edition.version})

    def save() -> str:
        drafts.publish(viewer, edition_id, version=form.seen)
        return url_for("frameworks.show", edition_id=edition_id)

    difference = editions.differences(viewer, edition_id) if edition.previous_id else None
    return _saved_or_shown(
        "frameworks/publish.html",
        viewer,
        edition,
        form,
        save,
        message="The edition is published. The next audit round can ask it.",
        difference=difference,
    )


@pages.route("/frameworks/<int:edition_id>/discard", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def discard(viewer: Viewer, edition_id: int) -> ResponseReturnValue:
    """Throw a draft away, after asking once."""
    edition = _draft(viewer, edition_id)
    form = DraftForm(data={"version": edition.version})

    def save() -> str:
        drafts.discard(viewer, edition_id, version=form.seen)
        return url_for("frameworks.index")

    return _saved_or_shown("frameworks/discard.html", viewer, edition, form, save, message="The draft is thrown away.")


def _draft(viewer: Viewer, edition_id: int) -> EditionPage:
    edition = editions.read_edition(viewer, edition_id)
    if not edition.may_change:
        raise NotPermitted("A published edition does not change. Begin a new draft from it.")
    return edition


def _saved_or_shown(
    template: str,
    viewer: Viewer,
    edition: EditionPage,
    form: DraftForm,
    save: Callable[[], str],
    in_words: Callable[[EditionPage], Mapping[str, str]] | None = None,
    *,
    message: str = _SAVED,
    **context: object,
) -> ResponseReturnValue:
    """Save what was posted and go on, or show the form: with what is wrong, or beside what somebody else saved."""
    return saved_or_shown(
        form,
        edition,
        save,
        reread=lambda: _draft(viewer, edition.id),
        draw=lambda now, lost: render_template(template, edition=now, form=form, lost=lost, **context),
        in_words=in_words,
        message=message,
    )


def _acted(viewer: Viewer, edition_id: int, act: Callable[[int], None], message: str) -> ResponseReturnValue:
    """Do what a button of one act asks, and say so on the edition's page, also where it could not be done."""
    _draft(viewer, edition_id)
    return acted(act, message, url_for("frameworks.show", edition_id=edition_id))


def _offer(form: QuestionForm, edition: EditionPage) -> None:
    """Offer what this framework has: its scales, and those whom it is for."""
    form.scale.choices = [
        (code, " · ".join(point.label for point in reversed(scale.points)))
        for code, scale in edition.framework.scales.items()
    ]
    types = edition.framework.agency_types
    form.agency_types.choices = [choice for choice in form.agency_types.choices if choice.value in types]
    if AgencyType.SCHOOL not in types:
        del form.phases


def _shown(question: QuestionText, version: int) -> dict[str, object]:
    return {
        "text": question.text,
        "help": question.help,
        "good": question.good,
        "hints": "\n".join(question.hints),
        "paragraph": question.paragraph,
        "scale": question.scale,
        "weight": question.weight,
        "agency_types": question.agency_types,
        "phases": question.phases,
        "needs_narrative": question.needs_narrative,
        "needs_evidence": question.needs_evidence,
        "version": version,
    }


def _said(form: QuestionForm, code: str) -> QuestionText:
    return QuestionText(
        code=code,
        text=form.text.data,
        help=form.help.data,
        good=form.good.data,
        hints=form.hint_lines,
        paragraph=form.paragraph.data,
        scale=form.scale.data,
        weight=form.weight.data,
        agency_types=frozenset(form.agency_types.data),
        phases=frozenset(form.phases.data) if "phases" in form else frozenset(),
        needs_narrative=form.needs_narrative.data,
        needs_evidence=form.needs_evidence.data,
    )


def _details_in_words(edition: EditionPage) -> dict[str, str]:
    said = edition.framework
    return {"Title": said.title, "Law": said.law, "Guidance": said.guidance_edition}
