"""The whole collection, from a fresh checkout to its outputs: what an operator does, with the cloud simulated."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from infra.cloud.commands import main
from infra.manifests import ROOT, read
from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.storage import Bucket
from tests.tiny_project import TOKEN, cloudless, facing

pytest_plugins = ("tests.terraform_workspaces",)

NAME, PROJECT = "example", "company-exchange-example"
SHIPPED = ("common", "functions", "infra", "tests", "requirements.lock")
SECRETS = {
    "BITRIX_CLIENT_SECRET": "marked-client-secret-0001",
    "ONEC_MAIN_PASSWORD": "marked-password-0001",
    "ONEC_DM_PASSWORD": "marked-password-0003",
    "ONEC_DM_KEYS": "k1:marked-key-0000000000000001",
}


@pytest.fixture
def checkout(terraform_installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone, without whatever lies about in this one."""
    cloudless(monkeypatch, tmp_path)
    root = tmp_path / "clone"
    root.mkdir()
    for name in SHIPPED:
        source = ROOT / name
        if name == "tests":
            (root / name).symlink_to(source)
        elif source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", ".terraform*"))
        else:
            shutil.copyfile(source, root / name)
    return root


def test_whoever_has_just_cloned_can_plan_the_sample(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with facing(checkout, Bucket("nobodys"), Cloud()) as environ:
        status = main(["plan", NAME], checkout, {name: value for name, value in environ.items() if "TOKEN" not in name})
    said = capfd.readouterr().out
    assert status == 3
    [functions] = re.findall(r"^google_cloudfunctions2_function +(\d+)$", said, re.MULTILINE)
    assert int(functions) == sum(len(one.entry_points) for one in read().values())
    assert "no Google credentials were found" in said
    assert "values of BITRIX_CLIENT_SECRET, ONEC_DM_KEYS, ONEC_DM_PASSWORD, ONEC_MAIN_PASSWORD" in said


def test_it_is_applied_repeated_and_upgraded_function_by_function(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A change in one function uploads one package and touches the functions of that folder alone."""
    variables = checkout / "infra" / "environments" / f"{NAME}.tfvars"
    variables.write_text(variables.read_text(encoding="utf-8") + "\nsettle_seconds = 0\n", encoding="utf-8")
    bucket, cloud = Bucket(f"{PROJECT}-terraform-state", TOKEN), Cloud()
    with facing(checkout, bucket, cloud) as environ:
        assert main(["apply", NAME, "--yes"], checkout, {**environ, **SECRETS}) == 0
        assert sorted(cloud.payloads.values()) == sorted(SECRETS.values())
        assert main(["apply", NAME], checkout, environ) == 0
        said = capfd.readouterr()
        assert f"Nothing to change: {PROJECT}" in said.out
        changed = checkout / "functions" / "bitrix_deal_changed" / "events.py"
        changed.write_text(changed.read_text(encoding="utf-8") + "\nCHANGED = True\n", encoding="utf-8")
        assert main(["plan", NAME], checkout, environ) == 0
        summary = capfd.readouterr().out.rpartition("\nresource ")[2].splitlines()[1:]
        assert {line.split()[0]: line.split()[1:] for line in summary} == {
            "google_cloudfunctions2_function": ["2"],
            "google_storage_bucket_object": ["1"],
            "all": ["2", "1"],
        }
        assert main(["outputs", NAME], checkout, environ) == 0
        assert "exchange.example.ru.  A  " in capfd.readouterr().out
    text = "".join(kept.data.decode() for kept in bucket.objects.values()) + said.out + said.err
    assert [value for value in (*SECRETS.values(), TOKEN) if value in text] == []
