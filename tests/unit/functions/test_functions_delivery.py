"""Who answers what: the sender is told 4xx once, the queue repeats only what repeating can help."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Request

from common import logs
from common.errors import InDoubt, NeedsPerson, Refused, SideDown, Stale, Stop, TryLater
from common.flow.delivery import MAX_BODY, Answer, DeadLetter, Delivery, Page, Turn, processed, ran, received
from common.ports import Task
from tests.unit.functions.requests import request, task

STOP = Stop("no_right", "crm", "admin", "portal")
Kept = list[tuple[Task, str]]


def raising(error: Exception | None) -> Callable[[object], None]:
    def handle(_: object) -> None:
        if error is not None:
            raise error

    return handle


def carried(body: bytes, error: Exception | None = None, attempt: int = 0, last: int = 3) -> tuple[Answer, Kept]:
    """The answer to the queue, and the letters kept."""
    kept: Kept = []
    letters = DeadLetter(lambda letter, why, _trace: kept.append((letter, why)), last)
    return processed(task(body, attempt), "some_function", raising(error), lambda: letters), kept


def counters(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [fields for one in caplog.records if "counter" in (fields := getattr(one, "fields", {}))]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, 200),
        (Refused(403, "forged"), 403),
        (TryLater("queue_down"), 503),
        (SideDown("portal", "auth_server", "x", certain=False), 503),
        (NeedsPerson(STOP), 503),
        (Stale("k"), 503),
    ],
)
def test_a_public_entry_answers_every_foreseen_error(error: Exception | None, status: int) -> None:
    assert received(request(b"x"), "f", raising(error))[1] == status


def test_a_refusal_is_counted_with_a_sender_nobody_can_read(caplog: pytest.LogCaptureFixture) -> None:
    forwarded = {"X-Forwarded-For": "1.2.3.4, 203.0.113.9, 34.8.0.1"}
    for headers in (forwarded, {"X-Forwarded-For": "5.6.7.8,203.0.113.9,34.8.0.1"}, {}):
        received(request(b"", headers), "f", raising(Refused(403, "forged")))
    first, second, third = counters(caplog)
    assert (first["counter"], first["reason"], first["status"], first["function"]) == ("refused", "forged", 403, "f")
    assert first["sender"] == second["sender"] != third["sender"]
    assert "203.0.113.9" not in caplog.text + str(first)


def test_two_senders_are_told_apart_behind_the_load_balancer(caplog: pytest.LogCaptureFixture) -> None:
    for address in ("203.0.113.9", "203.0.113.10"):
        received(request(b"", {"X-Forwarded-For": f"{address}, 34.8.0.1"}), "f", raising(Refused(403, "forged")))
    first, second = counters(caplog)
    assert first["sender"] != second["sender"]


def test_a_refusal_stands_under_the_trace_of_its_request() -> None:
    seen: list[str] = []

    def handle(_: object) -> None:
        seen.append(logs.trace())

    received(request(b"", {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}), "f", handle)
    assert seen == ["4bf92f3577b34da6a3ce929d0e0e4736"]


def test_a_wrong_method_is_told_the_right_one() -> None:
    answer = received(request(method="GET"), "f", raising(Refused(405, "method")))
    assert (answer[1], answer[2]["Allow"]) == (405, "POST")


@pytest.mark.parametrize("size", [MAX_BODY, MAX_BODY + 1])
def test_a_body_may_have_so_many_bytes(size: int) -> None:
    status = received(request(b"x" * size), "f", raising(None))[1]
    assert status == (200 if size == MAX_BODY else 413)


class Broken(Request):
    """A body that its server cannot read, as gunicorn's with a wrong chunk size."""

    def get_data(self, *_: object, **__: object) -> bytes:  # type: ignore[override]
        fault = OSError("chunk")
        fault.code = self.environ["fault"]  # type: ignore[attr-defined]
        raise fault


@pytest.mark.parametrize("code", [400, 413, 500])
def test_a_body_that_cannot_be_read_is_the_senders_fault(code: int) -> None:
    broken = Broken({**request().environ, "fault": code})
    assert received(broken, "f", raising(None))[1] == (413 if code == 413 else 400)
    letters = DeadLetter(lambda *_: None, 3)
    assert processed(broken, "f", raising(None), lambda: letters)[1] == 200


def test_a_page_is_for_a_browser_and_not_kept_by_it() -> None:
    def page(_: Delivery) -> Page:
        return Page("<p>", 503, {"X-A": "b"})

    html, status, headers = received(request(), "f", page)
    assert (html, status, headers["Cache-Control"], headers["X-A"]) == ("<p>", 503, "no-store", "b")
    assert headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"null", b"{", b"\xff\xfe", b'"x"', b"\x00", b"[" * 5000, b"NaN"])
def test_what_no_queue_of_ours_sent_is_kept_once_and_never_repeated(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer, kept = carried(body)
    assert answer[:2] == ("kept as a dead letter", 200)
    assert [(letter.function, set(letter.body)) for letter, _ in kept] == [("some_function", {"unreadable"})]
    assert [fields["counter"] for fields in counters(caplog)] == ["dead_letter"]


def test_a_body_too_large_for_a_task_is_kept_without_its_text() -> None:
    answer, kept = carried(b"x" * (MAX_BODY + 1))
    assert (answer[1], kept[0][0].body, kept[0][1]) == (200, {"unreadable": ""}, "Refused: too_large")


@pytest.mark.parametrize("error", [Refused(400, "unknown_task"), NeedsPerson(STOP)])
def test_what_repeating_cannot_help_is_kept_at_once(error: Exception) -> None:
    answer, kept = carried(b'{"kind":"?"}', error)
    assert (answer[1], kept[0][0].body) == (200, {"kind": "?"})


@pytest.mark.parametrize(
    "error", [TryLater("busy", 7.5), InDoubt("lost"), SideDown("portal", "down"), Stale("k"), ZeroDivisionError("bug")]
)
def test_what_may_pass_is_repeated_until_the_last_attempt(error: Exception) -> None:
    for attempt in (0, 1):
        answer, kept = carried(b"{}", error, attempt)
        assert (answer[1], kept) == (500 if isinstance(error, ZeroDivisionError) else 503, [])
    assert answer[2].get("Retry-After") == ("8" if str(error) == "busy" else None)
    answer, kept = carried(b"{}", error, 2)
    assert (answer[1], [why.partition(":")[0] for _, why in kept]) == (200, [type(error).__name__])


@pytest.mark.parametrize("count", ["x", "-5", "", "1e9", "١"])
def test_an_odd_retry_count_is_no_crash(count: str) -> None:
    letters = DeadLetter(lambda *_: None, 3)
    answered = request(b"{}", {"X-CloudTasks-TaskRetryCount": count})
    assert processed(answered, "f", raising(None), lambda: letters)[1] == 200


def test_a_letter_that_cannot_be_kept_stays_with_the_queue_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def silent(*_: object) -> None:
        raise TryLater("store_down")

    answer = processed(task(b'{"deal":5}', 2), "f", raising(TryLater("x")), lambda: DeadLetter(silent, 3))
    assert answer[:2] == ("not kept", 503)
    [line] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert getattr(line, "fields")["body"] == {"deal": 5}  # noqa: B009


@pytest.mark.parametrize("error", [TryLater("not_installed"), SideDown("portal", "credentials", "x")])
def test_a_job_that_cannot_run_now_says_so(error: Exception) -> None:
    def run() -> dict[str, int]:
        raise error

    assert ran(request(), "f", run)[1] == 503


def test_a_job_tells_its_numbers_and_a_turn_its_queue() -> None:
    assert ran(request(), "f", lambda: {"put": 2})[:2] == ('{"put": 2}', 200)
    turns: list[Turn] = []
    bulk = request(b"{}", {"X-CloudTasks-QueueName": "exchange-bulk", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    processed(bulk, "f", turns.append, lambda: DeadLetter(lambda *_: None, 3))
    assert (turns[0].task.queue, turns[0].trace, turns[0].last) == ("bulk", "a" * 32, False)
