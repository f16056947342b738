"""What reading files as clinical records costs, each measured in a process of its own as tests/file_costs.py does.

All of them are forked from one that has loaded already what reads records, as the portal's processes have.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from portal.access.viewer import Viewer
from portal.config import ROOT
from portal.domain.clinical_records import NotARecord
from portal.domain.errors import Invalid
from portal.domain.files import Upload
from portal.domain.report_templates import ReportTemplate
from portal.gateways import report_template_files
from portal.services.clinical_records import uploads
from tests.clinical_files import SAMPLES
from tests.file_costs import Cost, limit, peak
from tests.quiet_seconds import quiet_seconds
from tests.world import NOW

_PROGRAM = "import sys; from tests import record_costs; record_costs.main(sys.argv[1])"


def costs_of(files: Mapping[str, bytes], folder: Path) -> dict[str, Cost | None]:
    """Have each read, by its name; None where its process was ended, because it took too much."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = [sys.executable, "-c", _PROGRAM, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: found and Cost(**found) for name, found in json.loads(done.stdout).items()}


def main(folder: str) -> None:
    """Read each file of a folder as the page does, without a database to find the child in and a scanner to ask."""
    template = report_template_files.shipped("gp")
    uploads._scan = lambda *_: None
    # The libraries that read records are there already when somebody brings one.
    for name in ("gp-connect-stu3.json", "uk-core-r4.json", "record.docx"):
        _refused(template, (SAMPLES / name).read_bytes(), name)
    found = {path.name: _apart(template, path) for path in sorted(Path(folder).iterdir())}
    print(json.dumps(found))


def _apart(template: ReportTemplate, path: Path) -> dict[str, object] | None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(_measured(template, path)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    found: dict[str, object] | None = json.loads(said) if said else None
    return found


def _measured(template: ReportTemplate, path: Path) -> dict[str, object]:
    content = path.read_bytes()
    before = peak()
    limit()
    said: list[str] = []
    seconds = quiet_seconds(lambda: said.append(_refused(template, content, path.name)))
    memory, refused = peak() - before, said[0]
    return {
        "refused": refused,
        "kept": "" if refused else "record",
        "memory": memory,
        "seconds": seconds,
    }


def _refused(template: ReportTemplate, content: bytes, name: str) -> str:
    try:
        uploads.read_file(Viewer.of_system("tests", NOW), 0, Upload(name, BytesIO(content)), template)
    except (Invalid, NotARecord) as refused:
        return str(refused)
    return ""
