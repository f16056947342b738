"""What a chair marks beside an agency in the register, what is stored of it, and what it means for the quorum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.domain.errors import Invalid
from portal.domain.labels import label, listed
from portal.domain.quoracy import missing, present_types
from portal.domain.rules import QuorumRule
from portal.domain.vocabulary import PRESENT, AgencyType, Attendance

MODES = (Attendance.IN_PERSON, Attendance.VIDEO, Attendance.TELEPHONE)
"""How somebody can be there."""

CHOICES = (*MODES, Attendance.APOLOGIES, Attendance.NO_RESPONSE)
"""What one touch or key sets; leaving early and sending a deputy are ticks beside it."""

NOTE_LIMIT = 500
CLOSING_NOTE_LIMIT = 4_000
REOPENING_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Mark:
    """One agency's row as it was entered; `here` is one of CHOICES, or empty where the row is not set."""

    here: Attendance | None = None
    is_deputy: bool = False
    left_early: bool = False

    @property
    def entered(self) -> tuple[str, ...]:
        """What stands set in the row, by name: the choice, "deputy", "left"."""
        return (
            *((self.here.value,) if self.here else ()),
            *(("deputy",) if self.is_deputy else ()),
            *(("left",) if self.left_early else ()),
        )

    @property
    def present_by(self) -> Attendance | None:
        """How somebody was there; empty for nobody."""
        return self.here if self.here in MODES else None


NOT_SET = Mark()


@dataclass(frozen=True, slots=True)
class QuorumLine:
    """Whether those marked present make the meeting quorate, and in words why; None where no rule asks."""

    quorate: bool | None
    present: int
    text: str
    was_left: bool = False
    """Whether it was quorate only with somebody who left before the end; figures count them as present."""


Sat = tuple[AgencyType, Attendance | None, str]
"""An agency's kind, whether it was there, and its name."""


def attendance_of(mark: Mark) -> Attendance:
    """Return the one value that is counted: leaving early before a deputy before the way somebody was there.

    Raises Invalid for a row that is not set, and for ticks beside nobody, which could mean two things.
    """
    if mark.here not in CHOICES:
        raise Invalid("Choose in person, video, phone, apologies or absent.")
    if mark.here in MODES:
        if mark.left_early:
            return Attendance.PARTIAL
        return Attendance.DEPUTY if mark.is_deputy else mark.here
    if mark.is_deputy:
        raise Invalid("If a deputy came, choose in person, video or phone. If not, untick deputy.")
    if mark.left_early:
        raise Invalid("If somebody left early, choose in person, video or phone. If not, untick left early.")
    return mark.here


def mark_of(confirmed: Attendance | None, present_by: Attendance | None, *, is_deputy: bool, left_early: bool) -> Mark:
    """Return what was entered, from what is stored; an import says only the counted value, not how."""
    if confirmed is None:
        return NOT_SET
    if confirmed not in PRESENT:
        return Mark(confirmed)
    here = confirmed if confirmed in MODES else present_by
    return Mark(
        here,
        is_deputy=is_deputy or confirmed is Attendance.DEPUTY,
        left_early=left_early or confirmed is Attendance.PARTIAL,
    )


def mark_words(mark: Mark) -> str:
    """Return a row in words: "In person, a deputy, left early"."""
    here = label(mark.here) if mark.here else "There" if mark.is_deputy or mark.left_early else "Not set"
    return here + (", a deputy" if mark.is_deputy else "") + (", left early" if mark.left_early else "")


def quorum_line(rule: QuorumRule | None, rows: Iterable[Sat]) -> QuorumLine:
    """Return the line under a register: "4 present", "2 present; a health agency is missing".

    Whoever left early was there, and counts; where it was quorate only with them, the line says that it no longer was.
    """
    known = list(rows)
    present = sum(attendance in PRESENT for _, attendance, _ in known)
    if rule is None:
        return QuorumLine(None, present, "This kind of meeting has no quorum.")
    lacking = missing(rule, present_types((agency_type, attendance) for agency_type, attendance, _ in known))
    if not lacking:
        stayed = [(one, attendance) for one, attendance, _ in known if attendance is not Attendance.PARTIAL]
        if not missing(rule, present_types(stayed)):
            return QuorumLine(True, present, f"{present} present")
        left = [name for _, attendance, name in known if attendance is Attendance.PARTIAL]
        return QuorumLine(True, present, f"{present} present; it was quorate until {listed(left)} left", was_left=True)
    words = lacking.words()
    are = "are" if len(words) > 1 or words[0][0].isdigit() else "is"
    return QuorumLine(False, present, f"{present} present; {listed(words)} {are} missing")
