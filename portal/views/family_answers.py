"""Between a question's form and what is said of a person: filled from it, and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.domain.family_vocabulary import FamilyQuestion
from portal.forms.families import NO, YES
from portal.services.families.answers import Came, Excluded, Invited, Met, Needs, Readers, Said, Who

_YES_OR_NO = frozenset({"invited", "needs_interpreter", "needs_advocate", "for_chair_only"})


def fill(said: Mapping[str, Any]) -> dict[str, Any]:
    """What stands there, as the form has it: yes and no are words of their own, and nothing is chosen for nobody."""
    return {
        name: (None if value is None else YES if value else NO) if name in _YES_OR_NO else value
        for name, value in said.items()
    }


def said_in(question: FamilyQuestion, form: Any) -> Any:
    """What a form that was found right says."""
    return _READ[question](form)


def _is_yes(field: Any) -> bool:
    return bool(field.data == YES)


_READ: Mapping[FamilyQuestion, Callable[[Any], Said]] = {
    FamilyQuestion.WHO: lambda form: Who(form.relation.data, form.name.data, form.child_id.data),
    FamilyQuestion.INVITED: lambda form: Invited(_is_yes(form.invited), form.told_by.data),
    FamilyQuestion.NEEDS: lambda form: Needs(
        _is_yes(form.needs_interpreter), _is_yes(form.needs_advocate), form.language.data
    ),
    FamilyQuestion.MET: lambda form: Met(form.met_before.data, form.met_on.data, form.not_met_because.data),
    FamilyQuestion.EXCLUSION: lambda form: Excluded(
        form.exclusion.data, form.exclusion_reason.data, form.excluded_by.data, form.exclusion_note.data
    ),
    FamilyQuestion.CAME: lambda form: Came(form.presence.data),
    FamilyQuestion.READERS: lambda form: Readers(_is_yes(form.for_chair_only)),
}
