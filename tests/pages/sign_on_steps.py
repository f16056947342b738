"""What tests of single sign-on do again and again: link somebody, leave for the provider, come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from portal.config.providers import CIS2, DFE, ENTRA, OTHER
from portal.database.session import db, writing
from portal.domain.single_sign_on import Refusal
from portal.domain.vocabulary import ActivityOutcome
from portal.gateways.identity_providers import IdentityProvider
from portal.models.activity import Activity
from portal.models.identities import Identity
from portal.models.partnerships import Agency
from portal.services.single_sign_on.providers import SingleSignOn, install_single_sign_on, single_sign_on
from tests.identity_provider import SHAPES, TENANT, LoopbackProvider, consent, running_provider
from tests.pages.sign_in_steps import is_signed_in
from tests.world import NOW

URN, ODS = "123456", "A81001"
CODES = {DFE: URN, CIS2: ODS, ENTRA: "", OTHER: ""}
SUBJECT = "5e0f-marker-subject"


@pytest.fixture
def provider() -> Iterator[LoopbackProvider]:
    """A real provider."""
    with running_provider() as running:
        yield running


@pytest.fixture
def offer(app, provider: LoopbackProvider) -> Iterator[Callable[..., None]]:
    """Offer the provider as of this kind, under the kind's name; what the app had comes back afterwards."""
    own = single_sign_on()

    def install(kind: str, **changes: Any) -> None:
        found = IdentityProvider(provider.settings(kind, **changes), seconds=60)
        install_single_sign_on(SingleSignOn({found.settings.name: found}, "http://localhost"))

    yield install
    install_single_sign_on(own)


@pytest.fixture
def somebody(world, provider: LoopbackProvider, offer: Callable[..., None]):
    """Somebody who is linked, and whom the provider knows."""
    person = world.person("a.business_manager")
    offer(OTHER)
    knows(provider, OTHER)
    link(person, provider, OTHER)
    return person


def subject_at(kind: str) -> str:
    """By what a provider of this kind knows the person of the tests."""
    return f"{TENANT}:00000000-1111-4222-8333-444444444444" if kind == ENTRA else SUBJECT


def knows(provider: LoopbackProvider, kind: str, **changes: Any) -> None:
    """Let the provider know somebody, in the shape of its kind."""
    provider.knows(SUBJECT, **(SHAPES[kind](CODES[kind]) | changes))


def link(person, provider: LoopbackProvider, kind: str, *, codes: bool = True) -> None:
    """Link somebody's account, as if a link had been taken; their agency gets the code that the provider names."""
    with writing() as session:
        session.add(
            Identity(
                user_id=person.user_id,
                provider=kind,
                issuer=provider.issuer,
                subject=subject_at(kind),
                linked_at=NOW,
            )
        )
        if codes and person.hat.agency_id is not None:
            agency = session.get_one(Agency, person.hat.agency_id)
            agency.urn, agency.ods_code = URN, ODS


def leave(client, kind: str, query: str = "") -> str:
    """Leave for the provider; where it leads."""
    answer = client.get(f"/sign-in/with/{kind}{query}")
    assert answer.status_code == 302, answer.page.h1
    return answer.location


def sign_on(client, kind: str, query: str = ""):
    """Leave, sign in there, and come back."""
    return client.get(consent(leave(client, kind, query), SUBJECT))


def refused(answer, refusal: Refusal, client, heading: str = "") -> None:
    """It is a page that says so, nobody is signed in, and the trail knows."""
    assert answer.status_code == 403
    assert heading in answer.page.h1.get_text()
    assert not is_signed_in(client)
    assert refusals()[-1][0] == f"sign_on.refused_{refusal}"


def refusals() -> list[tuple[str, int | None]]:
    """What the trail says was refused, newest last, and to whom."""
    db.session.rollback()
    rows = db.session.execute(
        select(Activity.verb, Activity.user_id)
        .where(Activity.outcome == ActivityOutcome.REFUSED, Activity.verb.startswith("sign_on."))
        .order_by(Activity.at, Activity.chain_id, Activity.sequence)
    )
    return [(row.verb, row.user_id) for row in rows]
