"""Practice audits: standing rules of dip samples, tools of a partnership's own, samples, their meetings and reviews."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.sample_vocabulary import Grade, ReviewPart, ReviewState, SampleKind, SampleStatus
from portal.domain.sampling import MOST_DRAWN
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership
from portal.models.rule_sets import MeetingType

WAITS = f"state = '{ReviewState.ASKED.value}'"


class PracticeTool(Base):
    """A tool that a partnership loaded from a file, as a version that never changes; what ships needs no row."""

    __tablename__ = "practice_tools"
    __table_args__ = (
        UniqueConstraint("partnership_id", "code", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        at_most("code", 40),
        at_most("digest", 64),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    code: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As domain/practice_tools.py writes it."""
    loaded_at: Mapped[datetime]


class DipRule(Versioned, Base):
    """That so many meetings of a kind are looked at each month, from a month on; one rule for each kind."""

    __tablename__ = "dip_rules"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "meeting_type_id"),
        ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"], ["meeting_types.partnership_id", "meeting_types.id"]
        ),
        CheckConstraint(f"how_many >= 1 AND how_many <= {MOST_DRAWN}", name="how_many_possible"),
        at_most("tool_code", 40),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    meeting_type_id: Mapped[int]
    how_many: Mapped[int]
    from_on: Mapped[date]
    """The first day of the first month whose meetings are looked at."""
    tool_code: Mapped[str] = mapped_column(String(40))
    is_active: Mapped[bool]

    meeting_type: Mapped[MeetingType] = relationship(
        MeetingType, primaryjoin="foreign(DipRule.meeting_type_id) == MeetingType.id", lazy="raise", viewonly=True
    )


class PracticeSample(Versioned, Base):
    """One sample: what it is drawn from and by what, the tool as it was then, and its themes once it is closed.

    The frame is kept whole, so that the same seed gives the same sample although meetings are brought in later.
    """

    __tablename__ = "practice_samples"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        # The worker proposes a month of a rule once, however many workers there are.
        UniqueConstraint("rule_id", "from_on"),
        ForeignKeyConstraint(["partnership_id", "rule_id"], ["dip_rules.partnership_id", "dip_rules.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"], ["meeting_types.partnership_id", "meeting_types.id"]
        ),
        one_of("kind", SampleKind),
        one_of("status", SampleStatus),
        CheckConstraint("from_on <= until_on", name="period_forward"),
        CheckConstraint(f"how_many >= 1 AND how_many <= {MOST_DRAWN}", name="how_many_possible"),
        CheckConstraint("(status = 'proposed') = (seed IS NULL)", name="drawn_by_a_seed"),
        CheckConstraint("(seed IS NULL) = (drawn_at IS NULL)", name="drawn_at_a_time"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at_a_time"),
        at_most("seed", 32),
        at_most("frame_digest", 64),
        Index("ix_practice_samples_list", "partnership_id", "until_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    kind: Mapped[SampleKind]
    status: Mapped[SampleStatus]
    rule_id: Mapped[int | None]
    meeting_type_id: Mapped[int | None]
    """The kind of meeting; empty for an audit that takes any."""
    title: Mapped[str] = mapped_column(EncryptedText("practice_samples.title"))
    theme: Mapped[str | None] = mapped_column(EncryptedText("practice_samples.theme"))
    """What a thematic audit asks, for whoever sees it; no child in it."""
    from_on: Mapped[date]
    until_on: Mapped[date]
    """First and last day held of the meetings it is drawn from."""
    how_many: Mapped[int]
    tool_code: Mapped[str] = mapped_column(String(40))
    tool: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What it is graded by, as it stood when it was drawn."""
    agency_types: Mapped[list[str]] = mapped_column(JSON)
    """Which agencies, of those that were invited, are asked for their part."""
    seed: Mapped[str | None] = mapped_column(String(32))
    frame: Mapped[list[int] | None] = mapped_column(JSON)
    """The ids of the meetings it was drawn from, rising."""
    frame_size: Mapped[int | None]
    frame_digest: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    drawn_at: Mapped[datetime | None]
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_on: Mapped[date | None]
    """By when reviews are to be finished."""
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    strengths: Mapped[str | None] = mapped_column(EncryptedText("practice_samples.strengths"))
    improvements: Mapped[str | None] = mapped_column(EncryptedText("practice_samples.improvements"))
    """The themes that the board reads: what was good, and what must get better; no child in them."""
    summary: Mapped[str | None] = mapped_column(EncryptedText("practice_samples.summary"))
    """What the manager keeps of it in words, cases included; the board does not read it."""

    meeting_type: Mapped[MeetingType | None] = relationship(
        MeetingType,
        primaryjoin="foreign(PracticeSample.meeting_type_id) == MeetingType.id",
        lazy="raise",
        viewonly=True,
    )


class SampledMeeting(Versioned, Base):
    """One meeting of a sample: its place in the drawn order, and the grades that hold once they are settled."""

    __tablename__ = "sampled_meetings"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("sample_id", "meeting_id"),
        ForeignKeyConstraint(
            ["partnership_id", "sample_id"], ["practice_samples.partnership_id", "practice_samples.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        one_of("grade", Grade),
        CheckConstraint("place >= 1", name="place_positive"),
        CheckConstraint("(grade IS NULL) = (settled_at IS NULL)", name="settled_with_a_grade"),
        CheckConstraint("(replaced_at IS NULL) = (replaced_because IS NULL)", name="replaced_for_a_reason"),
        Index("ix_sampled_meetings_meeting", "meeting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    sample_id: Mapped[int]
    meeting_id: Mapped[int]
    place: Mapped[int]
    """Its place in the order that the seed gives the frame, from 1."""
    replaced_at: Mapped[datetime | None]
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    replaced_because: Mapped[str | None] = mapped_column(EncryptedText("sampled_meetings.replaced_because"))
    grade: Mapped[Grade | None]
    """The overall grade that holds: of the one reviewer, of both where they agree, else as it was moderated."""
    grades: Mapped[dict[str, str] | None] = mapped_column(JSON)
    """The same for each question, by its code."""
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    is_moderated: Mapped[bool]
    moderation: Mapped[str | None] = mapped_column(EncryptedText("sampled_meetings.moderation"))
    """Why the moderator settled it so."""

    sample: Mapped[PracticeSample] = relationship(
        PracticeSample,
        primaryjoin="foreign(SampledMeeting.sample_id) == PracticeSample.id",
        lazy="raise",
        viewonly=True,
    )
    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(SampledMeeting.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )
    reviews: Mapped[list[SampleReview]] = relationship(
        primaryjoin="SampledMeeting.id == foreign(SampleReview.sampled_id)", lazy="raise", viewonly=True
    )


class SampleReview(Versioned, Base):
    """One reviewer's or one agency's look at a sampled meeting: grades, and findings in words."""

    __tablename__ = "sample_reviews"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("sampled_id", "part", "agency_id"),
        Index(
            "uq_sample_reviews_reviewer",
            "sampled_id",
            "part",
            unique=True,
            sqlite_where=text("agency_id IS NULL"),
            postgresql_where=text("agency_id IS NULL"),
        ),
        ForeignKeyConstraint(
            ["partnership_id", "sampled_id"], ["sampled_meetings.partnership_id", "sampled_meetings.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        one_of("part", ReviewPart),
        one_of("state", ReviewState),
        one_of("grade", Grade),
        CheckConstraint("(part = 'agency') = (agency_id IS NOT NULL)", name="agency_for_its_part"),
        CheckConstraint("(membership_id IS NULL) = (agency_id IS NOT NULL)", name="of_a_person_or_an_agency"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at_a_time"),
        CheckConstraint("state <> 'done' OR grade IS NOT NULL", name="done_with_a_grade"),
        Index(
            "ix_sample_reviews_waiting",
            "partnership_id",
            "membership_id",
            "agency_id",
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    sampled_id: Mapped[int]
    part: Mapped[ReviewPart]
    membership_id: Mapped[int | None]
    """The reviewer; empty for an agency's own part, which any of its people who see the meeting may write."""
    agency_id: Mapped[int | None]
    state: Mapped[ReviewState]
    due_on: Mapped[date]
    asked_at: Mapped[datetime]
    grade: Mapped[Grade | None]
    grades: Mapped[dict[str, str]] = mapped_column(JSON)
    """A grade, or that it does not apply, by the question's code."""
    findings: Mapped[str] = mapped_column(EncryptedText("sample_reviews.findings"))
    """What was found, as JSON: words by the question's code, and under "overall" those on the whole."""
    saved_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    sampled: Mapped[SampledMeeting] = relationship(
        SampledMeeting, primaryjoin="foreign(SampleReview.sampled_id) == SampledMeeting.id", lazy="raise", viewonly=True
    )
    reviewer: Mapped[Membership | None] = relationship(
        Membership, primaryjoin="foreign(SampleReview.membership_id) == Membership.id", lazy="raise", viewonly=True
    )
    agency: Mapped[Agency | None] = relationship(
        Agency, primaryjoin="foreign(SampleReview.agency_id) == Agency.id", lazy="raise", viewonly=True
    )
