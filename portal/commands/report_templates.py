"""`flask report-templates`: what agencies are asked in their reports, from files."""

from __future__ import annotations

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals
from portal.services.report_templates import loading
from portal.services.viewers import system_viewer

group = PlainGroup("report-templates", help="What agencies are asked in their reports, from files (YAML).")

_SHIPPED = ", ".join(loading.SHIPPED)


@group.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def check(files: tuple[str, ...]) -> None:
    """Check template files; a template that comes with the portal is checked by its code."""
    with plain_refusals():
        found = loading.check(files)
    for name, template in zip(files, found, strict=True):
        sections, questions = len(template.sections), len(list(template.questions))
        click.echo(f"{name}: {template.title}: {sections} sections, {questions} questions")


@group.command(
    help="Load FILE… into a partnership as the next versions, all or none. "
    f"These come with the portal: {_SHIPPED}; shipped means all of them."
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--partnership", required=True, metavar="NAME", help="The partnership whose agencies will answer them.")
@click.option("--draft", is_flag=True, help="Leave them to be read and published in a page.")
def load(files: tuple[str, ...], partnership: str, draft: bool) -> None:
    """Load templates; the same files again change nothing."""
    names = loading.SHIPPED if files == ("shipped",) else files
    with plain_refusals():
        loaded = loading.load(system_viewer("report-templates load", now(), partnership), names, as_draft=draft)
    for one in loaded:
        what = "as before" if not one.is_new else "a draft" if draft else "published"
        click.echo(f"{one.name}: {one.title}, version {one.number}: {what}")
