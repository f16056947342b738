"""What everybody may know of each partnership: how long it keeps what, and whom to write to about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.access import records as access
from portal.database.scopes import ACROSS
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.models.partnerships import Partnership
from portal.models.records import RecordsContact
from portal.services.records.rules import RuleRow, rows_on, rule_of


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the public writes to, and of which partnership."""

    partnership_id: int
    partnership: str
    name: str
    email: str
    telephone: str
    address: str
    version: int


def list_contacts() -> list[Contact]:
    """Whom people write to, for each partnership that has said so; public."""
    asked = (
        access.published_contacts()
        .join(Partnership, Partnership.id == RecordsContact.partnership_id)
        .with_only_columns(RecordsContact, Partnership.name.label("partnership"))
        .order_by(Partnership.name)
    )
    rows = db.session.execute(asked, execution_options=ACROSS)
    return [_contact(row.RecordsContact, row.partnership) for row in rows]


def find_contact(partnership_id: int) -> Contact:
    """One partnership's contact. Raises NotVisible where it has named nobody."""
    found = next((one for one in list_contacts() if one.partnership_id == partnership_id), None)
    if found is None:
        raise NotVisible("No such partnership.")
    return found


def published_rules(partnership_id: int, today: date) -> list[RuleRow]:
    """How long a partnership keeps what, for everybody."""
    rows = db.session.scalars(access.published_rules(partnership_id), execution_options=ACROSS)
    return rows_on([rule_of(row) for row in rows], today)


def _contact(row: RecordsContact, partnership: str) -> Contact:
    return Contact(row.partnership_id, partnership, row.name, row.email, row.telephone, row.address, row.version)
