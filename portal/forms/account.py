"""What people change about their own account, and what they work as."""

from __future__ import annotations

from portal.domain.passwords import LONGEST, SHORTEST
from portal.forms.fields import PasswordField, PortalForm, RadioField


class ChangePasswordForm(PortalForm):
    """The current password and the new one."""

    password = PasswordField("Current password", required="Enter your current password", max_length=LONGEST)
    new_password = PasswordField(
        "New password",
        new=True,
        required="Enter a new password",
        hint=f"At least {SHORTEST} characters. Three unrelated words are easy to remember and hard to guess.",
        max_length=LONGEST,
    )


class RecoveryCodesForm(PortalForm):
    """The password, before new recovery codes are shown."""

    password = PasswordField("Password", required="Enter your password", max_length=LONGEST)


class WorkingAsForm(PortalForm):
    """Which of their memberships somebody works as."""

    membership = RadioField("What are you working as?", required="Choose what you are working as", coerce=int)
