"""Pure rules and words of the field: no Flask, no SQLAlchemy, no clock of its own."""
