"""People of the world's agencies who need no account, and a link that is out to one of them; each text marked.

In each partnership stand, under these names:

contacts  p.school (with a telephone) and p.gp (without one)
links     p.initial/school, whose token is TOKENS["p"]; nobody has opened it
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.return_links import expires_at
from portal.models.people import User
from portal.models.return_links import AgencyContact, ReturnLink
from portal.services.return_links.mailed import digest_of
from tests.world import BEFORE, NOW, PARTNERSHIPS, TODAY, World

TOKENS = {letter: f"{letter}-token-of-the-link-to-the-school" for letter in PARTNERSHIPS}
TELEPHONE = "+447700900123"


class ReturnLinkBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Two contacts and a link in both partnerships."""
        for letter in PARTNERSHIPS:
            self._contact(letter, "gp", None)
            contact = self._contact(letter, "school", TELEPHONE)
            self._link(letter, contact)

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def _contact(self, letter: str, agency: str, telephone: str | None) -> AgencyContact:
        world, name = self.world, f"ZQ-{letter.upper()}-{agency.upper()}-CONTACT-QZ"
        lead = f"{letter}.{agency}.lead"
        # An administrator reads in the activity log who did what, and whoever sees the meeting what was done by a link.
        readers = {lead, f"{letter}.coordinator", f"{letter}.administrator"}
        # Whoever keeps a family's record says who is shut out of it, and that may be somebody who answers by links.
        keepers = ("chair", "second_chair", "manager") if agency == "school" else ("chair", "manager")
        readers |= {f"{letter}.{name}" for name in keepers}
        world.mark("contact", letter, readers, name)
        user = self.add(User(email=f"{name.lower()}@{agency}.example", name=name, created_at=BEFORE))
        contact = self.add(
            AgencyContact(
                partnership_id=world.partnerships[letter],
                agency_id=world.agencies[f"{letter}.{agency}"],
                user_id=user.id,
                telephone=telephone,
                added_at=NOW - timedelta(days=30),
                added_by_id=world.person(lead).user_id,
            )
        )
        world.contacts[f"{letter}.{agency}"] = contact.id
        return contact

    def _link(self, letter: str, contact: AgencyContact) -> None:
        world = self.world
        link = self.add(
            ReturnLink(
                partnership_id=contact.partnership_id,
                invitation_id=world.meeting(f"{letter}.initial").invitations["school"].id,
                contact_id=contact.id,
                token_digest=digest_of(TOKENS[letter]),
                made_at=NOW - timedelta(days=1),
                made_by_id=world.person(f"{letter}.coordinator").user_id,
                expires_at=expires_at(NOW - timedelta(days=1), TODAY),
            )
        )
        world.return_links[f"{letter}.initial/school"] = link.id
