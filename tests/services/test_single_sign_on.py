"""Single sign-on behind its pages: what is kept of a sign-in that was begun, and what two at once come to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from portal.access.viewer import Viewer
from portal.config.providers import OTHER
from portal.database.session import db, writing
from portal.domain.errors import Conflict
from portal.domain.single_sign_on import ATTEMPTS_PER_ADDRESS, Refusal
from portal.domain.vocabulary import JoiningPurpose
from portal.gateways.identity_providers import IdentityProvider
from portal.models.identities import Identity, ProvidedSession, SignOnAttempt
from portal.models.people import JoiningLink
from portal.services import joining, local_sign_in
from portal.services.changes import changing
from portal.services.single_sign_on import beginning, linking, providers, requiring, returning
from portal.services.single_sign_on.providers import SingleSignOn
from portal.services.single_sign_on.vouching import SignOnRefused
from portal.services.throttle import Throttled
from tests.identity_provider import LoopbackProvider, consent
from tests.pages.sign_on_steps import SUBJECT, knows, offer, provider, somebody
from tests.services.racing import at_once
from tests.world import NOW, viewer_of

__all__ = ["offer", "provider", "somebody"]

HOME = "198.51.100.7"


@pytest.fixture(autouse=True)
def at_world_time_throughout(at_world_time):
    """The provider's clock and the portal's are one."""


def begin(browser=None, now=NOW, address=HOME):
    db.session.rollback()
    return beginning.begin(Viewer.nobody(now), OTHER, address=address, browser=browser, wanted="/inbox")


def brought(address: str) -> dict[str, str]:
    """What the browser brings back."""
    query = consent(address, SUBJECT).partition("?")[2]
    return dict(part.split("=", 1) for part in query.split("&"))


def anew(viewer):
    db.session.rollback()
    return beginning.begin(viewer, OTHER, address=HOME, browser=None, wanted="/account/prove", anew=True)


def finish(begun, what, now=NOW, viewer=None):
    db.session.rollback()
    return returning.finish(viewer or Viewer.nobody(now), OTHER, what, browser=begun.browser, address=HOME)


def test_nothing_that_opens_anything_is_kept_in_clear(somebody):
    begun = begin()
    with db.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM sign_on_attempts").mappings().one()
    state = begun.address.partition("state=")[2].partition("&")[0].encode()
    kept = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row.values()
    )
    assert state not in kept
    assert begun.browser.encode() not in kept
    assert db.session.scalar(select(SignOnAttempt.verifier)).encode() not in kept


def test_what_has_run_out_is_dropped(somebody):
    begin()
    begin(now=NOW + timedelta(minutes=10))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SignOnAttempt)) == 1


def test_one_network_begins_so_many_and_no_more(somebody):
    with writing() as session:
        session.execute(
            insert(SignOnAttempt),
            [
                {
                    "state_digest": number.to_bytes(32),
                    "browser_digest": bytes(32),
                    "provider": OTHER,
                    "nonce": "n",
                    "verifier": "v",
                    "address": HOME,
                    "began_at": NOW,
                    "ends_at": NOW + timedelta(minutes=10),
                }
                for number in range(ATTEMPTS_PER_ADDRESS)
            ],
        )
    with pytest.raises(Throttled) as refused:
        begin(now=NOW + timedelta(minutes=1))
    assert refused.value.until == NOW + timedelta(minutes=10)
    begin(address="203.0.113.9")


def test_of_two_that_bring_one_answer_one_is_let_in(app, somebody):
    begun = begin()
    what = brought(begun.address)
    outcomes = at_once(app, lambda: finish(begun, what).made.token, lambda: finish(begun, what).made.token)
    assert sorted(isinstance(outcome, str) for outcome in outcomes) == [False, True]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(ProvidedSession)) == 1


def test_of_two_that_take_one_link_one_is_linked(app, world, provider: LoopbackProvider, offer):
    person = world.person("a.business_manager")
    offer(OTHER)
    knows(provider, OTHER)
    with changing(viewer_of(world.person("a.administrator"))) as change:
        token = joining.make_link(change, person.user_id, JoiningPurpose.SIGN_ON)
    ways = []
    for _ in range(2):
        db.session.rollback()
        begun = beginning.begin(Viewer.nobody(NOW), OTHER, address=HOME, browser=None, wanted=None, token=token)
        ways.append((begun, brought(begun.address)))
    outcomes = at_once(app, *(lambda way=way: finish(*way).made.token for way in ways))
    assert sorted(isinstance(outcome, str) for outcome in outcomes) == [False, True]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Identity)) == 1
    assert db.session.scalar(select(JoiningLink.used_at).order_by(JoiningLink.id.desc()).limit(1)) is not None


def test_what_one_sign_in_began_to_show_anew_is_worth_nothing_to_another(somebody):
    first, second = (finish(begun, brought(begun.address)).made.viewer for begun in (begin(), begin()))
    for viewer in (Viewer.nobody(NOW), second):
        begun = anew(first)
        with pytest.raises(SignOnRefused) as refused:
            finish(begun, brought(begun.address), viewer=viewer)
        assert refused.value.refusal is Refusal.STATE
    begun = anew(first)
    returned = finish(begun, brought(begun.address), viewer=first)
    assert isinstance(returned, returning.ReturnedAnew)
    assert returned.token is not None


def test_what_was_begun_at_one_provider_is_no_answer_of_another(somebody, provider):
    installed = providers.single_sign_on()
    second = IdentityProvider(provider.settings(OTHER, "second"), seconds=60)
    providers.install_single_sign_on(SingleSignOn({**installed.providers, "second": second}, installed.base_url))
    begun = begin()
    with pytest.raises(SignOnRefused) as refused:
        returning.finish(Viewer.nobody(NOW), "second", brought(begun.address), browser=begun.browser, address=HOME)
    assert refused.value.refusal is Refusal.STATE


def test_the_token_of_a_sign_in_that_ran_out_goes_with_the_next(somebody):
    begun = begin()
    finish(begun, brought(begun.address))
    later = NOW + timedelta(minutes=20)
    begun = begin(now=later)
    finish(begun, brought(begun.address), now=later)
    db.session.rollback()
    kept = db.session.scalars(select(ProvidedSession.id_token).order_by(ProvidedSession.session_id)).all()
    assert [token is None for token in kept] == [True, False]


def test_what_somebody_else_has_just_ended_is_not_ended_twice(world, somebody):
    administrator = viewer_of(world.person("a.administrator"))
    linking.end(administrator, somebody.hat.membership_id)
    with pytest.raises(Conflict):
        linking.end(administrator, somebody.hat.membership_id)


def test_a_new_identity_takes_the_place_of_the_old_one(world, somebody, provider):
    with changing(viewer_of(somebody)) as change:
        linking.put(change, somebody.user_id, OTHER, provider.issuer, "another", None)
    assert db.session.scalars(select(Identity.subject)).all() == ["another"]


def test_a_provider_that_the_settings_have_no_longer_is_called_by_its_name(world, somebody):
    providers.install_single_sign_on(None)
    (linked,) = linking.of_person(viewer_of(world.person("a.administrator")), somebody.hat.membership_id).identities
    assert linked.title == OTHER


def test_the_strictest_of_a_persons_agencies_holds(world, offer):
    offer(OTHER)
    both = world.person("both")
    assert local_sign_in.agency_without(viewer_of(both)) is None
    administrator = viewer_of(world.person("b.administrator"))
    agency_id = both.hats[1].agency_id
    held = requiring.local_sign_in_of(administrator, agency_id)
    assert requiring.set_local_sign_in(administrator, agency_id, is_on=False, version=held.version)
    assert not requiring.set_local_sign_in(administrator, agency_id, is_on=False, version=held.version + 1)
    assert local_sign_in.agency_without(viewer_of(both)) == held.agency_name
    assert local_sign_in.agency_without(viewer_of(world.person("a.police.lead"))) is None, "it is B's police alone"
