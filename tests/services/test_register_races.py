"""Two people at one register in one moment: one wins, the other is told, nothing is lost."""

from __future__ import annotations

from sqlalchemy import update

from portal.database.session import db, writing
from portal.domain.errors import Conflict, NotPermitted
from portal.domain.registers import attendance_of
from portal.domain.vocabulary import Attendance
from portal.models.meetings import Invitation, Meeting
from portal.services.invitations.declaring import declare_attendance
from portal.services.invitations.seen import seen_declaration
from portal.services.registers.closing import close_register
from portal.services.registers.marking import AlreadyClosed, Entry, record
from tests.services.racing import at_once
from tests.services.register_steps import APOLOGIES, IN_PERSON, VIDEO, closing, row_of, save
from tests.services.rows import invitation_of


class TestRaces:
    """Two people, one row, one moment."""

    def test_one_of_two_wins_and_the_other_is_told(self, app, chair, coordinator, place):
        wanted = place.invitations["gp"].id
        outcomes = at_once(
            app,
            lambda: record(chair, place.id, {wanted: Entry(0, IN_PERSON)}),
            lambda: record(coordinator, place.id, {wanted: Entry(0, APOLOGIES)}),
        )
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
        winner = 1 if isinstance(outcomes[0], Conflict) else 0
        kept = invitation_of(place, "gp")
        assert kept.confirmed_attendance is (Attendance.IN_PERSON, Attendance.APOLOGIES)[winner]
        assert kept.confirmed_by_id == (chair, coordinator)[winner].user_id

    def test_everybody_on_a_row_of_their_own_is_kept(self, app, chair, coordinator, place):
        ids = [invited.id for invited in place.invitations.values()]
        calls = [
            lambda viewer=viewer, wanted=wanted: record(viewer, place.id, {wanted: Entry(0, VIDEO)})
            for viewer, wanted in zip((chair, coordinator, chair, coordinator, chair), ids, strict=True)
        ]
        outcomes = at_once(app, *calls)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert {invitation_of(place, agency).confirmed_attendance for agency in place.invitations} == {Attendance.VIDEO}

    def test_a_declaration_and_a_save_at_once_are_both_kept(self, app, chair, place, world, viewer_of):
        gp, seen = viewer_of(world.person("a.gp.lead")), seen_declaration(invitation_of(place, "gp"))
        wanted = place.invitations["gp"].id
        db.session.rollback()
        for mark in (IN_PERSON, APOLOGIES, IN_PERSON, APOLOGIES):
            declared = Attendance.VIDEO if mark is IN_PERSON else Attendance.TELEPHONE
            seen = seen_declaration(invitation_of(place, "gp"))
            before = row_of(chair, place, "gp").seen
            db.session.rollback()
            outcomes = at_once(
                app,
                lambda mark=mark, before=before: record(chair, place.id, {wanted: Entry(before, mark)}),
                lambda declared=declared, seen=seen: declare_attendance(gp, place.id, declared, seen),
            )
            assert not isinstance(outcomes[0], Exception), outcomes
            # The agency may come second, and is then told that the chair has confirmed it: never a fault.
            assert not isinstance(outcomes[1], Exception) or isinstance(outcomes[1], (NotPermitted, Conflict)), outcomes
            assert invitation_of(place, "gp").attendance is attendance_of(mark)
            with writing() as session:
                cleared = {"confirmed_attendance": None, "present_by": None, "attendance": None}
                session.execute(update(Invitation).where(Invitation.id == wanted).values(**cleared))

    def test_closing_and_saving_at_once_leave_one_truth(self, app, chair, coordinator, place):
        for agency in ("social_care", "police", "school"):
            save(chair, place, agency, IN_PERSON)
        said, wanted = closing(chair, place), place.invitations["gp"].id
        db.session.rollback()
        closed, saved = at_once(
            app,
            lambda: close_register(chair, place.id, said),
            lambda: record(coordinator, place.id, {wanted: Entry(0, IN_PERSON)}),
        )
        kept = invitation_of(place, "gp")
        db.session.rollback()
        meeting = db.session.get(Meeting, place.id)
        if isinstance(saved, AlreadyClosed):
            assert closed is None
            assert kept.confirmed_attendance is Attendance.NO_RESPONSE
            assert meeting.register_closed_at is not None
            assert meeting.all_expected_agencies is False
        else:
            assert isinstance(closed, Conflict), (closed, saved)
            assert kept.confirmed_attendance is Attendance.IN_PERSON
            assert meeting.register_closed_at is None
