"""What invented people write in the records of meetings; no child stands in it by name."""

from __future__ import annotations

SHARED = {
    "CHILDREN": "An assessment began on Monday. The social worker has seen the child alone and the home once.",
    "POLICE": "Three call-outs to the address since August, each for shouting; nobody was arrested.",
    "GP": "Two appointments missed since the summer. The record shows a bruise that was explained as a fall.",
    "SCH": "The child told a teaching assistant on Tuesday what happened on the weekend, and repeated it to the lead.",
    "HV": "The home was clean at the last visit. The mother asked the nurse not to write down who was there.",
    "SN": "Seen twice in the drop-in. The second time with marks on the upper arm that the nurse drew on a body map.",
    "HOUS": "The tenancy is in the mother’s name. A neighbour rang about noise at night.",
}
NOTHING_SHARED = "Nothing beyond what the referral says."
THRESHOLD = "What the child said fits what the nurse saw, and the adults give two accounts of it."
NEXT_STEPS = "A joint visit today. The school keeps the child until the social worker has called."
SAFETY_PLAN = "The grandmother stays in the home. Nobody else stays overnight until the conference."
LATE_NOTE = "Police could not free anybody before the third day; the social worker visited daily until then."
LAST_SEEN = "At the bus station at ten past four on Sunday, with an older girl whom nobody there knew."

VIEWS = (
    "I want it to be quiet at night. I told my teacher because she listens. I would like to stay with Nan on Fridays.",
    "Drew the house with everybody outside it, and said that the dog should come too.",
    "I don’t mind the visits. I do mind when people talk about me in the corridor.",
)
EXCLUDED = "There is an order that he keeps away from the mother. He was told by telephone and sent a letter."
NOT_MET = "The father could not be reached at either number before the day."

WHY_PLAN = "The harm is repeated, and help that was agreed in spring did not stop it. Everybody named the same worries."
WHY_NO_PLAN = "The worries are real, and the family has asked for help itself: a child in need plan can carry it."
WHY_GOES_ON = "Two of the five steps are done. The routines at home hold only while somebody visits."
WHY_ENDS = "All steps have held for six months, also through the summer, and the child says that home is calm."
AMENDED = "The younger child’s category stood in the wrong place: the conference named emotional abuse as the main one."

AGREES = "We see the same at ours, and can offer a place in the group from next week."
DISSENTS = (
    "We do not think that a plan is needed for the younger child: attendance is full and nothing has been seen at "
    "ours in a year. We ask for this to stand in the record."
)
UNSURE = "We have met the child twice only and would rather hear those who know the family well."

MINUTES = (
    "The chair welcomed the family and those who came, and explained how the day would go. Each report was read with "
    "the parents, who corrected two dates. The worries and what works were put on the wall in the family’s words. "
    "The decision was read out to everybody who was still in the room."
)
DRAFTED = "The chair welcomed the family. Reports were read in turn; the notes of the last part are still to be added."
CORRECTION = "On page two our nurse is said to have visited in July. It was the 4th of August, as our report says."

INTERIM_PLAN = "The grandmother collects the children until then, and the social worker visits every second day."
WENT_ON = "Only the two agencies that came know the child, and both brought a full report."

CONTESTED = "The child left our roll at half term and we have nothing newer than the other school has."
CONTESTED_REPORT = "We have met nobody of the family in a year. A report says all that we know."
CONTESTED_OFTEN = "We hold the tenancy and nothing else. We ask not to be expected at each of these."
KEPT = "The tenancy is part of the safety plan, and the conference needs somebody who can decide about it."

TO_DO = (
    ("Offer the child a place in the Thursday group.", "The child has come three times."),
    (
        "Put the morning routine on paper with the mother.",
        "It hangs in the kitchen, and school sees the difference.",
    ),
    ("Give the address a marker, so that every call is treated as urgent.", "The marker shows on the system."),
    ("Visit twice a week, once without notice.", "The visits stand in the record with what was seen."),
)
DONE = "Done on the day, and confirmed in writing to the social worker."
CHECKED = "Seen in the record; the date fits."
PROGRESS = "Two of the visits are made. The third is arranged for Thursday."
