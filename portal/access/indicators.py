"""Whose figures a viewer sees, and whether small counts are hidden from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.access import escalation_figures, plans
from portal.access.closed_records import sees_every_record
from portal.access.roles import CASE_ROLES, Permission
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted
from portal.domain.measures import Breakdown, Measure, Of, Source
from portal.domain.vocabulary import AgencyType, Role


@dataclass(frozen=True, slots=True)
class FigureScope:
    """The part of a partnership's figures that a viewer may read."""

    partnership_id: int
    agency_id: int | None
    """A lead's own agency; empty for wider scopes."""
    agency_type: AgencyType | None
    """A sector lead's sector; empty for the whole partnership."""
    hides_small: bool
    """Whether counts of 1 to the rule set's limit are replaced by "too few"."""


def scope(viewer: Viewer) -> FigureScope:
    """Board, business manager, scrutineer, manager: the partnership; sector lead: the sector; lead: the agency.

    Raises NotPermitted. Only roles that work with the children themselves see small counts, and of these nobody from
    whom a record is kept: a count of one would tell of it.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.FIGURES_VIEW):
        raise NotPermitted("Figures are not part of this role.")
    sector = viewer.hat.sector if viewer.hat else None
    if viewer.role is Role.SECTOR_LEAD and sector is None:
        raise NotPermitted("This sector lead has no sector yet.")
    return FigureScope(
        partnership_id=viewer.partnership_id,
        agency_id=viewer.agency_id if viewer.role is Role.AGENCY_LEAD or viewer.key is not None else None,
        agency_type=sector if viewer.role is Role.SECTOR_LEAD else None,
        hides_small=not viewer.is_system and _sees_too_little(viewer),
    )


def partnership_of(viewer: Viewer) -> int:
    """The partnership whose measures the viewer reads. Raises NotPermitted."""
    if viewer.partnership_id is None or not may_read(viewer):
        raise NotPermitted("Figures are not part of this role.")
    return viewer.partnership_id


def may_read(viewer: Viewer) -> bool:
    """Whether the viewer has a room of figures: the partnership's, a sector's, an agency's, or a chair's own."""
    return viewer.may(Permission.FIGURES_VIEW) or viewer.may(Permission.FIGURES_OWN)


def sector_of(viewer: Viewer) -> AgencyType | None:
    """The sector whose agencies alone a sector lead reads."""
    return viewer.sector if viewer.role is Role.SECTOR_LEAD else None


def hides_small(viewer: Viewer, measures: Sequence[Measure]) -> bool:
    """Whether small counts of any of these measures are hidden from the viewer.

    They are from everybody whose role has no case access, or to whom a record is closed; of plans also from others than
    the safeguarding manager, and of escalations shown to those who read the whole log.
    """
    if viewer.is_system:
        return False
    return any(_hides_small(viewer, measure.source) for measure in measures)


def _hides_small(viewer: Viewer, source: Source) -> bool:
    if source is Source.PLANS:
        return plans.hides_small(viewer)
    if source is Source.ESCALATIONS and viewer.may(Permission.ESCALATIONS_FIGURES):
        return escalation_figures.scope(viewer).hides_small
    return _sees_too_little(viewer)


def _sees_too_little(viewer: Viewer) -> bool:
    return viewer.role not in CASE_ROLES or not sees_every_record(viewer)


def may_open_rows(viewer: Viewer) -> bool:
    """Whether the viewer opens the rows behind a number: the safeguarding manager, a lead, a chair, each their own.

    Which meetings they are is asked of access/meetings.py.
    """
    return may_read(viewer) and viewer.may(Permission.MEETINGS_VIEW)


def narrowed(viewer: Viewer, of: Of, measures: Sequence[Measure], by: Breakdown | None = None) -> Of:
    """What of the measures the viewer reads where they ask for `of`, which may be less. Raises NotPermitted.

    The board, the business manager, the scrutineer and the safeguarding manager read the partnership; a sector lead the
    invitations of the sector, a lead those of the own agency, a chair what is counted of their own meetings. Only the
    safeguarding manager reads figures chair by chair.
    """
    partnership_of(viewer)
    if viewer.role is Role.CHAIR:
        return _of_chair(viewer, of, measures)
    if viewer.is_system:
        return of
    if (of.chair_membership_id is not None or by is Breakdown.CHAIR) and viewer.role is not Role.SAFEGUARDING_MANAGER:
        raise NotPermitted("Figures chair by chair are for the safeguarding manager.")
    if viewer.role is Role.AGENCY_LEAD or (viewer.key is not None and viewer.key.agency_id is not None):
        _only_invitations(measures)
        if by is Breakdown.AGENCY or of.agency_id not in (None, viewer.agency_id) or by is Breakdown.AGENCY_TYPE:
            raise NotPermitted("A lead reads the figures of the own agency.")
        return replace(of, agency_id=viewer.agency_id, agency_type=None)
    sector = sector_of(viewer)
    if viewer.role is Role.SECTOR_LEAD:
        _only_invitations(measures)
        if sector is None or of.agency_type not in (None, sector):
            raise NotPermitted("A sector lead reads the figures of the sector.")
        return replace(of, agency_type=sector)
    return of


def _of_chair(viewer: Viewer, of: Of, measures: Sequence[Measure]) -> Of:
    if of.chair_membership_id not in (None, viewer.membership_id) or of.agency_id is not None:
        raise NotPermitted("A chair reads the figures of the meetings that they chair.")
    if any(measure.source not in {Source.INVITATIONS, Source.MEETINGS} for measure in measures):
        raise NotPermitted("This measure is not counted chair by chair.")
    return replace(of, chair_membership_id=viewer.membership_id)


def _only_invitations(measures: Sequence[Measure]) -> None:
    if any(measure.source is not Source.INVITATIONS for measure in measures):
        raise NotPermitted("This measure covers the whole partnership.")
