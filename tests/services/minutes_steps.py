"""What tests of minutes do again and again: write them, look at what was sent, and at who was told."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.database.session import db
from portal.models.messages import Notice
from portal.services.minutes.drafting import open_desk, save_minutes
from portal.services.minutes.papers import papers_page
from tests.sample_files import upload

DUE = date(2026, 7, 8)  # twenty working days after the tenth of June


def given(name):
    """A file that somebody chooses."""
    return upload(b"%PDF-1.7\nThe minutes.\n", name)


def write(viewer, place, text="It was said that …"):
    """Save the minutes as they are now; gives the version."""
    db.session.rollback()
    return save_minutes(viewer, place.id, open_desk(viewer, place.id).version, text).version


def page(viewer, place):
    """The papers as a page reads them now."""
    db.session.rollback()
    return papers_page(viewer, place.id)


def told(kind, place):
    """Whose memberships were told of a meeting."""
    db.session.rollback()
    rows = select(Notice.membership_id).where(Notice.kind == kind, Notice.subject_id == place.id)
    return set(db.session.scalars(rows))


def memberships(world, *names):
    """Memberships of A by name."""
    return {world.person(f"a.{name}").hat.membership_id for name in names}
