"""A record is read, matched, chosen from and forgotten: what is left out is stored nowhere."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.database.declarative import Base
from portal.database.encryption import keyring
from portal.database.session import db, writing
from portal.domain.clinical_records import ClinicalPart, Mismatch
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.files import Upload
from portal.domain.vocabulary import ReportStatus
from portal.gateways.clinical_records.word_reading import read_document
from portal.gateways.scanner import Verdict
from portal.models.cases import Child
from portal.models.named_people import MeetingCase
from portal.models.reports import Report, ReportAnswer
from portal.services.clinical_records import asking, documents, reading, sealing, taking, uploads
from portal.services.clinical_records.reading import NotThisChild
from portal.services.files import TooLarge
from portal.services.filing import filing
from portal.services.reports.drafts import AlreadySent
from tests.clinical_files import filled, sample, upload
from tests.services.file_steps import TellingScanner
from tests.services.report_steps import answers_of, desk, reports_of, verbs_of, write
from tests.world_clinical import record_of

AGENCY = "other_gp"
LEFT_OUT = ("Bruise on arm", "Came with father", "Wren Larkfield", "Chickenpox", "Otitis media")


@pytest.fixture(autouse=True)
def scanner(use_filing) -> TellingScanner:
    telling = TellingScanner()
    use_filing(scanner=telling)
    return telling


@pytest.fixture
def place(world):
    """A conference that was held, to which the practice has not yet reported."""
    return world.meeting("a.past_initial")


@pytest.fixture
def doctor(viewer):
    """The practice's lead."""
    return viewer("a.other_gp.lead")


@pytest.fixture
def record(world):
    """The child's record, as GP Connect gives it."""
    return record_of(db.session(), world.children["a.2"])


def read(viewer, place, content, name="record.json"):
    """A file, read."""
    return reading.read_record(viewer, place.id, upload(content, name))


def ticked(offer) -> set[int]:
    """What is ticked at first."""
    return {one.number for part in offer.parts for one in part.lines if one.is_ticked}


def words_of(offer, *, is_ticked: bool) -> str:
    """The lines that are ticked, or not."""
    return " ".join(one.line.words for part in offer.parts for one in part.lines if one.is_ticked is is_ticked)


def everything_kept() -> str:
    """Every value of every column of every table, decrypted."""
    db.session.rollback()
    found = []
    for mapper in Base.registry.mappers:
        columns = [getattr(mapper.class_, attribute.key) for attribute in mapper.column_attrs]
        found += [str(value) for row in db.session.execute(sa.select(*columns)) for value in row]
    return "\n".join(found)


def also_about(world, place, family: str, viewer) -> None:
    """Have the meeting be about one more family."""
    with writing() as session:
        further = MeetingCase(
            partnership_id=world.partnerships["a"],
            meeting_id=place.id,
            case_id=world.cases[family],
            added_at=viewer.now,
            added_by_id=viewer.user_id,
        )
        session.add(further)


class TestTheWholeWay:
    """Read, chosen, taken."""

    def test_what_is_ticked_becomes_answers_to_confirm(self, doctor, place, record):
        offer = read(doctor, place, record)
        assert offer.child == desk(doctor, place).children[0]
        assert "Asthma review" in words_of(offer, is_ticked=True)
        for words in LEFT_OUT:
            assert words in words_of(offer, is_ticked=False)
        assert taking.take_lines(doctor, place.id, offer.sealed, ticked(offer)) == 5
        kept = answers_of(place, AGENCY)
        assert kept["registered"] == "Registered at Hollybush Surgery since 2 September 2019 (Regular)"
        assert (
            kept["problems"]
            == "From our record on 10 June 2026:\n- 2 October 2023: Asthma (major). Reviewed once a year"
        )
        assert kept["consultations"].endswith(":\n- 14 January 2026: Asthma review. Inhaler technique good")
        assert "Amoxicillin" in kept["medication"]
        assert "Not given: Childhood flu vaccine" in kept["immunised"]
        assert "carers" not in kept
        assert desk(doctor, place).carried == {"registered", "problems", "consultations", "medication", "immunised"}
        assert verbs_of(doctor).count("report.filled") == 1

    def test_the_world_was_not_told_by_reading_alone(self, doctor, place, record):
        read(doctor, place, record)
        assert reports_of(place, AGENCY) == []
        assert set(verbs_of(doctor)) == {"case.read"}

    def test_only_what_was_chosen_is_taken(self, doctor, place, record):
        offer = read(doctor, place, record)
        (number,) = [one.number for part in offer.parts for one in part.lines if "Bruise" in one.line.words]
        assert taking.take_lines(doctor, place.id, offer.sealed, {number, 999}) == 1
        assert answers_of(place, AGENCY) == {
            "consultations": "From our record on 10 June 2026:\n"
            "- 11 February 2026: Safeguarding discussion. Bruise on arm"
        }

    @pytest.mark.parametrize(
        ("name", "code", "words"),
        [
            ("uk-core-r4.json", "problems", "2 October 2023: Asthma"),
            ("record.csv", "medication", "10 February 2025: Salbutamol 100micrograms/dose inhaler"),
        ],
    )
    def test_the_other_kinds(self, doctor, place, world, name, code, words):
        offer = read(doctor, place, record_of(db.session(), world.children["a.2"], name), name)
        taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        assert words in answers_of(place, AGENCY)[code]

    def test_the_word_document_there_and_back(self, doctor, place, world):
        child = db.session.get_one(Child, world.children["a.2"])
        template = documents.word_document(doctor, place.id)
        assert not [
            words for words in (child.given_name, child.surname, child.nhs_number) if words.encode() in template
        ]
        content = filled(
            template,
            {
                "NHS_number": [child.nhs_number],
                "Date_of_birth": [child.date_of_birth],
                "Problems": ["02-Oct-2025 Asthma", "02-Oct-2020 Otitis"],
            },
            {"portal.answer.worries": "Not brought twice.", "portal.answer.strengths": "Seeks help in time."},
        )
        offer = read(doctor, place, content, "letter.docx")
        assert [(one.written.code, one.is_ticked) for one in offer.answers] == [("strengths", True), ("worries", True)]
        assert taking.take_lines(doctor, place.id, offer.sealed, ticked(offer), {"worries"}) == 2
        assert answers_of(place, AGENCY) == {
            "problems": "From our record on 10 June 2026:\n- 2 October 2025: Asthma",
            "worries": "Not brought twice.",
        }
        assert desk(doctor, place).carried == {"problems", "worries"}

    def test_broken_entries_are_listed_and_the_rest_is_taken(self, doctor, place, world):
        offer = read(doctor, place, record_of(db.session(), world.children["a.2"], "broken-entries-stu3.json"))
        assert len(offer.record.broken) == 6
        assert taking.take_lines(doctor, place.id, offer.sealed, ticked(offer)) == 5


class TestWhatIsLeftOut:
    """Is stored nowhere."""

    def test_not_in_any_table_nor_file_nor_log(self, doctor, place, record, databases, caplog, capfd):
        assert LEFT_OUT[0] in record.decode()
        stored = {name for name, _ in filing().store.names()}
        offer = read(doctor, place, record)
        taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        kept = everything_kept()
        assert "Inhaler technique good" in kept, "or nothing of what follows would say anything"
        assert [words for words in LEFT_OUT if words in kept] == []
        assert offer.sealed not in kept
        assert {name for name, _ in filing().store.names()} == stored
        said = caplog.text + "".join(capfd.readouterr())
        assert [words for words in (*LEFT_OUT, "Inhaler", "Larkfield") if words in said] == []

    def test_not_in_the_database_as_it_lies_there(self, doctor, place, record, databases, backend):
        offer = read(doctor, place, record)
        taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        if backend == "sqlite":  # with its log; PostgreSQL's files are the server's, so there its rows as they are sent
            found = b"".join(path.read_bytes() for path in databases.folder.glob("portal*.sqlite3*"))
        else:
            found = b"".join(
                bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                for table in Base.metadata.sorted_tables
                for row in db.session.execute(sa.select(sa.text("*")).select_from(table))
                for value in row
            )
        assert place.reference.encode() in found, "or it was not the database that was looked at"
        assert [words for words in (*LEFT_OUT, "Inhaler technique good") if words.encode() in found] == []

    def test_the_page_carries_it_sealed(self, doctor, place, record):
        offer = read(doctor, place, record)
        for words in ("Bruise", "Asthma", "Larkfield"):
            assert words not in offer.sealed
            assert words.encode() not in base64.urlsafe_b64decode(offer.sealed)


class TestTheSeal:
    """For one person, one report and one hour."""

    @pytest.fixture
    def sealed(self, doctor, place, record):
        return read(doctor, place, record).sealed

    def refused(self, viewer, meeting_id, sealed):
        with pytest.raises(Invalid) as refused:
            taking.take_lines(viewer, meeting_id, sealed, {0})
        assert str(refused.value) == sealing.OUT_OF_TIME

    def test_after_an_hour_it_is_over(self, viewer, place, sealed, world):
        now = viewer("a.other_gp.lead").now
        almost = viewer("a.other_gp.lead", now=now + timedelta(minutes=59))
        assert taking.shown_again(almost, place.id, sealed, {1}, ()).sealed == sealed
        self.refused(viewer("a.other_gp.lead", now=now + timedelta(hours=1)), place.id, sealed)

    def test_a_colleague_cannot_open_it(self, viewer, place, sealed):
        self.refused(viewer("a.other_gp.practitioner"), place.id, sealed)

    def test_it_does_not_open_for_another_report(self, doctor, world, sealed):
        self.refused(doctor, world.meeting("a.review").id, sealed)

    @pytest.mark.parametrize(
        "spoil", [lambda s: "", lambda s: "é" + s, lambda s: s[:-4], lambda s: s[:40] + "A" + s[41:]]
    )
    def test_a_spoilt_one_does_not_open(self, doctor, place, sealed, spoil):
        spoilt = spoil(sealed)
        self.refused(doctor, place.id, spoilt if spoilt != sealed else sealed[:40] + "B" + sealed[41:])

    def test_what_was_encrypted_for_a_column_is_no_seal(self, doctor, place):
        other = base64.urlsafe_b64encode(keyring.encrypt("x", "report_answers.value")).decode()
        self.refused(doctor, place.id, other)

    def test_whose_meeting_it_is_comes_first(self, viewer, place, sealed):
        for key in ("b.other_gp.lead", "a.gp.lead", "a.chair"):
            with pytest.raises(NotVisible):
                taking.take_lines(viewer(key), place.id, sealed, {0})


class TestAnotherPerson:
    """Refused, logged, and nothing kept."""

    def refused(self, doctor, place, content) -> NotThisChild:
        with pytest.raises(NotThisChild) as refused:
            read(doctor, place, content)
        assert reports_of(place, AGENCY) == []
        assert "clinical_record.not_matched" in verbs_of(doctor)
        kept = everything_kept()
        assert "Bruise" not in kept
        return refused.value

    def test_another_number_and_day(self, doctor, place):
        assert self.refused(doctor, place, sample("another-child-stu3.json")).mismatch is Mismatch.NOBODY

    def test_another_day(self, doctor, place, world):
        child = db.session.get_one(Child, world.children["a.2"])
        found = self.refused(doctor, place, sample("gp-connect-stu3.json", nhs_number=child.nhs_number))
        assert found.mismatch is Mismatch.OTHER_DAY

    def test_another_number(self, doctor, place, world):
        child = db.session.get_one(Child, world.children["a.2"])
        found = self.refused(doctor, place, sample("gp-connect-stu3.json", born=child.date_of_birth))
        assert found.mismatch is Mismatch.OTHER_NUMBER

    @pytest.mark.parametrize("missing", ["nhs_number", "date_of_birth"])
    def test_what_the_portal_does_not_hold_matches_nobody(self, doctor, place, world, record, missing):
        with writing() as session:
            session.execute(sa.update(Child).where(Child.id == world.children["a.2"]).values({missing: None}))
        assert self.refused(doctor, place, record).mismatch is Mismatch.NOT_HELD

    def test_a_child_of_another_meeting_or_partnership(self, doctor, place, world):
        for child in ("a.1", "b.2"):
            content = record_of(db.session(), world.children[child])
            assert isinstance(self.refused(doctor, place, content).mismatch, Mismatch)

    def test_several_people(self, doctor, place):
        with pytest.raises(Invalid, match="several people"):
            read(doctor, place, sample("two-children-stu3.json"))


class TestSeveralChildren:
    """A report on two children has both of their records, one below the other."""

    def test_each_is_named(self, doctor, place, world):
        also_about(world, place, "a.1", doctor)
        names = []
        for key in ("a.2", "a.1"):
            child = db.session.get_one(Child, world.children[key])
            names.append(child.given_name)
            offer = read(doctor, place, record_of(db.session(), child.id))
            assert offer.child == f"{child.given_name} {child.surname}"
            taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        kept = answers_of(place, AGENCY)
        for code in ("problems", "registered"):
            assert [kept[code].count(name) for name in names] == [1, 1]

    def test_a_child_who_left_the_meeting_is_taken_no_longer(self, doctor, place, world):
        also_about(world, place, "a.1", doctor)
        offer = read(doctor, place, record_of(db.session(), world.children["a.1"]))
        with writing() as session:
            session.execute(sa.delete(MeetingCase).where(MeetingCase.meeting_id == place.id))
        with pytest.raises(NotVisible):
            taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        assert reports_of(place, AGENCY) == []


class TestWhatStandsAlready:
    """Nothing that somebody typed gives way."""

    def test_a_typed_answer_stays_and_its_lines_are_not_offered(self, doctor, place, record):
        write(doctor, place, {"problems": "Only what I say."})
        offer = read(doctor, place, record)
        assert {part.part: part.is_open for part in offer.parts}[ClinicalPart.PROBLEMS] is False
        taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        assert answers_of(place, AGENCY)["problems"] == "Only what I say."
        assert "Salbutamol" in answers_of(place, AGENCY)["medication"]

    def test_what_was_filled_before_gives_way_until_it_is_confirmed(self, doctor, place, record):
        for _ in range(2):
            offer = read(doctor, place, record)
            taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        assert answers_of(place, AGENCY)["problems"].count("Asthma") == 1
        write(doctor, place, {}, confirmed=["problems"])
        offer = read(doctor, place, record)
        assert {part.part: part.is_open for part in offer.parts}[ClinicalPart.PROBLEMS] is False

    def test_the_short_form_takes_what_it_asks(self, doctor, place, record):
        write(doctor, place, {"worries": "None."}, is_limited=True)
        offer = read(doctor, place, record)
        assert [part.part for part in offer.parts] == [ClinicalPart.REGISTRATION]
        assert offer.not_asked[ClinicalPart.CONSULTATIONS] == 4
        taking.take_lines(doctor, place.id, offer.sealed, range(len(offer.record.lines)))
        assert set(answers_of(place, AGENCY)) == {"worries", "registered"}


class TestRefusals:
    """Each with what to do about it."""

    def said(self, doctor, place, content, name="record.json", kind: type[Invalid] = Invalid) -> str:
        with pytest.raises(kind) as refused:
            read(doctor, place, content, name)
        (words,) = refused.value.errors[uploads.FIELD]
        return words

    def test_a_virus(self, doctor, place, record, scanner):
        scanner.verdict = Verdict.INFECTED
        assert "A virus was found in record.json" in self.said(doctor, place, record)
        assert scanner.seen == [record]
        assert "clinical_record.infected" in verbs_of(doctor)

    def test_no_scanner_that_answers(self, doctor, place, record, scanner, use_filing):
        scanner.verdict = Verdict.UNREACHABLE
        assert self.said(doctor, place, record) == uploads.UNSCANNED
        use_filing(scanner=None)
        assert self.said(doctor, place, record) == uploads.UNSCANNED
        use_filing(scanner=None, passes_unscanned=True)
        assert read(doctor, place, record).parts

    def test_kinds_that_are_none(self, doctor, place):
        assert "is XML" in self.said(doctor, place, b"<Bundle xmlns='http://hl7.org/fhir'/>", "record.xml")
        assert uploads.UNKNOWN_KIND in self.said(doctor, place, b"%PDF-1.7\n%%EOF", "record.pdf")
        assert "is empty" in self.said(doctor, place, b"", "record.json")
        assert "not whole JSON" in self.said(doctor, place, b"{", "record.json")
        assert "name its columns" in self.said(doctor, place, b"a,b\n1,2\n", "record.csv")

    def test_too_large(self, doctor, place):
        content = b"{" + b" " * uploads.MOST_BYTES
        assert "larger than 4 MB" in self.said(doctor, place, content, kind=TooLarge)
        with pytest.raises(TooLarge):
            reading.read_record(doctor, place.id, Upload("record.json", upload(b"{}").stream, is_cut_off=True))

    def test_too_many_words_for_an_answer(self, doctor, place, world):
        child = db.session.get_one(Child, world.children["a.2"])
        rows = [
            f"{child.nhs_number},{child.date_of_birth},consultation,2026-05-{n:02},{n} {'x' * 900}"
            for n in range(1, 13)
        ]
        content = "\n".join(["nhs_number,date_of_birth,part,date,entry", *rows]).encode()
        offer = read(doctor, place, content, "record.csv")
        with pytest.raises(Invalid) as refused:
            taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        assert list(refused.value.errors) == ["consultations"]
        assert reports_of(place, AGENCY) == []
        assert taking.take_lines(doctor, place.id, offer.sealed, {0, 1}) == 1

    def test_a_record_that_no_page_could_carry(self, doctor, place, record, monkeypatch):
        monkeypatch.setattr(sealing, "MOST_SEALED", 100)
        assert "more text than can be shown" in self.said(doctor, place, record)

    def test_nothing_chosen(self, doctor, place, record):
        offer = read(doctor, place, record)
        for chosen in (set(), {998}):
            with pytest.raises(Invalid) as refused:
                taking.take_lines(doctor, place.id, offer.sealed, chosen, {"no-such-question"})
            assert list(refused.value.errors) == ["lines"]
        assert reports_of(place, AGENCY) == []

    def test_a_report_that_was_sent_meanwhile(self, doctor, place, record):
        offer = read(doctor, place, record)
        taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        with writing() as session:
            session.execute(
                sa.update(Report)
                .where(Report.invitation_id == place.invitations[AGENCY].id)
                .values(status=ReportStatus.SUBMITTED, submitted_at=doctor.now, submitted_by_id=doctor.user_id)
            )
        with pytest.raises(AlreadySent):
            taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
        with pytest.raises(NotPermitted):
            read(doctor, place, record)


class TestWhoMay:
    """Whoever writes a report that asks for something of a record."""

    def test_a_form_without_such_a_question_has_no_such_page(self, viewer, world, record):
        for key, meeting in (
            ("a.gp.lead", "a.initial"),
            ("a.school.lead", "a.initial"),
            ("a.police.lead", "a.initial"),
        ):
            with pytest.raises(NotVisible):
                asking.open_place(viewer(key), world.meeting(meeting).id)

    def test_who_is_not_invited_or_no_agency(self, viewer, place):
        for key in ("a.gp.lead", "a.chair", "a.coordinator", "a.manager", "b.other_gp.lead"):
            with pytest.raises(NotVisible):
                asking.open_place(viewer(key), place.id)

    def test_where_no_report_is_due(self, viewer, world):
        with pytest.raises(NotPermitted):
            asking.open_place(viewer("a.gp.lead"), world.meeting("a.strategy").id)

    def test_the_reports_page_leads_there_only_where_it_helps(self, doctor, viewer, place, world):
        assert asking.takes_records(desk(doctor, place))
        school = viewer("a.school.lead")
        assert not asking.takes_records(desk(school, world.meeting("a.initial")))
        write(doctor, place, {"worries": "None."})
        with writing() as session:
            session.execute(
                sa.update(Report)
                .where(Report.invitation_id == place.invitations[AGENCY].id)
                .values(
                    status=ReportStatus.FOR_SIGN_OFF, sign_off_asked_at=doctor.now, sign_off_asked_by_id=doctor.user_id
                )
            )
        assert not asking.takes_records(desk(doctor, place))


def test_the_document_reads_its_own_rows(doctor, place):
    template = desk(doctor, place).template
    content = filled(
        documents.word_document(doctor, place.id),
        {"NHS_number": ["9990000018"], "Date_of_birth": ["2017-03-14"], "Contacts": ["A friend"]},
    )
    record = read_document(content, documents.word_fields(template))
    assert [(line.part, line.words) for line in record.lines] == [(ClinicalPart.CONTACTS, "A friend")]


def test_reading_does_not_ask_more_of_the_database_for_a_longer_record(doctor, place, world, count_queries):
    short = record_of(db.session(), world.children["a.2"])
    found = json.loads(short)
    one = next(entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == "Condition")
    found["entry"] += [
        {"resource": {**one, "id": f"more{number}", "code": {"text": f"Problem {number}"}}} for number in range(40)
    ]
    counts = []
    for content in (short, json.dumps(found).encode()):
        with count_queries() as statements:
            read(doctor, place, content)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_answers_of_the_record_are_rows_of_the_draft_alone(doctor, place, record):
    offer = read(doctor, place, record)
    taking.take_lines(doctor, place.id, offer.sealed, ticked(offer))
    (report,) = reports_of(place, AGENCY)
    assert report.status is ReportStatus.DRAFT
    rows = db.session.scalars(sa.select(ReportAnswer).where(ReportAnswer.report_id == report.id)).all()
    assert {row.saved_by_id for row in rows} == {doctor.user_id}
    assert all(row.is_carried for row in rows)
