"""What invented people write: reports by kind of agency, answers' reasons, chairs' notes."""

from __future__ import annotations

from random import Random

from portal.domain.reports import ReportText
from portal.domain.vocabulary import AbuseCategory, AgencyType, ThresholdView

_INVOLVEMENT = {
    AgencyType.SOCIAL_CARE: (
        "Referred by the school after a disclosure. Section 47 enquiries are complete; the family was seen five times, "
        "the children alone on two of them."
    ),
    AgencyType.POLICE: (
        "Three incidents recorded at the address in the last twelve months, two of them verbal arguments between the "
        "adults, one a report by a neighbour. One arrest, no further action."
    ),
    AgencyType.GP: (
        "Registered with us since birth. Six contacts in the last year: four for the child, two for the mother. "
        "Immunisations are up to date apart from the pre-school booster."
    ),
    AgencyType.SCHOOL: (
        "On roll since September last year. Attendance is 84 %, mostly Mondays missed. The designated lead has met the "
        "child weekly this term."
    ),
    AgencyType.HEALTH_VISITING: (
        "Universal plus pathway since the new birth visit. Seen at home on four of six planned visits; weight follows "
        "the 25th centile."
    ),
    AgencyType.SCHOOL_NURSING: (
        "Health assessment done in the spring. Dental decay noted and a referral made; the appointment was not kept."
    ),
    AgencyType.MENTAL_HEALTH: (
        "The mother has been open to the community team for eight months and is seen every fortnight. She takes her "
        "medication and has a crisis plan."
    ),
    AgencyType.PROBATION: (
        "The partner is on a community order until next summer, with an accredited programme on relationships. Eleven "
        "of fourteen appointments kept."
    ),
    AgencyType.HOUSING: (
        "Tenancy since last spring. Arrears of seven weeks with a repayment plan; one complaint of noise at night."
    ),
}
_ANY_INVOLVEMENT = (
    "We have worked with the family for six months, with contact every two to three weeks, at home and at our centre."
)
_STRENGTHS = (
    "The mother speaks openly about what is hard and has asked for help with routines.",
    "Grandparents live nearby, collect the children twice a week and are part of the safety plan.",
    "The child talks warmly of both parents and has two close friends.",
    "Appointments were kept in the last two months after a text the day before.",
)
_WORRIES = (
    "The child came twice without a coat and hungry, and says that mornings are loud.",
    "Arguments between the adults happen in front of the children; the youngest covers his ears.",
    "Medical appointments are missed and rebooked late, so that treatment is behind.",
    "We do not know who stays overnight at the weekends.",
)
_REASONS = (
    "What has changed depends on one relative, and it has held for only a few weeks.",
    "The harm is repeated, and earlier support on an agreed footing did not stop it.",
    "With the grandparents' help and weekly visits a child in need plan could carry this.",
    "We see the child too seldom to say, and would like to hear the other agencies first.",
)
_VIEWS = (
    ThresholdView.PLAN_NEEDED, ThresholdView.PLAN_NEEDED, ThresholdView.PLAN_NOT_NEEDED, ThresholdView.UNSURE,
)  # fmt: skip

APOLOGIES = (
    "On leave that week and nobody else has met the family.",
    "Court at the same hour.",
    "Clinic cannot be moved; our report says what we know.",
)
NOT_OURS = "The family moved at half term; the child is now on roll in the next county."
MEETING_NOTE = (
    "Opened on time. The parents came with an advocate and stayed throughout. Everybody named what has improved since "
    "the last meeting; the plan's next steps were read back and agreed."
)
WITHOUT_QUORUM = "Two agencies know the child, and both were there."

ATTACHMENT = "Week by week since September, with what was known at the time and who was told."


def report(kind: AgencyType, chance: Random, mark: str) -> ReportText:
    """A report such as that kind of agency writes, with a unique mark in its text."""
    index = chance.randrange(len(_REASONS))
    view = _VIEWS[index]
    categories = () if view is not ThresholdView.PLAN_NEEDED else (chance.choice(list(AbuseCategory)),)
    return ReportText(
        involvement=f"{_INVOLVEMENT.get(kind, _ANY_INVOLVEMENT)} Our file {mark}.",
        strengths=chance.choice(_STRENGTHS),
        worries=chance.choice(_WORRIES),
        threshold_view=view,
        threshold_reason=_REASONS[index],
        category_views=categories,
    )
