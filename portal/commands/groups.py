"""Commands, and groups of them, whose bad use is said in one line, as bad input is."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from portal.commands.outcomes import raise_unusable


class PlainGroup(AppGroup):
    """A group that answers a missing or unknown option with one line on standard error and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click would print its usage around the reason."""
        try:
            return super().invoke(ctx)
        except click.UsageError as fault:
            raise_unusable([fault.format_message()])


class PlainCommand(click.Command):
    """A command in no group that answers a missing or unknown option in the same way."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the options; click would print its usage around the reason."""
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as fault:
            raise_unusable([fault.format_message()])
