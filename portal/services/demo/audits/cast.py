"""Who acts for whom in one partnership's audits and escalations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random

from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.sign_off import POSTS
from portal.domain.vocabulary import AgencyType, Post, Role
from portal.domain.working_days import add_working_days, london_instant
from portal.services.demo import accounts
from portal.services.demo.diary import Deed, Diary, Who
from portal.services.demo.people import DemoPartnership, DemoPerson


@dataclass(slots=True)
class Cast:
    """One partnership's people by what they do in audits and escalations, its agencies' ids, and its diary."""

    place: DemoPartnership
    everyone: Sequence[DemoPerson]
    ids: Mapping[str, int]
    today: date
    diary: Diary
    chance: Random
    _marks: int = field(default=0)

    def lead(self, code: str) -> Who:
        """Who leads for an agency."""
        return self._of(code, Role.AGENCY_LEAD)

    def practitioner(self, code: str) -> Who:
        """Who works there, besides its lead."""
        return self._of(code, Role.PRACTITIONER)

    def signer(self, code: str, step: SignOffStep) -> Who:
        """Who signs a step for an agency."""
        if step in (SignOffStep.AUTHOR, SignOffStep.DESIGNATED_LEAD):
            return self.lead(code)
        return self._of(code, Role.SIGNATORY, POSTS[step])

    def wide(self, role: Role, sector: AgencyType | None = None) -> Who:
        """Who has a role that belongs to no agency."""
        return Who(
            next(one.email for one in self._here() if one.role is role and (sector is None or one.sector is sector))
        )

    def chairs(self) -> tuple[Who, Who]:
        """The two who chair conferences."""
        first, second = (Who(one.email) for one in self._here() if one.role is Role.CHAIR)
        return first, second

    def membership(self, who: Who, now: datetime) -> int:
        """The membership under which somebody works."""
        membership_id = accounts.viewer_of(who.email, self.diary.partnership_id, now, who.agency_id).membership_id
        assert membership_id is not None  # noqa: S101 - viewer_of wears one
        return membership_id

    def at(self, days: int, deed: Deed, who: Who, hour: int = 10) -> None:
        """Plan a deed so many working days from the demonstration's day, before it where negative."""
        when = time(hour, self.chance.randint(0, 50))
        self.diary.add(london_instant(add_working_days(self.today, days), when), who, deed)

    def mark(self, kind: str) -> str:
        """A reference that stands nowhere else, so that a leaked text can be traced."""
        self._marks += 1
        return f"{self.place.prefix}{kind}-{self.chance.randrange(10**4):04d}-{self._marks:04d}"

    def _of(self, code: str, role: Role, post: Post | None = None) -> Who:
        found = next(one for one in self._here() if (one.agency, one.role) == (code, role) and post in (None, one.post))
        return Who(found.email, self.ids[code])

    def _here(self) -> list[DemoPerson]:
        return [one for one in self.everyone if one.partnership == self.place.name]
