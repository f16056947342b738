"""Who somebody is, under which hat, and what day it is for them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.vocabulary import Role
from tests.world import NOW

POLICE = Hat(1, 10, "Eastern", Role.PRACTITIONER, agency_id=5, agency_name="Police")
CHAIR = Hat(2, 20, "Western", Role.CHAIR)


def test_a_person_wears_only_what_is_theirs():
    viewer = Viewer(now=NOW, user_id=1, hat=POLICE, hats=(POLICE, CHAIR))
    other = viewer.wearing(2)
    assert other is not None
    assert (other.partnership_id, other.membership_id, other.agency_id, other.role) == (20, 2, None, Role.CHAIR)
    assert (other.partnership_name, other.agency_name, other.has_other_hats) == ("Western", "", True)
    assert viewer.wearing(3) is None


def test_permissions_are_those_of_the_hat_that_is_worn():
    viewer = Viewer(now=NOW, user_id=1, hat=POLICE, hats=(POLICE, CHAIR))
    assert viewer.may(Permission.REPORTS_WRITE)
    assert not viewer.may(Permission.REGISTER_KEEP)
    worn = viewer.wearing(2)
    assert worn is not None
    assert worn.may(Permission.REGISTER_KEEP)
    assert not worn.may(Permission.REPORTS_WRITE)


def test_nobody_may_nothing():
    nobody = Viewer.nobody(NOW)
    assert not any(nobody.may(permission) for permission in Permission)
    assert (nobody.is_signed_in, nobody.is_system, nobody.has_other_hats) == (False, False, False)
    assert (nobody.partnership_id, nobody.role, nobody.agency_id, nobody.membership_id) == (None, None, None, None)
    assert (nobody.partnership_name, nobody.agency_name) == ("", "")


def test_a_password_alone_is_no_sign_in():
    assert not Viewer(now=NOW, user_id=1, code_pending=True).is_signed_in
    assert Viewer(now=NOW, user_id=1).is_signed_in


def test_a_command_may_everything_for_one_partnership():
    system = Viewer.of_system("nightly", NOW, 10)
    assert (system.is_system, system.is_signed_in, system.partnership_id) == (True, False, 10)
    assert all(system.may(permission) for permission in Permission)


def test_today_is_londons():
    assert Viewer.nobody(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)).today == date(2026, 7, 1)
    assert Viewer.nobody(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)).today == date(2026, 12, 31)
