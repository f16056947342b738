"""What invented people write to each other when something is not as it should be; no child stands in it by name."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.escalation_vocabulary import Category


@dataclass(frozen=True, slots=True)
class Story:
    """One matter in words: what happened, what is asked for, what the other side says, how it ended."""

    category: Category
    summary: str
    wanted: str
    reply: str
    ending: str


MISSED_TWICE = Story(
    Category.NON_ATTENDANCE,
    "Nobody came to two conferences for the same family within a month, and no report was sent to either.",
    "A report on what the practice knows, and a name to send invitations to.",
    "Both invitations went to a doctor who is on leave. Our safeguarding secretary now opens the mailbox every day.",
    "The report has come and the practice has given a name. The next invitation was answered the same day.",
)
NO_REPORT = Story(
    Category.NON_ATTENDANCE,
    "The conference had to decide without knowing what you know: nobody came and there was no report.",
    "Please send the report within two days, and say who will come to the review.",
    "We are sorry. The report is with the portal now; the partner who knows the family comes to the review by video.",
    "Report received and read by the chair. It changes nothing in the decision.",
)
HALF_TERM = Story(
    Category.NON_ATTENDANCE,
    "The invitation was not answered before half term and the conference met in it. Nothing was sent beforehand.",
    "Say who answers invitations while the school is closed, and send what the school has recorded this term.",
    "Our deputy had the telephone, not the mailbox. She has both from now on, and the chronology is attached.",
    "A cover for closures is entered in the portal; the chronology came within the week.",
)
LATE_AGAIN = Story(
    Category.NON_ATTENDANCE,
    "Three reports in a row came on the morning of the conference, so that the family had not read them.",
    "Agree a day in the week on which reports are written, and send the next one in time.",
    "Reports are written on Tuesdays from now on; a second signature is no longer needed for reviews.",
    "The last two reports were in time and were read with the parents.",
)
NOT_QUORATE = Story(
    Category.NON_ATTENDANCE,
    "The conference could not go ahead because too few agencies came; yours had said that it would.",
    "Tell us what happened, and who comes to the conference that had to be called again.",
    "The colleague was ill and the deputy did not know. Both names are on our list now.",
    "The second conference met with everybody who was expected.",
)
CHASED_TO_THE_TOP = Story(
    Category.NON_ATTENDANCE,
    "A third conference in a row without anybody from the practice and without a report.",
    "A report for each of the three, and a meeting about how the practice takes part from now on.",
    "The partners have met. One session a week is kept free for conference reports, beginning this month.",
    "Three reports received; the practice manager writes to the partnership again in three months.",
)
THRESHOLD = Story(
    Category.THRESHOLD,
    "Our referral was closed with advice to offer early help. We have seen bruises twice since, with two accounts.",
    "Look at the referral again together with ours of last spring, and hold a strategy discussion.",
    "We have read both together. A strategy discussion is called for this week, and you are invited.",
    "The strategy discussion was held and an assessment has begun.",
)
ROLE = Story(
    Category.ROLE,
    "Nobody has told the parents about the tenancy warning; each of us thought that the other would.",
    "Agree who speaks with the parents and by when, and put it into the plan.",
    "The housing officer goes with the social worker on Thursday. The plan says so now.",
    "Both went together. The plan names one person for each step.",
)
INACTION = Story(
    Category.INACTION,
    "An urgent request for an appointment was put on the list seven weeks ago. The young person is no safer.",
    "An appointment within five working days, or a named person who calls every second day until there is one.",
    "There is an appointment on Monday at nine. Until then our duty worker calls daily.",
    "The appointment was kept and a safety plan written with the young person.",
)
PLAN_DRIFT = Story(
    Category.PLAN_DRIFT,
    "Four of the six steps of the plan have no date any more, and the parent says that nobody has mentioned them.",
    "A core group within ten days that sets the dates again.",
    "The worker has changed twice. A core group is arranged and the new worker has read the plan.",
    "The core group met, each step has a date and a name.",
)
INFORMATION = Story(
    Category.INFORMATION_SHARING,
    "We learnt from the mother of three call-outs to the home this month. None was shared with us.",
    "Share call-outs on the next working day, as agreed, and tell us who checks that.",
    "The notices stopped when a list was changed. All three are with you now, and the list is checked weekly.",
    "Notices have come daily since, also those of weekends.",
)
ALLEGATION = Story(
    Category.ALLEGATION_DELAY,
    "We reported an allegation about a member of staff twelve days ago and do not know whether anybody has begun.",
    "A planning meeting this week, and one person to speak with.",
    "The planning meeting is tomorrow at two; the designated officer writes to you today.",
    "The meeting was held and the member of staff has been told what happens next.",
)
URGENT_HOME = Story(
    Category.THRESHOLD,
    "A child told our nurse this morning that a grown-up who must not be in the home has moved back. No visit is "
    "planned before next week.",
    "A visit today, and a safe place for tonight.",
    "Two workers are on their way now. The out-of-hours team has the file and a place for tonight.",
    "The child was seen the same afternoon and stays with a grandparent. A strategy discussion was held at five.",
)
VISITS = Story(
    Category.VISITS,
    "The child was to be seen every ten days. There is no record of a visit for five weeks.",
    "See the child this week, alone, and write down what was said.",
    "Seen yesterday at school and at home. Two earlier visits had not been recorded and are now.",
    "Visits are recorded and in time again; looked at in three weeks' records.",
)
ASSESSMENT = Story(
    Category.ASSESSMENT,
    "The assessment for the conference repeats last year's and says nothing of the new partner.",
    "An updated assessment that includes the partner, shared with the family before the review.",
    "The partner has been met twice. The updated assessment goes to the family on Friday.",
    "The updated assessment was read by the parents a week before the review.",
)
CORE_GROUPS = Story(
    Category.CORE_GROUPS,
    "No core group has met since the conference; the first was due within ten working days.",
    "Hold the core group and send its notes.",
    "It meets on Wednesday. The school offers its room and the health visitor will take notes.",
    "Two core groups have met since, with notes.",
)
REPORT_QUALITY = Story(
    Category.REPORT_QUALITY,
    "The social worker's report came without the family's views and with another family's chronology in one place.",
    "Take the report back, correct it, and tell both families.",
    "Taken back within the hour, corrected, and both families were told by the manager.",
    "Corrected. The team checks chronologies in pairs before they are sent.",
)
VOICE = Story(
    Category.CHILDS_VOICE,
    "For two reviews nobody has written down what the older child wants, though she asked to be heard.",
    "Ask her, in the way that she chooses, before the next review.",
    "Her advocate has met her. She will write a letter to the conference.",
    "Her letter was read out at the review, and two of her three wishes stand in the plan.",
)
FAMILY_TOLD = Story(
    Category.FAMILY_INFORMED,
    "The parents heard of the decision from the letter alone, six days afterwards.",
    "Speak with parents on the day, and record who did.",
    "Agreed with the team. A line for it is on our closing list.",
    "The last four families were told on the day.",
)
PRAISE = Story(
    Category.GOOD_PRACTICE,
    "The social worker went through the report with both parents, with an interpreter, and changed what was wrong. "
    "The conference could speak about the child from its first minute.",
    "",
    "Thank you. We have shared it with the team and with her.",
    "",
)
PRAISE_AGAIN = Story(
    Category.GOOD_PRACTICE,
    "The children's drawings of a good week were the first page of the report. Every agency spoke to them.",
    "",
    "Thank you, the team will be glad to read this.",
    "",
)
