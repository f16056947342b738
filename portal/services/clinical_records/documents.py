"""The Word document that a practice's own system fills: made from the report's template, and what its rows are."""

from __future__ import annotations

from collections.abc import Sequence

from portal.access.viewer import Viewer
from portal.domain.clinical_answers import filled_by_parts, typed_in_word
from portal.domain.report_templates import ReportTemplate
from portal.gateways.clinical_records.word_fields import Field, fields_of
from portal.gateways.clinical_records.word_template import write_template
from portal.services.clinical_records.asking import open_place

NAME = "Record for a conference report.docx"
EXPLANATION = (
    "Import this document into your clinical system once, as a template for letters. Replace each merge field "
    "(such as «Problems») with your system’s own field for the same thing, inside its box. Keep the boxes, the words "
    "on the left, and this order.",
    "For a child: create the document from the child’s record, add what you want to say yourself, save it as a Word "
    "document (.docx), and choose it on the report’s page in the portal. You are shown every line before any is taken.",
)


def word_document(viewer: Viewer, meeting_id: int) -> bytes:
    """The document for what the viewer's agency is asked at a meeting; nothing of the meeting or a child stands in it.

    Raises NotVisible, NotPermitted.
    """
    template = open_place(viewer, meeting_id).desk.template
    return write_template(template.title, EXPLANATION, word_fields(template))


def word_fields(template: ReportTemplate) -> Sequence[Field]:
    """The rows of the document: whose record, the parts that the template asks for, and what a person answers."""
    asked = {code: (question.title, question.help) for code, question in typed_in_word(template).items()}
    return fields_of(filled_by_parts(template), asked)
