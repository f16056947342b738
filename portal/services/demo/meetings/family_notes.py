"""The family's part of a conference's record, as its chair writes it down."""

from __future__ import annotations

from datetime import date, timedelta

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.family_vocabulary import (
    Exclusion,
    ExclusionReason,
    FamilyPresence,
    FamilyRelation,
    MetBefore,
    ToldBy,
    ViewsGiven,
)
from portal.models.families import FamilyAttendance
from portal.services.demo.meetings import words
from portal.services.demo.meetings.gatherings import Gathering, Stage
from portal.services.families.answers import Came, Excluded, Invited, Met, Needs, Said, Who
from portal.services.families.childs_views import Views, write_views
from portal.services.families.keeping import add_person, answer

FIRST_NAMES = ("Corinne", "Maxine", "Leonie", "Priya")
FATHERS = ("Warren", "Desmond", "Callum", "Viktor")


def write_family(stage: Stage, meeting: Gathering, viewer: Viewer, *, excludes: bool = False) -> None:
    """Who of the family came, whom the chair had met, and what each child thinks."""
    day = stage.day(meeting.day)
    surname = meeting.family.children[0].surname
    mother = add_person(viewer, meeting.id, Who(FamilyRelation.MOTHER, f"{_pick(FIRST_NAMES, meeting)} {surname}"))
    _say(
        viewer,
        meeting,
        mother,
        Invited(True, ToldBy.IN_PERSON),
        Needs(True, False, "Polish"),
        Met(MetBefore.YES, day),
        Excluded(Exclusion.NONE),
        Came(FamilyPresence.IN_PERSON),
    )
    father = add_person(viewer, meeting.id, Who(FamilyRelation.FATHER, f"{_pick(FATHERS, meeting)} {surname}"))
    _say(viewer, meeting, father, *(_kept_out(stage, day) if excludes else _did_not_come()))
    for place, child_id in enumerate(meeting.family.child_ids):
        given = (ViewsGiven.SOCIAL_WORKER, ViewsGiven.OWN_MEANS)[place % 2]
        said = stage.said(words.VIEWS[(meeting.id + place) % len(words.VIEWS)], "V")
        # What a child said of a parent who is kept out is for the chair alone.
        write_views(viewer, meeting.id, child_id, Views(given, said, excludes and not place), version=0)


def _kept_out(stage: Stage, day: date) -> tuple[Said, ...]:
    note = stage.said(words.EXCLUDED, "V")
    return (
        Invited(False),
        Met(MetBefore.YES, day - timedelta(days=1)),
        Excluded(Exclusion.WHOLE, ExclusionReason.COURT_ORDER, "The chair, with the social worker", note),
        Came(FamilyPresence.SENT_VIEWS),
    )


def _did_not_come() -> tuple[Said, ...]:
    return (
        Invited(True, ToldBy.LETTER),
        Met(MetBefore.NO, not_met_because=words.NOT_MET),
        Excluded(Exclusion.NONE),
        Came(FamilyPresence.DID_NOT_COME),
    )


def _say(viewer: Viewer, meeting: Gathering, person_id: int, *said: Said) -> None:
    for one in said:
        version = db.session.get_one(FamilyAttendance, person_id).version
        answer(viewer, meeting.id, person_id, one, version=version)


def _pick(names: tuple[str, ...], meeting: Gathering) -> str:
    return names[-meeting.day % len(names)]
