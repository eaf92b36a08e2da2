"""plan, apply, outputs with the real Terraform: what is missing or refused is named, and no secret is ever seen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.cloud import deploying
from infra.cloud.commands import main
from infra.cloud.environment import environment
from infra.cloud.secret_values import given
from infra.cloud.terraform import Terraform, hidden
from infra.manifests import ROOT
from tests.tiny_project import NAME, PASSWORD, PROJECT, TOKEN, VALUES, WEBHOOK, Tiny

pytest_plugins = ("tests.tiny_checkouts",)

MARKED = (WEBHOOK, PASSWORD)


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str]) -> Told:
    return Told(capfd)


class Told:
    """What a command said, on both ways out."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture
        self.all = ""

    def by(self, one: Tiny, *arguments: str, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
        status = main(list(arguments), one.root, one.environ if environ is None else environ)
        said = "".join(self._capture.readouterr())
        self.all += said
        return status, said


def seen(one: Tiny, text: str) -> list[str]:
    """Where a text stands: files of the checkout, also inside zips, and the state."""
    found = [str(path) for path in one.root.rglob("*") if path.is_file() and path.name != f".env.{NAME}"]
    places = {path: Path(path).read_bytes() for path in found}
    for path in found:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                places |= {f"{path}!{name}": archive.read(name) for name in archive.namelist()}
    places |= {f"gs://{name}": kept.data for name, kept in one.bucket.objects.items()}
    return [name for name, data in places.items() if text.encode() in data]


def applied(one: Tiny, told: Told) -> None:
    one.secrets(VALUES)
    assert told.by(one, "apply", NAME, "--yes")[0] == 0


# -- plan ------------------------------------------------------------------------------------------------------------


def test_a_plan_says_what_would_be_made_and_makes_nothing(project: Tiny, told: Told) -> None:
    project.secrets(VALUES)
    status, said = told.by(project, "plan", NAME)
    assert status == 0
    assert "google_secret_manager_secret_version       2" in said
    assert "all                                        7" in said
    assert project.cloud.resources == {}
    assert not list(project.root.rglob("plan*"))


def test_values_that_are_missing_are_named_and_nothing_is_applied(project: Tiny, told: Told) -> None:
    project.secrets(f"BITRIX_WEBHOOK_URL={WEBHOOK}\n")
    for command in (("plan", NAME), ("apply", NAME, "--yes")):
        status, said = told.by(project, *command)
        assert status == 1
        assert f"no value was given for ONEC_MAIN_PASSWORD.\n  give them in the environment or in .env.{NAME}" in said
    assert project.cloud.resources == {}


def test_a_value_from_the_environment_will_do(project: Tiny, told: Told) -> None:
    project.secrets(f"BITRIX_WEBHOOK_URL={WEBHOOK}\n")
    environ = {**project.environ, "ONEC_MAIN_PASSWORD": PASSWORD}
    assert told.by(project, "plan", NAME, environ=environ)[0] == 0


def test_without_credentials_everything_else_is_done_and_what_is_missing_is_named(project: Tiny, told: Told) -> None:
    project.secrets(f"BITRIX_WEBHOOK_URL={WEBHOOK}\n")
    status, said = told.by(project, "plan", NAME, environ=project.without_credentials())
    assert status == 3
    assert "google_firestore_database                  1" in said
    assert "no Google credentials were found" in said
    assert "gcloud auth application-default login" in said
    assert "values of ONEC_MAIN_PASSWORD\n" in said
    assert (project.root / "build" / "deal_sweep.zip").exists()
    assert project.bucket.objects == {}
    assert not list(project.root.rglob(".terraform*"))


def test_apply_without_credentials_applies_nothing(project: Tiny, told: Told) -> None:
    status, said = told.by(project, "apply", NAME, "--yes", environ=project.without_credentials())
    assert (status, project.bucket.objects) == (3, {})
    assert "Nothing was applied. Missing:\n  - no Google credentials were found" in said


def test_a_wrong_variable_is_terraforms_to_name_also_offline(project: Tiny, told: Told) -> None:
    project.variables("names = 5\n")
    project.secrets(VALUES)
    for environ in (project.environ, project.without_credentials()):
        status, said = told.by(project, "plan", NAME, environ=environ)
        assert status == 1
        assert "names" in said
        assert "Terraform said no" in said
    assert project.cloud.resources == {}


def test_a_plan_that_breaks_the_policy_is_refused_also_offline(project: Tiny, told: Told) -> None:
    project.secrets(VALUES)
    main_tf = project.root / "infra" / "main.tf"
    main_tf.write_text(main_tf.read_text().replace("POINT_IN_TIME_RECOVERY_ENABLED", "POINT_IN_TIME_RECOVERY_DISABLED"))
    for environ in (project.environ, project.without_credentials()):
        for command in ("plan", "apply"):
            if command == "plan" or environ is project.environ:
                status, said = told.by(project, command, NAME, environ=environ)
                assert status == 1
                assert "Refused: google_firestore_database.store: point-in-time recovery is off" in said
    assert project.cloud.resources == {}


def test_no_bucket_for_the_state_is_said_with_how_to_make_it(project: Tiny, told: Told) -> None:
    project.secrets(VALUES)
    status, said = told.by(project, "plan", NAME, environ={**project.environ, "STATE_BUCKET": "another-bucket"})
    assert status == 1
    assert "gcloud storage buckets create gs://another-bucket --project company-exchange-tiny" in said


# -- what this machine lacks -----------------------------------------------------------------------------------------


def test_all_that_is_missing_is_named_at_once(project: Tiny, told: Told) -> None:
    """Nothing is begun, nothing is packed."""
    (project.root / "infra" / "environments" / "prod.tfvars").write_text("place = 1\n")
    (project.root / ".env.prod").write_text("A=1\n")
    (project.root / ".env.prod").chmod(0o644)
    manifest = project.root / "functions" / "deal_sweep" / "function.json"
    manifest.write_text(manifest.read_text().replace('"512M"', '"512MB"'))
    environ = {**project.without_credentials(), "PATH": "/nonexistent"}
    status, said = told.by(project, "plan", "prod", environ=environ)
    assert status == 2
    for words in (
        "terraform was not found on PATH",
        "infra/environments/prod.tfvars names no project by its id",
        ".env.prod may be read by others (mode 644)\n      chmod 600 .env.prod",
        "functions/deal_sweep/function.json: entry_points.run.memory must be one of",
        "no Google credentials were found",
    ):
        assert words in said, words
    assert not (project.root / "build").exists()


def test_an_unknown_environment_is_answered_with_those_there_are(project: Tiny, told: Told) -> None:
    status, said = told.by(project, "plan", "production")
    assert status == 2
    assert "there is no environment 'production'\n      there are: small;" in said
    assert told.by(project, "apply", "../x")[0] == 2


def test_an_older_terraform_is_refused(project: Tiny, told: Told, tmp_path: Path) -> None:
    """The only way to meet one here is a stand-in that says so."""
    fake = tmp_path / "bin" / "terraform"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho \'{"terraform_version": "1.9.8"}\'\n')
    fake.chmod(0o755)
    path = f"{fake.parent}:{project.environ['PATH']}"
    status, said = told.by(project, "plan", NAME, environ={**project.environ, "PATH": path})
    assert status == 2
    assert "terraform 1.9 is too old\n      version 1.11 or newer: https://developer.hashicorp.com/" in said


def test_a_value_of_a_wrong_form_is_refused_before_anything_else(project: Tiny, told: Told) -> None:
    project.secrets("ONEC_DM_KEYS=marked-but-no-key\nBITRIX_WEBHOOK_URL=http://markedhost/rest/1/x/\nbroken\n")
    assert "line 3: is not NAME=value" in told.by(project, "plan", NAME)[1]
    project.secrets("ONEC_DM_KEYS=marked-but-no-key\nBITRIX_WEBHOOK_URL=http://markedhost/rest/1/x/\n")
    status, said = told.by(project, "plan", NAME)
    assert status == 2
    assert "ONEC_DM_KEYS: must be key ids with their secrets" in said
    assert "BITRIX_WEBHOOK_URL: must begin with https://" in said
    assert "marked" not in said


def test_terraforms_files_out_of_form_are_named(project: Tiny, told: Told) -> None:
    (project.root / "infra" / "more.tf").write_text("locals {\n a   = 1\n}\n")
    status, said = told.by(project, "plan", NAME)
    assert status == 2
    assert "not formatted: infra/more.tf\n      terraform fmt -recursive infra" in said


def test_an_operators_own_form_of_his_variables_stops_nothing(project: Tiny, told: Told) -> None:
    project.variables('place   =    "europe-west1"\n')
    project.secrets(VALUES)
    assert told.by(project, "plan", NAME)[0] == 0


# -- apply -----------------------------------------------------------------------------------------------------------


def test_applied_twice_the_second_time_changes_nothing(project: Tiny, told: Told) -> None:
    applied(project, told)
    assert sorted(project.cloud.payloads.values()) == sorted(MARKED)
    before = {kind: dict(found) for kind, found in project.cloud.resources.items()}
    status, said = told.by(project, "apply", NAME)
    assert status == 0
    assert f"Nothing to change: {PROJECT} is as the plan wants it." in said
    assert project.cloud.resources == before
    (project.root / f".env.{NAME}").unlink()
    assert told.by(project, "apply", NAME)[0] == 0


def test_apply_asks_and_takes_only_yes_for_it(project: Tiny, told: Told) -> None:
    project.secrets(VALUES)
    questions: list[str] = []

    def answering(answer: str) -> int:
        def ask(question: str) -> str:
            questions.append(question)
            return answer

        return deploying.apply(NAME, project.root, project.environ, False, ask)

    assert [answering(""), answering("no")] == [1, 1]
    assert project.cloud.resources == {}
    assert answering("yes") == 0
    assert project.cloud.resources != {}
    assert PROJECT in questions[0]


def test_with_nobody_at_the_terminal_nothing_is_applied(project: Tiny, told: Told) -> None:
    project.secrets(VALUES)
    status, said = told.by(project, "apply", NAME)
    assert status == 1
    assert "--yes" in said
    assert project.cloud.resources == {}


def test_a_changed_function_is_changed_alone(project: Tiny, told: Told) -> None:
    applied(project, told)
    (project.root / "functions" / "deal_sweep" / "main.py").write_text("def run(request): pass\n")
    said = told.by(project, "plan", NAME)[1]
    assert "resource        update\nterraform_data       1\n" in said


def test_a_raised_number_wants_a_new_value_and_makes_a_new_version(project: Tiny, told: Told) -> None:
    applied(project, told)
    project.variables("secret_versions = { ONEC_MAIN_PASSWORD = 2 }\n")
    project.secrets("")
    status, said = told.by(project, "apply", NAME, "--yes")
    assert status == 1
    assert "no value was given for ONEC_MAIN_PASSWORD." in said
    project.secrets("ONEC_MAIN_PASSWORD=marked-password-00000003\n")
    assert told.by(project, "apply", NAME, "--yes")[0] == 0
    assert list(project.cloud.payloads.values()).count("marked-password-00000003") == 1
    assert "Nothing to change" in told.by(project, "apply", NAME)[1]
    assert seen(project, "marked-password-00000003") == []


def test_a_database_goes_only_by_a_persons_word(project: Tiny, told: Told) -> None:
    """Its location cannot be changed: another one means another database, and an empty one."""
    applied(project, told)
    project.variables('place = "europe-west3"\n')
    for command in (("plan", NAME), ("apply", NAME, "--yes")):
        status, said = told.by(project, *command)
        assert status == 1
        assert "Refused: google_firestore_database.store: would be replaced; say --allow-destroy" in said
    assert told.by(project, "plan", NAME, "--allow-destroy")[0] == 0


def test_a_state_that_somebody_holds_is_left_alone(project: Tiny, told: Told) -> None:
    applied(project, told)
    environ = project.environ
    lock = json.dumps({"ID": "1", "Who": "anna@office", "Operation": "OperationTypeApply"}).encode()
    project.bucket.keep(f"{NAME}/default.tflock", lock)
    (project.root / "functions" / "deal_sweep" / "main.py").write_text("def run(request): pass\n")
    status, said = told.by(project, "apply", NAME, "--yes", environ=environ)
    assert status == 1
    assert "anna@office" in said


def test_an_apply_broken_off_by_hand_keeps_what_it_made(project: Tiny) -> None:
    """Ctrl-C reaches the whole group of the terminal: Terraform ends in order, its state knows all, no lock is left."""
    project.secrets(VALUES)
    slow = 'resource "terraform_data" "slow" {\n  provisioner "local-exec" {\n    command = "sleep 3"\n  }\n}\n'
    (project.root / "infra" / "slow.tf").write_text(slow, encoding="utf-8")
    code = "from pathlib import Path; from infra.cloud.commands import main; "
    code += f"main({['apply', NAME, '--yes']!r}, Path.cwd())"
    environ = {**project.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code],
        cwd=project.root, env=environ, stdout=subprocess.PIPE, text=True, process_group=0,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        said = next(line for line in process.stdout if "sleep 3" in line)
        os.killpg(process.pid, signal.SIGINT)
        said += process.stdout.read()
    assert "Interrupt received" in said
    state = project.bucket.objects[f"{NAME}/default.tfstate"].data.decode()
    for kind, found in project.cloud.resources.items():
        assert all(one in state for one in found), kind
    assert list(project.bucket.objects) == [f"{NAME}/default.tfstate"]


# -- outputs ---------------------------------------------------------------------------------------------------------


def test_outputs_say_what_to_paste_where(project: Tiny, told: Told) -> None:
    applied(project, told)
    status, said = told.by(project, "outputs", NAME)
    assert status == 0
    assert said == (
        "1C: admit this address\n    203.0.113.8\n    203.0.113.9\n\nDNS\n    exchange.example.ru.  A  203.0.113.7\n\n"
    )


def test_before_the_first_apply_there_is_nothing_to_paste(project: Tiny, told: Told) -> None:
    status, said = told.by(project, "outputs", NAME)
    assert status == 1
    assert "./deploy.sh apply small" in said


def test_outputs_without_credentials_say_so(project: Tiny, told: Told) -> None:
    status, said = told.by(project, "outputs", NAME, environ=project.without_credentials())
    assert status == 2
    assert "no Google credentials were found" in said


# -- secrets ---------------------------------------------------------------------------------------------------------


def test_no_secret_is_printed_or_kept(project: Tiny, told: Told) -> None:
    """Through a whole life: planned, applied, repeated, refused; offline and with credentials; by file and variable."""
    project.secrets(VALUES)
    told.by(project, "plan", NAME, environ=project.without_credentials())
    told.by(project, "plan", NAME)
    applied(project, told)
    environ = {**project.environ, "ONEC_MAIN_PASSWORD": "marked-password-00000009"}
    told.by(project, "apply", NAME, "--yes", environ=environ)
    told.by(project, "outputs", NAME)
    project.variables("secret_versions = 5\n")
    told.by(project, "plan", NAME)
    for text in (*MARKED, "marked-password-00000009", TOKEN):
        assert text not in told.all
        assert seen(project, text) == []
    assert seen(project, PROJECT) != []


def test_a_plan_on_its_way_holds_no_secret(project: Tiny) -> None:
    """The file is gone afterwards; while it is there, it holds none either, also inside its zip."""
    project.secrets(VALUES)
    (project.root / "build").mkdir()
    for name in ("deal_sweep", "task_sweep"):
        (project.root / "build" / f"{name}.zip").write_bytes(b"")
    values = given(NAME, project.root, project.environ).values
    terraform = Terraform(project.root, environment(NAME, project.root, {}), project.environ, values)
    terraform.init()
    assert terraform.plan(project.root / "kept.plan")
    assert zipfile.is_zipfile(project.root / "kept.plan")
    assert [seen(project, text) for text in MARKED] == [[], []]


def test_a_secret_that_terraform_repeats_is_blotted_out(project: Tiny) -> None:
    project.secrets(VALUES)
    values = given(NAME, project.root, {}).values.values()
    assert hidden(f"Error: 400 for {WEBHOOK} and {PASSWORD}!", values) == "Error: 400 for *** and ***!"


def test_what_stands_beside_the_secrets_is_not_used_and_said(project: Tiny, told: Told) -> None:
    project.secrets(f"{VALUES}STORE_URL=sqlite:///x\n")
    assert "none of them, so not used: STORE_URL" in told.by(project, "plan", NAME)[1]
