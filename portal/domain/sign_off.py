"""Signing an audit return: who signs which step, in which order, and who must be another person than whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.vocabulary import Post, Role

SIGNING_ROLES = frozenset({Role.AGENCY_LEAD, Role.SIGNATORY})
"""Roles in which people sign: whoever signs a return must be able to read all of it."""

POSTS: Mapping[SignOffStep, Post] = {
    SignOffStep.EXECUTIVE: Post.EXECUTIVE,
    SignOffStep.DESIGNATED_LEAD: Post.DESIGNATED_LEAD,
    SignOffStep.HEAD: Post.HEAD,
    SignOffStep.GOVERNOR: Post.GOVERNOR,
}
"""The post that signs each step; the author is whoever leads for the agency, in any post."""

SIGNING_POSTS = tuple(POSTS.values())
CHOOSE_POST = "Choose the post in which they sign: executive, designated safeguarding lead, head or governor"

_APART = (frozenset({SignOffStep.AUTHOR, SignOffStep.EXECUTIVE}),)
"""Steps that one person may not sign both; the governor's none beside another."""

_TOGETHER = (SignOffStep.DESIGNATED_LEAD, SignOffStep.HEAD)
"""Steps that one person who is both signs in one act."""

DECLARATIONS: Mapping[SignOffStep, str] = {
    SignOffStep.AUTHOR: (
        "I prepared this return. As far as I know, each answer is true, and the evidence shows what it is said to show."
    ),
    SignOffStep.EXECUTIVE: (
        "I have read this return and sign it for my agency. It says honestly where we stand, and we will do what it "
        "promises."
    ),
    SignOffStep.DESIGNATED_LEAD: (
        "As designated safeguarding lead I have checked each answer. They are true as far as I know, and the evidence "
        "can be seen."
    ),
    SignOffStep.HEAD: (
        "As head I have read this return. It says honestly where we stand, and I answer for what it promises."
    ),
    SignOffStep.GOVERNOR: (
        "As governor I have read this return, asked about it where I had doubts, and will bring it before the "
        "governing body."
    ),
}
"""What each signs, in these words; they are stored beside the signature, so that later ones may read otherwise."""


class Signed(NamedTuple):
    """A signature that stands."""

    step: SignOffStep
    user_id: int


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody of the agency: whether they lead for it, and their posts in it under all of their signing roles."""

    user_id: int
    leads: bool = False
    posts: frozenset[Post] = frozenset()
    is_lone_lead: bool = False
    """Nobody else of the agency is its designated lead, so that its head may be both."""

    def holds(self, step: SignOffStep) -> bool:
        """Whether the step is that of one of their posts."""
        return self.leads if step is SignOffStep.AUTHOR else POSTS[step] in self.posts


@dataclass(frozen=True, slots=True)
class Place:
    """One current membership in the agency that matters for signing."""

    membership_id: int
    user_id: int
    name: str
    role: Role
    post: Post | None

    @property
    def signs(self) -> bool:
        """Whether people sign in this role: others cannot read the whole return."""
        return self.role in SIGNING_ROLES

    def holds(self, step: SignOffStep) -> bool:
        """Whether this membership is one that signs the step."""
        posts = frozenset({self.post} if self.post else ())
        return self.signs and Signer(self.user_id, leads=self.role is Role.AGENCY_LEAD, posts=posts).holds(step)


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody may sign now, in one act; `says_both`: only once they say that they are both."""

    steps: tuple[SignOffStep, ...] = ()
    says_both: bool = False


NOTHING = Offer()


def signer_of(places: Sequence[Place], user_id: int | None) -> Signer:
    """Return a person among those who may have to sign, under all of their signing roles in the agency."""
    own = [place for place in places if place.user_id == user_id and place.signs]
    others_lead = any(place.post is Post.DESIGNATED_LEAD and place.user_id != user_id for place in places)
    return Signer(
        user_id or 0,
        leads=any(place.role is Role.AGENCY_LEAD for place in own),
        posts=frozenset(place.post for place in own if place.post is not None),
        is_lone_lead=not others_lead,
    )


def next_step(order: Sequence[SignOffStep], signed: Sequence[Signed]) -> SignOffStep | None:
    """Return the step whose turn it is; None once all have signed. Raises ValueError for signatures out of order."""
    if [one.step for one in signed] != list(order[: len(signed)]):
        raise ValueError("These signatures do not follow the order.")
    return order[len(signed)] if len(signed) < len(order) else None


def offer(order: Sequence[SignOffStep], signed: Sequence[Signed], signer: Signer) -> Offer:
    """Return what somebody may sign now: the next step, or with it the one after where they are both."""
    step = next_step(order, signed)
    if step is None or not _may_be(step, signed, signer.user_id):
        return NOTHING
    after = tuple(order[len(signed) : len(signed) + 2])
    is_both = after == _TOGETHER and _may_be(SignOffStep.HEAD, signed, signer.user_id)
    if signer.holds(step):
        return Offer(after if is_both and signer.holds(SignOffStep.HEAD) else (step,))
    if is_both and signer.holds(SignOffStep.HEAD) and signer.is_lone_lead:
        return Offer(after, says_both=True)
    return NOTHING


def must_be_another(step: SignOffStep, signed: Sequence[Signed], user_id: int) -> bool:
    """Whether somebody has signed a step beside which they may not sign this one."""
    return any(one.user_id == user_id and _are_apart(one.step, step) for one in signed)


def declaration(steps: Sequence[SignOffStep]) -> str:
    """Return the words that are signed, those of each step on a line."""
    return "\n".join(DECLARATIONS[step] for step in steps)


def _may_be(step: SignOffStep, signed: Sequence[Signed], user_id: int) -> bool:
    return not must_be_another(step, signed, user_id)


def _are_apart(one: SignOffStep, other: SignOffStep) -> bool:
    return SignOffStep.GOVERNOR in (one, other) or frozenset({one, other}) in _APART
