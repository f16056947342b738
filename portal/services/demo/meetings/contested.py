"""Expectations that agencies contest: one that waits for the coordinator, one that was upheld, one that was kept."""

from __future__ import annotations

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.contest_vocabulary import ContestReason
from portal.domain.vocabulary import Expectation, ExpectationReason
from portal.models.contests import Contest
from portal.services.contests.deciding import keep_expectation, uphold_contest
from portal.services.contests.raising import raise_contest
from portal.services.demo.meetings import words
from portal.services.demo.meetings.gatherings import Gathering, Stage, invitation_of
from portal.services.demo.meetings.households import code_of
from portal.services.invitations.seen import seen_expected


def plan(stage: Stage, held: Gathering, coming: Gathering) -> None:
    """Two about a conference that was held, and one about one to come."""
    upheld = _contest(
        stage, held, "GP-1", Expectation.REPORT_ONLY, ContestReason.REPORT_ENOUGH, words.CONTESTED_REPORT, -7
    )
    kept = _contest(stage, held, "HOUS", Expectation.OPTIONAL, ContestReason.SOMETHING_ELSE, words.CONTESTED_OFTEN, -7)
    _contest(stage, coming, "SCH-2", Expectation.NOT_RELEVANT, ContestReason.NO_LONGER_OURS, words.CONTESTED, -1)
    answer = stage.said(words.KEPT, "K")
    stage.at(
        -5,
        lambda viewer: uphold_contest(viewer, upheld[0], ExpectationReason.REGISTERED, "", _version(upheld[0])),
        stage.coordinator,
        12,
    )
    stage.at(-5, lambda viewer: keep_expectation(viewer, kept[0], answer, _version(kept[0])), stage.coordinator, 13)


def _contest(
    stage: Stage, meeting: Gathering, name: str, wanted: Expectation, reason: ContestReason, text: str, days: int
) -> list[int]:
    """Have an agency contest; gives where its id will stand."""
    ids: list[int] = []
    code, said = code_of(stage.cast, name), stage.said(text, "K")

    def contest(viewer: Viewer) -> None:
        seen = seen_expected(invitation_of(stage, meeting, code))
        ids.append(raise_contest(viewer, meeting.id, wanted, reason, said, seen=seen))

    stage.at(days, contest, stage.cast.lead(code), 14)
    return ids


def _version(contest_id: int) -> int:
    return db.session.get_one(Contest, contest_id).version
