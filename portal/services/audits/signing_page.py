"""The page on which a return is signed: who has, who is next, what is asked of whoever looks, and its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import audits as audits_access
from portal.access import signing as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus, SignOffStep
from portal.domain.sign_off import (
    DECLARATIONS,
    NOTHING,
    POSTS,
    Offer,
    Place,
    must_be_another,
    next_step,
    offer,
    signer_of,
)
from portal.domain.vocabulary import Post, Role
from portal.models.audits import AuditReturn, AuditRound, ReturnVersion
from portal.models.frameworks import FrameworkEdition
from portal.models.people import User
from portal.services.audits.returns_page import ReturnFacts, return_facts
from portal.services.audits.signers import Signature, places_of, signatures_of, signed
from portal.services.audits.signing import Lacking, lacking


@dataclass(frozen=True, slots=True)
class Step:
    """One step: signed by whom, or who may sign it; `people` is empty for those outside the agency."""

    step: SignOffStep
    signature: Signature | None
    is_next: bool
    people: tuple[str, ...]
    cannot_read: tuple[str, ...]
    """Who holds the post in a role that cannot read the whole return, and so cannot sign it."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the return."""

    number: int
    opened_at: datetime
    opened_by: str
    reason: str
    signed_at: datetime | None
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class SigningPage:
    """All that the page shows."""

    facts: ReturnFacts
    row_version: int
    steps: tuple[Step, ...]
    versions: tuple[Version, ...]
    """The newest first."""
    lacking: tuple[Lacking, ...]
    offer: Offer
    must_be_another: bool
    """The next step would be the viewer's by their post, but they have signed another beside which they may not."""
    is_own: bool
    may_submit: bool
    may_withdraw: bool
    may_reopen: bool
    to_invite: tuple[Post, ...]
    """Posts of this return's steps for which the viewer may invite somebody."""

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for signatures."""
        return self.facts.status is ReturnStatus.SUBMITTED

    @property
    def is_locked(self) -> bool:
        """Whether everybody has signed."""
        return self.facts.signed_at is not None

    @property
    def next(self) -> Step | None:
        """Whose turn it is, once it waits."""
        return next((one for one in self.steps if one.is_next), None)

    @property
    def declarations(self) -> tuple[str, ...]:
        """The words that are asked of the viewer."""
        return tuple(DECLARATIONS[step] for step in self.offer.steps)

    @property
    def may_compare(self) -> bool:
        """Whether there are two versions to be compared."""
        return len(self.versions) > 1


def signing_page(viewer: Viewer, return_id: int) -> SigningPage:
    """Everything about a return's signatures, by a number of queries that does not grow. Raises NotVisible."""
    session: Session = db.session()
    facts = return_facts(session, viewer, return_id)
    order, row_version = _order(session, viewer, return_id)
    signatures = signatures_of(session, viewer, return_id, order)
    now = signatures.get(facts.number, [])
    is_own = audits_access.is_own(viewer, facts.row)
    places = places_of(session, viewer) if is_own else []
    turn = next_step(order, signed(now)) if facts.status is ReturnStatus.SUBMITTED else None
    signer = signer_of(places, viewer.user_id)
    may_sign = access.may_sign(viewer, facts.row)
    may_submit = access.may_submit(viewer, facts.row, facts.row)
    return SigningPage(
        facts,
        row_version,
        tuple(_step(one, now, turn, places) for one in order),
        _versions(session, viewer, return_id, signatures),
        tuple(lacking(session, viewer, return_id)) if may_submit else (),
        offer(order, signed(now), signer) if may_sign else NOTHING,
        must_be_another=(
            may_sign
            and turn is not None
            and signer.holds(turn)
            and must_be_another(turn, signed(now), viewer.user_id or 0)
        ),
        is_own=is_own,
        may_submit=may_submit,
        may_withdraw=access.may_withdraw(viewer, facts.row, signatures=len(now)),
        may_reopen=access.may_reopen(viewer, facts.row, facts.row, signatures=len(now)),
        to_invite=invitable(order) if access.may_invite(viewer, facts.row) and facts.signed_at is None else (),
    )


def invitable(order: Sequence[SignOffStep]) -> tuple[Post, ...]:
    """The posts of some steps; the author leads for the agency and needs no invitation."""
    return tuple(POSTS[step] for step in order if step in POSTS)


def _order(session: Session, viewer: Viewer, return_id: int) -> tuple[tuple[SignOffStep, ...], int]:
    row = session.execute(
        audits_access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .where(AuditReturn.id == return_id)
        .with_only_columns(FrameworkEdition.sign_off, AuditReturn.version)
    ).one()
    return tuple(map(SignOffStep, row.sign_off)), row.version


def _step(
    step: SignOffStep, signatures: Sequence[Signature], turn: SignOffStep | None, places: Sequence[Place]
) -> Step:
    signature = next((one for one in signatures if one.step is step), None)
    post = POSTS.get(step)
    unable = {place.name for place in places if post is not None and place.post is post and not place.signs}
    able = {place.name for place in places if place.holds(step)}
    return Step(step, signature, step is turn, tuple(sorted(able)), tuple(sorted(unable - able)))


def _versions(
    session: Session, viewer: Viewer, return_id: int, signatures: dict[int, list[Signature]]
) -> tuple[Version, ...]:
    rows = session.execute(
        access.versions_visible_to(viewer)
        .join(User, User.id == ReturnVersion.opened_by_id)
        .where(ReturnVersion.return_id == return_id)
        .order_by(ReturnVersion.number.desc())
        .with_only_columns(
            ReturnVersion.number, ReturnVersion.opened_at, User.name, ReturnVersion.reason, ReturnVersion.signed_at
        )
    )
    reads = viewer.role in (Role.AGENCY_LEAD, Role.SIGNATORY) or viewer.role in audits_access.READS_EVERY_RETURN
    return tuple(
        Version(
            row.number,
            row.opened_at,
            row.name,
            row.reason if reads else "",
            row.signed_at,
            tuple(signatures.get(row.number, ())),
        )
        for row in rows
    )
