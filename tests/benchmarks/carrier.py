"""A house in an interpreter of its own that carries one large file and says what that took of memory and disk.

`python -m tests.benchmarks.carrier '{"environ": …, "folder": …}'` warms up with whatever there is to carry, prints
`warm`, waits for a line, carries what has come meanwhile and prints one JSON line.

peak    bytes of resident memory at most, in the life of this process (`VmHWM`; `ru_maxrss` would hold the parent's)
python  bytes that Python itself had allocated at most, while it carried, above what it had before
spooled files written outside of the house's own folder, and temporary ones anywhere; names of them
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import time
import tracemalloc
from datetime import datetime
from pathlib import Path
from typing import Any

from common.queue.dispatcher import Dispatcher
from common.queue.sqlite import SqliteQueue
from common.settings import Settings
from common.wiring import Services, use
from infra.local import collection

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_TEMPORARY = ("tempfile.mkstemp", "tempfile.mkdtemp")
RUNS = 3
"""Of `document_sync`: what is new in a sub-folder may be found by the second look only."""


def main(given: str) -> None:
    """Warm up, wait, carry, tell."""
    asked = json.loads(given)
    logging.getLogger("exchange").setLevel(logging.CRITICAL)
    services = Services(Settings.read(asked["environ"], ()))
    use(services)
    _carry(services)
    print("warm", flush=True)
    sys.stdin.readline()
    spooled = _watched(asked["folder"])
    tracemalloc.start()
    before, began = tracemalloc.get_traced_memory()[0], time.monotonic()
    _carry(services)
    seconds, python = time.monotonic() - began, tracemalloc.get_traced_memory()[1] - before
    print(json.dumps({"peak": peak(), "python": python, "seconds": seconds, "spooled": spooled}), flush=True)


def peak() -> int:
    """Bytes of resident memory of this process at most so far."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def _carry(services: Services) -> None:
    queue = services.queue
    assert isinstance(queue, SqliteQueue)
    dispatcher = Dispatcher(queue, collection.process, services.clock.now, lambda _: 600.0)

    def wait(until: datetime) -> None:
        time.sleep(max((until - services.clock.now()).total_seconds(), 0.0))

    for _ in range(RUNS):
        status, said, _ = collection.call("document_sync", "run")
        assert status == 200, said
        dispatcher.run_until_quiet(wait)


def _watched(folder: str) -> list[str]:
    """From now on every file that is opened for writing, but for those of the house itself."""
    found: list[str] = []

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event in _TEMPORARY:
            found.append(f"{event} {given[0]}")
        elif event == "open" and isinstance(given[0], str) and given[2] & _WRITES and not given[0].startswith(folder):
            found.append(given[0])

    sys.addaudithook(look)
    return found


if __name__ == "__main__":
    main(sys.argv[1])
