"""People of agencies who answer by a link and need no account: who they are, and what became of their links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import AgencyType, Answer
from portal.models.return_links import ReturnLink
from portal.services.demo.accounts import ADDRESS
from portal.services.demo.people import address
from portal.services.demo.reports.parts import Casework, Part
from portal.services.demo.reports.writing import answered
from portal.services.invitations.seen import seen_answer
from portal.services.reports.desk import template_to_write
from portal.services.return_links.codes import check_code, read_out
from portal.services.return_links.contacts import name_contact, switch
from portal.services.return_links.ending import withdraw_link
from portal.services.return_links.making import make_link
from portal.services.return_links.opening import viewer_of
from portal.services.return_links.returning import Answered, keep_draft, return_page, send_return

CONTACTS = {
    "EM": (("GP-2", "Ruth Ashdown"), ("GP-3", "Marcus Tillery"), ("SCH-2", "Joan Whitby"), ("SCH-3", "Ade Fashola")),
    "WM": (("GP-2", "Gwen Parfitt"), ("GP-3", "Idris Mabey"), ("SCH-2", "Sonia Leake"), ("SCH-3", "Hugh Dacre")),
}
"""Nobody of these is among the people with an account."""
WITHOUT_TELEPHONE = "SCH-3"
SWITCHED_OFF = "HOUS"


@dataclass(slots=True)
class _Links:
    """The contacts by their agency's code, and a link that is ended later."""

    contacts: dict[str, int] = field(default_factory=dict)
    to_end: Part | None = None
    link_id: int = 0


def plan(work: Casework) -> None:
    """Leads name people and one switches links off; links are used, ended, and out."""
    cast, links = work.cast, _Links()
    prefix = cast.place.prefix
    for number, (name, person) in enumerate(CONTACTS[prefix]):
        # Numbers that are kept for stories: nobody has them.
        telephone = "" if name == WITHOUT_TELEPHONE else f"07700 900{list(CONTACTS).index(prefix)}{number:02d}"
        _plan_contact(work, links, f"{prefix}-{name}", person, telephone)
    housing = f"{prefix}-{SWITCHED_OFF}"
    work.at(-7, lambda viewer: _switch_off(viewer, cast.ids[housing]), 10, cast.lead(housing))
    work.at(-1, lambda viewer: _return(work, links, viewer), 19)
    work.at(-1, lambda viewer: _make_to_end(work, links, viewer), 19)
    work.at(0, lambda viewer: _end(work, links, viewer), 7)
    work.at(0, lambda viewer: _make_one(work, links, viewer), 7)


def _plan_contact(work: Casework, links: _Links, code: str, person: str, telephone: str) -> None:
    def name(viewer: Viewer) -> None:
        agency_id = work.cast.ids[code]
        links.contacts[code] = name_contact(viewer, agency_id, name=person, email=address(person), telephone=telephone)

    work.at(-8, name, 13, work.cast.lead(code))


def _switch_off(lead: Viewer, agency_id: int) -> None:
    switch(lead, agency_id, is_on=False)


def _return(work: Casework, links: _Links, worker: Viewer) -> None:
    """Somebody at a surgery answers and reports by a link, with a code that the coordinator reads out."""
    part = _asked(work, links, AgencyType.GP) or _asked(work, links)
    if part is None:
        return
    coordinator = work.acting(work.coordinator, worker.now)
    token = make_link(coordinator, part.meeting_id, part.invitation_id, links.contacts[part.code])
    code = read_out(coordinator, part.meeting_id, _link_to(part))
    session_token = check_code(token or "", code.digits, worker.now, ADDRESS)
    holder = viewer_of(token or "", session_token, worker.now)
    if holder is None:
        raise RuntimeError("a code that was right has opened nothing")
    page = return_page(holder)
    template, _is_limited = template_to_write(holder, part.meeting_id)
    is_limited = bool(template.limited_involvement)
    typed = answered(work, template, part.agency_type, holder, is_limited=is_limited)
    saved = keep_draft(holder, typed, is_limited=is_limited)
    answer = None
    if page.asks_answer and page.invitation.answer is None:
        answer = Answered(Answer.REPORT_ONLY, "", seen_answer(page.invitation))
    send_return(holder, answer, None, report_version=saved.version)


def _make_to_end(work: Casework, links: _Links, worker: Viewer) -> None:
    links.to_end = _asked(work, links)
    if links.to_end is not None:
        lead = work.lead(links.to_end, worker.now)
        make_link(lead, links.to_end.meeting_id, links.to_end.invitation_id, links.contacts[links.to_end.code])
        links.link_id = _link_to(links.to_end)


def _end(work: Casework, links: _Links, worker: Viewer) -> None:
    if links.to_end is not None:
        withdraw_link(work.lead(links.to_end, worker.now), links.to_end.meeting_id, links.link_id)


def _make_one(work: Casework, links: _Links, worker: Viewer) -> None:
    """One is out, and nobody has opened it yet."""
    part = _asked(work, links)
    if part is not None:
        coordinator = work.acting(work.coordinator, worker.now)
        make_link(coordinator, part.meeting_id, part.invitation_id, links.contacts[part.code])


def _asked(work: Casework, links: _Links, *kinds: AgencyType) -> Part | None:
    return work.take(_of_contacts(work.unwritten(), links), *kinds)


def _of_contacts(parts: Sequence[Part], links: _Links) -> list[Part]:
    return [part for part in parts if part.code in links.contacts]


def _link_to(part: Part) -> int:
    out = select(ReturnLink.id).where(
        ReturnLink.invitation_id == part.invitation_id, ReturnLink.used_at.is_(None), ReturnLink.withdrawn_at.is_(None)
    )
    return db.session.scalars(out).one()
