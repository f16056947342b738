"""`flask frameworks`: the audits' standards and questions, from files."""

from __future__ import annotations

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals
from portal.services.frameworks import loading
from portal.services.viewers import system_viewer

group = PlainGroup("frameworks", help="The audits' standards and questions, from files (YAML).")

_SHIPPED = ", ".join(loading.SHIPPED)


@group.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def check(files: tuple[str, ...]) -> None:
    """Check framework files; a framework that comes with the portal is checked by its code."""
    with plain_refusals():
        found = loading.check(files)
    for name, framework in zip(files, found, strict=True):
        standards, questions = len(framework.standards), len(framework.questions)
        click.echo(f"{name}: {framework.title}: {standards} standards, {questions} questions")


@group.command(help=f"Load FILE into a partnership as the next edition. These come with the portal: {_SHIPPED}.")
@click.argument("file")
@click.option("--partnership", required=True, metavar="NAME", help="The partnership that will ask it.")
@click.option("--draft", is_flag=True, help="Leave it to be read and published in a page.")
def load(file: str, partnership: str, draft: bool) -> None:
    """Load a framework; the same file again changes nothing."""
    with plain_refusals():
        loaded = loading.load(system_viewer("frameworks load", now(), partnership), file, as_draft=draft)
    what = "as before" if not loaded.is_new else "a draft" if draft else "published"
    click.echo(f"{file}: {loaded.title}, edition {loaded.number}: {what}")
