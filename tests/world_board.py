"""The board's own meetings in the world; each name and text marked, for nobody but the board's roles.

In each partnership stand, under these names:

groups    p.board (two members must be there, the police among them)
members   p.chair and p.police, both since a year
meetings  p.planned (in July), p.due (yesterday, still open) and p.held (in March, closed: the police sent apologies)
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.board_vocabulary import BoardMeetingStatus, MemberAttendance, SafeguardingPartner
from portal.models.board_meetings import BoardAttendance, BoardGroup, BoardMeeting, BoardMeetingRecord, BoardMember
from tests.world import BEFORE, NOW, PARTNERSHIPS, TODAY, World

READERS = ("board", "business_manager", "scrutineer", "sector_lead", "manager")
SINCE = TODAY - timedelta(days=365)
PLANNED, DUE, HELD = date(2026, 7, 1), date(2026, 6, 9), date(2026, 3, 10)


class BoardBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """A board with two members and three meetings in both partnerships."""
        for letter in PARTNERSHIPS:
            self._board(letter)

    def add(self, row: Any) -> Any:
        """Store a row and give it its id now."""
        self.session.add(row)
        self.session.flush()
        return row

    def _text(self, letter: str, words: str) -> str:
        seen_by = {f"{letter}.{name}" for name in READERS}
        return self.world.mark("board meeting", letter, seen_by, f"ZQ-{letter.upper()}-BOARD-{words}-QZ")

    def _board(self, letter: str) -> None:
        world, here = self.world, self.world.partnerships[letter]
        group = self.add(
            BoardGroup(
                partnership_id=here,
                name=self._text(letter, "GROUP"),
                is_active=True,
                quorum_members=2,
                quorum_partners=[SafeguardingPartner.POLICE.value],
                deputies_count=True,
                created_at=BEFORE,
            )
        )
        world.board_groups[f"{letter}.board"] = group.id
        members = {
            "chair": self._member(letter, group.id, "CHAIR", SafeguardingPartner.LOCAL_AUTHORITY, None),
            "police": self._member(
                letter, group.id, "POLICE", SafeguardingPartner.POLICE, world.agencies[f"{letter}.police"]
            ),
        }
        world.board_members |= {f"{letter}.{name}": member.id for name, member in members.items()}
        self._meeting(letter, group.id, "planned", PLANNED)
        self._meeting(letter, group.id, "due", DUE)
        held = self._meeting(letter, group.id, "held", HELD, BoardMeetingStatus.HELD)
        came = {"chair": MemberAttendance.PRESENT, "police": MemberAttendance.APOLOGIES}
        for name, attendance in came.items():
            self.add(
                BoardAttendance(
                    partnership_id=here, meeting_id=held.id, member_id=members[name].id, attendance=attendance
                )
            )
        said = {
            "status": "held",
            "rule": {"members": 2, "partners": ["police"], "deputies_count": True},
            "attendance": [
                {"name": members[name].name, "attendance": attendance.value, "deputy": ""}
                for name, attendance in came.items()
            ],
            "minutes": held.minutes,
        }
        self.add(
            BoardMeetingRecord(
                partnership_id=here,
                meeting_id=held.id,
                number=1,
                made_at=NOW - timedelta(days=92),
                made_by_id=world.person(f"{letter}.business_manager").user_id,
                reason="",
                said=json.dumps(said),
            )
        )

    def _member(
        self, letter: str, group_id: int, name: str, partner: SafeguardingPartner, agency_id: int | None
    ) -> BoardMember:
        member: BoardMember = self.add(
            BoardMember(
                partnership_id=self.world.partnerships[letter],
                group_id=group_id,
                name=self._text(letter, name),
                agency_id=agency_id,
                partner=partner,
                role_in_group="Member",
                from_on=SINCE,
            )
        )
        return member

    def _meeting(
        self,
        letter: str,
        group_id: int,
        key: str,
        meets_on: date,
        status: BoardMeetingStatus = BoardMeetingStatus.SCHEDULED,
    ) -> BoardMeeting:
        is_over = status is BoardMeetingStatus.HELD
        meeting: BoardMeeting = self.add(
            BoardMeeting(
                partnership_id=self.world.partnerships[letter],
                group_id=group_id,
                meets_on=meets_on,
                place=self._text(letter, f"PLACE-{key}"),
                status=status,
                agenda=self._text(letter, f"AGENDA-{key}"),
                minutes=self._text(letter, "MINUTES") if is_over else None,
                record_number=1 if is_over else 0,
                created_at=BEFORE,
            )
        )
        self.world.board_meetings[f"{letter}.{key}"] = meeting.id
        return meeting
