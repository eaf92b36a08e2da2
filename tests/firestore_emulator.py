"""The real Firestore emulator for tests: one per pytest process, a fresh project per test (facts 6.3).

Load it with `pytest_plugins = ("tests.firestore_emulator",)` and import nothing from it. Where the emulator is not
installed its tests are skipped, or fail if `REQUIRE_FIRESTORE_EMULATOR=1`.
"""

from __future__ import annotations

import glob
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

JARS = (
    "/usr/lib/google-cloud-sdk/platform/cloud-firestore-emulator/*.jar",
    "/usr/share/google-cloud-sdk/platform/cloud-firestore-emulator/*.jar",
    "/snap/google-cloud-*/current/platform/cloud-firestore-emulator/*.jar",
    "/opt/*/google-cloud-sdk/platform/cloud-firestore-emulator/*.jar",
    "~/google-cloud-sdk/platform/cloud-firestore-emulator/*.jar",
)
MISSING = (
    "the Firestore emulator is not installed: a Java runtime and "
    "`apt-get install google-cloud-cli-firestore-emulator` or `gcloud components install cloud-firestore-emulator`"
)
READY_SECONDS = 60.0


@pytest.fixture(scope="session")
def firestore_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a running emulator."""
    port = _free_port()
    command = _command(port)
    if command is None:
        if os.environ.get("REQUIRE_FIRESTORE_EMULATOR") == "1":
            pytest.fail(MISSING, pytrace=False)
        pytest.skip(MISSING)
    log = tmp_path_factory.mktemp("firestore") / "emulator.log"
    with log.open("wb") as output:
        # Its own process group, because gcloud's script leaves a Java process behind when it alone is ended.
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait(process, port, log)
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@pytest.fixture
def new_firestore_project(firestore_emulator: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Gives the id of another empty project at each call; clients made in this test reach the emulator."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator)
    return lambda: f"demo-{uuid.uuid4().hex}"


@pytest.fixture
def firestore_project(new_firestore_project: Callable[[], str]) -> str:
    """The id of an empty project."""
    return new_firestore_project()


def _command(port: int) -> list[str] | None:
    java = shutil.which("java")
    jars = sorted(found for place in JARS for found in glob.glob(os.path.expanduser(place)))
    if java and jars:
        main = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
        return [java, "-Duser.language=en", "-cp", jars[-1], main, "start", "--host=127.0.0.1", f"--port={port}"]
    gcloud = shutil.which("gcloud")
    if gcloud and java and _has_component(gcloud):
        return [gcloud, "emulators", "firestore", "start", f"--host-port=127.0.0.1:{port}", "--quiet"]
    return None


def _has_component(gcloud: str) -> bool:
    """Without its component gcloud would offer to install it, and wait for the answer."""
    root = Path(gcloud).resolve().parent.parent
    return (root / "platform" / "cloud-firestore-emulator").is_dir()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"the Firestore emulator does not start:\n{log.read_text()[-2000:]}", pytrace=False)
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
