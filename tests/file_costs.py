"""What looking at a file and keeping it costs, measured in a process of its own that may take no more than that."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from portal.config import ROOT
from portal.gateways.file_store import CHUNK, new_key
from portal.gateways.file_types import NotTaken, file_type
from portal.gateways.folder_store import FolderStore
from tests.quiet_seconds import quiet_seconds

MOST_MEMORY = 100 * 1024 * 1024
MOST_SECONDS = 2.0
_PROGRAM = "import sys; from tests import file_costs; file_costs.main(*sys.argv[1:])"


@dataclass(frozen=True)
class Cost:
    """What came of a file; `memory` in bytes beyond what the process had before, `seconds` of a quiet processor."""

    refused: str
    kept: str
    memory: int
    seconds: float


def cost_of(content: bytes, folder: Path, program: str = _PROGRAM) -> Cost:
    """Have a process look at bytes and, where they are taken, keep them under `folder`. Fails where it was ended."""
    path = folder / "upload"
    path.write_bytes(content)
    command = [sys.executable, "-c", program, str(folder / "store"), str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"it was ended: {done.stderr[-500:]}"
    return Cost(**json.loads(done.stdout))


def peak() -> int:
    """The most memory that this process has had (VmHWM): getrusage would count that of whoever started it."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not tell")


def limit() -> None:
    """Take MOST_MEMORY more than now, and no more."""
    size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MOST_MEMORY, size + MOST_MEMORY))


def main(store: str, path: str) -> None:
    """Look at it and keep it as the portal does, a piece at a time."""
    before = peak()
    limit()
    said = {"refused": "", "kept": ""}
    seconds = quiet_seconds(lambda: said.update(_looked_at(store, path)))
    print(json.dumps(said | {"memory": peak() - before, "seconds": seconds}))


def _looked_at(store: str, path: str) -> dict[str, str]:
    with Path(path).open("rb") as stream:
        try:
            kept = file_type(stream, "file").extensions[0]
        except NotTaken as fault:
            return {"refused": str(fault)}
        FolderStore(Path(store)).write(new_key(), b"", iter(lambda: stream.read(CHUNK), b""))
    return {"kept": kept}
