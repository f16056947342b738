"""The providers of single sign-on that people are offered: set up once by the factory, for each app its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from portal.config import Settings
from portal.database.session import db
from portal.domain.errors import NotVisible

if TYPE_CHECKING:
    from portal.gateways.identity_providers import IdentityProvider

BACK = "/sign-in/with/{name}/back"
"""Where the provider sends people back to; it stands in the provider's own settings."""

SIGNED_OUT = "/sign-in"


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """The providers by name, in the order in which they are offered, and the portal's own address."""

    providers: dict[str, IdentityProvider]
    base_url: str

    def back(self, name: str) -> str:
        """The address to which a provider sends people back; from the setting, never from a request's Host header."""
        return self.base_url + BACK.format(name=name)

    @property
    def signed_out(self) -> str:
        """The address to which a provider sends people who have signed out there."""
        return self.base_url + SIGNED_OUT


@dataclass(frozen=True, slots=True)
class Offered:
    """A provider as people choose it."""

    name: str
    title: str


# By engine, because that is what an app and nothing else has: two apps in one process keep theirs apart.
_installed: WeakKeyDictionary[Engine, SingleSignOn] = WeakKeyDictionary()


def single_sign_on_of(settings: Settings) -> SingleSignOn | None:
    """What the settings ask for; None where they name no provider."""
    if not settings.providers:
        return None
    # Its libraries take a fifth of a second to load, which no start without a provider should pay.
    from portal.gateways.identity_providers import IdentityProvider

    return SingleSignOn(
        {provider.name: IdentityProvider(provider) for provider in settings.providers}, settings.base_url
    )


def install_single_sign_on(found: SingleSignOn | None) -> None:
    """Use these for the running app from now on."""
    if found is None:
        _installed.pop(db.engine, None)
    else:
        _installed[db.engine] = found


def single_sign_on() -> SingleSignOn | None:
    """The running app's own; None where people sign in with passwords alone."""
    return _installed.get(db.engine)


def offered() -> list[Offered]:
    """The providers to choose from; none where there is no single sign-on."""
    found = single_sign_on()
    return [Offered(name, each.settings.title) for name, each in found.providers.items()] if found else []


def find(name: str) -> tuple[SingleSignOn, IdentityProvider]:
    """The provider of this name; raises NotVisible."""
    found = single_sign_on()
    if found is None or name not in found.providers:
        raise NotVisible("There is no such provider.")
    return found, found.providers[name]


def own_keys(name: str) -> list[dict[str, Any]]:
    """The portal's public keys, by which this provider knows it; none where it has a secret. Raises NotVisible."""
    return find(name)[1].own_keys()


def title_of(name: str) -> str:
    """What people call a provider; its name where the settings have it no longer."""
    found = single_sign_on()
    return found.providers[name].settings.title if found and name in found.providers else name


def faults(now: datetime) -> list[tuple[str, str, str | None]]:
    """Of each provider its setting, its issuer, and why nobody can sign in there now (None where they can)."""
    found = single_sign_on()
    if found is None:
        return []
    return [
        (f"OIDC_{name.upper()}_ISSUER", each.settings.issuer, each.fault(now)) for name, each in found.providers.items()
    ]
