"""A portal with a Disk in a process of its own, so that its memory is not ours.

Started as a module it prints the address of its webhook and the root folder as one JSON line, and ends with its
standard input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clock import ManualClock
from tests.simulators.bitrix24.disk_actions import DiskPerson
from tests.simulators.bitrix24.portal import Portal
from tests.simulators.web import Server

ROOT = Path(__file__).resolve().parents[3]
SECRET = "wh00ksecret00wh00k"


@contextmanager
def elsewhere() -> Iterator[tuple[str, int]]:
    """The portal in another process: the address of its webhook and the root folder."""
    command = [sys.executable, "-m", "tests.unit.bitrix.disk_process"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            told = json.loads(process.stdout.readline())
            yield told["url"], told["root"]
        finally:
            process.stdin.close()
            process.wait(20)


def _serve() -> None:
    clock = ManualClock()
    portal = Portal(clock.now, clock.sleep, intensity=None)
    with Server(portal) as server:
        portal.at(server.url)
        url = portal.add_webhook(1, SECRET, ["disk"])
        sys.stdout.write(json.dumps({"url": url, "root": DiskPerson(portal).root()}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    _serve()
