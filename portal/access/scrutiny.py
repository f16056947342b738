"""Who reads the log of the scrutineer's challenges, who replies, and who asks."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from portal.access.roles import ROLES, Permission
from portal.access.viewer import Viewer
from portal.domain.scrutiny_vocabulary import ScrutinyState
from portal.domain.vocabulary import Role
from portal.models.scrutiny import ScrutinyChallenge, ScrutinyDraft, ScrutinyEntry

ASKABLE_ROLES = (Role.BUSINESS_MANAGER, Role.SAFEGUARDING_MANAGER, Role.BOARD_MEMBER, Role.SECTOR_LEAD)
"""Roles that can be asked as a whole: those that belong to no agency, and reply at all."""

REPLYING_ROLES = frozenset(
    role
    for role, permissions in ROLES.items()
    if Permission.SCRUTINY_REPLY in permissions and Permission.SCRUTINY_ASK not in permissions
)
"""Roles of people who can be asked by name."""


def visible_to(viewer: Viewer) -> Select[ScrutinyChallenge]:
    """All challenges for the board's roles and the safeguarding manager; everybody else's are those asked of them."""
    return select(ScrutinyChallenge).where(_visible_where(viewer))


def entries_visible_to(viewer: Viewer) -> Select[ScrutinyEntry]:
    """Every step of those challenges."""
    seen = exists().where(ScrutinyChallenge.id == ScrutinyEntry.challenge_id, _visible_where(viewer))
    return select(ScrutinyEntry).where(seen.correlate(ScrutinyEntry))


def drafts_visible_to(viewer: Viewer) -> Select[ScrutinyDraft]:
    """Replies that are being written, for those who were asked alone: not for whoever asked."""
    mine = exists().where(ScrutinyChallenge.id == ScrutinyDraft.challenge_id, asked_where(viewer))
    return select(ScrutinyDraft).where(mine.correlate(ScrutinyDraft))


def asked_where(viewer: Viewer) -> ColumnElement[bool]:
    """Challenges that ask the viewer: by name, by their role, or as a lead of the agency."""
    if viewer.partnership_id is None or viewer.hat is None or not viewer.may(Permission.SCRUTINY_REPLY):
        return false()
    asked = [ScrutinyChallenge.asked_membership_id == viewer.membership_id]
    if viewer.role in ASKABLE_ROLES:
        asked.append(ScrutinyChallenge.asked_role == viewer.role)
    if viewer.role is Role.AGENCY_LEAD:
        asked.append(ScrutinyChallenge.asked_agency_id == viewer.agency_id)
    return and_(ScrutinyChallenge.partnership_id == viewer.partnership_id, or_(*asked))


def is_asked(viewer: Viewer, challenge: ScrutinyChallenge) -> bool:
    """Whether this challenge asks the viewer."""
    if challenge.partnership_id != viewer.partnership_id or viewer.hat is None:
        return False
    if not viewer.may(Permission.SCRUTINY_REPLY):
        return False
    return (
        challenge.asked_membership_id == viewer.membership_id
        or (viewer.role in ASKABLE_ROLES and challenge.asked_role is viewer.role)
        or (
            viewer.role is Role.AGENCY_LEAD
            and challenge.asked_agency_id is not None
            and challenge.asked_agency_id == viewer.agency_id
        )
    )


def may_view(viewer: Viewer, challenge: ScrutinyChallenge) -> bool:
    """Whether this challenge is the viewer's to read."""
    if challenge.partnership_id != viewer.partnership_id:
        return False
    return viewer.may(Permission.SCRUTINY_VIEW) or is_asked(viewer, challenge)


def may_reply(viewer: Viewer, challenge: ScrutinyChallenge) -> bool:
    """Whether the viewer replies: asked, and it waits for a reply."""
    return is_asked(viewer, challenge) and challenge.state is ScrutinyState.OPEN


def may_view_draft(viewer: Viewer, challenge: ScrutinyChallenge, draft: ScrutinyDraft) -> bool:
    """Whether the viewer reads a reply that is not sent yet."""
    return draft.challenge_id == challenge.id and is_asked(viewer, challenge)


def may_ask(viewer: Viewer) -> bool:
    """The scrutineer asks; a command does not."""
    return viewer.hat is not None and viewer.partnership_id is not None and viewer.may(Permission.SCRUTINY_ASK)


def may_change(viewer: Viewer, challenge: ScrutinyChallenge) -> bool:
    """Whether the viewer changes what is asked: until it was replied to, for then it stands as it was answered."""
    return may_ask(viewer) and may_view(viewer, challenge) and challenge.state is ScrutinyState.OPEN


def may_ask_again(viewer: Viewer, challenge: ScrutinyChallenge) -> bool:
    """Whether the viewer asks again: after a reply, also once it was closed."""
    return may_ask(viewer) and may_view(viewer, challenge) and challenge.state is not ScrutinyState.OPEN


def may_close(viewer: Viewer, challenge: ScrutinyChallenge) -> bool:
    """Whether the viewer closes it: with a reply or without one."""
    return may_ask(viewer) and may_view(viewer, challenge) and challenge.state is not ScrutinyState.CLOSED


def sees_whole_log(viewer: Viewer) -> bool:
    """Whether the viewer reads every challenge, rather than those asked of them."""
    return viewer.partnership_id is not None and viewer.may(Permission.SCRUTINY_VIEW)


def _visible_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.partnership_id is None:
        return false()
    mine = asked_where(viewer)
    everything = true() if viewer.may(Permission.SCRUTINY_VIEW) else mine
    return and_(ScrutinyChallenge.partnership_id == viewer.partnership_id, everything)
