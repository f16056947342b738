"""Statements that PostgreSQL plans once for all values, where it would plan them anew each time and gain nothing."""

OPTION = "portal_planned_once"
PLANNED_ONCE = {OPTION: True}
"""Options for a statement that every value is answered by in the same way, along the same index.

Left to itself PostgreSQL compares what it expects a plan to cost for these very values with what it expects for any. It
is wrong where one agency has many times the rows of another, or where a LIMIT is bound, which it takes for a tenth of
all rows; and plans each time, which for the list of meetings took as long again as to find its rows. Holds for the
transaction that the statement is told its scope in (`row_security`), which for a page is its own.
"""
