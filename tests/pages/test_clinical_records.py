"""The pages of a clinical record: the file, the lines to choose from, and what is said of a file that is not taken."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from portal.database.session import db, writing
from portal.domain.vocabulary import ReportStatus
from portal.models.cases import Child
from portal.models.reports import Report
from portal.services import kept_forms
from portal.services.clinical_records import sealing, uploads
from tests.clinical_files import never_on_disk, sample
from tests.pages.report_steps import links_in_summary
from tests.services.file_steps import TellingScanner
from tests.services.report_steps import answers_of
from tests.world import NOW
from tests.world_clinical import record_of


@pytest.fixture(autouse=True)
def passes(use_filing) -> None:
    use_filing(scanner=TellingScanner())


@pytest.fixture
def place(world):
    """A conference that was held, to which the practice has not yet reported."""
    return world.meeting("a.past_initial")


@pytest.fixture
def doctor(as_person):
    """The practice's lead before the pages."""
    return as_person("a.other_gp.lead")


@pytest.fixture
def url(place):
    """Where the file is chosen."""
    return f"/meetings/{place.id}/report/record"


@pytest.fixture
def record(world):
    """The child's record, as GP Connect gives it."""
    return record_of(db.session(), world.children["a.2"])


def text(response) -> str:
    """What a page says."""
    return " ".join(response.page.main.get_text(" ").split())


def send(browser, url, content, name="record.json"):
    """Send a file to be looked at."""
    return browser.submit(url, record=(BytesIO(content), name))


def box(page, words):
    """The box of the line that says this."""
    label = page.page.find("label", string=lambda said: said and words in said)
    return page.page.find(id=label["for"])


class TestTheWholeWay:
    """Report, file, lines, report."""

    def test_three_pages_and_a_click_each(self, doctor, url, place, record):
        report = doctor.get(f"/meetings/{place.id}/report")
        link = report.page.find("a", string="Fill it from your own system")
        assert link["href"] == url
        shown = send(doctor, url, record)
        assert shown.status_code == 200
        assert "Choose what to take from the record of ZQ-A-CHILD-2-QZ" in text(shown)
        assert box(shown, "Inhaler technique good").has_attr("checked")
        for words, why in (
            ("Came with father", "Speaks of somebody other than the child"),
            ("Bruise on arm", "Marked confidential in your system"),
            ("Chickenpox", None),
        ):
            assert not box(shown, words).has_attr("checked")
            hint = box(shown, words).get("aria-describedby")
            assert (shown.page.find(id=hint).get_text() if hint else None) == why
        assert "Allergies: 1" in text(shown)
        assert "The family’s version of the report leaves it out" in text(shown)
        done = doctor.send(shown)
        assert (done.status_code, done.location) == (303, f"/meetings/{place.id}/report")
        written = doctor.get(done.location)
        assert "5 answers were filled from the record" in written.text
        assert "Inhaler technique good" in written.page.find(id="consultations").get_text()
        assert "Bruise" not in written.text

    def test_boxes_unticked_and_ticked(self, doctor, url, place, record):
        shown = send(doctor, url, record)
        done = doctor.send(shown, line=[box(shown, "Chickenpox")["value"]])
        assert done.status_code == 303
        assert answers_of(place, "other_gp") == {
            "consultations": "From our record on 10 June 2026:\n- 19 June 2020: Telephone consultation. Chickenpox"
        }

    def test_the_page_never_shows_the_childs_number(self, doctor, url, record, world):
        shown = send(doctor, url, record)
        number = db.session.get_one(Child, world.children["a.2"]).nhs_number
        assert number.encode() in record
        assert number not in shown.text

    def test_nothing_of_it_stays_with_whoever_keeps_pages(self, doctor, url, record):
        assert "no-store" in send(doctor, url, record).headers["Cache-Control"]

    def test_a_large_file_is_never_on_a_disk(self, doctor, url, record, monkeypatch):
        never_on_disk(monkeypatch)
        assert send(doctor, url, record + b" " * 1_000_000).status_code == 200

    def test_a_second_file_finds_no_room(self, doctor, url, record, monkeypatch):
        """Else several of the largest would be held in memory at once."""
        never_on_disk(monkeypatch)
        token = doctor.get(url).page.find("input", attrs={"name": "csrf_token"})["value"]
        files = [(BytesIO(b"x" * uploads.MOST_BYTES), "first.json"), (BytesIO(record), "record.json")]
        answer = doctor.post(url, data={"csrf_token": token, "other": files[0], "record": files[1]})
        assert answer.status_code == 413
        assert "larger than 4 MB" in text(answer)

    def test_broken_entries_are_listed_above_the_rest(self, doctor, url, world):
        shown = send(doctor, url, record_of(db.session(), world.children["a.2"], "broken-entries-stu3.json"))
        assert "6 entries could not be read" in text(shown)
        assert "Entry 25 (Condition): “subject” is missing" in text(shown)
        assert box(shown, "Inhaler technique good").has_attr("checked")
        assert "Epilepsy" not in shown.text

    def test_many_broken_entries_are_counted(self, doctor, url, world):
        rows = "\n".join(f"{number},x,problem,,Asthma" for number in range(40))
        content = record_of(db.session(), world.children["a.2"], "record.csv").decode() + rows
        shown = send(doctor, url, content.encode(), "record.csv")
        assert "43 entries could not be read" in text(shown)
        assert "And 13 more." in text(shown)
        assert len(shown.page.select(".govuk-inset-text li")) == 30

    def test_what_stands_in_the_file_is_words_and_never_markup(self, doctor, url, world):
        content = record_of(db.session(), world.children["a.2"], Asthma="<script>alert(1)</script>")
        shown = send(doctor, url, content)
        assert "<script>alert(1)</script>" in text(shown)
        assert "alert(1)" not in "".join(script.get_text() for script in shown.page.find_all("script"))


class TestTheWordDocument:
    """For systems that cannot export."""

    def test_it_is_downloaded_and_holds_nothing_of_the_meeting(self, doctor, url, world):
        page = doctor.get(url)
        link = page.page.find("a", string=lambda words: words and "Download the Word document" in words)
        file = doctor.get(link["href"])
        assert file.mimetype == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        assert file.headers["Content-Disposition"] == 'attachment; filename="record-for-a-conference-report.docx"'
        assert b"ZQ-" not in file.get_data()

    def test_unfilled_it_is_sent_back(self, doctor, url):
        answer = send(doctor, url, doctor.get(f"{url}/document").get_data(), "letter.docx")
        assert answer.status_code == 400
        assert "has no NHS number that can be read" in text(answer)


class TestAnotherPerson:
    """A page of its own, which says what is wrong and what to do."""

    @pytest.mark.parametrize(
        ("same", "words"),
        [
            ((), "You may have opened another record"),
            (("nhs_number",), "the date of birth is another one"),
            (("born",), "the NHS number is another one"),
        ],
    )
    def test_each_way(self, doctor, url, world, same, words):
        child = db.session.get_one(Child, world.children["a.2"])
        right = {"nhs_number": child.nhs_number, "born": child.date_of_birth}
        answer = send(doctor, url, sample("gp-connect-stu3.json", **{name: right[name] for name in same}))
        assert answer.status_code == 400
        assert answer.page.h1.get_text(strip=True) == "This record is not of a child of this meeting"
        assert words in text(answer)
        assert "nothing of it was kept" in text(answer)
        assert "Larkfield" not in answer.text
        assert right["nhs_number"] not in answer.text
        assert answer.page.find("a", string=lambda said: said and "Choose another file" in said)["href"] == url

    def test_a_child_whose_number_the_portal_does_not_hold(self, doctor, url, world, record):
        with writing() as session:
            session.execute(sa.update(Child).where(Child.id == world.children["a.2"]).values(nhs_number=None))
        answer = send(doctor, url, record)
        assert answer.page.h1.get_text(strip=True) == "We cannot tell whose record this is"
        assert "Ask the conference coordinator to add them" in text(answer)

    def test_several_people_are_refused_beside_the_field(self, doctor, url):
        answer = send(doctor, url, sample("two-children-stu3.json"))
        assert answer.status_code == 400
        assert links_in_summary(answer) == ["#record"]
        assert "the records of several people" in text(answer)


class TestWhatIsWrong:
    """Said where it can be mended, with what was ticked kept."""

    def test_no_file(self, doctor, url):
        answer = doctor.submit(url)
        assert answer.status_code == 400
        assert links_in_summary(answer) == ["#record"]
        assert "Choose a file" in text(answer)

    def test_too_large(self, doctor, url):
        answer = send(doctor, url, b"{" + b" " * uploads.MOST_BYTES)
        assert answer.status_code == 413
        assert "larger than 4 MB" in text(answer)

    def test_nothing_ticked(self, doctor, url, record):
        shown = send(doctor, url, record)
        answer = doctor.send(shown, line=None)
        assert answer.status_code == 400
        assert links_in_summary(answer) == ["#line-registration"]
        assert "Tick at least one line" in text(answer)
        assert not answer.page.select("input[name=line][checked]")

    def test_too_many_lines_for_an_answer(self, doctor, url, world, place):
        head = "nhs_number,date_of_birth,part,date,entry\n"
        whose = record_of(db.session(), world.children["a.2"], "record.csv").decode().splitlines()[1].split(",")[:2]
        rows = "\n".join(
            ",".join([*whose, "consultation", f"2026-05-{n:02}", f"{n} {'x' * 900}"]) for n in range(1, 13)
        )
        shown = send(doctor, url, (head + rows).encode(), "record.csv")
        answer = doctor.send(shown)
        assert answer.status_code == 400
        assert links_in_summary(answer) == ["#line-consultations"]
        assert "Take fewer lines for “What matters of consultations”" in text(answer)
        assert len(answer.page.select("input[name=line][checked]")) == 12
        assert doctor.send(answer, line=["0"]).status_code == 303

    def test_after_an_hour_the_file_is_asked_for_again(self, doctor, url, record, at_world_time):
        shown = send(doctor, url, record)
        for _ in range(4):  # nobody is signed out who goes on meanwhile
            at_world_time.shift(timedelta(minutes=16))
            doctor.get(url)
        answer = doctor.send(shown)
        assert answer.status_code == 400
        assert sealing.OUT_OF_TIME in text(answer)
        assert answer.page.find(id="record")

    def test_a_report_that_was_sent_meanwhile(self, doctor, url, record, place):
        shown = send(doctor, url, record)
        doctor.send(shown)
        with writing() as session:
            session.execute(
                sa.update(Report)
                .where(Report.invitation_id == place.invitations["other_gp"].id)
                .values(status=ReportStatus.SUBMITTED, submitted_at=NOW, submitted_by_id=Report.saved_by_id)
            )
        answer = doctor.send(shown)
        assert (answer.status_code, answer.location) == (303, f"/meetings/{place.id}/report")
        assert "nothing was put into it" in doctor.get(answer.location).text


def test_a_report_without_such_questions_has_no_link_and_no_page(as_person, world):
    school, place = as_person("a.school.lead"), world.meeting("a.initial")
    assert "Fill it from your own system" not in school.get(f"/meetings/{place.id}/report").text
    assert school.get(f"/meetings/{place.id}/report/record").status_code == 404


def test_a_form_whose_sign_in_ended_keeps_nothing_of_the_record(doctor, url, record, world, viewer_of, at_world_time):
    shown = send(doctor, url, record)
    at_world_time.shift(timedelta(hours=2))
    hidden = {
        field["name"]: field["value"] for field in shown.page.select(f"form[action='{url}/take'] input[type=hidden]")
    }
    assert "record_token" in hidden
    answer = doctor.post(f"{url}/take", data={**hidden, "line": "0"}, headers={"Referer": f"http://localhost{url}"})
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")
    db.session.rollback()
    kept = kept_forms.take(viewer_of(world.person("a.other_gp.lead"), now=NOW + timedelta(hours=2)), url)
    assert kept is not None
    assert set(kept) == {"line"}


def test_each_page_asks_the_database_at_most_ten_times(doctor, url, record, count_queries):
    with count_queries() as statements:
        shown = send(doctor, url, record)
    assert shown.status_code == 200
    # Two pages: the one with the form, and what it answers.
    assert len(statements) <= 20
    with count_queries() as statements:
        doctor.get(url)
    assert len(statements) <= 10
