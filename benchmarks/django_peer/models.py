"""The portal's tables as Django sees them: with the columns that the list and the save need, and no others."""

from __future__ import annotations

from django.db import models

ATTENDANCES = ["in_person", "video", "telephone", "partial", "deputy", "apologies", "no_response"]
STATUSES = ["scheduled", "held", "inquorate", "cancelled"]


class Agency(models.Model):
    """An agency."""

    name = models.CharField(max_length=200)
    agency_type = models.CharField(max_length=32)

    class Meta:
        """The portal makes the table."""

        managed = False
        db_table = "agencies"


class MeetingType(models.Model):
    """A kind of meeting."""

    name = models.CharField(max_length=200)

    class Meta:
        """The portal makes the table."""

        managed = False
        db_table = "meeting_types"

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """A family under its reference."""

    reference = models.CharField(max_length=40)

    class Meta:
        """The portal makes the table."""

        managed = False
        db_table = "cases"


class Meeting(models.Model):
    """A meeting."""

    partnership_id = models.IntegerField()
    reference = models.CharField(max_length=40)
    meeting_type = models.ForeignKey(MeetingType, models.DO_NOTHING)
    case = models.ForeignKey(Case, models.DO_NOTHING)
    scheduled_on = models.DateField()
    start_time = models.TimeField(null=True)
    status = models.CharField(max_length=32, choices=[(status, status) for status in STATUSES])
    quorate = models.BooleanField(null=True)

    class Meta:
        """The portal makes the table."""

        managed = False
        db_table = "meetings"


class Invitation(models.Model):
    """An agency's part in a meeting."""

    meeting = models.ForeignKey(Meeting, models.DO_NOTHING)
    agency = models.ForeignKey(Agency, models.DO_NOTHING)
    expectation = models.CharField(max_length=32)
    answer = models.CharField(max_length=32, null=True)
    report_due_on = models.DateField(null=True)
    report_received_on = models.DateField(null=True)
    attendance = models.CharField(
        max_length=32, null=True, choices=[(attendance, attendance) for attendance in ATTENDANCES]
    )

    class Meta:
        """The portal makes the table."""

        managed = False
        db_table = "invitations"
