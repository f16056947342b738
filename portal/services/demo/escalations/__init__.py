"""The demonstration's escalations and practice alerts: raised, answered, moved by the clock and closed."""
