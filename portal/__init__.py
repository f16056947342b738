"""The safeguarding partnership portal."""
