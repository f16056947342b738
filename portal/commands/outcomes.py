"""How commands end: 2 for bad use or bad input, 1 for a check that failed, 0 otherwise; reasons on standard error."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

import click

from portal.domain.errors import Invalid, PortalError, Unusable


def raise_unusable(reasons: Sequence[str]) -> NoReturn:
    """End with 2, each reason on a line of its own."""
    for reason in reasons:
        click.echo(" ".join(reason.split()), err=True)
    raise SystemExit(2)


@contextmanager
def plain_refusals() -> Iterator[None]:
    """Turn what a service refuses into lines on standard error and exit code 2."""
    try:
        yield
    except Unusable as fault:
        raise_unusable(fault.reasons)
    except Invalid as fault:
        raise_unusable([str(fault), *(reason for reasons in fault.errors.values() for reason in reasons)])
    except PortalError as fault:
        raise_unusable([str(fault)])


def print_json(value: Any) -> None:
    """Standard output holds the JSON alone."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def now() -> datetime:
    """The instant at which a command runs: its viewer's clock."""
    return datetime.now(UTC)
