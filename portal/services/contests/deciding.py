"""The coordinator decides what an agency contests: upholds it, or leaves what is expected, with words to the agency."""

from __future__ import annotations

from portal.access import contests as access
from portal.access.viewer import Viewer
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.labels import label
from portal.domain.vocabulary import Answer, Expectation, ExpectationReason
from portal.models.contests import Contest
from portal.services.changes import Change, changing
from portal.services.contests.reading import contest_to_change
from portal.services.frozen_months.states import why_shut
from portal.services.invitations.expectations import reasons_for
from portal.services.invitations.expecting import expect
from portal.services.notices import contests as notices
from portal.services.notices import meetings as meeting_notices

LONGEST = 2_000


def uphold_contest(viewer: Viewer, contest_id: int, reason: ExpectationReason, words: str, version: int) -> None:
    """Expect from now on what the agency asks for, and why; facts and figures follow, and the agency is told.

    Also once the register is closed, but not while the month is frozen. Raises NotVisible, NotPermitted, Invalid by
    field ("reason", "words"), Conflict.
    """
    words = words.strip()
    with changing(viewer) as change:
        contest = _to_decide(change, contest_id, version, mine=f"Uphold it: {label(reason)}. {words}")
        invitation = contest.invitation
        if shut := why_shut(change.session, contest.partnership_id, invitation.meeting.day):
            raise Invalid("The month is frozen.", errors={"outcome": [shut]})
        if reason not in reasons_for(contest.wanted):
            sentence = "Choose a reason that fits what they ask for"
            raise Invalid("The reason does not fit.", errors={"reason": [sentence]})
        if invitation.answer is Answer.NOT_OURS and contest.wanted is not Expectation.NOT_RELEVANT:
            raise Invalid(
                "The agency has said since that the child is not theirs.",
                errors={"outcome": ["They have said since that the child is not theirs: deal with that answer first"]},
            )
        _check_words(words)
        before = expect(change, invitation, contest.wanted, reason, answer=words)
        if before is not contest.wanted:
            meeting_notices.tell_invitation_changed(change, invitation.partnership_id, [invitation.id])


def keep_expectation(viewer: Viewer, contest_id: int, words: str, version: int) -> None:
    """Leave what is expected as it is and tell the agency why. Raises NotVisible, NotPermitted, Invalid, Conflict."""
    words = words.strip()
    with changing(viewer) as change:
        contest = _to_decide(change, contest_id, version, mine=f"Keep it as it is: {words}")
        if not words:
            raise Invalid("Say why.", errors={"kept_words": ["Tell the agency why what is expected stays"]})
        _check_words(words, field="kept_words")
        contest.status = ContestStatus.KEPT
        contest.answer = words
        contest.ended_at = viewer.now
        contest.ended_by_id = viewer.user_id
        change.session.flush()
        change.log("contest.kept", "contest", contest.id)
        notices.tell_decided(change, contest)


def _to_decide(change: Change, contest_id: int, version: int, *, mine: str) -> Contest:
    contest = contest_to_change(change, contest_id)
    if contest.version != version:
        raise Conflict(
            "This was decided or taken back a moment ago.",
            mine={"Decision": mine},
            theirs={"Decision": label(contest.status)},
        )
    if not access.may_decide(change.viewer, contest, contest.invitation, contest.invitation.meeting):
        raise NotPermitted("What is contested is the coordinator’s to decide, once.")
    return contest


def _check_words(words: str, *, field: str = "words") -> None:
    if len(words) > LONGEST:
        sentence = f"Shorten this to {LONGEST:,} characters or fewer. It has {len(words):,} now"
        raise Invalid(sentence, errors={field: [sentence]})
