"""Numbers of rows in addresses: one beyond what a column holds is nobody's row, and answered like any other."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter

from portal.domain.row_numbers import LARGEST

NO_ROW = 0


class RowNumber(IntegerConverter):
    """`<int:…>` in every route; SQLite would raise for a number of more than 64 bits."""

    regex = r"[0-9]+"
    """Not the digits of every script: a row has one address."""

    def to_python(self, value: str) -> int:
        """The number, or that of no row; the guard and the page then answer as for any row that is not there."""
        number: int = super().to_python(value)
        return number if number <= LARGEST else NO_ROW


def install_row_numbers(app: Flask) -> None:
    """Call it before the first route is added."""
    app.url_map.converters["int"] = RowNumber
