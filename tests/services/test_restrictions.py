"""Closing a record to people: what they see, what they are told, who must be left, and what it leaves to be done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import cases as cases_access
from portal.access.roles import Role
from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.restriction_vocabulary import Reach
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.models.restrictions import CaseRestriction
from portal.services.mails.gathering import mail_change, take
from portal.services.notices.telling import Telling, tell
from portal.services.restrictions.keeping import (
    Closing,
    close_record,
    end_restriction,
    put_on_list,
    take_off_list,
)
from portal.services.restrictions.listing import of_case, one_restriction
from tests.closed_records import close, worn
from tests.services.mail_steps import notify_of
from tests.services.report_steps import verbs_of
from tests.world import NOW, TODAY


@pytest.fixture
def manager(world):
    return worn(world.person("a.manager"))


@pytest.fixture
def case_id(world):
    return world.cases["a.1"]


def closing(world, *people: str, **facts) -> Closing:
    who = frozenset(world.person(key).user_id for key in people)
    return Closing(
        **{"reach": Reach.NAMED, "people": who, "reason": "Her sister’s family.", "begins_on": TODAY} | facts
    )


def closed_to(world, key: str, case: str = "a.1", now=NOW) -> bool:
    return world.cases[case] in worn(world.person(key), now=now).closed_cases


def test_it_is_closed_from_the_next_request_on(world, manager, case_id):
    close_record(manager, case_id, closing(world, "a.gp.practitioner"))
    assert closed_to(world, "a.gp.practitioner")
    assert not closed_to(world, "a.gp.lead")
    assert "restriction.made" in verbs_of(manager)


@pytest.mark.parametrize("key", ["a.chair", "a.coordinator", "a.manager"])
def test_its_keepers_close_it(key, world, case_id):
    close_record(worn(world.person(key)), case_id, closing(world, "a.gp.lead"))
    assert closed_to(world, "a.gp.lead")


@pytest.mark.parametrize("key", ["a.second_chair", "a.gp.lead", "b.manager", "a.business_manager", "a.administrator"])
def test_nobody_else_is_told_that_there_is_such_a_case(key, world, case_id):
    viewer = worn(world.person(key))
    with pytest.raises((NotVisible, NotPermitted)):
        close_record(viewer, case_id, closing(world, "a.gp.lead"))
    with pytest.raises(NotVisible):
        of_case(viewer, case_id)


def test_open_only_to_some_shuts_out_all_others_and_never_whoever_closed_it(world, manager, case_id):
    close_record(manager, case_id, closing(world, "a.gp.lead", reach=Reach.ALL_OTHERS))
    assert not closed_to(world, "a.manager")
    assert not closed_to(world, "a.gp.lead")
    for key in ("a.coordinator", "a.chair", "a.gp.practitioner", "a.police.lead", "both"):
        assert closed_to(world, key), key
    assert not closed_to(world, "a.business_manager"), "who sees no case is not shut out of one"


def test_somebody_must_go_on_keeping_it(world, manager, case_id):
    with pytest.raises(Invalid) as refused:
        close_record(manager, case_id, closing(world, "a.manager", "a.coordinator"))
    assert "people" in refused.value.errors
    close_record(manager, case_id, closing(world, "a.coordinator"))
    with pytest.raises(Invalid):
        close_record(manager, case_id, closing(world, "a.manager"))
    restriction_id = close_record(manager, case_id, closing(world, "a.gp.lead"))
    with pytest.raises(Invalid):
        put_on_list(manager, restriction_id, manager.user_id)


def test_two_that_begin_later_leave_somebody_too(world, manager, case_id):
    later = TODAY + timedelta(days=30)
    close_record(manager, case_id, closing(world, "a.coordinator", begins_on=later))
    with pytest.raises(Invalid):
        close_record(manager, case_id, closing(world, "a.manager"))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2_001}, "reason"),
        ({"people": frozenset()}, "people"),
        ({"people": frozenset({999_999})}, "people"),
        ({"begins_on": TODAY - timedelta(days=1)}, "begins_on"),
        ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"address": "nobody@example.org"}, "address"),
    ],
)
def test_what_cannot_be_is_said_by_field(facts, field, world, manager, case_id):
    with pytest.raises(Invalid) as refused:
        close_record(manager, case_id, closing(world, "a.gp.lead", **facts))
    assert field in refused.value.errors


def test_anybody_who_works_here_can_be_put_on_the_list_by_their_address(world, manager, case_id):
    close_record(manager, case_id, closing(world, people=frozenset(), address=world.person("a.other_gp.lead").email))
    assert closed_to(world, "a.other_gp.lead")
    with pytest.raises(Invalid):
        close_record(manager, case_id, closing(world, address=world.person("b.gp.lead").email))


def test_whoever_is_put_on_the_list_is_one_of_those_shown_or_has_an_address_here(world, manager, case_id):
    restriction_id = close_record(manager, case_id, closing(world, "a.gp.lead"))
    for user_id, address in (
        (world.person("a.other_gp.lead").user_id, ""),
        (world.person("b.gp.lead").user_id, ""),
        (None, ""),
        (None, world.person("b.gp.lead").email),
    ):
        with pytest.raises(Invalid):
            put_on_list(manager, restriction_id, user_id, address)
    offered = {one.user_id for one in of_case(manager, case_id).others}
    assert world.person("a.gp.practitioner").user_id in offered
    assert world.person("a.gp.deactivated").user_id not in offered, "who cannot sign in"
    put_on_list(manager, restriction_id, None, world.person("a.other_gp.lead").email)
    assert closed_to(world, "a.other_gp.lead")
    assert not closed_to(world, "b.gp.lead")


def test_a_new_role_does_not_open_what_is_closed_to_the_person(world, manager, case_id):
    """Somebody leaves the surgery and chairs conferences from tomorrow on."""
    close_record(manager, case_id, closing(world, "a.gp.practitioner"))
    with writing() as session:
        membership = Membership(
            partnership_id=world.partnerships["a"],
            user_id=world.person("a.gp.practitioner").user_id,
            role=Role.COORDINATOR,
            created_at=NOW,
        )
        session.add(membership)
        session.flush()
        new = membership.id
    hats = worn(world.person("a.gp.practitioner")).hats
    (found,) = [hat for hat in hats if hat.membership_id == new]
    assert case_id in found.closed_cases


def test_the_list_grows_and_shrinks(world, manager, case_id):
    restriction_id = close_record(manager, case_id, closing(world, "a.gp.practitioner"))
    put_on_list(manager, restriction_id, world.person("a.police.lead").user_id)
    put_on_list(manager, restriction_id, world.person("a.police.lead").user_id)
    assert closed_to(world, "a.police.lead")
    take_off_list(manager, restriction_id, world.person("a.gp.practitioner").user_id)
    assert not closed_to(world, "a.gp.practitioner")
    with pytest.raises(Invalid):
        take_off_list(manager, restriction_id, world.person("a.police.lead").user_id)
    restriction, _others, _reference = one_restriction(worn(world.person("a.manager")), restriction_id)
    assert [one.user_id for one in restriction.current] == [world.person("a.police.lead").user_id]
    assert len(restriction.people) == 2


def test_the_last_one_who_keeps_it_is_not_taken_off(world, manager, case_id):
    restriction_id = close_record(manager, case_id, closing(world, "a.gp.lead", reach=Reach.ALL_OTHERS))
    version = one_restriction(manager, restriction_id)[0].version
    with pytest.raises(Invalid):
        take_off_list(manager, restriction_id, manager.user_id)
    put_on_list(manager, restriction_id, world.person("a.coordinator").user_id)
    take_off_list(manager, restriction_id, manager.user_id)
    assert closed_to(world, "a.manager")
    coordinator = worn(world.person("a.coordinator"))
    assert one_restriction(coordinator, restriction_id)[0].version == version + 2


def test_whoever_ends_one_whose_list_has_changed_is_told(world, manager, case_id):
    restriction_id = close_record(manager, case_id, closing(world, "a.gp.practitioner"))
    version = one_restriction(manager, restriction_id)[0].version
    put_on_list(manager, restriction_id, world.person("a.police.lead").user_id)
    with pytest.raises(Conflict):
        end_restriction(manager, restriction_id, version)
    end_restriction(manager, restriction_id, one_restriction(manager, restriction_id)[0].version)
    assert not closed_to(world, "a.gp.practitioner")
    with pytest.raises(NotPermitted):
        put_on_list(manager, restriction_id, world.person("a.gp.lead").user_id)


def test_whoever_is_shut_out_can_neither_read_nor_end_it(world, manager, case_id):
    restriction_id = close_record(manager, case_id, closing(world, "a.coordinator"))
    coordinator = worn(world.person("a.coordinator"))
    with pytest.raises(NotVisible):
        end_restriction(coordinator, restriction_id, 1)
    with pytest.raises(NotVisible):
        one_restriction(coordinator, restriction_id)
    assert db.session.get_one(CaseRestriction, restriction_id).ended_at is None


def test_nothing_more_is_told_and_what_waited_is_not_mailed(world, manager, case_id):
    person, meeting_id = world.person("a.gp.practitioner"), world.meeting("a.initial").id
    invitation_id = world.meeting("a.initial").invitations["gp"].id
    before = notify_of(person, NoticeKind.INVITATION, subject="invitation", subject_id=invitation_id)
    close_record(manager, case_id, closing(world, "a.gp.practitioner"))
    notice = db.session.get_one(Notice, before)
    assert notice.mail_place is MailPlace.DROPPED
    assert notice.settled_at is not None
    lead = world.person("a.gp.lead")
    with writing() as session:
        change = mail_change(session, NOW)
        told = {person.hat.membership_id, lead.hat.membership_id}
        telling = Telling(NoticeKind.INVITATION_CHANGED, "meeting", meeting_id, what="Initial conference")
        assert tell(change, world.partnerships["a"], told, telling) == 1
    rows = select(Notice.membership_id).where(
        Notice.kind == NoticeKind.INVITATION_CHANGED, Notice.subject_id == meeting_id, Notice.subject == "meeting"
    )
    assert lead.hat.membership_id in set(db.session.scalars(rows))
    assert person.hat.membership_id not in set(db.session.scalars(rows))


def test_what_waits_is_dropped_for_whoever_comes_onto_the_list(world, manager, case_id):
    person, invitation_id = world.person("a.gp.practitioner"), world.meeting("a.initial").invitations["gp"].id
    restriction_id = close_record(manager, case_id, closing(world, "a.police.lead"))
    waits = notify_of(person, NoticeKind.INVITATION, subject="invitation", subject_id=invitation_id)
    about = {"subject": "invitation", "subject_id": invitation_id}
    others = notify_of(world.person("a.gp.lead"), NoticeKind.INVITATION, **about)
    put_on_list(manager, restriction_id, person.user_id)
    assert db.session.get_one(Notice, waits).mail_place is MailPlace.DROPPED
    assert db.session.get_one(Notice, others).mail_place is MailPlace.WAITING


def test_and_for_whoever_is_taken_off_the_list_of_those_to_whom_it_is_open(world, manager, case_id):
    person, invitation_id = world.person("a.gp.practitioner"), world.meeting("a.initial").invitations["gp"].id
    reach = Reach.ALL_OTHERS
    restriction_id = close_record(manager, case_id, closing(world, "a.gp.practitioner", reach=reach))
    waits = notify_of(person, NoticeKind.INVITATION, subject="invitation", subject_id=invitation_id)
    take_off_list(manager, restriction_id, person.user_id)
    assert closed_to(world, person.key)
    assert db.session.get_one(Notice, waits).mail_place is MailPlace.DROPPED


def test_what_waits_is_not_mailed_once_a_restriction_has_begun(world):
    """It was made in advance: nobody is at the portal when its first day comes."""
    person = world.person("a.gp.practitioner")
    close(world, "a.1", ["a.gp.practitioner"], begins_on=TODAY + timedelta(days=1))
    invitation_id = world.meeting("a.initial").invitations["gp"].id
    about = notify_of(person, NoticeKind.INVITATION_CHANGED, subject="invitation", subject_id=invitation_id)
    other = notify_of(person, NoticeKind.ACTION_GIVEN)
    tomorrow = NOW + timedelta(days=1)
    with writing() as session:
        taken = take(mail_change(session, tomorrow), [person.user_id], tomorrow.date())
    ids = {one.id for one in taken[person.user_id]}
    assert other in ids
    assert about not in ids
    assert db.session.get_one(Notice, about).mail_place is MailPlace.DROPPED


def test_a_stand_in_who_is_shut_out_is_not_told_either(world, manager, case_id):
    """The absence itself may stand: what is about this family goes to nobody in their place."""
    close_record(manager, case_id, closing(world, "a.gp.lead", "a.gp.practitioner"))
    people = {world.person(f"a.gp.{who}").hat.membership_id for who in ("lead", "practitioner")}
    with writing() as session:
        telling = Telling(NoticeKind.INVITATION_CHANGED, "meeting", world.meeting("a.initial").id, what="Conference")
        assert tell(mail_change(session, NOW), world.partnerships["a"], people, telling) == 0


def test_the_page_says_what_is_left_to_be_done(world, manager, case_id):
    close_record(manager, case_id, closing(world, "a.gp.practitioner"))
    nothing = of_case(worn(world.person("a.manager")), case_id).to_do
    assert (nothing.chairs, nothing.agencies) == ((), ()), "the chair sees it, and so does the surgery's lead"
    assert "case.read" in verbs_of(manager)
    close_record(manager, case_id, closing(world, "a.chair", "a.gp.lead", "a.gp.practitioner"))
    page = of_case(worn(world.person("a.manager")), case_id)
    assert [(meeting_id, name) for meeting_id, _, name in page.to_do.chairs] == [
        (world.meeting("a.initial").id, world.person("a.chair").name)
    ]
    assert page.to_do.agencies == (world.agency_names["a.gp"],)
    assert db.session.get_one(Meeting, world.meeting("a.initial").id).chair_membership_id is not None


def test_it_is_gone_with_its_last_day(world, manager, case_id):
    close_record(manager, case_id, closing(world, "a.gp.lead", until=TODAY))
    assert closed_to(world, "a.gp.lead")
    page = of_case(worn(world.person("a.manager")), case_id)
    assert [one.is_over for one in page.restrictions if one.until == TODAY] == [False]
    assert not closed_to(world, "a.gp.lead", now=NOW + timedelta(days=1))
    page = of_case(worn(world.person("a.manager"), now=NOW + timedelta(days=1)), case_id)
    assert [one.is_over for one in page.restrictions if one.until == TODAY] == [True]


def test_the_same_row_as_for_everybody_is_seen_by_those_who_stay(world, manager, case_id, ids_of):
    close_record(manager, case_id, closing(world, "a.gp.practitioner"))
    assert case_id in ids_of(cases_access.visible_to(worn(world.person("a.gp.lead"))))
    assert case_id not in ids_of(cases_access.visible_to(worn(world.person("a.gp.practitioner"))))


@pytest.fixture
def ids_of():
    return lambda rows: {row.id for row in db.session.scalars(rows)}
