"""What is read of a sign-in with each page, in one statement: its row, its person, their hats, what the header says."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, bindparam, case, exists, func, literal, select

from portal.database.scopes import ACROSS
from portal.database.session import UNCOUNTED
from portal.models.identities import ProvidedSession
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.models.sessions import KeptForm, SignInSession
from portal.services.closed_records import ANY_IN_FORCE
from portal.services.known_people import HAS_PASSKEY, HAT_COLUMNS, with_hats

_SESSIONS = cast(Table, SignInSession.__table__)
_USERS = cast(Table, User.__table__)
_KEPT = cast(Table, KeptForm.__table__)
_PROVIDED = cast(Table, ProvidedSession.__table__)
_NOTICES = cast(Table, Notice.__table__)
_TOLD = cast(Table, Membership.__table__).alias("told")

MOST_UNREAD = 100
"""No more are counted than the header tells apart, so that an inbox nobody reads slows no page."""

_UNREAD = (
    select(func.count())
    .select_from(
        select(literal(1))
        .select_from(_NOTICES.join(_TOLD, _TOLD.c.id == _NOTICES.c.membership_id))
        .where(
            _NOTICES.c.user_id == _SESSIONS.c.user_id,
            _NOTICES.c.read_at.is_(None),
            _NOTICES.c.settled_at.is_(None),
            _TOLD.c.ended_at.is_(None),
        )
        .limit(MOST_UNREAD)
        .correlate(_SESSIONS)
        .subquery()
    )
    .correlate(_SESSIONS)
    .scalar_subquery()
)

BY_TOKEN = (
    select(
        _SESSIONS.c.id.label("session_id"),
        _SESSIONS.c.user_id,
        _SESSIONS.c.membership_id,
        _SESSIONS.c.code_checked,
        _SESSIONS.c.setup_secret.is_not(None).label("can_set_up"),
        _SESSIONS.c.started_at,
        _SESSIONS.c.last_seen_at,
        _SESSIONS.c.ended_at,
        _SESSIONS.c.ended_by,
        _SESSIONS.c.proved_at,
        _USERS.c.name,
        _USERS.c.email,
        _USERS.c.deactivated_at,
        _USERS.c.asleep_at,
        _USERS.c.totp_confirmed_at,
        HAS_PASSKEY,
        exists().where(_KEPT.c.user_id == _SESSIONS.c.user_id).correlate(_SESSIONS).label("has_kept_forms"),
        exists()
        .where(_PROVIDED.c.session_id == _SESSIONS.c.id, _PROVIDED.c.has_second_step)
        .correlate(_SESSIONS)
        .label("is_proven_elsewhere"),
        case((_SESSIONS.c.code_checked, _UNREAD), else_=0).label("unread_notices"),
        ANY_IN_FORCE.label("may_be_shut_out"),
        *HAT_COLUMNS,
    )
    .select_from(with_hats(_SESSIONS.join(_USERS, _USERS.c.id == _SESSIONS.c.user_id)))
    .where(_SESSIONS.c.token_digest == bindparam("digest"))
    .order_by(HAT_COLUMNS[0])
    .execution_options(**{UNCOUNTED: True}, **ACROSS)
)
"""By the digest of a token: a row for each hat."""
