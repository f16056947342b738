"""The file that a person brings: scanned like every other, read in memory, and never stored."""

from __future__ import annotations

from io import SEEK_END, BytesIO

from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.clinical_records import ClinicalRecord
from portal.domain.errors import Invalid
from portal.domain.files import Upload, shown_name, size_in_words
from portal.domain.report_templates import ReportTemplate
from portal.gateways.clinical_records.csv_files import read_csv
from portal.gateways.clinical_records.fhir import read_bundle
from portal.gateways.clinical_records.word_reading import read_document
from portal.gateways.file_refusals import NOT_A_KIND
from portal.gateways.file_types import CSV, OFFICE, TEXT, NotTaken, file_type
from portal.services import activity
from portal.services.clinical_records.documents import word_fields
from portal.services.files import TooLarge
from portal.services.filing import filing

FIELD = "record"
MOST_BYTES = 4 * 1024 * 1024
UNKNOWN_KIND = "is not a FHIR Bundle in JSON, a CSV file, or the portal’s Word document"
IS_XML = "is XML. Export the Bundle as JSON, or use the Word document"
VIRUS = "A virus was found in {name}, so it was not opened and nothing of it was kept"
UNSCANNED = "Files cannot be checked for viruses at the moment, so this one was not opened. Try again in a few minutes"

_DOCX = "docx"


def read_file(viewer: Viewer, meeting_id: int, upload: Upload, template: ReportTemplate) -> ClinicalRecord:
    """The record that a file holds, whichever of the three kinds it is.

    Raises Invalid (or TooLarge) with a sentence under `record`, and NotARecord.
    """
    name = shown_name(upload.name)
    content = _content(upload, name)
    _scan(viewer, meeting_id, content, name)
    # What its name says is no use: Bundles come as .json and as .txt.
    match content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]:
        case b"{":
            return read_bundle(content)
        case b"<":
            raise _refused(f"{name} {IS_XML}")
    try:
        kind = file_type(BytesIO(content), upload.name)
    except NotTaken as refused:
        raise _refused(f"{name} {UNKNOWN_KIND if str(refused) == NOT_A_KIND else refused}") from None
    if kind in OFFICE.values() and _DOCX in kind.extensions:
        return read_document(content, word_fields(template))
    if kind not in (TEXT, CSV):
        raise _refused(f"{name} {UNKNOWN_KIND}")
    return read_csv(content)


def _content(upload: Upload, name: str) -> bytes:
    if upload.is_cut_off or upload.stream.seek(0, SEEK_END) > MOST_BYTES:
        most = size_in_words(MOST_BYTES)
        words = f"{name} is larger than {most}, which is more than one child’s record. Export less, such as two years"
        raise TooLarge(words, errors={FIELD: [words]})
    upload.stream.seek(0)
    return upload.stream.read()


def _scan(viewer: Viewer, meeting_id: int, content: bytes, name: str) -> None:
    place = filing()
    status = place.status_after(place.scanner.scan([content]).verdict if place.scanner else None)
    if status is FileStatus.INFECTED:
        activity.record_reading(viewer, "clinical_record.infected", "meeting", [meeting_id])
        raise _refused(VIRUS.format(name=name))
    if status not in place.open_statuses:
        raise _refused(UNSCANNED)


def _refused(words: str) -> Invalid:
    return Invalid(words, errors={FIELD: [words]})
