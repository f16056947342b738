"""The trail to take along: the entries that a search finds as CSV, by number and without content."""

from __future__ import annotations

from portal.access import activity as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.activity_words import did
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.labels import role_name
from portal.domain.vocabulary import ActivityOutcome
from portal.domain.working_days import london_time
from portal.gateways.text_tables import write_csv
from portal.models.activity import Activity
from portal.services import activity
from portal.services.activity_log import Wanted, hands_of, rows_of

MARKING = "OFFICIAL-SENSITIVE"
DOWNLOADED = "activity.downloaded"
MOST_ROWS = 20_000
"""In one file: what fits into a process's memory, whoever asks at the same time."""

TOO_MANY = f"There are more than {MOST_ROWS:,} entries, which is too much for one file. Narrow the list down first."

_HEADS = (
    "Number",
    "When (London)",
    "Who",
    "Role now",
    "Agency now",
    "What",
    "Verb",
    "Record",
    "Record number",
    "Outcome",
    "Seal",
    "Marking",
)


def as_csv(viewer: Viewer, wanted: Wanted) -> str:
    """Every entry that is asked for, the newest first; that it was taken along is an entry too.

    The seal shows that a line is the one of the chain. Raises NotPermitted, and Invalid where there are too many.
    """
    if not access.may_export(viewer):
        raise NotPermitted("The activity is for administrators to take along.")
    found = list(db.session.scalars(rows_of(viewer, wanted).order_by(Activity.sequence.desc()).limit(MOST_ROWS + 1)))
    if len(found) > MOST_ROWS:
        raise Invalid(TOO_MANY)
    hands = hands_of(found)
    activity.record_reading(viewer, DOWNLOADED, "partnership", [viewer.partnership_id or 0])
    rows = []
    for row in found:
        hand = hands[row.sequence]
        rows.append(
            (
                row.sequence,
                f"{london_time(row.at):%Y-%m-%d %H:%M:%S}",
                hand.name,
                role_name(hand.role) if hand.role else "",
                hand.agency or "",
                did(row.verb),
                row.verb,
                row.subject,
                row.subject_id,
                "refused" if row.outcome is ActivityOutcome.REFUSED else "done",
                row.seal.hex(),
                MARKING,
            )
        )
    return write_csv(_HEADS, rows)
