"""Jinja as the portal uses it: strict about missing names, compiled once, with the filters and globals of pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request
from jinja2 import FileSystemBytecodeCache, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from portal.web.csrf import csrf_token
from portal.web.filters import FILTERS

COMPILED_TEMPLATES = "compiled-templates"


def page_url(number: int) -> str:
    """This page's own address with another page number, its filters kept."""
    arguments = MultiDict(request.args)
    arguments["page"] = str(number)
    return f"{request.script_root}{request.path}?{urlencode(list(arguments.items(multi=True)))}"


@pass_context
def form_fields(context: Context) -> Markup:
    """The hidden fields of every POST form: the CSRF token, and which membership the page was drawn for.

    A page opened under one hat and sent after switching to another is thereby still sent under its own.
    """
    viewer = context["viewer"]
    fields = f'<input type="hidden" name="csrf_token" value="{escape(csrf_token())}">'
    if viewer is not None and viewer.is_signed_in and viewer.membership_id is not None:
        fields += f'<input type="hidden" name="working_as" value="{viewer.membership_id}">'
    return Markup(fields)  # noqa: S704  # nosec B704 - a token that was escaped, and a number


def component(file: str, macro: str) -> Callable[..., Markup]:
    """A macro of templates/components/ as a function, for WTForms widgets."""
    template = current_app.jinja_env.get_template(f"components/{file}.html")
    made: Callable[..., Markup] = getattr(template.module, macro)
    return made


def install_templating(app: Flask) -> None:
    """Set Jinja up, before whatever else adds to it; warm_templates() wants all blueprints in."""
    if "jinja_env" in vars(app):
        raise RuntimeError("something has set Jinja up already")
    # All of them stay. Jinja would keep 400, and throw the others away as soon as they are warm.
    app.jinja_options = {**app.jinja_options, "cache_size": -1}
    environment = app.jinja_env
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    # The portal's own components never need a missing name to be quiet, so a slip shows in the first test.
    environment.undefined = StrictUndefined
    environment.filters.update(FILTERS)
    environment.globals.update(form_fields=form_fields, page_url=page_url)
    folder = Path(app.instance_path) / COMPILED_TEMPLATES
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # A read-only installation compiles its templates in memory at each start instead.
        return
    environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


def warm_templates(app: Flask) -> int:
    """Load every template, so that the first page is as fast as the second; says how many there are."""
    names: list[Any] = app.jinja_env.list_templates(extensions=["html", "txt"])
    for name in names:
        app.jinja_env.get_template(name)
    return len(names)
