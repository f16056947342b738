"""Text messages on their way out, for codes alone: what goes wrong is told without the number."""

from __future__ import annotations

from typing import Protocol

SECONDS = 5
"""Somebody sits before the page and waits for it."""


class Untexted(Exception):
    """A text message was not taken; `detail` says why, without the number."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class TextSender(Protocol):
    """Whoever hands text messages on."""

    @property
    def name(self) -> str:
        """What it is, for `flask config check`: never a key."""

    def send(self, telephone: str, words: str, reference: str) -> None:
        """Hand a text message on to a number (E.164). Raises Untexted."""

    def fault(self) -> str | None:
        """Why none can be sent now; None where one can."""
