"""Manifests and code say the same: `function.json` is the only catalogue (design §2)."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Any

import functions_framework
import pytest

from common.queue.policy import POLICIES
from common.schedule.local import Job
from common.settings import Settings, SettingsError
from infra.local.catalogue import BEGIN, END, table
from infra.local.collection import ROOT, Function, functions

FOLDERS = sorted(path for path in (ROOT / "functions").iterdir() if (path / "__init__.py").exists())
EXCHANGES = ("acts", "documents", "orders", "approvals", "all")
MEMORY = ("256M", "512M", "1Gi", "2Gi")
LINES = 30

Check = Callable[[Any], bool]


def whole(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def one_of(*choices: str) -> Check:
    return lambda value: value in choices


def text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "|" not in value and "\n" not in value


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(text, value)) and len(set(value)) == len(value)


REQUIRED: Mapping[str, Check] = {
    "about": text,
    "kind": one_of("webhook", "job", "page"),
    "exchange": one_of(*EXCHANGES),
    "entry_points": lambda value: isinstance(value, dict) and bool(value),
    "egress": flag,
    "secrets": texts,
}
OPTIONAL: Mapping[str, Check] = {"schedule": text}
ENTRY: Mapping[str, Check] = {
    "public": flag,
    "memory": one_of(*MEMORY),
    "cpu": one_of("1", "2"),
    "timeout_seconds": whole(1, 1800),
    "concurrency": whole(1, 80),
}
# `max_instances`: work that shares what one process holds, such as 1C's sessions.
ENTRY_OPTIONAL: Mapping[str, Check] = {"queue": one_of(*POLICIES), "max_instances": whole(1, 100)}
ENTRIES = {"webhook": ({"receive"}, {"receive", "process"}), "job": ({"run"},), "page": ({"serve"},)}


def wrong(value: Mapping[str, Any], required: Mapping[str, Check], optional: Mapping[str, Check]) -> list[str]:
    """Fields that are missing, unknown or of another form."""
    known = {**required, **optional}
    odd = [name for name in value if name not in known or not known[name](value[name])]
    return odd + [name for name in required if name not in value]


@pytest.fixture(params=list(functions().values()), ids=list(functions()))
def function(request: pytest.FixtureRequest) -> Function:
    found: Function = request.param
    return found


def test_every_folder_is_a_function_and_is_called_so() -> None:
    assert [folder.name for folder in FOLDERS] == list(functions())
    for folder in FOLDERS:
        assert {path.name for path in folder.iterdir()} >= {"__init__.py", "main.py", "function.json"}
        assert re.fullmatch(r"[a-z][a-z0-9_]{2,50}", folder.name)
        assert len((folder / "main.py").read_text(encoding="utf-8").splitlines()) <= LINES


def test_fields_have_their_forms(function: Function) -> None:
    assert wrong(function.manifest, REQUIRED, OPTIONAL) == []
    for entry in function.manifest["entry_points"].values():
        assert wrong(entry, ENTRY, ENTRY_OPTIONAL) == []


def test_kind_and_entry_points_agree(function: Function) -> None:
    kind, entries = function.manifest["kind"], function.manifest["entry_points"]
    assert set(entries) in ENTRIES[kind]
    assert [name for name, entry in entries.items() if entry["public"]] == (
        [] if kind == "job" else [next(iter(entries))]
    )
    assert [name for name, entry in entries.items() if "queue" in entry] == (
        ["process"] if "process" in entries else []
    )
    assert ("schedule" in function.manifest) == (kind == "job")


def test_limits_fit_the_platform(function: Function) -> None:
    """Below one vCPU concurrency is one (facts gcp §1.4); a job never runs beside itself (§5.5)."""
    entries = function.manifest["entry_points"]
    assert all(entry["timeout_seconds"] <= 60 for name, entry in entries.items() if name == "receive")
    assert all(entry["concurrency"] == 1 for name, entry in entries.items() if name == "run")


def test_entry_points_are_decorated_functions_and_no_others_are(function: Function) -> None:
    source = (ROOT / "functions" / function.name / "main.py").read_text(encoding="utf-8")
    assert set(_decorated(ast.parse(source))) == set(function.manifest["entry_points"])
    for entry in function.manifest["entry_points"]:
        handler = function.handler(entry)
        assert inspect.isfunction(handler)
        assert list(inspect.signature(handler).parameters) == ["request"]
        assert handler.__module__ == f"functions.{function.name}.main"


def _decorated(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and "functions_framework.http" in map(ast.unparse, node.decorator_list):
            yield node.name


def test_the_framework_knows_the_decorator_by_that_name() -> None:
    assert callable(functions_framework.http)


def test_secrets_are_known_settings(function: Function) -> None:
    known = secret_settings()
    for name in function.manifest["secrets"]:
        assert any(fnmatch(setting, name) for setting in known), name


def secret_settings() -> set[str]:
    """Every setting that is read and whose name says that it is a secret."""
    asked: set[str] = set()

    class Noted(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

    with pytest.raises(SettingsError):
        Settings.read(Noted(ONEC_BASES="main", ONEC_DM_URL="?", BITRIX_CLIENT_ID="local.1"))
    return {name for name in asked if re.search(r"PASSWORD|SECRET|TOKEN|KEYS|WEBHOOK_URL", name)}


def test_who_calls_1c_leaves_by_the_address_its_publication_admits(function: Function) -> None:
    calls_1c = any(name.startswith("ONEC_") and name.endswith("PASSWORD") for name in function.manifest["secrets"])
    assert function.manifest["egress"] == calls_1c


def test_schedules_are_times(function: Function) -> None:
    if function.manifest["kind"] != "job":
        pytest.skip("not a job")
    start = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    job = Job(function.name, function.name, function.manifest["schedule"], "Europe/Moscow", timeout=1)
    assert start < job.after(start) <= start.replace(day=27)


def test_the_readme_shows_this_table() -> None:
    readme = ROOT / "README.md"
    found = readme.read_text(encoding="utf-8")
    assert BEGIN in found
    shown = found.partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == table(), "run: python -m infra.local.catalogue"
