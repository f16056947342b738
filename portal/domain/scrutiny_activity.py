"""What the trail's verbs of the board, its months and quarters, scrutiny, sector leads and keys are in plain words."""

from __future__ import annotations

from collections.abc import Mapping

SCRUTINY_VERBS: Mapping[str, str] = {
    "board_group.added": "Set up a group of the board",
    "board_group.changed": "Changed a group of the board",
    "board_meeting.cancelled": "Cancelled a meeting of the board",
    "board_meeting.changed": "Changed a meeting of the board",
    "board_meeting.closed": "Closed the record of a meeting of the board",
    "board_meeting.corrected": "Corrected the record of a meeting of the board",
    "board_meeting.planned": "Planned a meeting of the board",
    "board_meeting.recorded": "Recorded who was at a meeting of the board",
    "board_member.added": "Added a member to a group of the board",
    "board_member.changed": "Changed a member of a group of the board",
    "month.correction_opened": "Opened a correction of a frozen month",
    "month.frozen": "Froze the figures of a month",
    "api_key.ended": "Ended a key of the API",
    "api_key.made": "Made a key of the API",
    "quarter.correction_opened": "Opened a correction of a frozen quarter",
    "quarter.frozen": "Froze the figures of a quarter",
    "quotation.agreed": "Agreed that the board reads a quotation",
    "quotation.proposed": "Proposed a quotation",
    "quotation.refused": "Did not agree to a quotation",
    "quotation.withdrawn": "Took back a quotation",
    "scrutiny.asked": "Asked a challenge of the scrutineer",
    "scrutiny.asked_again": "Asked a challenge again",
    "scrutiny.changed": "Changed a challenge",
    "scrutiny.closed": "Closed a challenge",
    "scrutiny.replied": "Replied to a challenge",
    "scrutiny.reply_saved": "Saved a draft reply to a challenge",
    "sector.reminded": "Reminded an agency of the sector",
    "sector_remark.changed": "Changed a remark to an agency of the sector",
    "sector_remark.written": "Wrote a remark to an agency of the sector",
}
