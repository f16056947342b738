"""What colleagues say to each other about an answer, unseen outside their agency."""

from __future__ import annotations

from sqlalchemy.orm import Session, joinedload

from portal.access import answers as access
from portal.access import audits as audits_access
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.returns import COMMENT_LIMIT
from portal.models.audits import AuditReturn, Response, ResponseComment
from portal.services.changes import changing
from portal.services.invitations.seen import AlreadySo


def comments_on(session: Session, viewer: Viewer, return_id: int, question_id: int) -> list[ResponseComment]:
    """What was said about a question, the oldest first, each with who said it."""
    query = access.comments_visible_to(viewer).where(
        ResponseComment.return_id == return_id, ResponseComment.question_id == question_id
    )
    return list(session.scalars(query.options(joinedload(ResponseComment.said_by)).order_by(ResponseComment.id)))


def add_comment(viewer: Viewer, return_id: int, question_id: int, text: str) -> bool:
    """Say something about an answer; gives False where one has just said the same, as after a double click.

    Raises NotVisible, NotPermitted, Invalid by field.
    """
    text = text.strip()
    if not text:
        raise Invalid("Nothing was said.", errors={"comment": ["Write a comment"]})
    if len(text) > COMMENT_LIMIT:
        raise Invalid("Too long.", errors={"comment": [f"Shorten this to {COMMENT_LIMIT:,} characters or fewer"]})
    try:
        with changing(viewer) as change:
            found = change.session.scalar(
                audits_access.answers_visible_to(viewer)
                .where(
                    Response.return_id == return_id,
                    Response.question_id == question_id,
                    Response.number == AuditReturn.number,
                )
                .with_only_columns(AuditReturn)
                .with_for_update(of=AuditReturn, key_share=True)
            )
            if found is None:
                raise NotVisible("No such question.")
            if not access.may_comment(viewer, found) or viewer.user_id is None:
                raise NotPermitted("This return can no longer be talked about here.")
            said = comments_on(change.session, viewer, return_id, question_id)
            if said and (said[-1].said_by_id, said[-1].text) == (viewer.user_id, text):
                raise AlreadySo
            change.session.add(
                ResponseComment(
                    partnership_id=found.partnership_id,
                    return_id=return_id,
                    question_id=question_id,
                    text=text,
                    said_at=viewer.now,
                    said_by_id=viewer.user_id,
                )
            )
            change.log("answer.commented", "audit_return", return_id)
    except AlreadySo:
        return False
    return True
