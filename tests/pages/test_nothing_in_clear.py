"""What is typed and given lies nowhere in clear: not in the database and its journal, the file store, or the log."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.services.mails.sending import send_mails
from tests.lying_in_clear import (
    files_of_database,
    files_of_store,
    found_in,
    is_journal,
    opened_with_keys,
    rows_that_say,
)
from tests.pages.people_steps import links
from tests.pages.reading import words
from tests.pages.report_steps import WHOLE, write
from tests.sample_files import PDF
from tests.services.file_steps import TellingScanner, in_store
from tests.services.mail_steps import forget_all
from tests.services.rows import change
from tests.world import NOW
from tests.world_clinical import record_of

TYPED = "ZQ-TYPED-JUST-NOW-QZ"
KINDS = {"child", "report", "file name", "uploaded file", "withdrawal", "talk", "sharing", "waiver", "bundle"}
DAY = {"-day": "9", "-month": "6", "-year": "2026"}
LARGE = 700 * 1024
"""More than an upload may have before it goes from memory to a file without a name."""

AS_PDF = (b"%PDF-", b"/StructTreeRoot", b"endobj")
"""What stands in every PDF, whatever its words are packed into."""


@pytest.fixture
def markers(world) -> set[bytes]:
    """What of the world must not be readable, and what this test types."""
    marked = [marker for marker in world.markers if marker.kind in KINDS]
    assert {marker.kind for marker in marked} == KINDS
    texts = {form for marker in marked for form in marker.forms if form[:3] == "ZQ-"}
    assert len(texts) > 100
    return {form.encode() for form in texts | {TYPED}}


def test_no_marker_stands_in_clear_anywhere(head, chair, place, use_filing, markers, capfd, world):
    use_filing(scanner=TellingScanner())
    url = f"/meetings/{place.id}/report"
    given = [(BytesIO(PDF + TYPED.encode()), f"{TYPED}.pdf")]
    assert head.submit(url, action=url, button="attach", files=given, worries=TYPED).status_code == 303
    report = f"/meetings/{place.id}/reports/{place.invitations['police'].id}"
    done = chair.submit(f"{report}/withdraw", what="report", reason="something_else", words=TYPED)
    assert done.status_code == 303
    logged = "".join(capfd.readouterr()).encode()
    assert b"request" in logged
    assert {one for one in markers if one in logged} == set()
    assert len(files_of_store()) == len(in_store())
    assert found_in(files_of_store(), markers) == set()
    assert found_in(files_of_database(), markers) == set()
    # The search itself finds what does stand in clear: agencies are no secret.
    assert found_in(files_of_database(), {world.agency_names["a.school"].encode()})


@dataclass
class Secrets:
    """Texts that this test makes up and types, each found nowhere else."""

    texts: list[str] = field(default_factory=list)

    def __call__(self, what: str) -> str:
        """One more."""
        self.texts.append(f"ZQ-CLEAR-{what}-QZ")
        return self.texts[-1]

    @property
    def as_bytes(self) -> set[bytes]:
        """As a file would have them."""
        return {one.encode() for one in self.texts}


@pytest.fixture
def secret() -> Secrets:
    return Secrets()


@pytest.fixture
def uploads_folder(tmp_path, monkeypatch):
    """Where uploads would lie that are too large for memory."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def assert_kept_and_nowhere_in_clear(secret: Secrets, logged: bytes, also: tuple[bytes, ...] = ()) -> None:
    """The portal reads each of them with its keys, and nobody does without."""
    kept = opened_with_keys()
    assert [one for one in secret.texts if one not in kept] == []
    wanted = secret.as_bytes | set(also)
    places = list(files_of_database())
    assert [path for path in places if is_journal(path) and path.stat().st_size]
    assert found_in(places, wanted) == set()
    assert found_in(files_of_store(), wanted | set(AS_PDF)) == set()
    assert b"request" in logged
    assert {one for one in wanted if one in logged} == set()


def on(name: str) -> dict[str, str]:
    """Yesterday, as the three boxes of a day send it."""
    return {f"{name}{part}": text for part, text in DAY.items()}


def forms_of(page) -> list[str]:
    """Where the forms of a page lead."""
    return [str(form["action"]) for form in page.page.select("main form[action]")]


def test_a_report_from_the_first_word_to_the_addendum(
    head, teacher, place, world, use_filing, capfd, secret, uploads_folder, at_world_time
):
    """With a file, a lead who sends it back, an addendum, and a sign-in that ended meanwhile."""
    use_filing(scanner=TellingScanner())
    url = f"/meetings/{place.id}/report"
    settings = f"/agencies/{world.agencies['a.school']}/reports"
    head.submit(settings, action=settings, sender="lead")
    given = [(BytesIO(PDF + secret("FILE").encode() + bytes(LARGE)), f"{secret('FILE-NAME')}.pdf")]
    write(teacher, url, button="attach", files=given)
    assert list(uploads_folder.iterdir()) == [], "what is too large for memory lies in a file without a name"
    write(teacher, url, button="check", **WHOLE | {"worries": secret("WORRIES"), "strengths": secret("STRENGTHS")})
    teacher.submit(f"{url}/check", action=f"{url}/check")
    head.submit(f"{url}/check", action=f"{url}/send-back", note=secret("SENT-BACK"))
    write(teacher, url, button="check", involvement=secret("INVOLVEMENT"))
    teacher.submit(f"{url}/check", action=f"{url}/check")
    # The note of why it was sent back has had its day when it is sent off again.
    note = secret.texts.pop(secret.texts.index("ZQ-CLEAR-SENT-BACK-QZ")).encode()
    assert head.submit(f"{url}/check", action=f"{url}/check").location == url
    added = teacher.submit(f"{url}/addendum", action=f"{url}/addendum", button="save", worries=secret("ADDED"))
    assert added.status_code == 303
    page = teacher.get(f"{url}/addendum")
    at_world_time.shift(timedelta(minutes=30))
    ended = teacher.send(page, action=f"{url}/addendum", button="save", strengths=secret("AFTER-THE-END"))
    assert ended.location.startswith("/sign-in")
    assert_kept_and_nowhere_in_clear(secret, "".join(capfd.readouterr()).encode(), (note,))


def test_all_that_follows_a_report(chair, coordinator, lead, as_person, place, world, use_filing, capfd, secret):
    """Talks, what the family has seen, waivers, the bundle, and a withdrawal that is assessed."""
    use_filing(scanner=TellingScanner())
    police, surgery = (f"/meetings/{place.id}/reports/{place.invitations[key].id}" for key in ("police", "gp"))
    assert coordinator.submit(f"/meetings/{place.id}/bundle").status_code == 303
    assert lead.get(f"/meetings/{place.id}/bundle/1").get_data().startswith(AS_PDF[0])
    talk = {"talked_with": secret("TALKED-WITH"), "said": secret("SAID")}
    assert chair.submit(f"{surgery}/talk", **talk, **on("talked_on")).status_code == 303
    (address,) = [link for link in links(lead.get("/")) if "/talks/" in link]
    assert lead.submit(address, answer="wrong", correction=secret("CORRECTED")).status_code == 303
    seen = {"language": secret("LANGUAGE"), "shared_by": secret("SHARED-BY"), "words": secret("SHARED-WORDS")}
    done = chair.submit(f"{police}/shared", reader="carer", what="shared", way="post", **seen, **on("shared_on"))
    assert done.status_code == 303
    withheld = {"what": "withheld", "withheld": "something_else", "words": secret("WITHHELD-BECAUSE")}
    assert chair.submit(f"{police}/shared", reader="carer", **withheld).status_code == 303
    school = f"/meetings/{place.id}/reports/{place.invitations['school'].id}"
    waived = coordinator.submit(f"{school}/not-needed", reason="something_else", words=secret("NOT-NEEDED"))
    assert waived.status_code == 303
    assert chair.get(f"{police}/family.pdf").get_data().startswith(AS_PDF[0])
    withdrawn = chair.submit(f"{police}/withdraw", what="report", reason="something_else", words=secret("WITHDRAWN"))
    assert withdrawn.status_code == 303
    assert lead.get(f"/meetings/{place.id}/bundle/1").status_code == 404
    # The talk that was confirmed is a contribution, and makes a bundle by itself.
    assert coordinator.submit(f"/meetings/{place.id}/bundle").status_code == 303
    manager = as_person("a.manager")
    entry = f"/withdrawals/{db.session.scalar(select(func.max(ReportWithdrawal.id)))}"
    found = {"words": secret("HARMS"), "step": "not_needed", "reason": secret("NOT-TOLD")}
    assert manager.submit(f"{entry}/assess", **found).status_code == 303
    assert_kept_and_nowhere_in_clear(secret, "".join(capfd.readouterr()).encode())
    kept = opened_with_keys()
    assert AS_PDF[1].decode() in kept, "the bundle is kept, and is a tagged PDF once it is opened"


def test_a_link_with_its_number_its_code_and_what_came_by_it(
    coordinator, new_client, world, mail_server, use_filing, capfd, secret, uploads_folder
):
    """Nor what stands in a clinical record that nobody takes anything of."""
    use_filing(scanner=TellingScanner())
    place, telephone = world.meeting("a.review"), "7700900861"
    invited = place.invitations["other_gp"]
    change(Report, invited.report_id, withdrawn_at=NOW)
    forget_all()
    people = f"/agencies/{world.agencies['a.other_gp']}/contacts"
    coordinator.submit(f"{people}/new", name="Dr Alex Field", email="alex@surgery.example", telephone=f"0{telephone}")
    meeting = f"/meetings/{place.id}/links"
    (contact,) = [one["value"] for one in coordinator.get(f"{meeting}/{invited.id}/new").page.select("[name=contact]")]
    assert coordinator.submit(f"{meeting}/{invited.id}/new", contact=contact).location == meeting
    assert send_mails(NOW + timedelta(minutes=1)) == 1
    [token] = re.findall(r"/return/([\w-]{43})", mail_server.letters[0].text)
    (reading,) = [link for link in forms_of(coordinator.get(meeting)) if link.endswith("/code")]
    told = words(coordinator.get(coordinator.submit(meeting, action=reading).location))
    [digits] = re.findall(r"\b\d{3} \d{3}\b", told)
    guest, url = new_client(), f"/return/{token}"
    assert guest.submit(url, action=f"{url}/code", code=digits).status_code == 303
    saved = guest.submit(url, action=url, button="save", worries=secret("BY-LINK"))
    assert "What you wrote is saved" in words(saved)
    record = record_of(db.session(), world.children["a.2"]).replace(b"Asthma", b"ZQ-IN-THE-RECORD-QZ")
    assert b"ZQ-IN-THE-RECORD-QZ" in record
    shown = guest.submit(url, action=url, button="read", record=(BytesIO(record + b" " * LARGE), "record.json"))
    assert "ZQ-IN-THE-RECORD-QZ" in words(shown)
    assert list(uploads_folder.iterdir()) == []
    logged = "".join(capfd.readouterr()).encode()
    nowhere = (telephone.encode(), f"0{telephone[:4]} {telephone[4:]}".encode(), token.encode(), b"ZQ-IN-THE-RECORD-QZ")
    assert_kept_and_nowhere_in_clear(secret, logged, nowhere)
    kept = opened_with_keys()
    assert telephone in kept
    assert token not in kept
    assert "ZQ-IN-THE-RECORD-QZ" not in kept
    # A code of six figures may stand anywhere by chance; by itself it stands in no column, and in no line of the log.
    plain = digits.replace(" ", "")
    assert rows_that_say(plain) == []
    assert re.search(rf"(?<!\d){plain}(?!\d)".encode(), logged) is None
