"""Last time's answers, brought into this time's draft: each marked until somebody has confirmed or changed it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.database.session import writing
from portal.domain.errors import Invalid, NotVisible
from portal.domain.report_answers import UNCONFIRMED
from portal.domain.vocabulary import AgencyType
from portal.services.changes import changing
from portal.services.reports.carrying import bring, bring_last_report, last_report
from portal.services.reports.drafts import AlreadySent, draft_to_write
from portal.services.reports.sending import submit_report
from portal.services.reports.writing import save_draft
from tests.report_forms import FIRST_FORM, publish, question, template
from tests.services.report_steps import OTHER, WHOLE, answers_of, desk, verbs_of, write


@pytest.fixture
def before(world):
    """The conference for which the school has sent its report."""
    return world.meeting("a.past_initial")


@pytest.fixture
def again(world):
    """The review of the same family, to which the school may send a report too."""
    return world.meeting("a.review")


@pytest.fixture
def last(before):
    """What the school said then."""
    said = answers_of(before)
    assert set(said) == set(WHOLE)
    return said


class TestBringing:
    def test_every_answer_is_marked_until_it_is_confirmed(self, head, again, last):
        found = last_report(head, again.id)
        assert found.meeting_type == "Initial child protection conference"
        assert bring_last_report(head, again.id) == len(WHOLE)
        at = desk(head, again)
        assert (at.answers, at.carried) == (last, frozenset(WHOLE))
        assert at.lacks == dict.fromkeys(WHOLE, UNCONFIRMED)
        assert verbs_of(head).count("report.carried") == 1
        with pytest.raises(Invalid) as refused:
            submit_report(head, again.id, at.version)
        assert list(refused.value.errors) == list(WHOLE)

    def test_confirmed_changed_or_deleted_it_is_ones_own(self, head, again, last):
        bring_last_report(head, again.id)
        save_draft(head, again.id, {}, confirmed=["involvement", "threshold_view"])
        write(head, again, {"worries": "A third burn.", "strengths": ""}, on=last)
        at = desk(head, again)
        assert at.carried == {"threshold_reason", "category_views"}
        write(head, again, {"strengths": "Still many."})
        version = save_draft(head, again.id, {}, confirmed=["threshold_reason", "category_views"]).version
        submit_report(head, again.id, version)
        assert answers_of(again) == last | {"worries": "A third burn.", "strengths": "Still many."}

    def test_what_somebody_typed_is_never_replaced(self, head, again, last):
        write(head, again, {"worries": "Typed now."})
        assert bring_last_report(head, again.id) == len(WHOLE) - 1
        assert desk(head, again).answers == last | {"worries": "Typed now."}
        assert "worries" not in desk(head, again).carried
        assert bring_last_report(head, again.id) == len(WHOLE) - 1, "once more it replaces only what it brought"
        assert desk(head, again).answers["worries"] == "Typed now."

    def test_a_page_that_posts_it_back_does_not_confirm_it(self, head, again, last):
        bring_last_report(head, again.id)
        write(head, again, last, on=last)
        assert desk(head, again).carried == frozenset(WHOLE)

    def test_what_was_added_later_counts(self, head, before, again, last):
        version = write(head, before, {"worries": "Only one burn."}, on=last, adding=True).version
        submit_report(head, before.id, version, adding=True)
        bring_last_report(head, again.id)
        assert desk(head, again).answers["worries"] == "Only one burn."

    def test_of_another_template_only_what_its_questions_take(self, head, again, last, world):
        mine = replace(
            template("other", question("worries", "Worries?"), question("threshold_view", "In words?")),
            agency_types=frozenset({AgencyType.SCHOOL}),
        )
        choice = FIRST_FORM.question("category_views")
        narrower = replace(choice, choices=choice.choices[2:], asked_if=None)
        other = replace(mine, sections=(replace(mine.sections[0], questions=(*mine.sections[0].questions, narrower)),))
        with writing() as session:
            publish(session, world.partnerships["a"], other)
        assert bring_last_report(head, again.id) == 2
        assert desk(head, again).answers == {"worries": last["worries"], "threshold_view": "plan_needed"}


class TestWhose:
    def test_without_an_earlier_report_there_is_nothing_to_bring(self, before, again, world, viewer_of):
        surgery = viewer_of(world.person("a.other_gp.lead"))
        write(surgery, before, WHOLE)
        assert last_report(surgery, again.id) is None, "a draft is none"
        with pytest.raises(NotVisible):
            bring_last_report(surgery, again.id)

    def test_another_agencys_and_another_familys_are_not_brought(self, head, place, again, world, viewer_of):
        assert last_report(viewer_of(world.person("a.social_care.lead")), again.id) is None
        assert last_report(head, place.id) is None

    def test_not_once_it_was_sent(self, head, again):
        submit_report(head, again.id, write(head, again, OTHER).version)
        with pytest.raises(AlreadySent):
            bring_last_report(head, again.id)

    def test_of_several_the_last_one_sent(self, head, before, again):
        submit_report(head, again.id, write(head, again, OTHER).version)
        assert last_report(head, before.id).meeting_on == desk(head, again).meeting.scheduled_on


def test_from_elsewhere_only_what_can_be_kept_comes(head, again):
    """As a clinical record brings it: what is empty, wrong or not asked stays outside."""
    given = {"worries": " From the record ", "strengths": "  ", "threshold_view": "perhaps", "colour": "Blue"}
    with changing(head) as change:
        draft = draft_to_write(change, again.id)
        assert bring(change, draft, given, "clinical_record") == 1
    assert desk(head, again).answers == {"worries": "From the record"}
    assert "report.filled" in verbs_of(head)
