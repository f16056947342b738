"""What invented people write: reports by kind of agency, answers' reasons, chairs' notes."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from portal.domain.report_answers import NO, YES, asked
from portal.domain.report_templates import ReportTemplate, TemplateQuestion
from portal.domain.report_vocabulary import AnswerKind, CommonQuestion
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
_NEEDS = (
    "One named person who asks after the child each week; the clinic's appointment kept with somebody's help.",
    "The adults agree in writing who sleeps at home, and the safety plan is gone through with the grandparents.",
    "A bed and a coat this week; in a month a look together at what the mornings are like now.",
)
_DAYS = (
    "The child gets up alone, makes toast for the youngest and is at the gate before it opens. Evenings are quiet.",
    "Two homes in one week, with a bag between them; sleeps well at one and little at the other.",
    "Nursery until three, then mostly a screen; a bath and a story when the grandmother is there.",
)
_VOICES = (
    "Asked with drawings in a quiet room: likes school and football, and wants the shouting to stop.",
    "Said on the way home that Mum is tired, and that somebody should help her.",
    "Too small to say. Reaches for the mother, and goes still when voices are raised.",
)
_DETAILS = (
    "Talked through with the parents, who agree with most of it.",
    "Two letters and a visit; an answer came to the second.",
    "Nothing new since the last meeting.",
)
_ALSO_ANSWERED = 0.4
_PER_CENT = frozenset({"attendance_rate"})
"""Numbers that are shares; the others count, such as visits."""
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


def report(
    template: ReportTemplate, kind: AgencyType, today: date, chance: Random, mark: str, *, is_limited: bool = False
) -> dict[str, str]:
    """What an agency of that kind answers to each question that it is asked, with a unique mark in its first text.

    `is_limited`: it hardly knows the family, and answers the short form.
    """
    index = chance.randrange(len(_REASONS))
    known: dict[str, str] = {
        CommonQuestion.INVOLVEMENT: _INVOLVEMENT.get(kind, _ANY_INVOLVEMENT),
        CommonQuestion.STRENGTHS: chance.choice(_STRENGTHS),
        CommonQuestion.WORRIES: chance.choice(_WORRIES),
        CommonQuestion.NEEDS: chance.choice(_NEEDS),
        CommonQuestion.LIVED_EXPERIENCE: chance.choice(_DAYS),
        CommonQuestion.CHILD_VOICE: chance.choice(_VOICES),
        CommonQuestion.THRESHOLD_VIEW: _VIEWS[index].value,
        CommonQuestion.THRESHOLD_REASON: _REASONS[index],
        CommonQuestion.CATEGORY_VIEWS: chance.choice(list(AbuseCategory)).value,
    }
    answers: dict[str, str] = {}
    for question in template.questions:
        if question.code in known:
            answers[question.code] = known[question.code]
        elif question.is_needed or chance.random() < _ALSO_ANSWERED:
            answers[question.code] = _answer(question, today, chance)
    questions = asked(template, answers, is_limited)
    kept = {question.code: answers[question.code] for question in questions if question.code in answers}
    first = next(one.code for one in template.questions if one.kind is AnswerKind.LONG and one.code in kept)
    return kept | {first: f"{kept[first]} Our file {mark}."}


def _answer(question: TemplateQuestion, today: date, chance: Random) -> str:
    match question.kind:
        case AnswerKind.YES_NO:
            return chance.choice((YES, NO))
        case AnswerKind.DAY:
            return f"{today - timedelta(days=chance.randrange(60))}"
        case AnswerKind.NUMBER:
            some = chance.randrange(30)
            return str(70 + some if question.code in _PER_CENT else 3 + some // 3)
        case AnswerKind.ONE_OF | AnswerKind.SEVERAL_OF:
            return chance.choice(question.choices).code
        case AnswerKind.SHORT:
            return "As in our last report"
    return chance.choice(_DETAILS)
