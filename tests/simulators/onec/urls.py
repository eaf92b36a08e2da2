"""Addresses: a path into segments with keys, a query into options (facts §1.1, §1.2, §1.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from tests.simulators.onec.errors import ODataError, no_segment, unsupported

SYSTEM = {"$format", "$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$inlinecount", "$allowedOnly"}
PLAIN = {"allowedOnly", "PostingModeOperational", "Period", "StartPeriod", "EndPeriod", "Condition", "Dimensions"}
_SEGMENT = re.compile(r"([\w$]+)(?:\((.*)\))?", re.DOTALL)
_ARGUMENT = re.compile(r"\s*(?:(\w+)\s*=\s*)?((?:guid|datetime|cast)?'(?:[^']|'')*'|[^',()]+)\s*(?:,|$)")


@dataclass(frozen=True)
class Segment:
    """`Name`, `Name()` or `Name(a=1,b=guid'…')`; `arguments` is None without parentheses, "" names a lone one."""

    name: str
    arguments: dict[str, str] | None = None


def segments(path: str) -> list[Segment]:
    """The segments of a decoded path; slashes inside quotes do not divide."""
    return [_segment(part) for part in _split(unquote(path)) if part]


def _split(path: str) -> list[str]:
    parts, quoted = [""], False
    for letter in path:
        quoted ^= letter == "'"
        if letter == "/" and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _segment(text: str) -> Segment:
    match = _SEGMENT.fullmatch(text)
    if match is None:
        raise no_segment(text)
    return Segment(match[1], None if match[2] is None else _arguments(match[2]))


def _arguments(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    while position < len(text.rstrip()):
        match = _ARGUMENT.match(text, position)
        if match is None:
            raise ODataError(400, 2, f"Неверный формат запроса: {text}")
        found[match[1] or ""] = match[2].strip()
        position = match.end()
    return found


def literal(text: str) -> str:
    """The text of a literal: without its type and quotes, doubled quotes single."""
    if text.endswith("'") and "'" in text[:-1]:
        return text[text.index("'") + 1 : -1].replace("''", "'")
    return text


def options(query: str) -> dict[str, str]:
    """Query options; `+` stays a plus (§1.2) and an unknown option is code 0 (§1.5)."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = unquote(name)
        if name and name not in SYSTEM and name not in PLAIN:
            raise unsupported(name)
        if name:
            found[name] = unquote(value)
    return found


def flag(values: Mapping[str, str], name: str) -> bool:
    """A boolean option."""
    return values.get(name, "").lower() == "true"


def encoded(address: str) -> str:
    """An address with its Cyrillic percent-encoded."""
    return quote(address, safe=":/$(),'=&?@")
