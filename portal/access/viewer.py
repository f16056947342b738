"""The viewer: who asks, under which of their memberships, and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.access.roles import KEY_PERMISSIONS, LINK_PERMISSIONS, ROLES, Permission
from portal.domain.signing_in import is_fresh
from portal.domain.vocabulary import AgencyType, Post, Role

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A closed record that somebody has opened in an emergency, and until when (UTC)."""

    opening_id: int
    case_id: int
    until: datetime
    is_kept: bool = True
    """Whether a manager or a coordinator is left who keeps the record; if none is, whoever opened it does so."""


@dataclass(frozen=True, slots=True)
class Hat:
    """One of a person's memberships: a role in a partnership, for an agency where the role belongs to one."""

    membership_id: int
    partnership_id: int
    partnership_name: str
    role: Role
    agency_id: int | None = None
    agency_name: str | None = None
    agency_type: AgencyType | None = None
    team_id: int | None = None
    post: Post | None = None
    sector: AgencyType | None = None
    closed_cases: frozenset[int] = frozenset()
    """Families whose record is closed to the person now, without those that they have opened in an emergency."""
    closed_meetings: frozenset[int] = frozenset()
    """All meetings about one of these, also those under another family, as they were when the session was loaded."""
    opened: tuple[OpenedRecord, ...] = ()
    """What they have opened in an emergency, and may see until then."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do, whatever the row."""
        return ROLES[self.role]


@dataclass(slots=True)
class PostedForm:
    """What the viewer's request posts: a digest of its address and fields, by which it is taken once."""

    digest: bytes
    is_taken: bool = False
    """Whether a service has taken it, so that what it led to is worth remembering."""


@dataclass(frozen=True, slots=True)
class OneInvitation:
    """All that a link of the two-minute return opens: one agency's invitation to one meeting."""

    link_id: int
    partnership_id: int
    partnership_name: str
    agency_id: int
    agency_name: str
    agency_type: AgencyType
    meeting_id: int
    invitation_id: int


@dataclass(frozen=True, slots=True)
class FiguresKey:
    """All that a key of the API opens: the figures of one agency, or without one of the partnership."""

    key_id: int
    partnership_id: int
    partnership_name: str
    agency_id: int | None = None
    agency_name: str = ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person (or a named system user) at one moment, wearing at most one hat.

    `now` is the UTC instant at which the request began: rules and rows take their time from it. A viewer
    without a hat sees no row of any partnership, except a system viewer, which commands use and which sees
    one partnership whole, and whoever came by a link, who sees one invitation and is never signed in.
    """

    now: datetime
    user_id: int | None = None
    name: str = ""
    email: str = ""
    session_id: int | None = None
    hat: Hat | None = None
    hats: tuple[Hat, ...] = ()
    system: str | None = None
    system_partnership_id: int | None = None
    proved_at: datetime | None = None
    """When the person last took every step of signing in, or proved since then that it is still they (UTC)."""
    code_pending: bool = False
    """Signed in with a password, and the second step (or its set-up) still to come."""
    unread_notices: int = 0
    """How many notices the person has not read, under all their memberships, for the header; counted up to a limit."""
    posted: PostedForm | None = field(default=None, compare=False)
    """What the request posts; None where it only reads, and for commands."""
    link: OneInvitation | None = None
    """What a link opens to its holder, who has no hat; its code has been given."""
    key: FiguresKey | None = None
    """What a machine reads by a key; it is nobody, has no hat and no session, and never works with children."""

    @classmethod
    def nobody(cls, now: datetime) -> Viewer:
        """Somebody who has not signed in."""
        return cls(now=now)

    @classmethod
    def of_system(cls, name: str, now: datetime, partnership_id: int | None = None) -> Viewer:
        """A command or the worker, by its name, for one partnership or (without) for the system's own rows."""
        return cls(now=now, name=name, system=name, system_partnership_id=partnership_id)

    @classmethod
    def by_link(cls, now: datetime, user_id: int, name: str, link: OneInvitation) -> Viewer:
        """Whoever holds a link and has given its code."""
        return cls(now=now, user_id=user_id, name=name, link=link)

    @classmethod
    def by_key(cls, now: datetime, name: str, key: FiguresKey) -> Viewer:
        """A machine that has sent a key which holds."""
        return cls(now=now, name=name, key=key)

    def wearing(self, membership_id: int) -> Viewer | None:
        """The same person under another of their memberships; None where it is not theirs."""
        for hat in self.hats:
            if hat.membership_id == membership_id:
                return replace(self, hat=hat)
        return None

    def may(self, permission: Permission) -> bool:
        """Whether the active role (or the system) holds the permission at all."""
        if self.system is not None:
            return True
        if self.link is not None:
            return permission in LINK_PERMISSIONS
        if self.key is not None:
            return permission in KEY_PERMISSIONS
        return self.hat is not None and permission in self.hat.permissions

    @property
    def is_signed_in(self) -> bool:
        """Whether a person has passed every step of signing in; whoever came by a link has not."""
        return self.user_id is not None and not self.code_pending and self.link is None

    @property
    def is_fresh(self) -> bool:
        """Whether a person has proved within the last minutes who they are, as exports, roles and bulk views ask."""
        return self.is_signed_in and is_fresh(self.proved_at, self.now)

    @property
    def is_known(self) -> bool:
        """Whether a guard looks at what they may do at all: a person who is signed in, or a machine with its key."""
        return self.is_signed_in or self.key is not None

    @property
    def is_system(self) -> bool:
        """Whether this is a command rather than a person."""
        return self.system is not None

    @property
    def today(self) -> date:
        """London's date at `now`."""
        return self.now.astimezone(LONDON).date()

    @property
    def partnership_id(self) -> int | None:
        """The partnership whose rows are in scope."""
        if self.link is not None:
            return self.link.partnership_id
        if self.key is not None:
            return self.key.partnership_id
        return self.hat.partnership_id if self.hat else self.system_partnership_id

    @property
    def membership_id(self) -> int | None:
        """The active membership."""
        return self.hat.membership_id if self.hat else None

    @property
    def agency_id(self) -> int | None:
        """The active membership's agency."""
        if self.link is not None:
            return self.link.agency_id
        if self.key is not None:
            return self.key.agency_id
        return self.hat.agency_id if self.hat else None

    @property
    def agency_type(self) -> AgencyType | None:
        """What kind of agency that is."""
        if self.link is not None:
            return self.link.agency_type
        return self.hat.agency_type if self.hat else None

    @property
    def role(self) -> Role | None:
        """The active membership's role; whoever came by a link does what a practitioner of the agency does."""
        if self.link is not None:
            return Role.PRACTITIONER
        return self.hat.role if self.hat else None

    @property
    def sector(self) -> AgencyType | None:
        """The agency type whose figures a sector lead sees."""
        return self.hat.sector if self.hat else None

    @property
    def closed_cases(self) -> frozenset[int]:
        """Families whose record is closed to the person; see access/closed_records.py."""
        return self.hat.closed_cases if self.hat else frozenset()

    @property
    def closed_meetings(self) -> frozenset[int]:
        """The meetings about these families."""
        return self.hat.closed_meetings if self.hat else frozenset()

    @property
    def opened(self) -> tuple[OpenedRecord, ...]:
        """Closed records that they have opened in an emergency under this membership."""
        return self.hat.opened if self.hat else ()

    @property
    def partnership_name(self) -> str:
        """For the page's header."""
        if self.link is not None:
            return self.link.partnership_name
        if self.key is not None:
            return self.key.partnership_name
        return self.hat.partnership_name if self.hat else ""

    @property
    def agency_name(self) -> str:
        """For the page's header; empty for roles that belong to no agency."""
        if self.link is not None:
            return self.link.agency_name
        if self.key is not None:
            return self.key.agency_name
        return (self.hat.agency_name or "") if self.hat else ""

    @property
    def has_other_hats(self) -> bool:
        """Whether there is something to switch to."""
        return len(self.hats) > 1
