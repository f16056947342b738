"""The strings planted in challenges and quotations, with who may read them by the rules of pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from portal.access import quotations as quotations_access
from portal.access import scrutiny as scrutiny_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.partnerships import Partnership
from portal.models.quotations import Quotation
from portal.models.scrutiny import ScrutinyChallenge
from portal.services.demo.marks import Held, Marker, markers_in, seen_by


def list_of_scrutiny(partnership: Partnership, viewers: Sequence[Viewer]) -> Iterator[Marker]:
    """The markers of a partnership's challenges and quotations; `viewers` are its people under each of their hats."""
    yield from markers_in(_challenges(partnership, viewers), "challenge", partnership.name)
    yield from markers_in(_quotations(partnership, viewers), "quotation", partnership.name)


def _challenges(partnership: Partnership, viewers: Sequence[Viewer]) -> Iterator[Held]:
    seen = seen_by(viewers, lambda v: scrutiny_access.visible_to(v).with_only_columns(ScrutinyChallenge.id))
    rows = select(ScrutinyChallenge).where(ScrutinyChallenge.partnership_id == partnership.id)
    for one in db.session.scalars(rows.order_by(ScrutinyChallenge.id)):
        yield Held(f"challenge {one.id}", one.question, seen.get(one.id, ()))


def _quotations(partnership: Partnership, viewers: Sequence[Viewer]) -> Iterator[Held]:
    """What was proposed, which the board never reads, and what was agreed, which it does."""
    seen = seen_by(viewers, lambda v: quotations_access.visible_to(v).with_only_columns(Quotation.id))
    agreed = seen_by(viewers, lambda v: quotations_access.agreed_to(v).with_only_columns(Quotation.id))
    rows = select(Quotation).where(Quotation.partnership_id == partnership.id)
    for one in db.session.scalars(rows.order_by(Quotation.id)):
        yield Held(f"quotation {one.id}", one.proposed_text, seen.get(one.id, ()))
        everybody = (*seen.get(one.id, ()), *agreed.get(one.id, ()))
        yield Held(f"quotation {one.id}", one.agreed_text or "", everybody)
