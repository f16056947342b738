"""`flask files scan`, the settings for files, and what `flask config check` says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portal.config import SettingsError, load_settings
from portal.domain.audit_vocabulary import FileStatus
from portal.gateways.folder_store import FolderStore
from portal.gateways.scanner import Scanner
from portal.services.filing import filing, filing_of
from tests.clamd import VIRUS
from tests.commands.test_config import GOOD
from tests.harness import make_settings
from tests.sample_files import upload
from tests.services.file_steps import give, row


def test_what_waits_is_scanned(command, world, viewer_of, use_filing, clamd_socket):
    clean, infected = give(viewer_of(world.person("a.gp.lead")), upload(b"fine"), upload(VIRUS))
    use_filing(scanner=Scanner(clamd_socket))
    result = command("files", "scan")
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "3 passed, 1 refused, 0 still waiting, 0 leftovers swept\n",
        "",
    )
    assert row(clean.id).status is FileStatus.CLEAN
    assert row(infected.id).status is FileStatus.INFECTED
    assert command("files", "scan").stdout.startswith("0 passed, 0 refused")


def test_without_a_scanner_it_says_why_files_wait(command):
    result = command("files", "scan")
    assert result.exit_code == 1
    assert result.stdout == "0 passed, 0 refused, 2 still waiting, 0 leftovers swept\n"
    assert "CLAMD_SOCKET" in result.stderr


def test_a_damaged_file_is_named_by_its_number(command, world, clamd_socket, use_filing):
    broken = row(world.files["a.gp_waiting"])
    filing().store.delete(broken.store_name)
    use_filing(scanner=Scanner(clamd_socket))
    result = command("files", "scan")
    assert result.exit_code == 1
    assert result.stderr == f"file {broken.id}: what is stored is not what was given\n"


def test_bad_use_is_said_in_one_line(command):
    result = command("files", "scan", "everything")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_files_lie_under_the_instance_unless_said_otherwise(tmp_path: Path):
    settings = load_settings(GOOD | {"PORTAL_MODE": "demo"}, instance=tmp_path)
    assert FolderStore.at(settings.file_store_url).folder == tmp_path.resolve() / "files"
    assert (settings.clamd_socket, settings.most_file_bytes) == ("", 25 * 1024 * 1024)
    filed = filing_of(settings)
    assert (filed.scanner, filed.passes_unscanned) == (None, True)


def test_the_settings_are_taken(tmp_path: Path):
    wanted = {
        "PORTAL_MODE": "demo",
        "FILE_STORE_URL": (tmp_path / "elsewhere").as_uri(),
        "CLAMD_SOCKET": "/run/clamav/clamd.ctl",
        "FILE_MAX_MB": "10",
    }
    filed = filing_of(load_settings(GOOD | wanted, instance=tmp_path))
    assert filed.store.folder == tmp_path / "elsewhere"
    assert filed.scanner is not None
    assert filed.scanner.path == Path("/run/clamav/clamd.ctl")
    assert filed.most_bytes == 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("FILE_STORE_URL", "/files"),
        ("FILE_STORE_URL", "file:///"),
        ("FILE_STORE_URL", "file://host/files"),
        ("CLAMD_SOCKET", "clamd.ctl"),
        ("FILE_MAX_MB", "0"),
        ("FILE_MAX_MB", "-1"),
        ("FILE_MAX_MB", "1000"),
        ("FILE_MAX_MB", "ten"),
    ],
)
def test_a_setting_that_is_wrong_is_refused_by_name(tmp_path: Path, setting, value):
    with pytest.raises(SettingsError) as refused:
        load_settings(GOOD | {"PORTAL_MODE": "demo", setting: value}, instance=tmp_path)
    assert [reason.split(" ")[0] for reason in refused.value.reasons] == [setting]


def test_earnest_never_lets_a_file_through_unscanned(tmp_path: Path):
    assert not filing_of(make_settings(tmp_path, "sqlite://")).passes_unscanned


def test_config_check_says_where_files_go_and_who_scans_them(command, use_filing, clamd_socket, tmp_path):
    fine = command("config", "check")
    assert fine.exit_code == 0
    assert "ok: FILE_STORE_URL file:///" in fine.stdout
    assert "ok: CLAMD_SOCKET not set: every file is held back until there is a scanner" in fine.stdout
    use_filing(scanner=Scanner(clamd_socket))
    assert command("config", "check").exit_code == 0
    (tmp_path / "file").touch()
    use_filing(scanner=Scanner(tmp_path / "nobody"), store=FolderStore(tmp_path / "file"))
    wrong = command("config", "check")
    assert wrong.exit_code == 1
    assert "not ok: FILE_STORE_URL: nothing can be written there" in wrong.stdout
    assert "not ok: CLAMD_SOCKET: clamd does not answer" in wrong.stdout


def test_orphans_are_named_both_ways(command, world):
    for letter in ("a", "b"):  # infected by their rows alone
        filing().store.delete(row(world.files[f"{letter}.gp_infected"]).store_name)
    fine = command("files", "orphans")
    assert (fine.exit_code, fine.stderr) == (0, "")
    assert fine.stdout == (
        "0 in the store without a row, 0 arriving now, 0 rows without their bytes, 0 tied to nothing\n"
    )
    lost = row(world.files["a.gp_waiting"])
    filing().store.delete(lost.store_name)
    filing().store.write(bytes(32), b"", [b"x"])
    found = command("files", "orphans")
    assert found.exit_code == 1
    assert "1 arriving now, 1 rows without their bytes" in found.stdout
    assert found.stderr == f"file {lost.id}: what was given is not in the store\n"
    as_json = json.loads(command("files", "orphans", "--json").stdout)
    assert as_json == {"without_row": [], "arriving": 1, "without_bytes": [lost.id], "belonging_to_nothing": []}


def test_a_store_that_does_not_answer_is_said(command, use_filing, tmp_path):
    class Silent(FolderStore):
        def names(self):
            raise OSError("it does not answer")

    use_filing(store=Silent(tmp_path))
    result = command("files", "orphans")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "the file store cannot be read (it does not answer)\n"
