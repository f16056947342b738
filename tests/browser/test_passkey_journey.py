"""A passkey from end to end, with Chromium's own virtual authenticator: made, signed in with, and asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.complaints import listen
from tests.browser.conftest import WINDOW
from tests.browser.looking import barriers, overhang
from tests.browser.signing_in import sign_in

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Device:
    """The authenticator that is built into a window's computer."""

    session: CDPSession
    id: str

    def tell(self, command: str, **said: Any) -> dict[str, Any]:
        """Have the browser do something with it."""
        found: dict[str, Any] = self.session.send(f"WebAuthn.{command}", {"authenticatorId": self.id, **said})
        return found

    def hand_to_somebody_else(self) -> None:
        """Whoever holds it now knows no PIN and has another finger."""
        self.tell("setUserVerified", isUserVerified=False)

    def put_back(self, count: int) -> None:
        """What it holds, as a copy of it from earlier would hold it."""
        (held,) = self.tell("getCredentials")["credentials"]
        self.tell("removeCredential", credentialId=held["credentialId"])
        self.tell("addCredential", credential={**held, "signCount": count})


@pytest.fixture
def named(served, monkeypatch) -> str:
    """The portal by a name: browsers make no passkey for a number."""
    address = f"http://localhost:{urlsplit(served.address).port}"
    settings = replace(served.app.extensions["settings"], base_url=address)
    monkeypatch.setitem(served.app.extensions, "settings", settings)
    return address


@pytest.fixture
def window(browser: Browser, named: str) -> Iterator[Callable[[], tuple[Page, Device]]]:
    """A window of a computer of its own, with an authenticator."""
    complaints: list[str] = []
    contexts = []

    def opened() -> tuple[Page, Device]:
        context = browser.new_context(base_url=named, **WINDOW)
        contexts.append(context)
        listen(context, complaints)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        return page, Device(session, made["authenticatorId"])

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def heading(page: Page, words: str) -> None:
    """Which page it is."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def add_passkey(page: Page, name: str) -> None:
    """From the account page on."""
    page.goto("/account")
    page.get_by_role("link", name="Change your passkeys").click()
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Add a passkey")
    assert barriers(page) == []
    page.get_by_label("What to call it").fill(name)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey is added")
    expect(page.get_by_role("rowheader", name=name)).to_be_visible()


def sign_out(page: Page) -> None:
    """By the button at the top."""
    page.get_by_role("button", name="Sign out", exact=True).click()
    heading(page, "Sign in")


def test_made_signed_in_with_and_asked_for_again(window, served, at_world_time):
    page, device = window()
    person = served.world.person("a.gp.lead")
    sign_in(page, person.email, person.password, person.totp_secret)
    add_passkey(page, "Laptop in room 3")
    assert len(device.tell("getCredentials")["credentials"]) == 1

    # The whole of a sign-in: no address, no password, no code.
    sign_out(page)
    assert barriers(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    heading(page, "What needs you")
    page.goto("/account/sessions")
    expect(page.get_by_role("row").filter(has_text="This one")).to_contain_text("Passkey")
    expect(page.get_by_role("row").filter(has_text="This one")).to_contain_text("Chrome on Linux")
    assert barriers(page) == []

    # In place of the code.
    sign_out(page)
    page.get_by_label("Email address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    heading(page, "Enter your code")
    assert barriers(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "What needs you")

    # After ten minutes, before a role is given.
    at_world_time.shift(timedelta(minutes=11))
    page.goto("/people/new")
    heading(page, "Show that it is you")
    assert barriers(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/people/new")

    # And what was being typed then is not lost.
    page.get_by_label("Full name").fill("Newly Come")
    page.get_by_label("Email address").fill("newly.come@example.org")
    page.get_by_label("Practitioner").check()
    at_world_time.shift(timedelta(minutes=11))
    page.locator("main form button[type=submit]").last.click()
    heading(page, "Show that it is you")
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "Send what you had filled in")
    assert barriers(page) == []
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("main")).to_contain_text("Newly Come")

    # Removed, it opens nothing.
    page.goto("/account/passkeys")
    page.get_by_role("link", name="Remove Laptop in room 3").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("opens nothing any more")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("main, .govuk-notification-banner")).to_contain_text(["was not accepted"], use_inner_text=True)
    heading(page, "Sign in")


def test_whoever_only_holds_the_device_is_told_how_to_go_on(window, served):
    page, device = window()
    person = served.world.person("a.gp.lead")
    sign_in(page, person.email, person.password, person.totp_secret)
    add_passkey(page, "Telephone")
    sign_out(page)
    device.hand_to_somebody_else()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used. Try again, or go on in another way.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()
    assert barriers(page) == []


def test_a_copy_of_it_is_found_out_by_its_count(window, served):
    page, device = window()
    person = served.world.person("a.gp.lead")
    sign_in(page, person.email, person.password, person.totp_secret)
    add_passkey(page, "Key on my ring")
    for _ in range(2):
        sign_out(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        heading(page, "What needs you")
    device.put_back(count=1)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was not accepted")).to_be_visible()
    heading(page, "Sign in")


def test_a_device_makes_only_one_for_an_account(window, served):
    page, _device = window()
    person = served.world.person("a.gp.lead")
    sign_in(page, person.email, person.password, person.totp_secret)
    add_passkey(page, "Laptop")
    page.goto("/account/passkeys/new")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This device holds a passkey for your account already.")


def test_without_scripts_the_way_with_the_code_stays(browser, named, served):
    context = browser.new_context(base_url=named, java_script_enabled=False, **WINDOW)
    page = context.new_page()
    person = served.world.person("a.other_gp.lead")
    page.goto("/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page, person.email, person.password, person.totp_secret)
    page.goto("/account/passkeys/new")
    expect(page.locator("main")).to_contain_text("This browser makes no passkeys, or runs no scripts.")
    expect(page.get_by_role("button", name="Make the passkey")).to_be_hidden()
    context.close()


def test_its_pages_fit_a_telephone(window, served, at_world_time):
    page, _device = window()
    person = served.world.person("a.gp.lead")
    sign_in(page, person.email, person.password, person.totp_secret)
    page.set_viewport_size({"width": 375, "height": 900})
    add_passkey(page, "Donaudampfschifffahrtsgesellschaftskapitaenspatentverlaengerung"[:60])
    removing = page.get_by_role("link", name="Remove").first.get_attribute("href")
    for address in ("/account", "/account/passkeys", "/account/passkeys/new", removing, "/account/sessions"):
        page.goto(address)
        assert overhang(page) == 0, address
        assert barriers(page) == [], address
    at_world_time.shift(timedelta(minutes=11))
    page.goto("/people/new")
    heading(page, "Show that it is you")
    assert overhang(page) == 0
    assert barriers(page) == []
    sign_out(page)
    assert overhang(page) == 0
    assert barriers(page) == []
