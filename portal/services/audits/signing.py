"""A return on its way to being locked: sent to be signed, taken back, signed in order, opened again for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from portal.access import audits as audits_access
from portal.access import signing as access
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import ReturnStatus, SignOffStep
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.returns import AnswerState, answer_state, missing
from portal.domain.sign_off import DECLARATIONS, Place, next_step, offer, signer_of
from portal.models.audits import AuditReturn, AuditRound, Response, ReturnVersion, SignOff
from portal.models.evidence import Evidence
from portal.models.frameworks import Question, Standard
from portal.services.audits.new_versions import open_next
from portal.services.audits.question_numbers import QUESTION_NUMBER
from portal.services.audits.signers import Signature, places_of, signatures_of, signed
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.notices.audits import tell_next_signers, tell_reopened

LONGEST_NAME = 120
LONGEST_REASON = 1_000

_TO_CONFIRM = "Say whether last time’s answer is still true"
_TO_FINISH = "Finish this answer"
_CHANGED = "The return has changed since you opened this page. Nothing was signed: read it again."


@dataclass(frozen=True, slots=True)
class Lacking:
    """A question that keeps a return from being sent, with what is missing."""

    question_id: int
    number: str
    text: str
    words: tuple[str, ...]


def lacking(session: Session, viewer: Viewer, return_id: int) -> list[Lacking]:
    """What is missing in the newest version, question by question in their order; nothing where it is complete."""
    evidence = (
        select(func.count())
        .select_from(Evidence)
        .where(Evidence.response_id == Response.id)
        .correlate(Response)
        .scalar_subquery()
    )
    rows = session.execute(
        audits_access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .join(Standard, Standard.id == Question.standard_id)
        .where(Response.return_id == return_id, Response.number == AuditReturn.number)
        .order_by(Question.position)
        .with_only_columns(
            Question.id,
            QUESTION_NUMBER,
            Question.text,
            Question.needs_narrative,
            Question.needs_evidence,
            Response.rating,
            Response.narrative,
            Response.is_confirmed,
            Response.answered_at,
            evidence.label("evidence"),
        )
    )
    found = []
    for row in rows:
        words = list(missing(row, rating=row.rating, narrative=row.narrative, evidence=row.evidence).values())
        state = answer_state(
            rating=row.rating, is_confirmed=row.is_confirmed, is_of_this_time=row.answered_at is not None
        )
        if state is AnswerState.TO_CONFIRM:
            words.insert(0, _TO_CONFIRM)
        elif state is AnswerState.TO_FINISH and not words:
            words.append(_TO_FINISH)
        if words:
            found.append(Lacking(row.id, row.question_number, row.text, tuple(words)))
    return found


def submit_return(viewer: Viewer, return_id: int) -> bool:
    """Send a complete return to be signed; gives False where somebody has sent it already.

    Raises Invalid with what is missing by the question's number, NotVisible, NotPermitted.
    """
    try:
        with changing(viewer) as change:
            found = locked(change, return_id)
            leads = audits_access.may_lead(viewer, found)
            if leads and found.status is ReturnStatus.SUBMITTED:
                raise AlreadySo
            if not access.may_submit(viewer, found, found.round):
                raise NotPermitted("This return cannot be sent to be signed now.")
            open_questions = lacking(change.session, viewer, return_id)
            if open_questions:
                raise Invalid(
                    "The return is not complete.", errors={one.number: list(one.words) for one in open_questions}
                )
            if not _has_answers(change.session, found):
                raise NotPermitted("This return asks nothing.")
            found.status = ReturnStatus.SUBMITTED
            found.submitted_at = viewer.now
            tell_next_signers(change, found)
            change.log("audit_return.submitted", "audit_return", found.id)
    except AlreadySo:
        return False
    return True


def withdraw_return(viewer: Viewer, return_id: int) -> bool:
    """Take back a return that nobody has signed yet, to change it; gives False where it is open already."""
    try:
        with changing(viewer) as change:
            found = locked(change, return_id)
            if audits_access.may_lead(viewer, found) and found.status is ReturnStatus.IN_PROGRESS:
                raise AlreadySo
            signatures = _signatures(change, found)
            if signatures and access.may_withdraw(viewer, found, signatures=0):
                raise Conflict(f"{signatures[0].name} has signed it meanwhile. Open it again to change it.")
            if not access.may_withdraw(viewer, found, signatures=len(signatures)):
                raise NotPermitted("This return cannot be taken back.")
            found.status = ReturnStatus.IN_PROGRESS
            found.submitted_at = None
            change.log("audit_return.withdrawn", "audit_return", found.id)
    except AlreadySo:
        return False
    return True


def sign_return(
    viewer: Viewer, return_id: int, *, step: SignOffStep, version: int, name: str, says_both: bool = False
) -> bool:
    """Sign the step that a page offered; the last signature locks the return. Gives False where it was signed by the
    viewer already: sent twice, it is one signature.

    `version` is the row's when the page was drawn: nobody signs answers that were changed since. Raises Conflict where
    somebody else was faster or the return changed, NotPermitted, NotVisible, and Invalid for a name that is missing or
    a head who does not say that they are the designated lead too.
    """
    try:
        with changing(viewer) as change:
            found = locked(change, return_id)
            signatures = _signatures(change, found)
            _check_turn(viewer, found, signatures, step, version)
            if not access.may_sign(viewer, found):
                raise NotPermitted("This return is not yours to sign.")
            places = places_of(change.session, viewer)
            offered = offer(_order(found), signed(signatures), signer_of(places, viewer.user_id))
            if not offered.steps or offered.steps[0] is not step:
                raise NotPermitted("This signature is another person’s.")
            typed = _checked(name, says_both=says_both or not offered.says_both)
            for one in offered.steps:
                _add_signature(change, found, one, typed, places)
            change.session.flush()
            if next_step(_order(found), signed(_signatures(change, found))) is None:
                _lock(change, found)
            else:
                tell_next_signers(change, found)
    except AlreadySo:
        return False
    return True


def reopen_return(viewer: Viewer, return_id: int, reason: str) -> bool:
    """Open a signed return again, as a new version with the same answers; gives False where it is open already.

    The version before stays as it is, with its signatures. Raises Invalid without a reason, NotVisible, NotPermitted.
    """
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        said = f"Say why it is opened again, in {LONGEST_REASON:,} characters or fewer"
        raise Invalid("A reason is missing.", errors={"reason": [said]})
    try:
        with changing(viewer) as change:
            found = locked(change, return_id)
            mine = audits_access.may_lead(viewer, found) or audits_access.may_run(viewer, found.round)
            if mine and found.status is ReturnStatus.IN_PROGRESS and found.number > 1:
                raise AlreadySo
            if viewer.user_id is None or not access.may_reopen(
                viewer, found, found.round, signatures=len(_signatures(change, found))
            ):
                raise NotPermitted("This return cannot be opened again.")
            open_next(change, found, viewer.user_id, words)
            tell_reopened(change, found)
            change.log("audit_return.reopened", "audit_return", found.id)
    except AlreadySo:
        return False
    return True


def locked(change: Change, return_id: int) -> AuditReturn:
    """A return that the viewer sees, with its round and edition, kept from others until the commit."""
    found = change.session.scalars(
        audits_access.visible_to(change.viewer)
        .join(AuditReturn.round)
        .join(AuditRound.edition)
        .where(AuditReturn.id == return_id)
        .options(contains_eager(AuditReturn.round).contains_eager(AuditRound.edition))
        .with_for_update(of=AuditReturn)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotVisible("No such return.")
    return found


def _order(found: AuditReturn) -> tuple[SignOffStep, ...]:
    return tuple(map(SignOffStep, found.round.edition.sign_off))


def _signatures(change: Change, found: AuditReturn) -> list[Signature]:
    return signatures_of(change.session, change.viewer, found.id, _order(found)).get(found.number, [])


def _has_answers(session: Session, found: AuditReturn) -> bool:
    rows = select(Response.id).where(Response.return_id == found.id, Response.number == found.number)
    return session.scalar(rows.limit(1)) is not None


def _check_turn(
    viewer: Viewer, found: AuditReturn, signatures: Sequence[Signature], step: SignOffStep, version: int
) -> None:
    """Tell whoever comes late: signed by themselves, by somebody else, or no longer what they read."""
    if not audits_access.is_own(viewer, found):
        return
    there = next((one for one in signatures if one.step is step), None)
    if there is not None and there.user_id == viewer.user_id:
        raise AlreadySo
    if there is not None:
        raise Conflict(f"{there.name} has signed this meanwhile. Nothing was signed twice.")
    if found.version != version:
        raise Conflict(_CHANGED)


def _checked(name: str, *, says_both: bool) -> str:
    errors: dict[str, list[str]] = {}
    typed = " ".join(name.split())
    if not typed or len(typed) > LONGEST_NAME or not typed.isprintable():
        errors["name"] = [f"Type your full name, {LONGEST_NAME} characters or fewer"]
    if not says_both:
        errors["is_both"] = ["Say that you are the designated safeguarding lead as well"]
    if errors:
        raise Invalid("The signature is not complete.", errors=errors)
    return typed


def _add_signature(change: Change, found: AuditReturn, step: SignOffStep, name: str, places: Sequence[Place]) -> None:
    viewer = change.viewer
    own = [place.membership_id for place in places if place.user_id == viewer.user_id and place.holds(step)]
    change.session.add(
        SignOff(
            partnership_id=found.partnership_id,
            return_id=found.id,
            number=found.number,
            step=step,
            membership_id=viewer.membership_id if not own or viewer.membership_id in own else own[0],
            user_id=viewer.user_id,
            name=name,
            declaration=DECLARATIONS[step],
            signed_at=viewer.now,
        )
    )
    change.log("audit_return.signed", "audit_return", found.id)


def _lock(change: Change, found: AuditReturn) -> None:
    found.status = ReturnStatus.SIGNED
    found.signed_at = change.viewer.now
    version = change.session.get_one(ReturnVersion, (found.id, found.number))
    version.signed_at = change.viewer.now
    change.log("audit_return.locked", "audit_return", found.id)
