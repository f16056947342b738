"""Reports that were six texts become answers to a first template, and can go back: nothing that was written is lost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from portal.commands.db import configuration
from portal.database.encryption import keyring
from portal.database.engines import engine_options, prepare_engine
from portal.database.session import db

BEFORE, WITH = "0011", "0012"
TEXTS = ("involvement", "strengths", "worries", "threshold_view", "threshold_reason", "category_views")


def answers(engine: sa.Engine) -> dict[tuple[int, str], str]:
    """What each report itself answers, by its id and the question."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT report_id, code, value FROM report_answers WHERE addendum = 0"))
        return {(row.report_id, row.code): keyring.decrypt(bytes(row.value), "report_answers.value") for row in rows}


def texts(engine: sa.Engine) -> dict[tuple[int, str], str]:
    """The same as columns; what is empty is left out."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text(f"SELECT id, {', '.join(TEXTS)} FROM reports"))
        found = {
            (row.id, name): keyring.decrypt(bytes(getattr(row, name)), f"reports.{name}")
            for row in rows
            for name in TEXTS
        }
    return {place: text for place, text in found.items() if text}


def test_every_text_becomes_an_answer_and_every_answer_a_text(database, world):
    db.session.remove()
    db.engine.dispose()
    url = database.owner_url("portal")
    engine = sa.create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        command.downgrade(configuration(url), WITH)
        written = answers(engine)
        assert len(written) > 20
        command.downgrade(configuration(url), BEFORE)
        assert texts(engine) == written
        command.upgrade(configuration(url), WITH)
        assert answers(engine) == written
        with engine.connect() as connection:
            codes = sa.text(
                "SELECT DISTINCT t.code, t.number, t.partnership_id = r.partnership_id AS own "
                "FROM reports r JOIN report_templates t ON t.id = r.template_id"
            )
            assert [(row.code, row.number, bool(row.own)) for row in connection.execute(codes)] == [
                ("first-form", 1, True)
            ]
            templates = connection.scalar(sa.text("SELECT count(*) FROM report_templates"))
            assert templates == len(world.partnerships)
    finally:
        engine.dispose()
