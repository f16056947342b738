"""`flask people`: letting people in, the first administrator above all."""

from __future__ import annotations

import click
from flask import current_app

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals
from portal.config import Settings
from portal.domain.addresses import name_from
from portal.domain.errors import Invalid, Unusable
from portal.domain.vocabulary import AgencyType, Post, Role
from portal.services import agencies, people, ways_back
from portal.services.joining import link_address
from portal.services.viewers import system_viewer

group = PlainGroup("people", help="Let people in.")


@group.command()
@click.argument("email")
@click.option("--partnership", required=True, metavar="NAME", help="The partnership they are to work in.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), metavar="ROLE")
@click.option("--agency", metavar="CODE", help="The agency they stand for; practitioners and agency leads need one.")
@click.option("--name", metavar="NAME", help="What to call them until they say so themselves.")
@click.option("--post", type=click.Choice([post.value for post in Post]), metavar="POST", help="A signatory’s.")
@click.option(
    "--sector", type=click.Choice([kind.value for kind in AgencyType]), metavar="TYPE", help="A sector lead's."
)
def invite(
    email: str, partnership: str, role: str, agency: str | None, name: str | None, post: str | None, sector: str | None
) -> None:
    """Give EMAIL a role and print a joining link, which works once and for three days."""
    with plain_refusals():
        viewer = system_viewer("people invite", now(), partnership)
        try:
            added = people.add_person(
                viewer,
                email=email,
                name=name_from(email.strip().lower()) if name is None else name,
                role=Role(role),
                agency_id=None if agency is None else agencies.id_of_code(viewer, agency),
                post=None if post is None else Post(post),
                sector=None if sector is None else AgencyType(sector),
            )
        except Invalid as refused:
            raise _in_one_line(refused, email) from None
    if added.joining_token is None:
        click.echo(f"{email} has a password already and needs no link.", err=True)
        return
    click.echo(_link(added.joining_token))


@group.command()
@click.argument("email")
def reissue(email: str) -> None:
    """Print a new joining link for EMAIL, who has lost the first one or forgotten their password."""
    with plain_refusals():
        token = ways_back.reissue_by_operator(system_viewer("people reissue", now()), email)
    click.echo(_link(token))


def _link(token: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    return link_address(settings.base_url, token)


def _in_one_line(refused: Invalid, email: str) -> Unusable:
    if "agency_id" in refused.errors:
        return Unusable(["this role is for an agency: name it with --agency CODE"])
    if "post" in refused.errors:
        return Unusable(
            ["a signatory signs in a post: name it with --post executive, head, governor or designated_lead"]
        )
    reasons = "; ".join(reason for reasons in refused.errors.values() for reason in reasons)
    return Unusable([f"{email}: {reasons or refused}"])
