"""Months whose figures are frozen: what is open in them, freezing, correcting, and reading their revisions."""
