"""Single sign-on: leaving for a provider and coming back; a person's links with providers; an agency's own sign-in."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.single_sign_on import ProviderDown
from portal.forms.sign_in import SignInForm
from portal.forms.single_sign_on import BOTH, PROVIDER, EndIdentityForm, LinkForm, LocalSignInForm
from portal.services import joining, people_list, proving, sign_in
from portal.services.sessions import SignInOver
from portal.services.single_sign_on import beginning, linking, providers, requiring, returning
from portal.services.single_sign_on.vouching import SignOnRefused
from portal.services.throttle import Throttled
from portal.views import signed_in, step_up
from portal.web.guards import public, requires
from portal.web.local_addresses import local_address

pages = Blueprint("single_sign_on", __name__)

_IN_COOKIE = "sign_on"
"""Where this browser keeps what ties it to the sign-ins that it has begun."""


@pages.get("/sign-in/with/<name>")
@public
def begin(viewer: Viewer, name: str) -> ResponseReturnValue:
    """Leave for a provider. A link and no form: the page's own policy lets no form lead away from the portal."""
    providers.find(name)
    wanted = local_address(request.args.get("next"))
    if viewer.is_signed_in:
        return redirect(wanted or "/")
    return _leave_for(viewer, name, wanted=wanted)


@pages.get("/join/<token>/with/<name>")
@public
def join(viewer: Viewer, token: str, name: str) -> ResponseReturnValue:
    """Leave for a provider to link the account that a joining link is for."""
    providers.find(name)
    try:
        return _leave_for(viewer, name, wanted=None, token=token)
    except joining.LinkOver:
        return render_template("sign_in/link_over.html"), 404


@pages.get("/sign-in/with/<name>/keys")
@public
def keys(_viewer: Viewer, name: str) -> ResponseReturnValue:
    """The portal's public keys, as a provider fetches them to know the portal by."""
    found = providers.own_keys(name)
    return ({"keys": found}, 200) if found else abort(404)


@pages.get("/account/prove/at-provider")
@requires(Permission.OWN_ACCOUNT)
def again(viewer: Viewer) -> ResponseReturnValue:
    """Leave for the provider that one came by, to show once more that it is you."""
    wanted = local_address(url_for("proving.show", **step_up.asked_for())) or url_for("proving.show")
    way = proving.ways_of(viewer).provider
    return redirect(wanted) if way is None else _leave_for(viewer, way.name, wanted=wanted, anew=True)


@pages.get("/sign-in/with/<name>/back")
@public
def back(viewer: Viewer, name: str) -> ResponseReturnValue:
    """Come back from a provider."""
    providers.find(name)
    title = providers.title_of(name)
    before = signed_in.ended_before()
    try:
        returned = returning.finish(
            viewer, name, request.args, browser=session.get(_IN_COOKIE), address=request.remote_addr or ""
        )
    except SignOnRefused as refused:
        page = render_template(
            "sign_in/refused.html",
            name=name,
            title=title,
            refusal=refused.refusal.value,
            agency=refused.agency,
            is_signed_in=viewer.is_signed_in,
            wanted=refused.wanted,
        )
        return page, 403
    except ProviderDown:
        return _down(viewer, name, wanted=None)
    except SignInOver:
        return redirect(url_for("sign_in.start"))
    except joining.LinkOver:
        return render_template("sign_in/link_over.html"), 404
    except (sign_in.NotConnected, sign_in.Asleep) as refused:
        return render_template("sign_in/not_let_in.html", words=str(refused)), 403
    if isinstance(returned, returning.ReturnedAnew):
        if returned.token is not None:
            step_up.enter_again(viewer, returned.token)
        return redirect(returned.wanted or url_for("account.show"))
    signed_in.leave()
    if returned.is_linked_now:
        answer = signed_in.go_on(None, returned.made, None)
        flash(f"Your account is linked with {title}. Sign in with it from now on.")
        return answer
    return signed_in.go_on(before, returned.made, returned.wanted)


@pages.route("/people/<int:membership_id>/sign-on", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def person(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """With which providers somebody signs in; opening a one-time link by which they link their account."""
    form = LinkForm()
    if form.validate_on_submit():
        token = linking.open_link(viewer, membership_id)
        if token is not None:
            address = joining.link_address(current_app.extensions["settings"].base_url, token)
            found = people_list.find_person(viewer, membership_id)
            return render_template("people/link.html", person=found, address=address)
        flash("A mail with the link is on its way to them. The links before it do not work any more.")
        return redirect(url_for("single_sign_on.person", membership_id=membership_id), 303)
    found_person = linking.of_person(viewer, membership_id)
    return render_template("people/sign_on.html", form=form, person=found_person, providers=providers.offered())


@pages.route("/people/<int:membership_id>/sign-on/end", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def end(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """End what links somebody's account with providers."""
    found = linking.of_person(viewer, membership_id)
    if not found.may_link:
        raise NotPermitted("Only an administrator who looks after all of a person’s roles unlinks their account.")
    if not found.identities:
        flash("Their account is not linked with single sign-on.")
        return redirect(url_for("single_sign_on.person", membership_id=membership_id), 303)
    form = EndIdentityForm()
    if form.validate_on_submit():
        linking.end(viewer, membership_id)
        flash("They cannot sign in by single sign-on any more.")
        return redirect(url_for("single_sign_on.person", membership_id=membership_id), 303)
    return render_template("people/end_sign_on.html", form=form, person=found)


@pages.route("/agencies/<int:agency_id>/sign-in", methods=["GET", "POST"])
@requires(Permission.AGENCIES_MANAGE, fresh=True)
def agency(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """Whether people of an agency sign in with a password, or by single sign-on only."""
    held = requiring.local_sign_in_of(viewer, agency_id)
    form = LocalSignInForm(data={"way": BOTH if held.is_on else PROVIDER, "version": held.version})
    lost: Conflict | None = None
    if form.validate_on_submit():
        is_on = form.way.data == BOTH
        try:
            changed = requiring.set_local_sign_in(viewer, agency_id, is_on=is_on, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            held = requiring.local_sign_in_of(viewer, agency_id)
            form.version.data = held.version
        else:
            said = "They may sign in with a password." if is_on else "They sign in by single sign-on only."
            flash(said if changed else "Nothing was changed.")
            return redirect(url_for("agencies.show", agency_id=agency_id), 303)
    page = render_template("agencies/sign_in.html", form=form, held=held, lost=lost, providers=providers.offered())
    return page, 409 if lost else 400 if form.error_summary else 200


def _leave_for(
    viewer: Viewer, name: str, *, wanted: str | None, token: str | None = None, anew: bool = False
) -> ResponseReturnValue:
    try:
        begun = beginning.begin(
            viewer,
            name,
            address=request.remote_addr or "",
            browser=session.get(_IN_COOKIE),
            wanted=wanted,
            token=token,
            anew=anew,
        )
    except Throttled as refused:
        return signed_in.too_many(refused, viewer.now)
    except ProviderDown:
        return _down(viewer, name, wanted=wanted)
    session[_IN_COOKIE] = begun.browser
    return redirect(begun.address)


def _down(viewer: Viewer, name: str, *, wanted: str | None) -> ResponseReturnValue:
    """The provider does not answer: said plainly, and the portal's own sign-in beside it."""
    page = render_template(
        "sign_in/provider_down.html",
        form=SignInForm(None),
        name=name,
        title=providers.title_of(name),
        wanted=wanted,
        is_signed_in=viewer.is_signed_in,
    )
    return page, 503
