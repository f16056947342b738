"""What a family has seen of a report: recorded person by person, its own version, and the gaps before the meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from portal.database.session import db, writing
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.family_vocabulary import FamilyRelation
from portal.domain.report_sharing import Seen
from portal.domain.sharing_vocabulary import ConsultationState, ShareWay, WithheldReason
from portal.domain.vocabulary import ReportStatus
from portal.domain.withdrawal_vocabulary import WithdrawalReason
from portal.models.consultations import Consultation
from portal.models.families import FamilyAttendance
from portal.models.meetings import Invitation
from portal.models.people import User
from portal.models.report_sharing import ReportSharing
from portal.services.report_sharing.family_version import as_pdf, read_for_family
from portal.services.report_sharing.gaps import family_seen
from portal.services.report_sharing.recording import open_recording, record_sharing, take_back
from portal.services.reports.sending import submit_report
from portal.services.withdrawals.withdrawing import withdraw
from tests.areas import part
from tests.report_forms import add_report, publish
from tests.services.bundle_steps import SECRET, SHARED_FORM, WORRY, invitation_of, pdf, send, words
from tests.services.report_steps import WHOLE, desk, write
from tests.world import NOW, TODAY

SENT = NOW - timedelta(days=2)
SHOWN = {"shared_on": TODAY, "way": ShareWay.INTERPRETER, "language": "Polish", "shared_by": "ZQ-BY-QZ"}


@pytest.fixture
def sent(world, place):
    """The school's report on A's initial conference; gives its invitation's id."""
    send(world, place, "school", SENT)
    return place.invitations["school"].id


@pytest.fixture
def parents(world, place):
    """A mother and a father whom the record of A's initial conference names, and nobody else of them."""
    with writing() as session:
        for row in session.scalars(select(FamilyAttendance).where(FamilyAttendance.meeting_id == place.id)):
            row.removed_at, row.removed_because = NOW, "Not in this test."
        rows = [
            FamilyAttendance(
                partnership_id=world.partnerships["a"],
                meeting_id=place.id,
                relation=relation,
                name=name,
                confirmed_at=NOW,
                created_at=NOW,
            )
            for relation, name in ((FamilyRelation.MOTHER, "Ann Newly"), (FamilyRelation.FATHER, "Bob Newly"))
        ]
        session.add_all(rows)
        session.flush()
        return [f"person-{row.id}" for row in rows]


def line_of(viewer, place, invitation_id):
    db.session.rollback()
    (line,) = [one for one in family_seen(viewer, place.id).lines if one.invitation_id == invitation_id]
    return line


def test_day_way_language_and_by_whom_stand_there_and_figures_count_it(chair, head, place, sent, parents):
    assert record_sharing(head, place.id, sent, Seen(parents[0], **SHOWN))
    (one,) = line_of(chair, place, sent).shown
    assert (one.reader.name, one.shared_on, one.way) == ("Ann Newly", TODAY, ShareWay.INTERPRETER)
    assert (one.language, one.shared_by, one.recorded_by) == ("Polish", "ZQ-BY-QZ", head.name)
    assert invitation_of(place, "school").report_shared_on == TODAY


def test_figures_count_the_first_day_on_which_anybody_saw_it(chair, place, sent, parents):
    record_sharing(chair, place.id, sent, Seen(parents[0], **SHOWN))
    earlier = Seen(parents[1], **(SHOWN | {"shared_on": TODAY - timedelta(1)}))
    record_sharing(chair, place.id, sent, earlier)
    assert invitation_of(place, "school").report_shared_on == TODAY - timedelta(1)
    first, second = line_of(chair, place, sent).shown
    take_back(chair, place.id, sent, second.id)
    assert invitation_of(place, "school").report_shared_on == TODAY
    take_back(chair, place.id, sent, first.id)
    assert invitation_of(place, "school").report_shared_on is None
    assert line_of(chair, place, sent).shown == ()


def test_withheld_has_its_reason_and_is_not_counted_as_shared(chair, place, sent, parents):
    record_sharing(chair, place.id, sent, Seen(parents[1], withheld=WithheldReason.RISK_OF_HARM, words="ZQ-WHY-QZ"))
    (one,) = line_of(chair, place, sent).shown
    assert (one.withheld, one.words, one.shared_on) == (WithheldReason.RISK_OF_HARM, "ZQ-WHY-QZ", None)
    assert invitation_of(place, "school").report_shared_on is None


def test_sent_twice_it_stands_once(chair, place, sent, parents):
    assert record_sharing(chair, place.id, sent, Seen(parents[0], **SHOWN))
    assert not record_sharing(chair, place.id, sent, Seen(parents[0], **SHOWN))
    assert len(line_of(chair, place, sent).shown) == 1


def test_the_chair_sees_the_gaps_person_by_person(chair, place, sent, parents):
    line = line_of(chair, place, sent)
    assert line.is_gap
    assert [one.name for one in line.unseen] == ["Ann Newly", "Bob Newly"]
    record_sharing(chair, place.id, sent, Seen(parents[0], **SHOWN))
    assert [one.name for one in line_of(chair, place, sent).unseen] == ["Bob Newly"]
    record_sharing(chair, place.id, sent, Seen(parents[1], withheld=WithheldReason.COURT_ORDER))
    assert not line_of(chair, place, sent).is_gap
    page = family_seen(chair, place.id)
    assert page.gaps == 1, "the report of the police"
    assert page.missing == 2, "social care and the surgery owe theirs"


def test_what_was_added_after_they_had_seen_it_is_a_gap_again(world, chair, head, place, parents):
    write(head, place, WHOLE)
    submit_report(head, place.id, desk(head, place).version)
    sent = place.invitations["school"].id
    for key in parents:
        record_sharing(chair, place.id, sent, Seen(key, **SHOWN))
    assert not line_of(chair, place, sent).is_gap
    later = replace(head, now=NOW + timedelta(hours=2))
    write(later, place, {"worries": "More than before."}, {"worries": WHOLE["worries"]}, adding=True)
    assert not line_of(chair, place, sent).is_gap, "a draft is not sent"
    submit_report(later, place.id, desk(later, place, adding=True).version, adding=True)
    line = line_of(chair, place, sent)
    assert line.is_gap
    assert [one.name for one in line.behind] == ["Ann Newly", "Bob Newly"]
    assert line.unseen == ()
    after = replace(chair, now=NOW + timedelta(hours=3))
    record_sharing(after, place.id, sent, Seen(parents[0], **(SHOWN | {"language": ""})))
    assert [one.name for one in line_of(chair, place, sent).behind] == ["Bob Newly"]
    record_sharing(after, place.id, sent, Seen(parents[1], withheld=WithheldReason.DECLINED))
    assert not line_of(chair, place, sent).is_gap


def test_an_agency_sees_its_own_alone(head, officer_of, place, sent, parents, chair):
    record_sharing(chair, place.id, sent, Seen(parents[0], **SHOWN))
    assert [one.is_own for one in family_seen(head, place.id).lines] == [True]
    (police,) = family_seen(officer_of, place.id).lines
    assert police.shown == ()


@pytest.fixture
def officer_of(viewer):
    return viewer("a.police.practitioner")


def test_what_was_not_sent_or_is_anothers_cannot_be_recorded(lead, officer_of, chair, place, sent, viewer):
    seen = Seen("mother", **SHOWN)
    with pytest.raises(NotPermitted):
        record_sharing(lead, place.id, place.invitations["gp"].id, seen)  # a draft
    with pytest.raises(NotVisible):
        record_sharing(officer_of, place.id, sent, seen)
    with pytest.raises(NotVisible):
        record_sharing(viewer("b.chair"), place.id, sent, seen)
    with pytest.raises(Invalid) as refused:
        record_sharing(chair, place.id, sent, Seen("person-999", **SHOWN))
    assert set(refused.value.errors) == {"reader"}


def test_where_the_record_names_nobody_every_relation_is_offered(chair, place, sent, parents):
    keys = {one.key for one in open_recording(chair, place.id, sent).readers}
    assert keys == {*parents, "carer", "child", "other_family"}


def test_a_report_that_is_withdrawn_takes_what_was_recorded_with_it(chair, place, sent, parents):
    record_sharing(chair, place.id, sent, Seen(parents[0], **SHOWN))
    withdraw(chair, place.id, sent, WithdrawalReason.WRONG_CHILD)
    assert line_of(chair, place, sent).shown == ()
    with pytest.raises(NotPermitted):
        record_sharing(chair, place.id, sent, Seen(parents[0], **SHOWN))


def test_names_and_words_are_encrypted(chair, place, sent, parents):
    record_sharing(chair, place.id, sent, Seen(parents[0], **SHOWN))
    (raw,) = db.session.execute(text("SELECT shared_by FROM report_sharings WHERE way = 'interpreter'")).scalars()
    assert b"ZQ-BY" not in bytes(raw)
    assert db.session.scalars(select(ReportSharing.shared_by).where(ReportSharing.language.is_not(None))).all()


def test_the_familys_version_has_nothing_that_is_not_theirs(chair, place, sent):
    version = read_for_family(chair, place.id, sent)
    assert [line.words for part in version.parts for line in part.lines] == [WORRY]
    content = as_pdf(version)
    assert WORRY in words(content)
    assert SECRET not in words(content)
    assert "Intelligence" not in words(content)
    assert pdf(content).trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert all("OFFICIAL-SENSITIVE" in page.extract_text() for page in pdf(content).pages)


@pytest.mark.parametrize("who", ["agencies", "read_out", "nobody_knows"])
def test_a_report_that_is_not_for_the_family_has_no_version_for_it(world, chair, place, who):
    send(world, place, "school", SENT, who=who)
    version = read_for_family(chair, place.id, place.invitations["school"].id)
    assert not version.is_for_family
    assert version.parts == ()
    with pytest.raises(NotVisible):
        as_pdf(version)


def test_a_draft_has_no_version_for_the_family(lead, place):
    with pytest.raises(NotVisible):
        read_for_family(lead, place.id, place.invitations["gp"].id)


def test_the_page_takes_few_queries_however_much_is_recorded(chair, place, sent, parents, count_queries):
    numbers = []
    for key in parents:
        record_sharing(chair, place.id, sent, Seen(key, **SHOWN))
        with count_queries() as statements:
            family_seen(chair, place.id)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 10


def test_a_file_that_is_imported_does_not_overwrite_what_was_recorded_or_confirmed(planned):
    """The contract: an import never overwrites what a person confirmed in a page."""
    told = {"report_received_on": "2026-05-01"}
    planned.attendance(part("M", "gp", "apologies", **told, consulted_on="2026-05-04"))
    with writing() as session:
        invitation = planned.invitation("M", "gp")
        form = publish(session, invitation.partnership_id, SHARED_FORM)
        user_id = session.scalars(select(User.id).limit(1)).one()
        own = {"partnership_id": invitation.partnership_id, "invitation_id": invitation.id}
        report = add_report(
            session,
            **own,
            template_id=form.id,
            status=ReportStatus.SUBMITTED,
            answers={},
            at=NOW,
            by_id=user_id,
        )
        recorded = {"recorded_at": NOW, "recorded_by_id": user_id}
        session.add(
            ReportSharing(
                **own,
                **recorded,
                report_id=report.id,
                relation=FamilyRelation.MOTHER,
                shared_on=TODAY,
                way=ShareWay.POST,
            )
        )
        session.add(
            Consultation(
                **own,
                **recorded,
                talked_on=TODAY,
                talked_with="A GP",
                said="Words",
                state=ConsultationState.CONFIRMED,
                settled_at=NOW,
            )
        )
        row = session.get_one(Invitation, invitation.id)
        row.report_shared_on = row.consulted_on = TODAY
    later = {"report_shared_with_family_on": "2026-05-09", "consulted_on": "2026-05-09"}
    planned.attendance(part("M", "gp", "apologies", **told, **later))
    found = planned.invitation("M", "gp")
    assert (found.report_shared_on, found.consulted_on) == (TODAY, TODAY)
