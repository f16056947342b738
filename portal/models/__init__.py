"""Tables, typed; importing the package makes all of them known to the metadata."""

from portal.models import activity, cases, meetings, partnerships, people, reports, rule_sets, sessions

__all__ = ["activity", "cases", "meetings", "partnerships", "people", "reports", "rule_sets", "sessions"]
