"""Which routes ask that somebody has shown within the last 10 minutes that it is they, and why. Said by hand.

test_fresh_routes.py holds it against what the guards say of every route that `flask policy` lists. A route that gives
out or changes what this table is about belongs here, with `fresh=True` at its guard, or `fresh="file"` where it gives a
file.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from portal.database.session import writing
from portal.models.sessions import SignInSession
from tests.world import NOW

EXPORTS = {
    "/activity.csv": "who did what, of everybody, as a file",
    "/audit-rounds/<int:round_id>/chase.csv": "names and addresses of leads",
    "/audit-rounds/<int:round_id>/results/report": "every agency's answers in one paper",
    "/audit-rounds/<int:round_id>/results/workbook": "the same in a workbook",
    "/audits/<int:return_id>/portable/file": "an audit, to be carried to another partnership",
    "/escalations/<int:escalation_id>/log.csv": "an escalation with its narrative",
    "/escalations/<int:escalation_id>/log.pdf": "the same on paper",
    "/escalations/log.csv": "every escalation that somebody sees",
    "/meetings/<int:meeting_id>/bundle/<int:number>": "all reports on a child",
    "/meetings/<int:meeting_id>/decisions.pdf": "what was decided on a child",
    "/meetings/<int:meeting_id>/reports/<int:invitation_id>/family.pdf": "a report on a child",
    "/packs/<int:pack_id>/pack.pdf": "a pack, which may be one of child-level lists",
    "/packs/<int:pack_id>/pack.xlsx": "the same",
    "/packs/<int:pack_id>/pack.zip": "the same",
    "/records/requests/<int:export_id>/file": "all that is held on one child",
    "/plans/panel.csv": "the children on the panel's agenda",
}

ROLES_AND_KEYS = {
    "/account/passkeys/<int:passkey_id>/remove": "a way in less",
    "/account/passkeys/challenge": "a way in more",
    "/account/passkeys/new": "a way in more",
    "/agencies/<int:agency_id>/sign-in": "whether passwords open the accounts of an agency's people",
    "/api-keys/<int:key_id>/end": "a key less",
    "/api-keys/new": "a key more",
    "/audits/<int:return_id>/signing/invite": "somebody let in to sign",
    "/audits/keys": "whose audits are believed",
    "/audits/keys/own": "with what the partnership signs",
    "/audits/keys/remove": "whose audits are believed no longer",
    "/people/<int:membership_id>/authenticator": "a second step set up anew",
    "/people/<int:membership_id>/change": "a role",
    "/people/<int:membership_id>/end": "a role",
    "/people/<int:membership_id>/hand-over": "somebody's open work",
    "/people/<int:membership_id>/link": "a way into somebody's account",
    "/people/<int:membership_id>/sign-on": "a way into somebody's account",
    "/people/<int:membership_id>/sign-on/end": "a way in less",
    "/people/<int:membership_id>/wake": "an account",
    "/people/confirm": "many roles at once",
    "/people/new": "a role",
}

BULK = {
    "/activity": "who did what, of everybody",
    "/meetings/answers": "many invitations at once",
    "/packs": "packs are ordered here, those of child-level lists too",
    "/packs/<int:pack_id>/again": "the same",
    "/records/erase": "many records at once",
    "/plans/panel": "the children on the panel's agenda",
}

FRESH = EXPORTS | ROLES_AND_KEYS | BULK

FILES_WITHOUT = {
    "/audits/<int:return_id>/letter": "what one agency is told of its own audit",
    "/audits/<int:return_id>/workbook": "an agency's own questions, filled in there and taken back",
    "/figures/comparators/file": "published figures",
    "/files/<int:file_id>": "one file of one record, opened in the course of work",
    "/meetings/<int:meeting_id>/calendar.ics": "one meeting, under a name that says nothing",
    "/meetings/<int:meeting_id>/report/record/document": "the questions of one report, for a practice's own system",
    "/records/erasures/<int:erasure_id>/certificate.pdf": "that something is gone, without a name",
    "/samples/grades.csv": "numbers of grades",
    "/samples/grades.xlsx": "the same",
    "/withdrawals/<int:withdrawal_id>/files/<int:file_id>": "one file of one record, for whoever assesses it",
}
"""Files that are given without: they name nobody, or are one record of what somebody works with."""

READ_WITHOUT = {("/audits/keys", "GET"), ("/packs", "GET")}
"""Pages at the same address as a change that asks: they only list what there is."""


def stay_fresh() -> None:
    """Ask nobody again who is signed in: on a slow machine it takes longer than ten minutes to walk through all."""
    with writing() as session:
        session.execute(update(SignInSession).values(proved_at=NOW + timedelta(days=1)))
