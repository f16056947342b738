"""People of agencies who need no account: named, changed and removed."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership, User
from portal.models.return_links import AgencyContact
from portal.services.return_links import contacts
from tests.services.rows import stored, trail


def name(viewer, world, **given):
    typed = {"name": "Jo Field", "email": "jo.field@surgery.example", "telephone": "07700 900456", **given}
    return contacts.name_contact(viewer, world.agencies["a.gp"], **typed)


def test_a_lead_names_somebody_who_can_never_sign_in(world, lead):
    contact = stored(AgencyContact, name(lead, world))
    assert contact.telephone == "+447700900456"
    user = db.session.get_one(User, contact.user_id)
    assert (user.name, user.email, user.password_hash) == ("Jo Field", "jo.field@surgery.example", None)
    assert db.session.scalar(select(func.count()).where(Membership.user_id == user.id)) == 0
    assert trail("agency_contact.named", contact.id) == 1


def test_a_telephone_is_encrypted(world, lead):
    contact_id = name(lead, world)
    raw = db.session.execute(select(AgencyContact.__table__.c.telephone).where(AgencyContact.id == contact_id))
    assert raw.scalar_one() == "+447700900456"
    with db.engine.connect() as connection:
        stored_bytes = connection.exec_driver_sql(
            f"SELECT telephone FROM agency_contacts WHERE id = {contact_id}"
        ).scalar_one()
    assert b"900456" not in bytes(stored_bytes)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "  "}, "name"),
        ({"email": "jo.field"}, "email"),
        ({"email": "jo.field@gmail.com"}, "email"),
        ({"telephone": "020 7946 0018"}, "telephone"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(world, lead, given, field):
    with pytest.raises(Invalid) as refused:
        name(lead, world, **given)
    assert list(refused.value.errors) == [field]


def test_nobody_is_named_twice_nor_where_they_have_an_account_nor_oneself(world, lead, coordinator):
    name(lead, world)
    people = [world.person("a.chair").email, world.person("a.gp.practitioner").email]
    for email in ("jo.field@surgery.example", coordinator.email, *people):
        with pytest.raises(Invalid):
            name(coordinator, world, email=email)
    listed = db.session.get_one(PartnershipAgency, (world.partnerships["a"], world.agencies["a.gp"]))
    if listed.email:
        with pytest.raises(Invalid):
            name(lead, world, email=listed.email)


def test_whose_account_is_in_another_partnership_keeps_their_name(world, lead):
    other = world.person("b.gp.lead")
    contact = stored(AgencyContact, name(lead, world, email=other.email))
    assert contact.user_id == other.user_id
    assert db.session.get_one(User, other.user_id).name == other.name


def test_strangers_name_nobody(world, viewer):
    for key in ("a.school.lead", "b.gp.lead", "b.coordinator", "a.gp.practitioner", "a.chair"):
        with pytest.raises((NotVisible, NotPermitted)):
            name(viewer(key), world)


def test_a_number_is_changed_on_what_was_seen_and_a_contact_is_ended(world, lead):
    contact_id, agency_id = name(lead, world), world.agencies["a.gp"]
    version = contacts.find_contact(lead, agency_id, contact_id).version
    assert contacts.change_telephone(lead, agency_id, contact_id, "07700 900999", version)
    assert not contacts.change_telephone(lead, agency_id, contact_id, "07700 900999", version)
    with pytest.raises(Conflict) as lost:
        contacts.change_telephone(lead, agency_id, contact_id, "", version)
    assert lost.value.theirs == {"Telephone": "+447700900999"}
    contacts.end_contact(lead, agency_id, contact_id)
    assert stored(AgencyContact, contact_id).telephone is None
    with pytest.raises(NotVisible):
        contacts.find_contact(lead, agency_id, contact_id)
    assert name(lead, world, name="Jo Field-Green") != contact_id
