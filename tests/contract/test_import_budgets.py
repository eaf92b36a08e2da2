"""A cold start pays for what it uses: each entry point's first call, in a process of its own (design §7)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.collection import ROOT, functions
from tests.stand import MEMBER, TOKEN

ENVIRON = {
    "BITRIX_WEBHOOK_URL": "https://example.bitrix24.ru/rest/1/secretsecretsecret/",
    "BITRIX_APPLICATION_TOKEN": TOKEN,
    "BITRIX_MEMBER_ID": MEMBER,
    "ONEC_BASES": "main",
    "ONEC_MAIN_URL": "http://127.0.0.1:9/main",
    "ONEC_MAIN_USER": "u",
    "ONEC_MAIN_PASSWORD": "p",
    "ONEC_MAIN_CONFIGURATION": "bp30",
    "ONEC_MAIN_TIME_ZONE": "Europe/Moscow",
    "ADMIN_USER_IDS": "1",
    "ONEC_DM_URL": "http://127.0.0.1:9/dm",
    "ONEC_DM_USER": "u",
    "ONEC_DM_PASSWORD": "p",
    "ONEC_DM_KEYS": "k:0123456789abcdef0123",
}
APPLICATION = {"BITRIX_WEBHOOK_URL": "", "BITRIX_CLIENT_ID": "local.1", "BITRIX_CLIENT_SECRET": "s"}
EVENT = f"event=ONCRMDEALUPDATE&data[FIELDS][ID]=5&auth[member_id]={MEMBER}&auth[application_token]={TOKEN}"
UNINSTALL = f"event=ONAPPUNINSTALL&auth[member_id]={MEMBER}&auth[application_token]={TOKEN}"
ACTION = "code=onec_send_file&document_id[0]=disk&document_id[1]=x&document_id[2]=5&event_token=abc"
ACTION += f"&auth[member_id]={MEMBER}&auth[application_token]={TOKEN}"
CARD = '{"kind":"card","card":"company","ids":[1]}'

NO_RECORDS = '{"kind":"records","records":[]}'

HTTPX = {"httpx", "httpcore", "h11", "anyio", "certifi", "idna", "sniffio"}
TERMINAL = {"rich", "pygments", "click", "markdown_it", "mdurl"}
"""httpx brings its command line along when the developers' tools happen to be installed; the cloud has none."""

RECEIVE = {"bitrix", "errors", "flow", "logs", "model", "ports", "queue", "settings", "sqlite", "store", "wiring"}
ACTS = {*RECEIVE, "exchanges", "mapping"}


@dataclass(frozen=True)
class Budget:
    """What the first call of an entry point may load beside the framework.

    body      of that call, and the answer it gets
    ours      packages of `common`
    outside   everything else that is not Python's own
    """

    body: str
    status: int
    ours: set[str]
    outside: frozenset[str] = frozenset()
    application: bool = False


BUDGETS = {
    "bitrix_deal_changed.receive": Budget(EVENT, 200, RECEIVE),
    "bitrix_deal_changed.process": Budget(CARD, 200, ACTS, frozenset(HTTPX)),
    "bitrix_app_installed.receive": Budget(UNINSTALL, 403, RECEIVE - {"queue"}, frozenset(HTTPX), application=True),
    "bitrix_file_submitted.receive": Budget(ACTION, 200, RECEIVE),
    "bitrix_file_submitted.process": Budget('{"kind":"x"}', 200, RECEIVE),
    "onec_document_changed.receive": Budget("{}", 401, {*RECEIVE - {"bitrix", "queue", "sqlite", "store"}, "onec"}),
    "onec_document_changed.process": Budget(NO_RECORDS, 200, {*ACTS, "onec"}, frozenset(HTTPX)),
    "document_sync.run": Budget("{}", 200, ACTS),
    "deal_sweep.run": Budget("{}", 200, ACTS, frozenset(HTTPX)),
    "exchange_watch.run": Budget("{}", 200, {*ACTS, "onec"}, frozenset(HTTPX)),
}

SCRIPT = """
import json, sys
import functions_framework, flask
from importlib import import_module
from werkzeug.test import EnvironBuilder
before = set(sys.modules)
handler = getattr(import_module(f"functions.{sys.argv[1]}.main"), sys.argv[2])
at_import = set(sys.modules) - before
request = flask.Request(EnvironBuilder(method="POST", data=sys.argv[3].encode()).get_environ())
status = handler(request)[1]
print(json.dumps([status, sorted(at_import), sorted(set(sys.modules) - before)]))
"""


def first_call(name: str, folder: Path) -> tuple[int, set[str], set[str]]:
    """Status, modules loaded by importing the entry point, and by its first call in all."""
    budget, (function, entry) = BUDGETS[name], name.split(".")
    places = {"STORE_URL": f"sqlite:///{folder}/store.sqlite", "QUEUE_URL": f"sqlite:///{folder}/queue.sqlite"}
    environ = {
        **os.environ,
        **ENVIRON,
        **places,
        **(APPLICATION if budget.application else {}),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", SCRIPT, function, entry, budget.body]
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, check=True)
    status, at_import, loaded = json.loads(done.stdout.splitlines()[-1])
    return status, set(at_import), set(loaded)


def outside(modules: set[str]) -> set[str]:
    """Top names that are neither ours nor Python's own."""
    tops = {module.partition(".")[0] for module in modules}
    known = {*sys.stdlib_module_names, "common", "functions"}
    return {top for top in tops if top not in known and not top.startswith("_")} - TERMINAL


def ours(modules: set[str]) -> set[str]:
    return {module.split(".")[1] for module in modules if module.startswith("common.")}


def test_every_entry_point_has_a_budget() -> None:
    known = [f"{one.name}.{entry}" for one in functions().values() for entry in one.manifest.entry_points]
    assert sorted(BUDGETS) == sorted(known)


@pytest.mark.parametrize("name", list(BUDGETS))
def test_the_first_call_loads_no_more(name: str, tmp_path: Path) -> None:
    budget = BUDGETS[name]
    status, at_import, loaded = first_call(name, tmp_path)
    assert status == budget.status
    assert outside(loaded) - budget.outside == set()
    assert ours(loaded) - budget.ours == set()
    assert outside(at_import) == set()
    assert ours(at_import) <= {"bitrix", "errors", "flow", "logs", "model", "onec", "ports"}


def test_an_event_needs_no_client_of_either_side(tmp_path: Path) -> None:
    """Nor TLS, nor anything of the acts themselves."""
    _, _, loaded = first_call("bitrix_deal_changed.receive", tmp_path)
    adapters = {"client", "crm", "oauth", "install", "bindings", "answers", "batch", "limiter"}
    assert {module for module in loaded if module.rpartition(".")[2] in adapters} == set()
    assert loaded & {"ssl", "asyncio", "concurrent.futures", "xml", "pydantic", "grpc"} == set()
