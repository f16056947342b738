"""The family at a meeting: what is asked about whom, who counts as having been there, and what an answer needs."""

from __future__ import annotations

from portal.domain.family_vocabulary import FamilyPresence, FamilyQuestion, FamilyRelation, ViewsGiven

PARENTS = frozenset({FamilyRelation.MOTHER, FamilyRelation.FATHER, FamilyRelation.CARER})
"""Whom a chair meets before a conference."""

AT_THEIR_SIDE = frozenset({FamilyRelation.ADVOCATE, FamilyRelation.INTERPRETER})
"""Who comes in a task of their own: nobody asks what they need, nor keeps them out for what they have done."""

CAME = frozenset({FamilyPresence.IN_PERSON, FamilyPresence.VIDEO, FamilyPresence.TELEPHONE, FamilyPresence.PART})

NEEDS_WORDS = frozenset({given for given in ViewsGiven if given is not ViewsGiven.TOO_YOUNG})
"""Ways of giving a child's views that say nothing without words; of views not given, the words say why."""


def questions_for(relation: FamilyRelation) -> tuple[FamilyQuestion, ...]:
    """Return what is asked about somebody, in order."""
    left_out = set()
    if relation not in PARENTS:
        left_out.add(FamilyQuestion.MET)
    if relation in AT_THEIR_SIDE:
        left_out |= {FamilyQuestion.NEEDS, FamilyQuestion.EXCLUSION}
    return tuple(question for question in FamilyQuestion if question not in left_out)


def family_words(came: int, known: int) -> str:
    """Return how far the family's part of a record is: "2 of 3 came", "Nobody is named yet"."""
    if not known:
        return "Nobody is named yet"
    return f"{came} of {known} came"
