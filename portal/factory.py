"""The factory: settings, database, extensions, blueprints, error pages, and the check that every route is guarded."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import Flask, g
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import api, commands, views
from portal.commands.keys import look_at_keys
from portal.config import ROOT, Settings, SettingsError, load_settings
from portal.database.encryption import keyring
from portal.database.engines import engine_options, prepare_engine
from portal.database.scopes import starting_closed
from portal.database.session import db
from portal.database.stand_in import PrimaryAway, forget_replica, install_stand_in, is_reading_replica
from portal.extensions import login_manager
from portal.services import activity, readiness, sent_forms
from portal.services.activity_store import anchor_store_of, install_anchor_store
from portal.services.filing import filing_of, install_filing
from portal.services.mailing import install_mailing, mailing_of
from portal.services.passwords import install_breached_passwords
from portal.services.reach import for_commands
from portal.services.single_sign_on.providers import install_single_sign_on, single_sign_on_of
from portal.services.texting import install_texting, texting_of
from portal.views.rehearsal import make_ready, rehearse
from portal.web.csrf import install_csrf
from portal.web.errors import install_error_pages
from portal.web.guards import policies
from portal.web.headers import install_headers
from portal.web.logs import install_logs
from portal.web.pages import install_page_context
from portal.web.reading_only import install_reading_only
from portal.web.sent_forms import install_sent_forms
from portal.web.session_cookie import install_session_cookie
from portal.web.static_files import install_static_files
from portal.web.templating import install_templating
from portal.web.translations import install_translations
from portal.web.uploads import install_uploads

MAX_FORM_BYTES = 2 * 1024 * 1024
SESSION_COOKIE = "portal_session"


def create_app(environ: Mapping[str, str] | None = None, *, instance: Path | None = None) -> Flask:
    """Build the app from the environment (or `environ`), keeping its files under `instance`.

    With unsafe settings it prints each reason and exits 2, except for `flask config check`, which gets an app
    that can do that and nothing else.
    """
    is_serving = not os.environ.get("FLASK_RUN_FROM_CLI")
    if not is_serving:
        for_commands()
    try:
        settings = load_settings(environ, instance=instance)
        app = build_app(settings)
        _refuse_demo_accounts(app, settings)
        _refuse_role(app, settings)
        with app.app_context():
            look_at_keys()
        if is_serving:
            _look_at_file_store(app)
    except SettingsError as fault:
        return _refuse(fault)
    if is_serving:
        # For whoever serves it; a command that draws no page need not wait.
        rehearse(app)
    return app


def build_app(settings: Settings) -> Flask:
    """Build the app from checked settings."""
    app = Flask(
        "portal",
        root_path=str(ROOT),
        instance_path=str(settings.instance.resolve()),
        template_folder="templates",
        static_folder=None,
    )
    app.extensions["settings"] = settings
    app.config.update(_flask_config(settings))
    keyring.install(settings.field_keys)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        install_stand_in(db.engine, settings.database_replica_url)
        install_filing(filing_of(settings))
        install_anchor_store(anchor_store_of(settings))
        install_mailing(mailing_of(settings))
        install_texting(texting_of(settings))
        install_single_sign_on(single_sign_on_of(settings))
        install_breached_passwords(settings.breached_passwords)
    # Templates get the viewer, not flask-login's user, whose loading could fail in the page that says what failed.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.session_protection = ""  # the token's own row ends sessions; addresses change on telephones
    install_logs(app)
    install_templating(app)
    install_translations(app)
    install_uploads(app, most_file_bytes=settings.most_file_bytes)
    install_session_cookie(app)
    install_csrf(app)
    install_headers(app)
    install_page_context(app, demo_mode=settings.is_demo)
    install_error_pages(app, activity.record_refusal)
    install_reading_only(app, away=PrimaryAway, begin=forget_replica, is_on=is_reading_replica)
    install_sent_forms(app, sent_forms.remember)
    views.register(app)
    api.register(app)
    commands.register(app)
    install_static_files(app)
    if settings.is_https:
        # One proxy in front ends TLS. Outermost, so that static files too are answered as https's.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]  # Flask's own way
    # Nobody has said yet who they are: the database shows nothing until they have.
    app.wsgi_app = starting_closed(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    app.teardown_request(lambda _fault: g.pop("viewer", None))
    app.extensions["policies"] = policies(app)
    app.extensions["make_ready"] = partial(make_ready, app)
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": MAX_FORM_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_FORM_BYTES,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "SESSION_COOKIE_NAME": f"__Host-{SESSION_COOKIE}" if settings.is_https else SESSION_COOKIE,
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_TIME_LIMIT": None,
        "PREFERRED_URL_SCHEME": "https" if settings.is_https else "http",
    }


def _refuse_demo_accounts(app: Flask, settings: Settings) -> None:
    if settings.is_demo:
        return
    with app.app_context():
        if readiness.demo_accounts_present():
            raise SettingsError(
                ["PORTAL_MODE is production and the database holds demo accounts: use a database of its own"]
            )


def _refuse_role(app: Flask, settings: Settings) -> None:
    # `flask db upgrade` is what builds the wall, and lets the portal's role in.
    if settings.is_demo or (os.environ.get("FLASK_RUN_FROM_CLI") and sys.argv[1:2] == ["db"]):
        return
    with app.app_context():
        if faults := readiness.role_faults():
            raise SettingsError([f"DATABASE_URL: {fault}" for fault in faults])


def _look_at_file_store(app: Flask) -> None:
    """Refuse to start where no file can ever be stored; where it may come right by itself, say so and start."""
    with app.app_context():
        faults = readiness.file_store_faults()
        if faults and (misfits := readiness.file_store_misfits()):
            raise SettingsError([f"FILE_STORE_URL: {misfit}" for misfit in misfits])
    for fault in faults:
        click.echo(f"No file can be given or opened for now: FILE_STORE_URL: {fault}", err=True)


def _refuse(fault: SettingsError) -> Flask:
    if sys.argv[1:3] == ["config", "check"]:
        bare = Flask("portal", static_folder=None)
        bare.extensions["settings_error"] = fault
        commands.register_config(bare)
        return bare
    for reason in fault.reasons:
        click.echo(f"The portal does not start: {reason}", err=True)
    raise SystemExit(2)
