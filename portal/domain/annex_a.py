"""Child-level lists for an inspector, in the columns of Annex A lists 5 and 7: pure rows from what the portal knows.

The columns and their wording are those of Ofsted's Annex A as public converters of it have them (data-to-insight, the
queries for lists 5 and 7 of the Standard Safeguarding Dataset, 2024): days as dd/mm/yyyy, an unborn child's age -1.
What the portal does not keep is left blank, and the first sheet says which columns these are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.plans import PlanSpan, is_open_on
from portal.domain.vocabulary import AbuseCategory
from portal.domain.working_days import add_months

YES, NO = "a) Yes", "b) No"
UNBORN = -1
LOOK_BACK_MONTHS = 6
COUNTED_MONTHS = 12
SAME_DISCUSSION_DAYS = 3
"""Nearer than this, the day that a conference names and that of a discussion are one event, written down twice."""

CHILD_COLUMNS = (
    "Child Unique ID",
    "Gender",
    "Ethnicity",
    "Date of Birth",
    "Age of Child (Years)",
    "Does the Child have a Disability",
)
LIST_5 = (
    *CHILD_COLUMNS,
    "Strategy discussion initiating Section 47 Enquiry Start Date",
    "Was an Initial Child Protection Conference deemed unnecessary?",
    "Date of Initial Child Protection Conference",
    "Did the Initial Child Protection Conference Result in a Child Protection Plan",
    "Number of Section 47 Enquiries in the last 12 months (not including the current one)",
    "Number of ICPCs in the last 12 months (not including the current one)",
    "Allocated Team",
    "Allocated Worker",
)
LIST_7 = (
    *CHILD_COLUMNS,
    "Child Protection Plan Start Date",
    "Initial Category of Abuse",
    "Latest Category of Abuse",
    "Date of the Last Statutory Visit",
    "Was the Child Seen Alone?",
    "Date of latest review conference",
    "Child Protection Plan End Date",
    "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)",
    "Number of Previous Child Protection Plans",
    "Allocated Team",
    "Allocated Worker",
)

NOT_KEPT: Mapping[str, Sequence[str]] = {
    "List 5": ("Gender", "Ethnicity", "Does the Child have a Disability"),
    "List 7": (
        "Gender",
        "Ethnicity",
        "Does the Child have a Disability",
        "Date of the Last Statutory Visit",
        "Was the Child Seen Alone?",
        "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)",
    ),
}
"""Columns that are blank in every row, because the portal keeps nothing of the sort."""

CATEGORIES: Mapping[AbuseCategory, str] = {
    AbuseCategory.NEGLECT: "a) Neglect",
    AbuseCategory.PHYSICAL: "b) Physical abuse",
    AbuseCategory.SEXUAL: "c) Sexual abuse",
    AbuseCategory.EMOTIONAL: "d) Emotional abuse",
}

Row = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A child as a list names them; `born` may lie ahead. A family whose children nobody has named has no child."""

    case_id: int
    child_id: int | None
    unique_id: str
    """The case's reference, and which of its children it is: the portal keeps no number of the local authority's."""
    born: date | None


@dataclass(frozen=True, slots=True)
class Discussion:
    """A strategy discussion whose signed record says that a section 47 enquiry begins."""

    held_on: date
    team: str = ""


@dataclass(frozen=True, slots=True)
class Conference:
    """An initial conference that was held, and whether it resulted in a plan for one child, where that is known."""

    held_on: date
    asked_on: date | None
    """The day of the strategy discussion that it follows from."""
    resulted_in_plan: bool | None = None
    team: str = ""
    worker: str = ""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A section 47 enquiry, with its initial conference if it came to one; its first day is not always known."""

    began_on: date | None
    conference: Conference | None = None
    team: str = ""

    @property
    def day(self) -> date:
        """When it began, else when its conference was held."""
        if self.began_on is not None:
            return self.began_on
        return self.conference.held_on if self.conference else date.min


@dataclass(frozen=True, slots=True)
class PlanOf:
    """One plan of a child; days as the plan has them."""

    span: PlanSpan
    first_category: AbuseCategory
    latest_category: AbuseCategory
    last_review_on: date | None = None
    team: str = ""
    worker: str = ""


def age_on(born: date | None, day: date) -> int | None:
    """Return whole years at the last birthday; -1 for a child not yet born, None where no day is known."""
    if born is None:
        return None
    if born > day:
        return UNBORN
    # Born on 29 February, a child is a year older on 1 March of a common year, as the law counts (from the day after).
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def written(day: date | None) -> str | None:
    """Return a day as Annex A writes it: dd/mm/yyyy."""
    return None if day is None else f"{day:%d/%m/%Y}"


def yes_no(answer: bool | None) -> str | None:
    """Return an answer as Annex A writes it; None where nobody knows."""
    return None if answer is None else (YES if answer else NO)


def enquiries_of(discussions: Iterable[Discussion], conferences: Iterable[Conference]) -> list[Enquiry]:
    """Return a child's enquiries, the first one first.

    A conference belongs to the last discussion before it that has none yet, if that is the one that it names. Where no
    record of it was signed here, the conference shows that there was an enquiry, which began on the day that it names.
    """
    found = [Enquiry(one.held_on, None, one.team) for one in sorted(discussions, key=lambda one: one.held_on)]
    for conference in sorted(conferences, key=lambda one: one.held_on):
        waiting = [one for one in found if one.conference is None and one.day <= conference.held_on]
        same = next((one for one in reversed(waiting) if _is_named(one.day, conference.asked_on)), None)
        if same is None:
            found.append(Enquiry(conference.asked_on, conference, conference.team))
        else:
            found[found.index(same)] = Enquiry(same.began_on, conference, same.team or conference.team)
    return sorted(found, key=lambda one: one.day)


def _is_named(discussion: date, asked_on: date | None) -> bool:
    """Say whether a conference that names a day (or none) means this discussion."""
    return asked_on is None or abs((asked_on - discussion).days) <= SAME_DISCUSSION_DAYS


def list_5_rows(child: Listed, enquiries: Sequence[Enquiry], conferences: Sequence[date], as_at: date) -> list[Row]:
    """Return a row for each enquiry that began in the six months to a day.

    `conferences` are the days of all of the child's initial conferences.
    """
    since = add_months(as_at, -LOOK_BACK_MONTHS)
    rows: list[Row] = []
    for enquiry in enquiries:
        if not since <= enquiry.day <= as_at:
            continue
        conference = enquiry.conference
        until = conference.held_on if conference else enquiry.day
        rows.append(
            (
                *_of_child(child, as_at),
                written(enquiry.began_on),
                NO if conference else None,
                written(conference.held_on if conference else None),
                yes_no(conference.resulted_in_plan) if conference else None,
                _in_the_year_before(enquiry.day, (one.day for one in enquiries)),
                _in_the_year_before(until, conferences),
                enquiry.team or None,
                (conference.worker if conference else "") or None,
            )
        )
    return rows


def _in_the_year_before(day: date, days: Iterable[date]) -> int:
    since = add_months(day, -COUNTED_MONTHS)
    return sum(since <= one < day for one in days)


def list_7_row(child: Listed, plan: PlanOf, as_at: date) -> Row | None:
    """Return a plan's row if it is open on a day or ended in the six months before; None otherwise."""
    span = plan.span
    ended = span.ended_on if span.ended_on is not None and span.ended_on <= as_at else None
    is_recent = ended is not None and ended >= add_months(as_at, -LOOK_BACK_MONTHS) and span.started_on <= as_at
    if not is_open_on(span, as_at) and not is_recent:
        return None
    return (
        *_of_child(child, as_at),
        written(span.started_on),
        CATEGORIES[plan.first_category],
        CATEGORIES[plan.latest_category],
        None,
        None,
        written(plan.last_review_on),
        written(ended),
        None,
        span.previous_plans,
        plan.team or None,
        plan.worker or None,
    )


def _of_child(child: Listed, as_at: date) -> Row:
    return child.unique_id, None, None, written(child.born), age_on(child.born, as_at), None
