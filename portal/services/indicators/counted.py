"""What the figures of a period count, and what they leave out: how many invitations of each expectation there were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.access.indicators import FigureScope
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.figure_words import counted_words
from portal.domain.indicators import hide_small
from portal.domain.month_figures import CONTESTED
from portal.domain.periods import Days
from portal.domain.vocabulary import Expectation
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting
from portal.services.indicators.conditions import conditions_of, invitations_of
from portal.services.indicators.kept import count_kept_invitations
from portal.services.indicators.questions import Question


@dataclass(frozen=True, slots=True)
class Counted:
    """Invitations to the meetings that count, by what was expected; None stands for a number that is withheld."""

    expected: int | None
    report_only: int | None
    optional: int | None
    not_relevant: int | None
    contested: int | None

    @property
    def words(self) -> str:
        """As a page says it: "Counted: 312 invitations that were expected. Not counted: …"."""
        return counted_words(
            expected=self.expected,
            report_only=self.report_only,
            optional=self.optional,
            not_relevant=self.not_relevant,
            contested=self.contested,
        )


def shown_counted(counts: Mapping[str, int | None], hidden_up_to: int | None) -> Counted:
    """Return the numbers as far as they may be shown: each stands alone, with no sum that would give one away."""

    def shown(name: str) -> int | None:
        count = counts.get(name) or 0
        return None if hidden_up_to is not None and hide_small(count, hidden_up_to) else count

    return Counted(**{name: shown(name) for name in (*(word.value for word in Expectation), CONTESTED)})


def count_expectations(session: Session, scope: FigureScope, days: Days) -> dict[str, int | None]:
    """Count the invitations to meetings that count, by expectation, and those contested; by one query."""
    question = Question(days.first, days.last)
    # Nothing is kept of contests: they are counted from the few that are open.
    contested = (
        select(func.count(Contest.id))
        .select_from(Contest)
        .join(Invitation, Invitation.id == Contest.invitation_id)
        .join(Meeting, and_(Invitation.meeting_id == Meeting.id, *invitations_of(scope, None)))
        .where(
            Contest.partnership_id == scope.partnership_id,
            Contest.status == ContestStatus.OPEN,
            *conditions_of(scope, question),
        )
        .correlate(None)
        .scalar_subquery()
    )
    names = [word.value for word in Expectation]
    found = count_kept_invitations(session, scope, question, names, {CONTESTED: contested})
    return found.get((), dict.fromkeys((*names, CONTESTED), 0))
