"""An agency contests what is expected of it at a meeting, and may take that back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import contests as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.contest_vocabulary import NEEDS_WORDS, ContestReason, ContestStatus, wanted_instead
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.labels import label
from portal.domain.months import Month
from portal.domain.vocabulary import Expectation
from portal.domain.working_days import add_working_days
from portal.models.contests import Contest
from portal.models.meetings import Invitation
from portal.services.changes import Change, changing
from portal.services.contests.reading import contest_to_change
from portal.services.frozen_months.states import is_shut
from portal.services.invitations.own import own_invitation, own_to_change
from portal.services.invitations.seen import seen_expected
from portal.services.notices import contests as notices
from portal.services.rule_sets import rule_book

LONGEST = 2_000
_CANCELLED = "What was expected at a cancelled meeting counts nowhere, so there is nothing to contest."


@dataclass(frozen=True, slots=True)
class Contestable:
    """An agency's invitation as the page on which it contests shows it; `refusal` says why it cannot, if it cannot."""

    invitation: Invitation
    open_contest_id: int | None
    refusal: str

    @property
    def wanted(self) -> list[Expectation]:
        """What can be asked for instead."""
        return wanted_instead(self.invitation.expectation)


def contestable(viewer: Viewer, meeting_id: int) -> Contestable:
    """The invitation of the viewer's agency, and whether it can be contested now, by three queries.

    Raises NotVisible.
    """
    session: Session = db.session()
    invitation = own_invitation(viewer, meeting_id)
    standing = select(Contest.id).where(Contest.invitation_id == invitation.id, Contest.status == ContestStatus.OPEN)
    return Contestable(invitation, session.scalar(standing), _refusal(viewer, session, invitation))


def raise_contest(
    viewer: Viewer, meeting_id: int, wanted: Expectation, reason: ContestReason, words: str, *, seen: int
) -> int:
    """Contest what is expected of the viewer's agency, and tell the coordinators; gives the contest's id.

    `seen` (seen_expected) is what the page showed. Raises NotVisible, NotPermitted where the meeting is cancelled,
    Invalid by field or because the month is frozen, and Conflict where a colleague has contested already or something
    else is expected by now.
    """
    words = words.strip()
    try:
        with changing(viewer) as change:
            invitation = own_to_change(change, meeting_id)
            if not access.may_contest(viewer, invitation, invitation.meeting):
                raise NotPermitted(_CANCELLED)
            if refusal := _refusal(viewer, change.session, invitation):
                raise Invalid(refusal)
            if seen_expected(invitation) != seen:
                raise Conflict(
                    "What is expected of you changed a moment ago.",
                    mine={"You asked for": label(wanted)},
                    theirs={"You asked for": f"Expected now: {label(invitation.expectation)}"},
                )
            _check(invitation, wanted, reason, words)
            contest = _add(change, invitation, wanted, reason, words)
            notices.tell_raised(change, contest)
            return contest.id
    except IntegrityError:
        raise Conflict(
            "Somebody else at your agency contested this a moment ago.",
            mine={"You asked for": f"{label(wanted)}. {words}".strip()},
            theirs={"You asked for": "Theirs waits for the coordinator"},
        ) from None


def withdraw_contest(viewer: Viewer, contest_id: int, version: int) -> None:
    """Take back what the viewer's agency contested. Raises NotVisible, NotPermitted, Conflict."""
    with changing(viewer) as change:
        contest = contest_to_change(change, contest_id)
        if contest.version != version:
            raise Conflict(
                "This was decided or taken back a moment ago.",
                mine={"Contest": "Take it back"},
                theirs={"Contest": label(contest.status)},
            )
        if not access.may_withdraw(viewer, contest, contest.invitation, contest.invitation.meeting):
            raise NotPermitted("Only your own agency’s contest is yours to take back, until it is decided.")
        contest.status = ContestStatus.WITHDRAWN
        contest.ended_at = viewer.now
        contest.ended_by_id = viewer.user_id
        change.log("contest.withdrawn", "contest", contest.id)


def _refusal(viewer: Viewer, session: Session, invitation: Invitation) -> str:
    meeting = invitation.meeting
    if not access.may_contest(viewer, invitation, meeting):
        return _CANCELLED
    month = Month.of(meeting.day)
    if is_shut(session, invitation.partnership_id, month):
        return (
            f"The figures of {month.words} are frozen. If one of them is wrong, ask the partnership’s business manager "
            "to open a correction: you can contest again while it is open."
        )
    return ""


def _check(invitation: Invitation, wanted: Expectation, reason: ContestReason, words: str) -> None:
    errors: dict[str, list[str]] = {}
    if wanted not in wanted_instead(invitation.expectation):
        errors["wanted"] = ["Choose something else than what is expected now"]
    if reason in NEEDS_WORDS and not words:
        errors["words"] = ["Say in your own words why"]
    if len(words) > LONGEST:
        errors["words"] = [f"Shorten this to {LONGEST:,} characters or fewer. It has {len(words):,} now"]
    if errors:
        raise Invalid("Check what you contest.", errors=errors)


def _add(change: Change, invitation: Invitation, wanted: Expectation, reason: ContestReason, words: str) -> Contest:
    viewer = change.viewer
    rules = rule_book(change.session, invitation.partnership_id).on(viewer.today)
    contest = Contest(
        partnership_id=invitation.partnership_id,
        invitation_id=invitation.id,
        expected=invitation.expectation,
        wanted=wanted,
        reason=reason,
        words=words or None,
        raised_at=viewer.now,
        raised_by_membership_id=viewer.membership_id,
        due_on=add_working_days(viewer.today, rules.contest_working_days),
        status=ContestStatus.OPEN,
    )
    change.session.add(contest)
    change.session.flush()
    change.log("contest.raised", "contest", contest.id)
    return contest
