"""Logs: one JSON object a line, the trace in it, secrets and people out of it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from common import logs

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logs.LOGGER.level)
    stream = io.StringIO()
    logs.set_up(stream, project="prj")
    yield stream
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logs.LOGGER.setLevel(before[2])


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_line_has_severity_message_and_fields(stream: io.StringIO) -> None:
    logs.info("act created", record="act:p:1:services", ms=12)
    (line,) = lines(stream)
    assert line == {
        "severity": "INFO",
        "message": "act created",
        "logger": "exchange",
        "record": line["record"],
        "ms": 12,
    }
    assert line["record"] == "act:p:1:services"


def test_bound_fields_stand_in_every_line_of_the_block(stream: io.StringIO) -> None:
    with logs.bound(record="a", **logs.trace_fields({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})):
        with logs.bound(attempt=2):
            logging.getLogger("other").warning("from a library")
        logs.warning("own")
        assert logs.trace() == TRACE
    logs.warning("outside")
    assert logs.trace() == ""
    first, second, third = lines(stream)
    assert (first["record"], first["attempt"], second["record"]) == ("a", 2, "a")
    assert "attempt" not in second
    assert "record" not in third
    assert first["logging.googleapis.com/trace"] == f"projects/prj/traces/{TRACE}"
    assert first["logging.googleapis.com/spanId"] == "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({}, {}),
        ({"Traceparent": "nonsense"}, {}),
        ({"X-Cloud-Trace-Context": f"{TRACE}/255;o=1"}, {"trace": TRACE, logs.SPAN: "00000000000000ff"}),
        ({"x-cloud-trace-context": TRACE}, {"trace": TRACE}),
        ({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Cloud-Trace-Context": "x"}, {"trace": TRACE}),
    ],
)
def test_trace_of_a_request(headers: dict[str, str], fields: dict[str, str]) -> None:
    found = logs.trace_fields(headers)
    assert {name: found.get(name) for name in fields} == fields
    assert bool(found) == bool(fields)


def test_counted_is_a_warning_with_labels(stream: io.StringIO) -> None:
    logs.counted("unknown_event", function="bitrix_deal_changed")
    (line,) = lines(stream)
    assert (line["severity"], line["counter"], line["function"]) == ("WARNING", "unknown_event", "bitrix_deal_changed")


def test_error_brings_its_stack_masked(stream: io.StringIO) -> None:
    try:
        raise RuntimeError("https://p.bitrix24.ru/rest/1/abcdef0123456789/crm.deal.list failed")
    except RuntimeError as error:
        logs.error("unforeseen", error, record="a")
    (line,) = lines(stream)
    assert "RuntimeError" in line["stack_trace"]
    assert "abcdef0123456789" not in stream.getvalue()


def test_libraries_speak_from_warning_up(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://p/rest/1/secret/")
    assert lines(stream) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "https://p.bitrix24.ru/rest/1/abcdef/crm.deal.list.json",
            "https://p.bitrix24.ru/rest/1/<secret>/crm.deal.list.json",
        ),
        ("GET https://disk/download?auth=1&x=2 end", "GET https://disk/download?<query> end"),
        ("https://user:pass@1c.example.ru/buh", "https://<secret>@1c.example.ru/buh"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer <secret>"),
        ("auth[access_token]=3c6c&x=1", "auth[access_token]=<secret>&x=1"),
        ('{"refresh_token": "abc", "n": 1}', '{"refresh_token": "<secret>", "n": 1}'),
        ("token " + "0a" * 35, "token <secret>"),
        ("mail Ivan.Petrov@mail.example.ru now", "mail <e-mail> now"),
        ("ИНН 7707083893, КПП 773601001", "ИНН <inn>, КПП 773601001"),
        ("ИНН 500100732259.", "ИНН <inn>."),
        ("звонил +7 (495) 123-45-67 утром", "звонил <phone> утром"),
        ("звонил 89161234567", "звонил <phone>"),
        ("подписал Петров-Водкин Иван Сергеевич вчера", "подписал <name> вчера"),
        ("подписал Петров И. С. вчера", "подписал <name> вчера"),
        ("сумма 1234567890.00", "сумма 1234567890.00"),
        ("2026-01-31T09:00:00.000000Z", "2026-01-31T09:00:00.000000Z"),
        ("ref 0a1b2c3d-1234-5678-9012-123456789012", "ref 0a1b2c3d-1234-5678-9012-123456789012"),
        (f"act:{TRACE}:1001:services", f"act:{TRACE}:1001:services"),
    ],
)
def test_masking_of_text(text: str, masked: str) -> None:
    assert logs.mask(text) == masked


def test_masking_of_fields() -> None:
    fields = {
        "email": "x",
        "inn": 7707083893,
        "application_token": "t",
        "DOWNLOAD_URL": "u",
        "client": {"NAME": "Иван", "id": 12},
        "list": ["a@b.ru", 1, None, True],
        "last_name": "",
        "counter": "unknown_event",
        "ratio": 0.5,
    }
    assert logs.masked(fields) == {
        "email": "<masked>",
        "inn": "<masked>",
        "application_token": "<secret>",
        "DOWNLOAD_URL": "<secret>",
        "client": {"NAME": "<masked>", "id": 12},
        "list": ["<e-mail>", 1, None, True],
        "last_name": "",
        "counter": "unknown_event",
        "ratio": 0.5,
    }


def test_plain_form_for_a_terminal(stream: io.StringIO) -> None:
    logs.set_up(stream, plain=True)
    with logs.bound(trace=TRACE, record="act:1"):
        logs.warning("no answer", inn="7707083893")
        try:
            raise ValueError("bad")
        except ValueError as error:
            logs.error("unforeseen", error)
    first, second, *rest = stream.getvalue().splitlines()
    assert first[8:] == " WARNING no answer  record=act:1 inn=<masked>"
    assert second.endswith("ERROR   unforeseen  record=act:1")
    assert rest[-1] == "ValueError: bad"
