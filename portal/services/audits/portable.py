"""A signed return as a file that travels: written and signed for the agency's lead, to be taken in elsewhere."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import audits as access
from portal.access.viewer import LONDON, Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES, SignOffStep
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.files import clean_name
from portal.domain.labels import label
from portal.domain.portable_returns import (
    AgencyNamed,
    EvidenceNamed,
    PortableAnswer,
    PortableReturn,
    SignatureNamed,
    pack,
)
from portal.domain.vocabulary import AgencyType, Post
from portal.gateways import signatures
from portal.models.audits import AuditReturn, AuditRound, SignOff
from portal.models.frameworks import FrameworkEdition
from portal.models.partnerships import Agency
from portal.models.people import Membership
from portal.services.audits.holding import own_return
from portal.services.audits.question_page import Answered, PrintedReturn, printed_return
from portal.services.audits.returns_page import ReturnFacts
from portal.services.audits.signing_keys import own_key
from portal.services.changes import changing

EXTENSION = "return"


def export(viewer: Viewer, return_id: int) -> tuple[bytes, str]:
    """The signed file and a name for it; the partnership's key is made if it has none yet.

    Raises NotVisible, NotPermitted for anybody but the agency's lead, and Invalid where the return is not signed.
    """
    with changing(viewer) as change:
        facts = led_return(viewer, return_id)
        if facts.status not in SIGNED_STATUSES:
            raise Invalid("Only a signed return can be taken elsewhere.")
        key = own_key(change)
        portable = _portable(change.session, viewer, printed_return(viewer, return_id))
        file = pack(portable, key.fingerprint, lambda content: signatures.sign(key.private_key, content))
        change.log("audit_return.exported", "audit_return", return_id)
    return file, clean_name(f"{facts.agency_name} {facts.round_title}.{EXTENSION}", (EXTENSION,))


def led_return(viewer: Viewer, return_id: int) -> ReturnFacts:
    """A return that the viewer leads for their agency. Raises NotVisible, NotPermitted."""
    facts = own_return(viewer, return_id)
    if not access.may_lead(viewer, facts.row):
        raise NotPermitted("A return is taken along by the agency’s lead.")
    return facts


def agency_of(session: Session, agency_id: int) -> AgencyNamed:
    """An agency as files name it."""
    row = session.execute(
        select(Agency.name, Agency.agency_type, Agency.ods_code, Agency.urn).where(Agency.id == agency_id)
    ).one()
    return AgencyNamed(row.name, AgencyType(row.agency_type), row.ods_code, row.urn)


def framework_of(return_id: int) -> tuple[str, str]:
    """The code and the digest of the edition that a return, which the viewer has been found to see, answers."""
    code, digest = db.session.execute(
        select(FrameworkEdition.code, FrameworkEdition.digest)
        .join(AuditRound, AuditRound.edition_id == FrameworkEdition.id)
        .join(AuditReturn, AuditReturn.round_id == AuditRound.id)
        .where(AuditReturn.id == return_id)
    ).one()
    return code, digest


def _portable(session: Session, viewer: Viewer, printed: PrintedReturn) -> PortableReturn:
    facts = printed.facts
    code, digest = framework_of(facts.id)
    answers = (printed.answers[entry.question_id] for entry in printed.outline.entries)
    return PortableReturn(
        agency=agency_of(session, facts.agency_id),
        framework=code,
        framework_title=facts.framework_title,
        guidance_edition=facts.guidance_edition,
        edition_digest=digest,
        issuer=viewer.partnership_name,
        round_title=facts.round_title,
        version=facts.number,
        created_at=viewer.now,
        # What the partnership added for itself, no other one asks.
        answers=tuple(_answer(one) for one in answers if one.response.rating and not one.question.is_local),
        signatures=_signatures(session, viewer, facts),
    )


def _answer(answered: Answered) -> PortableAnswer:
    question, response = answered.question, answered.response
    return PortableAnswer(
        code=question.code,
        digest=question.digest,
        question=question.text,
        rating=response.rating or "",
        label=answered.rating,
        narrative=response.narrative,
        evidence=tuple(EvidenceNamed(piece.title, piece.dated_on) for piece in answered.evidence),
    )


def _signatures(session: Session, viewer: Viewer, facts: ReturnFacts) -> tuple[SignatureNamed, ...]:
    rows = session.execute(
        access.visible_to(viewer)
        .join(SignOff, SignOff.return_id == AuditReturn.id)
        .join(Membership, Membership.id == SignOff.membership_id)
        .where(AuditReturn.id == facts.id, SignOff.number == facts.number)
        .order_by(SignOff.signed_at, SignOff.step)
        .with_only_columns(SignOff.step, SignOff.name, Membership.post, SignOff.signed_at)
    )
    return tuple(
        SignatureNamed(
            SignOffStep(row.step),
            row.name,
            label(Post(row.post)) if row.post else "",
            row.signed_at.astimezone(LONDON).date(),
        )
        for row in rows
    )
