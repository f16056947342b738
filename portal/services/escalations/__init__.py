"""Escalations and practice alerts: raised, answered, moved up by people or by the clock, and closed."""
