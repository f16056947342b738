"""What people write down about a person and their role, and how they look for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.labels import choices, label
from portal.domain.sign_off import CHOOSE_POST, SIGNING_POSTS
from portal.domain.vocabulary import AGENCY_ROLES, AgencyType, Post, Role
from portal.forms.fields import (
    Choice,
    EmailField,
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    TextField,
    VersionField,
)

_WHAT_ROLES_DO: Mapping[Role, str] = {
    Role.PRACTITIONER: "Answers invitations, says who attended and writes reports for their agency or team",
    Role.AGENCY_LEAD: "The same for the whole agency, and looks after its people and teams",
    Role.CHAIR: "Sees the conferences that they chair, with all reports, and keeps the register",
    Role.SAFEGUARDING_MANAGER: "Sees every meeting and report of the partnership, and its figures",
    Role.COORDINATOR: "Arranges every meeting of the partnership, and keeps registers and children’s details",
    Role.SECTOR_LEAD: "Sees the agencies and figures of one sector, and no child",
    Role.BOARD_MEMBER: "Sees figures by agency, and no child",
    Role.BUSINESS_MANAGER: "Sees figures and keeps the list of agencies; no child",
    Role.SCRUTINEER: "Sees figures and agencies, and changes nothing; no child",
    Role.ADMINISTRATOR: "Looks after people, agencies and the activity log; no child, no figures",
    Role.SIGNATORY: "Reads and signs the agency’s audit return; sees no meeting and no child",
}
_CURRENT, _ENDED = "current", "ended"


def role_choices(roles: Iterable[Role]) -> list[Choice]:
    """Roles with what each may do; a sector lead's asks for the sector."""
    return [
        Choice(role.value, label(role), _WHAT_ROLES_DO[role], ("sector",) if role is Role.SECTOR_LEAD else ())
        for role in roles
    ]


class PeopleFilter(FilterForm):
    """How the list is narrowed."""

    search = TextField("Name or email address", max_length=254, look={"type": "search"})
    role = SelectField("Role", coerce=Role, empty="All roles")
    agency_id = SelectField("Agency", coerce=int, empty="All agencies")
    state = SelectField("Show", [(_CURRENT, "People with a role now"), (_ENDED, "Roles that have ended")], empty=None)

    def offer(self, roles: Iterable[Role], agencies: Iterable[tuple[int, str]]) -> None:
        """Put on offer what the viewer may see; a lead, who has one agency, is not asked which."""
        self.role.choices = choices(roles)
        self.agency_id.choices = [(str(agency_id), name) for agency_id, name in agencies]

    @property
    def ended(self) -> bool:
        """Whether roles that are over were asked for."""
        return bool(self.state.data == _ENDED)


class _WhoForm(PortalForm):
    """Who it is; above the position's fields, so that the summary of errors has the order of the page."""

    email = EmailField(
        "Email address",
        required="Enter the person’s email address",
        max_length=254,
        hint="Their own, at work: it is how they sign in.",
        look={"autocomplete": "off"},
    )
    name = TextField("Full name", required="Enter the person’s name", max_length=120, look={"autocomplete": "off"})
    agency_id = SelectField(
        "Agency", coerce=int, empty="No agency", hint="Practitioners, agency leads and signatories stand for one."
    )


class _PositionForm(PortalForm):
    """Role, post, team and sector: what a membership says."""

    role = RadioField("Role", coerce=Role, required="Choose the person’s role")
    sector = SelectField("Sector", choices(AgencyType), coerce=AgencyType, hint="The kind of agency they look after.")
    post = SelectField("Post (signatories need one)", choices(Post), coerce=Post, empty="None of these")
    team_id = SelectField("Team (optional)", coerce=int, empty="No team")

    def offer(self, roles: Iterable[Role], teams: Iterable[tuple[int, str]]) -> None:
        """Put on offer what the viewer may give; without teams, nobody is asked for one."""
        self.role.choices = role_choices(roles)
        self.team_id.choices = [(str(team_id), name) for team_id, name in teams]
        if not self.team_id.choices:
            del self.team_id

    def validate_sector(self, field: Any) -> None:
        """A sector lead has one."""
        if self.role.data is Role.SECTOR_LEAD and field.data is None:
            raise StopValidation("Choose the sector that they look after")

    def validate_post(self, field: Any) -> None:
        """A signatory signs in a post."""
        if self.role.data is Role.SIGNATORY and field.data not in SIGNING_POSTS:
            raise StopValidation(CHOOSE_POST)

    @property
    def team(self) -> int | None:
        """The team chosen, where there are any."""
        return self.team_id.data if "team_id" in self else None


class PersonForm(_WhoForm, _PositionForm):
    """Somebody new to the list."""

    def validate_agency_id(self, field: Any) -> None:
        """Agency roles have one."""
        if self.role.data in AGENCY_ROLES and field.data is None:
            raise StopValidation("Choose the agency that this role is for")


class RoleForm(_PositionForm):
    """What somebody's role is to be from now on."""

    version = VersionField()


class ConfirmForm(PortalForm):
    """A yes to what the page says."""


class TeamForm(PortalForm):
    """A team to form."""

    name = TextField("Name of the team", required="Enter a name for the team", max_length=120)


class RenamedTeamForm(TeamForm):
    """A team that has a name."""

    version = VersionField()
