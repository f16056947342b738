"""A meeting that is being opened: what was typed on each page, carried along in the pages themselves.

Nothing is kept on the server until the last page is sent. Each page posts what was typed on all pages before it, and on
those after it where somebody went back; so the browser's own way back loses nothing, nor does a sign-in that ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from portal.access.viewer import Viewer
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.row_numbers import row_number_or_none
from portal.domain.vocabulary import Expectation, ExpectationReason
from portal.forms.fields.text import cleaned
from portal.forms.scheduling_opening import (
    MOST_CHILDREN,
    NOT_ASKED,
    AgenciesForm,
    AgencyRow,
    FamilyForm,
    HowForm,
    NewChildForm,
    SlotForm,
    TriggerForm,
)
from portal.services import kept_forms
from portal.services.invitations.expectations import reasons_for
from portal.services.rule_sets import KnownType, RuleBook
from portal.services.scheduling.due import DueDay
from portal.services.scheduling.engagements import Diary
from portal.services.scheduling.opening import InvitedAgency
from portal.services.scheduling.prefilling import Begun, begun_after, begun_for_case, case_with_reference

STEPS = ("family", "children", "trigger", "agencies", "how", "day", "check")
TITLES = {
    "family": "Which family, and what kind of meeting?",
    "children": "Who are the children?",
    "trigger": "What asked for the meeting?",
    "agencies": "Which agencies are asked?",
    "how": "Who chairs, and how is it held?",
    "day": "When is it?",
    "check": "Check the meeting before it is opened",
}

_NOT_CARRIED = ("csrf_token", "working_as", "step", "go", "add", "more", "send")
_TOUCHED = "touched"


@dataclass
class Journey:
    """What is known so far: what was posted, what it all begins with, and the family where it is known."""

    viewer: Viewer
    book: RuleBook
    posted: Any
    begun: Begun
    case_id: int | None = None
    due_days: dict[date, DueDay] = field(default_factory=dict)
    diary: tuple[date, date, Diary] | None = None
    """What has been worked out or read once on the way from one page to the next."""

    @classmethod
    def of_request(cls, viewer: Viewer, book: RuleBook) -> Journey:
        """The journey as the request has it; on a first visit perhaps what was kept when a sign-in had ended."""
        kept = kept_forms.take(viewer, request.path) if request.method == "GET" else None
        posted: Any = request.form if request.method == "POST" else kept if kept is not None else MultiDict()
        follows = row_number_or_none(posted.get("follows") or request.args.get("after"))
        case = row_number_or_none(posted.get("case") or request.args.get("case"))
        begun = Begun()
        if follows is not None:
            begun = begun_after(viewer, book, follows)
        elif case is not None:
            begun = begun_for_case(viewer, case)
        journey = cls(viewer, book, posted, begun)
        reference = journey.text("reference") if journey.was_on("family") else begun.reference
        journey.case_id = begun.case_id if reference == begun.reference else case_with_reference(viewer, reference)
        return journey

    @property
    def step(self) -> str:
        """The page that was sent, or that is to be shown first."""
        asked = self.posted.get("step") or ""
        return asked if asked in STEPS else STEPS[0]

    @property
    def wanted(self) -> str:
        """The page that a button other than the main one leads to; empty for the main one."""
        asked = self.posted.get("go") or ""
        return asked if asked in STEPS else ""

    @property
    def steps(self) -> list[str]:
        """The pages of this journey: only of a family that is not known yet are the children asked for."""
        return [step for step in STEPS if step != "children" or self.is_new_family]

    @property
    def is_new_family(self) -> bool:
        """Whether nobody knows the family yet."""
        return self.case_id is None and bool(self.text("reference"))

    @property
    def kind(self) -> KnownType | None:
        """The kind of meeting that was chosen."""
        return self.book.meeting_type(self.text("kind") if self.was_on("family") else self.begun.kind)

    @property
    def is_conference(self) -> bool:
        """Whether it is a conference, of which more is asked."""
        return self.kind is not None and self.kind.family is MeetingFamily.CONFERENCE

    @property
    def may_be_over(self) -> bool:
        """Whether it may be written down after it was held: what cannot wait is discussed at once."""
        return self.kind is not None and self.kind.family is MeetingFamily.STRATEGY

    @property
    def follows_id(self) -> int | None:
        """The meeting that this one goes on from, as long as it is about the same family."""
        same = self.begun.case_id is not None and self.begun.case_id == self.case_id
        return self.begun.follows_id if same else None

    def text(self, name: str) -> str:
        """What was typed under a name; nothing where it cannot be read, which its field then says."""
        value = self.posted.get(name)
        try:
            return cleaned(value) if isinstance(value, str) else ""
        except ValueError:
            return ""

    def was_on(self, step: str) -> bool:
        """Whether a page was sent before, or is being sent."""
        return step in self.text(_TOUCHED).split(",") or step == self.posted.get("step")

    def after(self, step: str) -> str:
        """The page that comes next."""
        steps = self.steps
        return steps[min(steps.index(step) + 1, len(steps) - 1)] if step in steps else steps[1]

    def before(self, step: str) -> str:
        """The page that came before; empty for the first."""
        place = self.steps.index(step)
        return self.steps[place - 1] if place else ""

    def carried(self, own: Iterable[str]) -> list[tuple[str, str]]:
        """What the page must carry along: everything typed elsewhere, and which pages were seen."""
        mine = {*own, *_NOT_CARRIED, _TOUCHED, "follows", "case"}
        names = dict.fromkeys(self.posted)
        found = [(name, value) for name in names if name not in mine for value in self.posted.getlist(name)]
        found.append((_TOUCHED, ",".join(step for step in STEPS if self.was_on(step))))
        found += [("follows", str(self.begun.follows_id))] if self.begun.follows_id is not None else []
        is_plain_case = self.begun.follows_id is None and self.begun.case_id is not None
        return found + ([("case", str(self.begun.case_id))] if is_plain_case else [])

    def source(self, step: str) -> Any:
        """What a page's form is filled from: what was typed into it, or nothing yet."""
        return self.posted if self.was_on(step) else None

    def family_form(self) -> FamilyForm:
        """The first page."""
        begun = self.begun
        form = FamilyForm(self.source("family"), data={"reference": begun.reference, "kind": begun.kind})
        form.offer((one.code, one.name) for one in self.book.meeting_types if not one.is_retired)
        return form

    def children_forms(self) -> list[NewChildForm]:
        """One form for each child, as many as were asked for."""
        number = min(max(row_number_or_none(self.posted.get("children")) or 1, 1), MOST_CHILDREN)
        if self.posted.get("more"):
            number = min(number + 1, MOST_CHILDREN)
        source = self.source("children")
        return [NewChildForm(source, prefix=f"children-{place}-", meta={"csrf": False}) for place in range(number)]

    def trigger_form(self) -> TriggerForm:
        """What asked for it; only where the rules count from there must it be said."""
        begun = self.begun
        data = {"trigger_kind": begun.trigger_kind, "trigger_on": begun.trigger_on}
        form = TriggerForm(self.source("trigger"), data=data)
        form.trigger_on.latest = form.section_47_on.latest = self.viewer.today
        kind = self.kind
        if kind is None or self.book.on(self.viewer.today).rule_for(kind.code).due.from_trigger is None:
            form.trigger_kind.required = form.trigger_on.required = ""
        return form

    def how_form(self, chairs: Iterable[tuple[int, str]]) -> HowForm:
        """Chair, length and place."""
        begun = self.begun
        form = HowForm(
            self.source("how"),
            data={
                "chair_membership_id": begun.chair_membership_id,
                "duration_minutes": begun.duration_minutes,
                "format": begun.format,
                "place": begun.place,
                "link": begun.link,
            },
        )
        form.offer(chairs)
        return form

    def slot_form(self) -> SlotForm:
        """Day and time."""
        return SlotForm(self.source("day"))

    def agencies_form(self) -> AgenciesForm:
        """The buttons below the agencies."""
        return AgenciesForm(self.source("agencies"))

    def agency_rows(self) -> list[tuple[int, str, str]]:
        """What was said of each agency: its id, what is expected of it, and why."""
        found: dict[int, tuple[int, str, str]] = {}
        for text in self.text("agencies").split(","):
            number = row_number_or_none(text)
            if number is not None:
                found[number] = (number, self.text(f"expectation_{number}"), self.text(f"reason_{number}"))
        return list(found.values())

    def invited(self) -> list[InvitedAgency]:
        """The agencies that are asked, of those whose rows are sound."""
        asked = [
            _invited(number, expectation, reason)
            for number, expectation, reason in self.agency_rows()
            if expectation != NOT_ASKED
        ]
        return [one for one in asked if one is not None]

    def check_rows(self, rows: Iterable[AgencyRow]) -> bool:
        """Whether each agency's row says something that fits; otherwise it says what to do."""
        sound = True
        for row in rows:
            if row.expectation != NOT_ASKED and _invited(row.agency_id, row.expectation, row.reason) is None:
                row.error, sound = "Choose what is expected and a reason that fits", False
        return sound


def _invited(agency_id: int, expectation: str, reason: str) -> InvitedAgency | None:
    try:
        asked = InvitedAgency(agency_id, Expectation(expectation), ExpectationReason(reason))
    except ValueError:
        return None
    return asked if asked.reason in reasons_for(asked.expectation) else None
