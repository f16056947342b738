"""What people of the world were told, and who of them is away; each text marked.

In each partnership stand, under these names:

notices   p.gp.lead (an invitation to p.initial, unread) and p.chair (a register to close)
absences  p.gp.practitioner (in July, the lead stands in) and p.school.practitioner (who has p.disagreement open)
mails     p.gp.lead (one that failed)
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.message_vocabulary import MailKind, MailPlace, MailState, NoticeKind, Urgency
from portal.models.absences import Absence
from portal.models.messages import Mail, Notice
from tests.world import NOW, PARTNERSHIPS, World
from tests.world_escalations import DUE


class MessageBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """Notices, absences and a mail in both partnerships."""
        for letter in PARTNERSHIPS:
            self._messages(letter)

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def _messages(self, letter: str) -> None:
        world = self.world
        told = (
            ("gp.lead", NoticeKind.INVITATION, "invitation", world.meeting(f"{letter}.initial").invitations["gp"].id),
            ("chair", NoticeKind.REGISTER_TO_CLOSE, "meeting", world.meeting(f"{letter}.initial").id),
        )
        for name, kind, subject, subject_id in told:
            person = world.person(f"{letter}.{name}")
            row = self.add(
                Notice(
                    partnership_id=world.partnerships[letter],
                    membership_id=person.hat.membership_id,
                    user_id=person.user_id,
                    key=f"{kind}:{subject}:{subject_id}:0:{person.hat.membership_id}",
                    kind=kind,
                    subject=subject,
                    subject_id=subject_id,
                    place=0,
                    what=world.mark("notice", letter, {f"{letter}.{name}"}, f"ZQ-{letter.upper()}-NOTICE-{name}-QZ"),
                    due_at=DUE,
                    urgency=Urgency.ROUTINE,
                    made_at=NOW - timedelta(hours=2),
                    mail_place=MailPlace.INBOX_ONLY,
                )
            )
            world.notices[f"{letter}.{name}"] = row.id
        stays = world.person(f"{letter}.gp.lead")
        self._absence(letter, "gp.practitioner", "gp.lead", date(2026, 7, 6), date(2026, 7, 17))
        self._absence(letter, "school.practitioner", "school.lead", date(2026, 7, 20), date(2026, 7, 24))
        watchers = {f"{letter}.administrator", f"{letter}.business_manager", f"{letter}.gp.lead"}
        mail = self.add(
            Mail(
                user_id=stays.user_id,
                key=f"digest:{stays.user_id}:2026-06-09",
                kind=MailKind.DIGEST,
                state=MailState.FAILED,
                attempts=7,
                made_at=NOW - timedelta(days=1),
                next_attempt_at=NOW - timedelta(hours=5),
                fault=world.mark("mail fault", letter, watchers, f"ZQ-{letter.upper()}-FAULT-QZ"),
            )
        )
        world.mails[f"{letter}.gp.lead"] = mail.id

    def _absence(self, letter: str, who: str, deputy: str, begins_on: date, ends_on: date) -> None:
        away, stays = self.world.person(f"{letter}.{who}"), self.world.person(f"{letter}.{deputy}")
        row = self.add(
            Absence(
                partnership_id=self.world.partnerships[letter],
                membership_id=away.hat.membership_id,
                deputy_membership_id=stays.hat.membership_id,
                begins_on=begins_on,
                ends_on=ends_on,
                made_at=NOW - timedelta(days=3),
                made_by_id=away.user_id,
            )
        )
        self.world.absences[f"{letter}.{who}"] = row.id
