"""Who sees which audit rounds, returns and answers, and who may do what to them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ReturnStatus
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.audits import AuditReturn, AuditRound, PanelMember, Response, SectionGiven
from portal.models.moderation import Moderation
from portal.models.partnerships import Agency

READS_EVERY_RETURN = frozenset({Role.BUSINESS_MANAGER, Role.SCRUTINEER})
"""Roles that read what agencies have signed without sitting on the round's panel."""

OPEN_STATUSES = frozenset({ReturnStatus.NOT_STARTED, ReturnStatus.IN_PROGRESS})
"""A return whose answers can be changed."""


def rounds_visible_to(viewer: Viewer) -> Select[AuditRound]:
    """Rounds of the active partnership: for agencies those that ask them, once they have opened; for the board all."""
    if viewer.partnership_id is None or not viewer.may(Permission.AUDITS_VIEW):
        return select(AuditRound).where(false())
    rows = select(AuditRound).where(AuditRound.partnership_id == viewer.partnership_id)
    if viewer.is_system or viewer.role not in AGENCY_ROLES:
        return rows
    asked = exists().where(AuditReturn.round_id == AuditRound.id, _return_where(viewer)).correlate(AuditRound)
    return rows.where(AuditRound.opens_on <= viewer.today, asked)


def visible_to(viewer: Viewer) -> Select[AuditReturn]:
    """Returns whose progress the viewer sees.

    An agency's lead and signatories: their agency's. Practitioners: those of which they were given a section.
    Sector leads: their sector's. The board, its manager and the scrutineer: all of the partnership.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.AUDITS_VIEW):
        return select(AuditReturn).where(false())
    rows = select(AuditReturn).where(_return_where(viewer))
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        is_open = exists().where(AuditRound.id == AuditReturn.round_id, AuditRound.opens_on <= viewer.today)
        return rows.where(is_open.correlate(AuditReturn))
    return rows


def answers_visible_to(viewer: Viewer) -> Select[Response]:
    """Answers whose text the viewer may read.

    An agency's own: all for its lead and signatories, the sections they were given for practitioners. From outside the
    agency nothing before it is signed, and then its manager, the scrutineer and the round's panel.
    """
    answers = select(Response).join(AuditReturn, AuditReturn.id == Response.return_id)
    if viewer.partnership_id is None or not viewer.may(Permission.AUDITS_VIEW):
        # With its return all the same: whoever asks for more of it asks for that.
        return answers.where(false())
    rows = answers.where(_return_where(viewer))
    if viewer.is_system:
        return rows
    if viewer.role is Role.PRACTITIONER:
        return rows.where(_given_where(viewer, Response.standard_id))
    return rows if viewer.role in AGENCY_ROLES else rows.where(_read_where(viewer))


def moderations_visible_to(viewer: Viewer) -> Select[Moderation]:
    """What the panel wrote: for those who may read the answer, and for its agency only once it is released."""
    remarks = (
        select(Moderation)
        .join(Response, Response.id == Moderation.response_id)
        .join(AuditReturn, AuditReturn.id == Moderation.return_id)
    )
    if viewer.partnership_id is None or not viewer.may(Permission.AUDITS_VIEW):
        return remarks.where(false())
    rows = remarks.where(_return_where(viewer))
    if viewer.is_system:
        return rows
    if viewer.role not in AGENCY_ROLES:
        return rows.where(_read_where(viewer))
    released = rows.where(AuditReturn.released_at.is_not(None))
    if viewer.role is Role.PRACTITIONER:
        return released.where(_given_where(viewer, Response.standard_id))
    return released


def _return_where(viewer: Viewer) -> ColumnElement[bool]:
    own_partnership = AuditReturn.partnership_id == viewer.partnership_id
    if viewer.is_system or viewer.role is None:
        return own_partnership if viewer.is_system else false()
    if viewer.role is Role.SECTOR_LEAD:
        of_sector = exists().where(Agency.id == AuditReturn.agency_id, Agency.agency_type == viewer.sector)
        return and_(own_partnership, or_(of_sector.correlate(AuditReturn), _panel_where(viewer)))
    if viewer.role not in AGENCY_ROLES:
        return own_partnership
    own_agency = and_(own_partnership, AuditReturn.agency_id == viewer.agency_id)
    if viewer.role is Role.PRACTITIONER:
        given = exists().where(
            SectionGiven.return_id == AuditReturn.id, SectionGiven.membership_id == viewer.membership_id
        )
        return and_(own_agency, given.correlate(AuditReturn))
    return own_agency


def _given_where(viewer: Viewer, standard_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            SectionGiven.return_id == AuditReturn.id,
            SectionGiven.standard_id == standard_id,
            SectionGiven.membership_id == viewer.membership_id,
        )
        .correlate(AuditReturn, Response)
    )


def _read_where(viewer: Viewer) -> ColumnElement[bool]:
    """From outside the agency: signed, and the viewer reads every return or sits on the round's panel."""
    if not viewer.may(Permission.AUDITS_READ):
        return false()
    reader = true() if viewer.role in READS_EVERY_RETURN else _panel_where(viewer)
    return and_(AuditReturn.status.in_(SIGNED_STATUSES), reader)


def _panel_where(viewer: Viewer) -> ColumnElement[bool]:
    on_panel = exists().where(
        PanelMember.round_id == AuditReturn.round_id, PanelMember.membership_id == viewer.membership_id
    )
    return on_panel.correlate(AuditReturn)


def may_view(viewer: Viewer, audit_return: AuditReturn, *, given: bool, agency_type: str, on_panel: bool) -> bool:
    """Whether the viewer sees this return's progress.

    `given`: a practitioner was given one of its sections; `on_panel`: the viewer sits on the round's panel.
    """
    if audit_return.partnership_id != viewer.partnership_id or not viewer.may(Permission.AUDITS_VIEW):
        return False
    if viewer.is_system:
        return True
    if viewer.role is Role.SECTOR_LEAD:
        return on_panel or agency_type == viewer.sector
    if viewer.role not in AGENCY_ROLES:
        return True
    return audit_return.agency_id == viewer.agency_id and (given or viewer.role is not Role.PRACTITIONER)


def may_read(viewer: Viewer, audit_return: AuditReturn, *, given: bool, on_panel: bool) -> bool:
    """Whether the viewer may read an answer of this return; `given`: in a section that they were given."""
    if audit_return.partnership_id != viewer.partnership_id or not viewer.may(Permission.AUDITS_VIEW):
        return False
    if viewer.is_system:
        return True
    if viewer.role in AGENCY_ROLES:
        return audit_return.agency_id == viewer.agency_id and (given or viewer.role is not Role.PRACTITIONER)
    return (
        viewer.may(Permission.AUDITS_READ)
        and audit_return.status in SIGNED_STATUSES
        and (viewer.role in READS_EVERY_RETURN or on_panel)
    )


def may_answer(viewer: Viewer, audit_return: AuditReturn, audit_round: AuditRound, *, given: bool) -> bool:
    """Whether the viewer may change an answer: their agency's lead, or a colleague who was given its section."""
    return (
        viewer.may(Permission.AUDITS_ANSWER)
        and is_own(viewer, audit_return)
        and (given or viewer.may(Permission.AUDITS_LEAD))
        and audit_return.status in OPEN_STATUSES
        and audit_round.closed_at is None
        and audit_round.opens_on <= viewer.today
    )


def may_lead(viewer: Viewer, audit_return: AuditReturn) -> bool:
    """Whether the viewer gives sections to colleagues, submits the return and opens it again."""
    return viewer.may(Permission.AUDITS_LEAD) and is_own(viewer, audit_return)


def may_run(viewer: Viewer, audit_round: AuditRound) -> bool:
    """Whether the viewer changes the round, chases and closes it."""
    return viewer.may(Permission.AUDITS_RUN) and audit_round.partnership_id == viewer.partnership_id


def may_moderate(viewer: Viewer, audit_return: AuditReturn, *, on_panel: bool) -> bool:
    """Whether the viewer rates beside the agency: the business manager and the round's panel, until it is released."""
    return (
        viewer.may(Permission.AUDITS_MODERATE)
        and audit_return.partnership_id == viewer.partnership_id
        and (on_panel or viewer.may(Permission.AUDITS_RUN))
        and audit_return.status in SIGNED_STATUSES
        and audit_return.released_at is None
    )


def is_own(viewer: Viewer, audit_return: AuditReturn) -> bool:
    """Whether the return is that of the viewer's agency, in the active partnership."""
    return (
        audit_return.partnership_id == viewer.partnership_id
        and viewer.agency_id is not None
        and audit_return.agency_id == viewer.agency_id
    )
