"""Fields that people type into: cleaned of what cannot be seen, refused with a sentence when too long."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from markupsafe import Markup
from wtforms.validators import StopValidation

from portal.forms.fields.drawn import DrawnField, Look, macro

_NEWLINES = re.compile(r"\r\n?|\u2028|\u2029")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>().]{2,}")
UNSEEN_CHARACTERS = (
    "This text contains characters that cannot be seen or saved. Delete it here, then type it or paste it as plain text"
)


def cleaned(text: str) -> str:
    """The text with one kind of newline, composed letters and no white space around it.

    Raises ValueError, with a sentence for the person, where it holds control characters such as NUL.
    """
    text = unicodedata.normalize("NFC", _NEWLINES.sub("\n", text)).replace("\x85", "\n").strip()
    if _UNSEEN.search(text):
        raise ValueError(UNSEEN_CHARACTERS)
    return text


class TextField(DrawnField):
    """One line of text."""

    data: str
    macro_name = "text_input"

    def __init__(self, label: str, *, max_length: int = 200, **rest: Any) -> None:
        super().__init__(label, **rest)
        self.max_length = max_length

    def process_data(self, value: Any) -> None:
        """Take the value that the page shows first."""
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was posted; only the first of several values counts."""
        posted = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.data = posted
        self.data = self.tidied(cleaned(posted))

    def tidied(self, text: str) -> str:
        """A single line has no line breaks and no tabs."""
        return " ".join(text.split("\n")).replace("\t", " ")

    def check(self) -> None:
        """Refuse what is too long for its column."""
        if len(self.data) > self.max_length:
            raise StopValidation(
                f"{self.label.text} must be {self.max_length:,} characters or fewer. It has {len(self.data):,}"
            )

    def draw(self, look: Look) -> Markup:
        """An input with label, hint and error."""
        return macro(self.macro_name)(self.name, self.label.text, self.shown, id=self.id, **look)

    @property
    def shown(self) -> str:
        """What stands in the input; characters that a page cannot hold are left out."""
        return _UNSEEN.sub("", self.data)


class TextAreaField(TextField):
    """Several lines of text."""

    macro_name = "textarea"

    def __init__(self, label: str, *, rows: int = 5, max_length: int = 20_000, **rest: Any) -> None:
        look = {"rows": rows, **(rest.pop("look", None) or {})}
        super().__init__(label, max_length=max_length, look=look, **rest)

    def tidied(self, text: str) -> str:
        """Line breaks are kept."""
        return text


class EmailField(TextField):
    """An email address."""

    def __init__(self, label: str, **rest: Any) -> None:
        look = {
            "type": "email",
            "autocomplete": "email",
            "spellcheck": False,
            "autocapitalize": "none",
            **(rest.pop("look", None) or {}),
        }
        super().__init__(label, look=look, **rest)

    def check(self) -> None:
        """Refuse what cannot be an address; whether it exists only a mail can show."""
        super().check()
        if not _EMAIL.fullmatch(self.data):
            raise StopValidation("Enter an email address in the usual form, like name@example.org")


class CodeField(TextField):
    """A code of digits from an app, with whatever spaces people put into it."""

    def __init__(self, label: str, **rest: Any) -> None:
        look = {
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "spellcheck": False,
            "autocapitalize": "none",
            "classes": "govuk-input--width-10 govuk-input--extra-letter-spacing",
            **(rest.pop("look", None) or {}),
        }
        super().__init__(label, look=look, max_length=40, **rest)

    def tidied(self, text: str) -> str:
        """The code without spaces."""
        return "".join(text.split())


class PasswordField(DrawnField):
    """A password, taken exactly as typed and never shown again; `new` is for choosing one."""

    data: str

    def __init__(self, label: str, *, new: bool = False, max_length: int = 200, **rest: Any) -> None:
        look = {"autocomplete": "new-password" if new else "current-password", **(rest.pop("look", None) or {})}
        super().__init__(label, look=look, **rest)
        self.max_length = max_length

    def process_data(self, value: Any) -> None:
        """A password is never filled in beforehand."""
        self.data = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the first value posted."""
        self.data = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""

    def check(self) -> None:
        """Hashing something endless would keep a worker busy."""
        if len(self.data) > self.max_length:
            raise StopValidation(f"{self.label.text} must be {self.max_length:,} characters or fewer")

    def draw(self, look: Look) -> Markup:
        """An input that can show what is typed."""
        return macro("password_input")(self.name, self.label.text, id=self.id, **look)
