"""Refusals of the service and their JSON (contract §1, "Errors")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.simulators.web import Answer

Data = dict[str, Any]
JSON = {"Content-Type": "application/json; charset=utf-8"}


class Refusal(Exception):
    """An answer with an error in it; `retry_after` in seconds where the contract asks for the header."""

    def __init__(
        self, status: int, code: str, message: str, details: Data | None = None,
        retryable: bool = False, retry_after: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.details = status, code, message, details or {}
        self.retryable, self.retry_after = retryable, retry_after

    def answer(self, request_id: str) -> Answer:
        """The JSON of the contract."""
        error = {"code": self.code, "message": self.message, "details": self.details}
        body = {"error": {**error, "retryable": self.retryable, "request_id": request_id}}
        more = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return reply(self.status, body, more)


def reply(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer: UTF-8, not escaped."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, text, {**JSON, **(headers or {})})


def invalid(message: str, **details: Any) -> Refusal:
    """Malformed."""
    return Refusal(400, "invalid", message, details)


def bad_signature(message: str = "Подпись запроса не верна") -> Refusal:
    """Not signed by a known key."""
    return Refusal(401, "bad_signature", message)


def stale_timestamp() -> Refusal:
    """Signed too long ago, or in the future."""
    return Refusal(401, "stale_timestamp", "Время запроса расходится с часами сервера")


def forbidden() -> Refusal:
    """The service user lacks a right."""
    return Refusal(403, "forbidden", "Нарушение прав доступа")


def not_found(message: str = "Объект не найден") -> Refusal:
    """No such object or path."""
    return Refusal(404, "not_found", message)


def gone(oldest: int) -> Refusal:
    """A cursor older than the kept feed; `oldest` is the first number still kept."""
    return Refusal(410, "gone", "События с этого номера уже удалены", {"oldest": oldest})


def conflict(message: str, **details: Any) -> Refusal:
    """The state differs from what the call supposes."""
    return Refusal(409, "conflict", message, details)


def in_progress(retry_after: int) -> Refusal:
    """The first request with this key is still running."""
    return Refusal(409, "in_progress", "Запрос с этим ключом ещё выполняется", {}, True, retry_after)


def idempotency_mismatch() -> Refusal:
    """The key belongs to another request."""
    return Refusal(409, "idempotency_mismatch", "Ключ уже использован для другого запроса")


def version_mismatch(data_version: str) -> Refusal:
    """`If-Match` names an older version."""
    return Refusal(412, "version_mismatch", "Объект изменён", {"data_version": data_version})


def too_large(limit: int) -> Refusal:
    """The file is larger than the base takes (bytes)."""
    return Refusal(413, "too_large", "Размер файла больше допустимого", {"max_file_size": limit})


def refused(message: str, **details: Any) -> Refusal:
    """A business refusal."""
    return Refusal(422, "refused", message, details)


def captured(user_id: str, since: str, retry_after: int) -> Refusal:
    """The file is captured for editing: repeating does not help."""
    details = {"locked_by": user_id, "since": since}
    return Refusal(423, "locked", "Файл занят для редактирования", details, False, retry_after)


def open_card(user_id: str, since: str, retry_after: int) -> Refusal:
    """Somebody has the card open: repeat for hours."""
    details = {"locked_by": user_id, "since": since}
    return Refusal(423, "locked", "Объект открыт для редактирования", details, True, retry_after)


def busy(retry_after: int) -> Refusal:
    """No session is free."""
    return Refusal(429, "busy", "Нет свободных сеансов", {}, True, retry_after)


def unavailable(retry_after: int) -> Refusal:
    """The base is blocked."""
    return Refusal(503, "unavailable", "Информационная база заблокирована", {}, True, retry_after)


def switched_off(retry_after: int) -> Refusal:
    """The administrator of 1C switched the exchange off."""
    return Refusal(503, "switched_off", "Обмен выключен администратором", {}, True, retry_after)
