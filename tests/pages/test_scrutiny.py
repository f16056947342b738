"""The pages of scrutiny: asked, replied to with a draft, read by the board; quotations only as the chair agreed."""

from __future__ import annotations

import pytest

from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words

MOST_QUERIES = 10
ASKED = {
    "title": "Reports of practices",
    "text": "Why do so few come?",
    "whom": "agency",
    "due_on__day": "30",
    "due_on__month": "6",
    "due_on__year": "2026",
}


@pytest.fixture
def scrutineer(as_person):
    """A's scrutineer."""
    return as_person("a.scrutineer")


def challenge(world, name: str) -> str:
    """The address of one of A's challenges."""
    return f"/scrutiny/{world.challenges[f'a.{name}']}"


def test_a_challenge_from_the_question_to_its_end(scrutineer, as_person, world):
    asked = scrutineer.submit("/scrutiny/new", **ASKED, agency=str(world.agencies["a.gp"]))
    assert asked.status_code == 303
    address = asked.location
    lead = as_person("a.gp.lead")
    assert address in links(lead.get("/"))
    assert "Reply to the scrutineer" in words(lead.get("/inbox"))
    page = lead.get(address)
    assert "Why do so few come?" in words(page)
    assert f"{address}/reply" in links(page)
    saved = lead.submit(f"{address}/reply", text="We begin to see", button="save")
    assert saved.location == address
    assert "A reply was begun" in words(lead.get(address))
    assert "We begin to see" not in scrutineer.get(address).get_data(as_text=True)
    sent = lead.submit(f"{address}/reply", text="They come now.", button="send")
    assert sent.status_code == 303
    board = words(as_person("a.board").get(address))
    assert "They come now." in board
    assert "Replied: the scrutineer reads it" in board or "Replied" in board
    assert address in links(scrutineer.get("/"))
    again = scrutineer.submit(
        f"{address}/ask-again", text="All of them?", due_on__day="1", due_on__month="7", due_on__year="2026"
    )
    assert again.location == address
    lead.submit(f"{address}/reply", text="All of them.", button="send")
    scrutineer.submit(f"{address}/close", text="Settled.")
    shown = words(as_person("a.manager").get(address))
    assert all(said in shown for said in ("Settled.", "All of them.", "All of them?", "They come now."))
    assert shown.index("Settled.") < shown.index("They come now.")


def test_what_is_typed_is_saved_by_itself(as_person, world):
    lead, address = as_person("a.other_gp.lead"), challenge(world, "other_gp")
    page = lead.get(f"{address}/reply")
    form = page.page.select_one("form[data-autosave]")
    assert form["data-autosave"] == f"{address}/reply/autosave"
    data = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    answer = lead.post(f"{address}/reply/autosave", data={**data, "text": "Half a sen"})
    assert (answer.status_code, set(answer.json)) == (200, {"saved_at", "version"})
    older = lead.post(f"{address}/reply/autosave", data={**data, "text": "Older"})
    assert older.status_code == 409
    assert "Half a sen" in lead.get(f"{address}/reply").page.textarea.get_text()


def test_a_reply_that_lost_a_race_shows_both_texts(as_person, world):
    lead, address = as_person("a.other_gp.lead"), challenge(world, "other_gp")
    page = lead.get(f"{address}/reply")
    lead.submit(f"{address}/reply", text="From the other window", button="save")
    lost = lead.send(page, text="From this window", button="send")
    assert lost.status_code == 409
    assert "From the other window" in words(lost)
    assert "From this window" in lost.page.textarea.get_text()
    assert lead.send(lost, text="Both together", button="send").status_code == 303


def test_errors_say_how_to_mend_it_and_lose_nothing(scrutineer, world):
    answer = scrutineer.submit("/scrutiny/new", title="Reports", text="", whom="agency")
    assert answer.status_code == 400
    assert errors(answer) == [
        "Enter the question",
        "Choose the agency",
        "Enter the day by which you need the reply",
    ]
    assert answer.page.find("input", attrs={"name": "title"})["value"] == "Reports"
    empty = scrutineer.submit(f"{challenge(world, 'business')}/close", text=" ")
    assert errors(empty) == ["Enter what came of it"]


def test_the_log_says_what_waits_and_is_narrowed_by_state(as_person, world):
    board = as_person("a.board")
    listed = rows(board.get("/scrutiny"))
    assert [row.split(".")[0] for row in listed] == ["1", "2", "3"]
    assert len(rows(board.get("/scrutiny?state=closed"))) == 1
    assert rows(board.get("/scrutiny?state=nonsense")) == listed
    lead = as_person("a.other_gp.lead").get("/scrutiny")
    assert lead.page.h1.get_text() == "What the scrutineer asks you"
    assert len(rows(lead)) == 1
    assert "Nothing has been asked yet" in words(as_person("a.gp.practitioner").get("/scrutiny"))


def test_a_quotation_reaches_the_board_only_as_its_chair_agreed(as_person, world):
    manager, chair, board = as_person("a.manager"), as_person("a.second_chair"), as_person("a.board")
    reference = world.meeting("a.past_initial").reference
    done = manager.submit("/scrutiny/quotations/new", text="I sat there alone.", voice="child", reference=reference)
    assert done.location == "/scrutiny/quotations"
    assert "I sat there alone." in words(manager.get("/scrutiny/quotations"))
    assert "I sat there alone." not in words(board.get("/scrutiny/quotations"))
    newest = max(
        (link for link in links(chair.get("/quotations")) if link.startswith("/quotations/")),
        key=lambda link: int(link.rsplit("/", 1)[-1]),
    )
    answered = chair.submit(newest, answer="agree", text="I sat on my own.")
    assert answered.location == "/quotations"
    read = board.get("/scrutiny/quotations")
    assert "I sat on my own." in words(read)
    assert "I sat there alone." not in words(read)
    assert reference not in read.get_data(as_text=True)
    assert "A child or young person, 2026" in words(read)


def test_the_meeting_s_page_leads_its_chair_to_what_waits_for_their_yes(as_person, world):
    path = f"/meetings/{world.meeting('a.past_initial').id}"
    chair = as_person("a.second_chair")
    link = chair.get(path).page.main.find("a", string="Quotations for the board")
    assert link["href"] == "/quotations"
    assert "1 waits for your yes" in words(chair.get(path))
    for key in ("a.manager", "a.coordinator"):
        assert "Quotations for the board" not in words(as_person(key).get(path))
    waiting = f"/quotations/{world.quotations['a.proposed']}"
    assert chair.submit(waiting, answer="agree", text="Nobody asked me.").location == "/quotations"
    assert "Quotations for the board" not in words(chair.get(path))


def test_a_refused_quotation_and_an_unknown_reference_say_what_to_do(as_person, world):
    manager = as_person("a.manager")
    answer = manager.submit("/scrutiny/quotations/new", text="Said so", voice="family", reference="NOPE")
    assert answer.status_code == 400
    assert errors(answer) == [
        "No chair can be asked about a meeting with this reference. Check it with the coordinator"
    ]
    chair = as_person("a.second_chair")
    number = world.quotations["a.proposed"]
    assert errors(chair.submit(f"/quotations/{number}", answer="refuse")) == ["Say why you do not agree"]
    assert errors(chair.submit(f"/quotations/{number}", answer="agree", text="")) == [
        "Enter the wording that the board may read"
    ]
    chair.submit(f"/quotations/{number}", answer="refuse", reason="They asked me not to.")
    assert "They asked me not to." in words(manager.get("/scrutiny/quotations"))


def test_a_quotation_is_taken_back(as_person, world):
    manager, number = as_person("a.manager"), world.quotations["a.proposed"]
    page = manager.get("/scrutiny/quotations")
    assert manager.send(page, action=f"/scrutiny/quotations/{number}/withdraw").location == "/scrutiny/quotations"
    assert "The quotation is taken back." in words(manager.get("/scrutiny/quotations"))


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("a.scrutineer", "/scrutiny"),
        ("a.other_gp.lead", "/scrutiny"),
        ("a.scrutineer", "/scrutiny/new"),
        ("a.scrutineer", "/scrutiny/{other_gp}"),
        ("a.scrutineer", "/scrutiny/{other_gp}/change"),
        ("a.scrutineer", "/scrutiny/{business}/ask-again"),
        ("a.scrutineer", "/scrutiny/{business}/close"),
        ("a.other_gp.lead", "/scrutiny/{other_gp}/reply"),
        ("a.scrutineer", "/scrutiny/quotations"),
        ("a.manager", "/scrutiny/quotations/new"),
        ("a.second_chair", "/quotations"),
        ("a.second_chair", "/quotations/{proposed}"),
        ("a.sector_lead", "/sector"),
        ("a.business_manager", "/sector/agencies/{gp}"),
        ("a.sector_lead", "/sector/agencies/{gp}/remarks/new"),
        ("a.sector_lead", "/sector/remarks/{remark}"),
        ("a.business_manager", "/api-keys"),
        ("a.business_manager", "/api-keys/new"),
        ("a.business_manager", "/figures/quarter"),
        ("a.business_manager", "/figures/quarter/freeze"),
    ],
)
def test_pages_take_few_queries(as_person, world, count_queries, key, address):
    browser = as_person(key)
    address = address.format(
        other_gp=world.challenges["a.other_gp"],
        business=world.challenges["a.business"],
        proposed=world.quotations["a.proposed"],
        gp=world.agencies["a.gp"],
        remark=world.remarks["a.gp"],
    )
    with count_queries() as statements:
        assert browser.get(address).status_code == 200
    assert len(statements) <= MOST_QUERIES, statements
