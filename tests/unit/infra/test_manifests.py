"""A mistake in a manifest is refused before anything is created, in words that name it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra.manifests import ManifestError, covers, is_secret, read
from tests.unit.infra.folders import ENTRY, PROCESS, RECEIVE, collection, job, webhook

WEBHOOK = "bitrix_deal_changed"
JOB = "deal_sweep"


def refused(root: Path) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        read(root)
    return str(caught.value).splitlines()


def fault(tmp_path: Path, manifest: Any, name: str = WEBHOOK) -> str:
    """The one thing that is wrong with it."""
    [line] = refused(collection(tmp_path, {name: manifest}))
    return line


def receive(**changes: Any) -> dict[str, Any]:
    return webhook(entry_points={"receive": RECEIVE | changes, "process": PROCESS})


def process(**changes: Any) -> dict[str, Any]:
    return webhook(entry_points={"receive": RECEIVE, "process": PROCESS | changes})


def run(**changes: Any) -> dict[str, Any]:
    return job(entry_points={"run": ENTRY | changes})


def test_a_right_manifest_is_read_with_its_names_and_defaults(tmp_path: Path) -> None:
    found = read(collection(tmp_path, {WEBHOOK: process(max_instances=2), JOB: job()}))
    one = found[WEBHOOK]
    assert [one.deployed(entry) for entry in one.entry_points] == ["bitrix-deal-changed", "bitrix-deal-changed-process"]
    assert (one.slug, one.public, one.entry_points["receive"].puts) == ("bitrix-deal-changed", ("receive",), ("bulk",))
    assert (one.max_instances("receive"), one.max_instances("process"), found[JOB].max_instances("run")) == (10, 2, 1)
    assert (found[JOB].deployed("run"), found[JOB].entry_points["run"].min_instances) == ("deal-sweep", 0)


def test_a_manifest_once_read_does_not_change(tmp_path: Path) -> None:
    found = read(collection(tmp_path, {JOB: job()}))[JOB]
    with pytest.raises(ValidationError, match="frozen"):
        found.entry_points["run"].memory = "2Gi"
    with pytest.raises(TypeError):
        found.entry_points["run"] = found.entry_points["run"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("manifest", "field", "words"),
    [
        (webhook(about="a | b"), "about", "must be one line of at most 256 bytes without |, for the README's table"),
        (webhook(about="ы" * 129), "about", "must be one line of at most 256 bytes"),
        (webhook(kind="hook"), "kind", 'must be one of webhook, job, page, not "hook", e.g. "webhook"'),
        (webhook(exchange="deals"), "exchange", "must be one of acts, documents, orders, approvals, all"),
        (webhook(entry_points=[]), "entry_points", "must be an object of entry points by name, not []"),
        (webhook(entry_points={"receive": 5, "process": PROCESS}), "entry_points.receive", "must be an object"),
        (webhook(entry_points={"process": PROCESS}), "entry_points", "receive or receive and process for a webhook"),
        (webhook(schedule="* * * * *"), "schedule", "must be given for a job, and for nothing else"),
        (webhook(secrets=[]), "secrets", "is no field of a manifest"),
        (webhook(folder="x"), "folder", "is no field of a manifest"),
        (job(schedule=""), "schedule", "must be given for a job, and for nothing else"),
        (job(schedule="* * * *"), "schedule", "five fields of unix-cron that come to pass, not '* * * *'"),
        (job(schedule="*/5 * * * * *"), "schedule", "five fields of unix-cron"),
        (job(schedule="0 0 30 2 *"), "schedule", "five fields of unix-cron that come to pass"),
        (job(schedule=5), "schedule", "must be five fields of unix-cron that come to pass, not 5"),
        (job(entry_points={"receive": RECEIVE}), "entry_points", "must be run for a job, not receive"),
        (job(entry_points={"run": ENTRY, "stop": ENTRY}), "entry_points", "must be run for a job, not run, stop"),
        (receive(public=False), "entry_points.receive.public", "must be true for receive and serve"),
        (receive(queue="bulk"), "entry_points.receive.queue", "must be given for process"),
        (receive(timeout_seconds=61), "entry_points.receive.timeout_seconds", "must be at most 60, e.g. 30"),
        (receive(puts=[]), "entry_points.receive.puts", "must be a list with bulk, the queue of process"),
        (receive(secrets=["ONEC_DM_PASSWORD"]), "entry_points.receive.egress", "must be true for who reads a password"),
        (receive(egress=True), "entry_points.receive.egress", "and false for others"),
        (process(public=True), "entry_points.process.public", "false for process and run"),
        (process(public=1), "entry_points.process.public", "must be true or false, not 1"),
        (process(queue="slow"), "entry_points.process.queue", 'must be one of interactive or bulk, not "slow"'),
        (process(queue=None), "entry_points.process.queue", "must be given for process"),
        (process(puts=["bulk", "bulk"]), "entry_points.process.puts", "must be a list of different queues"),
        (process(puts="bulk"), "entry_points.process.puts", "must be a list of different queues"),
        (process(memory="512MB"), "entry_points.process.memory", 'must be one of 128Mi, 256M … , not "512MB"'),
        (process(memory="8Gi"), "entry_points.process.memory", "4Gi with 1, 8Gi with 2"),
        (process(cpu="0.4", memory="1Gi"), "entry_points.process.memory", "up to 512Mi below 0.5, 1Gi below 1"),
        (process(cpu="4", memory="1Gi"), "entry_points.process.memory", "2Gi to 16Gi with 4"),
        (process(cpu="3"), "entry_points.process.cpu", "0.08 to 0.999, or 1, 2, 4, 6, 8, not "),
        (process(cpu=1), "entry_points.process.cpu", "must be vCPUs as text"),
        (process(cpu="0.5", concurrency=2), "entry_points.process.concurrency", "must be 1 while cpu is below 1"),
        (process(concurrency=0), "entry_points.process.concurrency", "must be a whole number from 1 to 1000, not 0"),
        (process(timeout_seconds=1801), "entry_points.process.timeout_seconds", "from 1 to 1800, not 1801"),
        (process(timeout_seconds="300"), "entry_points.process.timeout_seconds", "must be a whole number"),
        (process(timeout_seconds=True), "entry_points.process.timeout_seconds", "must be a whole number"),
        (process(max_instances=0), "entry_points.process.max_instances", "must be a whole number from 1 to 100"),
        (process(min_instances=9), "entry_points.process.min_instances", "must be at most max_instances"),
        (process(min_instances=3, max_instances=2), "entry_points.process.min_instances", "at most max_instances"),
        (process(secrets=["BITRIX_PASSWORD"]), "entry_points.process.secrets", "out of BITRIX_APPLICATION_TOKEN, "),
        (process(secrets=["STORE_URL"]), "entry_points.process.secrets", "must be a list of different secrets"),
        (process(timeout=300), "entry_points.process.timeout", "is no field of a manifest … , e.g. timeout_seconds"),
        (run(concurrency=2), "entry_points.run.concurrency", "must be 1: a job runs alone"),
        ('{"kind": "job",}', "", "is not JSON in UTF-8"),
        ("[]", "", "must be a JSON object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mistake_is_named_with_its_field_and_an_example(
    tmp_path: Path, manifest: Any, field: str, words: str
) -> None:
    line = fault(tmp_path, manifest)
    assert line.startswith(f"functions/{WEBHOOK}/function.json: {field}")
    assert all(part in line for part in words.split(" … ")), line
    assert ", e.g. " in line


@pytest.mark.parametrize("field", ["about", "kind", "exchange", "entry_points"])
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    manifest = {name: value for name, value in webhook().items() if name != field}
    assert f"{field} is missing: it must be" in fault(tmp_path, manifest)


@pytest.mark.parametrize("field", ["public", "memory", "cpu", "timeout_seconds", "concurrency", "egress", "secrets"])
def test_a_missing_field_of_an_entry_point_is_named(tmp_path: Path, field: str) -> None:
    part = {name: value for name, value in PROCESS.items() if name != field}
    manifest = webhook(entry_points={"receive": RECEIVE, "process": part})
    assert f"entry_points.process.{field} is missing: it must be" in fault(tmp_path, manifest)


def test_a_field_that_stands_twice_is_named(tmp_path: Path) -> None:
    text = json.dumps(job()).replace('"kind": "job"', '"kind": "page", "kind": "job"')
    assert "kind stands there twice" in fault(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Deals", "name must be small Latin letters"),
        ("deal_", "name must be small Latin letters"),
        ("deal-changed", "name must be small Latin letters"),
        ("1c_changed", "name must be small Latin letters"),
        ("deal", "is deployed as deal, which has 4 letters; a service account has 6 to 30"),
        ("bitrix_file_was_submitted", "bitrix-file-was-submitted-process, which has 33 letters"),
    ],
)
def test_a_name_that_cannot_be_deployed_is_named(tmp_path: Path, name: str, words: str) -> None:
    """facts gcp §3.2: a service account's id has 6 to 30 letters."""
    faults = refused(collection(tmp_path, {name: webhook()}))
    assert any(words in line for line in faults), faults


def test_two_functions_of_one_deployed_name_are_named(tmp_path: Path) -> None:
    other = job()
    faults = refused(collection(tmp_path, {"deal_changed": webhook(), "deal_changed_process": other}))
    assert len(faults) == 1
    assert "is deployed as deal-changed-process, and so is an entry point of functions/deal_changed/" in faults[0]


def test_a_folder_without_its_files_is_named(tmp_path: Path) -> None:
    root = collection(tmp_path, {JOB: job(), WEBHOOK: webhook()})
    (root / "functions" / JOB / "main.py").unlink()
    (root / "functions" / WEBHOOK / "function.json").unlink()
    faults = refused(root)
    assert "functions/bitrix_deal_changed/function.json: the folder lacks function.json" in faults[0]
    assert "functions/deal_sweep/function.json: the folder lacks main.py" in faults[1]


def test_what_is_left_of_a_folder_of_another_branch_is_no_function(tmp_path: Path) -> None:
    root = collection(tmp_path, {JOB: job()})
    (root / "functions" / "gone" / "__pycache__").mkdir(parents=True)
    (root / "functions" / "__init__.py").write_text("")
    assert list(read(root)) == [JOB]


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    wrong = webhook(kind="hook", entry_points={"receive": RECEIVE | {"memory": "1", "timeout_seconds": 90}})
    faults = refused(collection(tmp_path, {WEBHOOK: wrong, JOB: run(concurrency=2, queue="bulk", cpu="x")}))
    assert [line.partition(" ")[2].partition(" ")[0] for line in faults] == [
        "kind",
        "entry_points.receive.memory",
        "entry_points.receive.timeout_seconds",
        "entry_points.run.cpu",
        "entry_points.run.queue",
        "entry_points.run.concurrency",
    ]


def test_who_may_read_which_secret() -> None:
    """Whoever carries acts reads the passwords of the bases, and not that of 1C:DM."""
    assert covers("ONEC_*_PASSWORD", "ONEC_MAIN_PASSWORD")
    assert covers("ONEC_*_PASSWORD", "ONEC_RETAIL_2_PASSWORD")
    assert not covers("ONEC_*_PASSWORD", "ONEC_DM_PASSWORD")
    assert not covers("ONEC_*_PASSWORD", "ONEC_MAIN_URL")
    assert covers("ONEC_DM_PASSWORD", "ONEC_DM_PASSWORD")
    assert not covers("BITRIX_CLIENT_SECRET", "BITRIX_WEBHOOK_URL")
    assert [name for name in ("ONEC_MAIN_PASSWORD", "ONEC_MAIN_USER", "ONEC_*_PASSWORD") if is_secret(name)] == [
        "ONEC_MAIN_PASSWORD"
    ]
