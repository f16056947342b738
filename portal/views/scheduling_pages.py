"""The pages on which a meeting is opened: what each shows, and whether what was typed into it can be taken."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import render_template

from portal.domain.due_reasons import Trigger, last_useful_day
from portal.domain.errors import Invalid
from portal.domain.labels import in_words
from portal.domain.meeting_vocabulary import MeetingVariant
from portal.domain.row_numbers import row_number_or_none
from portal.domain.slots import ASSUMED_MINUTES, Slot
from portal.domain.vocabulary import AgencyType, ExpectationReason
from portal.forms.scheduling import duration_words
from portal.forms.scheduling_opening import EXPECTATIONS, NOT_ASKED, OTHER_SLOT, REASONS, AgencyRow, SlotForm
from portal.services.cases import ChildFacts
from portal.services.involvements import agencies_to_choose
from portal.services.scheduling.chairs import chairs_to_choose
from portal.services.scheduling.due import DueDay
from portal.services.scheduling.engagements import Diary, seen_clashes
from portal.services.scheduling.opening import NewFamily, Opening
from portal.services.scheduling.planning import diary_for, expected_birth, planned_due, proposal_for
from portal.services.scheduling.prefilling import days_to_look_at, slots_to_propose
from portal.views.scheduling_journey import TITLES, Journey
from portal.web.filters import write_day


class OpeningPage:
    """One page of a journey: its forms, what is wrong with them, and all that its template shows."""

    def __init__(self, journey: Journey, step: str) -> None:
        self.journey, self.step = journey, step
        self.forms: list[Any] = []
        self.shown: dict[str, Any] = {}
        self.own: list[str] = []
        getattr(self, f"_make_{step}")()

    @property
    def stays(self) -> bool:
        """Whether a button was pressed that only adds to the page."""
        return bool(self.journey.posted.get("add") or self.journey.posted.get("more"))

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """Everything that is wrong, for the summary."""
        rows = self.shown.get("rows", ())
        return [error for form in self.forms for error in form.error_summary] + [
            (f"{row.name}: {row.error}", f"#expectation_{row.agency_id}") for row in rows if row.error
        ]

    def is_sound(self) -> bool:
        """Whether what was typed can be taken."""
        forms = [form for form in self.forms if not self._is_blank(form)]
        # Each of them, so that everything is said that is wrong.
        sound = not sum(not form.validate() for form in forms)
        sound = self.journey.check_rows(self.shown.get("rows", ())) and sound
        return self._check_day() and sound if self.step == "day" else sound

    def _is_blank(self, form: Any) -> bool:
        """A further child of whom nothing is said is none."""
        return self.step == "children" and form is not self.forms[0] and form.is_blank

    def take(self, refused: Invalid) -> None:
        """Show what the service refused."""
        if self.step == "children":
            for name, sentences in refused.errors.items():
                number, _, field = name.removeprefix("children-").partition("-")
                self.forms[int(number)].add_error(field, sentences[0])
            return
        self.forms[0].take(refused)

    def draw(self) -> str:
        """The page."""
        journey = self.journey
        own = [name for form in self.forms for name in _names(form)]
        return render_template(
            f"scheduling/new_{self.step}.html",
            journey=journey,
            step=self.step,
            heading=TITLES[self.step],
            number=journey.steps.index(self.step) + 1,
            of=len(journey.steps),
            back=journey.before(self.step),
            carried=journey.carried([*own, *self.own]),
            form=self.forms[0] if self.forms else None,
            error_list=self.errors,
            **self.shown,
        )

    def _make_family(self) -> None:
        self.forms = [self.journey.family_form()]

    def _make_children(self) -> None:
        self.forms = list(self.journey.children_forms())
        self.own = ["children"]
        self.shown = {"children": self.forms}

    def _make_trigger(self) -> None:
        self.forms = [self.journey.trigger_form()]

    def _make_how(self) -> None:
        self.forms = [self.journey.how_form(chairs_to_choose(self.journey.viewer))]

    def _make_agencies(self) -> None:
        journey = self.journey
        kind = journey.kind
        self.forms = [journey.agencies_form()]
        if kind is None:
            self.shown = {"rows": [], "listed": "", "missing": []}
            return
        proposal = proposal_for(journey.viewer, journey.book, kind, journey.case_id, journey.follows_id)
        choices = proposal.choices
        if journey.was_on("agencies"):
            rows = [
                AgencyRow(number, choices[number].name, *said)
                for number, *said in journey.agency_rows()
                if number in choices
            ]
        else:
            rows = [
                AgencyRow(choice.agency_id, choice.name, asked.expectation.value, asked.reason.value)
                for choice, asked in proposal.agencies
            ]
        listed = {row.agency_id for row in rows}
        added = self._added(choices)
        if added is not None and added not in listed:
            rows.append(AgencyRow(added, choices[added].name, "expected", ExpectationReason.KNOWS_CHILD.value))
            listed.add(added)
        form = self.forms[0]
        form.offer((number, choice.name) for number, choice in choices.items() if number not in listed)
        form.another.data = None
        covered = {choices[row.agency_id].agency_type for row in rows if row.expectation != NOT_ASKED}
        expected = journey.book.on(journey.viewer.today).rule_for(kind.code).expected_types
        self.own = ["agencies", *(f"{name}_{number}" for number in listed for name in ("expectation", "reason"))]
        self.shown = {
            "rows": rows,
            "listed": ",".join(str(row.agency_id) for row in rows),
            "missing": [words for kind in AgencyType if kind in expected - covered for words in in_words({kind})],
            "expectations": EXPECTATIONS,
            "reasons": REASONS,
        }

    def _added(self, choices: Any) -> int | None:
        text = self.journey.text("another") if self.journey.posted.get("add") else ""
        number = row_number_or_none(text)
        return number if number in choices else None

    def _make_day(self) -> None:
        journey, form = self.journey, self.journey.slot_form()
        minutes = _whole(journey.text("duration_minutes")) or ASSUMED_MINUTES
        birth = None
        if journey.is_conference and journey.text("variant") == MeetingVariant.PRE_BIRTH:
            typed = [facts.date_of_birth for facts in _children(journey)] if journey.is_new_family else []
            birth = expected_birth(journey.viewer, journey.case_id, typed)
        first, last = journey.viewer.today, days_to_look_at(journey.viewer.today, None)[1]
        chosen = form.chosen
        due = _due(journey, chosen[0] if chosen else first + timedelta(days=1))
        looked_at = (first, last, chosen[0]) if chosen else (first, last)
        diary = _diary(journey, min(looked_at), max(looked_at))
        until = last_useful_day(due.on, birth)
        slots = slots_to_propose(journey.viewer, diary, due, minutes, until=until)
        offered = [(_value(slot), _slot_words(slot, journey.viewer.today)) for slot in slots]
        if chosen and form.slot.data not in {OTHER_SLOT, *(value for value, _ in offered)}:
            slot = Slot(*chosen)
            offered.append((_value(slot), _slot_words(slot, journey.viewer.today)))
        form.offer(offered)
        clashes = diary.clashes(Slot(*chosen, minutes)) if chosen else []
        self.forms = [form]
        self.shown = {
            "due": due,
            "birth": birth,
            "clashes": clashes,
            "is_late": chosen is not None and due.is_late(Slot(*chosen, minutes)),
            "has_slots": bool(slots),
            "may_be_over": journey.may_be_over,
            "after_birth": birth is not None and chosen is not None and chosen[0] > birth,
        }
        self._confirmed = form.confirms(seen_clashes(clashes)) if journey.was_on("day") else False
        form.clashes_seen.data = seen_clashes(clashes)

    def _check_day(self) -> bool:
        form: SlotForm = self.forms[0]
        if form.errors:
            return False
        if self.shown["is_late"] and form.late_reason.data is None:
            form.add_error("late_reason", "This is after the day by which the meeting is due. Choose why")
        if self.shown["clashes"] and not self._confirmed:
            form.take_anyway.data = False
            form.add_error("take_anyway", "Something clashes with this. Choose another time, or confirm this one")
        return not form.errors

    def _make_check(self) -> None:
        journey = self.journey
        opening = opening_of(journey)
        names = dict(agencies_to_choose(journey.viewer))
        self.shown = {
            "opening": opening,
            "kind": journey.kind,
            "due": _due(journey, opening.scheduled_on),
            "clashes": _diary(journey, opening.scheduled_on, opening.scheduled_on).clashes(opening.slot),
            "asked": [(names[one.agency_id], one) for one in opening.agencies if one.agency_id in names],
            "chair": dict(chairs_to_choose(journey.viewer)).get(
                opening.chair_membership_id or 0, "Nobody is named yet"
            ),
            "length": duration_words(opening.duration_minutes) if opening.duration_minutes else "Not known",
        }


def _names(form: Any) -> list[str]:
    """The names that a form's fields post under."""
    return [f"{field.name}{part}" for field in form for part in ("", "-day", "-month", "-year")]


def _due(journey: Journey, on: date) -> DueDay:
    if on not in journey.due_days:
        form = journey.trigger_form()
        trigger = Trigger(form.trigger_on.data, form.trigger_kind.data, form.trigger_time.data)
        kind = journey.kind
        journey.due_days[on] = (
            planned_due(journey.viewer, journey.book, kind, journey.case_id, trigger, on) if kind else DueDay(None, "")
        )
    return journey.due_days[on]


def _diary(journey: Journey, first: date, last: date) -> Diary:
    """The diaries of a span of days; those that were read for a longer one will do."""
    kept = journey.diary
    if kept is None or not kept[0] <= first <= last <= kept[1]:
        chair = _whole(journey.text("chair_membership_id"))
        agencies = [one.agency_id for one in journey.invited()]
        kept = journey.diary = (first, last, diary_for(journey.viewer, chair, agencies, first, last))
    return kept[2]


def opening_of(journey: Journey) -> Opening:
    """All that was said; a page that says too little stops it before."""
    family, trigger, slot = journey.family_form(), journey.trigger_form(), journey.slot_form()
    how = journey.how_form(())
    chosen = slot.chosen or (journey.viewer.today, None)
    return Opening(
        kind=family.kind.data or "",
        family=journey.case_id
        if journey.case_id is not None
        else NewFamily(journey.text("reference"), _children(journey)),
        scheduled_on=chosen[0],
        start_time=chosen[1],
        duration_minutes=how.duration_minutes.data,
        format=how.format.data,
        place=how.place.data,
        link=how.link.data,
        chair_membership_id=how.chair_membership_id.data,
        agencies=tuple(journey.invited()),
        variant=family.variant.data if journey.is_conference else None,
        trigger_kind=trigger.trigger_kind.data,
        trigger_on=trigger.trigger_on.data,
        trigger_time=trigger.trigger_time.data,
        section_47_on=trigger.section_47_on.data if journey.is_conference else None,
        follows_id=journey.follows_id,
        late_reason=slot.late_reason.data,
        note=slot.note.data,
    )


def _children(journey: Journey) -> tuple[ChildFacts, ...]:
    return tuple(
        ChildFacts(
            form.given_name.data, form.surname.data, form.date_of_birth.data, form.nhs_number.data, form.upn.data
        )
        for form in journey.children_forms()
        if not form.is_blank
    )


def _value(slot: Slot) -> str:
    return f"{slot.on.isoformat()}T{slot.at:%H:%M}"


def _slot_words(slot: Slot, today: date) -> str:
    return f"{write_day(slot.on, today)}, {slot.at:%H:%M}"


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
