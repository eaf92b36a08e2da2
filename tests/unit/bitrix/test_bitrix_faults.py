"""Every error of facts bitrix24 §1.5 and §2 leads to the one who acts on it."""

from __future__ import annotations

import pytest

from common.bitrix import answers
from common.bitrix.faults import LOST, Fault, PortalRefused, classify, exception, plain
from common.errors import InDoubt, NeedsPerson, SideDown, TryLater

# code, HTTP statuses seen or documented, kind, word
TABLE = [
    ("NO_AUTH_FOUND", (401,), "down", "credentials"),
    ("INVALID_CREDENTIALS", (401, 403), "down", "credentials"),
    ("insufficient_scope", (401, 403), "person", "missing_scope"),
    ("expired_token", (401,), "renew", "expired_token"),
    ("invalid_token", (401,), "down", "credentials"),
    ("authorization_error", (401,), "down", "credentials"),
    ("user_access_error", (401, 403), "down", "credentials"),
    ("APPLICATION_NOT_FOUND", (401,), "down", "credentials"),
    ("NOT_INSTALLED", (401,), "down", "credentials"),
    ("ERROR_OAUTH", (401,), "down", "credentials"),
    ("CONNECTION_ERROR", (401,), "shaky", "auth_server"),
    ("PAYMENT_REQUIRED", (401,), "down", "payment"),
    ("WRONG_AUTH_TYPE", (403,), "person", "application_needed"),
    ("WRONG_LICENSE", (403,), "person", "tariff"),
    ("ACCESS_DENIED", (400, 401, 403), "person", "access_denied"),
    ("METHOD_CONFIRM_WAITING", (401,), "person", "confirmation_waiting"),
    ("METHOD_CONFIRM_DENIED", (403,), "person", "confirmation_denied"),
    ("OVERLOAD_LIMIT", (503, 401), "down", "overload"),
    ("PORTAL_DELETED", (500, 403, 410), "down", "deleted"),
    ("invalid_request", (400,), "down", "credentials"),
    ("invalid_client", (400,), "down", "credentials"),
    ("invalid_grant", (400,), "down", "credentials"),
    ("invalid_scope", (403,), "person", "missing_scope"),
    ("wrong_client", (200,), "down", "credentials"),
    ("QUERY_LIMIT_EXCEEDED", (503,), "rate", "too_many_requests"),
    ("OPERATION_TIME_LIMIT", (429,), "operating", "method_closed"),
    ("ERROR_METHOD_NOT_FOUND", (404,), "person", "method_missing"),
    ("INTERNAL_SERVER_ERROR", (500,), "shaky", "error"),
    ("ERROR_UNEXPECTED_ANSWER", (500,), "shaky", "error"),
    ("allowed_only_intranet_user", (403,), "person", "access_denied"),
    ("NOT_FOUND", (400,), "refused", "portal_refused"),
    ("INVALID_ARG_VALUE", (400,), "refused", "portal_refused"),
    ("100", (400,), "refused", "portal_refused"),
    ("0", (400,), "refused", "portal_refused"),
    ("", (400,), "refused", "portal_refused"),
    ("ERROR_CORE", (400,), "refused", "portal_refused"),
    ("SOMETHING_NEW", (401,), "down", "credentials"),
    ("SOMETHING_NEW", (429,), "rate", "too_many_requests"),
    ("SOMETHING_NEW", (500,), "shaky", "error"),
    ("SOMETHING_NEW", (403,), "refused", "portal_refused"),
]


@pytest.mark.parametrize(("code", "statuses", "kind", "word"), TABLE)
def test_table(code: str, statuses: tuple[int, ...], kind: str, word: str) -> None:
    for status in statuses:
        for spelling in (code, code.upper(), code.lower()):
            assert classify(Fault(spelling, "text", status)) == (kind, word)


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        (200, "down", "maintenance"),
        (403, "down", "maintenance"),
        (404, "down", "maintenance"),
        (429, "rate", "too_many_requests"),
        (500, "shaky", "error"),
        (502, "shaky", "error"),
        (503, "shaky", "maintenance"),
        (504, "shaky", "error"),
    ],
)
def test_pages(status: int, kind: str, word: str) -> None:
    assert classify(Fault("", status=status, page=True)) == (kind, word)


def test_rest_itself_out_of_the_plan_is_payment() -> None:
    fault = Fault("ACCESS_DENIED", "REST is available only by subscription", 401)
    assert classify(fault) == ("down", "payment")


@pytest.mark.parametrize("code", ["", "0"])
def test_legacy_methods_deny_access_by_text_only(code: str) -> None:
    assert classify(Fault(code, "Access denied.", 400)) == ("person", "access_denied")


def test_exceptions_say_who_acts() -> None:
    down = exception(Fault("INVALID_CREDENTIALS", "x", 401), "crm.item.get")
    assert isinstance(down, SideDown)
    assert (down.side, down.cause, down.certain) == ("portal", "credentials", True)
    shaky = exception(Fault("", status=502, page=True), "crm.item.get")
    assert isinstance(shaky, SideDown)
    assert not shaky.certain
    scope = exception(Fault("insufficient_scope", "", 401), "im.notify.system.add")
    assert isinstance(scope, NeedsPerson)
    assert (scope.stops[0].reason, scope.stops[0].owner, scope.stops[0].field) == (
        "missing_scope", "admin", "im.notify.system.add",
    )  # fmt: skip
    refused = exception(Fault("INVALID_ARG_VALUE", "Invalid filter<br>", 400), "crm.item.list")
    assert isinstance(refused, PortalRefused)
    assert refused.stops[0].details == "crm.item.list: INVALID_ARG_VALUE Invalid filter"
    for code in ("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "expired_token"):
        assert isinstance(exception(Fault(code), "m"), TryLater)


@pytest.mark.parametrize(
    ("fault", "in_doubt"),
    [
        (Fault("", status=502, page=True), True),
        (Fault("", status=504, page=True), True),
        (Fault("INTERNAL_SERVER_ERROR", "", 500), True),
        (Fault(LOST), True),
        (Fault("", status=503, page=True), False),
        (Fault("CONNECTION_ERROR", "", 401), False),
        (Fault("INVALID_CREDENTIALS", "", 401), False),
    ],
)
def test_an_unclear_write_is_in_doubt(fault: Fault, in_doubt: bool) -> None:
    assert isinstance(exception(fault, "crm.item.update", write=True), InDoubt) == in_doubt
    assert not isinstance(exception(fault, "crm.item.get"), InDoubt)


@pytest.mark.parametrize(
    ("fault", "gone"),
    [
        (Fault("NOT_FOUND", "Элемент не найден", 400), True),
        (Fault("", "Not found", 400), True),
        (Fault("", "The Requisite with ID '27' is not found", 400), True),
        (Fault("ERROR_METHOD_NOT_FOUND", "Method not found!", 404), False),
        (Fault("", "Access denied", 400), False),
    ],
)
def test_gone(fault: Fault, gone: bool) -> None:
    assert fault.is_gone == gone


def test_texts_lose_their_markup() -> None:
    assert plain("Действие над задачей<br>не  разрешено<br />") == "Действие над задачей не разрешено"
    assert len(plain("x" * 1000)) == 300


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"error":"wrong_client","error_description":"d"}', Fault("wrong_client", "d", 200)),
        (400, b'{"error":100,"error_description":"d"}', Fault("100", "d", 400)),
        (400, b'{"error":0,"error_description":null}', Fault("0", "", 400)),
        (400, b'{"error":"","error_description":"Not found"}', Fault("", "Not found", 400)),
        (400, b'{"error":{"code":"BITRIX_REST_V3_X","message":"m"}}', Fault("BITRIX_REST_V3_X", "m", 400)),
        (502, b"<html>", Fault("", "", 502, page=True)),
        (200, b"<html>", Fault("", "", 200, page=True)),
        (200, b"[]", Fault("", "", 200, page=True)),
        (200, b"\xff", Fault("", "", 200, page=True)),
        (200, b'{"result":NaN}', Fault("", "", 200, page=True)),
        (200, b"[" * 100_000, Fault("", "", 200, page=True)),
        (200, b"{}", Fault("", "no result", 200, page=True)),
        (500, b'{"result":1}', Fault("", "no result", 500, page=True)),
    ],
)
def test_errors_as_they_come(status: int, body: bytes, expected: Fault) -> None:
    assert answers.read(status, body) == expected
