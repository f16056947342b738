"""Report templates of the world's own: what probation is asked, published, and the draft of its next version.

No agency of the world is of that kind, so that whatever else is written there answers what it answered before.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from portal.domain.report_templates import Choice, Condition, ReportTemplate, TemplateSection
from portal.domain.report_vocabulary import AnswerKind, TemplateStatus
from portal.domain.vocabulary import AgencyType
from tests.report_forms import publish, question, template
from tests.world import PARTNERSHIPS, World

SUPERVISED = (Choice("licence", "On licence"), Choice("community", "Community order"), Choice("none", "Not now"))
OWN = replace(
    template(
        "own",
        agency_types=frozenset({AgencyType.PROBATION}),
        title="Probation’s report",
        limited_involvement=("sentence", "worries"),
    ),
    sections=(
        TemplateSection(
            "person",
            "The person you supervise",
            (
                question("sentence", "On what?", AnswerKind.ONE_OF, choices=SUPERVISED, for_family=False),
                question(
                    "conditions",
                    "What must the person keep to?",
                    is_needed=False,
                    for_family=False,
                    asked_if=Condition("sentence", ("licence", "community")),
                ),
                question("next_seen", "When do you meet next?", AnswerKind.DAY, is_needed=False),
            ),
        ),
        TemplateSection(
            "summary",
            "What you make of it",
            (
                question("strengths", "What is going well"),
                question("worries", "What you are worried about", read_title="What they are worried about"),
                question("lived_experience", "What a day is like for the child", is_needed=False),
                question("child_voice", "What the child says", is_needed=False),
                question("needs", "What needs to happen"),
            ),
        ),
    ),
)


def drafted(title: str) -> ReportTemplate:
    """What the draft says: its title is its own, and one question asks something else."""
    person, summary = OWN.sections
    sentence, conditions, next_seen = person.questions
    asked = replace(sentence, title="On what, and until when?")
    return replace(OWN, title=title, sections=(replace(person, questions=(asked, conditions, next_seen)), summary))


class TemplateBuilder:
    """Adds them to a world."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world = session, world

    def build(self) -> None:
        """One published template and the draft of its next version, in both partnerships."""
        for letter in PARTNERSHIPS:
            partnership_id = self.world.partnerships[letter]
            own = publish(self.session, partnership_id, OWN)
            marker = f"ZQ-{letter.upper()}-TEMPLATE-QZ"
            self.world.mark("template", letter, {f"{letter}.business_manager"}, marker)
            draft = publish(self.session, partnership_id, drafted(marker), number=2)
            draft.status, draft.published_at = TemplateStatus.DRAFT, None
            self.world.templates |= {f"{letter}.own": own.id, f"{letter}.draft": draft.id}
