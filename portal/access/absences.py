"""Who sees which days away, and who plans them."""

from __future__ import annotations

from sqlalchemy import Select, and_, false, or_, select

from portal.access import people
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.absences import Absence
from portal.models.people import Membership


def visible_to(viewer: Viewer) -> Select[Absence]:
    """A person's own and those in which they stand in, under every hat; those of people whom they look after."""
    if not viewer.may(Permission.ABSENCES_PLAN):
        return select(Absence).where(false())
    hats = [hat.membership_id for hat in viewer.hats]
    own = or_(Absence.membership_id.in_(hats), Absence.deputy_membership_id.in_(hats))
    theirs = people.visible_to(viewer).with_only_columns(Membership.id)
    looked_after = and_(Absence.partnership_id == viewer.partnership_id, Absence.membership_id.in_(theirs))
    return select(Absence).where(or_(own, looked_after))


def may_view(viewer: Viewer, absence: Absence, membership: Membership) -> bool:
    """Whether the viewer sees this absence; `membership` is the one that is away."""
    if not viewer.may(Permission.ABSENCES_PLAN):
        return False
    hats = {hat.membership_id for hat in viewer.hats}
    return bool(hats & {absence.membership_id, absence.deputy_membership_id}) or people.may_view(viewer, membership)


def is_own(viewer: Viewer, membership: Membership) -> bool:
    """Whether it is one of the viewer's own memberships, worn now or not."""
    return any(hat.membership_id == membership.id for hat in viewer.hats)


def may_plan(viewer: Viewer, membership: Membership) -> bool:
    """Whether the viewer plans days away for this membership: their own, and those of people whom they look after."""
    if membership.ended_at is not None or not viewer.may(Permission.ABSENCES_PLAN):
        return False
    return is_own(viewer, membership) or people.may_manage(viewer, membership)


def may_change(viewer: Viewer, absence: Absence, membership: Membership) -> bool:
    """Whether the viewer changes or removes this absence: whoever may plan it, until it is over."""
    return may_plan(viewer, membership) and absence.membership_id == membership.id and absence.ends_on >= viewer.today
