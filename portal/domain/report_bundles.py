"""A meeting's reports as one document: in which order they stand, and who may have each of them."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.bundle_vocabulary import MaySee
from portal.domain.report_templates import ReportTemplate
from portal.domain.vocabulary import AgencyType

SHARING_QUESTION = "may_be_shared"
"""The code of the question by which an agency says who may have its report; its choices are values of `MaySee`."""

STANDARD_ORDER = (
    AgencyType.SOCIAL_CARE,
    AgencyType.POLICE,
    AgencyType.GP,
    AgencyType.HEALTH_VISITING,
    AgencyType.SCHOOL_NURSING,
    AgencyType.HOSPITAL,
    AgencyType.MENTAL_HEALTH,
    AgencyType.SCHOOL,
    AgencyType.EARLY_HELP,
    AgencyType.PROBATION,
    AgencyType.YOUTH_JUSTICE,
    AgencyType.HOUSING,
    AgencyType.VOLUNTARY,
    AgencyType.OTHER,
)
"""The order in which a conference hears its agencies, and so that of its documents."""

_KNOWN = frozenset(one.value for one in MaySee)


def place_of(agency_type: AgencyType, name: str) -> tuple[int, str]:
    """Where an agency stands among the others: by its kind, then by its name."""
    return STANDARD_ORDER.index(agency_type), name.casefold()


def may_see(template: ReportTemplate, answers: Mapping[str, str]) -> MaySee:
    """Who may have a report by its agency's own word; where its template does not ask, the family may.

    Where the agency was asked and has not said, the family is not taken to be meant. An answer that nobody knows (of a
    template that a partnership has changed) is taken for the strictest.
    """
    if template.question(SHARING_QUESTION) is None:
        return MaySee.FAMILY
    said = answers.get(SHARING_QUESTION, "")
    if not said:
        return MaySee.AGENCIES
    return MaySee(said) if said in _KNOWN else MaySee.READ_OUT


def for_family(template: ReportTemplate) -> frozenset[str]:
    """Codes of the questions whose answers the family's version shows."""
    return frozenset(question.code for question in template.questions if question.for_family)
