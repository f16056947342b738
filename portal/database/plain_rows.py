"""Statements whose rows are read by name or by place, and never by asking a row for a column itself."""

PLAIN_ROWS = {"_result_disable_adapt_to_context": True}
"""Options for a statement that is built again for each hat, and so is another object than the one that was compiled.

SQLAlchemy would make its columns known to every result anew, for `row._mapping[column]`, which took a tenth of the
time of saving a register's row. The ORM sets the same for itself. With a release that does not know the option, rows
only come that much later.
"""
