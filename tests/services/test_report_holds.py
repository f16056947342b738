"""A report held back from another agency: its bundle is without it, says nothing of it, and nobody else's changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import report_bundles as bundle_access
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.restriction_vocabulary import HoldReason
from portal.models.activity import Activity
from portal.models.files import StoredFile
from portal.models.restrictions import ReportHold
from portal.services.consultations.talking import record_talk, settle_talk
from portal.services.report_sharing.family_version import read_for_family
from portal.services.reports.bundle_page import bundle_page
from portal.services.reports.bundling import cut_bundle
from portal.services.restrictions.holding import Holding, hold_back, holds_of, let_through
from tests.closed_records import break_glass, close, worn
from tests.services.bundle_steps import bundle_bytes, bundles_of, send, words
from tests.world import NOW

EARLIER = NOW - timedelta(days=2)
POLICE_SAYS = "ZQ-A-WORRIES-INITIAL-POLICE-QZ"
SCHOOL_SAYS = "What the school worries about."


@pytest.fixture
def place(world):
    return world.meeting("a.initial")


@pytest.fixture
def chair(world):
    return worn(world.person("a.chair"))


@pytest.fixture
def school(world):
    return worn(world.person("a.school.lead"))


@pytest.fixture
def cut(world, place, chair):
    send(world, place, "school", EARLIER, worry=SCHOOL_SAYS)
    return cut_bundle(chair, place.id)


def holding(world, place, of="police", from_agency="school") -> Holding:
    return Holding(
        place.invitations[of].id, world.agencies[f"a.{from_agency}"], HoldReason.RELATIVE, "The head is an uncle."
    )


def test_the_agencys_bundle_is_without_it_and_says_nothing_of_it(world, place, chair, school, cut):
    before = words(bundle_bytes(school, place, cut))
    assert POLICE_SAYS in before
    hold_back(chair, place.id, holding(world, place))
    after = words(bundle_bytes(school, place, cut))
    assert POLICE_SAYS not in after
    assert world.agency_names["a.police"] not in after
    assert SCHOOL_SAYS in after
    assert f"Bundle {cut}" in after


def test_everybody_else_has_the_same_document_as_before(world, place, chair, cut):
    gp = worn(world.person("a.gp.lead"))
    before = bundle_bytes(gp, place, cut)
    hold_back(chair, place.id, holding(world, place))
    assert bundle_bytes(gp, place, cut) == before
    assert bundle_bytes(chair, place, cut) == before
    assert len(bundles_of(place)) == 1


def test_its_page_says_that_the_report_has_come_and_no_more(world, place, chair, school, cut):
    hold_back(chair, place.id, holding(world, place))
    (police,) = [
        one for one in bundle_page(school, place.id).standings if one.agency_name == world.agency_names["a.police"]
    ]
    assert police.state.value == "sent"
    assert (police.is_sent, police.may_see, police.is_later, police.has_talk) == (False, None, False, False)
    (seen,) = [
        one for one in bundle_page(chair, place.id).standings if one.agency_name == world.agency_names["a.police"]
    ]
    assert seen.may_see is not None


def test_what_is_read_is_logged_and_what_is_held_back_is_not(world, place, chair, school, cut):
    hold_back(chair, place.id, holding(world, place))
    bundle_bytes(school, place, cut)
    rows = select(Activity.subject_id).where(Activity.user_id == school.user_id, Activity.verb == "report.read")
    assert place.invitations["police"].report_id not in set(db.session.scalars(rows))
    opened = select(Activity.verb).where(Activity.user_id == school.user_id)
    assert "bundle.opened" in set(db.session.scalars(opened))


def test_the_kept_document_is_not_theirs_by_any_way(world, place, chair, school, cut):
    file_id = bundles_of(place)[0].file_id
    hold_back(chair, place.id, holding(world, place))
    files = bundle_access.files_visible_to(school).with_only_columns(StoredFile.id)
    assert file_id not in set(db.session.scalars(files))
    others = bundle_access.files_visible_to(chair).with_only_columns(StoredFile.id)
    assert file_id in set(db.session.scalars(others))


def test_it_is_as_the_bundle_was_when_it_was_cut(world, place, chair, school, cut):
    """What came later waits for the next one, in this agency's document too."""
    hold_back(chair, place.id, holding(world, place))
    send(world, place, "social_care", NOW, worry="Came after the bundle.")
    said = words(bundle_bytes(school, place, cut))
    assert "Came after the bundle." not in said
    assert "No report has come" in said


def test_what_it_told_the_chair_by_telephone_is_held_back_too(world, place, chair, school):
    talk = record_talk(
        chair,
        place.id,
        place.invitations["gp"].id,
        talked_on=NOW.date(),
        talked_with="Dr Day",
        said="He was seen by us.",
    )
    settle_talk(worn(world.person("a.gp.lead")), place.id, talk, 1)
    hold_back(chair, place.id, holding(world, place, of="gp"))
    number = cut_bundle(replace(chair, now=NOW + timedelta(minutes=1)), place.id)
    assert "He was seen by us." in words(bundle_bytes(worn(world.person("a.police.lead")), place, number))
    said = words(bundle_bytes(school, place, number))
    assert "He was seen by us." not in said
    assert world.agency_names["a.gp"] not in said


def test_the_familys_version_was_never_theirs(world, place, chair, school):
    hold_back(chair, place.id, holding(world, place))
    with pytest.raises(NotVisible):
        read_for_family(school, place.id, place.invitations["police"].id)
    police = worn(world.person("a.police.lead"))
    assert read_for_family(police, place.id, place.invitations["police"].id).agency_name


def test_it_can_stand_before_the_report_has_come(world, place, chair, school):
    hold_back(chair, place.id, holding(world, place, of="social_care"))
    send(world, place, "social_care", EARLIER, worry="Kept from the school.")
    number = cut_bundle(chair, place.id)
    assert "Kept from the school." not in words(bundle_bytes(school, place, number))
    assert "Kept from the school." in words(bundle_bytes(worn(world.person("a.gp.lead")), place, number))


def test_it_is_let_through_again(world, place, chair, school, cut):
    hold_back(chair, place.id, holding(world, place))
    hold_back(chair, place.id, holding(world, place))
    (standing,) = [one for one in holds_of(chair, place.id).holds if one.ended_at is None]
    let_through(chair, place.id, standing.id)
    let_through(chair, place.id, standing.id)
    assert POLICE_SAYS in words(bundle_bytes(school, place, cut))
    assert db.session.get_one(ReportHold, standing.id).ended_at is not None


def test_it_is_let_through_by_its_own_meeting_alone(world, place, chair):
    hold_back(chair, place.id, holding(world, place))
    (standing,) = [one for one in holds_of(chair, place.id).holds if one.ended_at is None]
    manager, other = worn(world.person("a.manager")), world.meeting("a.review")
    assert standing.id not in {one.id for one in holds_of(manager, other.id).holds}
    with pytest.raises(NotVisible):
        let_through(manager, other.id, standing.id)
    assert db.session.get_one(ReportHold, standing.id).ended_at is None


@pytest.mark.parametrize("key", ["a.manager", "a.coordinator", "a.chair"])
def test_those_who_keep_the_meeting_hold_back(key, world, place):
    hold_back(worn(world.person(key)), place.id, holding(world, place))


@pytest.mark.parametrize(
    ("key", "error"), [("a.police.lead", NotPermitted), ("a.second_chair", NotVisible), ("b.manager", NotVisible)]
)
def test_nobody_else_does(key, error, world, place):
    with pytest.raises(error):
        hold_back(worn(world.person(key)), place.id, holding(world, place))


def test_nobodys_report_is_held_back_from_themselves_or_from_who_is_not_invited(world, place, chair):
    for of, from_agency in (("school", "school"), ("police", "other_gp")):
        with pytest.raises(Invalid) as refused:
            hold_back(chair, place.id, holding(world, place, of, from_agency))
        assert "agency" in refused.value.errors


def test_whoever_opened_the_record_in_an_emergency_holds_nothing_back(world, place, chair):
    hold_back(chair, place.id, holding(world, place))
    close(world, "a.1", ["a.chair"])
    break_glass(world, "a.1", "a.chair")
    meanwhile = worn(world.person("a.chair"))
    with pytest.raises(NotPermitted):
        holds_of(meanwhile, place.id)
    with pytest.raises(NotPermitted):
        hold_back(meanwhile, place.id, holding(world, place, of="gp"))
    (standing,) = db.session.scalars(select(ReportHold.id).where(ReportHold.ended_at.is_(None)))
    with pytest.raises(NotPermitted):
        let_through(meanwhile, place.id, standing)
