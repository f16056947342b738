"""Steps of the tests of keys: rings of several keys, and what lies under which."""

from __future__ import annotations

from base64 import b64encode

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.services.field_keys import KeyUse, uses
from tests.harness import FIELD_KEY
from tests.lying_in_clear import opened_with_keys
from tests.world import NOW

OLD = ("t1", FIELD_KEY)
NEW = ("t2", bytes(range(60, 92)))
OTHER = ("t1", bytes(range(100, 132)))
"""Another key under the id of the first."""
SPARE = ("t9", bytes(range(130, 162)))
SYSTEM = Viewer.of_system("tests", NOW)


def as_setting(*keys: tuple[str, bytes]) -> str:
    """Keys as FIELD_KEYS holds them."""
    return ",".join(f"{name}:{b64encode(raw).decode()}" for name, raw in keys)


def use_of(key_id: str) -> KeyUse:
    """What lies under a key."""
    db.session.remove()
    return next(one for one in uses(SYSTEM) if one.key_id == key_id)


def all_texts() -> list[str]:
    """All that the keys open, in an order that does not hang on where rows lie."""
    return sorted(opened_with_keys().split("\n"))
