"""What invented people write about reports; no child stands in it by name."""

from __future__ import annotations

TALKED = (
    "The mother rang twice in October to move the asthma review and came to neither. The practice has no worry about "
    "the father, whom nobody there has met. A nurse will ring on Monday.",
    "She has seen the child at the door and not inside since the summer. Both times the curtains were drawn and the "
    "grandmother answered. The growth chart is with the clinic.",
    "Nothing is held beyond the registration in spring. The practice would like the plan, should there be one.",
)
TALKED_WITH = ("The partner who knows the family", "The duty worker", "The practice manager")
CORRECTED = "It was once at the door and once in the kitchen; the rest is right."

SHOWN = "Read through together at the kitchen table. They ask for the date on the second page to be put right."
WITHHELD = "Where the mother stays now can be learnt from it. The social worker tells the father what concerns him."
READ_OUT = "With an interpreter on the line, who read every paragraph twice."
SHOWN_BY = "The social worker, at the last visit"
FROM_POST = "Sent by recorded post; the receipt is on file."

NOT_NEEDED = "The officer who knew the tenancy has left, and the file went to the new landlord with it."

WRONG_CHILD = "It is about a child of the same surname in another street, whose file lay open beside this one."
WRONG_FILE = "The list is another class’s, with the names of its children."
ASSESSED = "Opened by the chair alone, who has deleted it. Nobody outside the meeting has had it."
NOT_TOLD = "It reached one person who is bound to keep it to themselves, and for an hour."
FILE_TITLE = "Register of the class"
FILE_TEXT = "Present and absent by day, with the reason where one was given."

ADDED = "Since we wrote this the child came to the early club twice, on time and in a good coat."
ADDING = "The appointment of last week was kept."
SEND_BACK = "Please say in a sentence what the weight chart means for somebody who cannot read one."

COPIED_TITLE = "Nursery’s conference report"
ADDED_QUESTION = "Who brings the child and who collects it?"
ADDED_HELP = "By day, if it differs. Say who may not."

MARKED = "consultations"
RECORD = (
    ("registration", 700, "Registered with the mother and one brother"),
    ("problems", 400, "Asthma"),
    (MARKED, 25, "Asthma review. Came with the grandmother, inhaler left at home."),
    (MARKED, 90, "Seen for a cough of two weeks; chest clear."),
    ("medication", 25, "Salbutamol inhaler as needed"),
    ("immunisations", 300, "Pre-school booster"),
    ("contacts", 60, "Hospital asthma nurse"),
)
"""What a clinical record says of a child: part, days ago, entry."""
