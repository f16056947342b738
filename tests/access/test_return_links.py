"""Who keeps contacts, makes and sees links; and that a link opens one invitation and nothing else in any stem."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy import inspect as inspect_rows

from portal import access
from portal.access import contests, families, meetings, reports, return_links
from portal.access.roles import LINK_PERMISSIONS, Permission
from portal.access.viewer import OneInvitation, Viewer
from portal.database.session import db
from portal.domain.vocabulary import AgencyType, Answer, Expectation, Role
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import PartnershipAgency
from portal.models.return_links import AgencyContact, ReturnLink
from tests.access.conftest import who
from tests.access.who import LEADS
from tests.services.rows import change
from tests.world import NOW

KEEPERS = LEADS | {"coordinator"}


@pytest.fixture
def contacts(database) -> dict[int, AgencyContact]:
    """Every contact, whoever may see it."""
    return {contact.id: contact for contact in db.session.scalars(select(AgencyContact))}


@pytest.fixture
def links(rows) -> dict[int, tuple[ReturnLink, Invitation, Meeting]]:
    """Every link with its invitation and meeting."""
    found = {}
    for link in db.session.scalars(select(ReturnLink)):
        invitation = rows.invitations[link.invitation_id]
        found[link.id] = (link, invitation, rows.meetings[invitation.meeting_id])
    return found


def listed_of(world, letter: str, agency: str) -> PartnershipAgency:
    key = world.partnerships[letter], world.agencies[f"{letter}.{agency}"]
    return db.session.get_one(PartnershipAgency, key)


def test_contacts_are_listed_exactly_where_they_may_be_viewed(contacts, onlookers, ids):
    for onlooker in onlookers:
        may = {number for number, row in contacts.items() if return_links.may_view_contact(onlooker.viewer, row)}
        assert ids(return_links.contacts_visible_to(onlooker.viewer)) == may, onlooker.name


def test_links_are_listed_exactly_where_they_may_be_viewed(links, onlookers, ids):
    for onlooker in onlookers:
        may = {number for number, row in links.items() if return_links.may_view(onlooker.viewer, *row)}
        assert ids(return_links.visible_to(onlooker.viewer)) == may, onlooker.name


def test_the_agencys_lead_and_the_coordinator_see_them(contacts, links, onlookers, world):
    school = contacts[world.contacts["a.school"]]
    link = links[world.return_links["a.initial/school"]]
    expected = {"school.lead", "coordinator"}
    assert who(onlookers, lambda viewer: return_links.may_view_contact(viewer, school)) == expected
    assert who(onlookers, lambda viewer: return_links.may_view(viewer, *link)) == expected
    assert who(onlookers, lambda viewer: return_links.may_withdraw(viewer, *link)) == expected
    # Who rings up is asked by whoever can look up whom they are talking to.
    assert who(onlookers, lambda viewer: return_links.may_read_out(viewer, *link)) == {"coordinator"}


def test_who_names_people_and_who_switches_links_off(onlookers, world):
    school = listed_of(world, "a", "school")
    assert who(onlookers, lambda viewer: return_links.may_keep_contacts(viewer, school)) == {
        "school.lead",
        "coordinator",
    }
    assert who(onlookers, lambda viewer: return_links.may_switch(viewer, school)) == {"school.lead"}


def test_links_are_made_until_the_register_is_closed_and_not_where_they_are_switched_off(rows, onlookers, world):
    listed = listed_of(world, "a", "school")
    for key, expected in {
        "initial": {"school.lead", "coordinator"},
        "review": {"school.lead", "coordinator"},
        "past_initial": set(),
        "cancelled": set(),
    }.items():
        place = world.meeting(f"a.{key}")
        if "school" not in place.invitations:
            continue
        row = rows.invitations[place.invitations["school"].id], rows.meetings[place.id]
        assert who(onlookers, lambda viewer, r=row: return_links.may_make(viewer, *r, listed)) == expected, key
    listed.link_returns = False
    place = world.meeting("a.initial")
    row = rows.invitations[place.invitations["school"].id], rows.meetings[place.id]
    assert who(onlookers, lambda viewer: return_links.may_make(viewer, *row, listed)) == set()
    db.session.rollback()


# What a link opens, over every stem.


@pytest.fixture
def holder(world) -> Viewer:
    """Whoever holds the link to A's school's invitation to the initial conference."""
    place = world.meeting("a.initial")
    contact = db.session.get_one(AgencyContact, world.contacts["a.school"])
    one = OneInvitation(
        link_id=world.return_links["a.initial/school"],
        partnership_id=world.partnerships["a"],
        partnership_name="A",
        agency_id=world.agencies["a.school"],
        agency_name="School",
        agency_type=AgencyType.SCHOOL,
        meeting_id=place.id,
        invitation_id=place.invitations["school"].id,
    )
    return Viewer.by_link(NOW, contact.user_id, "Contact", one)


TAKEN_AWAY = {"restrictions.held_from"}
"""What is not shown, for others to leave out: the more of it, the less is seen."""


def rules() -> list[tuple[str, Any]]:
    """Every rule of every stem that says which rows a viewer sees, and needs nothing but the viewer to say it."""
    found = []
    for module in pkgutil.iter_modules(access.__path__):
        stem = importlib.import_module(f"portal.access.{module.name}")
        for name, rule in inspect.getmembers(stem, inspect.isfunction):
            # `make mutants` lays broken copies of each rule beside it.
            if name.startswith("_") or "__mutmut_" in name or rule.__module__ != stem.__name__:
                continue
            signature = inspect.signature(rule)
            if f"{module.name}.{name}" in TAKEN_AWAY:
                continue
            if str(signature.return_annotation).startswith("Select") and list(signature.parameters) == ["viewer"]:
                found.append((f"{module.name}.{name}", rule))
    return found


RULES = rules()


def test_the_rules_are_found():
    names = {name for name, _rule in RULES}
    assert {"meetings.visible_to", "cases.children_visible_to", "notices.mails_visible_to", "plans.counted_for"} < names
    assert len(names) > 50


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[name for name, _rule in RULES])
def test_a_link_opens_one_invitation_and_nothing_else(name, rule, holder, world):
    seen = {(type(row).__name__, *inspect_rows(row).identity) for row in db.session.scalars(rule(holder))}
    allowed = {
        ("Invitation", holder.link.invitation_id),
        # In which partnership it is, and nothing of what is in it.
        ("Partnership", holder.link.partnership_id),
    }
    assert seen <= allowed, name


def test_each_of_these_rules_shows_something_to_somebody(onlookers):
    """A rule that shows nobody anything would prove nothing above."""
    empty = set()
    for name, rule in RULES:
        if not any(db.session.scalars(rule(onlooker.viewer).limit(1)).first() for onlooker in onlookers):
            empty.add(name)
    assert empty <= EMPTY_IN_THE_WORLD


EMPTY_IN_THE_WORLD = {
    "activity.readings_visible_to",
    "identities.visible_to",
    "improvement.months_visible_to",
    "named_people.known_to_exist",
    "named_people.visible_to",
    "plans.checks_visible_to",
    "registers.closings_visible_to",
    "restrictions.to_review",
    "samples.tools_visible_to",
    "signing_keys.own_visible_to",
    "signing_keys.trusted_visible_to",
}


@pytest.mark.parametrize("name", sorted(EMPTY_IN_THE_WORLD))
def test_of_what_the_world_has_no_rows_a_link_asks_for_none(name, holder):
    """No row could leak there, so the rule itself is looked at: it asks the database for nothing."""
    assert str(dict(RULES)[name](holder).whereclause) in ("false", "0 = 1")


def test_it_is_the_invitation_alone(holder, ids, rows):
    assert ids(meetings.invitations_visible_to(holder)) == {holder.link.invitation_id}
    for invitation in rows.invitations.values():
        meeting = rows.meetings[invitation.meeting_id]
        is_own = invitation.id == holder.link.invitation_id
        assert meetings.may_view_invitation(holder, invitation, meeting) is is_own
        assert not meetings.may_view(holder, meeting, invitation)
        assert meetings.may_answer(holder, invitation, meeting) is is_own
        assert reports.may_write(holder, invitation, meeting, None) is is_own
        assert not families.may_say(holder, invitation, meeting, None)


def test_what_its_agency_contests_at_the_same_meeting_is_no_part_of_it(holder, ids, world, rows):
    number = world.contests["a.strategy"]
    change(Contest, number, invitation_id=holder.link.invitation_id)
    contest = db.session.get_one(Contest, number)
    row = rows.invitations[holder.link.invitation_id], rows.meetings[holder.link.meeting_id]
    assert ids(contests.visible_to(holder)) == ids(contests.outcomes_visible_to(holder)) == set()
    assert not contests.may_view(holder, contest, *row)


def test_it_may_do_four_things_and_is_never_signed_in(holder):
    assert {permission for permission in Permission if holder.may(permission)} == LINK_PERMISSIONS
    assert not holder.is_signed_in
    assert holder.membership_id is None
    assert holder.role is Role.PRACTITIONER


@pytest.mark.parametrize(
    "facts",
    [{"expectation": Expectation.NOT_RELEVANT}, {"answer": Answer.NOT_OURS}],
    ids=["not relevant", "not ours"],
)
def test_it_opens_nothing_where_the_agency_has_no_part_any_more(facts, holder, ids):
    change(Invitation, holder.link.invitation_id, **facts)
    assert ids(meetings.invitations_visible_to(holder)) == set()


def test_it_opens_no_meeting_for_named_people_only(holder, ids, rows):
    change(Meeting, holder.link.meeting_id, named_people_only=True)
    assert ids(meetings.invitations_visible_to(holder)) == set()
    meeting = db.session.get_one(Meeting, holder.link.meeting_id)
    invitation = db.session.get_one(Invitation, holder.link.invitation_id)
    assert not meetings.may_view_invitation(holder, invitation, meeting)


def test_a_report_that_a_colleague_began_stays_closed_to_it(holder, ids, rows, world):
    """In the world somebody at the surgery writes on theirs; a link to the surgery's invitation does not show it."""
    place = world.meeting("a.initial")
    surgery = replace(
        holder,
        link=replace(holder.link, agency_id=world.agencies["a.gp"], invitation_id=place.invitations["gp"].id),
    )
    report = rows.reports[place.invitations["gp"].report_id]
    invitation, meeting = rows.invitations[place.invitations["gp"].id], rows.meetings[place.id]
    assert ids(reports.visible_to(surgery)) == set()
    assert not reports.may_view(surgery, report, invitation, meeting)
    own = replace(surgery, user_id=report.saved_by_id)
    assert ids(reports.visible_to(own)) == {report.id}
    assert reports.may_view(own, report, invitation, meeting)


def test_it_is_not_kept_for_others(holder, ids, world):
    """Conditions are kept by hat: one link's must never be given to another."""
    place = world.meeting("a.initial")
    other = replace(
        holder,
        link=replace(holder.link, agency_id=world.agencies["a.police"], invitation_id=place.invitations["police"].id),
    )
    assert ids(meetings.invitations_visible_to(holder)) == {place.invitations["school"].id}
    assert ids(meetings.invitations_visible_to(other)) == {place.invitations["police"].id}
    assert ids(meetings.invitations_visible_to(replace(holder, link=None))) == set()


def test_the_rule_is_a_select(holder):
    assert all(isinstance(rule(holder), Select) for _name, rule in RULES)
