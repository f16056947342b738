"""What is asked about whom of a family, and how far their part of a record is."""

from __future__ import annotations

import pytest

from portal.domain.families import AT_THEIR_SIDE, CAME, NEEDS_WORDS, PARENTS, family_words, questions_for
from portal.domain.family_vocabulary import FamilyPresence, FamilyQuestion, FamilyRelation, ViewsGiven

WHO, INVITED, NEEDS, MET, EXCLUSION, CAME_, READERS = FamilyQuestion


@pytest.mark.parametrize(
    ("relation", "asked"),
    [
        (FamilyRelation.MOTHER, (WHO, INVITED, NEEDS, MET, EXCLUSION, CAME_, READERS)),
        (FamilyRelation.CARER, (WHO, INVITED, NEEDS, MET, EXCLUSION, CAME_, READERS)),
        (FamilyRelation.CHILD, (WHO, INVITED, NEEDS, EXCLUSION, CAME_, READERS)),
        (FamilyRelation.SUPPORTER, (WHO, INVITED, NEEDS, EXCLUSION, CAME_, READERS)),
        (FamilyRelation.ADVOCATE, (WHO, INVITED, CAME_, READERS)),
        (FamilyRelation.INTERPRETER, (WHO, INVITED, CAME_, READERS)),
    ],
)
def test_what_is_asked_about_whom(relation, asked):
    assert questions_for(relation) == asked


def test_a_chair_meets_parents_and_nobody_is_both_parent_and_at_their_side():
    assert {relation for relation in FamilyRelation if MET in questions_for(relation)} == PARENTS
    assert not PARENTS & AT_THEIR_SIDE


def test_whoever_sent_their_views_did_not_come():
    assert set(FamilyPresence) - CAME == {FamilyPresence.DID_NOT_COME, FamilyPresence.SENT_VIEWS}


def test_only_of_a_child_too_young_no_words_are_asked():
    assert set(ViewsGiven) - NEEDS_WORDS == {ViewsGiven.TOO_YOUNG}


def test_how_far_the_record_is():
    assert family_words(0, 0) == "Nobody is named yet"
    assert family_words(1, 3) == "1 of 3 came"
