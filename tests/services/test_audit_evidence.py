"""Evidence: a file, a link, or what was given already; each with its own day, and an answer whole because of it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import func, select, update

from portal.database.session import db
from portal.domain.audit_vocabulary import EvidenceKind, ReturnStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.evidence import link_fault
from portal.domain.files import Upload
from portal.models.audits import AuditReturn
from portal.models.files import StoredFile
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.evidence import add_files, add_given, add_link, given_already, remove
from portal.services.audits.sections import give_section, seen_given
from tests.services.audit_steps import POLICY_OF, answered_then, asked_now, needs, pieces, row, started, verbs
from tests.services.racing import at_once

URL = "https://school.example.org/minutes"
DAY = date(2026, 3, 5)


@pytest.fixture
def head(world, viewer_of):
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def place(world, head):
    """The school's return, begun; 1.1 needs evidence."""
    found = started(head, asked_now(world, code="fresh"))
    needs(found, "1.1", evidence=True)
    return found


def link(viewer, place, code="1.1", url=URL):
    """Add a link."""
    return add_link(viewer, place.id, place.questions[code], url, "Minutes", DAY)


class TestLinks:
    """https only."""

    @pytest.mark.parametrize(
        "url",
        ["https://example.org", "https://example.org/a/b?c=d#e", "https://example.org:8443/x", "https://ex-a.org/%20"],
    )
    def test_taken(self, url):
        assert link_fault(url) is None

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "http://example.org",
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.org",
            "https://",
            "https://localhost",
            "https://name:word@example.org",
            "https://example.org/a b",
            "https://example.org/\u202e",
            'https://example.org/"onclick',
            "https://[::1",
            "https://example.org:99999/",
            "https://example.org/" + "x" * 1000,
            "ftp://example.org",
            "file:///etc/passwd",
        ],
    )
    def test_refused(self, url):
        assert link_fault(url)

    def test_it_makes_the_answer_whole_and_taking_it_away_does_not_keep_it_so(self, head, place):
        save_answer(head, place.id, place.questions["1.1"], 1, AnswerText("green", "Yes."))
        assert not row(place, "1.1").is_confirmed
        assert link(head, place) is True
        assert row(place, "1.1").is_confirmed
        assert row(place, "1.1").version == 2, "what a colleague types there is not out of date"
        (piece,) = pieces(place, "1.1")
        assert (piece.kind, piece.title, piece.url, piece.dated_on) == (EvidenceKind.LINK, "Minutes", URL, DAY)
        assert remove(head, place.id, place.questions["1.1"], piece.id) is True
        assert not row(place, "1.1").is_confirmed
        assert verbs(head)[-3:] == ["answer.saved", "evidence.added", "evidence.removed"]

    def test_evidence_alone_answers_nothing(self, head, place):
        link(head, place)
        assert (row(place, "1.1").rating, row(place, "1.1").is_confirmed) == (None, False)

    def test_added_and_removed_twice(self, app, head, place):
        assert sorted(at_once(app, *[lambda: link(head, place)] * 4)) == [False, False, False, True]
        (piece,) = pieces(place, "1.1")
        assert remove(head, place.id, place.questions["1.1"], piece.id) is True
        assert remove(head, place.id, place.questions["1.1"], piece.id) is False

    def test_a_day_to_come_is_refused(self, head, place):
        with pytest.raises(Invalid) as refused:
            add_link(head, place.id, place.questions["1.1"], URL, "", date(2026, 6, 11))
        assert set(refused.value.errors) == {"dated_on"}


class TestGivenAlready:
    """The same piece for another question, or from last time."""

    def test_of_another_question_with_its_own_day(self, head, place):
        link(head, place)
        offered = given_already(head, place.id, place.questions["2.1"])[0]
        of = place.questions["1.1"]
        assert (offered.title, offered.question_id, offered.is_of_this_return) == ("Minutes", of, True)
        assert add_given(head, place.id, place.questions["2.1"], offered.id) is True
        assert add_given(head, place.id, place.questions["2.1"], offered.id) is False
        (piece,) = pieces(place, "2.1")
        assert (piece.kind, piece.dated_on, piece.given_from_id) == (EvidenceKind.GIVEN, DAY, offered.id)
        assert offered.title not in [one.title for one in given_already(head, place.id, place.questions["2.1"])]

    def test_of_last_time(self, world, head):
        answered_then(world)
        now = started(head, asked_now(world))
        offered = given_already(head, now.id, now.questions["2.1"])
        assert [(piece.title, piece.dated_on) for piece in offered][:1] == [("Safeguarding policy", POLICY_OF)]

    def test_what_it_repeats_may_go(self, head, place):
        link(head, place)
        (first,) = pieces(place, "1.1")
        add_given(head, place.id, place.questions["2.1"], first.id)
        remove(head, place.id, place.questions["1.1"], first.id)
        (piece,) = pieces(place, "2.1")
        assert (piece.url, piece.given_from_id) == (URL, None)

    def test_nobody_uses_what_they_may_not_read(self, world, viewer_of, head, place):
        link(head, place, "2.1")
        (piece,) = pieces(place, "2.1")
        teacher = viewer_of(world.person("a.school.practitioner"))
        give_section(head, place.id, place.standards["1"], [teacher.membership_id], seen_given([]))
        assert given_already(teacher, place.id, place.questions["1.1"]) == []
        with pytest.raises(Invalid):
            add_given(teacher, place.id, place.questions["1.1"], piece.id)
        lead = viewer_of(world.person("a.gp.lead"))
        gps = world.returns["a.gp"]
        with pytest.raises(Invalid):
            add_given(lead, gps.id, gps.questions["1.1"], piece.id)


class TestFiles:
    """Kept in the file store, shared by answers, deleted with the last."""

    def files(self) -> int:
        """How many there are."""
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(StoredFile))

    def give(self, viewer, place, code="1.1", content=b"Minutes of the governors, March.\n"):
        """Add a text file."""
        add_files(viewer, place.id, place.questions[code], [Upload("minutes.txt", BytesIO(content))], "", DAY)

    def test_kept_shared_and_deleted_with_the_last(self, head, place):
        before = self.files()
        self.give(head, place)
        (piece,) = pieces(place, "1.1")
        assert (piece.kind, piece.title) == (EvidenceKind.FILE, "minutes.txt")
        add_given(head, place.id, place.questions["2.1"], piece.id)
        remove(head, place.id, place.questions["1.1"], piece.id)
        assert self.files() == before + 1
        (shared,) = pieces(place, "2.1")
        remove(head, place.id, place.questions["2.1"], shared.id)
        assert self.files() == before

    def test_given_twice_it_stands_there_once(self, head, place):
        before = self.files()
        for _ in range(2):
            self.give(head, place)
        assert len(pieces(place, "1.1")) == 1
        assert self.files() == before + 1
        # Under another title, or of another day, it says something else.
        content = b"Minutes of the governors, March.\n"
        for title, day in (("Minutes", DAY), ("", date(2026, 3, 4))):
            add_files(head, place.id, place.questions["1.1"], [Upload("minutes.txt", BytesIO(content))], title, day)
        assert len(pieces(place, "1.1")) == 3
        assert self.files() == before + 3

    def test_refused_nothing_is_left(self, world, viewer_of, head, place):
        before = self.files()
        with pytest.raises(Invalid):
            self.give(head, place, content=b"\x00\x01\x02")
        with pytest.raises(NotVisible):
            self.give(viewer_of(world.person("b.school.lead")), place)
        with pytest.raises(Invalid):
            add_files(head, place.id, place.questions["1.1"], [], "", DAY)
        assert self.files() == before


class TestWhoMay:
    """As with answers."""

    @pytest.mark.parametrize("key", ["b.school.lead", "a.gp.lead", "a.school.practitioner", "a.business_manager"])
    def test_nobody_else(self, world, viewer_of, head, place, key):
        link(head, place)
        (piece,) = pieces(place, "1.1")
        other = viewer_of(world.person(key))
        with pytest.raises(NotVisible):
            link(other, place, "1.2")
        with pytest.raises(NotVisible):
            remove(other, place.id, place.questions["1.1"], piece.id)

    def test_not_once_it_is_sent(self, head, place):
        link(head, place)
        (piece,) = pieces(place, "1.1")
        db.session.execute(update(AuditReturn).where(AuditReturn.id == place.id).values(status=ReturnStatus.SUBMITTED))
        db.session.commit()
        with pytest.raises(NotPermitted):
            link(head, place, "1.2")
        with pytest.raises(NotPermitted):
            remove(head, place.id, place.questions["1.1"], piece.id)

    def test_a_piece_of_another_question_is_not_removed_here(self, head, place):
        link(head, place, "1.2")
        (piece,) = pieces(place, "1.2")
        assert remove(head, place.id, place.questions["1.1"], piece.id) is False
        assert pieces(place, "1.2") == [piece]
