"""People, their roles and teams, for agency leads and administrators."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import people as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.vocabulary import Role
from portal.forms.people import ConfirmForm, PeopleFilter, PersonForm, RenamedTeamForm, RoleForm, TeamForm
from portal.services import agencies, handover, people, people_list, teams, ways_back
from portal.services.joining import link_address
from portal.services.people_list import PersonEntry
from portal.services.positions import Position, position_of
from portal.services.single_sign_on import providers
from portal.web.guards import requires

pages = Blueprint("people", __name__)


@pages.get("/people")
@requires(Permission.PEOPLE_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The people that the viewer sees, each role on a line, and the agencies that rest on one person."""
    form = PeopleFilter(request.args)
    choices = agencies.agency_choices(viewer)
    roles = access.roles_to_give(viewer)
    form.offer(roles, choices)
    form.validate()
    asked = {name: None if form[name].errors else form[name].data for name in ("search", "role", "agency_id")}
    listed = people_list.list_people(
        viewer,
        search=asked["search"] or "",
        role=asked["role"],
        agency_id=asked["agency_id"],
        ended=form.ended,
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "people/index.html",
        form=form,
        listed=listed,
        set_filters=sum(map(bool, (*asked.values(), form.ended))),
        lone=people_list.lone_agencies(viewer),
        is_lead=viewer.role is Role.AGENCY_LEAD,
    )


@pages.get("/people/<int:membership_id>")
@requires(Permission.PEOPLE_VIEW)
def show(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """One person in one role, and what the viewer may do about it."""
    person = people_list.find_person(viewer, membership_id)
    is_self = person.row.user_id == viewer.user_id
    waits = (
        person.membership.ended_at is not None and not is_self and bool(handover.work_of(viewer, membership_id).work)
    )
    return render_template(
        "people/show.html", person=person, is_self=is_self, work_waits=waits, has_providers=bool(providers.offered())
    )


@pages.route("/people/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def add(viewer: Viewer) -> ResponseReturnValue:
    """Give somebody a role; whoever has no password yet gets a link, shown once in the answer."""
    form = PersonForm()
    is_lead = viewer.role is Role.AGENCY_LEAD
    form.offer(access.roles_to_give(viewer), teams.team_choices(viewer, viewer.agency_id) if is_lead else ())
    if is_lead:
        del form.agency_id
    else:
        form.agency_id.choices = [(str(agency_id), name) for agency_id, name in agencies.agency_choices(viewer)]
    if form.validate_on_submit():
        try:
            added = people.add_person(
                viewer,
                email=form.email.data,
                name=form.name.data,
                role=form.role.data,
                agency_id=viewer.agency_id if is_lead else form.agency_id.data,
                post=form.post.data,
                team_id=form.team,
                sector=form.sector.data,
            )
        except Invalid as refused:
            form.take(refused)
        else:
            membership_id = added.membership.id
            if added.joining_token:
                return _show_link(people_list.find_person(viewer, membership_id), added.joining_token)
            flash(_WAITS if added.needs_other else _MAILED if added.is_mailed else _JOINED)
            return redirect(url_for("people.show", membership_id=membership_id), 303)
    return render_template("people/add.html", form=form, is_lead=is_lead), 400 if form.error_summary else 200


_JOINED = "They have the role. They have an account already and sign in as before: make sure that it is their own."
_MAILED = "They have the role. A mail with their joining link is on its way to them."
_WAITS = (
    "They have the role. They have not chosen a password yet, and have other roles that you do not look after: "
    "an administrator can give them a joining link."
)


@pages.route("/people/<int:membership_id>/change", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def change(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """Change a role, post, team or sector; never the viewer's own."""
    person = _managed(viewer, membership_id)
    now = position_of(person.membership)
    form = RoleForm(
        data={
            "role": now.role,
            "post": now.post,
            "team_id": now.team_id,
            "sector": now.sector,
            "version": person.membership.version,
        }
    )
    form.offer(access.roles_to_give(viewer), teams.team_choices(viewer, person.row.agency_id))
    lost: Conflict | None = None
    if form.validate_on_submit():
        wanted = Position(form.role.data, form.post.data, form.team, form.sector.data)
        try:
            changed = people.change_membership(viewer, membership_id, wanted, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = _managed(viewer, membership_id).membership.version
        else:
            flash("The role is changed, and holds from their next page on." if changed else "Nothing was changed.")
            return redirect(url_for("people.show", membership_id=membership_id), 303)
    page = render_template("people/change.html", form=form, person=person, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/people/<int:membership_id>/end", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def end(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """End somebody's role; with their last one they cannot sign in any more."""
    form = ConfirmForm()
    if form.validate_on_submit():
        was_last = people.end_membership(viewer, membership_id)
        flash("The role has ended, and they cannot sign in any more." if was_last else "The role has ended.")
        return redirect(url_for("people.show", membership_id=membership_id), 303)
    person = _managed(viewer, membership_id)
    alone = people_list.lone_agencies(viewer, person.row.agency_id) if person.row.agency_id else []
    work = handover.work_of(viewer, membership_id).work
    return render_template("people/end.html", form=form, person=person, alone=alone, work=work)


@pages.route("/people/<int:membership_id>/link", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def new_link(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """A new joining link, shown once in the answer; older ones end."""
    person = _let_in(viewer, membership_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        token = ways_back.reissue_password_link(viewer, membership_id)
        if token is not None:
            return _show_link(person, token)
        flash("A mail with a new link is on its way to them. The links before it do not work any more.")
        return redirect(url_for("people.show", membership_id=membership_id), 303)
    return render_template("people/new_link.html", form=form, person=person)


@pages.route("/people/<int:membership_id>/authenticator", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def reset_authenticator(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """Let somebody who has lost their telephone set up an authenticator app anew."""
    person = _let_in(viewer, membership_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        ways_back.reset_authenticator(viewer, membership_id)
        flash("They can set up an authenticator app anew when they next sign in.")
        return redirect(url_for("people.show", membership_id=membership_id), 303)
    return render_template("people/authenticator.html", form=form, person=person)


@pages.route("/people/teams", methods=["GET", "POST"])
@requires(Permission.TEAMS_ASSIGN)
def team_list(viewer: Viewer) -> ResponseReturnValue:
    """The agency's teams, and a form for one more."""
    form = TeamForm()
    if form.validate_on_submit():
        try:
            teams.add_team(viewer, form.name.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The team is formed. Give people their team on their own pages.")
            return redirect(url_for("people.team_list"), 303)
    page = render_template("people/teams.html", form=form, teams=teams.list_teams(viewer))
    return page, 400 if form.error_summary else 200


@pages.route("/people/teams/<int:team_id>", methods=["GET", "POST"])
@requires(Permission.TEAMS_ASSIGN)
def rename_team(viewer: Viewer, team_id: int) -> ResponseReturnValue:
    """Give a team another name."""
    team = teams.find_team(viewer, team_id)
    form = RenamedTeamForm(data={"name": team.name, "version": team.version})
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            teams.rename_team(viewer, team_id, form.name.data, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = teams.find_team(viewer, team_id).version
        else:
            flash("The team’s name is saved.")
            return redirect(url_for("people.team_list"), 303)
    page = render_template("people/team.html", form=form, team=team, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _managed(viewer: Viewer, membership_id: int) -> PersonEntry:
    person = people_list.find_person(viewer, membership_id)
    if not person.may_change:
        raise NotPermitted("This role is not yours to change.")
    return person


def _let_in(viewer: Viewer, membership_id: int) -> PersonEntry:
    person = people_list.find_person(viewer, membership_id)
    if not person.may_reissue:
        raise NotPermitted("This person has a role that somebody else looks after.")
    return person


def _show_link(person: PersonEntry, token: str) -> ResponseReturnValue:
    address = link_address(current_app.extensions["settings"].base_url, token)
    return render_template("people/link.html", person=person, address=address)
