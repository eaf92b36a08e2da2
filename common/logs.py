"""Logs: one JSON object per line on stdout in the cloud, one readable line in a terminal; secrets and people masked.

Log fields, not sentences: `info("act created", record=…, ms=…)`. The trace and the business fields of the work in hand
are bound once (`bound`) and stand in every line written inside the block, also in those of other libraries.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, TextIO

LOGGER: Final = logging.getLogger("exchange")
_FIELDS: ContextVar[Mapping[str, Any]] = ContextVar("log_fields", default=MappingProxyType({}))

TRACE = "logging.googleapis.com/trace"
SPAN = "logging.googleapis.com/spanId"
_OURS = frozenset((TRACE, SPAN, "trace"))
"""Ours, not people's text: masking must not spoil them."""

_SECRET_KEY = re.compile(
    r"token|secret|passw|authorization|signature|credential|cookie|webhook_url|download_url|^auth$", re.I
)
_PERSON_KEY = re.compile(
    r"^(?:(?:full_|first_|last_|second_|short_)?name|fio|inn|kpp|e?mail|phone|client|subject|author|title)$", re.I
)
_RULES: Final = (
    # A webhook's address carries its secret in the path; an address with a query may carry a token in it.
    (re.compile(r"(/rest/\d+/)[^/\s\"'?]+"), r"\1<secret>"),
    (re.compile(r"(\w+://)[^/\s\"'@]+@"), r"\1<secret>@"),
    (re.compile(r"(\w+://[^\s\"'?<>]+\?)[^\s\"'<>]+"), r"\1<query>"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.I), r"\1 <secret>"),
    (
        re.compile(r"((?:\w*(?:token|secret|password)|auth|signature)[\"']?\]?\s*[=:]\s*[\"']?)[^\s\"'&,;}\]]+", re.I),
        r"\1<secret>",
    ),
    # OAuth tokens of Bitrix24 are 70 hexadecimal signs and more; trace ids, member ids and hashes are shorter.
    (re.compile(r"\b[0-9a-f]{66,}\b", re.I), "<secret>"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<e-mail>"),
    (re.compile(r"(?<![\w.,-])\+?\d[ (-]*\d{3}[ )-]*\d{3}[ -]?\d{2}[ -]?\d{2}(?![\w-]|[.,]\d)"), "<phone>"),
    # Not inside a UUID, a longer number or an amount with a fraction.
    (re.compile(r"(?<![\w.,-])\d{10}(?:\d{2})?(?![\w-]|[.,]\d)"), "<inn>"),
    (re.compile(r"\b[А-ЯЁ][А-Яа-яЁё-]+ [А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+(?:вич|вна|чна|ьич)\b"), "<name>"),
    (re.compile(r"\b[А-ЯЁ][А-Яа-яЁё-]+ [А-ЯЁ]\. ?[А-ЯЁ]\."), "<name>"),
)


def mask(text: str) -> str:
    """The text without secrets, INN, e-mail addresses, telephones and names of people that can be recognised."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def masked(value: Any, key: str = "") -> Any:
    """A JSON value masked all the way down; a key that says what its value is masks it whole."""
    if isinstance(value, Mapping):
        return {str(name): masked(one, str(name)) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(one, key) for one in value]
    if value in (None, "") or isinstance(value, bool):
        return value
    if _SECRET_KEY.search(key):
        return "<secret>"
    if _PERSON_KEY.search(key):
        return "<masked>"
    return value if isinstance(value, int | float) else mask(str(value))


def trace_fields(headers: Mapping[str, str]) -> dict[str, str]:
    """The trace of a request, as fields to bind: from `traceparent`, else `X-Cloud-Trace-Context`, else nothing."""
    lower = {name.lower(): value for name, value in headers.items()}
    found = re.match(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-", lower.get("traceparent", ""))
    if found:
        return _trace(found[1], found[2])
    # Here the span is a decimal number; the log field wants 16 hexadecimal signs.
    found = re.match(r"([0-9a-f]{32})(?:/(\d{1,20}))?", lower.get("x-cloud-trace-context", ""))
    return _trace(found[1], f"{int(found[2]):016x}" if found[2] else "") if found else {}


def _trace(trace: str, span: str) -> dict[str, str]:
    return {"trace": trace, **({SPAN: span} if span else {})}


def trace() -> str:
    """The trace bound here, 32 hexadecimal signs, or ""."""
    return str(_FIELDS.get().get("trace", ""))


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Every line written inside the block carries these fields too."""
    token = _FIELDS.set({**_FIELDS.get(), **fields})
    try:
        yield
    finally:
        _FIELDS.reset(token)


def info(message: str, **fields: Any) -> None:
    LOGGER.info(message, extra={"fields": fields})


def warning(message: str, **fields: Any) -> None:
    LOGGER.warning(message, extra={"fields": fields})


def error(message: str, cause: BaseException | None = None, **fields: Any) -> None:
    """With `cause`, its stack is written too, masked."""
    LOGGER.error(message, exc_info=cause, extra={"fields": fields})


def counted(name: str, **labels: Any) -> None:
    """A warning that is counted: the metric of `infra` counts lines by `counter` and these labels."""
    LOGGER.warning(name, extra={"fields": {"counter": name, **labels}})


def quiet_http() -> None:
    """Let httpx and httpcore speak from WARNING up, whatever the root's level: their lines hold whole addresses, with
    webhooks' secrets and people's tax ids. Called by whoever makes requests.
    """
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    own: Mapping[str, Any] = getattr(record, "fields", {})
    return {**_FIELDS.get(), **own}


class JsonLines(logging.Formatter):
    """For Cloud Logging, which reads severity, message and trace from these names and stamps the time itself.

    `project` is the cloud project: with it each line stands under its request.
    """

    def __init__(self, project: str = "") -> None:
        super().__init__()
        self._project = project

    def format(self, record: logging.LogRecord) -> str:
        line = {name: one if name in _OURS else masked(one, name) for name, one in _fields(record).items()}
        if self._project and "trace" in line:
            line[TRACE] = f"projects/{self._project}/traces/{line['trace']}"
        line |= {"severity": record.levelname, "message": mask(record.getMessage()), "logger": record.name}
        if record.exc_info:
            line["stack_trace"] = mask(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class Plain(logging.Formatter):
    """For people: `12:00:01 WARNING message  record=act:… ms=12`."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        shown = [f"{name}={masked(one, name)}" for name, one in _fields(record).items() if name not in _OURS]
        line = f"{at} {record.levelname:<7} {mask(record.getMessage())}  {' '.join(shown)}".rstrip()
        return f"{line}\n{mask(self.formatException(record.exc_info))}" if record.exc_info else line


def set_up(stream: TextIO | None = None, plain: bool = False, level: int = logging.INFO, project: str = "") -> None:
    """Send all logs of the process to one stream (stdout by default) in one form. Called by the wiring, once.

    Other libraries speak from WARNING up: httpx would write the address of every request.
    """
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(Plain() if plain else JsonLines(project))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(level)
