"""`infra/metrics.json` and the lines of the code say the same: Terraform makes metrics and alerts of that file."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from common import logs
from infra.local.collection import ROOT
from tests.application import application

COUNTED = ("counted", "error", "exception")
"""How a line is written that somebody may want to count: all that is worse than news."""

BOUND = {"function"}
"""What every line carries that is written while an entry point is at work (`common.flow.delivery`)."""

LONGEST = 84_600
"""Seconds an alert's condition may look back: 23.5 hours (vendor: alerting quotas)."""

METRIC = {"name", "kind", "line", "labels", "means", "alert"}


class Line(NamedTuple):
    """One place in the code that writes a line; `fields` as far as they are named there."""

    message: str
    way: str
    fields: frozenset[str]


@cache
def lines() -> list[Line]:
    """Every line of our own logger."""
    paths = [path for one in ("common", "functions", "infra/local") for path in sorted((ROOT / one).rglob("*.py"))]
    return [line for path in paths for line in _lines(ast.parse(path.read_text(encoding="utf-8")))]


def _lines(tree: ast.AST) -> Iterator[Line]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        way, message = ast.unparse(node.func), str(node.args[0].value)
        if way.removeprefix("logs.") in ("counted", "info", "warning", "error"):
            yield Line(message, way.removeprefix("logs."), frozenset(one.arg for one in node.keywords if one.arg))
        elif way.startswith("LOGGER."):
            yield Line(message, way.removeprefix("LOGGER."), frozenset(_extra(node)))


def _extra(call: ast.Call) -> Iterator[str]:
    """Names of the fields in `extra={"fields": {…}}`."""
    for node in ast.walk(call):
        if isinstance(node, ast.Dict):
            yield from (str(one.value) for one in node.keys if isinstance(one, ast.Constant) and one.value != "fields")


@cache
def catalogue() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "infra" / "metrics.json").read_text(encoding="utf-8"))
    return found


def metrics(kind: str) -> list[dict[str, Any]]:
    return [one for one in catalogue()["metrics"] if one["kind"] == kind]


def named(metric: Mapping[str, Any]) -> str:
    return str(metric["name"])


@pytest.mark.parametrize("metric", metrics("counter"), ids=named)
def test_each_counter_is_written_with_its_labels(metric: Mapping[str, Any]) -> None:
    written = [line for line in lines() if line.message == metric["line"] and line.way in COUNTED]
    assert written, "no code writes this line"
    assert [set(metric["labels"]) - line.fields - BOUND for line in written] == [set()] * len(written)


def test_each_line_that_may_be_counted_has_its_metric_or_a_reason() -> None:
    written = {line.message for line in lines() if line.way in COUNTED}
    with_metric = {one["line"] for one in metrics("counter")}
    assert with_metric & set(catalogue()["without_metric"]) == set()
    assert written == with_metric | set(catalogue()["without_metric"])


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a round of the watch writes, as Cloud Logging gets it: masked, as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    monkeypatch.setattr(logs.LOGGER, "handlers", [handler])
    monkeypatch.setattr(logs.LOGGER, "level", logging.INFO)
    with application(str(tmp_path)) as stand:
        stand.job("exchange_watch")
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_gauge_is_a_number_of_its_line(told: list[dict[str, Any]]) -> None:
    for metric in metrics("gauge"):
        written = [line for line in told if line["message"] == metric["line"]]
        assert written, metric["name"]
        assert {type(line[metric["field"]]) for line in written} == {int}, metric["name"]
        assert {type(line[label]) for line in written for label in metric["labels"]} <= {str}, metric["name"]


def test_each_number_of_the_vitals_has_its_gauge(told: list[dict[str, Any]]) -> None:
    gauges = {(one["line"], one["field"]) for one in metrics("gauge")}
    for line in told:
        if line["message"] in ("vitals", "lag"):
            numbers = {(line["message"], name) for name, value in line.items() if type(value) is int}
            assert numbers <= gauges


def test_no_label_is_masked() -> None:
    labels = {label for one in catalogue()["metrics"] for label in one["labels"]}
    assert {label for label in labels if logs.masked("word", label) != "word"} == set()


def test_names_are_told_once() -> None:
    names = [one["name"] for one in catalogue()["metrics"]]
    assert len(set(names)) == len(names)
    assert list(catalogue()["without_metric"]) == sorted(catalogue()["without_metric"])


@pytest.mark.parametrize("metric", catalogue()["metrics"], ids=named)
def test_every_metric_has_its_form(metric: Mapping[str, Any]) -> None:
    assert set(metric) == METRIC | ({"field", "unit"} if metric["kind"] == "gauge" else set())
    assert metric["kind"] in ("counter", "gauge")
    assert metric["name"].isidentifier()
    assert metric["means"].endswith(".")
    assert metric.get("unit", "1") in ("1", "s")


@pytest.mark.parametrize("metric", [one for one in catalogue()["metrics"] if one["alert"]], ids=named)
def test_every_alert_can_be_made_and_says_what_to_do(metric: Mapping[str, Any]) -> None:
    alert = dict(metric["alert"])
    assert alert.pop("severity") in ("CRITICAL", "ERROR", "WARNING")
    assert alert.pop("do").strip()
    seconds = alert.pop("for_seconds" if metric["kind"] == "gauge" else "within_seconds")
    assert 60 <= seconds <= LONGEST
    assert seconds % 60 == 0
    assert set(alert) in ({"above"}, {"below"})
    assert metric["kind"] == "gauge" or "above" in alert
