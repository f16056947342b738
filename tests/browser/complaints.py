"""What a browser complains about while somebody uses the portal: scripts that fail, breaches of the security policy."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Response

# Chromium says so of every answer that is not 2xx, also of an error page that was asked for.
_ANSWERS = "Failed to load resource"


def listen(context: BrowserContext, complaints: list[str]) -> None:
    """Add each complaint of any page of this context to the list, with the page that it is about."""

    def of_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_ANSWERS):
            complaints.append(f"{_where(message)}: {message.text}")

    def of_answer(response: Response) -> None:
        if "/static/" in response.url and response.status >= 400:
            complaints.append(f"{response.url}: {response.status}")

    context.on("console", of_console)
    context.on("response", of_answer)
    context.on("weberror", lambda fault: complaints.append(str(fault.error)))


def _where(message: ConsoleMessage) -> str:
    return message.page.url if message.page else message.location["url"]
