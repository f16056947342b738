"""One question's page, and the answer that is typed on it: no button there loses what was typed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, g, render_template, request

from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.audits import AnswerForm, CommentForm, PressForm
from portal.forms.fields import PortalForm
from portal.services.audits.answering import AnswerText, Saved, save_answer
from portal.services.audits.comments import add_comment
from portal.services.audits.question_page import QuestionPage, question_page
from portal.services.file_pictures import may_look_at
from portal.web.csrf import worth_keeping

CHANGE, MISSING, TAKE = "change", "missing", "take"
"""In a question's address: what stands there is to be changed; what is missing is to be said; what was answered in
another partnership is to be looked at as the answer here."""

_OF_ANSWERS = "version"
"""The field that every form with an answer in it has."""


def draw_question(
    page: QuestionPage, form: AnswerForm, *, was_kept: bool = False, comment: CommentForm | None = None
) -> str:
    """The page of one question."""
    before, after = page.outline.neighbours(page.answer.question.id)
    asks_to_change = bool({CHANGE, MISSING, TAKE} & set(request.args))
    return render_template(
        "audits/question.html",
        page=page,
        answer=page.answer,
        form=form,
        comment=comment or CommentForm(None),
        press=PressForm(None),
        may_look_at=may_look_at,
        before=before,
        after=after,
        is_changing=page.may_answer and (not page.waits or asks_to_change or was_kept or has_answer()),
        is_taking=page.offer is not None and TAKE in request.args,
        was_kept=was_kept,
    )


def has_answer() -> bool:
    """Whether an answer came with what was sent."""
    return _OF_ANSWERS in request.form


def form_of(page: QuestionPage, typed: object) -> AnswerForm:
    """The form with what was typed; without that, as what stands there, or what is to be taken, fills it."""
    form = AnswerForm(typed)
    form.offer(page.answer.scale)
    if typed is None:
        response, offer = page.answer.response, page.offer
        if offer is not None and TAKE in request.args:
            form.fill(offer.rating or response.rating, offer.narrative, response.version)
        else:
            form.fill(response.rating, response.narrative, response.version)
    return form


@dataclass(frozen=True, slots=True)
class Kept:
    """What came with one press and was kept: the answer's form, and what saving it gave where it said anything new."""

    page: QuestionPage
    form: AnswerForm
    saved: Saved | None


def keep_sent(
    viewer: Viewer, return_id: int, question_id: int, *, saves: bool = False, says: bool = False
) -> Kept | tuple[str, int]:
    """Keep the answer and the comment that were sent, whichever button of the page was pressed.

    `saves` is the press of a button that saves: an answer of last time is confirmed by it. `says` is that of the
    comment's own. Gives the page to answer with where something could not be kept, with all of it still there.
    """
    page = question_page(viewer, return_id, question_id)
    answers = saves or has_answer()
    form = form_of(page, request.form if answers else None)
    comment = CommentForm()
    says = says or bool(comment.comment.data)
    # Both are checked before either is kept, so that the page shows every fault at once.
    # An answer that came too late is refused below, whatever it says: there is no field any more to put it right in.
    sent: list[PortalForm] = [*([form] if answers and page.may_answer else []), *([comment] if says else [])]
    if [one for one in sent if not one.validate()]:
        return draw_question(page, form, comment=comment), 400
    if says:
        try:
            add_comment(viewer, return_id, question_id, comment.comment.data)
        except Invalid as refused:
            comment.take(refused)
            return draw_question(page, form, comment=comment), 400
        flash("Your comment was added.")
    text, stored = AnswerText(form.rating.data, form.narrative.data), page.answer.response
    is_on_the_way = not saves or form.is_on_the_way
    if is_on_the_way and (not has_answer() or text == AnswerText(stored.rating, stored.narrative)):
        return Kept(page, form, None)
    try:
        saved = save_answer(viewer, return_id, question_id, form.version.data or 0, text, only_changes=is_on_the_way)
    except Invalid as refused:
        form.take(refused)
        return draw_question(page, form), 400
    except NotPermitted:
        # Sent to be signed while this was typed: the page that refuses it shows the text, to be copied.
        g.refused_form = worth_keeping(request.form.to_dict())
        raise
    except Conflict:
        return _conflict(question_page(viewer, return_id, question_id), form), 409
    return Kept(page, form, saved)


def _conflict(page: QuestionPage, mine: AnswerForm) -> str:
    """Both answers side by side; each way out posts a whole answer, based on the colleague's version."""
    theirs = page.answer.response
    narratives = [text for text in (theirs.narrative, mine.narrative.data) if text]
    together = AnswerForm(None)
    together.offer(page.answer.scale)
    same_rating = mine.rating.data == theirs.rating
    together.fill(theirs.rating if same_rating else None, "\n\n".join(dict.fromkeys(narratives)), theirs.version)
    return render_template(
        "audits/conflict.html",
        page=page,
        answer=page.answer,
        mine=mine,
        mine_rating=page.answer.scale.label(mine.rating.data),
        together=together,
    )
