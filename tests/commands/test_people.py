"""`flask people`: how the first administrator gets in, and how somebody gets back in when nobody else can."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from portal.access.roles import CODE_ROLES
from portal.database.session import db
from portal.domain.vocabulary import AGENCY_ROLES, AgencyType, Role
from portal.models.people import Membership, User
from portal.services import joining

A = ("--partnership", "ZQ-A-PARTNERSHIP-QZ")
PASSWORD = "walnut harbour 93 cello"


def token_of(link: str) -> str:
    assert link.startswith("http://localhost/join/"), link
    return link.strip().removeprefix("http://localhost/join/")


def membership_of(email: str) -> Membership:
    db.session.rollback()
    rows = select(Membership).join(User, User.id == Membership.user_id).where(User.email == email)
    return db.session.scalars(rows).one()


def refused(done) -> str:
    assert done.exit_code == 2
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_invite_prints_a_joining_link_alone(command, world):
    done = command("people", "invite", "First.Admin@example.org", *A, "--role", "administrator")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    link = joining.open_link(token_of(done.stdout), datetime.now(UTC))
    assert (link.email, link.name) == ("first.admin@example.org", "First Admin")
    row = membership_of("first.admin@example.org")
    assert (row.role, row.partnership_id, row.agency_id) == (Role.ADMINISTRATOR, world.partnerships["a"], None)


def test_the_first_administrator_of_a_new_partnership_gets_in(command, client):
    command("partnerships", "create", "Northmoor")
    done = command("people", "invite", "ada@example.org", "--partnership", "Northmoor", "--role", "administrator")
    joined = client.submit(f"/join/{token_of(done.stdout)}", name="Ada", password=PASSWORD)
    assert joined.status_code in (302, 303), joined.get_data(as_text=True)
    assert Role.ADMINISTRATOR in CODE_ROLES
    assert joined.location.startswith("/sign-in/set-up-code")


@pytest.mark.parametrize("role", sorted(Role))
def test_every_role_can_be_invited(command, world, role):
    agency = ("--agency", world.agency_codes["a.gp"]) if role in AGENCY_ROLES else ()
    post = ("--post", "governor") if role is Role.SIGNATORY else ()
    done = command("people", "invite", "new@example.org", *A, "--role", role.value, *agency, *post)
    assert done.exit_code == 0, done.stderr
    assert membership_of("new@example.org").role is role


def test_name_and_sector_may_be_given(command):
    done = command(
        *("people", "invite", "new@example.org", *A, "--role", "sector_lead", "--sector", "gp", "--name", "Dr Okafor")
    )
    assert joining.open_link(token_of(done.stdout), datetime.now(UTC)).name == "Dr Okafor"
    assert membership_of("new@example.org").sector is AgencyType.GP


def test_somebody_with_a_password_needs_no_link(command, world):
    police = world.person("b.police.practitioner")
    done = command(
        *("people", "invite", police.email, *A, "--role", "practitioner", "--agency", world.agency_codes["a.police"])
    )
    assert (done.exit_code, done.stdout) == (0, "")
    assert "has a password already" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("nobody", *A, "--role", "chair"), "email address"),
        (("new@example.org", "--partnership", "Nowhere", "--role", "chair"), "Nowhere"),
        (("new@example.org", *A, "--role", "king"), "king"),
        (("new@example.org", *A, "--role", "practitioner"), "--agency"),
        (("new@example.org", *A, "--role", "practitioner", "--agency", "NONE"), "NONE"),
        (("new@example.org", *A, "--role", "practitioner", "--agency", "ZQ-B-CODE-GP-QZ"), "ZQ-B-CODE-GP-QZ"),
        (("new@example.org", *A, "--role", "sector_lead", "--sector", "king"), "king"),
        (("new@example.org", *A, "--role", "signatory", "--agency", "ZQ-A-CODE-GP-QZ"), "--post"),
        (("new@example.org", *A, "--role", "chair", "--post", "king"), "king"),
        (("new@example.org", *A, "--role", "chair", "--name", " "), "name"),
        (("zq-a-chair-qz@example.org", *A, "--role", "chair"), "already"),
        (("new@example.org", *A), "--role"),
        (("new@example.org", "--role", "chair"), "--partnership"),
        ((*A, "--role", "chair"), "EMAIL"),
    ],
)
def test_bad_use_says_why_in_one_line_and_adds_nobody(command, arguments, word):
    before = db.session.scalar(select(func.count()).select_from(Membership))
    assert word in refused(command("people", "invite", *arguments))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Membership)) == before
    assert db.session.scalar(select(User).where(User.email == "new@example.org")) is None


def test_reissue_prints_a_new_link_and_ends_the_one_before(command):
    first = token_of(command("people", "invite", "new@example.org", *A, "--role", "chair").stdout)
    second = token_of(command("people", "reissue", "NEW@example.org").stdout)
    now = datetime.now(UTC)
    assert joining.open_link(second, now).email == "new@example.org"
    with pytest.raises(joining.LinkOver):
        joining.open_link(first, now)


def test_reissue_lets_in_somebody_of_two_partnerships_whom_no_administrator_may(command, world):
    both = world.person("both")
    token = token_of(command("people", "reissue", both.email).stdout)
    assert joining.open_link(token, datetime.now(UTC)).user_id == both.user_id


@pytest.mark.parametrize("email", ["nobody@example.org", "nobody", "zq-a-gp-former-qz@example.org"])
def test_reissue_for_nobody_says_why_in_one_line(command, email):
    assert refused(command("people", "reissue", email))
