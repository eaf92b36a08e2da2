"""What a file of 300 MB takes of memory, beside one of 64 KiB: each carried by a fresh process, once it is warm.

Both sides are servers in another process. A new file goes 1C → Disk, another one that a person put into a document's
own sub-folder Disk → 1C, and a new version 1C → Disk as large as Disk takes it (50 MiB). The sizes and hashes on both
sides are compared, and nothing may be written but the house's own store and queue.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.report import Bar, table
from tests.benchmarks.sides import Remote, outside

ROOT = Path(__file__).parents[2]
KIB, MB, MIB = 1024, 1_000_000, 1024 * 1024
SMALL, LARGE, VERSION = 64 * KIB, 300 * MB, 50 * MIB
ALLOWED = 64 * MB
WAYS = {"new file, 1C → Disk": LARGE, "new file, Disk → 1C": LARGE, "new version, 1C → Disk": VERSION}
RULE = {"subfolder": "{title}", "reverse": "create"}


@dataclass(frozen=True, slots=True)
class Carried:
    """One file by one process; bytes and seconds. `equal`: it is on both sides with the same hash."""

    way: str
    size: int
    peak: int
    python: int
    seconds: float
    spooled: Sequence[str]
    equal: bool


def bench(small: bool) -> list[Bar]:
    """Each way with a small file and with a large one."""
    shrink = 100 if small else 1
    ways = dict(list(WAYS.items())[:1]) if small else WAYS
    pairs = [(_carried(way, SMALL), _carried(way, size // shrink)) for way, size in ways.items()]
    head = ("way", "bytes", "peak MB", "more MB", "Python's own MB", "s", "equal", "spooled")
    rows = [
        (one.way, one.size, one.peak / MB, (one.peak - little.peak) / MB, one.python / MB, one.seconds,
         "yes" if one.equal else "no", len(one.spooled))
        for pair in pairs for little, one in ((pair[0], pair[0]), pair)
    ]  # fmt: skip
    table("Memory of one file, a fresh process each", head, rows)
    return _bars(pairs)


def _bars(pairs: Sequence[tuple[Carried, Carried]]) -> list[Bar]:
    every = [one for pair in pairs for one in pair]
    more = max(pairs, key=lambda pair: pair[1].peak - pair[0].peak)
    most = more[1].peak - more[0].peak
    spooled = sorted({name for one in every for name in one.spooled})
    equal = sum(one.equal for one in every)
    return [
        Bar(f"a large file takes < {ALLOWED // MB} MB more", f"{most / MB:.1f} MB ({more[1].way})", most < ALLOWED),
        Bar("no file is spooled", ", ".join(spooled) or "none", not spooled, counted=True),
        Bar("each arrives whole", f"{equal} of {len(every)}", equal == len(every), counted=True),
    ]


def _carried(way: str, size: int) -> Carried:
    with TemporaryDirectory() as folder, TemporaryDirectory() as spool, outside() as sides:
        sides.ask("unlimited")
        sides.services(folder, **RULE)
        document = sides.ask("publish", 1000)
        looked = os.stat(spool).st_mtime_ns
        with _carrier(sides, folder, spool) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "warm\n"
            _happens(sides, way, size, document)
            process.stdin.write("\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
        # Even a file that is gone again leaves its trace in the time of the folder.
        left = [spool] if os.stat(spool).st_mtime_ns != looked else []
        sizes = sides.ask("largest")
        return Carried(
            way, size, said["peak"], said["python"], said["seconds"], [*said["spooled"], *left], sizes == (size, size)
        )


def _happens(sides: Remote, way: str, size: int, document: str) -> None:
    """What a person does."""
    if way.endswith("Disk → 1C"):
        sides.ask("drop", size)
    elif way.startswith("new version"):
        sides.ask("edit", document, size)
    else:
        sides.ask("publish", size, document)


def _carrier(sides: Remote, folder: str, spool: str) -> subprocess.Popen[str]:
    environ = {**sides.ask("environ", folder), "BITRIX_REQUESTS_PER_SECOND": "100", "BITRIX_BURST": "10000"}
    asked = json.dumps({"environ": environ, "folder": folder})
    own = {**os.environ, "TMPDIR": spool, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.benchmarks.carrier", asked]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=own, cwd=ROOT)
