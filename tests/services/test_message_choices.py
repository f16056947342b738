"""What people choose about their mails: within what their role must receive, and never over each other."""

from __future__ import annotations

import pytest

from portal.database.session import writing
from portal.domain.errors import Conflict, Invalid
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.messages import DEFAULT_DIGEST_HOUR, must_receive
from portal.domain.vocabulary import Role
from portal.models.messages import MessageChoice
from portal.services.notices.choices import read_choices, save_choices
from tests.services.racing import at_once
from tests.services.rows import stored

pytestmark = pytest.mark.usefixtures("database")


def save(viewer, **changes):
    """Save the choices with one thing changed."""
    wanted = {"wants_digest": True, "digest_hour": 9, "muted": (), "version": 0, **changes}
    save_choices(viewer, **wanted)


def test_who_never_chose_has_the_defaults(lead):
    found = read_choices(lead)
    assert (found.wants_digest, found.digest_hour, found.muted, found.version) == (
        True,
        DEFAULT_DIGEST_HOUR,
        frozenset(),
        0,
    )


def test_a_choice_is_kept_and_is_nobody_else_s(lead, head):
    save(lead, wants_digest=False, digest_hour=17, muted={NoticeKind.ACTION_DUE})
    found = read_choices(lead)
    assert (found.wants_digest, found.digest_hour, found.muted) == (False, 17, {NoticeKind.ACTION_DUE})
    save(lead, version=found.version, muted=set())
    assert read_choices(lead).muted == frozenset()
    assert read_choices(head).version == 0


def test_what_a_role_must_receive_is_not_to_be_chosen(lead, chair):
    for viewer in (lead, chair):
        found = read_choices(viewer)
        assert not set(found.always) & set(found.optional)
        assert all(must_receive(viewer.hat.role, kind) for kind in found.always)
        assert not any(must_receive(viewer.hat.role, kind) for kind in found.optional)
    with pytest.raises(Invalid):
        save(lead, muted={NoticeKind.INVITATION})
    assert read_choices(lead).version == 0


def test_nobody_is_asked_about_what_they_are_never_told(chair, lead):
    asked = {*read_choices(chair).always, *read_choices(chair).optional}
    assert NoticeKind.REGISTER_TO_CLOSE in asked
    assert not asked & {NoticeKind.INVITATION, NoticeKind.AUDIT_OPENED, NoticeKind.ACTION_DUE}
    assert NoticeKind.REGISTER_TO_CLOSE not in read_choices(lead).optional


@pytest.mark.parametrize("hour", [-1, 6, 19, 24])
def test_mails_go_by_day(lead, hour):
    with pytest.raises(Invalid) as refused:
        save(lead, digest_hour=hour)
    assert "digest_hour" in refused.value.errors


def test_an_older_page_does_not_overwrite_a_newer_choice(lead):
    save(lead, digest_hour=10, muted={NoticeKind.ACTION_DUE})
    with pytest.raises(Conflict) as refused:
        save(lead, digest_hour=16)
    assert refused.value.theirs == {"One mail a day": "Yes, from 10:00", "Only in the inbox": "Action due"}
    assert read_choices(lead).digest_hour == 10


def test_of_two_first_choices_at_once_one_is_kept(app, lead):
    outcomes = at_once(app, lambda: save(lead, digest_hour=10), lambda: save(lead, digest_hour=16))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
    assert read_choices(lead).version == 1


def test_what_was_muted_in_another_role_stays(lead):
    save(lead)
    with writing() as session:
        session.get_one(MessageChoice, lead.user_id).muted = [NoticeKind.REGISTER_TO_CLOSE.value]
    save(lead, version=read_choices(lead).version, muted={NoticeKind.ACTION_DUE})
    assert set(stored(MessageChoice, lead.user_id).muted) == {NoticeKind.REGISTER_TO_CLOSE, NoticeKind.ACTION_DUE}


def test_every_role_has_something_that_always_comes(world, viewer_of):
    seen = set()
    for person, hat in world.wearers():
        found = read_choices(viewer_of(person, hat=hat))
        assert found.always, person.key
        seen.add(hat.role)
    assert seen == set(Role)
