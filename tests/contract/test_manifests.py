"""Manifests and code say the same: `function.json` is the only catalogue (design §2)."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import functions_framework
import pytest

from common.queue.policy import POLICIES
from common.schedule.local import Job
from common.settings import Settings, SettingsError
from infra.local.catalogue import BEGIN, END, table
from infra.local.collection import ROOT, Function, functions
from infra.manifests import MAX_INSTANCES, covers, is_secret

FOLDERS = sorted(path for path in (ROOT / "functions").iterdir() if (path / "__init__.py").exists())
LINES = 30


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


def test_a_worker_is_given_no_more_instances_than_its_queue_can_use() -> None:
    """The default that Terraform has too (`max_instances` in infra/manifests.tf)."""
    assert {policy.max_concurrent for policy in POLICIES.values()} == {MAX_INSTANCES["process"]}


def test_entry_points_are_decorated_functions_and_no_others_are(function: Function) -> None:
    source = (ROOT / "functions" / function.name / "main.py").read_text(encoding="utf-8")
    assert set(_decorated(ast.parse(source))) == set(function.manifest.entry_points)
    for entry in function.manifest.entry_points:
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


def test_every_secret_setting_is_known_as_one() -> None:
    """What Terraform keeps in Secret Manager is what the settings call a secret, and nothing else."""
    assert {name for name in asked_settings() if is_secret(name)} == secret_settings()


def test_every_declared_secret_is_a_setting_and_every_secret_is_somebodys() -> None:
    declared = {
        name for one in functions().values() for entry in one.manifest.entry_points.values() for name in entry.secrets
    }
    for name in declared:
        assert any(covers(name, setting) for setting in secret_settings()), name
    for setting in secret_settings():
        assert any(covers(name, setting) for name in declared), setting


def secret_settings() -> set[str]:
    """Every setting that is read and whose name says that it is a secret."""
    return {name for name in asked_settings() if re.search(r"PASSWORD|SECRET|TOKEN|KEYS|WEBHOOK_URL", name)}


def asked_settings() -> set[str]:
    asked: set[str] = set()

    class Noted(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

    with pytest.raises(SettingsError):
        Settings.read(Noted(ONEC_BASES="main", ONEC_DM_URL="?", BITRIX_CLIENT_ID="local.1"))
    return asked


def test_schedules_are_times(function: Function) -> None:
    if function.manifest.kind != "job":
        pytest.skip("not a job")
    start = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    job = Job(function.name, function.name, function.manifest.schedule, "Europe/Moscow", timeout=1)
    assert start < job.after(start) <= start.replace(day=27)


def test_the_readme_shows_this_table() -> None:
    readme = ROOT / "README.md"
    found = readme.read_text(encoding="utf-8")
    assert BEGIN in found
    shown = found.partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == table(), "run: python -m infra.local.catalogue"
