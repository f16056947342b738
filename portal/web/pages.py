"""What every page is given: the viewer, the sections of their role, today, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.labels import role_name
from portal.domain.signing_in import IDLE_FOR, WARNED_BEFORE
from portal.domain.vocabulary import Role
from portal.web.headers import csp_nonce
from portal.web.rooms import rooms_for
from portal.web.templating import component


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the navigation under the header."""

    label: str
    href: str
    current: bool


SECTIONS = (
    ("Home", "home.show", Permission.HOME),
    ("Meetings", "meetings.index", Permission.MEETINGS_VIEW),
    ("Escalations", "escalations.index", Permission.ESCALATIONS_VIEW),
    # An agency's people come to their own returns, the board's to the rounds.
    ("Audits", "audits.index", Permission.AUDITS_SIGN),
    ("Audits", "audit_rounds.index", Permission.AUDITS_OVERSEE),
    ("Figures", "indicators.overview", Permission.FIGURES_VIEW),
    # A chair's figures are those of the own meetings.
    ("Figures", "rooms.chair", Permission.FIGURES_OWN),
    ("Board", "board_meetings.index", Permission.BOARD_MEETINGS_VIEW),
    ("Agencies", "agencies.index", Permission.AGENCIES_VIEW),
    ("People", "people.index", Permission.PEOPLE_VIEW),
    ("Activity", "activity.index", Permission.ACTIVITY_VIEW),
    ("Messages", "messages.index", Permission.MESSAGES_WATCH),
)


# What has no section of its own stands in that of what it is about.
_WITHIN = {
    **dict.fromkeys(
        (
            "area_rules",
            "cases",
            "clinical_records",
            "consultations",
            "invitations",
            "meeting_actions",
            "meeting_kinds",
            "named_people",
            "plans",
            "quoracy",
            "registers",
            "reopening",
            "report_template_drafts",
            "report_template_questions",
            "report_bundles",
            "report_sharing",
            "report_templates",
            "report_waivers",
            "report_sending",
            "reports",
            "restrictions",
            "emergencies",
            "return_links",
            "strategy_records",
            "timelines",
            "withdrawals",
        ),
        "meetings",
    ),
    **dict.fromkeys(
        ("escalation_acts", "escalation_exports", "escalation_figures", "escalations_new", "proposals"), "escalations"
    ),
    **dict.fromkeys(
        (
            "actions",
            "audit_evidence",
            "audit_files",
            "audit_planning",
            "audit_results",
            "audit_rounds",
            "audit_signing",
            "challenges",
            "framework_drafts",
            "frameworks",
            "moderation",
        ),
        "audits",
    ),
    "board_records": "board_meetings",
    "plan_figures": "rooms",
    "closures": "agencies",
    "report_settings": "agencies",
    "single_sign_on": "people",
    "contests": "meetings",
    "diaries": "meetings",
    **dict.fromkeys(("families", "siblings"), "meetings"),
    **dict.fromkeys(("minutes", "outcomes"), "meetings"),
    **dict.fromkeys(("involvements", "scheduling", "scheduling_opening", "scheduling_series"), "meetings"),
    "frozen_months": "rooms",
    **dict.fromkeys(("improvement", "improvement_files", "improvement_keeping", "improvement_months"), "rooms"),
    "packs": "rooms",
    **dict.fromkeys(("records", "subject_access"), "rooms"),
    **dict.fromkeys(("api_keys", "frozen_quarters", "quotations", "scrutiny", "sectors"), "rooms"),
    **dict.fromkeys(("pictures", "comparators"), "rooms"),
    **dict.fromkeys(("samples", "sample_drawing"), "rooms"),
    "sample_reviews": "meetings",
    **dict.fromkeys(("indicators", "measures", "saved_views"), "rooms"),
    "feedback": "rooms",
    "feedback_cards": "meetings",
}

_OTHERWISE = {
    "agencies": "people",
    "audits": "meetings",
    "escalations": "rooms",
    "indicators": "agencies",
    "meetings": "agencies",
    "rooms": "meetings",
    "messages": "agencies",
}
"""Where something stands for a role that comes to it from another section, having none of its own for it."""

_LEFT_OUT = frozenset({(Role.AGENCY_LEAD, "agencies.index"), (Role.BUSINESS_MANAGER, "messages.index")})
"""Six sections are enough: a lead comes to their one agency from its people, a manager to the emails from agencies."""


def _section_of(endpoint: str) -> str:
    blueprint = endpoint.partition(".")[0]
    return _WITHIN.get(blueprint, blueprint)


def sections_for(viewer: Viewer | None) -> Markup:
    """At most six sections, those of the active role, as the items of a list."""
    if viewer is None or not viewer.is_signed_in or viewer.hat is None:
        return Markup()
    here = request.blueprint or ""
    # Drawn once: nothing else tells them apart, and to draw them takes as long as three rows of a table.
    kept: dict[Any, Markup] = current_app.extensions.setdefault("sections", {})
    key = viewer.hat.role, here, request.script_root
    if key not in kept:
        shown = [
            (words, endpoint)
            for words, endpoint, permission in SECTIONS
            if endpoint in current_app.view_functions
            and viewer.may(permission)
            and (viewer.hat.role, endpoint) not in _LEFT_OUT
        ]
        current = _section_of(here)
        if current not in {_section_of(endpoint) for _words, endpoint in shown}:
            current = _OTHERWISE.get(current, current)
        made = [Section(words, url_for(endpoint), _section_of(endpoint) == current) for words, endpoint in shown]
        kept[key] = component("page", "section_items")(made)
    return kept[key]


def install_page_context(app: Flask, *, demo_mode: bool) -> None:
    """Hand the layout what it draws, also on error pages that were reached before anybody was known."""

    @app.context_processor
    def page_context() -> dict[str, Any]:
        viewer: Viewer | None = g.get("viewer")
        return {
            "viewer": viewer,
            "sections": sections_for(viewer),
            "rooms": rooms_for(viewer),
            "demo_mode": demo_mode,
            "idle_seconds": int(IDLE_FOR.total_seconds()),
            "warning_seconds": int(WARNED_BEFORE.total_seconds()),
            "csp_nonce": csp_nonce(),
            "today": viewer.today if viewer else None,
            "role_label": role_name(viewer.role) if viewer and viewer.role else "",
            "Permission": Permission,
        }
