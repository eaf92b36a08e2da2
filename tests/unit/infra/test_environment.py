"""An environment is a file of variables; what is wrong with it is said before anything is begun."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.cloud.environment import Environment, environment
from infra.cloud.needs import Unprepared


def checkout(root: Path, **files: str) -> Path:
    folder = root / "infra" / "environments"
    folder.mkdir(parents=True)
    declared = "".join(
        f'variable "{name}" {{\n  type = string\n}}\n' for name in ("project", "region", "deletion_protection")
    )
    (root / "infra" / "variables.tf").write_text(declared, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.tfvars").write_text(text, encoding="utf-8")
    return root


def refused(root: Path, name: str, environ: Mapping[str, str] | None = None) -> str:
    with pytest.raises(Unprepared) as caught:
        environment(name, root, environ or {})
    return str(caught.value)


def test_the_project_stands_in_its_variables_and_names_the_states_bucket(tmp_path: Path) -> None:
    text = '# project = "not-this-one"\nregion = "europe-west1"\nproject     = "company-exchange-prod" # ours\n'
    found = environment("prod", checkout(tmp_path, prod=text), {})
    assert found == Environment("prod", "company-exchange-prod", "company-exchange-prod-terraform-state")
    assert found.var_file == "environments/prod.tfvars"
    assert found.folder(tmp_path) == tmp_path / ".local" / "terraform" / "prod"


def test_another_bucket_may_be_named(tmp_path: Path) -> None:
    root = checkout(tmp_path, prod='project = "company-exchange-prod"\n')
    assert environment("prod", root, {"STATE_BUCKET": "company-states"}).bucket == "company-states"
    assert "STATE_BUCKET is not the name of a bucket" in refused(root, "prod", {"STATE_BUCKET": "gs://states"})


@pytest.mark.parametrize("text", ["", 'project = "Company"\n', "project = var.x\n", '# project = "company-exchange"\n'])
def test_variables_without_a_project_are_refused(tmp_path: Path, text: str) -> None:
    said = refused(checkout(tmp_path, prod=text), "prod")
    assert "infra/environments/prod.tfvars names no project by its id" in said
    assert 'e.g. project = "company-exchange-prod"' in said


@pytest.mark.parametrize("name", ["prod", "../x", "", "Staging", "staging.tfvars"])
def test_an_unknown_name_is_answered_with_those_there_are(tmp_path: Path, name: str) -> None:
    root = checkout(tmp_path, staging='project = "company-exchange-test"\n', example="")
    said = refused(root, name)
    assert f"there is no environment {name!r}" in said
    assert "there are: example, staging; copy infra/environments/example.tfvars" in said


def test_a_misspelt_variable_is_not_quietly_its_default(tmp_path: Path) -> None:
    text = 'project = "company-exchange"\ndeletion_protecton = false\nbases = {\n  main = {}\n}\n'
    said = refused(checkout(tmp_path, prod=text), "prod")
    assert "prod.tfvars: there is no variable deletion_protecton\n      perhaps deletion_protection is meant" in said
    assert "there is no variable bases\n      there are: deletion_protection, project, region" in said
    assert "main" not in said
