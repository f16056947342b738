"""Where each measure's counts come from, beside meetings and invitations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from portal.domain.measures import Source
from portal.domain.protected_work import Counted, protect
from portal.domain.published_counts import Published
from portal.services.measures.asking import Asking
from portal.services.measures.counts_of_feedback import count_feedback
from portal.services.measures.counts_of_matters import count_matters
from portal.services.measures.counts_of_plans import count_plans
from portal.services.measures.counts_of_samples import count_samples
from portal.services.measures.counts_of_work import count_actions, count_audits, count_papers

_COUNT: Mapping[Source, Callable[[Asking, Sequence[int]], Counted]] = {
    Source.PAPERS: count_papers,
    Source.ACTIONS: count_actions,
    Source.ESCALATIONS: count_matters,
    Source.AUDITS: count_audits,
    Source.PLANS: count_plans,
    Source.FEEDBACK: count_feedback,
}


def load(asking: Asking, years: Sequence[int], source: Source) -> Published:
    """Return a source's counts over financial years, as far as they may be shown."""
    if years and source is Source.SAMPLES:
        return count_samples(asking, years)
    if not years or source not in _COUNT:
        return Published({}, asking.now)
    return protect(years, asking.now, asking.limit, _COUNT[source](asking, years))
