"""What each change posts of meetings: their kinds and families, arranging, answers, the record, and what follows."""

from __future__ import annotations

from tests.access.filling import Filling, day, filling, membership_of, raw

_MEETING = "/meetings/<int:meeting_id>"
_FAMILY = f"{_MEETING}/family"
_FAMILY_PERSON = f"{_FAMILY}/<int:attendee_id>"
_REPORT = filling(involvement="We see the family each week.", page=f"{_MEETING}/report")

# By rule, or by rule and place where one place has another form.
MEETING_FILLINGS: dict[str | tuple[str, str], Filling] = {
    f"{_MEETING}/chair": filling(chair_membership_id=membership_of("second_chair")),
    f"{_MEETING}/outcomes/sign": raw(version=1),
    f"{_MEETING}/outcomes/<int:child_id>": filling(lead_social_worker="Sam Patel"),
    f"{_MEETING}/outcomes/<int:child_id>/amend": filling(lead_social_worker="Sam Patel", because="A name was wrong."),
    f"{_MEETING}/views/<int:invitation_id>/<int:child_id>": filling(threshold="unsure"),
    f"{_MEETING}/minutes/write": filling(text="Typed on."),
    f"{_MEETING}/minutes/write/autosave": filling(text="Typed on.", page=f"{_MEETING}/minutes/write"),
    f"{_MEETING}/minutes/check": filling(because="A name was wrong."),
    f"{_MEETING}/minutes/corrections/new": filling(text="It was on 4 June."),
    f"{_MEETING}/minutes/corrections/<int:correction_id>": filling(outcome="not_taken", answer="It was on 3 June."),
    f"{_MEETING}/decisions/send": raw(),
    f"{_MEETING}/actions/new": filling(
        what="Visit the family each week.",
        measure="The visits are written down.",
        agency=lambda world: world.agencies["a.social_care"],
        owner_name="The social worker",
        **day("due_on", 31, 7, 2026),
    ),
    f"{_MEETING}/strategy/<question>": filling(reason="Typed on."),
    f"{_MEETING}/strategy/<question>/autosave": raw(version=1, met="yes", reason="Typed on."),
    f"{_MEETING}/strategy/information/<int:invitation_id>": filling(text="Typed on."),
    f"{_MEETING}/strategy/information/<int:invitation_id>/autosave": raw(version=1, text="Typed on."),
    f"{_MEETING}/strategy/joined/<int:invitation_id>": filling(joined_at="10:05"),
    f"{_MEETING}/strategy/joined/<int:invitation_id>/autosave": raw(version=1, joined_at="10:05", can_decide="yes"),
    f"{_MEETING}/strategy/amend": raw(reason="A day was wrong."),
    f"{_MEETING}/people": raw(membership=1),
    f"{_MEETING}/people/remove": raw(named=1),
    f"{_MEETING}/families": raw(reference="ANOTHER"),
    f"{_MEETING}/families/remove": raw(family=1),
    "/meetings/for-named-people/<int:meeting_id>": raw(reason="Asked by the partnership."),
    f"{_MEETING}/midway-check": filling(finding="drifting", note="The work with the parents has not begun."),
    "/board/groups/<int:group_id>/meetings/new": filling(place="Room 4", **day("meets_on", 3, 12, 2026)),
    "/board/meetings/<int:board_meeting_id>/change": filling(place="Room 4"),
    "/board/meetings/<int:board_meeting_id>/correct": filling(reason="A name was wrong."),
    "/meeting-kinds/new": filling(name="Another kind of meeting", family="panel"),
    "/meeting-kinds/<int:kind_id>/change": filling(name="Renamed kind"),
    "/meeting-kinds/<int:kind_id>/rules": filling(due_amount="9"),
    "/meeting-kinds/<int:kind_id>/bring-back": raw(),
    "/cases/<int:case_id>/children/new": filling(given_name="Robin", surname="Newly"),
    "/cases/<int:case_id>/children/<int:child_id>": filling(given_name="Corrected"),
    "/contests/<int:contest_id>/decide": filling(outcome="keep", kept_words="Your answer came after the meeting."),
    f"{_MEETING}/contest": filling(wanted="not_relevant", reason="never_ours"),
    "/figures/months/correct": raw(month=202604, version=2, reason="A register was corrected."),
    f"{_FAMILY}/new": filling(relation="carer", name="Newly Named"),
    f"{_FAMILY}/bring": raw(),
    f"{_FAMILY}/children/<int:child_id>": filling(given="in_person", words="I want to stay with my sister."),
    f"{_FAMILY_PERSON}/questions/<question>": filling(presence="in_person"),
    f"{_FAMILY_PERSON}/confirm": raw(version=1),
    f"{_FAMILY_PERSON}/remove": filling(because="Written down by mistake."),
    "/invitations/<int:invitation_id>/children/<int:child_id>/not-ours": filling(outcome="nothing"),
    "/meetings/new": raw(
        step="check",
        touched="family,children,trigger,agencies,how,day",
        reference="NEWLY-COME",
        kind="strategy_meeting",
        trigger_kind="referral",
        duration_minutes="60",
        format="telephone",
        slot="2026-06-12T10:00",
        clashes_seen="0",
        agencies="",
        children="1",
        **{"children-0-given_name": "Newly", "children-0-surname": "Come"},
        **day("trigger_on", 10, 6, 2026),
    ),
    f"{_MEETING}/move": filling(
        reason="needed_sooner", late_reason="family_cannot_come", **day("scheduled_on", 16, 6, 2026)
    ),
    f"{_MEETING}/cancel": filling(reason="not_needed"),
    f"{_MEETING}/series": filling(
        start_time="10:00",
        duration_minutes="60",
        every_weeks="4",
        format="video",
        late_reason="asked_for_late",
        **day("scheduled_on", 16, 6, 2026),
        **day("last_on", 30, 9, 2026),
    ),
    "/cases/<int:case_id>/agencies": filling(agency_id=lambda world: world.agencies["a.police"], reason="knows_child"),
    "/meetings/search": filling(q="nothing is called this", page="/meetings"),
    f"{_MEETING}/answer": filling(answer="attend"),
    f"{_MEETING}/attendance": filling(attendance="partial"),
    f"{_MEETING}/expectations/<int:invitation_id>": filling(expectation="optional", reason="knows_child"),
    (f"{_MEETING}/expectations/<int:invitation_id>", "review/gp"): filling(outcome="send_back", note="Look again."),
    f"{_MEETING}/team": filling(team="0"),
    f"{_MEETING}/register/<int:invitation_id>": filling(attendance="in_person", page=f"{_MEETING}/register"),
    f"{_MEETING}/register/close": filling(
        note="All were heard.", interim_plan="The child stays with gran.", **day("new_on", 17, 6, 2026)
    ),
    f"{_MEETING}/register/reopen": filling(reason="The sergeant was there."),
    f"{_MEETING}/quoracy": raw(),
    f"{_MEETING}/report": _REPORT,
    f"{_MEETING}/report/autosave": _REPORT,
    f"{_MEETING}/report/check": raw(version=1),
}
