"""The classic batch: 50 commands, references, halt (facts 2.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.simulators.bitrix24.calls import Call, Page, mapping, method
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.wire import Data, parse_query

LIMIT = 50
FORBIDDEN = {"batch", "download", "upload"}
_PARTS = ("result", "next", "total", "time", "error")
_REFERENCE = re.compile(r"\$(result|next|total|time|error)((?:\[[^\[\]]*\])+)")


@method("batch")
def batch(call: Call) -> Data:
    """Run the commands in order; HTTP is 200 even if all fail; commands that are not strings are skipped [S]."""
    parts: dict[str, Data] = {part: {} for part in _PARTS}
    commands = mapping(call.any_case("cmd"))
    halt = str(call.any_case("halt", "0")).lower() in {"1", "true", "y"}
    for number, (name, command) in enumerate(commands.items()):
        if isinstance(command, str):
            _one(call, name, command, parts, number >= LIMIT)
        if halt and parts["error"]:
            break
    return {("result" if part == "result" else f"result_{part}"): parts[part] for part in _PARTS}


def substitute(value: Any, parts: Mapping[str, Data]) -> Any:
    """Resolve references: a value that is one reference keeps its type, others are interpolated [S]."""
    if isinstance(value, Mapping):
        return {key: substitute(inner, parts) for key, inner in value.items()}
    if isinstance(value, list):
        return [substitute(inner, parts) for inner in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _look_up(whole, parts)
    return _REFERENCE.sub(lambda found: _as_text(_look_up(found, parts), found.group()), value)


def _one(call: Call, name: str, command: str, parts: dict[str, Data], excess: bool) -> None:
    try:
        answer = _run(call, command, parts, excess)
    except RestError as error:
        parts["error"][name] = call.portal.error_body(error)
        return
    page, time = answer
    parts["result"][name] = page.result
    parts["time"][name] = time
    if page.total is not None:
        parts["total"][name] = page.total
    if page.next is not None:
        parts["next"][name] = page.next


def _run(call: Call, command: str, parts: dict[str, Data], excess: bool) -> tuple[Page, Data]:
    if excess:
        raise RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    name, _, query = command.partition("?")
    if name.lower().removesuffix(".json") in FORBIDDEN:
        raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
    params = substitute(parse_query(query), parts)
    return call.portal.invoke(name, params, call.caller, call.hit, inner=True)


def _look_up(found: re.Match[str], parts: Mapping[str, Data]) -> Any:
    """A missing deeper key yields the deepest value found; an unknown command stays literal."""
    value: Any = parts[found.group(1)]
    keys = re.findall(r"\[([^\[\]]*)\]", found.group(2))
    for depth, key in enumerate(keys):
        table = mapping(value)
        if key not in table:
            return value if depth else found.group()
        value = table[key]
    return value


def _as_text(value: Any, literal: str) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if isinstance(value, str | int | float) else literal
