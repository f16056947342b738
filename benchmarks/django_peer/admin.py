"""The admin's list of meetings and its form for one attendance, each made as quick as its own settings allow."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from benchmarks.django_peer.models import Invitation, Meeting

_HEALTH = ["gp", "health_visiting", "hospital", "mental_health", "school_nursing"]
_HAS_PART = ~Q(expectation="not_relevant") & (Q(answer__isnull=True) | ~Q(answer="not_ours"))
_REPORT_ASKED = Q(expectation__in=["expected", "report_only"], report_due_on__isnull=False)


def _number(**condition: Any) -> Coalesce:
    """How many invitations of a meeting there are, of those that have a part in it."""
    found = Invitation.objects.filter(_HAS_PART, condition.pop("q", Q()), meeting=OuterRef("pk"), **condition)
    counted = found.order_by().values("meeting").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _comes(*agency_types: str) -> Exists:
    """Whether one of these kinds of agencies has said that it comes."""
    coming = Invitation.objects.filter(answer__in=["attend", "deputy"], agency__agency_type__in=agency_types)
    return Exists(coming.filter(meeting=OuterRef("pk")))


@admin.register(Meeting)
class MeetingAdmin(admin.ModelAdmin):
    """A hundred meetings with the columns of the portal's list, in its order, along the same index."""

    list_display = ("kind", "reference", "when", "answered", "reports", "will_be_quorate", "status")
    list_select_related = ("meeting_type", "case")
    list_filter = ("meeting_type", "status")
    list_per_page = 100
    ordering = ("-scheduled_on", "-start_time", "-id")
    search_fields = ("reference",)
    # Neither a second count of the whole table, nor boxes to tick.
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meeting]:
        """Count in the database: to read the invitations and count them here takes longer."""
        return (
            super()
            .get_queryset(request)
            .filter(partnership_id=1)
            .annotate(
                number_asked=_number(),
                number_answered=_number(answer__isnull=False),
                number_due=_number(q=_REPORT_ASKED),
                number_received=_number(q=_REPORT_ASKED, report_received_on__isnull=False),
                social_care_comes=_comes("social_care"),
                police_comes=_comes("police"),
                health_comes=_comes(*_HEALTH),
            )
        )

    @admin.display(description="Meeting", ordering="meeting_type")
    def kind(self, meeting: Meeting) -> str:
        """Its kind."""
        return meeting.meeting_type.name

    @admin.display(ordering="scheduled_on")
    def when(self, meeting: Meeting) -> str:
        """Its day and time."""
        day = f"{meeting.scheduled_on:%d %b %Y}"
        return f"{day}, {meeting.start_time:%H:%M}" if meeting.start_time else day

    def answered(self, meeting: Meeting) -> str:
        """How many agencies have answered."""
        return f"{meeting.number_answered} of {meeting.number_asked}"

    def reports(self, meeting: Meeting) -> str:
        """How many reports have come."""
        return f"{meeting.number_received} of {meeting.number_due}" if meeting.number_due else "Not needed"

    @admin.display(description="Quorate?")
    def will_be_quorate(self, meeting: Meeting) -> str:
        """What the register says, and before it the answers."""
        if meeting.status != "scheduled":
            return {True: "Quorate", False: "Not quorate", None: "–"}[meeting.quorate]
        comes = meeting.social_care_comes and meeting.police_comes and meeting.health_comes
        return "Will be" if comes else "Not yet"


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """The form of one invitation, of which nothing but the attendance is changed."""

    fields = ("attendance",)
