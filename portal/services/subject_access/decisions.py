"""What was decided about the passages of a request, as long as they are what they were when somebody read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.domain.subject_access import Decision, Passage
from portal.models.records import SubjectDecision, SubjectExport

PLACE = "subject_decisions.digest"


def decisions_about(
    session: Session, export: SubjectExport, passages: Iterable[Passage], kind: str = ""
) -> dict[str, Decision]:
    """The decisions that stand, by place; of one kind or of all, by one query.

    Where a passage has changed since, or names somebody whom it did not name, nobody has decided about it.
    """
    asked = select(SubjectDecision.place, SubjectDecision.decision, SubjectDecision.digest).where(
        SubjectDecision.export_id == export.id
    )
    if kind:
        asked = asked.where(SubjectDecision.place.startswith(f"{kind}/", autoescape=True))
    by_place = {one.place: one for one in passages}
    return {
        row.place: row.decision
        for row in session.execute(asked)
        if row.place in by_place and bytes(row.digest) in keyring.blind_indexes(by_place[row.place].as_read, PLACE)
    }


def keep_decisions(
    session: Session,
    viewer: Viewer,
    export: SubjectExport,
    passages: Mapping[str, Passage],
    decisions: Mapping[str, Decision],
) -> None:
    """Write down what was decided about these passages, each by its place; what was decided before gives way."""
    known = {
        row.place: row
        for row in session.scalars(
            select(SubjectDecision).where(
                SubjectDecision.export_id == export.id, SubjectDecision.place.in_(sorted(decisions))
            )
        )
    }
    for place, decision in decisions.items():
        passage, row = passages[place], known.get(place)
        if row is None and passage.mark is None and decision is Decision.GIVE:
            continue  # it is given anyway, and there is nothing to remember
        if row is None:
            row = SubjectDecision(partnership_id=export.partnership_id, export_id=export.id, place=place)
            session.add(row)
        row.decision, row.digest = decision, keyring.blind_index(passage.as_read, PLACE)
        row.decided_at, row.decided_by_id = viewer.now, viewer.user_id
    session.flush()
