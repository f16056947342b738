"""Matters of the last three quarters that are over: how long they took, at which stage they ended, what was learnt."""

from __future__ import annotations

from portal.domain.escalation_vocabulary import ChildSafe, EntryKind, LadderKind, Learning, Resolution
from portal.domain.vocabulary import Role
from portal.services.demo.audits.cast import Cast
from portal.services.demo.escalations import stories
from portal.services.demo.escalations.matters import (
    Matter,
    Step,
    asked_again,
    more_time,
    moved_up,
    plan,
    replied,
    resolved,
    spoke,
    withdrawn,
)
from portal.services.demo.people import POLICE, TRUST

MISSED, DISAGREED, ALERT = LadderKind.NON_ATTENDANCE, LadderKind.DISAGREEMENT, LadderKind.PRACTICE_ALERT
SAFE, UNSAFE, UNKNOWN = ChildSafe.SAFE, ChildSafe.NOT_SAFE, ChildSafe.NOT_KNOWN
PRAISED_AFTER = 2
"""Working days until somebody says thanks."""


def plan_eastmarsh(cast: Cast) -> None:
    """Surgeries that learn, agencies that disagree, and a social work team that hears of it."""
    chair, other = cast.chairs()
    plan(
        cast,
        (
            Matter(MISSED, stories.NO_REPORT, chair, "EM-GP-2", -172, (replied(1), _explained(2))),
            Matter(
                MISSED, stories.MISSED_TWICE, other, "EM-GP-1", -158, (replied(4), _agreed(5, Learning.INVITATIONS))
            ),
            Matter(MISSED, stories.HALF_TERM, chair, "EM-SCH-3", -141, (replied(2), _agreed(3, Learning.INVITATIONS))),
            Matter(MISSED, stories.CHASED_TO_THE_TOP, other, "EM-GP-4", -128, _TO_THE_TOP),
            Matter(MISSED, stories.LATE_AGAIN, chair, "EM-GP-1", -97, (replied(7), _agreed(9, Learning.CAPACITY))),
            Matter(MISSED, stories.NOT_QUORATE, other, "EM-MH", -84, (replied(1), _explained(3))),
            Matter(MISSED, stories.NO_REPORT, other, "EM-GP-5", -66, (withdrawn(1, "The surgery was not invited."),)),
            Matter(MISSED, stories.HALF_TERM, chair, "EM-SCH-2", -49, (replied(3), _agreed(4, Learning.INVITATIONS))),
            Matter(MISSED, stories.NO_REPORT, chair, "EM-GP-1", -30, (replied(1), _explained(2))),
            Matter(DISAGREED, stories.THRESHOLD, cast.lead("EM-SCH-1"), "EM-CHILDREN", -151, _TO_MANAGERS),
            Matter(DISAGREED, stories.INFORMATION, cast.lead("EM-HV"), POLICE.code, -119, _AT_ONCE),
            Matter(DISAGREED, stories.INACTION, cast.lead("EM-SCH-4"), "EM-MH", -92, _ASKED_TWICE),
            Matter(DISAGREED, stories.THRESHOLD, cast.lead("EM-SCH-1"), "EM-CHILDREN", -58, _STANDS),
            Matter(DISAGREED, stories.URGENT_HOME, cast.lead("EM-SN"), "EM-CHILDREN", -26, _SKIPPED),
            Matter(ALERT, stories.VISITS, chair, "EM-CHILDREN", -133, (replied(2), _done(5)), expected_after=7),
            Matter(ALERT, stories.REPORT_QUALITY, other, "EM-CHILDREN", -101, (replied(1), _done(2)), expected_after=4),
            Matter(ALERT, stories.CORE_GROUPS, chair, "EM-CHILDREN", -70, _FORMAL_AT_ONCE, stage=2, expected_after=15),
            Matter(ALERT, stories.VOICE, other, "EM-CHILDREN", -44, (replied(7), _done(9)), expected_after=5),
            Matter(ALERT, stories.PRAISE, chair, "EM-CHILDREN", -37, (replied(PRAISED_AFTER),), is_positive=True),
        ),
    )


def plan_westmoor(cast: Cast) -> None:
    """Fewer, and mostly settled low down."""
    chair, other = cast.chairs()
    plan(
        cast,
        (
            Matter(MISSED, stories.NO_REPORT, chair, "WM-GP-2", -165, (replied(1), _explained(2))),
            Matter(MISSED, stories.LATE_AGAIN, other, "WM-SCH-2", -122, (replied(4), _agreed(6, Learning.CAPACITY))),
            Matter(MISSED, stories.CHASED_TO_THE_TOP, chair, "WM-GP-2", -88, _TO_THE_TOP),
            Matter(MISSED, stories.NOT_QUORATE, other, "WM-MH", -41, (replied(2), _explained(3))),
            Matter(DISAGREED, stories.ROLE, cast.lead("WM-CHILDREN"), "WM-HOUS", -137, _AT_ONCE),
            Matter(DISAGREED, stories.PLAN_DRIFT, cast.lead("WM-HV"), "WM-CHILDREN", -76, _TO_MANAGERS),
            Matter(DISAGREED, stories.URGENT_HOME, cast.lead("WM-SCH-1"), "WM-CHILDREN", -33, _SKIPPED),
            Matter(ALERT, stories.ASSESSMENT, chair, "WM-CHILDREN", -109, (replied(2), _done(4)), expected_after=5),
            Matter(ALERT, stories.FAMILY_TOLD, other, "WM-CHILDREN", -54, (replied(8), _done(10)), expected_after=6),
            Matter(ALERT, stories.PRAISE_AGAIN, other, "WM-CHILDREN", -24, (replied(PRAISED_AFTER),), is_positive=True),
        ),
    )
    manager = cast.wide(Role.SAFEGUARDING_MANAGER)
    plan(cast, (Matter(DISAGREED, stories.INFORMATION, manager, TRUST.code, -62, _AT_ONCE),))


def _explained(after: int) -> Step:
    return resolved(after, Resolution.EXPLAINED, SAFE, Learning.NOTHING_NEW)


def _agreed(after: int, learning: Learning) -> Step:
    return resolved(after, Resolution.PLAN_AGREED, SAFE, learning)


def _done(after: int) -> Step:
    return resolved(after, Resolution.DONE, UNKNOWN, Learning.COMMUNICATION)


_TO_THE_TOP = (
    spoke(1, "Left word with reception; nobody called back."),
    spoke(6, "Spoke with the practice manager, who takes it to the partners."),
    replied(13),
    spoke(15, "Met at the practice with the named doctor and the executive.", EntryKind.MEETING),
    resolved(17, Resolution.PLAN_AGREED, UNKNOWN, Learning.CAPACITY),
)
_TO_MANAGERS = (
    replied(1),
    asked_again(2, "Thank you. The second injury is not mentioned: was it known when the referral was closed?"),
    replied(5),
    resolved(6, Resolution.DECISION_CHANGED, UNSAFE, Learning.THRESHOLDS),
)
_AT_ONCE = (replied(1), resolved(2, Resolution.DONE, SAFE, Learning.INFORMATION_SHARING))
_ASKED_TWICE = (
    more_time(1, 1, "The service manager asked for a day to find an appointment."),
    replied(3),
    moved_up(4, 2, "A place on a list is no appointment."),
    spoke(5, "The head of the service called; an appointment is being looked for."),
    replied(6),
    resolved(8, Resolution.DONE, UNSAFE, Learning.CAPACITY),
)
_STANDS = (replied(2), resolved(4, Resolution.DECISION_STANDS, SAFE, Learning.THRESHOLDS))
_SKIPPED = (
    moved_up(
        0,
        3,
        "There was no time to go stage by stage.",
        "A child may be hurt tonight, and nobody is planned to see them.",
    ),
    replied(0),
    resolved(1, Resolution.DECISION_CHANGED, UNSAFE, Learning.THRESHOLDS),
)
_FORMAL_AT_ONCE = (replied(3), resolved(11, Resolution.DONE, UNKNOWN, Learning.ROLES_UNCLEAR))
