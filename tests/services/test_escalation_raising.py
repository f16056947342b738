"""Raising an escalation or a practice alert: what is asked for, who is told, and what may not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import (
    CATEGORIES,
    Category,
    EntryKind,
    EscalationStatus,
    LadderEvent,
    Side,
    Told,
    Turn,
)
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.models.escalations import EscalationCause
from portal.models.partnerships import PartnershipAgency
from portal.services.escalations.raising import (
    Cause,
    Raised,
    agencies_to_raise_with,
    raise_escalation,
    teams_to_raise_with,
)
from tests.services.escalation_steps import (
    ALERT,
    DISAGREEMENT,
    EXPECTED_ON,
    NON_ATTENDANCE,
    entries,
    notices,
    raised,
    row,
    told,
    verbs,
)
from tests.services.racing import at_once
from tests.world import NOW

AFTER_HOURS = NOW + timedelta(hours=8)


@pytest.fixture
def alert(world):
    """A practice alert as its form says it."""
    return Raised(
        ALERT,
        Category.VISITS,
        world.agencies["a.social_care"],
        world.meeting("a.strategy").id,
        "Nobody has seen the child.",
        "A visit.",
        expected_on=EXPECTED_ON,
    )


def faults_of(viewer: Viewer, asked: Raised) -> dict[str, list[str]]:
    """What is said to be wrong with it."""
    with pytest.raises(Invalid) as refused:
        raise_escalation(viewer, asked)
    return refused.value.errors


class TestRaising:
    """What stands there afterwards."""

    def test_a_disagreement_of_one_agency_with_another(self, world, viewer_of):
        found = raised(world, viewer_of, "a.social_care.east", "school", DISAGREEMENT, meeting="review")
        one, place = row(found), world.meeting("a.review")
        east = world.person("a.social_care.east").hat
        assert (one.raised_by_membership_id, one.raised_by_agency_id, one.raised_by_team_id) == (
            east.membership_id,
            east.agency_id,
            east.team_id,
        )
        assert (one.meeting_id, one.case_id, one.raised_with_team_id) == (place.id, place.case_id, None)
        assert (one.status, one.turn, one.stage) == (EscalationStatus.OPEN, Turn.RAISED_WITH, 1)
        assert (one.opened_at, one.stage_entered_at, one.formal_at) == (NOW, NOW, NOW)
        assert not one.is_noted
        assert verbs(found) == ["escalation.raised"]

    def test_a_chair_raises_for_the_partnership(self, world, viewer_of):
        one = row(raised(world, viewer_of))
        assert one.raised_by_agency_id is one.raised_by_team_id is None
        assert one.raised_by_membership_id == world.person("a.chair").hat.membership_id

    def test_its_log_begins(self, world, viewer_of):
        found = raised(world, viewer_of, is_urgent=True, urgent_reason=" The child is at home. ")
        (first,) = entries(found)
        assert (first.number, first.kind, first.side, first.to_stage) == (1, EntryKind.RAISED, Side.RAISED_BY, 1)
        assert (first.text, first.told, first.due_at) == ("The child is at home.", ["Agency lead"], row(found).due_at)

    def test_the_people_of_its_stage_are_told_without_a_word_of_what_it_says(self, world, viewer_of):
        found = raised(world, viewer_of)
        lead = world.person("a.gp.lead").hat.membership_id
        assert told(found, 1) == {lead: Told.AGENCY_LEAD}
        (notice,) = notices(found)
        assert (notice.membership_id, notice.kind, notice.urgency) == (
            lead,
            NoticeKind.ESCALATION_RAISED,
            Urgency.SOON,
        )
        assert notice.what == f"{row(found).reference}: Non-attendance"

    def test_what_begins_higher_up_is_raised_there_and_has_not_moved(self, world, viewer_of):
        found = raised(
            world, viewer_of, by="a.school.lead", kind=DISAGREEMENT, stage=3, is_urgent=True, urgent_reason="Tonight."
        )
        assert {notice.kind for notice in notices(found)} == {NoticeKind.ESCALATION_RAISED}
        assert {notice.urgency for notice in notices(found)} == {Urgency.URGENT}
        manager = world.person("a.manager").hat.membership_id
        assert told(found, 3)[manager] is Told.SAFEGUARDING_MANAGER

    def test_an_alert_goes_to_the_team_that_was_invited(self, world, viewer_of, alert):
        one = row(raise_escalation(viewer_of(world.person("a.chair")), alert))
        assert one.raised_with_team_id == world.teams["a.west"]
        assert one.formal_at is None
        assert one.expected_on == EXPECTED_ON

    def test_or_to_the_team_that_is_named(self, world, viewer_of, alert):
        east = world.teams["a.east"]
        one = row(raise_escalation(viewer_of(world.person("a.chair")), replace(alert, raised_with_team_id=east)))
        assert one.raised_with_team_id == east

    def test_praise_has_no_clock(self, world, viewer_of, alert):
        praise = replace(alert, is_positive=True, category=Category.GOOD_PRACTICE, wanted="", expected_on=None)
        one = row(raise_escalation(viewer_of(world.person("a.chair")), praise))
        assert (one.due_at, one.turn, one.stage) == (None, Turn.RAISED_WITH, 1)

    def test_the_rules_may_propose_a_higher_stage_with_its_causes(self, world, viewer_of):
        chair, place = viewer_of(world.person("a.chair")), world.meeting("a.initial")
        causes = [
            Cause(place.invitations["gp"].id, event, date(2026, 6, 10))
            for event in (LadderEvent.ABSENT_WITHOUT_REPORT, LadderEvent.REPORT_MISSING)
        ]
        asked = Raised(
            NON_ATTENDANCE, Category.NON_ATTENDANCE, world.agencies["a.gp"], place.id, "Three times.", "Come.", stage=4
        )
        found = raise_escalation(chair, asked, causes)
        assert row(found).stage == 4
        kept = db.session.scalars(select(EscalationCause).where(EscalationCause.escalation_id == found)).all()
        assert {(one.invitation_id, one.event) for one in kept} == {(one.invitation_id, one.event) for one in causes}


class TestRefusals:
    """What may not be, each at its field."""

    @pytest.mark.parametrize(
        ("who", "kind"),
        [
            ("a.gp.lead", ALERT),
            ("a.gp.lead", NON_ATTENDANCE),
            ("a.business_manager", DISAGREEMENT),
            ("a.coordinator", DISAGREEMENT),
            ("a.school.head", DISAGREEMENT),
        ],
    )
    def test_not_everybody_raises_everything(self, world, viewer_of, who, kind):
        with pytest.raises(NotPermitted):
            raised(world, viewer_of, who, "social_care", kind, meeting=None)

    def test_a_meeting_that_is_not_seen_is_not_there(self, world, viewer_of):
        with pytest.raises(NotVisible):
            raised(world, viewer_of, "a.other_gp.lead", "school", DISAGREEMENT, meeting="initial")
        asked = Raised(
            DISAGREEMENT,
            Category.ROLE,
            world.agencies["a.gp"],
            world.meeting("b.initial").id,
            "What happened.",
            "What to do.",
        )
        with pytest.raises(NotVisible):
            raise_escalation(viewer_of(world.person("a.manager")), asked)

    def test_nobody_raises_anything_with_themselves_or_with_strangers(self, world, viewer_of):
        lead = viewer_of(world.person("a.gp.lead"))
        for agency_id in (world.agencies["a.gp"], world.agencies["b.school"], 999_999, None):
            asked = Raised(DISAGREEMENT, Category.ROLE, agency_id, None, "What happened.", "What to do.")
            assert set(faults_of(lead, asked)) == {"raised_with_agency_id"}

    def test_everything_that_is_missing_is_said_at_once(self, world, viewer_of):
        nothing = Raised(DISAGREEMENT, None, None, None, " ", "", is_urgent=True)
        assert set(faults_of(viewer_of(world.person("a.gp.lead")), nothing)) == {
            "category",
            "raised_with_agency_id",
            "summary",
            "wanted",
            "urgent_reason",
        }

    def test_texts_have_a_limit(self, world, viewer_of, alert):
        chair, long = viewer_of(world.person("a.chair")), "x" * 5_001
        asked = replace(alert, summary=long, wanted=long, is_urgent=True, urgent_reason=long)
        assert set(faults_of(chair, asked)) == {"summary", "wanted", "urgent_reason"}

    @pytest.mark.parametrize("category", [one for one in Category if one not in CATEGORIES[ALERT]])
    def test_an_alert_has_a_theme_of_its_own(self, world, viewer_of, alert, category):
        assert set(faults_of(viewer_of(world.person("a.chair")), replace(alert, category=category))) == {"category"}

    def test_good_practice_is_the_theme_of_praise_alone(self, world, viewer_of, alert):
        chair = viewer_of(world.person("a.chair"))
        assert set(faults_of(chair, replace(alert, category=Category.GOOD_PRACTICE))) == {"category"}

    @pytest.mark.parametrize("stage", [2, 3, 4])
    def test_only_what_is_urgent_begins_higher_up(self, world, viewer_of, stage):
        lead, gp = viewer_of(world.person("a.school.lead")), world.agencies["a.gp"]
        asked = Raised(DISAGREEMENT, Category.ROLE, gp, None, "What happened.", "What to do.", stage=stage)
        assert set(faults_of(lead, asked)) == {"stage"}
        urgent = replace(asked, is_urgent=True, urgent_reason="Tonight.")
        assert row(raise_escalation(lead, urgent)).stage == stage

    @pytest.mark.parametrize("stage", [0, 5, -1])
    def test_there_are_no_other_stages(self, world, viewer_of, alert, stage):
        assert set(faults_of(viewer_of(world.person("a.chair")), replace(alert, stage=stage))) == {"stage"}

    def test_an_alert_begins_informally_or_at_the_first_formal_stage(self, world, viewer_of, alert):
        chair = viewer_of(world.person("a.chair"))
        assert row(raise_escalation(chair, replace(alert, stage=2))).formal_at == NOW
        assert set(faults_of(chair, replace(alert, stage=3))) == {"stage"}

    @pytest.mark.parametrize(
        ("stage", "day", "is_right"),
        [
            (1, date(2026, 6, 9), False),
            (1, date(2026, 6, 10), True),  # it is eleven in the morning
            (1, date(2026, 9, 3), True),  # sixty working days, over August's bank holiday
            (1, date(2026, 9, 4), False),
            (2, date(2026, 7, 8), True),  # twenty, as long as all formal stages may take
            (2, date(2026, 7, 9), False),
            (1, None, False),
        ],
    )
    def test_its_day_lies_ahead_and_not_too_far(self, world, viewer_of, alert, stage, day, is_right):
        chair, asked = viewer_of(world.person("a.chair")), replace(alert, stage=stage, expected_on=day)
        if is_right:
            assert row(raise_escalation(chair, asked)).expected_on == day
        else:
            assert set(faults_of(chair, asked)) == {"expected_on"}

    def test_after_closing_time_today_is_over(self, world, viewer_of, alert):
        chair = viewer_of(world.person("a.chair"), now=AFTER_HOURS)
        assert set(faults_of(chair, replace(alert, expected_on=date(2026, 6, 10)))) == {"expected_on"}

    def test_only_an_alert_has_such_a_day(self, world, viewer_of):
        lead, gp = viewer_of(world.person("a.school.lead")), world.agencies["a.gp"]
        asked = Raised(DISAGREEMENT, Category.ROLE, gp, None, "Happened.", "To do.", expected_on=EXPECTED_ON)
        assert set(faults_of(lead, asked)) == {"expected_on"}

    def test_praise_is_neither_urgent_nor_high_nor_dated(self, world, viewer_of, alert):
        chair = viewer_of(world.person("a.chair"))
        praise = replace(alert, is_positive=True, expected_on=None)
        assert set(faults_of(chair, replace(praise, stage=2))) == {"stage"}
        assert set(faults_of(chair, replace(praise, is_urgent=True, urgent_reason="Now."))) == {"stage"}
        assert set(faults_of(chair, replace(praise, expected_on=EXPECTED_ON))) == {"expected_on"}

    def test_only_alerts_praise(self, world, viewer_of):
        lead, gp = viewer_of(world.person("a.school.lead")), world.agencies["a.gp"]
        asked = Raised(DISAGREEMENT, Category.ROLE, gp, None, "Happened.", "To do.", is_positive=True)
        assert set(faults_of(lead, asked)) == {"category"}

    def test_the_team_is_one_of_the_agencys(self, world, viewer_of, alert):
        chair = viewer_of(world.person("a.chair"))
        for team in (world.teams["b.west"], 999_999):
            assert set(faults_of(chair, replace(alert, raised_with_team_id=team))) == {"raised_with_team_id"}

    def test_what_is_refused_leaves_nothing_behind(self, world, viewer_of, alert):
        chair = viewer_of(world.person("a.chair"))
        before = row(raise_escalation(chair, alert)).id
        faults_of(chair, replace(alert, summary=""))
        assert row(raise_escalation(chair, alert)).reference == f"E-{int(row(before).reference[2:]) + 1:04d}"


class TestChoices:
    """With whom one may raise something."""

    def names(self, world, *agencies):
        return {world.agencies[f"a.{agency}"] for agency in agencies}

    def test_every_other_agency_of_the_partnership(self, world, viewer_of):
        lead = viewer_of(world.person("a.gp.lead"))
        found = dict(agencies_to_raise_with(lead, DISAGREEMENT))
        assert set(found) == self.names(world, "social_care", "police", "other_gp", "school")
        assert list(found.values()) == sorted(found.values())

    def test_one_that_has_left_is_not_asked_any_more(self, world, viewer_of):
        with writing() as session:
            session.execute(
                update(PartnershipAgency)
                .where(PartnershipAgency.agency_id == world.agencies["a.school"])
                .values(left_at=NOW)
            )
        lead = viewer_of(world.person("a.gp.lead"))
        assert set(dict(agencies_to_raise_with(lead, DISAGREEMENT))) == self.names(
            world, "social_care", "police", "other_gp"
        )

    def test_alerts_are_for_social_care(self, world, viewer_of):
        chair = viewer_of(world.person("a.chair"))
        assert set(dict(agencies_to_raise_with(chair, ALERT))) == self.names(world, "social_care")
        assert len(agencies_to_raise_with(chair, DISAGREEMENT)) == 5

    def test_none_for_those_who_may_not(self, world, viewer_of):
        assert agencies_to_raise_with(viewer_of(world.person("a.gp.lead")), ALERT) == []
        assert agencies_to_raise_with(viewer_of(world.person("a.board")), DISAGREEMENT) == []

    def test_the_teams_of_an_agency(self, world, viewer_of):
        chair = viewer_of(world.person("a.chair"))
        found = [team for team, _name in teams_to_raise_with(chair, world.agencies["a.social_care"])]
        assert found == [world.teams["a.east"], world.teams["a.west"]]
        assert teams_to_raise_with(chair, world.agencies["b.social_care"]) == []


def test_many_at_once_have_references_of_their_own(app, world, viewer_of):
    db.session.rollback()
    calls = [
        lambda who=who: raised(world, viewer_of, who, "social_care", DISAGREEMENT, meeting=None)
        for who in ("a.gp.lead", "a.school.lead", "a.police.lead", "a.chair", "a.manager", "a.other_gp.lead")
    ]
    found = at_once(app, *calls)
    assert not [one for one in found if isinstance(one, Exception)], found
    references = sorted(row(one).reference for one in found)
    assert references == [f"E-{number:04d}" for number in range(5, 11)]
