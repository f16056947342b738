"""What people write down when they sign a return, open it again, or invite somebody to sign it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.labels import choices
from portal.domain.vocabulary import Post
from portal.forms.fields import (
    CheckboxField,
    EmailField,
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)
from portal.forms.fields.submit import OUT_OF_DATE


class SignForm(PortalForm):
    """A signature: the name as it is typed, and a tick at the declaration."""

    version = VersionField()
    is_both = CheckboxField("I am both the designated safeguarding lead and the head here")
    declared = CheckboxField("This is true, and I sign it", required="Tick the box to say that this is true")
    name = TextField(
        "Your full name",
        required="Type your full name",
        max_length=120,
        look={"autocomplete": "name", "spellcheck": False},
    )

    step: SignOffStep | None = None

    def expect(self, posted: str | None, *, says_both: bool) -> None:
        """Take the step that the page offered; ask whether they are both only where that is the question."""
        self.step = next((step for step in SignOffStep if step.value == posted), None)
        if not says_both:
            del self.is_both

    def validate_version(self, field: Any) -> None:
        """A page names the step that it offers."""
        if self.step is None:
            raise StopValidation(OUT_OF_DATE)

    @property
    def says_both(self) -> bool:
        """Whether they say that they are designated lead and head."""
        return "is_both" in self and bool(self["is_both"].data)


class ReopenForm(PortalForm):
    """Why a return is opened again."""

    reason = TextAreaField(
        "Why is it opened again?",
        required="Say why it is opened again",
        max_length=1_000,
        rows=4,
        hint="The reason stands beside the new version. Name no child.",
    )


class InviteForm(PortalForm):
    """Somebody who is invited to read and sign the return, and for nothing else."""

    post = RadioField("They sign as", coerce=Post, required="Choose in which post they sign")
    email = EmailField(
        "Email address",
        required="Enter the person’s email address",
        max_length=254,
        hint="Their own: it is how they sign in.",
        look={"autocomplete": "off"},
    )
    name = TextField("Full name", required="Enter the person’s name", max_length=120, look={"autocomplete": "off"})

    def offer(self, posts: Iterable[Post]) -> None:
        """Offer the posts that sign this return."""
        self.post.choices = choices(posts)


class CompareForm(FilterForm):
    """Which two versions are put side by side."""

    older = SelectField("Compare version", coerce=int, empty=None)
    newer = SelectField("with version", coerce=int, empty=None)

    def offer(self, numbers: Iterable[int]) -> None:
        """Offer the versions there are."""
        self.older.choices = self.newer.choices = [(str(number), str(number)) for number in numbers]
