"""The flask command line: thin doors onto services, for operators and scripts."""

from __future__ import annotations

from flask import Flask

from portal.commands import (
    activity,
    backup,
    config,
    db,
    demo,
    files,
    frameworks,
    imports,
    indicators,
    keys,
    partnerships,
    people,
    policy,
    report_templates,
    retention,
    samples,
    serve,
    subject,
    worker,
)


def register(app: Flask) -> None:
    """Add every command to `flask`."""
    for module in (
        activity,
        backup,
        config,
        db,
        demo,
        files,
        frameworks,
        imports,
        indicators,
        keys,
        partnerships,
        people,
        policy,
        report_templates,
        retention,
        samples,
        serve,
        subject,
        worker,
    ):
        app.cli.add_command(module.group)


def register_config(app: Flask) -> None:
    """Add only `flask config`, for a portal that cannot start."""
    app.cli.add_command(config.group)
