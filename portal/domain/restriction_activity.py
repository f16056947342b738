"""What the trail's verbs of restrictions, holds and openings in an emergency are in plain words."""

from __future__ import annotations

from collections.abc import Mapping

RESTRICTION_VERBS: Mapping[str, str] = {
    "emergency.closed": "Closed again a record that was opened in an emergency",
    "emergency.opened": "Opened a closed record in an emergency",
    "emergency.page_read": "Read a page while a closed record was open in an emergency",
    "emergency.reviewed": "Said whether an opening in an emergency was justified",
    "report.held_back": "Held an agency’s report back from another agency",
    "report.let_through": "Let an agency have a report that was held back from it",
    "restriction.ended": "Opened a child’s record again to people it was closed to",
    "restriction.made": "Closed a child’s record to people",
    "restriction.person_added": "Put somebody on the list of a closed record",
    "restriction.person_removed": "Took somebody off the list of a closed record",
}
