"""What is written down of sign-ins at providers that came to nothing."""

from __future__ import annotations

import structlog

from portal.access.viewer import Viewer
from portal.database.session import writing
from portal.domain.single_sign_on import ProviderDown
from portal.domain.vocabulary import ActivityOutcome
from portal.services import activity, throttle
from portal.services.reach import under_every_hat

log = structlog.get_logger("portal.single_sign_on")


def log_down(viewer: Viewer, name: str, fault: ProviderDown, address: str) -> None:
    """Write down that a provider could not be reached: why, for whoever runs the portal; that, in the trail."""
    log.warning("provider_down", provider=name, reason=str(fault))
    log_stranger(viewer, "sign_on.provider_down", address)


def log_known(acting: Viewer, verb: str) -> None:
    """Write down, where each of their administrators reads it, what somebody was refused who is known by now."""
    partnerships: list[int | None] = [*sorted({hat.partnership_id for hat in acting.hats})] or [acting.partnership_id]
    with under_every_hat(acting), writing() as session:
        for partnership_id in partnerships:
            row = activity.entry(
                acting,
                verb,
                "person",
                acting.user_id,
                partnership_id=partnership_id,
                outcome=ActivityOutcome.REFUSED,
            )
            activity.append_later(session, row)


def log_stranger(viewer: Viewer, verb: str, address: str) -> None:
    """A stranger's refusals are counted as wrong guesses are, so that nobody fills the trail from outside."""
    try:
        throttle.begin(viewer.now, f"single sign-on from {throttle.network_of(address)}", address)
    except throttle.Throttled:
        return
    with writing() as session:
        row = activity.entry(viewer, verb, "sign_on", None, outcome=ActivityOutcome.REFUSED)
        activity.append_later(session, row)
