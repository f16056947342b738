"""The one page that a link opens, put together of three forms: the answer, who came, and the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.errors import Invalid
from portal.domain.report_answers import condition_words, offered, sections_of, seen
from portal.domain.return_links import LinkEnd
from portal.domain.telephones import masked
from portal.domain.vocabulary import Answer, Attendance
from portal.forms.fields import PortalForm
from portal.forms.reports import ReportForm, sent_form, shown_form
from portal.forms.returns import LinkAnswerForm, LinkAttendanceForm, LinkRecordForm
from portal.services.clinical_records.asking import takes_records
from portal.services.invitations.answering import answers_for
from portal.services.invitations.seen import seen_answer, seen_declaration
from portal.services.reports.writing import Lost
from portal.services.return_links.ending import FoundLink
from portal.services.return_links.returning import Answered, Declared, ReturnPage
from portal.services.texting import texting
from portal.views.record_pages import Ways
from portal.web.csrf import worth_keeping
from portal.web.filters import time_of_day

ANSWER, DAY = "invitation", "day"
"""Before the names of two of the forms, so that no question of a report is called like a field of theirs."""

FILLED = "filled"
"""Questions, with commas between them, that the page shows as filled from a record: sending it confirms them."""


@dataclass(slots=True)
class Sheet:
    """The page with its forms; each is empty where it is not asked."""

    page: ReturnPage
    answer: LinkAnswerForm | None
    day: LinkAttendanceForm | None
    report: ReportForm | None
    record: LinkRecordForm

    @property
    def forms(self) -> Iterator[PortalForm]:
        """Those that are asked, in the order of the page."""
        yield self.record
        yield from (form for form in (self.report, self.answer, self.day) if form is not None)

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """Every error of the page."""
        return [error for form in self.forms for error in form.error_summary]

    def is_sound(self, *, sends_report: bool) -> bool:
        """Whether answer and attendance were given as they must be; the report is looked at by itself.

        With a report, or with who came, the answer may be left for later: the link goes on asking for it.
        """
        sends_other = sends_report or self.declared is not None
        if self.answer is not None and self.answer.answer.data is None and sends_other:
            return self.day is None or self.day.validate()
        # Each of them is looked at, whatever the one before it came to.
        faults = [form for form in (self.answer, self.day) if form is not None and not form.validate()]
        return not faults

    @property
    def answered(self) -> Answered | None:
        """The answer that is sent; an answer that was given before and not asked again is none."""
        if self.answer is None or self.answer.answer.data is None:
            return None
        return Answered(Answer(self.answer.answer.data), self.answer.note, self.answer.version.data or 0)

    @property
    def is_not_ours(self) -> bool:
        """Whether the agency says that the child is not theirs: then no report is sent."""
        return self.answered is not None and self.answered.ends_part

    @property
    def declared(self) -> Declared | None:
        """Who came, where that was said."""
        if self.day is None or self.day.attendance.data is None:
            return None
        return Declared(Attendance(self.day.attendance.data), self.day.version.data or 0)

    def take(self, refused: Invalid) -> None:
        """Show what was refused, each sentence where it belongs."""
        errors = dict(refused.errors)
        if self.report is not None:
            codes = [one.code for one in self.report.template.questions if one.code in errors]
            self.report.complain({code: errors.pop(code)[0] for code in codes})
        if errors or not refused.errors:
            (self.answer or self.day or self.record).take(Invalid(str(refused), errors=errors))


def fresh_sheet(page: ReturnPage, *, is_posted: bool = False) -> Sheet:
    """The page with what is saved; answer and attendance as they were posted, where they were."""
    return Sheet(page, _answer_form(page, is_posted), _day_form(page, is_posted), _shown_report(page), _record_form())


def posted_sheet(page: ReturnPage) -> Sheet:
    """The page as it was sent."""
    report = None
    if page.desk is not None:
        report = sent_form(page.desk.template, request.form, is_limited=page.desk.is_limited)
    return Sheet(page, _answer_form(page, True), _day_form(page, True), report, LinkRecordForm())


def complain_of_lost(form: ReportForm, lost: Mapping[str, Lost]) -> None:
    """Say which answers were changed in another window; what was typed here stays, and is kept if it is sent again."""
    form.complain(
        {
            code: f"This was changed in another window{f' at {time_of_day(one.at)}' if one.at else ''}, where it says: "
            f"“{one.theirs or 'nothing'}”. Send the page again to keep what stands here instead"
            for code, one in lost.items()
        }
    )
    form.seen = {**form.seen, **{code: seen(one.theirs) for code, one in lost.items()}}


def draw_sheet(token: str, sheet: Sheet) -> str:
    """The page."""
    page, desk = sheet.page, sheet.page.desk
    report: dict[str, object] = {}
    if desk is not None and sheet.report is not None:
        questions = offered(desk.template, desk.is_limited)
        # A page that was made before another form was chosen does not hold all of them.
        sheet.report.seen = {one.code: seen(desk.answers.get(one.code, "")) for one in questions} | dict(
            sheet.report.seen
        )
        report = {
            "sections": list(sections_of(desk.template, questions)),
            "condition_words": partial(condition_words, desk.template),
            "takes_record": takes_records(desk),
        }
    return render_template("returns/page.html", token=token, filled=FILLED, sheet=sheet, page=page, desk=desk, **report)


def code_facts(link: FoundLink) -> dict[str, object]:
    """What the page for the code says: whose link it is, and how a code can come."""
    number = masked(link.telephone) if link.telephone and texting() is not None else ""
    return {"agency_name": link.scope.agency_name, "holder_name": link.holder, "telephone": number}


def record_ways(token: str) -> Ways:
    """Where the pages of a clinical record lead for whoever came by a link."""
    here = url_for("returns.show", token=token)
    return Ways(upload=here, take=url_for("returns.take", token=token), report=here)


def beside_record() -> Iterable[tuple[str, str]]:
    """What was given beside the file and is not kept yet: the answer and who came."""
    return [
        (name, value) for name, value in request.form.items(multi=True) if name.startswith((f"{ANSWER}-", f"{DAY}-"))
    ]


def ask_again(token: str) -> ResponseReturnValue:
    """The code is asked for anew; what was just sent is shown to be copied."""
    if request.headers.get("X-Requested-With") == "fetch":
        return {"error": "signed_out", "message": "Your time is over. Give a new code to carry on."}, 401
    typed = worth_keeping(request.form.to_dict())
    return render_template("returns/lapsed.html", token=token, typed=typed), 400


def over_page(link: FoundLink | None) -> ResponseReturnValue:
    """Why a link works no longer, and what to do; what was just sent is shown to be copied."""
    if request.headers.get("X-Requested-With") == "fetch":
        return {"message": "This link does not work any more."}, 409
    typed = worth_keeping(request.form.to_dict())
    page = render_template("returns/over.html", link=link, LinkEnd=LinkEnd, typed=typed)
    return page, 410 if link else 404


def _answer_form(page: ReturnPage, is_posted: bool) -> LinkAnswerForm | None:
    if not page.asks_answer:
        return None
    invitation = page.invitation
    has_answer = is_posted and f"{ANSWER}-version" in request.form
    form = LinkAnswerForm(request.form if has_answer else None, prefix=ANSWER)
    form.offer(answers_for(invitation.expectation, invitation.report_due_on), page.link.scope.agency_type)
    if not has_answer:
        form.fill(invitation.answer, invitation.answer_note, seen_answer(invitation))
    return form


def _day_form(page: ReturnPage, is_posted: bool) -> LinkAttendanceForm | None:
    if not page.asks_attendance:
        return None
    has_day = is_posted and f"{DAY}-version" in request.form
    form = LinkAttendanceForm(request.form if has_day else None, prefix=DAY)
    if not has_day:
        form.attendance.data = page.invitation.declared_attendance
        form.version.data = seen_declaration(page.invitation)
    return form


def _shown_report(page: ReturnPage) -> ReportForm | None:
    desk = page.desk
    return None if desk is None else shown_form(desk.template, desk.answers, is_limited=desk.is_limited)


def _record_form() -> LinkRecordForm:
    return LinkRecordForm(None)
