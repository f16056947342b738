"""Files of the plan: all or nothing, the same again changes nothing, and what people changed in the portal stays."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import Conflict, NotPermitted, Unusable
from portal.domain.improvement_vocabulary import ByWhen, ImprovementSource, ImprovementStep
from portal.models.activity import Activity
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.services.improvement import actions, files, page
from portal.services.improvement.files import import_improvement, look_at, take_file
from tests.services.improvement_steps import said, steps_of
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

SAMPLE = Path(__file__).parents[1] / "data" / "improvement-plan.csv"
HEADER = "area_number,area,reference,action,leads,by_when,outcome,measures,source,source_name,rag,evidence"
COLUMNS = HEADER.split(",")


@pytest.fixture
def viewer(viewer_of, world):
    """Somebody by name."""
    return lambda key: viewer_of(world.person(key))


@pytest.fixture
def manager(viewer):
    """Who keeps A's plan."""
    return viewer("a.business_manager")


@pytest.fixture
def system(world) -> Viewer:
    """The command's viewer, in A."""
    return Viewer.of_system("import", NOW, world.partnerships["a"])


def file_of(*rows: dict[str, str]) -> bytes:
    """A file of some actions."""
    known = {
        "area_number": "7",
        "area": "Neglect",
        "reference": "7.1",
        "action": "Train all.",
        "leads": "Head of Training",
        "by_when": "2026-12",
    }
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, restval="")
    lines.writeheader()
    lines.writerows({**known, **row} for row in rows)
    return out.getvalue().encode()


def take(viewer: Viewer, content: bytes) -> files.FilePlan:
    """Look at a file and take it."""
    return take_file(viewer, content, "plan.csv", seen=look_at(viewer, content, "plan.csv").digest)


def action(reference: str) -> ImprovementAction:
    """A's action with a number."""
    db.session.rollback()
    rows = select(ImprovementAction).where(ImprovementAction.reference == reference)
    return db.session.scalars(rows.order_by(ImprovementAction.id)).first()


def counted() -> tuple[int, int, int]:
    """How many areas, actions and entries of the trail there are."""
    db.session.rollback()
    models = (ImprovementArea, ImprovementAction, Activity)
    return tuple(db.session.scalar(select(func.count()).select_from(model)) for model in models)


def test_a_plan_of_eight_areas_and_sixty_eight_actions_comes_in_once(system, world):
    content = SAMPLE.read_bytes()
    # The world's own area 1 with its actions stands in the way, as a plan that was begun by hand does.
    moved = content.replace(b"\n1,", b"\n9,").replace(b",1.", b",9.")
    before = counted()
    done = import_improvement(system, moved, "plan.csv")
    assert (done.created, done.changed, done.unchanged) == (68, 0, 0)
    areas, rows, _ = counted()
    assert (areas - before[0], rows - before[1]) == (8, 68)
    after = counted()
    again = import_improvement(system, moved, "plan.csv")
    assert (again.created, again.changed, again.unchanged) == (0, 0, 68)
    assert counted() == after


def test_what_a_line_says(system, world):
    lead = world.person("a.gp.lead").email
    row = {
        "leads": f"{lead.upper()}; Safeguarding manager; Head of Training; head of training",
        "by_when": "weekly",
        "outcome": "Seen earlier",
        "measures": "attendance:police:review_conference; quorate",
        "source": "learning_review",
        "source_name": "Review of 2025",
        "rag": "green",
        "evidence": "Minutes of May",
    }
    import_improvement(system, file_of(row), "plan.csv")
    found = action("7.1")
    assert (found.by_when, found.source, found.source_name) == (
        ByWhen.WEEKLY,
        ImprovementSource.LEARNING_REVIEW,
        "Review of 2025",
    )
    assert (found.rag, found.evidence, found.starts_on) == (ActionRag.GREEN, "Minutes of May", NOW.date())
    shown = page.find_action(system, found.id)
    assert [one.words for one in shown.leads][1:] == ["Safeguarding manager", "Head of Training", "head of training"]
    assert [trend.link.measure_id for trend in shown.trends] == ["attendance", "quorate"]
    assert shown.history[-1].who == "A file"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"area_number": "0"}, "area_number: is not a whole number from 1 to 99"),
        ({"area": ""}, "area: is empty"),
        ({"reference": "7 1"}, "reference: is not a number such as 3.2"),
        ({"action": ""}, "action: is empty"),
        ({"leads": ""}, "leads: is empty"),
        ({"leads": "nobody@example.org"}, "leads: names an address of nobody here who can lead an action"),
        ({"leads": "x" * 121}, "leads: names a post of more than 120 characters"),
        ({"by_when": "soon"}, "by_when: is not a day like"),
        ({"by_when": ""}, "by_when: is empty"),
        ({"measures": "nothing"}, "measures: names a measure that there is not"),
        ({"measures": "attendance:x:y:z"}, "measures: is not written as measure:agency_type:meeting_type"),
        ({"source": "rumour"}, "source: is not one of plan"),
        ({"rag": "blue"}, "rag: is not one of red"),
        ({"rag": "green"}, "evidence: is empty: green is said with what shows it"),
        ({"action": "x" * 1001}, "action: is too long"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_taken(system, manager, row, fault):
    before = counted()
    content = file_of({"reference": "7.0"}, row)
    for bring_in in (
        lambda: import_improvement(system, content, "plan.csv"),
        lambda: look_at(manager, content, "plan.csv"),
    ):
        with pytest.raises(Unusable) as refused:
            bring_in()
        (reason,) = refused.value.reasons
        assert reason.startswith(f"plan.csv:3: {fault}")
    assert counted() == before


def test_every_fault_is_listed_and_lines_that_contradict_each_other(system):
    content = file_of({"by_when": "soon"}, {"reference": "7.2", "area": "Something else"}, {"action": "Train some."})
    with pytest.raises(Unusable) as refused:
        import_improvement(system, content, "plan.csv")
    assert [reason.split(": ")[:2] for reason in refused.value.reasons] == [
        ["plan.csv:2", "by_when"],
        ["plan.csv:3", "area"],
        ["plan.csv:4", "reference"],
    ]


def test_a_changed_line_changes_what_it_says_otherwise(system, world):
    import_improvement(system, file_of({}), "plan.csv")
    said_ = {"action": "Train everybody.", "by_when": "monthly", "leads": "Conference chair", "measures": "quorate"}
    done = import_improvement(system, file_of(said_), "plan.csv")
    assert (done.created, done.changed, done.notes) == (0, 1, ())
    found = action("7.1")
    assert (found.what, found.by_when, found.starts_on) == ("Train everybody.", ByWhen.MONTHLY, NOW.date())
    assert [one.words for one in page.find_action(system, found.id).leads] == ["Conference chair"]
    assert [step for step, _ in steps_of(found.id)] == [ImprovementStep.ADDED, *2 * [ImprovementStep.CHANGED]]
    assert import_improvement(system, file_of(said_), "plan.csv").unchanged == 1


def test_what_somebody_changed_in_the_portal_stays(system, manager):
    import_improvement(system, file_of({}), "plan.csv")
    found = actions.find_details(manager, action("7.1").id)
    actions.change_action(
        manager, found.id, replace(found.details, what="Train the night staff."), version=found.version
    )
    same = import_improvement(system, file_of({}), "plan.csv")
    assert (same.changed, same.notes) == (0, ("plan.csv:2: action: kept as it was said in the portal",))
    other = import_improvement(system, file_of({"action": "Train the day staff.", "outcome": "Safer"}), "plan.csv")
    assert (other.changed, other.notes) == (1, ("plan.csv:2: action: kept as it was said in the portal",))
    assert (action("7.1").what, action("7.1").outcome) == ("Train the night staff.", "Safer")


def test_an_action_that_was_written_in_the_portal_is_not_overwritten(system, world):
    row = {"area_number": "1", "area": "Anything", "reference": "1.1", "action": "Otherwise."}
    done = import_improvement(system, file_of(row), "plan.csv")
    assert (done.created, done.changed) == (0, 0)
    assert "plan.csv:2: area: area 1 keeps its name in the portal" in done.notes
    assert "plan.csv:2: action: kept as it was said in the portal" in done.notes


def test_how_it_goes_is_its_leads_word_from_then_on(system, manager):
    import_improvement(system, file_of({"rag": "amber"}), "plan.csv")
    said(manager, action("7.1").id, ActionRag.RED)
    assert import_improvement(system, file_of({"rag": "amber"}), "plan.csv").unchanged == 1
    assert action("7.1").rag is ActionRag.RED


def test_what_is_complete_stays_as_it_is(system, manager):
    import_improvement(system, file_of({}), "plan.csv")
    said(manager, action("7.1").id, step=ImprovementStep.COMPLETED, rag=None)
    done = import_improvement(system, file_of({"action": "Otherwise."}), "plan.csv")
    assert (done.changed, done.notes) == (0, ("plan.csv:2: reference: is complete, and stays as it is",))
    assert action("7.1").what == "Train all."


def test_a_page_takes_what_was_looked_at_and_nothing_else(manager, viewer, world):
    content = file_of({}, {"reference": "7.2"})
    seen = look_at(manager, content, "plan.csv")
    assert ([area.title for area in seen.areas], len(seen.added), seen.leads) == (
        ["Neglect"],
        2,
        2 * ("Head of Training",),
    )
    take(manager, file_of({}))
    with pytest.raises(Conflict):
        take_file(manager, content, "plan.csv", seen=seen.digest)
    assert len(take(manager, content).added) == 1
    assert take(manager, content).does_nothing
    assert page.find_action(manager, action("7.2").id).history[-1].who == manager.name
    for key in ("a.board", "a.manager", "a.gp.lead"):
        with pytest.raises(NotPermitted):
            look_at(viewer(key), content, "plan.csv")


def test_looking_takes_as_many_queries_however_long_the_file(manager, count_queries):
    take(manager, SAMPLE.read_bytes().replace(b"\n1,", b"\n9,").replace(b",1.", b",9."))
    changed = SAMPLE.read_bytes().replace(b"\n1,", b"\n9,").replace(b",1.", b",9.").replace(b"Publish", b"Print")
    with count_queries() as statements:
        assert look_at(manager, changed, "plan.csv").changed
    assert len(statements) <= 8
