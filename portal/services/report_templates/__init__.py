"""Report templates of a partnership: choosing one for a report, loading them, reading them, drafting new versions."""
