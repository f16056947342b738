"""Who was at a board's meetings, by member: the quorum of a group, and what a year's attendance comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from portal.domain.board_vocabulary import MemberAttendance, SafeguardingPartner
from portal.domain.labels import label, listed

MOST_MEMBERS = 100
MONTHS_COUNTED = 12


@dataclass(frozen=True, slots=True)
class BoardQuorum:
    """How many members must be there, and which safeguarding partners; both are the group's own rule."""

    members: int = 0
    partners: frozenset[SafeguardingPartner] = frozenset()
    deputies_count: bool = True

    def __post_init__(self) -> None:
        """Refuse a number that no group could mean."""
        if not 0 <= self.members <= MOST_MEMBERS:
            raise ValueError(f"A quorum is from 0 to {MOST_MEMBERS} members, not {self.members}.")

    @property
    def asks(self) -> bool:
        """Whether it asks for anything at all."""
        return bool(self.members or self.partners)


@dataclass(frozen=True, slots=True)
class Entry:
    """Whether one member was there; the name is a deputy's."""

    attendance: MemberAttendance | None = None
    deputy_name: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A member at one meeting: the safeguarding partner whom they speak for, if any, and whether they were there."""

    partner: SafeguardingPartner | None
    attendance: MemberAttendance | None


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a meeting still needs to be quorate."""

    members: int = 0
    partners: tuple[SafeguardingPartner, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything is lacking."""
        return self.members > 0 or bool(self.partners)

    @property
    def words(self) -> str:
        """What is lacking in plain words: "the police and 2 more members"; empty where nothing is."""
        words = [_named(partner) for partner in self.partners]
        if self.members:
            words.append("one more member" if self.members == 1 else f"{self.members} more members")
        return listed(words)


@dataclass(frozen=True, slots=True)
class Attended:
    """How often somebody was at the meetings of a period of which their attendance was recorded."""

    meetings: int = 0
    present: int = 0
    deputy: int = 0
    apologies: int = 0
    absent: int = 0

    @property
    def represented(self) -> int:
        """Meetings at which they or their deputy were there."""
        return self.present + self.deputy


def lacking(quorum: BoardQuorum, seats: Iterable[Seat]) -> Lacking:
    """Return what a meeting lacks under a group's rule; nothing where it is quorate."""
    there = [seat for seat in seats if is_there(seat.attendance, deputies_count=quorum.deputies_count)]
    spoken_for = {seat.partner for seat in there}
    partners = tuple(p for p in SafeguardingPartner if p in quorum.partners and p not in spoken_for)
    # A partner who is still to come is a member, too: nobody is asked for twice.
    return Lacking(max(0, quorum.members - len(there) - len(partners)), partners)


def is_there(attendance: MemberAttendance | None, *, deputies_count: bool = True) -> bool:
    """Say whether a member counts as there, by a deputy where those count."""
    return attendance is MemberAttendance.PRESENT or (deputies_count and attendance is MemberAttendance.DEPUTY)


def quorum_words(quorum: BoardQuorum) -> str:
    """Return a group's rule in plain words: "6 members, among them the police; deputies count"."""
    if not quorum.asks:
        return "No quorum is set"
    partners = listed([_named(partner) for partner in SafeguardingPartner if partner in quorum.partners])
    members = "" if not quorum.members else "1 member" if quorum.members == 1 else f"{quorum.members} members"
    words = f"{members}, among them {partners}" if members and partners else members or partners
    return f"{words[:1].upper()}{words[1:]}; deputies {'count' if quorum.deputies_count else 'do not count'}"


def attended(recorded: Iterable[MemberAttendance]) -> Attended:
    """Count one member's, or one agency's, attendance over the meetings of a period."""
    counts = Counter(recorded)
    return Attended(
        meetings=counts.total(),
        present=counts[MemberAttendance.PRESENT],
        deputy=counts[MemberAttendance.DEPUTY],
        apologies=counts[MemberAttendance.APOLOGIES],
        absent=counts[MemberAttendance.ABSENT],
    )


_BEST_FIRST = (
    MemberAttendance.PRESENT,
    MemberAttendance.DEPUTY,
    MemberAttendance.APOLOGIES,
    MemberAttendance.ABSENT,
)


def best_of(recorded: Iterable[MemberAttendance]) -> MemberAttendance:
    """Return how an agency with several members was at one meeting: as the member who was most there."""
    return min(recorded, key=_BEST_FIRST.index)


def _named(partner: SafeguardingPartner) -> str:
    words = label(partner)
    return words[:1].lower() + words[1:]
