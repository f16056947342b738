"""Who sees with which provider somebody signs in, links or unlinks an account, and closes an agency's own sign-in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, false, or_, select

from portal.access import people
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import Role
from portal.models.identities import Identity
from portal.models.people import Membership


def visible_to(viewer: Viewer) -> Select[Identity]:
    """One's own; and, for whoever looks after accounts, those of the people whom they see."""
    if not viewer.is_signed_in:
        return select(Identity).where(false())
    theirs = people.visible_to(viewer).with_only_columns(Membership.user_id)
    return select(Identity).where(or_(Identity.user_id == viewer.user_id, Identity.user_id.in_(theirs)))


def may_view(viewer: Viewer, identity: Identity, memberships: Collection[Membership]) -> bool:
    """Whether the viewer sees this identity, of somebody who has these memberships."""
    if not viewer.is_signed_in:
        return False
    return identity.user_id == viewer.user_id or any(people.may_view(viewer, held) for held in memberships)


def may_link(viewer: Viewer, memberships: Collection[Membership]) -> bool:
    """Whether the viewer opens a link by which an account is linked, or ends what links it: an administrator.

    Whoever is linked with an account becomes its person, so the viewer must look after every role that they have.
    """
    return viewer.role is Role.ADMINISTRATOR and people.may_reissue(viewer, memberships)


def may_set_local(viewer: Viewer) -> bool:
    """Whether the viewer says for an agency whether its people may sign in with a password: an administrator."""
    return (
        viewer.partnership_id is not None
        and viewer.may(Permission.PEOPLE_MANAGE)
        and viewer.may(Permission.AGENCIES_MANAGE)
    )
