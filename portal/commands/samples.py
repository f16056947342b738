"""`flask samples`: what sampled meetings are graded by, from files."""

from __future__ import annotations

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals
from portal.services.samples import tools
from portal.services.viewers import system_viewer

group = PlainGroup("samples", help="What meetings of practice audits are graded by, from files (YAML).")

_SHIPPED = ", ".join(tools.SHIPPED)


@group.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def check(files: tuple[str, ...]) -> None:
    """Check tool files; a tool that comes with the portal is checked by its code."""
    with plain_refusals():
        found = tools.check(files)
    for name, tool in zip(files, found, strict=True):
        click.echo(f"{name}: {tool.title}: {len(tool.questions)} questions")


@group.command(
    help="Load FILE… into a partnership, all or none. A tool under the code of one that comes with the portal takes "
    f"its place; these come with it: {_SHIPPED}. What was drawn already keeps the tool as it was."
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--partnership", required=True, metavar="NAME", help="The partnership that will choose from them.")
def load(files: tuple[str, ...], partnership: str) -> None:
    """Load tools; the same files again change nothing."""
    with plain_refusals():
        loaded = tools.load(system_viewer("samples load", now(), partnership), files)
    for one in loaded:
        click.echo(f"{one.name}: {one.title}, version {one.number}: {'loaded' if one.is_new else 'as before'}")
