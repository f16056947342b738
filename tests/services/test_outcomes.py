"""What is decided for each child: drafted, signed for all at once, amended with both versions kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.outcome_vocabulary import OutcomeStatus, PlanDecision
from portal.domain.outcomes import OutcomeText
from portal.domain.plans import PlanEnd
from portal.domain.vocabulary import AbuseCategory, MeetingStatus
from portal.models.outcomes import Outcome
from portal.models.plans import Plan
from portal.services.outcomes.drafting import AlreadySigned, save_outcome
from portal.services.outcomes.reading import outcomes_page
from portal.services.outcomes.signing import amend_outcome, is_signed, sign_outcomes
from tests.services.outcome_steps import begins, child, held, no_plan, page, save, sibling, sign, without_plans
from tests.services.plan_steps import meeting as further_meeting
from tests.services.plan_steps import plan as further_plan
from tests.services.racing import at_once
from tests.services.rows import trail
from tests.world import TODAY

NEGLECT, EMOTIONAL = AbuseCategory.NEGLECT, AbuseCategory.EMOTIONAL


@pytest.fixture(autouse=True)
def no_plan_before(world):
    """The child of the initial conference has none yet."""
    without_plans(world)


def plans(world, key="a.1"):
    """The child's plans as they are now."""
    db.session.rollback()
    return list(db.session.scalars(select(Plan).where(Plan.child_id == world.children[key]).order_by(Plan.id)))


def test_the_coordinator_prepares_a_draft_and_the_chair_goes_on_with_it(chair, coordinator, place, world):
    save(coordinator, place, world, begins(place, why="Prepared."))
    one = child(chair, place, world)
    assert one.status is OutcomeStatus.DRAFT
    assert one.text == begins(place, why="Prepared.")
    save(chair, place, world, begins(place))
    assert child(coordinator, place, world).text == begins(place)


def test_saving_the_same_again_changes_nothing(chair, place, world):
    save(chair, place, world, begins(place))
    before = child(chair, place, world)
    save(chair, place, world, begins(place))
    assert child(chair, place, world).version == before.version
    assert trail("outcome.saved", before.current.outcome.id) == 1


def test_of_two_who_write_at_once_the_second_gets_both_texts(chair, coordinator, place, world):
    version = child(chair, place, world).version
    save(coordinator, place, world, begins(place, why="Theirs."), version=version)
    with pytest.raises(Conflict) as lost:
        save(chair, place, world, begins(place, why="Mine."), version=version)
    assert lost.value.mine["why"] == "Mine."
    assert lost.value.theirs["why"] == "Theirs."
    assert child(chair, place, world).text.why == "Theirs."


def test_of_two_first_drafts_at_the_same_moment_one_is_kept_and_the_other_told(app, viewer, world):
    place = world.meeting("a.past_initial")
    sibling(world, "a.2")  # nothing was written about them yet
    second_chair, coordinator = viewer("a.second_chair"), viewer("a.coordinator")
    answers = at_once(
        app,
        lambda: save_outcome(second_chair, place.id, world.children["a.sibling"], 0, no_plan(why="One.")),
        lambda: save_outcome(coordinator, place.id, world.children["a.sibling"], 0, no_plan(why="Two.")),
    )
    assert sorted(type(answer) for answer in answers if answer is not None) == [Conflict]
    kept = child(coordinator, place, world, "a.sibling").text.why
    lost = next(answer for answer in answers if isinstance(answer, Conflict))
    assert {kept, lost.mine["why"]} == {"One.", "Two."}


def test_nothing_is_written_before_the_day_nor_of_a_meeting_that_was_not_held(viewer, world):
    for key, name in (("a.review", "second_chair"), ("a.cancelled", "chair")):
        place = world.meeting(key)
        one = world.children["a.2" if key == "a.review" else "a.4"]
        with pytest.raises(NotPermitted):
            save_outcome(viewer(f"a.{name}"), place.id, one, 0, no_plan())


def test_only_chair_and_coordinator_write_and_only_the_chair_signs(viewer, coordinator, place, world):
    held(place)
    for name in ("manager", "school.lead"):
        with pytest.raises(NotPermitted):
            save_outcome(viewer(f"a.{name}"), place.id, world.children["a.1"], 1, no_plan())
    save(coordinator, place, world, begins(place))
    with pytest.raises(NotPermitted):
        sign_outcomes(coordinator, place.id, page(coordinator, place).seen)


def test_a_kind_whose_record_has_no_outcomes_shows_none(viewer, world):
    with pytest.raises(NotVisible):
        outcomes_page(viewer("a.chair"), world.meeting("a.strategy").id)


def test_a_child_of_another_family_is_not_there(chair, place, world):
    with pytest.raises(NotVisible):
        save_outcome(chair, place.id, world.children["a.2"], 0, no_plan())


def test_nothing_is_signed_while_the_register_is_open(chair, place, world):
    save(chair, place, world, begins(place))
    assert [words for one, _field, words in page(chair, place).missing if one is None]
    with pytest.raises(NotPermitted):
        sign(chair, place)
    held(place, status=MeetingStatus.INQUORATE)
    with pytest.raises(NotPermitted):
        sign(chair, place)


def test_what_is_missing_is_listed_and_keeps_the_chair_from_signing(chair, place, world):
    held(place)
    sibling(world)
    save(chair, place, world, begins(place, categories=(), lead_social_worker=""))
    found = {(one.child.id, field) for one, field, _words in page(chair, place).missing}
    first, second = world.children["a.1"], world.children["a.sibling"]
    assert found == {(first, "categories"), (first, "lead_social_worker"), (second, "decision")}
    with pytest.raises(Invalid) as refused:
        sign(chair, place)
    assert refused.value.errors.keys() == {f"child_{first}", f"child_{second}"}
    assert not is_signed(db.session(), place.id)


def test_the_chair_signs_for_all_children_at_once_and_plans_begin(chair, place, world):
    held(place)
    sibling(world)
    save(chair, place, world, begins(place))
    save(chair, place, world, no_plan(), key="a.sibling")
    decided = sign(chair, place)
    assert [(one.plan, one.categories) for one in decided] == [(True, (NEGLECT,)), (False, ())]
    assert page(chair, place).is_signed
    assert [(plan.started_on, plan.first_category) for plan in plans(world)] == [(TODAY, NEGLECT)]
    assert plans(world, "a.sibling") == []
    assert trail("outcomes.signed", place.id) == 1


def test_what_belongs_to_another_decision_is_not_signed(chair, place, world):
    held(place)
    save(chair, place, world, begins(place, decision=PlanDecision.NO_PLAN))
    assert child(chair, place, world).text.next_on is not None, "nothing that was typed is lost in a draft"
    assert "next_on" not in {key for key, words in child(chair, place, world).counts.items() if words}
    sign(chair, place)
    signed = child(chair, place, world).text
    assert (signed.next_on, signed.categories, signed.core_group) == (None, (), ())


def test_the_main_one_of_several_categories_is_the_plans(chair, place, world):
    held(place)
    save(chair, place, world, begins(place, categories=(NEGLECT, EMOTIONAL)))
    assert "main_category" in child(chair, place, world).missing
    save(chair, place, world, begins(place, categories=(NEGLECT, EMOTIONAL), main_category=EMOTIONAL))
    sign(chair, place)
    assert plans(world)[0].first_category is EMOTIONAL


def test_nobody_signs_other_words_than_they_have_read(chair, coordinator, place, world):
    held(place)
    save(chair, place, world, begins(place))
    read = page(chair, place).seen
    save(coordinator, place, world, begins(place, why="Something else."))
    with pytest.raises(Conflict):
        sign_outcomes(chair, place.id, read)
    assert not is_signed(db.session(), place.id)


def test_it_is_signed_once_whoever_presses_twice(app, chair, place, world):
    held(place)
    save(chair, place, world, begins(place))
    seen = page(chair, place).seen
    answers = at_once(app, *[lambda: sign_outcomes(chair, place.id, seen)] * 2)
    assert sorted(isinstance(answer, Conflict) for answer in answers) == [False, True]
    assert len(plans(world)) == 1


def test_what_was_signed_is_never_written_over(chair, coordinator, place, world):
    held(place)
    save(chair, place, world, begins(place))
    version = child(chair, place, world).version
    sign(chair, place)
    with pytest.raises(AlreadySigned) as late:
        save(coordinator, place, world, begins(place, why="Late."), version=version)
    assert late.value.mine["why"] == "Late."
    assert child(chair, place, world).text.why == begins(place).why


def test_an_amendment_is_a_new_version_with_its_reason_and_both_stay(chair, place, world):
    held(place)
    save(chair, place, world, begins(place))
    sign(chair, place)
    amend_outcome(
        chair, place.id, world.children["a.1"], 1, "The category was wrong.", begins(place, categories=(EMOTIONAL,))
    )
    one = child(chair, place, world)
    assert one.status is OutcomeStatus.AMENDED
    assert [version.text.categories for version in one.versions] == [(NEGLECT,), (EMOTIONAL,)]
    ((before, after, differing),) = one.changes
    assert differing == ("categories",)
    assert (before.outcome.amended_because, after.outcome.amended_because) == (None, "The category was wrong.")
    assert plans(world)[0].latest_category is EMOTIONAL


def test_an_amendment_needs_a_reason_a_difference_and_the_newest_version(chair, place, world):
    held(place)
    save(chair, place, world, begins(place))
    sign(chair, place)
    one = world.children["a.1"]
    for because, text in (("", begins(place, why="Another.")), ("It was wrong.", begins(place))):
        with pytest.raises(Invalid) as refused:
            amend_outcome(chair, place.id, one, 1, because, text)
        assert "because" in refused.value.errors
    amend_outcome(chair, place.id, one, 1, "First.", begins(place, why="First."))
    with pytest.raises(Conflict) as lost:
        amend_outcome(chair, place.id, one, 1, "Second.", begins(place, why="Second."))
    assert (lost.value.mine["why"], lost.value.theirs["why"]) == ("Second.", "First.")
    assert [version.text.why for version in child(chair, place, world).versions][1:] == ["First."]


def test_a_plan_that_was_begun_wrongly_was_never_there(chair, place, world):
    held(place)
    save(chair, place, world, begins(place))
    sign(chair, place)
    amend_outcome(chair, place.id, world.children["a.1"], 1, "It was the other child.", no_plan())
    assert [plan.withdrawn_at is not None for plan in plans(world)] == [True]


def test_a_review_finds_the_plan_that_is_there_and_ends_it_for_a_reason(viewer, world):
    chair = viewer("a.second_chair")
    place = world.meeting("a.review")
    held(place, scheduled_on=TODAY)
    one = child(chair, place, world, "a.2")
    assert one.rules.offered == (PlanDecision.CONTINUE, PlanDecision.END, PlanDecision.UNCHANGED)
    assert one.rules.known == (NEGLECT,), "as the conference before has signed it"
    save(chair, place, world, no_plan(decision=PlanDecision.END), key="a.2")
    assert set(child(chair, place, world, "a.2").missing) == {"ends_because"}
    ends = no_plan(decision=PlanDecision.END, ends_because=PlanEnd.MOVED_AWAY)
    save(chair, place, world, ends, key="a.2")
    sign(chair, place)
    assert [(plan.ended_on, plan.end_reason) for plan in plans(world, "a.2")] == [(TODAY, PlanEnd.MOVED_AWAY)]
    # What the child came with is the same after the signature, so an amendment chooses from the same.
    assert child(chair, place, world, "a.2").rules.offered == one.rules.offered


def test_a_plan_that_a_file_brought_is_the_only_childs_and_perhaps_anybodys_of_several(chair, place, world):
    further_plan(world, date(2026, 2, 2), case="1")
    held(place)
    begun = (PlanDecision.START, PlanDecision.NO_PLAN)
    assert child(chair, place, world).rules.offered == (
        PlanDecision.CONTINUE,
        PlanDecision.END,
        PlanDecision.UNCHANGED,
    )
    sibling(world)
    for key in ("a.1", "a.sibling"):
        offered = child(chair, place, world, key).rules.offered
        assert offered == (PlanDecision.CONTINUE, PlanDecision.END, *begun)
    save(chair, place, world, begins(place))
    save(chair, place, world, no_plan(), key="a.sibling")
    sign(chair, place)
    # It is the first child's now; what was signed may stay when something else is amended.
    amend_outcome(chair, place.id, world.children["a.1"], 1, "A name was wrong.", begins(place, why="Else."))
    assert len(plans(world)) == 1


def test_no_change_keeps_every_category_of_the_last_decision(chair, viewer, world, place):
    held(place)
    save(chair, place, world, begins(place, categories=(NEGLECT, EMOTIONAL), main_category=EMOTIONAL))
    sign(chair, place)
    review = further_meeting(
        world, "review_conference", TODAY + timedelta(days=80), case="1", chair="chair", register_closed_at=chair.now
    )
    later = viewer("a.chair", now=chair.now + timedelta(days=80))
    found = outcomes_page(later, review).of(world.children["a.1"])
    assert found.rules.known == (EMOTIONAL, NEGLECT)
    text = begins(
        place,
        decision=PlanDecision.UNCHANGED,
        categories=(),
        next_on=later.today + timedelta(days=100),
        core_group_on=None,
        core_group=(),
    )
    save_outcome(later, review, world.children["a.1"], 0, text)
    db.session.rollback()
    (decided,) = sign_outcomes(later, review, outcomes_page(later, review).seen)
    assert decided.categories == (EMOTIONAL, NEGLECT)
    assert [plan.ended_on for plan in plans(world)] == [None]


def test_a_next_conference_beyond_the_rule_is_refused_and_it_is_said_how_to_mend_it(chair, place, world):
    held(place)
    with pytest.raises(Invalid) as refused:
        save(chair, place, world, begins(place, next_on=date(2026, 9, 11)))
    (words,) = refused.value.errors["next_on"]
    assert "Thursday 10 September" in words, "three months from the tenth of June"
    with pytest.raises(Invalid) as refused:
        save(chair, place, world, begins(place, core_group_on=date(2026, 6, 25)))
    assert "Wednesday 24 June" in refused.value.errors["core_group_on"][0], "ten working days"


def test_a_core_group_has_agencies_that_have_a_part_and_no_others(chair, place, world):
    with pytest.raises(Invalid) as refused:
        save(chair, place, world, begins(place, core_group=(place.invitations["other_gp"].id,)))
    assert "core_group" in refused.value.errors


def test_agencies_read_it_once_it_is_signed_and_not_before(chair, viewer, place, world):
    held(place)
    save(chair, place, world, begins(place))
    for name in ("school.lead", "police.practitioner", "manager"):
        assert child(viewer(f"a.{name}"), place, world).current is None
    sign(chair, place)
    for name in ("school.lead", "police.practitioner", "manager"):
        assert child(viewer(f"a.{name}"), place, world).text == begins(place)
    with pytest.raises(NotVisible):
        outcomes_page(viewer("a.other_gp.lead"), place.id)


def test_a_page_takes_ten_queries_however_many_children_and_versions(chair, place, world, count_queries):
    held(place)
    for _ in range(6):
        sibling(world)
        save(chair, place, world, no_plan(), key="a.sibling")
    save(chair, place, world, begins(place))
    sign(chair, place)
    for number in range(1, 4):
        amend_outcome(chair, place.id, world.children["a.1"], number, "Wrong.", begins(place, why=f"{number}"))
    db.session.rollback()
    with count_queries() as statements:
        found = outcomes_page(chair, place.id)
    assert len(found.children) == 7
    assert len(statements) <= 10


def test_no_text_of_an_outcome_lies_in_the_tables_in_the_clear(chair, place, world):
    held(place)
    save(chair, place, world, begins(place))
    sign(chair, place)
    for column in ("decision", "categories", "lead_social_worker", "why", "core_group_people"):
        raw = db.session.scalar(
            select(func.count()).select_from(Outcome).where(func.length(Outcome.__table__.c[column]) < 20)
        )
        assert not raw, column


def test_an_empty_draft_is_allowed(chair, place, world):
    save(chair, place, world, OutcomeText(lead_social_worker="Sam Patel"))
    assert child(chair, place, world).text == OutcomeText(lead_social_worker="Sam Patel")
