"""What a page showed when somebody decided on it, as one number: changed meanwhile, the decision is asked for anew.

A row's own version moves with everything: the chair's register, a report that comes in, a new due day. None of them
makes an agency's answer wrong, so each form is held to the facts it showed and to no others.
"""

from __future__ import annotations

from zlib import crc32

from portal.models.meetings import Invitation


class AlreadySo(Exception):
    """Nothing is left to change: the same was sent twice."""


def seen_answer(invitation: Invitation) -> int:
    """The answer that a page showed."""
    return _number(invitation.answer, invitation.answer_note if invitation.answer else None)


def seen_no_answer() -> int:
    """What a page showed that listed an invitation as open."""
    return _number(None, None)


def seen_declaration(invitation: Invitation) -> int:
    """The declared attendance that a page showed."""
    return _number(invitation.declared_attendance)


def seen_expectation(invitation: Invitation) -> int:
    """What the coordinator's page showed: the expectation, and the answer that it deals with."""
    return _number(invitation.expectation, invitation.expectation_reason, invitation.answer, invitation.answer_note)


def seen_expected(invitation: Invitation) -> int:
    """What an agency's page showed of what is expected of it, whatever it answers meanwhile."""
    return _number(invitation.expectation)


def seen_team(invitation: Invitation) -> int:
    """The team that a page showed."""
    return _number(invitation.team_id)


def _number(*facts: object) -> int:
    return crc32("\0".join(map(str, facts)).encode()) & 0x7FFFFFFF
