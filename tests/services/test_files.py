"""Files: received, scanned, kept with their row or not at all, opened under their rule."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from portal.database.encryption import Undecryptable, keyring
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose, FileStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.files import MOST_FILES, Upload
from portal.gateways.file_store import Damaged
from portal.gateways.scanner import Verdict
from portal.models.activity import Activity
from portal.models.files import ReportFile, StoredFile
from portal.services import file_reading, files
from portal.services.changes import changing
from portal.services.filing import filing
from tests.clamd import VIRUS
from tests.harness import FIELD_KEY
from tests.sample_files import PDF, office, upload
from tests.services.file_steps import TellingScanner, give, in_store, read, row, tie


@pytest.fixture
def draft_id(world):
    return world.meeting("a.initial").invitations["gp"].report_id


def test_a_file_is_kept_encrypted_and_opened_again(lead, draft_id, use_filing):
    use_filing(scanner=TellingScanner())
    content = PDF + os.urandom(200_000)
    (stored,) = give(lead, upload(content, "Plan für später.pdf"))
    tie(stored, draft_id)
    assert (stored.name, stored.media_type, stored.size) == ("Plan für später.pdf", "application/pdf", len(content))
    assert (stored.status, stored.scanned_at, stored.given_by_id) == (FileStatus.CLEAN, lead.now, lead.user_id)
    assert read(lead, stored.id) == content
    lying = b"".join(path.read_bytes() for path in filing().store.folder.glob(f"*/{stored.store_name}"))
    assert content[:100] not in lying
    assert len(lying) > len(content)


def test_each_file_has_a_key_of_its_own_which_only_the_portals_keys_open(lead, use_filing):
    use_filing(scanner=TellingScanner())
    first, second = give(lead, upload(b"the same"), upload(b"the same"))
    keys = [keyring.unwrap(stored.wrapped_key, stored.key_id) for stored in (first, second)]
    assert keys[0] != keys[1]
    assert keys[0] not in first.wrapped_key
    with pytest.raises(Undecryptable):
        keyring.unwrap(first.wrapped_key[:-1] + b"\0", first.key_id)
    with pytest.raises(Undecryptable):
        keyring.unwrap(first.wrapped_key, "gone")


def test_a_file_is_read_after_the_keys_have_changed(lead, draft_id, use_filing):
    use_filing(scanner=TellingScanner())
    (stored,) = give(lead, upload(b"before the change"))
    tie(stored, draft_id)
    try:
        keyring.install((("t2", bytes(range(100, 132))), ("t1", FIELD_KEY)))
        assert read(lead, stored.id) == b"before the change"
    finally:
        keyring.install((("t1", FIELD_KEY),))


def test_bytes_or_keys_laid_in_another_files_place_do_not_open(lead, world, viewer_of, draft_id, use_filing):
    """Whoever can write to the database cannot hand one agency's file to another."""
    use_filing(scanner=TellingScanner())
    (mine,) = give(lead, upload(b"ours"))
    (theirs,) = give(viewer_of(world.person("a.school.lead")), upload(b"them"))
    tie(mine, draft_id)
    db.session.execute(
        update(StoredFile)
        .where(StoredFile.id == theirs.id)
        .values(store_name="0" * 64)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(StoredFile)
        .where(StoredFile.id == mine.id)
        .values(store_name=theirs.store_name, wrapped_key=theirs.wrapped_key)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    db.session.expire_all()
    with pytest.raises(Damaged):
        read(lead, mine.id)


def test_without_a_scanner_a_file_is_held_back(lead, draft_id):
    (stored,) = give(lead, upload(b"waits"))
    tie(stored, draft_id)
    assert (stored.status, stored.scanned_at) == (FileStatus.QUARANTINED, None)
    with pytest.raises(file_reading.HeldBack):
        read(lead, stored.id)


def test_where_the_scanner_does_not_answer_a_file_is_held_back_in_a_demonstration_too(lead, use_filing):
    use_filing(scanner=TellingScanner(Verdict.UNREACHABLE), passes_unscanned=True)
    (stored,) = give(lead, upload(b"waits"))
    assert stored.status is FileStatus.QUARANTINED


def test_a_demonstration_without_a_scanner_lets_files_through_and_says_so(lead, draft_id, use_filing):
    use_filing(passes_unscanned=True)
    (stored,) = give(lead, upload(b"invented"))
    tie(stored, draft_id)
    assert stored.status is FileStatus.NOT_SCANNED
    assert read(lead, stored.id) == b"invented"


def test_what_a_demonstration_let_through_is_not_opened_in_earnest(lead, draft_id, use_filing):
    use_filing(passes_unscanned=True)
    (stored,) = give(lead, upload(b"invented"))
    tie(stored, draft_id)
    use_filing(passes_unscanned=False)
    with pytest.raises(file_reading.HeldBack):
        read(lead, stored.id)


@pytest.mark.usefixtures("scanned")
def test_a_real_scanner_passes_what_is_clean_and_finds_what_is_not(lead, draft_id):
    before = in_store()
    clean, infected = give(
        lead,
        upload(office("docx"), "Plan.docx"),
        upload(office("docx", **{"word/document.xml": VIRUS}), "Invoice.docx"),
    )
    for stored in (clean, infected):
        tie(stored, draft_id)
    assert (clean.status, infected.status) == (FileStatus.CLEAN, FileStatus.INFECTED)
    assert in_store() - before == {clean.store_name}
    with pytest.raises(file_reading.HeldBack):
        read(lead, infected.id)
    assert infected.scanned_at == lead.now


def test_the_scanner_gets_every_byte(lead, use_filing):
    scanner = TellingScanner()
    use_filing(scanner=scanner)
    content = PDF + os.urandom(150_000)
    give(lead, upload(content, "x.pdf"))
    assert scanner.seen == [content]


def test_the_trail_says_who_gave_and_opened_which_file_and_no_name(lead, draft_id, use_filing):
    use_filing(scanner=TellingScanner())
    (stored,) = give(lead, upload(b"text", "Child's name.txt"))
    tie(stored, draft_id)
    read(lead, stored.id)
    rows = db.session.execute(
        select(Activity.verb, Activity.user_id).where(Activity.subject == "file", Activity.subject_id == stored.id)
    ).all()
    assert [tuple(entry) for entry in rows] == [("file.kept", lead.user_id), ("file.opened", lead.user_id)]


def test_names_are_encrypted_in_the_database(lead, use_filing):
    use_filing(scanner=TellingScanner())
    (stored,) = give(lead, upload(b"text", "Robin Marsh.txt"))
    kept = db.session.execute(
        select(StoredFile.__table__.c.name.cast(StoredFile.__table__.c.wrapped_key.type)).where(
            StoredFile.id == stored.id
        )
    ).scalar_one()
    assert b"Robin" not in bytes(kept)


def test_what_goes_wrong_after_the_bytes_were_stored_leaves_none(lead, use_filing):
    use_filing(scanner=TellingScanner())
    before, kept = in_store(), []

    def break_off() -> None:
        uploads, purpose = [upload(b"a"), upload(b"b")], FilePurpose.REPORT_ATTACHMENT
        with (
            files.receiving(lead, agency_id=lead.agency_id, purpose=purpose, uploads=uploads) as received,
            changing(lead) as change,
        ):
            kept.extend(files.keep_file(change, one).id for one in received)
            assert len(in_store() - before) == 2
            raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError, match="afterwards"):
        break_off()
    assert in_store() == before
    assert [row(file_id) for file_id in kept] == [None, None]


def test_when_the_store_fails_at_the_second_file_the_first_is_gone_too(lead, use_filing, monkeypatch):
    use_filing(scanner=TellingScanner())
    before, write = in_store(), type(filing().store).write
    done = []

    def fail_second(store, *arguments):
        if done:
            raise OSError("no room")
        done.append(1)
        return write(store, *arguments)

    monkeypatch.setattr(type(filing().store), "write", fail_second)
    with pytest.raises(files.NotKept, match="none was"):
        give(lead, upload(b"a"), upload(b"b"))
    assert in_store() == before


def test_every_file_at_fault_is_named_and_none_is_kept(lead, use_filing):
    use_filing(most_bytes=1000)
    before = in_store()
    with pytest.raises(files.TooLarge) as refused:
        give(
            lead,
            upload(b"fine", "Fine.txt"),
            upload(b"x" * 1001, "Long.txt"),
            upload(b"MZ\0", "folder/Program.exe"),
            upload(b"", "Empty.pdf"),
            replace(upload(b"x", "Cut.pdf"), is_cut_off=True),
        )
    named = [sentence.split(" ")[0] for sentence in refused.value.errors["files"]]
    assert named == ["Long.txt", "Program.exe", "Empty.pdf", "Cut.pdf"]
    assert in_store() == before


def test_what_is_just_as_large_as_it_may_be_is_taken(lead, use_filing):
    use_filing(most_bytes=1000, scanner=TellingScanner())
    (stored,) = give(lead, upload(b"x" * 1000))
    assert stored.size == 1000


def test_a_file_of_no_kind_that_is_taken_is_not_called_too_large(lead):
    with pytest.raises(Invalid) as refused:
        give(lead, upload(b"MZ\0", "Program.exe"))
    assert not isinstance(refused.value, files.TooLarge)


def test_a_thing_may_have_so_many_files_and_no_more():
    uploads = [Upload("x", upload(b"").stream)] * 3
    files.check_number(MOST_FILES - 3, uploads)
    files.check_number(MOST_FILES + 5, [])
    with pytest.raises(Invalid) as refused:
        files.check_number(MOST_FILES - 2, uploads, "evidence")
    assert list(refused.value.errors) == ["evidence"]


def test_a_file_goes_with_the_last_thing_that_has_it(lead, draft_id, world, use_filing):
    use_filing(scanner=TellingScanner())
    (stored,) = give(lead, upload(b"text"))
    tie(stored, draft_id)
    with changing(lead) as change:
        assert files.drop_if_unused(change, stored.id) is None
        change.log("file.kept", "file", stored.id)
    assert row(stored.id) is not None
    with changing(lead) as change:
        change.session.delete(change.session.get(ReportFile, stored.id))
        name = files.drop_if_unused(change, stored.id)
    assert name == stored.store_name
    assert row(stored.id) is None
    files.drop_bytes(name, None)
    assert stored.store_name not in in_store()
    with pytest.raises(NotVisible):
        read(lead, stored.id)


def test_nobody_drops_a_file_of_another_partnership(world, viewer_of):
    lead = viewer_of(world.person("b.gp.lead"))
    with changing(lead) as change:
        assert files.drop_if_unused(change, world.files["a.gp_draft"]) is None
        change.log("file.kept", "file", None)
    assert row(world.files["a.gp_draft"]) is not None


def test_a_file_is_given_by_a_person_in_a_partnership(lead):
    nobody = replace(lead, hat=None)
    with (
        pytest.raises(NotPermitted),
        files.receiving(nobody, agency_id=1, purpose=FilePurpose.REPORT_ATTACHMENT, uploads=[]),
    ):
        pass
