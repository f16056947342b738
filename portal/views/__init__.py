"""HTTP in, HTML out: a guard, a form, one service call, a template or a redirect."""

from __future__ import annotations

from flask import Flask

from portal.views import (
    account,
    actions,
    activity,
    agencies,
    audit_charts,
    audit_evidence,
    audit_files,
    audit_planning,
    audit_results,
    audit_rounds,
    audit_signing,
    audits,
    cases,
    challenges,
    closures,
    files,
    framework_drafts,
    frameworks,
    health,
    home,
    indicators,
    invitations,
    joining,
    meetings,
    moderation,
    people,
    registers,
    reports,
    sign_in,
    signed_in,
    working_as,
)
from portal.web.row_numbers import install_row_numbers


def register(app: Flask) -> None:
    """Put every page under its address."""
    install_row_numbers(app)
    signed_in.install_sign_in(app)
    for module in (
        account,
        actions,
        activity,
        agencies,
        audit_results,
        audit_charts,
        audit_evidence,
        audit_files,
        audit_planning,
        audit_rounds,
        audit_signing,
        audits,
        cases,
        challenges,
        closures,
        files,
        framework_drafts,
        frameworks,
        health,
        home,
        indicators,
        invitations,
        joining,
        meetings,
        moderation,
        people,
        registers,
        reports,
        sign_in,
        working_as,
    ):
        app.register_blueprint(module.pages)
