"""The demonstration: its figures are the published ones, its people can sign in, its markers can be traced."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.vocabulary import AgencyType, Role
from portal.models.activity import Activity
from portal.services.demo import import_files
from portal.services.demo.cases import Area, Families
from portal.services.demo.conferences import Conferences
from portal.services.demo.plan import EASTMARSH, completed_quarters
from tests.databases import Database
from tests.demonstration import TODAY, Demonstration, published
from tests.harness import apart, make_app, make_settings

QUARTERS = ("--partnership", "Eastmarsh", "--from", "2026-01-01", "--to", "2026-09-30")
CONFERENCES = "initial_conference,review_conference"

# (column, meeting types, agency type): how each published sentence is asked of the export.
QUERIES = {
    "police attendance at initial child protection conferences": ("attendance_rate", "initial_conference", "police"),
    "police attendance at review child protection conferences": ("attendance_rate", "review_conference", "police"),
    "police attendance at all conferences": ("attendance_rate", CONFERENCES, "police"),
    "police reports supplied where police did not attend": ("absent_with_report_rate", CONFERENCES, "police"),
    "GP attendance at conferences": ("attendance_rate", CONFERENCES, "gp"),
    "GP reports shared with conferences": ("report_rate", CONFERENCES, "gp"),
    "strategy discussions with all relevant agencies": ("all_expected_agencies_rate", "strategy_meeting", None),
    "strategy discussions with a clear interim safety plan": ("interim_safety_plan_rate", "strategy_meeting", None),
    "group strategy meetings": ("group_meetings_rate", "strategy_meeting", None),
    "telephone-only strategy discussions": ("telephone_only_rate", "strategy_meeting", None),
    "initial strategy meetings held within 72 hours": ("in_time_rate", "strategy_meeting", None),
    "initial conferences within 15 working days": ("in_time_rate", "initial_conference", None),
    "review conferences within timescale": ("in_time_rate", "review_conference", None),
}


def test_every_published_row_has_its_query() -> None:
    assert {row["figure"] for row in published(step=1)} == set(QUERIES)


@pytest.mark.parametrize("row", published(step=1), ids=lambda row: row["figure"])
def test_published_figures_are_reproduced(demo: Demonstration, row: dict[str, str]) -> None:
    column, meeting_types, agency_type = QUERIES[row["figure"]]
    by = "agency_type" if agency_type else "meeting_type"
    asked = ["indicators", "export", *QUARTERS, "--by", by, "--meeting-type", meeting_types]
    if agency_type:
        asked += ["--agency-type", agency_type]
    answer = demo.command(*asked)
    assert answer.exit_code == 0, answer.stderr
    (figures,) = csv.DictReader(io.StringIO(answer.stdout))
    whole = Decimal(figures[column]).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert whole == Decimal(row["value"]), f"{row['figure']}: {figures[column]}"


def test_after_the_counted_quarters_some_gps_come_and_some_report_late(demo: Demonstration) -> None:
    answer = demo.command(
        *("indicators", "export", "--partnership", "Eastmarsh", "--from", "2026-10-01", "--to", TODAY),
        *("--by", "agency_type", "--agency-type", "gp", "--meeting-type", CONFERENCES, "--format", "json"),
    )
    (figures,) = json.loads(answer.stdout)
    assert figures["attended"] > 0
    assert figures["reports_on_time"] < figures["reports_received"]


def test_the_kept_figures_are_what_the_records_say(demo: Demonstration) -> None:
    answer = demo.command("indicators", "check")
    assert answer.exit_code == 0, answer.stderr


def test_accounts_cover_every_role_and_kind_of_agency(demo: Demonstration) -> None:
    accounts = json.loads(demo.command("demo", "accounts", "--json").stdout)
    assert all(set(a) == {"email", "password", "totp_secret", "name", "memberships"} for a in accounts)
    assert all(a["email"].endswith("@demo.example") for a in accounts)
    hats = [(m["partnership"], m["role"], m["agency_type"]) for a in accounts for m in a["memberships"]]
    for partnership in ("Eastmarsh", "Westmoor"):
        for role in Role:
            assert any(hat[:2] == (partnership, role) for hat in hats), (partnership, role)
        for kind in AgencyType:
            for role in (Role.PRACTITIONER, Role.AGENCY_LEAD):
                assert (partnership, role, kind) in hats
    both = [a for a in accounts if {m["partnership"] for m in a["memberships"]} == {"Eastmarsh", "Westmoor"}]
    assert both
    assert {m["agency_code"] for m in both[0]["memberships"]} == {"SALT-POLICE"}


def test_a_code_is_the_one_that_an_app_would_show(demo: Demonstration, at_world_time: Any) -> None:
    accounts = json.loads(demo.command("demo", "accounts", "--json").stdout)
    with_app = next(a for a in accounts if a["totp_secret"])
    shown = demo.command("demo", "code", with_app["email"]).stdout.strip()
    assert pyotp.TOTP(with_app["totp_secret"]).verify(shown, valid_window=1)
    without = next(a for a in accounts if not a["totp_secret"])
    refused = demo.command("demo", "code", without["email"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert demo.command("demo", "code", "nobody@demo.example").exit_code == 2


def test_markers_of_each_kind_stand_in_both_partnerships_and_are_unique(demo: Demonstration) -> None:
    markers = json.loads(demo.command("demo", "markers", "--json").stdout)
    assert {m["kind"] for m in markers} == {
        *("child_name", "report_text", "answer_note", "meeting_note", "uploaded_file"),
        *("consultation", "report_sharing", "report_waiver", "withdrawal"),
        *("audit_answer", "evidence_file", "escalation", "waiver_note"),
        *("strategy_record", "family_views", "outcome", "agency_view", "minutes", "meeting_action", "contest"),
        *("challenge", "quotation", "improvement_update", "sample_finding", "feedback_words"),
        *("legal_hold", "restriction", "emergency_opening"),
    }
    for kind in {m["kind"] for m in markers}:
        assert {m["partnership"] for m in markers if m["kind"] == kind} == {"Eastmarsh", "Westmoor"}
    repeated = [marker for marker, times in Counter(m["marker"] for m in markers).items() if times > 1]
    assert repeated == []
    assert all(m["visible_to"] for m in markers if m["kind"] != "answer_note")


def test_everybody_has_something_to_do(demo: Demonstration) -> None:
    accounts = json.loads(demo.command("demo", "accounts", "--json").stdout)
    markers = json.loads(demo.command("demo", "markers", "--json").stdout)
    seeing = {email for marker in markers for email in marker["visible_to"]}
    case_roles = {Role.AGENCY_LEAD, Role.PRACTITIONER, Role.CHAIR, Role.COORDINATOR, Role.SAFEGUARDING_MANAGER}
    idle = [
        account["email"]
        for account in accounts
        if account["email"] not in seeing and any(m["role"] in case_roles for m in account["memberships"])
    ]
    assert idle == []


def test_a_second_build_is_refused_and_changes_nothing(demo: Demonstration) -> None:
    before = demo.command("demo", "accounts", "--json").stdout
    again = demo.command("demo", "build")
    assert again.exit_code == 2
    assert "already holds data" in again.stderr
    assert demo.command("demo", "accounts", "--json").stdout == before


def test_the_trail_of_the_demonstration_is_whole(demo: Demonstration) -> None:
    assert demo.command("activity", "verify").exit_code == 0


def test_the_trail_of_the_demonstration_runs_in_the_order_of_time(demo: Demonstration) -> None:
    with demo.app.app_context():
        rows = db.session.execute(select(Activity.chain_id, Activity.at).order_by(Activity.chain_id, Activity.sequence))
        times = [(row.chain_id, row.at) for row in rows]
    assert [pair for pair in pairwise(times) if pair[0] > pair[1]] == []


def test_production_knows_no_demo(databases: Database, tmp_path: Path) -> None:
    app = make_app(make_settings(tmp_path, databases.empty("bare")))
    refused = apart(app.test_cli_runner().invoke, args=["demo", "build"])
    assert refused.exit_code == 2
    assert "PORTAL_MODE=demo" in refused.stderr


def test_the_same_seed_gives_the_same_files() -> None:
    def files(seed: int) -> str:
        chance = Random(seed)
        agencies = {kind: [f"{kind}-1", f"{kind}-2"] for kind in AgencyType}
        families = Families(Area("EM", agencies, ["chair@demo.example"]), chance)
        meetings = Conferences("EM", families, chance).completed(completed_quarters(TODAY), EASTMARSH)
        return import_files.meetings_file(meetings) + import_files.attendance_file(meetings)

    assert files(1) == files(1)
    assert files(1) != files(2)
