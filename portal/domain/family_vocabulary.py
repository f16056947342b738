"""The words of a family at a meeting: who they are, how they came, and which children an agency knows."""

from __future__ import annotations

from enum import StrEnum


class FamilyRelation(StrEnum):
    """Who somebody is to the child, or at the family's side; none of them ever counts in a quorum."""

    MOTHER = "mother"
    FATHER = "father"
    CARER = "carer"
    CHILD = "child"
    OTHER_FAMILY = "other_family"
    ADVOCATE = "advocate"
    INTERPRETER = "interpreter"
    SUPPORTER = "supporter"


class ToldBy(StrEnum):
    """How somebody of the family was told of the meeting."""

    IN_PERSON = "in_person"
    LETTER = "letter"
    TELEPHONE = "telephone"
    MESSAGE = "message"


class FamilyPresence(StrEnum):
    """Whether and how somebody of the family was there."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    TELEPHONE = "telephone"
    PART = "part"
    DID_NOT_COME = "did_not_come"
    SENT_VIEWS = "sent_views"


class Exclusion(StrEnum):
    """Whether somebody was kept out of the meeting, and of how much of it."""

    NONE = "none"
    PART = "part"
    WHOLE = "whole"


class ExclusionReason(StrEnum):
    """Why somebody was kept out."""

    RISK_OF_VIOLENCE = "risk_of_violence"
    COURT_ORDER = "court_order"
    CHILDS_WISH = "childs_wish"
    OTHERS_WOULD_NOT_SHARE = "others_would_not_share"
    OTHER = "other"


class MetBefore(StrEnum):
    """Whether the chair met a parent before the meeting."""

    YES = "yes"
    DECLINED = "declined"
    NO = "no"


class ViewsGiven(StrEnum):
    """How a child's views reached the meeting, or why they did not."""

    IN_PERSON = "in_person"
    ADVOCATE = "advocate"
    SOCIAL_WORKER = "social_worker"
    OWN_MEANS = "own_means"
    NOT_GIVEN = "not_given"
    TOO_YOUNG = "too_young"


class KnowsChild(StrEnum):
    """Whether an agency knows one of the children that a meeting is about."""

    YES = "yes"
    NO = "no"
    NOT_SAID = "not_said"


class FamilyQuestion(StrEnum):
    """What is asked about one person, in this order, each on a page of its own."""

    WHO = "who"
    INVITED = "invited"
    NEEDS = "needs"
    MET = "met"
    EXCLUSION = "exclusion"
    CAME = "came"
    READERS = "readers"
