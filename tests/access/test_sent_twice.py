"""Every change sent twice over, as by a double click or by going back: it is made once, and nobody meets a fault."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.database.declarative import Base
from portal.database.session import db
from tests.access.changes import TAKEN, holder_of, open_changes
from tests.access.matrix import MAY_CHANGE_ANYWAY, address_of
from tests.services.file_steps import TellingScanner
from tests.signing_in import token_of

# One is enough for all of them: tests/services/test_sent_forms.py asks both what they do.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

MADE_EACH_TIME = {
    "/people/<int:membership_id>/link",
    "/people/<int:membership_id>/sign-on",
    "/meetings/<int:meeting_id>/links/<int:link_id>/code",
}
"""A joining link, or a code to be read out, is shown once: whoever asks for another gets another, and the one before
ends.
"""

FIRST_PLACES = [
    pytest.param(rule, place, id=rule)
    for rule, place in {rule: (rule, place) for rule, place in reversed(open_changes())}.values()
]


def rows_of(app) -> dict[str, int]:
    """How many rows each table has."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in MAY_CHANGE_ANYWAY]
    with app.app_context():
        counted = sa.select(
            *(sa.select(sa.func.count()).select_from(table).scalar_subquery().label(table.name) for table in tables)
        )
        found = dict(db.session.execute(counted).one()._mapping)
        db.session.remove()
    return found


@pytest.mark.parametrize(("rule", "place"), FIRST_PLACES)
def test_what_is_sent_twice_is_made_once(rule, place, forms, new_client, sign_in, world, app, use_filing):
    use_filing(scanner=TellingScanner())  # a record that nobody has scanned is not read
    client = new_client()
    sign_in(client, world.person(f"a.{holder_of(rule, place)}"))
    address = address_of(world, rule, place, "a")
    data = {**forms[rule, place], "csrf_token": token_of(client)}
    first = client.post(address, data=data)
    assert first.status_code in TAKEN
    before = rows_of(app)
    again = client.post(address, data=data)
    assert again.status_code < 500
    after = rows_of(app)
    if rule in MADE_EACH_TIME:
        assert after != before
    else:
        assert {name: rows for name, rows in after.items() if rows > before[name]} == {}
