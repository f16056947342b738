"""The invented improvement plan: eight areas with sixty-eight actions, who leads each, and by when.

By when: `m2` is the second month after the plan began, `d40` forty days after its first day. Leads are names of the
cast (see improvement.py), or posts in words.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One action of the table."""

    what: str
    leads: str
    by_when: str
    outcome: str = ""
    measures: str = ""
    source: str = "plan"


AREAS: tuple[tuple[str, tuple[Row, ...]], ...] = (
    (
        "Strategy meetings held in time",
        (
            Row("Book every strategy meeting through one desk that sees all diaries", "social_care", "m1",
                "Meetings begin within three days of the concern", "strategy_in_time"),
            Row("Track each week which strategy meetings were late, and why", "manager", "weekly",
                "Lateness is known within the week", "strategy_in_time"),
            Row("Name a health desk that answers for every health agency", "hospital", "m2",
                "Health is there from the start", "strategy_all_core"),
            Row("Have police attend by video where they cannot come", "police", "d45",
                "Police are at every strategy meeting", "attendance:police:strategy_meeting"),
            Row("Look at ten strategy meetings a month for the quality of their record", "manager", "monthly",
                "Records say what was decided and by whom", "strategy_safety_plan", "dip_sample"),
            Row("Agree with schools how they are reached in holidays", "school; sector_school", "m3",
                "Schools are part of meetings all year"),
            Row("Write down an interim safety plan before any meeting ends", "chair; manager", "ongoing",
                "No child waits without a plan", "strategy_safety_plan"),
            Row("Review which meetings were held by telephone alone", "business", "quarterly",
                "Telephone is the exception", "strategy_telephone"),
            Row("Give new social workers an hour on strategy meetings when they begin", "Head of Learning", "monthly"),
            Row("Publish the threshold for calling a strategy meeting on one page", "board; manager", "m4",
                "Everybody calls one at the same point"),
        ),
    ),
    (
        "Agencies at conferences",
        (
            Row("Send every GP practice its conference dates two weeks ahead", "gp; sector_gp", "m1",
                "Practices can plan for conferences", "attendance:gp"),
            Row("Offer GPs a half-hour slot by video", "sector_gp", "m2",
                "GPs are heard at conferences", "attendance:gp:initial_conference"),
            Row("Agree with police which reviews they come to, and when a report is enough", "police", "d60",
                "Reviews have what police know", "reports:police:review_conference"),
            Row("Have every agency name a deputy for conferences", "board", "m3"),
            Row("Talk each quarter with agencies that missed three conferences", "business", "quarterly",
                "Absence is explained, and mended", "attendance"),
            Row("Bring back to the board which agencies are seldom there", "business", "monthly", "", "attendance"),
            Row("Make a short film on what a conference is for", "Communications Officer", "m5"),
            Row("Invite probation by role rather than by name", "probation", "m1", "", "attendance:probation"),
            Row("Keep conferences quorate through the summer", "chair; manager", "m4", "", "quorate"),
        ),
    ),
    (
        "Reports that families have seen",
        (
            Row("Use the one-page report for GPs in every practice", "sector_gp; gp", "m2",
                "Every practice reports", "reports:gp"),
            Row("Share reports with parents at least two days before", "social_care; manager", "ongoing",
                "Families know what will be said", "reports_shared", "learning_review"),
            Row("Remind agencies three days before a report is due", "business", "m1", "", "reports_on_time"),
            Row("Train school leads in writing about strengths", "sector_school", "d75",
                "Reports are fair as well as clear"),
            Row("Have an interpreter read reports out where families need it", "Head of Language Services", "m3"),
            Row("Look at twenty reports a quarter for plain language", "manager", "quarterly", "", "", "dip_sample"),
            Row("Ask families after each conference whether they had seen the reports", "chair", "monthly"),
            Row("Agree what may be withheld, and how that is said", "board; police", "m4"),
            Row("Bring late reports to heads of service every week", "business; manager", "weekly", "",
                "reports_on_time"),
        ),
    ),
    (
        "Listening to children",
        (
            Row("Offer an advocate to every child over ten before a conference", "social_care", "m2",
                "Children say what they want"),
            Row("Write minutes so that a child could read them later", "chair", "ongoing"),
            Row("Ask school nurses what younger children say", "school_nursing", "m3"),
            Row("Hold two listening sessions with young people", "Participation Lead", "m4",
                "The board hears from young people"),
            Row("Show young people what was done with what they said", "Participation Lead; board", "quarterly"),
            Row("Record a child’s wishes in every plan", "chair; manager", "ongoing", "", "", "inspection"),
            Row("Check in ten plans a month whether they are there", "manager", "monthly", "", "", "dip_sample"),
            Row("Make the room for conferences less like an office", "Estates Manager", "m6"),
        ),
    ),
    (
        "Neglect",
        (
            Row("Bring one neglect tool into use in all agencies", "health_visiting; social_care", "m3",
                "Neglect is named earlier", "", "learning_review"),
            Row("Train two hundred practitioners in it", "Head of Learning", "m5"),
            Row("Audit fifteen families across agencies", "manager", "d90", "We know where neglect drifts", "",
                "multi_agency_audit"),
            Row("Bring back to the board what the audit found", "manager; board", "m4"),
            Row("Review plans for neglect that are older than a year", "chair", "quarterly",
                "Plans end because things are better", "plans_two_years"),
            Row("Have housing raise concerns about homes directly", "housing", "m2"),
            Row("Agree with dentists how missed appointments are told", "Dental Public Health Lead", "m4"),
            Row("Publish a short guide for landlords", "housing", "m6"),
        ),
    ),
    (
        "Escalation and challenge",
        (
            Row("Use the one ladder for disagreements in every agency", "board", "m1",
                "Disagreements are settled low and early", "escalations_overdue"),
            Row("Bring overdue escalations to the executive", "business", "weekly", "", "escalations_overdue"),
            Row("Train team managers in answering a practice alert", "social_care", "m2", "", "alerts_days"),
            Row("Tell practitioners each quarter what an escalation changed", "business", "quarterly"),
            Row("Have the named nurse support practitioners who raise one", "hospital", "ongoing"),
            Row("Look at ten closed escalations for what was learnt", "manager", "d80", "", "", "dip_sample"),
            Row("Agree how schools escalate in the holidays", "sector_school", "m3"),
            Row("Report to the board how long each stage took", "business", "monthly", "", "escalations_days"),
        ),
    ),
    (
        "Learning that reaches practice",
        (
            Row("Write a one-page briefing after every review", "business", "ongoing", "", "", "learning_review"),
            Row("Discuss each briefing in every team within six weeks", "social_care; police; hospital", "m2",
                "Teams know what was learnt"),
            Row("Ask a hundred practitioners whether they know the last briefing", "Head of Learning", "quarterly"),
            Row("Follow what the last section 11 audit recommended on supervision", "board", "m4", "", "",
                "audit_round"),
            Row("Have every agency report its safeguarding training twice a year", "business", "m5"),
            Row("Open the case discussion group to schools", "sector_school; school", "m1"),
            Row("Bring recommendations that are late to the chair of the board", "business", "monthly"),
            Row("Invite a neighbouring area to look at our learning", "board", "m6"),
        ),
    ),
    (
        "The partnership’s own work",
        (
            Row("Have all three partners at every board meeting", "board", "quarterly"),
            Row("Publish the yearly report by the end of September", "business", "m5"),
            Row("Read the figures of every month within two weeks of its end", "board; business", "monthly"),
            Row("Give the scrutineer a day a quarter with practitioners", "business", "quarterly"),
            Row("Agree the money for the next two years", "board", "d100"),
            Row("Keep the list of each agency’s safeguarding leads right", "business", "monthly"),
            Row("Ask agencies how they meet what the inspection said of supervision", "board; police; hospital", "m3",
                "", "", "inspection"),
            Row("Write down who decides what between meetings of the board", "business", "m2"),
        ),
    ),
)  # fmt: skip
