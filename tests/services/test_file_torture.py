"""The torture set as a person gives it: refused with words, or kept without harm; nothing else is left behind."""

from __future__ import annotations

from io import BytesIO

import pytest

from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import Invalid
from portal.domain.files import Upload
from portal.services import file_reading, files
from portal.services.files import TooLarge
from portal.services.filing import filing
from tests.sample_files import PDF
from tests.services.file_steps import TellingScanner, give, in_store, read, row, tie
from tests.torture import EICARS, LARGEST, NAMES, SMALL


@pytest.fixture(params=["folder", "s3"])
def anywhere(request, use_filing, s3_server):
    """Both stores, with a scanner that finds nothing: what is refused here is refused by its content."""
    if request.param == "s3":
        use_filing(store=s3_server.store())
    return use_filing(scanner=TellingScanner())


@pytest.mark.usefixtures("anywhere")
def test_each_is_refused_in_words_or_kept_and_nothing_else_is_left(lead):
    for torture in SMALL:
        before = in_store()
        content = torture.make()
        if torture.refused:
            with pytest.raises(Invalid) as refused:
                give(lead, Upload(f"{torture.name}.pdf", BytesIO(content)))
            (sentence,) = refused.value.errors["files"]
            assert torture.refused in sentence, torture.name
            assert in_store() == before, torture.name
        else:
            (stored,) = give(lead, Upload(torture.name, BytesIO(content)))
            assert stored.name.endswith(f".{torture.kept}"), torture.name
            assert in_store() - before == {stored.store_name}, torture.name


@pytest.mark.usefixtures("scanned")
@pytest.mark.parametrize("where", EICARS)
def test_eicar_is_found_wherever_it_hides_and_no_byte_of_it_is_kept(lead, where, world):
    before = in_store()
    name, content = EICARS[where]()
    (stored,) = give(lead, Upload(name, BytesIO(content)))
    assert stored.status is FileStatus.INFECTED
    assert in_store() == before
    tie(stored, world.meeting("a.initial").invitations["gp"].report_id)
    with pytest.raises(file_reading.HeldBack):
        read(lead, stored.id)


def test_without_a_scanner_it_is_kept_back_and_opened_by_nobody(lead, world):
    name, content = EICARS["alone"]()
    (stored,) = give(lead, Upload(name, BytesIO(content)))
    tie(stored, world.meeting("a.initial").invitations["gp"].report_id)
    assert stored.status is FileStatus.QUARANTINED
    with pytest.raises(file_reading.HeldBack):
        read(lead, stored.id)


@pytest.mark.usefixtures("anywhere")
def test_what_is_over_the_limit_is_refused_before_anybody_looks_at_it(lead, monkeypatch):
    looked = []
    monkeypatch.setattr(files, "file_type", lambda stream, name: looked.append(name))
    before = in_store()
    with pytest.raises(TooLarge):
        give(lead, Upload("Long.pdf", BytesIO(PDF + bytes(LARGEST))))
    assert looked == []
    assert in_store() == before
    assert filing().most_bytes == LARGEST


@pytest.mark.usefixtures("anywhere")
def test_names_lead_nowhere_and_are_kept_as_ones_that_harm_nobody(lead):
    before = in_store()
    for given, kept in NAMES.values():
        (stored,) = give(lead, Upload(given, BytesIO(PDF)))
        assert row(stored.id).name == kept
        assert stored.store_name in in_store() - before


@pytest.mark.usefixtures("anywhere")
def test_an_upload_that_breaks_off_while_it_is_kept_leaves_nothing(lead):
    class BreaksOff(BytesIO):
        def read(self, size: int = -1) -> bytes:
            if self.tell() > 200_000:
                raise ConnectionResetError("gone")
            return super().read(size)

    before = in_store()
    with pytest.raises((Invalid, OSError)):
        give(lead, Upload("Whole.pdf", BytesIO(PDF)), Upload("Half.txt", BreaksOff(b"word " * 100_000)))
    assert in_store() == before
