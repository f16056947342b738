"""Invented scrutiny: challenges with their replies, quotations, a sector lead's remarks, and a key."""

from __future__ import annotations

from datetime import date, timedelta

from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.scrutiny_vocabulary import Voice
from portal.domain.vocabulary import AgencyType, MeetingStatus, Role
from portal.domain.working_days import add_working_days
from portal.models.meetings import Meeting
from portal.services.api_keys.keeping import make_key
from portal.services.demo.audits.cast import Cast
from portal.services.quotations import answering, listing, proposing
from portal.services.quotations.proposing import Proposal
from portal.services.scrutiny import asking, log, replying
from portal.services.scrutiny.asking import Question
from portal.services.scrutiny.whom import Whom
from portal.services.sectors.chasing import remind, write_remark

_HEARD = (
    (Voice.FAMILY, "I was given the report the evening before. I read it on the bus, twice, and still had questions."),
    (Voice.CHILD, "They asked me what I wanted and then they wrote it down in front of me."),
    (Voice.PRACTITIONER, "When everybody is there we decide in an hour what otherwise takes us three weeks of calls."),
)
_REPORTS = (
    "Fewer than half of the practices’ reports reach the chair before a review. What keeps them, and what will be "
    "different by the next quarter?"
)


def plan(cast: Cast) -> None:
    """A challenge that was asked again, one that is closed, one that waits; quotations in each state."""
    _challenges(cast)
    _quotations(cast)
    surgery = cast.place.of_type(AgencyType.GP)[0]
    sector_lead = cast.wide(Role.SECTOR_LEAD, AgencyType.GP)
    cast.at(-3, lambda viewer: _support(viewer, cast.ids[surgery.code]), sector_lead, 14)
    business = cast.wide(Role.BUSINESS_MANAGER)
    ends_on = cast.today + timedelta(days=180)
    cast.at(-9, lambda viewer: _key(viewer, f"Dashboard of {cast.place.name} council", ends_on), business, 15)


def _challenges(cast: Cast) -> None:
    scrutineer, business = cast.wide(Role.SCRUTINEER), cast.wide(Role.BUSINESS_MANAGER)
    surgery = cast.place.of_type(AgencyType.GP)[0]
    lead = cast.lead(surgery.code)
    mark = cast.mark("Q")
    numbers: dict[str, int] = {}

    def ask(name: str, title: str, text: str, whom: Whom, days: int) -> None:
        def deed(viewer: Viewer) -> None:
            due = add_working_days(viewer.today, days)
            numbers[name] = asking.ask(viewer, Question(title, text, whom, due))

        cast.at(ASKED[name], deed, scrutineer, 9)

    def reply(name: str, text: str) -> None:
        def deed(viewer: Viewer) -> None:
            page = log.find_challenge(viewer, numbers[name])
            replying.send_reply(viewer, page.id, text, version=0, asked=page.version)

        cast.at(ASKED[name] + 5, deed, lead if name == "reports" else business, 15)

    def again(viewer: Viewer) -> None:
        page = log.find_challenge(viewer, numbers["reports"])
        due = add_working_days(cast.today, 3)
        asking.ask_again(
            viewer, page.id, "Thank you. How many reports is that, of how many?", due, version=page.version
        )

    def close(viewer: Viewer) -> None:
        page = log.find_challenge(viewer, numbers["minutes"])
        asking.close(viewer, page.id, "Seen in the figures of two months. Nothing more is asked.", version=page.version)

    ask("reports", "Reports of practices", f"{_REPORTS} ({mark})", Whom(agency_id=cast.ids[surgery.code]), 8)
    reply("reports", "A template that fills itself from the record is in use since the summer. Most come in time now.")
    cast.at(-8, again, scrutineer, 16)
    ask(
        "minutes",
        "Minutes of strategy meetings",
        "Who checks that minutes go out by their day, and what happens where they do not?",
        Whom(role=Role.BUSINESS_MANAGER),
        10,
    )
    reply("minutes", "The coordinator’s list of overdue minutes is gone through each Monday since last month.")
    cast.at(-2, close, scrutineer, 11)
    ask(
        "voices",
        "Children’s views",
        "How does the partnership know that what children say changes what is decided?",
        Whom(role=Role.SAFEGUARDING_MANAGER),
        9,
    )


ASKED = {"reports": -14, "minutes": -12, "voices": -4}
"""Working days to the demonstration's day on which each challenge was asked."""


def _quotations(cast: Cast) -> None:
    manager, scrutineer = cast.wide(Role.SAFEGUARDING_MANAGER), cast.wide(Role.SCRUTINEER)
    first, _second = cast.chairs()
    references: list[str] = []
    mark = cast.mark("V")

    def choose(viewer: Viewer) -> None:
        chair = cast.membership(first, viewer.now)
        references.extend(
            db.session.scalars(
                meetings_access.visible_to(viewer)
                .where(
                    Meeting.chair_membership_id == chair,
                    Meeting.status == MeetingStatus.HELD,
                    Meeting.scheduled_on < viewer.today,
                    Meeting.named_people_only.is_(False),
                )
                .with_only_columns(Meeting.reference)
                .order_by(Meeting.held_on.desc(), Meeting.id)
                .limit(len(_HEARD))
            )
        )
        voice, text = _HEARD[0]
        proposing.propose(viewer, Proposal(text, voice, references[0]))
        voice, text = _HEARD[1]
        proposing.propose(viewer, Proposal(f"{text} ({mark})", voice, references[1]))

    def agree(viewer: Viewer) -> None:
        put = listing.list_put_to(viewer)
        oldest = answering.find_put_to(viewer, min(row.id for row in put))
        answering.agree(viewer, oldest.id, oldest.proposed_text, version=oldest.version)

    def heard(viewer: Viewer) -> None:
        voice, text = _HEARD[2]
        proposing.propose(viewer, Proposal(text, voice, references[2]))

    def agree_newest(viewer: Viewer) -> None:
        newest = answering.find_put_to(viewer, max(row.id for row in listing.list_put_to(viewer)))
        shorter = "When everybody is there we decide in an hour what otherwise takes three weeks."
        answering.agree(viewer, newest.id, shorter, version=newest.version)

    cast.at(-8, choose, manager, 9)
    cast.at(-7, agree, first, 12)
    cast.at(-6, heard, scrutineer, 9)
    cast.at(-5, agree_newest, first, 12)


def _support(viewer: Viewer, agency_id: int) -> None:
    remind(viewer, agency_id)
    write_remark(
        viewer, agency_id, "The report template takes ten minutes once it is filled from the record. Ring me if not."
    )


def _key(viewer: Viewer, name: str, ends_on: date) -> None:
    make_key(viewer, name, ends_on)
