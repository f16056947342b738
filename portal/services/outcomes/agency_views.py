"""What each agency thinks of a child and of the decision: given by its own people, or by the chair in their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.access import meetings as meetings_access
from portal.access import outcomes as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.agency_views import Agreement, ViewText, agreement, faults, settled
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.vocabulary import ThresholdView
from portal.models.meetings import Invitation, Meeting
from portal.models.outcomes import AgencyView, Outcome
from portal.models.partnerships import Agency
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.meetings.outlook import HAS_PART
from portal.services.outcomes.drafting import person
from portal.services.outcomes.sittings import ConferenceChild, Sitting, sitting
from portal.services.outcomes.texts import categories_from, categories_to, category_words

VIEW_LABELS = {
    "threshold": "Is a child protection plan needed?",
    "categories": "If there is a plan, for which kind of harm?",
    "stance": "Agrees with the decision?",
    "reason": "Why, or what should go into the record",
}
"""What each part of a view is called wherever it is read."""

NOT_YOURS = "A view is given by the agency itself, or by the chair in its name, until the day on this page."


@dataclass(frozen=True, slots=True)
class GivenView:
    """One view as it was given; `of_older` where the decision was amended after the agency had agreed or dissented."""

    number: int
    text: ViewText
    on_behalf: bool
    said_at: datetime
    said_by: str
    of_older: bool = False


@dataclass(frozen=True, slots=True)
class ChildView:
    """What one agency has said of one child: the newest first."""

    child: ConferenceChild
    given: tuple[GivenView, ...]

    @property
    def current(self) -> GivenView | None:
        """What counts."""
        return self.given[0] if self.given else None

    @property
    def number(self) -> int:
        """What a further view is based on."""
        return self.current.number if self.current else 0


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency with its views of all children; `may_give` says whether the viewer may add to them."""

    invitation: Invitation
    agency_name: str
    views: tuple[ChildView, ...]
    may_give: bool

    def of(self, child_id: int) -> ChildView:
        """Its view of one child. Raises NotVisible."""
        for view in self.views:
            if view.child.id == child_id:
                return view
        raise NotVisible("There is no such child.")


@dataclass(frozen=True, slots=True)
class ViewsPage:
    """The views on a meeting's children, as far as the viewer reads them."""

    sitting: Sitting
    rows: tuple[AgencyRow, ...]
    closes_on: date | None
    """The last day on which a view can be given; empty where there is none."""

    @property
    def meeting(self) -> Meeting:
        """The meeting, with its type."""
        return self.sitting.meeting

    def agreement(self, child_id: int) -> Agreement:
        """How many agree with what is decided for a child."""
        given = (row.of(child_id).current for row in self.rows)
        return agreement(one.text.stance if one else None for one in given)

    def of(self, invitation_id: int) -> AgencyRow:
        """One agency's. Raises NotVisible."""
        for row in self.rows:
            if row.invitation.id == invitation_id:
                return row
        raise NotVisible("No such invitation.")


def views_page(viewer: Viewer, meeting_id: int) -> ViewsPage:
    """What every agency that has a part thinks, by eight queries. Raises NotVisible.

    An agency is shown the others' views once the register is closed: until then it stands here alone.
    """
    session: Session = db.session()
    return _page(session, viewer, sitting(session, viewer, meeting_id, RecordSection.VIEWS))


def give_view(viewer: Viewer, meeting_id: int, invitation_id: int, child_id: int, number: int, text: ViewText) -> int:
    """Give an agency's view of a child; what it said before stays beside it. Gives the view's number.

    `number` is that of the view which was on the page, 0 for none. Raises NotVisible, NotPermitted, Invalid by field,
    and Conflict with both texts where somebody else gave another one in the meantime.
    """
    try:
        with changing(viewer) as change:
            found = sitting(change.session, viewer, meeting_id, RecordSection.VIEWS, locked=True)
            page = _page(change.session, viewer, found)
            row = page.of(invitation_id)
            view = row.of(child_id)
            _check(row, text)
            text = settled(text)
            if view.current is not None and view.current.text == text and not view.current.of_older:
                raise AlreadySo
            if view.number != number:
                raise Conflict(
                    "Somebody else gave this view while you were writing.",
                    mine=words_of(text),
                    theirs=words_of(view.current.text if view.current else ViewText()),
                )
            return _give(change, page, row, view, text)
    except AlreadySo:
        return view.number


def _check(row: AgencyRow, text: ViewText) -> None:
    if not row.may_give:
        raise NotPermitted(NOT_YOURS)
    if found := faults(text):
        raise Invalid("Some of it is missing.", errors={field: [words] for field, words in found.items()})


def words_of(text: ViewText) -> dict[str, str]:
    """A view by its parts, as it is read."""
    return {
        "threshold": label(text.threshold) if text.threshold else "",
        "categories": category_words(text.categories),
        "stance": label(text.stance) if text.stance else "",
        "reason": text.reason,
    }


def _give(change: Change, page: ViewsPage, row: AgencyRow, view: ChildView, text: ViewText) -> int:
    viewer = change.viewer
    given = AgencyView(
        partnership_id=page.meeting.partnership_id,
        invitation_id=row.invitation.id,
        child_id=view.child.id,
        number=view.number + 1,
        threshold=text.threshold.value if text.threshold else "",
        categories=categories_to(text.categories),
        stance=text.stance,
        of_number=_signed(change.session, page.meeting.id).get(view.child.id) if text.stance else None,
        reason=text.reason or None,
        on_behalf=row.invitation.agency_id != viewer.agency_id,
        said_at=viewer.now,
        said_by_id=person(viewer),
    )
    change.session.add(given)
    change.session.flush()
    change.log("view.given", "invitation", row.invitation.id)
    return given.number


def _page(session: Session, viewer: Viewer, found: Sitting) -> ViewsPage:
    meeting = found.meeting
    closes_on = found.minutes.views_close(meeting.day) if meeting.day <= viewer.today else None
    given = _given(session, viewer, meeting.id)
    names = _names(session, viewer, meeting)
    rows = tuple(
        AgencyRow(
            invitation,
            name,
            tuple(ChildView(child, tuple(given.get((invitation.id, child.id), ()))) for child in found.children),
            access.may_give_view(viewer, meeting, invitation, closes_on),
        )
        for invitation, name in names
    )
    return ViewsPage(found, rows, closes_on)


def _names(session: Session, viewer: Viewer, meeting: Meeting) -> list[tuple[Invitation, str]]:
    """The agencies whose views are shown: all that have a part, but to an agency before the meeting itself alone."""
    query = meetings_access.invitations_visible_to(viewer).where(Invitation.meeting_id == meeting.id)
    if meeting.register_closed_at is not None:
        # That an agency was invited is part of the meeting, for whoever sees it.
        query = select(Invitation).where(Invitation.meeting_id == meeting.id)
    rows = session.execute(
        query.join(Agency, Agency.id == Invitation.agency_id)
        .where(HAS_PART)
        .add_columns(Agency.name)
        .order_by(Agency.name, Invitation.id)
    )
    return [(invitation, name) for invitation, name in rows]


def _given(session: Session, viewer: Viewer, meeting_id: int) -> Mapping[tuple[int, int], Sequence[GivenView]]:
    """Everything that was said, by invitation and child, the newest first."""
    rows = session.scalars(
        access.views_visible_to(viewer)
        .where(Invitation.meeting_id == meeting_id)
        .options(joinedload(AgencyView.said_by))
        .order_by(AgencyView.invitation_id, AgencyView.child_id, AgencyView.number.desc())
    )
    signed = _signed(session, meeting_id)
    return {
        key: [_given_view(view, signed.get(key[1])) for view in group]
        for key, group in groupby(rows, key=lambda view: (view.invitation_id, view.child_id))
    }


def _given_view(view: AgencyView, signed: int | None) -> GivenView:
    # Whoever agreed before the signature agreed with what was then signed first.
    agreed_with = view.of_number or 1
    return GivenView(
        number=view.number,
        text=ViewText(
            ThresholdView(view.threshold) if view.threshold else None,
            categories_from(view.categories),
            view.stance,
            view.reason or "",
        ),
        on_behalf=view.on_behalf,
        said_at=view.said_at,
        said_by=view.said_by.name,
        of_older=view.stance is not None and signed is not None and agreed_with != signed,
    )


def _signed(session: Session, meeting_id: int) -> Mapping[int, int]:
    """Which version of each child's outcome is in force: numbers alone, nothing of what it says."""
    rows = session.execute(
        select(Outcome.child_id, func.max(Outcome.number))
        .where(Outcome.meeting_id == meeting_id, Outcome.signed_at.is_not(None))
        .group_by(Outcome.child_id)
    )
    return dict(rows.all())
