"""People and their roles: who gives what to whom, which link opens whose account, and who wins a race."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from portal.access.viewer import Hat, Viewer
from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AGENCY_ROLES, AgencyType, JoiningPurpose, Post, Role
from portal.models.activity import Activity
from portal.models.people import JoiningLink, Membership, RecoveryCode, User
from portal.models.sessions import SignInSession
from portal.services import joining, people, people_list
from portal.services.changes import changing
from portal.services.positions import Position, position_of
from tests.world import NOW

POLICE_IN_B = ("b.police.lead", "b.police.practitioner", "b.police.executive", "both")
NEW = {"email": "sam.patel@example.org", "name": "Sam Patel"}
PRACTITIONER = Position(Role.PRACTITIONER)


@pytest.fixture
def lead(world, viewer_of) -> Viewer:
    """The lead of A's surgery."""
    return viewer_of(world.person("a.gp.lead"))


@pytest.fixture
def administrator(world, viewer_of) -> Viewer:
    """A's administrator."""
    return viewer_of(world.person("a.administrator"))


@pytest.fixture
def foreign_administrator(world, viewer_of) -> Viewer:
    """B's administrator."""
    return viewer_of(world.person("b.administrator"))


@pytest.fixture
def system(world) -> Viewer:
    """What a command for partnership A is."""
    return Viewer.of_system("tests", NOW, world.partnerships["a"])


def user_of(email: str) -> User:
    db.session.rollback()
    return db.session.scalars(select(User).where(User.email == email)).one()


def membership(membership_id: int) -> Membership:
    db.session.rollback()
    return db.session.get_one(Membership, membership_id)


def current_memberships(user_id: int) -> list[Membership]:
    rows = select(Membership).where(Membership.user_id == user_id, Membership.ended_at.is_(None))
    return list(db.session.scalars(rows))


def verbs(**where: int) -> list[str]:
    rows = select(Activity.verb).order_by(Activity.chain_id, Activity.sequence)
    for name, value in where.items():
        rows = rows.where(getattr(Activity, name) == value)
    return list(db.session.scalars(rows))


def works(token: str | None) -> bool:
    """Whether a link opens anything now."""
    db.session.rollback()
    try:
        joining.open_link(token or "", NOW + timedelta(minutes=1))
    except joining.LinkOver:
        return False
    return True


def forget_password(email: str) -> None:
    with writing() as session:
        session.execute(update(User).where(User.email == email).values(password_hash=None))


def start_session(user_id: int) -> int:
    with writing() as session:
        row = SignInSession(
            token_digest=bytes([user_id % 256]) * 32,
            user_id=user_id,
            code_checked=True,
            started_at=NOW,
            last_seen_at=NOW,
        )
        session.add(row)
    return row.id


def is_over(session_id: int) -> bool:
    db.session.rollback()
    return db.session.get_one(SignInSession, session_id).ended_at is not None


def at_once(app, *calls: Callable[[], object]) -> list[object]:
    """What calls from several threads give back, or refuse, when they start together."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        with app.app_context():
            barrier.wait()
            try:
                return call()
            except Exception as refusal:
                return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class TestAdding:
    """Giving somebody a role."""

    def test_somebody_new_gets_a_link_that_works_for_three_days(self, lead):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id, post=Post.NAMED_GP)
        assert added.is_new
        assert not added.needs_other
        link = joining.open_link(added.joining_token, NOW + timedelta(days=2, hours=23))
        assert (link.email, link.name, link.purpose) == (NEW["email"], NEW["name"], JoiningPurpose.JOIN)
        with pytest.raises(joining.LinkOver):
            joining.open_link(added.joining_token, NOW + timedelta(days=3, seconds=1))
        row = membership(added.membership.id)
        assert (row.role, row.post, row.agency_id, row.ended_at) == (
            Role.PRACTITIONER,
            Post.NAMED_GP,
            lead.agency_id,
            None,
        )

    def test_it_stands_in_the_trail_by_ids(self, lead):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert verbs(subject_id=added.membership.user_id, subject="person") == ["person.added", "joining_link.made"]
        assert verbs(subject_id=added.membership.id, subject="membership") == ["membership.added"]

    def test_the_address_is_one_however_it_is_typed(self, lead, administrator):
        first = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        again = people.add_person(administrator, email="  Sam.PATEL@Example.org ", name="Somebody", role=Role.CHAIR)
        assert again.membership.user_id == first.membership.user_id
        assert user_of(NEW["email"]).name == NEW["name"]

    @pytest.mark.parametrize(
        "email", ["", "sam", "sam@", "sam@x", "a b@example.org", "sam@exаmple.org", "x" * 250 + "@a.uk"]
    )
    def test_what_is_no_address_is_refused(self, lead, email):
        with pytest.raises(Invalid) as refused:
            people.add_person(lead, email=email, name="Sam", role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert set(refused.value.errors) == {"email"}

    @pytest.mark.parametrize("name", ["", "   ", "x" * 121, "Sam\x00Patel"])
    def test_what_is_no_name_is_refused(self, lead, name):
        with pytest.raises(Invalid) as refused:
            people.add_person(lead, email="s@example.org", name=name, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert set(refused.value.errors) == {"name"}

    def test_somebody_with_a_password_gets_the_role_and_no_link(self, administrator, world):
        police = world.person("b.police.practitioner")
        added = people.add_person(
            administrator,
            email=police.email,
            name="Another Name",
            role=Role.PRACTITIONER,
            agency_id=world.agencies["a.police"],
        )
        assert (added.joining_token, added.is_new, added.needs_other) == (None, False, False)
        assert user_of(police.email).name == police.name
        assert db.session.scalar(select(func.count()).select_from(JoiningLink)) == 0

    def test_the_same_role_twice_is_refused(self, lead, world):
        gp = world.person("a.gp.practitioner")
        with pytest.raises(Invalid) as refused:
            people.add_person(lead, email=gp.email, name="x", role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert set(refused.value.errors) == {"email"}
        again = people.add_person(lead, email=gp.email, name="x", role=Role.AGENCY_LEAD, agency_id=lead.agency_id)
        assert again.membership.user_id == gp.user_id

    def test_a_role_that_has_ended_can_be_given_again_and_lets_the_person_in(self, administrator, world):
        former = world.person("a.gp.former")
        with writing() as session:
            session.execute(update(User).where(User.id == former.user_id).values(deactivated_at=NOW))
        people.add_person(
            administrator,
            email=former.email,
            name="x",
            role=Role.PRACTITIONER,
            agency_id=world.agencies["a.gp"],
        )
        assert user_of(former.email).deactivated_at is None
        assert "person.reactivated" in verbs(subject_id=former.user_id, subject="person")

    def test_teams_and_sectors_are_only_kept_for_roles_that_have_them(self, administrator, world):
        added = people.add_person(
            administrator,
            **NEW,
            role=Role.CHAIR,
            agency_id=world.agencies["a.social_care"],
            team_id=world.teams["a.east"],
            sector=AgencyType.GP,
        )
        row = membership(added.membership.id)
        assert (row.team_id, row.sector) == (None, None)

    def test_a_sector_lead_has_a_sector(self, administrator):
        added = people.add_person(administrator, **NEW, role=Role.SECTOR_LEAD, sector=AgencyType.SCHOOL)
        assert membership(added.membership.id).sector is AgencyType.SCHOOL

    @pytest.mark.parametrize("team", ["a.east", "b.east"])
    def test_a_team_is_one_of_the_agencys_own(self, administrator, lead, world, team):
        for viewer in (administrator, lead):
            with pytest.raises(Invalid) as refused:
                people.add_person(
                    viewer,
                    **NEW,
                    role=Role.PRACTITIONER,
                    agency_id=world.agencies["a.gp"],
                    team_id=world.teams[team],
                )
            assert set(refused.value.errors) == {"team_id"}


class TestEscalation:
    """Ways by which somebody might become more than they are."""

    @pytest.mark.parametrize("role", sorted(set(Role) - AGENCY_ROLES))
    def test_a_lead_gives_no_role_beyond_the_agency(self, lead, role):
        with pytest.raises(NotPermitted):
            people.add_person(lead, **NEW, role=role, agency_id=lead.agency_id)

    @pytest.mark.parametrize("agency", ["a.police", "a.other_gp", "b.gp", "b.police"])
    def test_a_lead_gives_no_role_in_another_agency(self, lead, world, agency):
        with pytest.raises(NotPermitted):
            people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=world.agencies[agency])

    def test_a_lead_gives_no_agency_role_without_an_agency(self, lead):
        with pytest.raises(NotPermitted):
            people.add_person(lead, **NEW, role=Role.PRACTITIONER)

    def test_an_administrator_gives_no_role_in_an_agency_of_another_partnership(self, administrator, world):
        with pytest.raises(NotVisible):
            people.add_person(administrator, **NEW, role=Role.PRACTITIONER, agency_id=world.agencies["b.gp"])
        with pytest.raises(NotVisible):
            people.add_person(administrator, **NEW, role=Role.CHAIR, agency_id=world.agencies["b.gp"])

    def test_an_agency_role_needs_an_agency(self, administrator):
        with pytest.raises(Invalid) as refused:
            people.add_person(administrator, **NEW, role=Role.AGENCY_LEAD)
        assert set(refused.value.errors) == {"agency_id"}

    @pytest.mark.parametrize("key", ["a.gp.practitioner", "a.chair", "a.coordinator", "a.business_manager", "a.board"])
    def test_who_looks_after_nobody_gives_nothing(self, viewer_of, world, key):
        viewer = viewer_of(world.person(key))
        with pytest.raises(NotPermitted):
            people.add_person(viewer, **NEW, role=Role.PRACTITIONER, agency_id=world.agencies["a.gp"])
        for change in (
            lambda row: people.change_membership(viewer, row, PRACTITIONER, version=1),
            lambda row: people.end_membership(viewer, row),
            lambda row: people.reissue_password_link(viewer, row),
            lambda row: people.reset_authenticator(viewer, row),
        ):
            with pytest.raises(NotVisible):
                change(world.person("a.gp.practitioner").hat.membership_id)

    def test_nobody_gives_a_role_to_themselves(self, administrator, lead, world):
        with pytest.raises(NotPermitted):
            people.add_person(administrator, email=administrator.email, name="x", role=Role.CHAIR)
        with pytest.raises(NotPermitted):
            people.add_person(
                lead, email=lead.email.upper(), name="x", role=Role.PRACTITIONER, agency_id=lead.agency_id
            )

    def test_nobody_changes_ends_or_reissues_their_own(self, administrator, lead):
        for viewer in (administrator, lead):
            own = viewer.membership_id
            with pytest.raises(NotPermitted):
                people.change_membership(viewer, own, Position(Role.PRACTITIONER), version=1)
            with pytest.raises(NotPermitted):
                people.end_membership(viewer, own)
            with pytest.raises(NotPermitted):
                people.reissue_password_link(viewer, own)
            with pytest.raises(NotPermitted):
                people.reset_authenticator(viewer, own)
            assert membership(own).ended_at is None

    def test_a_lead_makes_nobody_of_the_agency_more_than_a_lead(self, lead, world):
        row = membership(world.person("a.gp.practitioner").hat.membership_id)
        for role in set(Role) - AGENCY_ROLES:
            with pytest.raises(NotPermitted):
                people.change_membership(lead, row.id, Position(role), version=row.version)
        assert people.change_membership(lead, row.id, Position(Role.AGENCY_LEAD), version=row.version)

    @pytest.mark.parametrize(
        "key", ["a.other_gp.practitioner", "a.chair", "a.administrator", "b.gp.practitioner", "both"]
    )
    def test_a_lead_reaches_nobody_elsewhere(self, lead, world, key):
        row = world.person(key).hat.membership_id
        for act in (
            lambda: people.change_membership(lead, row, PRACTITIONER, version=1),
            lambda: people.end_membership(lead, row),
            lambda: people.reissue_password_link(lead, row),
            lambda: people.reset_authenticator(lead, row),
            lambda: people.find_membership(lead, row),
            lambda: people_list.find_person(lead, row),
        ):
            with pytest.raises(NotVisible):
                act()

    def test_an_administrator_reaches_nobody_of_another_partnership(self, administrator, world):
        for key in ("b.gp.practitioner", "b.administrator", "b.chair"):
            row = world.person(key).hat.membership_id
            for act in (
                lambda row=row: people.change_membership(administrator, row, PRACTITIONER, version=1),
                lambda row=row: people.end_membership(administrator, row),
                lambda row=row: people.reissue_password_link(administrator, row),
                lambda row=row: people.reset_authenticator(administrator, row),
            ):
                with pytest.raises(NotVisible):
                    act()

    def test_a_person_of_two_partnerships_is_let_in_anew_by_neither(self, administrator, foreign_administrator, world):
        both = world.person("both")
        for viewer, hat in zip((administrator, foreign_administrator), both.hats, strict=True):
            with pytest.raises(NotPermitted):
                people.reissue_password_link(viewer, hat.membership_id)
            with pytest.raises(NotPermitted):
                people.reset_authenticator(viewer, hat.membership_id)
        assert user_of(both.email).totp_secret == both.totp_secret

    def test_a_lead_does_not_take_over_a_chair_who_also_works_in_the_agency(self, lead, administrator, world):
        chair = world.person("a.chair")
        added = people.add_person(
            lead, email=chair.email, name="x", role=Role.PRACTITIONER, agency_id=world.agencies["a.gp"]
        )
        with pytest.raises(NotPermitted):
            people.reissue_password_link(lead, added.membership.id)
        with pytest.raises(NotPermitted):
            people.reset_authenticator(lead, added.membership.id)
        assert people.reissue_password_link(administrator, added.membership.id)

    def test_a_lead_is_not_handed_the_link_of_a_chair_who_has_not_joined_yet(self, lead, administrator):
        invited = people.add_person(administrator, **NEW, role=Role.CHAIR)
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert added.joining_token is None
        assert added.needs_other
        assert not works(invited.joining_token)
        assert works(people.reissue_password_link(administrator, added.membership.id))

    def test_a_link_ends_when_its_owner_becomes_more(self, lead, administrator):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert works(added.joining_token)
        row = membership(added.membership.id)
        people.change_membership(administrator, row.id, Position(Role.CHAIR), version=row.version)
        assert not works(added.joining_token)

    def test_a_new_password_link_ends_when_its_owner_gets_another_role(self, lead, administrator, world):
        gp = world.person("a.gp.practitioner")
        token = people.reissue_password_link(lead, gp.hat.membership_id)
        assert works(token)
        people.add_person(administrator, email=gp.email, name="x", role=Role.CHAIR)
        assert not works(token)

    def test_a_link_goes_on_when_only_the_post_changes(self, lead):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        row = membership(added.membership.id)
        people.change_membership(lead, row.id, Position(Role.PRACTITIONER, Post.NAMED_GP), version=row.version)
        assert works(added.joining_token)

    def test_a_viewer_without_a_hat_gives_nothing(self, world):
        nobody = Viewer(now=NOW, user_id=world.person("a.administrator").user_id)
        with pytest.raises(NotPermitted):
            people.add_person(nobody, **NEW, role=Role.CHAIR)
        with pytest.raises(NotPermitted):
            people.add_person(Viewer.of_system("tests", NOW), **NEW, role=Role.CHAIR)

    def test_only_whoever_runs_the_portal_reissues_by_address(self, administrator, world):
        with pytest.raises(NotPermitted):
            people.reissue_by_operator(administrator, world.person("a.gp.practitioner").email)


class TestChanging:
    """Another role, post, team or sector."""

    def test_it_is_stored_logged_and_ends_their_sessions(self, administrator, world):
        person = world.person("a.social_care.practitioner")
        session_id = start_session(person.user_id)
        other = start_session(world.person("a.gp.lead").user_id)
        row = membership(person.hat.membership_id)
        wanted = Position(Role.PRACTITIONER, Post.TEAM_MANAGER, world.teams["a.west"])
        assert people.change_membership(administrator, row.id, wanted, version=row.version)
        assert position_of(membership(row.id)) == wanted
        assert is_over(session_id)
        assert not is_over(other)
        assert verbs(subject_id=row.id, subject="membership") == ["membership.changed"]

    def test_changing_nothing_is_nothing(self, administrator, world):
        person = world.person("a.gp.practitioner")
        session_id = start_session(person.user_id)
        row = membership(person.hat.membership_id)
        assert not people.change_membership(administrator, row.id, position_of(row), version=row.version)
        assert not is_over(session_id)
        assert verbs(subject_id=row.id, subject="membership") == []

    def test_the_later_of_two_is_told_what_the_earlier_chose(self, administrator, lead, world):
        row = membership(world.person("a.gp.practitioner").hat.membership_id)
        version = row.version
        people.change_membership(administrator, row.id, Position(Role.PRACTITIONER, Post.NAMED_GP), version=version)
        with pytest.raises(Conflict) as lost:
            people.change_membership(lead, row.id, Position(Role.AGENCY_LEAD), version=version)
        assert lost.value.mine == {"Role": "Agency lead", "Post": "", "Team": "", "Sector": ""}
        assert lost.value.theirs == {"Role": "Practitioner", "Post": "Named GP", "Team": "", "Sector": ""}
        assert membership(row.id).role is Role.PRACTITIONER

    def test_of_two_at_once_one_is_told(self, app, administrator, lead, world):
        row = world.person("a.gp.practitioner").hat.membership_id
        version = membership(row).version
        db.session.rollback()
        results = at_once(
            app,
            lambda: people.change_membership(
                administrator, row, Position(Role.PRACTITIONER, Post.HEAD), version=version
            ),
            lambda: people.change_membership(lead, row, Position(Role.PRACTITIONER, Post.NAMED_GP), version=version),
        )
        assert sorted(type(result) for result in results if result is not True) == [Conflict]
        assert verbs(subject_id=row, subject="membership") == ["membership.changed"]

    def test_a_role_that_the_person_has_already_is_refused(self, administrator, world):
        gp = world.person("a.gp.practitioner")
        people.add_person(
            administrator, email=gp.email, name="x", role=Role.AGENCY_LEAD, agency_id=world.agencies["a.gp"]
        )
        row = membership(gp.hat.membership_id)
        with pytest.raises(Invalid):
            people.change_membership(administrator, row.id, Position(Role.AGENCY_LEAD), version=row.version)

    def test_an_agency_role_is_not_given_to_somebody_without_an_agency(self, administrator, world):
        row = membership(world.person("a.chair").hat.membership_id)
        with pytest.raises(Invalid):
            people.change_membership(administrator, row.id, Position(Role.PRACTITIONER), version=row.version)

    def test_what_has_ended_is_not_changed(self, administrator, world):
        row = membership(world.person("a.gp.former").hat.membership_id)
        with pytest.raises(NotPermitted):
            people.change_membership(administrator, row.id, Position(Role.AGENCY_LEAD), version=row.version)


class TestEnding:
    """A role that is over."""

    def test_the_last_role_deactivates_the_person(self, lead, world):
        gp = world.person("a.gp.practitioner")
        session_id = start_session(gp.user_id)
        token = people.reissue_password_link(lead, gp.hat.membership_id)
        assert people.end_membership(lead, gp.hat.membership_id)
        assert user_of(gp.email).deactivated_at == NOW
        assert membership(gp.hat.membership_id).ended_at == NOW
        assert is_over(session_id)
        assert not works(token)
        assert verbs(subject_id=gp.user_id, subject="person")[-1] == "person.deactivated"

    def test_a_link_of_somebody_who_left_stays_dead_when_they_come_back(self, lead, world):
        gp = world.person("a.gp.practitioner")
        token = people.reissue_password_link(lead, gp.hat.membership_id)
        people.end_membership(lead, gp.hat.membership_id)
        people.add_person(lead, email=gp.email, name="x", role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert not works(token)

    def test_another_role_keeps_the_person(self, administrator, world):
        both = world.person("both")
        assert not people.end_membership(administrator, both.hats[0].membership_id)
        assert user_of(both.email).deactivated_at is None
        assert membership(both.hats[1].membership_id).ended_at is None

    def test_ending_twice_ends_once(self, lead, world):
        gp = world.person("a.gp.practitioner").hat.membership_id
        assert people.end_membership(lead, gp)
        later = replace(lead, now=NOW + timedelta(hours=1))
        assert not people.end_membership(later, gp)
        assert membership(gp).ended_at == NOW
        assert verbs(subject_id=gp, subject="membership") == ["membership.ended"]

    def test_somebody_who_is_given_a_role_while_their_last_one_ends_stays(self, app, administrator, lead, world):
        gp = world.person("a.gp.practitioner")
        db.session.rollback()
        at_once(
            app,
            lambda: people.end_membership(lead, gp.hat.membership_id),
            lambda: people.add_person(administrator, email=gp.email, name="x", role=Role.CHAIR),
        )
        user = user_of(gp.email)
        assert [row.role for row in current_memberships(user.id)] == [Role.CHAIR]
        assert user.deactivated_at is None


class TestLettingIn:
    """New links and authenticators."""

    def test_a_new_link_ends_the_one_before(self, lead, administrator, world):
        gp = world.person("a.gp.practitioner").hat.membership_id
        first, second = people.reissue_password_link(lead, gp), people.reissue_password_link(administrator, gp)
        assert not works(first)
        assert works(second)

    def test_the_link_says_what_it_is_for(self, lead, world):
        gp = world.person("a.gp.practitioner")
        token = people.reissue_password_link(lead, gp.hat.membership_id)
        assert joining.open_link(token, NOW).purpose is JoiningPurpose.NEW_PASSWORD
        forget_password(gp.email)
        token = people.reissue_password_link(lead, gp.hat.membership_id)
        assert joining.open_link(token, NOW).purpose is JoiningPurpose.JOIN

    def test_a_reset_authenticator_leaves_nothing_of_the_old_one(self, lead, world):
        gp = world.person("a.gp.practitioner")
        session_id = start_session(gp.user_id)
        with writing() as session:
            session.add(RecoveryCode(user_id=gp.user_id, code_digest=bytes(32)))
            session.add(RecoveryCode(user_id=lead.user_id, code_digest=bytes(32)))
        people.reset_authenticator(lead, gp.hat.membership_id)
        user = user_of(gp.email)
        assert (user.totp_secret, user.totp_confirmed_at, user.totp_last_step) == (None, None, None)
        assert user.password_hash is not None
        assert is_over(session_id)
        assert list(db.session.scalars(select(RecoveryCode.user_id))) == [lead.user_id]
        assert verbs(subject_id=gp.user_id, subject="person") == ["person.authenticator_reset"]

    def test_the_operators_link_stands_in_every_partnerships_trail(self, world):
        both = world.person("both")
        assert works(people.reissue_by_operator(Viewer.of_system("people reissue", NOW), both.email))
        for letter in ("a", "b"):
            logged = verbs(subject_id=both.user_id, partnership_id=world.partnerships[letter])
            assert logged == ["joining_link.made"]

    def test_the_operator_cannot_let_in_whom_nobody_knows(self, world):
        operator = Viewer.of_system("people reissue", NOW)
        with pytest.raises(NotVisible):
            people.reissue_by_operator(operator, "nobody@example.org")
        with pytest.raises(Invalid):
            people.reissue_by_operator(operator, world.person("a.gp.former").email)
        with pytest.raises(Invalid):
            people.reissue_by_operator(operator, "not an address")

    def test_the_operator_is_handed_the_link_even_where_others_invited(self, administrator, world):
        people.add_person(administrator, **NEW, role=Role.CHAIR)
        system_b = Viewer.of_system("people invite", NOW, world.partnerships["b"])
        assert people.add_person(system_b, **NEW, role=Role.CHAIR).joining_token


class TestRaces:
    """Two people who do the same at once."""

    def test_two_who_add_the_same_address_make_one_person(self, app, administrator, lead):
        db.session.rollback()
        results = at_once(
            app,
            lambda: people.add_person(administrator, **NEW, role=Role.CHAIR),
            lambda: people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id),
        )
        assert [result for result in results if isinstance(result, Exception)] == []
        assert len({result.membership.user_id for result in results}) == 1
        assert sum(result.is_new for result in results) == 1
        # Whoever comes second sees the first one's role: a lead is handed a link only while the person is no chair yet.
        tokens = [result.joining_token for result in results if works(result.joining_token)]
        chairs_first = results[1].joining_token is None
        assert tokens == ([] if chairs_first else [results[0].joining_token])

    def test_the_same_role_given_twice_at_once_is_given_once(self, app, lead):
        db.session.rollback()
        call = lambda: people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)  # noqa: E731
        results = at_once(app, call, call, call)
        assert sorted(type(result).__name__ for result in results) == ["Added", "Invalid", "Invalid"]
        user = user_of(NEW["email"])
        assert len(current_memberships(user.id)) == 1

    def test_of_two_administrators_who_end_each_other_one_is_left(self, app, administrator, system):
        second = people.add_person(system, **NEW, role=Role.ADMINISTRATOR).membership
        hat = replace(administrator.hat, membership_id=second.id)
        other = replace(administrator, user_id=second.user_id, email=NEW["email"], hat=hat, hats=(hat,))
        second_id, first_id = second.id, administrator.membership_id
        db.session.rollback()
        results = at_once(
            app,
            lambda: people.end_membership(administrator, second_id),
            lambda: people.end_membership(other, first_id),
        )
        assert sorted(str(type(result).__name__) for result in results) == ["NotPermitted", "bool"]
        ended = [membership(row).ended_at is not None for row in (first_id, second_id)]
        assert sorted(ended) == [False, True]

    def test_two_who_let_each_other_in_anew_wait_for_nobody(self, app, administrator, system):
        second = people.add_person(system, **NEW, role=Role.ADMINISTRATOR).membership
        hat = replace(administrator.hat, membership_id=second.id)
        other = replace(administrator, user_id=second.user_id, email=NEW["email"], hat=hat, hats=(hat,))
        second_id, first_id = second.id, administrator.membership_id
        for _ in range(5):
            db.session.rollback()
            results = at_once(
                app,
                lambda: people.reissue_password_link(administrator, second_id),
                lambda: people.reissue_password_link(other, first_id),
            )
            assert [type(result) for result in results] == [str, str]

    def test_what_somebody_sends_after_their_own_role_changed_is_refused(self, administrator, lead, world):
        row = membership(lead.membership_id)
        people.change_membership(administrator, row.id, Position(Role.PRACTITIONER), version=row.version)
        gp = world.person("a.gp.practitioner").hat.membership_id
        with pytest.raises(NotPermitted):
            people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        for act in (
            lambda: people.end_membership(lead, gp),
            lambda: people.reissue_password_link(lead, gp),
            lambda: people.reset_authenticator(lead, gp),
            lambda: people.change_membership(lead, gp, Position(Role.AGENCY_LEAD), version=membership(gp).version),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert membership(gp).ended_at is None
        assert db.session.scalar(select(User).where(User.email == NEW["email"])) is None


class TestTheList:
    """What the pages show."""

    def test_a_lead_sees_the_agency_and_an_administrator_the_partnership(self, lead, administrator, world):
        names = {row.name for row in people_list.list_people(lead).rows}
        assert names == {world.person(key).name for key in ("a.gp.lead", "a.gp.practitioner", "a.gp.deactivated")}
        everybody = people_list.list_people(administrator)
        assert everybody.total == len(world.everybody("a")) - 1  # one role has ended
        assert world.person("both").name in {row.name for row in everybody.rows}
        assert not any("ZQ-B-" in row.name for row in everybody.rows)

    def test_it_is_narrowed_by_words_role_agency_and_state(self, administrator, world):
        def names(**wanted: object) -> set[str]:
            return {row.name for row in people_list.list_people(administrator, **wanted).rows}

        assert names(search="zq-a-chair") == {world.person("a.chair").name}
        assert names(search=world.person("a.board").email.upper()) == {world.person("a.board").name}
        assert names(search="%") == set()
        assert names(search="ZQ-B-") == set()
        assert names(role=Role.CHAIR) == {world.person("a.chair").name, world.person("a.second_chair").name}
        assert names(agency_id=world.agencies["a.school"]) == {
            world.person(f"a.school.{name}").name for name in ("lead", "practitioner", "head", "governor")
        }
        assert names(ended=True) == {world.person("a.gp.former").name}
        assert names(agency_id=world.agencies["b.gp"]) == set()

    def test_it_has_pages_of_fifty(self, administrator, world):
        with writing() as session:
            for number in range(60):
                user = User(email=f"p{number}@example.org", name=f"Person {number:02}", created_at=NOW)
                session.add(user)
                session.flush()
                session.add(
                    Membership(
                        partnership_id=world.partnerships["a"],
                        user_id=user.id,
                        agency_id=world.agencies["a.gp"],
                        role=Role.PRACTITIONER,
                        created_at=NOW,
                    )
                )
        first, second, beyond = (
            people_list.list_people(administrator, search="Person", page=page) for page in (1, 2, 10**30)
        )
        assert (first.total, len(first.rows), len(second.rows)) == (60, 50, 10)
        assert {row.id for row in first.rows}.isdisjoint(row.id for row in second.rows)
        assert (beyond.number, beyond.rows) == (2, second.rows)
        assert people_list.list_people(administrator, search="Person", page=-3).number == 1

    def test_it_takes_the_same_queries_for_one_person_as_for_fifty(self, administrator, world, count_queries):
        with count_queries() as few:
            people_list.list_people(administrator, search="zq-a-chair")
        with count_queries() as many:
            people_list.list_people(administrator)
        assert len(few) == len(many) == 2

    def test_somebody_without_a_password_is_invited_and_their_link_is_shown_to_be_open(self, lead):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        entry = people_list.find_person(lead, added.membership.id)
        assert entry.row.standing is people_list.Standing.INVITED
        assert entry.link_until == NOW + timedelta(days=3)
        assert (
            people_list.find_person(replace(lead, now=NOW + timedelta(days=4)), added.membership.id).link_until is None
        )

    def test_a_person_page_shows_only_roles_that_the_viewer_sees(self, administrator, lead, world):
        both = world.person("both")
        entry = people_list.find_person(administrator, both.hats[0].membership_id)
        assert entry.other_roles == []
        assert (entry.may_change, entry.may_reissue) == (True, False)
        chair = people.add_person(
            administrator, email=world.person("a.gp.practitioner").email, name="x", role=Role.CHAIR
        )
        gp = world.person("a.gp.practitioner").hat.membership_id
        assert [row.id for row in people_list.find_person(administrator, gp).other_roles] == [chair.membership.id]
        seen_by_lead = people_list.find_person(lead, gp)
        assert seen_by_lead.other_roles == []
        assert not seen_by_lead.may_reissue

    def test_agencies_that_rest_on_one_person_are_named(self, administrator, lead, world):
        assert people_list.lone_agencies(administrator) == []
        with changing(administrator) as change:
            change.session.execute(
                update(Membership)
                .where(Membership.id == world.person("a.gp.practitioner").hat.membership_id)
                .values(ended_at=NOW)
            )
            change.log("membership.ended", "membership", None)
        alone = [(agency.id, agency.name) for agency in people_list.lone_agencies(administrator)]
        # The surgery's third person is deactivated, and so answers nothing.
        assert alone == [(world.agencies["a.gp"], world.agency_names["a.gp"])]
        assert [agency.id for agency in people_list.lone_agencies(lead)] == [world.agencies["a.gp"]]
        assert people_list.lone_agencies(administrator, world.agencies["a.school"]) == []

    def test_a_hat_in_another_partnership_opens_nothing_here(self, world, viewer_of):
        lead_in_b: Hat = world.person("both").hats[1]
        viewer = viewer_of(world.person("both"), hat=lead_in_b)
        names = {row.name for row in people_list.list_people(viewer).rows}
        assert names == {world.person(key).name for key in POLICE_IN_B}
