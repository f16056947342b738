"""Who sees what stands beside an answer: its evidence, and what colleagues say to each other about it."""

from __future__ import annotations

from sqlalchemy import Select, and_, exists, false, select

from portal.access import audits
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import SIGNED_STATUSES
from portal.models.audits import AuditReturn, Response, ResponseComment
from portal.models.evidence import Evidence


def evidence_visible_to(viewer: Viewer) -> Select[Evidence]:
    """Evidence of the answers that the viewer may read."""
    readable = audits.answers_visible_to(viewer).with_only_columns(Response.id)
    return select(Evidence).where(Evidence.response_id.in_(readable))


def comments_visible_to(viewer: Viewer) -> Select[ResponseComment]:
    """Comments on the answers that the viewer may read, for people of the agency itself and nobody else."""
    if viewer.agency_id is None or not viewer.may(Permission.AUDITS_SIGN):
        return select(ResponseComment).where(false())
    readable = (
        audits.answers_visible_to(viewer)
        .where(
            Response.return_id == ResponseComment.return_id,
            Response.question_id == ResponseComment.question_id,
            AuditReturn.agency_id == viewer.agency_id,
        )
        .with_only_columns(Response.id)
        .correlate(ResponseComment)
    )
    own = and_(ResponseComment.partnership_id == viewer.partnership_id, exists(readable))
    return select(ResponseComment).where(own)


def may_comment(viewer: Viewer, audit_return: AuditReturn) -> bool:
    """Whether the viewer talks with colleagues about answers that they see: in their agency, until it is signed."""
    return (
        viewer.may(Permission.AUDITS_SIGN)
        and audits.is_own(viewer, audit_return)
        and audit_return.status not in SIGNED_STATUSES
    )
