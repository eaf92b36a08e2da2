"""The simulator's data: schema, rules and answers agree with one another and with what Terraform understands."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.google_provider import refresh
from tests.simulators.google_provider.answers import ANSWERS_FILE
from tests.simulators.google_provider.book import RULES_FILE, SCHEMA_FILE, SOURCE, Attribute, Block, Nested, book
from tests.simulators.google_provider.testing import Open

pytest_plugins = ("tests.terraform_workspaces",)

SAMPLE = Path(__file__).with_name("google_provider_sample")


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return loaded


def parts(block: Block, at: str = "") -> Iterator[tuple[str, Attribute | Nested]]:
    """Every attribute and block with its path in the rules."""
    for name, attribute in block.attributes.items():
        yield at + name, attribute
    for name, nested in block.nested.items():
        yield at + name, nested
        yield from parts(nested.block, f"{at}{name}.")


def test_terraform_reads_from_the_simulator_what_stands_in_the_schema(open_workspace: Open) -> None:
    told = json.loads(open_workspace("").must("providers", "schema", "-json"))
    assert refresh.filtered(told, schema()) == schema()


def test_rules_speak_of_what_the_schema_has() -> None:
    rules = json.loads(RULES_FILE.read_text("utf-8"))
    types = {**book().resources, "provider": book().provider}
    assert rules.keys() <= types.keys()
    for name, rule in rules.items():
        known = {path for path, _ in parts(types[name].block)}
        groups = [group for kind in ("exactly_one_of", "at_least_one_of") for group in rule.get(kind, ())]
        others = [
            attribute.get(kind, ())
            for attribute in rule["attributes"].values()
            for kind in ("conflicts_with", "required_with")
        ]
        named = {*rule["attributes"], *(path for group in [*groups, *others] for path in group)}
        assert named <= known, f"{name}: {sorted(named - known)}"


def test_patterns_of_rules_are_expressions() -> None:
    for type_ in book().resources.values():
        for path, part in parts(type_.block):
            for rule in (part.rule, part.rule.get("each", {})):
                assert re.compile(rule.get("pattern", "")), path


def test_answers_are_for_what_the_cloud_decides() -> None:
    answers = json.loads(ANSWERS_FILE.read_text("utf-8"))
    del answers["*"]
    for name, answer in answers.items():
        assert set(paths(answer)) <= set(decided(book().resources[name].block)), name


def decided(block: Block, at: str = "", whole: bool = False) -> Iterator[str]:
    """Paths the cloud may fill: computed ones, blocks that hold such, and all of a block it may write alone."""
    yield from (at + name for name, attribute in block.attributes.items() if whole or attribute.computed)
    for name, nested in block.nested.items():
        yield at + name
        yield from decided(nested.block, f"{at}{name}.", whole or bool(nested.rule.get("computed")))


def paths(answer: Mapping[str, Any], at: str = "") -> Iterator[str]:
    for name, value in answer.items():
        yield at + name
        if isinstance(value, dict):
            yield from paths(value, f"{at}{name}.")


def test_the_sample_has_every_type() -> None:
    text = "".join(file.read_text("utf-8") for file in SAMPLE.glob("*.tf"))
    assert set(re.findall(r'^resource "(\w+)"', text, re.M)) == set(book().resources)
    assert set(re.findall(r'^data "(\w+)"', text, re.M)) == set(book().data_sources)


def test_every_required_block_asks_for_an_element() -> None:
    target = book().resources["google_cloud_scheduler_job"].block.nested["http_target"]
    assert (target.mode, target.min_items, target.max_items) == ("list", 0, 1)
    replication = book().resources["google_secret_manager_secret"].block.nested["replication"]
    assert (replication.mode, replication.min_items, replication.max_items) == ("list", 1, 1)


def explained(value: Any) -> Any:
    """The schema as the provider itself prints it, with explanations."""
    if not isinstance(value, dict):
        return value
    words = {"description": "A word on it.", "description_kind": "plain"}
    kept = {key: explained(inner) for key, inner in value.items()}
    return {**kept, **words} if "type" in kept and not isinstance(kept["type"], dict) else kept


def test_a_refresh_keeps_our_types_without_explanations() -> None:
    output = explained(copy.deepcopy(schema()))
    output["provider_schemas"][SOURCE]["resource_schemas"]["google_sql_database"] = {"version": 0, "block": {}}
    output["provider_schemas"][SOURCE]["resource_identity_schemas"] = {}
    assert "A word on it." in json.dumps(output)
    assert refresh.filtered(output, schema()) == schema()


def test_a_refresh_that_would_change_nothing_writes_the_same_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "schema.json"
    target.write_bytes(SCHEMA_FILE.read_bytes())
    monkeypatch.setattr(refresh, "SCHEMA_FILE", target)
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(schema())))
    assert refresh.main() == 0
    assert target.read_bytes() == SCHEMA_FILE.read_bytes()


def test_a_refresh_from_elsewhere_is_refused_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = SCHEMA_FILE.read_bytes()
    output = schema()
    del output["provider_schemas"][SOURCE]["resource_schemas"]["google_cloud_tasks_queue"]
    for text in ({"format_version": "1.0"}, output):
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(text)))
        assert refresh.main() == 1
    told = capsys.readouterr().err
    assert SOURCE in told
    assert "no google_cloud_tasks_queue" in told
    assert SCHEMA_FILE.read_bytes() == before
