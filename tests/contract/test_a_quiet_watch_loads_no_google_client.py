"""In the cloud too a round of the watch in which nothing is to be paused loads neither of Google's two clients."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from infra.local.collection import ROOT
from tests.contract.test_import_budgets import ENVIRON, SCRIPT

CLOUD = {
    "QUEUE_URL": "cloudtasks://demo/here",
    "TASKS_SERVICE_ACCOUNT": "tasks@demo.iam.gserviceaccount.com",
    "PROCESS_URL_PATTERN": "https://{}.example",
}
CLIENTS = {"google.cloud.tasks_v2", "google.cloud.scheduler_v1", "google.auth", "grpc", "requests"}
PAUSE = """
from common.wiring import services
services().breakers.open("base:dm", "maintenance")
"""


def loaded(folder: Path, before: str = "") -> tuple[int, set[str]]:
    """Status of a round of the watch, and the modules it has loaded; `before` runs in the same process."""
    environ = {**os.environ, **ENVIRON, **CLOUD, "STORE_URL": f"sqlite:///{folder}/store.sqlite"}
    environ |= {"PYTHONPATH": str(ROOT), "GOOGLE_APPLICATION_CREDENTIALS": f"{folder}/none.json"}
    command = [sys.executable, "-c", before + SCRIPT, "exchange_watch", "run", "{}"]
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, check=True)
    status, _, modules = json.loads(done.stdout.splitlines()[-1])
    return status, set(modules)


def test_a_quiet_round(tmp_path: Path) -> None:
    status, modules = loaded(tmp_path)
    assert status == 200
    assert modules & CLIENTS == set()
    assert not any(name.startswith("common.schedule") for name in modules)


def test_a_round_with_something_to_pause_would_be_seen(tmp_path: Path) -> None:
    """Without credentials neither can be reached, which holds up nothing."""
    status, modules = loaded(tmp_path, PAUSE)
    assert status == 200
    assert modules >= CLIENTS - {"grpc"}
