"""What becomes of reports in each invented partnership, beside those that are written and sent as usual."""

from __future__ import annotations

from portal.services.demo.audits.cast import Cast
from portal.services.demo.reports import bundles, families, links, records, talks, templates, withdrawals, writing
from portal.services.demo.reports.parts import Casework


def plan(cast: Cast) -> None:
    """All of it is about conferences after the demonstration's day: nothing of it is counted yet."""
    work = Casework(cast)
    for story in (bundles, talks, families, writing, links, records, withdrawals, templates):
        story.plan(work)
