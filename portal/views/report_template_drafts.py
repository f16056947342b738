"""Writing a draft of a report template: its details, its sections, its short form, then publishing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.report_template_drafting import section_of
from portal.forms.drafts import DraftForm
from portal.forms.report_templates import (
    PublishForm,
    SectionForm,
    details_form,
    short_form_form,
)
from portal.services.report_templates import comparing, drafts, reading, versions
from portal.services.report_templates.drafts import TemplateDetails
from portal.services.report_templates.reading import VersionPage
from portal.views.draft_pages import acted, saved_or_shown
from portal.web.guards import requires

pages = Blueprint("report_template_drafts", __name__)

_SAVED = "The draft is saved."
_AT = "/report-templates/<int:template_id>"


@pages.route(f"{_AT}/details", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def details(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """What the template is called, who answers it and for which meetings."""
    page = reading.read_draft(viewer, template_id)
    said = page.template
    kinds = [(kind.code, kind.name) for kind in page.kinds if not kind.is_retired or kind.code in said.meeting_types]
    shown = {name: getattr(said, name) for name in ("title", "agency_types", "meeting_types")}
    form = details_form(kinds, {**shown, "version": page.version})

    def save() -> str:
        new = TemplateDetails(form.title.data, frozenset(form.agency_types.data), frozenset(form.meeting_types.data))
        drafts.change_details(viewer, template_id, new, version=form.seen)
        return draft_at(template_id)

    def in_words(now: VersionPage) -> dict[str, str]:
        return {"Title": now.template.title, "Who answers it": now.asked_of, "For which meetings": now.asked_at}

    return kept_or_shown("details.html", viewer, page, form, save, in_words)


@pages.route(f"{_AT}/sections/new", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def add_section(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """A further section, behind the others."""
    page = reading.read_draft(viewer, template_id)
    form = SectionForm(data={"version": page.version})

    def save() -> str:
        section = drafts.add_section(viewer, template_id, form.title.data, version=form.seen)
        return url_for("report_template_questions.add_question", template_id=template_id, section=section)

    return kept_or_shown("section.html", viewer, page, form, save)


@pages.route(f"{_AT}/sections/<section>", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def change_section(viewer: Viewer, template_id: int, section: str) -> ResponseReturnValue:
    """The heading of a section."""
    page = reading.read_draft(viewer, template_id)
    found = section_of(page.template, section)
    form = SectionForm(data={"title": found.title, "version": page.version})

    def save() -> str:
        drafts.change_section(viewer, template_id, section, form.title.data, version=form.seen)
        return draft_at(template_id, f"section-{section}")

    def in_words(now: VersionPage) -> dict[str, str]:
        return {"Heading": section_of(now.template, section).title}

    return kept_or_shown("section.html", viewer, page, form, save, in_words, section=found)


@pages.post(f"{_AT}/sections/<section>/remove")
@requires(Permission.REPORT_TEMPLATES_KEEP)
def remove_section(viewer: Viewer, template_id: int, section: str) -> ResponseReturnValue:
    """Take a section out, once no question stands in it."""
    section_of(reading.read_draft(viewer, template_id).template, section)
    return acted(
        lambda version: drafts.remove_section(viewer, template_id, section, version=version),
        "The section is taken out.",
        draft_at(template_id),
    )


@pages.route(f"{_AT}/short-form", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def short_form(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """Which questions remain where the agency hardly knows the family."""
    page = reading.read_draft(viewer, template_id)
    said = page.template
    form = short_form_form(said.questions, {"codes": said.limited_involvement, "version": page.version})

    def save() -> str:
        drafts.set_short_form(viewer, template_id, form.codes.data, version=form.seen)
        return draft_at(template_id)

    def in_words(now: VersionPage) -> dict[str, str]:
        kept = [one.title for one in now.template.questions if one.code in now.template.limited_involvement]
        return {"Which questions remain": "; ".join(kept) or "None: there is no short form"}

    return kept_or_shown("short_form.html", viewer, page, form, save, in_words)


@pages.route(f"{_AT}/publish", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def publish(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """What publishing means, and doing it from a day on."""
    page = reading.read_draft(viewer, template_id)
    form = PublishForm(data={"version": page.version, "first_day": viewer.today})

    def save() -> str:
        versions.publish(viewer, template_id, form.first_day.data or viewer.today, version=form.seen)
        return url_for("report_templates.show", template_id=template_id)

    difference = comparing.differences(viewer, template_id) if page.previous_id else None
    return kept_or_shown(
        "publish.html", viewer, page, form, save, message="The version is published.", difference=difference
    )


@pages.route(f"{_AT}/discard", methods=["GET", "POST"])
@requires(Permission.REPORT_TEMPLATES_KEEP)
def discard(viewer: Viewer, template_id: int) -> ResponseReturnValue:
    """Throw a draft away, after asking once."""
    page = reading.read_draft(viewer, template_id)
    form = DraftForm(data={"version": page.version})

    def save() -> str:
        versions.discard(viewer, template_id, version=form.seen)
        return url_for("report_templates.index")

    return kept_or_shown("discard.html", viewer, page, form, save, message="The draft is thrown away.")


def draft_at(template_id: int, anchor: str | None = None) -> str:
    """The draft's page, at the part of it that was changed."""
    return url_for("report_templates.show", template_id=template_id, _anchor=anchor)


def kept_or_shown(
    template: str,
    viewer: Viewer,
    page: VersionPage,
    form: DraftForm,
    save: Callable[[], str],
    in_words: Callable[[VersionPage], Mapping[str, str]] | None = None,
    *,
    message: str = _SAVED,
    **context: object,
) -> ResponseReturnValue:
    """Save what was posted and go on, or show the form: with what is wrong, or beside what somebody else saved."""
    return saved_or_shown(
        form,
        page,
        save,
        reread=lambda: reading.read_draft(viewer, page.id),
        draw=lambda now, lost: render_template(
            f"report_templates/{template}", page=now, form=form, lost=lost, **context
        ),
        in_words=in_words,
        message=message,
    )
