"""What pages call each word of a family at a meeting: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.family_vocabulary import (
    Exclusion,
    ExclusionReason,
    FamilyPresence,
    FamilyQuestion,
    FamilyRelation,
    KnowsChild,
    MetBefore,
    ToldBy,
    ViewsGiven,
)

FAMILY_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    FamilyRelation: {
        FamilyRelation.MOTHER: ("Mother", "Mother"),
        FamilyRelation.FATHER: ("Father", "Father"),
        FamilyRelation.CARER: ("Another carer", "Carer"),
        FamilyRelation.CHILD: ("A child whom the meeting is about", "Child"),
        FamilyRelation.OTHER_FAMILY: ("Another member of the family", "Family"),
        FamilyRelation.ADVOCATE: ("Advocate", "Advocate"),
        FamilyRelation.INTERPRETER: ("Interpreter", "Interpreter"),
        FamilyRelation.SUPPORTER: ("A friend or supporter of the family", "Supporter"),
    },
    ToldBy: {
        ToldBy.IN_PERSON: ("Told in person, by the social worker or somebody else", "In person"),
        ToldBy.LETTER: ("By a letter", "Letter"),
        ToldBy.TELEPHONE: ("By telephone", "Telephone"),
        ToldBy.MESSAGE: ("By a text message or an email", "Message"),
    },
    FamilyPresence: {
        FamilyPresence.IN_PERSON: ("Came in person", "In person"),
        FamilyPresence.VIDEO: ("Joined by video", "Video"),
        FamilyPresence.TELEPHONE: ("Joined by telephone", "Phone"),
        FamilyPresence.PART: ("Was there for part of it", "Part of it"),
        FamilyPresence.DID_NOT_COME: ("Did not come", "Did not come"),
        FamilyPresence.SENT_VIEWS: ("Did not come, but sent their views", "Sent views"),
    },
    Exclusion: {
        Exclusion.NONE: ("Not excluded", "Not excluded"),
        Exclusion.PART: ("Excluded from part of the meeting", "From part of it"),
        Exclusion.WHOLE: ("Excluded from the whole meeting", "From all of it"),
    },
    ExclusionReason: {
        ExclusionReason.RISK_OF_VIOLENCE: ("There is a risk of violence", "Risk of violence"),
        ExclusionReason.COURT_ORDER: ("A court order forbids it", "Court order"),
        ExclusionReason.CHILDS_WISH: ("The child does not want them there", "Child’s wish"),
        ExclusionReason.OTHERS_WOULD_NOT_SHARE: (
            "Others would not say what they know while they are there",
            "Stops others sharing",
        ),
        ExclusionReason.OTHER: ("Another reason", "Another reason"),
    },
    MetBefore: {
        MetBefore.YES: ("The chair met them before", "Met"),
        MetBefore.DECLINED: ("It was offered, and they declined", "Declined"),
        MetBefore.NO: ("The chair did not meet them", "Not met"),
    },
    ViewsGiven: {
        ViewsGiven.IN_PERSON: ("By the child, at the meeting", "At the meeting"),
        ViewsGiven.ADVOCATE: ("By an advocate", "Advocate"),
        ViewsGiven.SOCIAL_WORKER: ("By the social worker", "Social worker"),
        ViewsGiven.OWN_MEANS: ("By a letter, a drawing or an app", "Letter or drawing"),
        ViewsGiven.NOT_GIVEN: ("They were not given", "Not given"),
        ViewsGiven.TOO_YOUNG: ("The child is too young, or not born yet", "Too young"),
    },
    KnowsChild: {
        KnowsChild.YES: ("We know this child", "Knows"),
        KnowsChild.NO: ("Not ours: we do not know this child", "Not ours"),
        KnowsChild.NOT_SAID: ("Not said yet", "Not said"),
    },
    FamilyQuestion: {
        FamilyQuestion.WHO: ("Who is it?", "Who"),
        FamilyQuestion.INVITED: ("Were they invited, and how were they told?", "Invited"),
        FamilyQuestion.NEEDS: ("What do they need to take part?", "Needs"),
        FamilyQuestion.MET: ("Did the chair meet them before the meeting?", "Met before"),
        FamilyQuestion.EXCLUSION: ("Are they excluded from the meeting?", "Excluded"),
        FamilyQuestion.CAME: ("Did they come?", "Came"),
        FamilyQuestion.READERS: ("Who may read this entry?", "Readers"),
    },
}
