"""Who sees how long records are kept, holds, erasures and requests for what is held; and who decides about them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from portal.access.closed_records import is_closed_of, open_of_where
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.retention import FAMILY_CLASSES, ErasureState
from portal.models.cases import Child
from portal.models.records import Erasure, LegalHold, RecordsContact, RetentionRule, SubjectExport


def rules_visible_to(viewer: Viewer) -> Select[RetentionRule]:
    """How long the viewer's partnership keeps what, for the managers."""
    if not _looks_after(viewer):
        return select(RetentionRule).where(false())
    return select(RetentionRule).where(RetentionRule.partnership_id == viewer.partnership_id)


def published_rules(partnership_id: int) -> Select[RetentionRule]:
    """The same for the public page: how long, why and by whose schedule is nobody's secret."""
    return select(RetentionRule).where(RetentionRule.partnership_id == partnership_id)


def published_contacts() -> Select[RecordsContact]:
    """Whom to write to, for everybody."""
    return select(RecordsContact)


def holds_visible_to(viewer: Viewer) -> Select[LegalHold]:
    """The partnership's holds, lifted ones too; what they are about and why is asked of `may_read_hold`.

    None on a family, or a child of one, whose record is closed to the viewer.
    """
    if not _looks_after(viewer):
        return select(LegalHold).where(false())
    return select(LegalHold).where(LegalHold.partnership_id == viewer.partnership_id, _open_hold_where(viewer))


def erasures_visible_to(viewer: Viewer) -> Select[Erasure]:
    """What is proposed, and the certificates of what went: neither names a child.

    No proposal about a family whose record is closed to the viewer.
    """
    if not _looks_after(viewer):
        return select(Erasure).where(false())
    return select(Erasure).where(Erasure.partnership_id == viewer.partnership_id, _open_erasure_where(viewer))


def exports_visible_to(viewer: Viewer) -> Select[SubjectExport]:
    """Requests for what is held on a child, for the safeguarding manager."""
    if not may_export(viewer):
        return select(SubjectExport).where(false())
    return select(SubjectExport).where(SubjectExport.partnership_id == viewer.partnership_id)


def may_view(viewer: Viewer, row: RetentionRule | LegalHold | Erasure, *, child_case_id: int | None = None) -> bool:
    """Whether this rule, hold or erasure is the viewer's to see; `child_case_id` is the family of a held child."""
    if not _looks_after(viewer) or row.partnership_id != viewer.partnership_id:
        return False
    if isinstance(row, LegalHold):
        return not is_closed_of(viewer, row.case_id) and not is_closed_of(viewer, child_case_id)
    if isinstance(row, Erasure) and row.state is ErasureState.PROPOSED and row.record_class in FAMILY_CLASSES:
        return not is_closed_of(viewer, row.root_id)
    return True


def may_view_export(viewer: Viewer, row: SubjectExport) -> bool:
    """Whether this request is the viewer's to see."""
    return may_export(viewer) and row.partnership_id == viewer.partnership_id


def may_read_hold(viewer: Viewer) -> bool:
    """What a hold is about and why may name a child: it is for those who place them."""
    return may_hold(viewer)


def may_change_rules(viewer: Viewer) -> bool:
    """The business manager keeps the partnership's rules, and whom the public writes to."""
    return viewer.may(Permission.RULES_MANAGE) and viewer.partnership_id is not None


def may_hold(viewer: Viewer) -> bool:
    """The safeguarding manager places holds and lifts them."""
    return viewer.may(Permission.RECORDS_HOLD) and viewer.partnership_id is not None


def may_erase(viewer: Viewer) -> bool:
    """The safeguarding manager approves what retention proposes; the command does it for whoever runs the portal."""
    return viewer.may(Permission.RECORDS_ERASE) and viewer.partnership_id is not None


def may_export(viewer: Viewer) -> bool:
    """The safeguarding manager answers requests for all that is held on one child."""
    return viewer.may(Permission.SUBJECT_EXPORT) and viewer.partnership_id is not None


def may_leave(viewer: Viewer) -> bool:
    """Only whoever runs the portal takes a partnership's records out, and deletes them when it has left."""
    return viewer.is_system


def _open_hold_where(viewer: Viewer) -> ColumnElement[bool]:
    if not viewer.closed_cases:
        return true()
    of_open = select(Child.id).where(Child.case_id.not_in(sorted(viewer.closed_cases)))
    of_child = or_(LegalHold.child_id.is_(None), LegalHold.child_id.in_(of_open))
    return and_(open_of_where(viewer, LegalHold.case_id), of_child)


def _open_erasure_where(viewer: Viewer) -> ColumnElement[bool]:
    if not viewer.closed_cases:
        return true()
    # A certificate is of what is gone, whose number may be another family's by now.
    is_proposal = and_(Erasure.state == ErasureState.PROPOSED, Erasure.record_class.in_(FAMILY_CLASSES))
    return or_(~is_proposal, open_of_where(viewer, Erasure.root_id))


def _looks_after(viewer: Viewer) -> bool:
    return viewer.may(Permission.RECORDS_VIEW) and viewer.partnership_id is not None
