"""Batches: escaped so that no text of people can become a reference; answers read without a gap."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitrix import answers, batch
from common.bitrix.answers import Answer
from common.bitrix.batch import Command, Outcome, Reference, Unsafe
from common.bitrix.faults import LOST, Fault
from tests.simulators.bitrix24.batch import substitute
from tests.simulators.bitrix24.wire import parse_query


def test_a_command_is_method_and_query() -> None:
    reference = Reference("deal", ("item", "companyId"))
    command = Command("crm.requisite.list", {"filter": {"ENTITY_TYPE_ID": 4, "ENTITY_ID": reference}, "start": -1})
    assert batch.line(command) == (
        "crm.requisite.list?filter%5BENTITY_TYPE_ID%5D=4"
        "&filter%5BENTITY_ID%5D=%24result%5Bdeal%5D%5Bitem%5D%5BcompanyId%5D&start=-1"
    )


def test_a_reference_survives_the_way_and_is_resolved() -> None:
    line = batch.line(Command("m", {"a": [Reference("d", ("item", "id")), "text & more"]}))
    params = parse_query(line.partition("?")[2])
    assert substitute(params, {"result": {"d": {"item": {"id": 7}}}}) == {"a": [7, "text & more"]}


_texts = st.text(alphabet=st.sampled_from("$[]resulta%&=+ я'\"\\\n;#?"), max_size=30)


@given(_texts)
def test_text_comes_out_as_it_went_in_or_is_refused(value: str) -> None:
    results = {"result": {"a": "STOLEN"}, "next": {}, "total": {}, "time": {}, "error": {}}
    try:
        line = batch.line(Command("m", {"fields": {"X": value}}))
    except Unsafe:
        assert not batch.is_safe(value)
        return
    assert substitute(parse_query(line.partition("?")[2]), results) == {"fields": {"X": value}}


@pytest.mark.parametrize(
    "params",
    [
        {"a": "$result[b]"},
        {"a": "100 $"},
        {"a": {"b": ["x", "$"]}},
        {"a": {"$result[b]": "x"}},
        {"$": "x"},
    ],
)
def test_dollar_signs_are_refused(params: Any) -> None:
    with pytest.raises(Unsafe):
        batch.line(Command("m", params))


@pytest.mark.parametrize(
    "commands",
    [
        {},
        {f"c{number}": Command("m", {}) for number in range(51)},
        {"1": Command("m", {})},
        {"a b": Command("m", {})},
        {"a": Command("batch", {})},
        {"a": Command("m?x=1&y", {})},
    ],
)
def test_bad_batches_are_refused(commands: Any) -> None:
    with pytest.raises(ValueError, match=r"commands|named|in a batch"):
        batch.body(commands)


def test_fifty_commands_fit() -> None:
    body = batch.body({f"c{number}": Command("m", {}) for number in range(50)})
    assert body["halt"] == 0
    assert len(body["cmd"]) == 50


COMMANDS = {name: Command("m", {}) for name in ("a", "b", "c", "d")}


def test_reads_outcomes() -> None:
    result = {
        "result": {"a": {"ID": "1"}, "c": None},
        "result_error": {"b": {"error": "insufficient_scope", "error_description": "x"}},
        "result_total": {"a": 120},
        "result_next": {"a": 50},
        "result_time": {"a": {"operating": Decimal("3.5"), "operating_reset_at": 1778747792}},
    }
    outcomes = batch.read(result, COMMANDS)
    assert (outcomes["a"].result, outcomes["a"].total, outcomes["a"].next) == ({"ID": "1"}, 120, 50)
    assert outcomes["a"].timing.operating == 3.5
    assert outcomes["a"].timing.reset_at == datetime(2026, 5, 14, 8, 36, 32, tzinfo=UTC)
    assert outcomes["b"].fault == Fault("insufficient_scope", "x")
    assert outcomes["c"] == Outcome(None)
    assert outcomes["d"].fault is not None
    assert outcomes["d"].fault.code == LOST


@pytest.mark.parametrize(
    "result", [[], None, "x", {"result": [], "result_error": []}, {"result": "x", "result_error": None}]
)
def test_empty_and_odd_answers_lose_every_command(result: Any) -> None:
    assert {outcome.fault.code for outcome in batch.read(result, COMMANDS).values() if outcome.fault} == {LOST}


def test_errors_may_be_mere_texts() -> None:
    assert batch.read({"result_error": {"a": "odd"}}, {"a": Command("m", {})})["a"].fault == Fault("odd")


def test_answers_keep_numbers_exact() -> None:
    body = (
        b'{"result":{"price":0.1,"big":12345678901234567890.12},"total":2,"next":"50",'
        b'"time":{"operating":3.3076,"operating_reset_at":1778747792}}'
    )
    answer = answers.read(200, body)
    assert isinstance(answer, Answer)
    assert answer.result == {"price": Decimal("0.1"), "big": Decimal("12345678901234567890.12")}
    assert (answer.total, answer.next) == (2, 50)
    assert answer.timing.operating == 3.3076


@pytest.mark.parametrize("time", ["[]", "null", '"x"', '{"operating":"x","operating_reset_at":1e40}', "{}"])
def test_odd_times_are_as_good_as_none(time: str) -> None:
    answer = answers.read(200, b'{"result":1,"time":' + time.encode() + b"}")
    assert answer == Answer(1)
