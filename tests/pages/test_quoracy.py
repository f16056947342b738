"""The page that says whom a meeting still needs, and its one button."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from portal.database.session import writing
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import Answer, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from tests.services.rows import change
from tests.services.told_steps import notices


@pytest.fixture
def url(world):
    """The page of A's review conference."""
    return f"/meetings/{world.meeting('a.review').id}/quoracy"


@pytest.fixture
def second_chair(as_person):
    """Its chair."""
    return as_person("a.second_chair")


def test_it_names_the_agencies_and_their_people_and_no_child(second_chair, url, world):
    page = second_chair.get(url)
    assert page.page.h1.get_text() == "Who is still needed"
    rows = {row.th.get_text(" ", strip=True): row.get_text(" ", strip=True) for row in page.page.select("tbody tr")}
    assert len(rows) == 3
    surgery = rows[world.agency_names["a.other_gp"]]
    assert "No answer Not yet" in surgery
    assert world.person("a.other_gp.lead").name in surgery
    assert "2 more agencies are missing." in page.text
    assert "To be quorate: social care and 2 more." in page.text
    for hidden in ("ZQ-A-CHILD", "ZQ-A-SURNAME", "ZQ-A-PLACE", "@example.org"):
        assert hidden not in page.text.replace("zq-", "")


def test_asking_again_tells_them_and_says_so(second_chair, url, world):
    answer = second_chair.submit(url, action=url)
    assert (answer.status_code, answer.location) == (303, url)
    page = second_chair.get(url)
    assert "3 agencies were asked again." in page.text
    assert not page.page.select("main form")
    told = notices(Notice.kind == NoticeKind.QUORACY_ASKED)
    assert {one.subject_id for one in told} == {
        world.meeting("a.review").invitations[agency].id for agency in ("other_gp", "school", "police")
    }


def test_pressed_twice_it_asks_once(second_chair, url):
    page = second_chair.get(url)
    second_chair.send(page, action=url)
    before = len(notices())
    second_chair.send(page, action=url)
    assert "Nobody is left to ask" in second_chair.get(url).text
    assert len(notices()) == before


def test_where_it_will_be_quorate_nobody_is_called(second_chair, url, world):
    for agency in ("other_gp", "school"):
        change(Invitation, world.meeting("a.review").invitations[agency].id, answer=Answer.ATTEND)
    page = second_chair.get(url)
    assert page.page.h1.get_text() == "Nobody more is needed"
    assert not page.page.select("main form")


def test_where_nobody_invited_could_make_it_so_it_says_that(second_chair, url, world):
    for agency in ("other_gp", "school", "police"):
        change(Invitation, world.meeting("a.review").invitations[agency].id, answer=Answer.NOT_OURS)
    page = second_chair.get(url)
    assert "None of the agencies that were invited could make it quorate." in page.text


def test_of_a_meeting_that_is_over_nothing_is_foreseen(second_chair, url, world):
    with writing() as session:
        wanted = Meeting.id == world.meeting("a.review").id
        session.execute(update(Meeting).where(wanted).values(status=MeetingStatus.CANCELLED))
    assert "Nothing can be foreseen of this meeting." in second_chair.get(url).text


def test_by_few_queries(second_chair, url, count_queries):
    second_chair.get(url)
    with count_queries() as statements:
        second_chair.get(url)
    assert len(statements) <= 10


def test_home_leads_there(coordinator, world):
    place = world.meeting("a.initial")
    page = coordinator.get("/")
    assert "Not quorate yet: social care and one more agency missing" in page.text
    assert page.page.select_one(f"a[href='/meetings/{place.id}/quoracy']")
