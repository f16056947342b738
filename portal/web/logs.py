"""The log: one JSON line an event, with no name, no text and no query string in it."""

from __future__ import annotations

import sys
from contextlib import suppress
from time import perf_counter
from typing import TextIO, cast

import structlog
from flask import Flask, Response, g, request

UNLOGGED = "portal.unlogged"
"""In the WSGI environment: a request that nobody has made. No header of HTTP can put it there."""


class StandardError:
    """Standard error as it is when a line is written: whoever starts the portal may put another in its place."""

    def write(self, text: str) -> None:
        """Write a line; one that cannot be written must not take the page with it."""
        with suppress(ValueError, OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Let it be seen."""
        with suppress(ValueError, OSError):
            sys.stderr.flush()


def install_logs(app: Flask) -> None:
    """Log each request by its route's pattern (never its address) with status and time."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, StandardError())),
        cache_logger_on_first_use=True,
    )
    requests = structlog.get_logger("portal.requests")

    @app.before_request
    def start_clock() -> None:
        g.started = perf_counter()

    @app.after_request
    def write_line(response: Response) -> Response:
        if request.endpoint != "static" and UNLOGGED not in request.environ:
            took = perf_counter() - g.get("started", perf_counter())
            requests.info(
                "request",
                method=request.method,
                rule=request.url_rule.rule if request.url_rule else None,
                status=response.status_code,
                ms=round(took * 1000, 1),
            )
        return response
