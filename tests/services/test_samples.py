"""Practice audits from the proposal to the end: who draws, who grades, who settles, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.sample_vocabulary import ReviewState, SampleStatus
from portal.domain.vocabulary import AgencyType
from portal.models.messages import Notice
from portal.models.samples import DipRule, PracticeSample, SampleReview
from portal.services.changes import changing
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from portal.services.notices.wanted import settle
from portal.services.samples import closing, drawing, listing, proposing, rules
from portal.services.samples.closing import Findings
from portal.services.samples.proposing import Theme
from portal.services.samples.rules import RuleDetails
from tests.services.racing import at_once
from tests.services.rows import change
from tests.services.sample_steps import (
    draw,
    find,
    finish,
    reviews_of,
    sampled_of,
    two,
)

CODES = ("in_time", "right_people", "information", "child", "decisions", "safety_plan", "record")


@pytest.fixture
def drawer(viewer) -> Viewer:
    """A's safeguarding manager."""
    return viewer("a.manager")


@pytest.fixture
def second(viewer) -> Viewer:
    """A's second chair."""
    return viewer("a.second_chair")


@pytest.fixture
def theme(world, drawer) -> int:
    """An audit that waits to be drawn from A's two meetings of May."""
    return world.samples["a.set_up"]


def told(kind: NoticeKind) -> set[int]:
    """The memberships that were told of a kind."""
    return set(db.session.scalars(select(Notice.membership_id).where(Notice.kind == kind)))


# Proposing


def test_the_worker_proposes_last_month_once_from_the_first_working_day(world, drawer):
    # 1 July 2026 is a Wednesday; August begins on a Saturday.
    assert proposing.propose_due(datetime(2026, 7, 1, 6, tzinfo=UTC)) == 2
    assert proposing.propose_due(datetime(2026, 7, 20, 6, tzinfo=UTC)) == 0
    assert proposing.propose_due(datetime(2026, 8, 2, 6, tzinfo=UTC)) == 0
    assert proposing.propose_due(datetime(2026, 8, 3, 6, tzinfo=UTC)) == 2
    mine = db.session.scalars(
        select(PracticeSample)
        .where(PracticeSample.partnership_id == drawer.partnership_id, PracticeSample.rule_id.is_not(None))
        .order_by(PracticeSample.from_on)
    ).all()
    assert [(one.from_on, one.until_on, one.status, one.how_many) for one in mine] == [
        (date(2026, 5, 1), date(2026, 5, 31), SampleStatus.CLOSED, 2),
        (date(2026, 6, 1), date(2026, 6, 30), SampleStatus.PROPOSED, 3),
        (date(2026, 7, 1), date(2026, 7, 31), SampleStatus.PROPOSED, 3),
    ]
    assert drawer.membership_id in told(NoticeKind.SAMPLE_PROPOSED)


def test_a_rule_that_is_stopped_or_begins_later_proposes_nothing(world, viewer):
    change(DipRule, world.dip_rules["a.strategy"], is_active=False)
    change(DipRule, world.dip_rules["b.strategy"], from_on=date(2026, 7, 1))
    assert proposing.propose_due(datetime(2026, 7, 1, 6, tzinfo=UTC)) == 0


def test_two_workers_propose_a_month_once(world, app):
    now = datetime(2026, 7, 1, 6, tzinfo=UTC)
    assert sorted(at_once(app, lambda: proposing.propose_due(now), lambda: proposing.propose_due(now))) in (
        [0, 2],
        [1, 1],
    )
    rows = select(func.count()).where(PracticeSample.from_on == date(2026, 6, 1))
    assert db.session.scalar(rows) == 2


def test_what_is_proposed_stands_on_the_managers_home(world, drawer, viewer):
    proposing.propose_due(datetime(2026, 7, 1, 6, tzinfo=UTC))
    (task,) = [task for task in home(drawer).tasks if task.kind is TaskKind.SAMPLES_TO_DRAW]
    assert task.of == 1
    assert not [task for task in home(viewer("a.board")).tasks if task.kind is TaskKind.SAMPLES_TO_DRAW]


# Rules and themes


def test_a_kind_has_one_rule(world, drawer):
    details = RuleDetails(world.meeting_types["a.strategy_meeting"], 5, date(2026, 6, 9), "strategy-meeting")
    with pytest.raises(Invalid) as refused:
        rules.add_rule(drawer, details)
    assert refused.value.errors == {"meeting_type": [rules.TAKEN]}
    rule_id = rules.add_rule(
        drawer, RuleDetails(world.meeting_types["a.core_group"], 5, date(2026, 6, 9), "multi-agency")
    )
    assert rules.find_rule(drawer, rule_id).from_on == date(2026, 6, 1)


def test_a_rule_is_changed_by_one_at_a_time(world, drawer):
    rule = rules.find_rule(drawer, world.dip_rules["a.strategy"])
    now, version = rules.details_of(rule), rule.version
    assert not rules.change_rule(drawer, rule.id, now, version=version)
    more = RuleDetails(now.meeting_type_id, 8, now.from_on, now.tool_code)
    assert rules.change_rule(drawer, rule.id, more, version=version)
    with pytest.raises(Conflict) as lost:
        rules.change_rule(
            drawer, rule.id, RuleDetails(now.meeting_type_id, 9, now.from_on, now.tool_code), version=version
        )
    assert lost.value.theirs["How many"] == "8"


@pytest.mark.parametrize(
    ("theme", "field"),
    [
        (Theme("T", "", None, date(2026, 5, 2), date(2026, 5, 1), 2, "multi-agency"), "until_on"),
        (Theme("T", "", None, date(2026, 6, 1), date(2026, 6, 11), 2, "multi-agency"), "until_on"),
        (Theme("T", "", 999_999, date(2026, 5, 1), date(2026, 5, 2), 2, "multi-agency"), "meeting_type"),
        (Theme("T", "", None, date(2026, 5, 1), date(2026, 5, 2), 2, "nothing"), "tool_code"),
    ],
)
def test_an_audit_that_cannot_be_is_refused(drawer, theme, field):
    with pytest.raises(Invalid) as refused:
        proposing.add_theme(drawer, theme)
    assert set(refused.value.errors) == {field}


@pytest.mark.parametrize("name", ["chair", "coordinator", "business_manager", "board", "scrutineer", "police.lead"])
def test_only_the_safeguarding_manager_keeps_samples(world, viewer, name):
    other = viewer(f"a.{name}")
    with pytest.raises(NotPermitted):
        proposing.add_theme(other, Theme("T", "", None, date(2026, 5, 1), date(2026, 5, 2), 2, "multi-agency"))
    with pytest.raises(NotPermitted):
        rules.add_rule(other, RuleDetails(world.meeting_types["a.core_group"], 5, date(2026, 6, 1), "multi-agency"))
    with pytest.raises(NotVisible):
        drawing.to_draw(other, world.samples["a.set_up"])


# Closing


def test_a_sample_closes_once_with_themes_and_takes_no_more_reviews(world, drawer, second, theme):
    _sampled, mine, theirs = two(drawer, second, theme)
    sample = find(drawer, theme)
    words = Findings("Quick meetings.", "Names in plans.", "Talk to the team.")
    with pytest.raises(Invalid) as refused:
        closing.close_sample(drawer, theme, words, version=sample.version)
    assert refused.value.errors == {"": [closing.NOTHING_GRADED]}
    finish(drawer, mine)
    finish(second, theirs)
    closing.close_sample(drawer, theme, words, version=sample.version)
    closed = find(drawer, theme)
    assert (closed.status, closed.strengths, closed.summary) == (
        SampleStatus.CLOSED,
        "Quick meetings.",
        "Talk to the team.",
    )
    with pytest.raises(NotPermitted):
        closing.close_sample(drawer, theme, words, version=closed.version)


def test_what_is_not_graded_is_left_out_knowingly(drawer, second, viewer, theme):
    draw(drawer, theme, [drawer], agency_types=[AgencyType.POLICE])
    first, rest = sampled_of(theme)
    finish(drawer, reviews_of(first.id)[0].id)
    sample = find(drawer, theme)
    words = Findings("Quick meetings.", "Names in plans.")
    with pytest.raises(Invalid) as refused:
        closing.close_sample(drawer, theme, words, version=sample.version)
    assert set(refused.value.errors) == {"without_rest"}
    # An agency may still finish its part after the reviewers have settled theirs, until the end.
    police = viewer("a.police.lead")
    part = next(one for one in reviews_of(first.id) if one.agency_id)
    finish(police, part.id)
    closing.close_sample(drawer, theme, Findings("Good.", "Better.", without_rest=True), version=sample.version)
    open_review = reviews_of(rest.id)[0]
    assert open_review.state is ReviewState.ASKED
    with pytest.raises(NotPermitted):
        finish(drawer, open_review.id)
    assert not [one for one in listing.own_reviews(drawer) if one.is_open and one.id == open_review.id]


def test_what_was_told_is_settled_with_its_cause(drawer, second, theme, viewer):
    _sampled, mine, _theirs = two(drawer, second, theme)
    user_id = second.user_id or 0
    asked = select(Notice).where(Notice.kind == NoticeKind.SAMPLE_REVIEW, Notice.user_id == user_id)
    assert [notice.settled_at for notice in db.session.scalars(asked)] == [None]
    finish(second, _theirs)
    with changing(Viewer.of_system("worker", drawer.now, drawer.partnership_id)) as one:
        settle(one, [user_id])
        one.log("notice.settled", "person", user_id)
    db.session.expire_all()
    assert all(notice.settled_at for notice in db.session.scalars(asked))
    assert mine


def test_reviews_stand_on_home_a_fortnight_before_their_day(world, second, drawer, theme):
    draw(drawer, theme, [drawer, second])
    assert not [task for task in home(second).tasks if task.kind is TaskKind.SAMPLES_TO_REVIEW]
    with writing() as session:
        session.execute(update(SampleReview).values(due_on=date(2026, 6, 24)))
    (task,) = [task for task in home(second).tasks if task.kind is TaskKind.SAMPLES_TO_REVIEW]
    assert task.due == date(2026, 6, 24)
