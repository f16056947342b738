"""Whose escalations a viewer's figures count, whether small counts are hidden, and who reads agencies by name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, select

from portal.access.closed_records import sees_every_record
from portal.access.escalations import WHOLE_LOG
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted
from portal.domain.escalation_vocabulary import ProposalStatus
from portal.domain.vocabulary import AgencyType, Role
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.partnerships import Agency


@dataclass(frozen=True, slots=True)
class EscalationScope:
    """The part of a partnership's escalations that a viewer's figures count."""

    partnership_id: int
    sector: AgencyType | None
    """A sector lead's sector: what is raised with its agencies. Empty for the whole partnership."""
    hides_small: bool
    names_agencies: bool


def scope(viewer: Viewer) -> EscalationScope:
    """Board, business manager, scrutineer, manager: the partnership; sector lead: what their sector is asked.

    Small counts are shown to those alone who see the whole log, each matter with its agencies, and to whom no record is
    closed: they could count it themselves. The board reads nothing agency by agency but pairs that are no small count.
    Raises NotPermitted.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.ESCALATIONS_FIGURES):
        raise NotPermitted("Figures of escalations are not part of this role.")
    if viewer.role is Role.SECTOR_LEAD and viewer.sector is None:
        raise NotPermitted("This sector lead has no sector yet.")
    return EscalationScope(
        partnership_id=viewer.partnership_id,
        sector=viewer.sector if viewer.role is Role.SECTOR_LEAD else None,
        hides_small=not viewer.is_system and (viewer.role not in WHOLE_LOG or not sees_every_record(viewer)),
        names_agencies=viewer.role is not Role.BOARD_MEMBER,
    )


def counted_where(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that an escalation counts in the viewer's figures. Raises NotPermitted."""
    of = scope(viewer)
    own = Escalation.partnership_id == of.partnership_id
    return own if of.sector is None else and_(own, Escalation.raised_with_agency_id.in_(_of_type(of.sector)))


def waiting_where(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a proposal waits for a chair and counts in the viewer's figures. Raises NotPermitted."""
    of = scope(viewer)
    own = and_(EscalationProposal.partnership_id == of.partnership_id, EscalationProposal.status == ProposalStatus.OPEN)
    return own if of.sector is None else and_(own, EscalationProposal.agency_id.in_(_of_type(of.sector)))


def _of_type(sector: AgencyType) -> Select[int]:
    return select(Agency.id).where(Agency.agency_type == sector)
