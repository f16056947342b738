"""What is wrong with a report template: every fault is found, and told with its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.domain.report_template_faults import faults_of
from portal.domain.report_templates import Choice, Condition
from portal.domain.report_vocabulary import IN_EVERY_TEMPLATE, AnswerKind
from tests.report_forms import HARMS, VIEWS, question
from tests.template_samples import CONFERENCES, HARM, REASON, VIEW, asking
from tests.world_report_templates import OWN

FIRST = "sections[0].questions[0]"
CHOSEN = question("which", "Which?", AnswerKind.ONE_OF, choices=(Choice("a", "A"), Choice("b", "B")))


class TestFaults:
    """What is wrong with a template."""

    def test_nothing(self):
        assert list(faults_of(OWN)) == []
        assert list(faults_of(asking(VIEW, REASON, HARM, meeting_types=CONFERENCES))) == []

    @pytest.mark.parametrize(
        ("template", "path", "reason"),
        [
            (asking(CHOSEN, CHOSEN), f"{FIRST}.code", "which stands twice"),
            (asking(), "sections[0].questions", "no question stands in it"),
            (asking(question("save", "Save?")), f"{FIRST}.code", "save is what the form calls"),
            (replace(OWN, sections=OWN.sections[1:] * 2), "sections[0].code", "summary stands twice"),
            (replace(OWN, sections=OWN.sections[:1], limited_involvement=()), "sections", "strengths, worries, needs"),
            (asking(replace(CHOSEN, choices=())), f"{FIRST}.choices", "two choices or more"),
            (asking(replace(CHOSEN, choices=CHOSEN.choices[:1])), f"{FIRST}.choices", "two choices"),
            (
                asking(replace(CHOSEN, choices=(Choice("a", "A"), Choice("a", "B")))),
                f"{FIRST}.choices",
                "a stands twice",
            ),
            (
                asking(replace(CHOSEN, choices=(Choice("a", "A"), Choice("b", "a")))),
                f"{FIRST}.choices",
                "“a” stands twice",
            ),
            (asking(replace(CHOSEN, kind=AnswerKind.DAY)), f"{FIRST}.choices", "has no choices"),
            (asking(question("involvement", "How?", AnswerKind.NUMBER)), f"{FIRST}.kind", "in words"),
            (asking(question("x", "X?", source="lungs")), f"{FIRST}.source", "lungs is none of registration"),
            (asking(question("x", "X?", AnswerKind.DAY, source="problems")), f"{FIRST}.source", "in words"),
            (
                asking(question("x", "X?", asked_if=Condition("y", ("a",)))),
                f"{FIRST}.asked_if.question",
                "no question before this one has the code y",
            ),
            (
                asking(question("x", "X?", asked_if=Condition("which", ("a",))), CHOSEN),
                f"{FIRST}.asked_if.question",
                "no question before",
            ),
            (
                asking(replace(CHOSEN, asked_if=Condition("which", ("a",)))),
                f"{FIRST}.asked_if.question",
                "no question before",
            ),
            (
                asking(CHOSEN, question("x", "X?", asked_if=Condition("which", ("c",)))),
                "sections[0].questions[1].asked_if.values",
                "c is none of the answers of which: a, b",
            ),
            (
                asking(
                    REASON,
                    HARM,
                    VIEW,
                    question("x", "X?", asked_if=Condition("threshold_reason", ("c",))),
                    meeting_types=CONFERENCES,
                ),
                "sections[0].questions[3].asked_if.question",
                "not answered by choosing",
            ),
            (asking(VIEW, REASON, meeting_types=CONFERENCES), "sections", "go together"),
            (asking(VIEW, REASON, HARM), "meeting_types", "asked for conferences"),
            (
                asking(replace(VIEW, choices=VIEWS[:2]), REASON, HARM, meeting_types=CONFERENCES),
                f"{FIRST}.choices",
                "answered by plan_needed, plan_not_needed, unsure",
            ),
            (
                asking(replace(VIEW, kind=AnswerKind.SEVERAL_OF), REASON, HARM, meeting_types=CONFERENCES),
                f"{FIRST}.kind",
                "answered by one_of",
            ),
            (
                asking(VIEW, REASON, replace(HARM, choices=(*HARMS, Choice("x", "X"))), meeting_types=CONFERENCES),
                "sections[0].questions[2].choices",
                "answered by neglect",
            ),
            (replace(OWN, limited_involvement=("worries", "worries")), "limited_involvement", "worries stands twice"),
            (replace(OWN, limited_involvement=("gone",)), "limited_involvement", "no question has the code gone"),
            (
                replace(OWN, limited_involvement=("conditions",)),
                "limited_involvement",
                "conditions is asked after sentence",
            ),
        ],
    )
    def test_each_is_told_with_its_place(self, template, path, reason):
        found = [(fault.path, fault.reason) for fault in faults_of(template)]
        assert any(where == path and reason in why for where, why in found), found

    @pytest.mark.parametrize("code", IN_EVERY_TEMPLATE)
    def test_a_common_question_is_asked_of_everybody(self, code):
        person, summary = OWN.sections
        asked = tuple(
            replace(one, asked_if=Condition("sentence", ("none",))) if one.code == code else one
            for one in summary.questions
        )
        found = [
            fault.in_words for fault in faults_of(replace(OWN, sections=(person, replace(summary, questions=asked))))
        ]
        assert len(found) == 1
        assert found[0].endswith("it is asked in every report, so nothing can decide whether it is.")

    def test_words_for_people_name_the_question(self):
        [fault] = faults_of(asking(replace(CHOSEN, choices=())))
        assert fault.in_words == "Which?: give two choices or more."
