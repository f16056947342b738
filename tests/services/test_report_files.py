"""What is attached to a report: while it is a draft, by its own agency, so many and no more."""

from __future__ import annotations

import pytest

from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.files import MOST_FILES
from portal.gateways.scanner import Verdict
from portal.services import report_files
from portal.services.filing import filing
from portal.services.report_files import attach_files, attached_to, remove_attachment
from portal.services.reports.desk import open_desk
from portal.services.reports.drafts import AlreadySent
from portal.services.reports.sending import submit_report
from tests.sample_files import upload
from tests.services.file_steps import TellingScanner, in_store, read, row
from tests.services.racing import at_once
from tests.services.report_steps import WHOLE, answers_of, desk, reports_of, verbs_of, write


@pytest.fixture(autouse=True)
def passes(use_filing) -> None:
    use_filing(scanner=TellingScanner())


def names(viewer, place) -> list[str]:
    return [file.name for file in attached_to(viewer, desk(viewer, place).report)]


def test_a_file_begins_the_draft_where_there_is_none(head, place):
    attach_files(head, place.id, [upload(b"text", "Chronology.txt"), upload(b"a,b", "Dates.csv")])
    assert names(head, place) == ["Chronology.txt", "Dates.csv"]
    assert len(reports_of(place, "school")) == 1
    assert answers_of(place) == {}
    assert sorted(set(verbs_of(head)) - {"case.read"}) == ["file.kept", "report.saved"]
    assert verbs_of(head).count("file.kept") == 2


def test_a_file_does_not_move_the_text_on(head, place):
    saved = write(head, place, WHOLE)
    attach_files(head, place.id, [upload(b"text")])
    assert desk(head, place).version == saved.version
    assert desk(head, place).answers == WHOLE


def test_nothing_chosen_is_nothing_done(head, place):
    assert attach_files(head, place.id, []) == []
    assert reports_of(place, "school") == []


def test_lists_say_how_large_a_file_is_and_whether_it_can_be_opened(head, place, use_filing):
    attach_files(head, place.id, [upload(b"x" * 5000)])
    use_filing(scanner=None)
    attach_files(head, place.id, [upload(b"waits")])
    shown = [(file.size, file.status, file.may_open) for file in attached_to(head, desk(head, place).report)]
    assert shown == [("5 KB", FileStatus.CLEAN, True), ("1 KB", FileStatus.QUARANTINED, False)]


def test_the_chair_opens_what_came_with_the_report_once_it_is_sent(head, place, world, viewer_of):
    chair = viewer_of(world.person("a.chair"))
    (stored,) = attach_files(head, place.id, [upload(b"text", "Chronology.txt")])
    with pytest.raises(NotVisible):
        read(chair, stored.id)
    saved = write(head, place, WHOLE)
    submit_report(head, place.id, saved.version)
    assert read(chair, stored.id) == b"text"
    (report,) = reports_of(place, "school")
    assert [file.name for file in attached_to(chair, report)] == ["Chronology.txt"]


def test_a_file_is_taken_off_a_draft_and_gone(head, place):
    before = in_store()
    first, second = attach_files(head, place.id, [upload(b"one"), upload(b"two")])
    remove_attachment(head, place.id, first.id)
    assert [file.id for file in attached_to(head, desk(head, place).report)] == [second.id]
    assert in_store() - before == {second.store_name}
    assert row(first.id) is None
    assert verbs_of(head).count("file.removed") == 1


def test_once_it_is_sent_nothing_is_added_or_removed(head, place):
    (stored,) = attach_files(head, place.id, [upload(b"one")])
    saved = write(head, place, WHOLE)
    submit_report(head, place.id, saved.version)
    before = in_store()
    with pytest.raises(NotPermitted):
        attach_files(head, place.id, [upload(b"two")])
    with pytest.raises(AlreadySent):
        remove_attachment(head, place.id, stored.id)
    assert in_store() == before
    assert row(stored.id) is not None


def test_a_report_that_is_sent_while_a_file_comes_in_leaves_no_bytes(head, place, monkeypatch):
    saved = write(head, place, WHOLE)
    before, receive = in_store(), report_files.files.receiving

    def sent_meanwhile(*arguments, **named):
        submit_report(head, place.id, saved.version)
        return receive(*arguments, **named)

    monkeypatch.setattr(report_files.files, "receiving", sent_meanwhile)
    with pytest.raises(AlreadySent):
        attach_files(head, place.id, [upload(b"too late")])
    assert in_store() == before


@pytest.mark.parametrize("who", ["a.gp.lead", "a.police.lead", "b.school.lead"])
def test_nobody_removes_anothers_file(head, place, world, viewer_of, who):
    (stored,) = attach_files(head, place.id, [upload(b"one")])
    other = viewer_of(world.person(who))
    own = world.meeting(f"{who[0]}.initial")
    with pytest.raises((NotVisible, AlreadySent)):
        remove_attachment(other, own.id, stored.id)
    assert row(stored.id) is not None


def test_an_agency_without_a_report_to_write_stores_nothing(world, viewer_of, place):
    before = in_store()
    for who, error in (("a.police.lead", NotPermitted), ("a.other_gp.lead", NotVisible), ("a.chair", NotVisible)):
        with pytest.raises(error):
            attach_files(viewer_of(world.person(who)), place.id, [upload(b"x")])
    assert in_store() == before


def test_so_many_files_and_no_more(head, place):
    attach_files(head, place.id, [upload(b"x" * number) for number in range(1, MOST_FILES)])
    with pytest.raises(Invalid):
        attach_files(head, place.id, [upload(b"y"), upload(b"z")])
    attach_files(head, place.id, [upload(b"y")])
    assert len(names(head, place)) == MOST_FILES


class TestGivenTwice:
    """By a double click, by sending again, or twice in one choice."""

    def test_it_is_attached_once_and_leaves_no_bytes(self, head, place):
        (first,) = attach_files(head, place.id, [upload(b"text", "Chronology.txt")])
        before = in_store()
        assert attach_files(head, place.id, [upload(b"text", "Chronology.txt")]) == []
        two = [upload(b"a,b", "Dates.csv"), upload(b"text", "Chronology.txt"), upload(b"a,b", "Dates.csv")]
        (second,) = attach_files(head, place.id, two)
        assert names(head, place) == ["Chronology.txt", "Dates.csv"]
        assert in_store() == before | {second.store_name}
        assert [read(head, first.id), read(head, second.id)] == [b"text", b"a,b"]

    def test_by_three_clicks_at_once(self, app, head, place):
        kept = at_once(app, *[lambda: attach_files(head, place.id, [upload(b"text")])] * 3)
        assert sorted(map(len, kept)) == [0, 0, 1]
        assert len(names(head, place)) == 1

    @pytest.mark.parametrize(
        ("content", "name"), [(b"next", "notes.txt"), (b"longer", "notes.txt"), (b"text", "b.txt")]
    )
    def test_what_differs_is_another_file(self, head, place, content, name):
        attach_files(head, place.id, [upload(b"text", "notes.txt")])
        assert len(attach_files(head, place.id, [upload(content, name)])) == 1
        assert len(names(head, place)) == 2

    def test_what_was_taken_off_can_be_given_again(self, head, place):
        (first,) = attach_files(head, place.id, [upload(b"text")])
        remove_attachment(head, place.id, first.id)
        assert len(attach_files(head, place.id, [upload(b"text")])) == 1

    def test_what_is_damaged_can_be_given_again(self, head, place):
        (first,) = attach_files(head, place.id, [upload(b"text")])
        filing().store.delete(first.store_name)
        assert len(attach_files(head, place.id, [upload(b"text")])) == 1

    def test_what_has_a_virus_is_told_each_time(self, head, place, use_filing):
        use_filing(scanner=TellingScanner(Verdict.INFECTED))
        for _ in range(2):
            (stored,) = attach_files(head, place.id, [upload(b"text")])
            assert stored.status is FileStatus.INFECTED


def test_a_list_of_files_costs_one_query_however_many_there_are(head, place, count_queries):
    attach_files(head, place.id, [upload(b"x" * number) for number in range(1, 16)])
    report = open_desk(head, place.id).report
    with count_queries() as statements:
        assert len(attached_to(head, report)) == 15
    assert len(statements) == 1
