"""Challenges: asked, replied to, asked again, closed; whoever is asked is told, and drafts are nobody else's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.scrutiny_vocabulary import ScrutinyState, ScrutinyStep
from portal.domain.vocabulary import Role
from portal.models.messages import Notice
from portal.models.scrutiny import ScrutinyChallenge, ScrutinyDraft
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from portal.services.notices.reminders import remind
from portal.services.scrutiny import asking, log, replying
from portal.services.scrutiny.asking import Question
from portal.services.scrutiny.whom import Whom, offered
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import stored, trail
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("database")

DUE = date(2026, 6, 30)


@pytest.fixture
def scrutineer(viewer):
    """A's scrutineer."""
    return viewer("a.scrutineer")


@pytest.fixture
def told(world):
    """Who was told of a kind, by the names of the world."""

    def found(kind: NoticeKind) -> set[str]:
        db.session.rollback()
        names = {hat.membership_id: person.key for person, hat in world.wearers()}
        return {names[one] for one in db.session.scalars(select(Notice.membership_id).where(Notice.kind == kind))}

    return found


def question(whom: Whom, **more) -> Question:
    """Something to ask."""
    facts = {"title": "Reports of practices", "text": "Why do so few come?", "whom": whom, "due_on": DUE} | more
    return Question(**facts)


def of_practice(world) -> Whom:
    """A's practice."""
    return Whom(agency_id=world.agencies["a.gp"])


def drafts(challenge_id: int) -> int:
    """How many drafts a challenge has."""
    db.session.rollback()
    rows = select(func.count()).select_from(ScrutinyDraft).where(ScrutinyDraft.challenge_id == challenge_id)
    return db.session.scalar(rows) or 0


def test_an_agency_is_asked_and_its_lead_is_told(scrutineer, world, told, viewer):
    tell_nobody_anything()
    number = asking.ask(scrutineer, question(of_practice(world)))
    assert told(NoticeKind.SCRUTINY_ASKED) == {"a.gp.lead"}
    assert trail("scrutiny.asked", number) == 1
    page = log.find_challenge(viewer("a.gp.lead"), number)
    assert (page.number, page.may_reply, page.sees_log) == (4, True, False)
    assert "Why do so few" not in db.session.scalars(select(Notice.what)).one()


def test_a_role_and_a_person_are_asked(scrutineer, world, told, viewer):
    tell_nobody_anything()
    asking.ask(scrutineer, question(Whom(role=Role.SAFEGUARDING_MANAGER)))
    asking.ask(scrutineer, question(Whom(membership_id=world.person("a.board").hat.membership_id), title="Another"))
    assert told(NoticeKind.SCRUTINY_ASKED) == {"a.manager", "a.board"}


@pytest.mark.parametrize("name", ["a.chair", "a.coordinator"])
def test_a_chair_and_a_coordinator_are_asked_by_name_and_read_that_alone(scrutineer, viewer, told, world, name):
    number = asking.ask(scrutineer, question(Whom(membership_id=world.person(name).hat.membership_id)))
    assert told(NoticeKind.SCRUTINY_ASKED) == {name}
    asked = viewer(name)
    tasks = [task for task in home(asked).tasks if task.kind is TaskKind.SCRUTINY_REPLY]
    assert [task.subject_id for task in tasks] == [number]
    assert [row.id for row in log.list_challenges(asked).rows] == [number]
    for other in ("a.business", "a.school", "a.other_gp", "b.business"):
        with pytest.raises(NotVisible):
            log.find_challenge(asked, world.challenges[other])
    with pytest.raises(NotVisible):
        log.find_challenge(viewer("a.second_chair"), number)
    desk = replying.open_desk(asked, number)
    replying.send_reply(asked, number, "The room is small.", version=desk.version, asked=desk.challenge.version)
    assert stored(ScrutinyChallenge, number).state is ScrutinyState.REPLIED


def test_numbers_count_within_the_partnership(scrutineer, viewer, world):
    asking.ask(scrutineer, question(of_practice(world)))
    other = asking.ask(viewer("b.scrutineer"), question(Whom(role=Role.BUSINESS_MANAGER)))
    assert stored(ScrutinyChallenge, other).number == 4


@pytest.mark.parametrize(
    "whom",
    [
        lambda world: Whom(membership_id=world.person("b.board").hat.membership_id),
        lambda world: Whom(membership_id=world.person("a.administrator").hat.membership_id),  # replies to nothing
        lambda world: Whom(membership_id=world.person("a.gp.former").hat.membership_id),
        lambda world: Whom(agency_id=world.agencies["b.gp"]),
        lambda world: Whom(role=Role.PRACTITIONER),
        lambda world: Whom(),
    ],
)
def test_nobody_is_asked_who_cannot_reply_or_is_not_of_here(scrutineer, world, whom):
    with pytest.raises(Invalid):
        asking.ask(scrutineer, question(whom(world)))


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"text": "x" * 5_001}, "text"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
    ],
)
def test_what_is_missing_is_said_at_its_field(scrutineer, world, fault, field):
    with pytest.raises(Invalid) as refused:
        asking.ask(scrutineer, question(of_practice(world), **fault))
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("key", ["a.business_manager", "a.board", "a.gp.lead", "a.manager", "a.administrator"])
def test_only_the_scrutineer_asks(viewer, world, key):
    with pytest.raises(NotPermitted):
        asking.ask(viewer(key), question(of_practice(world)))
    with pytest.raises(NotPermitted):
        offered(viewer(key))


def test_who_can_be_asked_is_of_here_and_replies(scrutineer, world):
    found = offered(scrutineer)
    memberships = {number for number, _words in found.people}
    assert world.person("a.gp.lead").hat.membership_id in memberships
    assert world.person("a.board").hat.membership_id in memberships
    for asked in ("a.chair", "a.coordinator"):
        assert world.person(asked).hat.membership_id in memberships, asked
    for absent in ("a.gp.practitioner", "a.administrator", "a.gp.former", "a.scrutineer", "b.board", "b.chair"):
        assert world.person(absent).hat.membership_id not in memberships, absent
    assert {number for number, _name in found.agencies} == {
        world.agencies[f"a.{name}"] for name in ("social_care", "police", "gp", "other_gp", "school")
    }


def test_a_reply_is_saved_while_it_is_written_and_shared_by_those_who_are_asked(viewer, world):
    lead = viewer("a.other_gp.lead")
    number = world.challenges["a.other_gp"]
    desk = replying.open_desk(lead, number)
    saved = replying.save_draft(lead, number, "We begin to see", version=desk.version)
    assert saved.version == desk.version + 1
    again = replying.save_draft(lead, number, "We begin to see", version=saved.version)
    assert again == saved  # the same once more changes nothing
    assert replying.open_desk(lead, number).text == "We begin to see"
    with pytest.raises(NotPermitted):
        replying.open_desk(viewer("a.scrutineer"), number)


def test_an_older_draft_never_overwrites_a_newer_one(viewer, world):
    lead, number = viewer("a.other_gp.lead"), world.challenges["a.other_gp"]
    version = replying.open_desk(lead, number).version
    replying.save_draft(lead, number, "The newer", version=version)
    with pytest.raises(Conflict) as lost:
        replying.save_draft(lead, number, "The older", version=version)
    assert (lost.value.mine, lost.value.theirs) == ({"text": "The older"}, {"text": "The newer"})
    with pytest.raises(Conflict):
        replying.send_reply(lead, number, "The older", version=version, asked=log.find_challenge(lead, number).version)


def test_a_reply_is_read_by_the_log_and_the_scrutineer_is_told(viewer, world, told):
    tell_nobody_anything()
    lead, number = viewer("a.other_gp.lead"), world.challenges["a.other_gp"]
    desk = replying.open_desk(lead, number)
    replying.send_reply(lead, number, "They come now.", version=desk.version, asked=desk.challenge.version)
    assert told(NoticeKind.SCRUTINY_REPLIED) == {"a.scrutineer"}
    page = log.find_challenge(viewer("a.board"), number)
    assert (page.state, page.steps[0].step, page.steps[0].text) == (
        ScrutinyState.REPLIED,
        ScrutinyStep.REPLIED,
        "They come now.",
    )
    assert drafts(number) == 0
    with pytest.raises(NotPermitted):
        replying.send_reply(lead, number, "Once more", version=0, asked=page.version)


def test_a_question_that_changed_meanwhile_is_read_again_before_the_reply_goes(scrutineer, viewer, world):
    lead, number = viewer("a.other_gp.lead"), world.challenges["a.other_gp"]
    desk = replying.open_desk(lead, number)
    now = asking.question_of(log.own_challenge(scrutineer, number))
    changed = Question(now.title, "And why late?", now.whom, now.due_on)
    assert asking.change_question(scrutineer, number, changed, version=desk.challenge.version)
    with pytest.raises(Conflict, match="Read the question again"):
        replying.send_reply(lead, number, "Because", version=desk.version, asked=desk.challenge.version)
    assert replying.open_desk(lead, number).text == desk.text  # nothing of the draft was lost


def test_asking_somebody_else_takes_the_draft_of_the_first_away(scrutineer, viewer, world, told):
    tell_nobody_anything()
    number = world.challenges["a.other_gp"]
    now = asking.question_of(log.own_challenge(scrutineer, number))
    page = log.find_challenge(scrutineer, number)
    asking.change_question(
        scrutineer, number, Question(now.title, now.text, of_practice(world), now.due_on), version=page.version
    )
    assert drafts(number) == 0
    assert told(NoticeKind.SCRUTINY_ASKED) == {"a.gp.lead"}
    with pytest.raises(NotVisible):
        log.find_challenge(viewer("a.other_gp.lead"), number)


def test_what_is_the_same_changes_nothing(scrutineer, world):
    number = world.challenges["a.other_gp"]
    now = asking.question_of(log.own_challenge(scrutineer, number))
    assert not asking.change_question(scrutineer, number, now, version=0)


def test_two_who_change_a_question_do_not_overwrite_each_other(scrutineer, world):
    number = world.challenges["a.other_gp"]
    now = asking.question_of(log.own_challenge(scrutineer, number))
    version = log.find_challenge(scrutineer, number).version
    asking.change_question(scrutineer, number, Question("One", now.text, now.whom, now.due_on), version=version)
    with pytest.raises(Conflict) as lost:
        asking.change_question(scrutineer, number, Question("Two", now.text, now.whom, now.due_on), version=version)
    assert (lost.value.mine["Heading"], lost.value.theirs["Heading"]) == ("Two", "One")


def test_asked_again_it_waits_again_and_closed_it_waits_for_nobody(scrutineer, viewer, world, told):
    tell_nobody_anything()
    number = world.challenges["a.business"]
    page = log.find_challenge(scrutineer, number)
    asking.ask_again(scrutineer, number, "And since then?", DUE, version=page.version)
    assert told(NoticeKind.SCRUTINY_ASKED) == {"a.business_manager"}
    page = log.find_challenge(viewer("a.business_manager"), number)
    assert (page.state, page.round, page.may_reply) == (ScrutinyState.OPEN, 2, True)
    asking.close(scrutineer, number, "Put right.", version=page.version)
    assert told(NoticeKind.SCRUTINY_CLOSED) == {"a.business_manager"}
    page = log.find_challenge(viewer("a.business_manager"), number)
    assert (page.state, page.may_reply) == (ScrutinyState.CLOSED, False)
    assert [step.step for step in page.steps] == [
        ScrutinyStep.CLOSED,
        ScrutinyStep.ASKED_AGAIN,
        ScrutinyStep.REPLIED,
        ScrutinyStep.ASKED,
    ]
    with pytest.raises(Conflict):
        asking.close(scrutineer, number, "Twice", version=page.version - 1)
    with pytest.raises(NotPermitted):
        asking.close(scrutineer, number, "Twice", version=page.version)


def test_nothing_of_another_partnership_is_there(viewer, world):
    scrutineer, foreign = viewer("b.scrutineer"), world.challenges["a.business"]
    for act in (
        lambda: log.find_challenge(scrutineer, foreign),
        lambda: asking.ask_again(scrutineer, foreign, "x", DUE, version=1),
        lambda: asking.close(scrutineer, foreign, "x", version=1),
        lambda: replying.save_draft(scrutineer, foreign, "x", version=0),
    ):
        with pytest.raises(NotVisible):
            act()


def test_those_who_are_asked_are_reminded_before_and_once_after(world, told):
    tell_nobody_anything()
    assert remind(NOW.replace(month=6, day=25)) > 0  # three working days before the 30th
    assert told(NoticeKind.SCRUTINY_DUE) == {"a.other_gp.lead", "b.other_gp.lead"}
    tell_nobody_anything()
    remind(NOW.replace(month=6, day=26))
    assert told(NoticeKind.SCRUTINY_DUE) == set()
    remind(NOW.replace(month=7, day=1))
    assert told(NoticeKind.SCRUTINY_DUE) == {"a.other_gp.lead", "b.other_gp.lead"}
    tell_nobody_anything()
    remind(NOW.replace(month=7, day=2))
    assert told(NoticeKind.SCRUTINY_DUE) == set()


def test_home_says_who_is_to_reply_and_who_is_to_read(viewer, world):
    kinds = {TaskKind.SCRUTINY_REPLY, TaskKind.SCRUTINY_READ, TaskKind.QUOTATION}

    def tasks(key: str) -> list[tuple[TaskKind, int | None]]:
        return [(one.kind, one.subject_id) for one in home(viewer(key)).tasks if one.kind in kinds]

    assert tasks("a.other_gp.lead") == [(TaskKind.SCRUTINY_REPLY, world.challenges["a.other_gp"])]
    assert tasks("a.scrutineer") == [(TaskKind.SCRUTINY_READ, world.challenges["a.business"])]
    assert tasks("a.second_chair") == [(TaskKind.QUOTATION, world.quotations["a.proposed"])]
    for nobody in ("a.business_manager", "a.police.lead", "a.board", "a.gp.lead", "a.chair", "a.manager"):
        assert tasks(nobody) == [], nobody
