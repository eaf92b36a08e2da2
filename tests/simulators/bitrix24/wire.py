"""PHP forms and JSON as the portal reads and writes them (facts 10.1 step 3, 10.2)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus, unquote_plus

Data = dict[str, Any]

_HEX = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "'": "\\u0027", "/": "\\/"}
_ESCAPED = re.compile(r"\\.|[<>&'/]")
_INTEGER_KEY = re.compile(r"0|-?[1-9]\d*")


def parse_query(text: str) -> Data:
    """PHP `parse_str`: brackets nest, dots and spaces of the first name become `_`, the last duplicate wins."""
    tree: Data = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        keys = _keys(unquote_plus(name).lstrip(" "))
        if keys:
            _put(tree, keys, unquote_plus(value))
    return {key: _lists(value) for key, value in tree.items()}


def build_query(data: Mapping[str, Any]) -> str:
    """PHP `http_build_query`: nothing for null, 1/0 for booleans, brackets percent-encoded."""
    pairs: list[str] = []
    for key, value in data.items():
        _flatten(str(key), value, pairs)
    return "&".join(pairs)


def dump(value: Any) -> bytes:
    r"""JSON with the escapes of the portal: `\/`, `\u003C` and so on; Cyrillic as it is; empty maps as `[]`."""
    text = json.dumps(php(value), ensure_ascii=False, separators=(",", ":"))
    return _ESCAPED.sub(_escape, text).encode("utf-8")


def php(value: Any) -> Any:
    """What a PHP array becomes in JSON: an empty map is a list, keys 0..n-1 in order are a list too."""
    if isinstance(value, Mapping):
        return _map({str(key): php(inner) for key, inner in value.items()})
    if isinstance(value, list | tuple):
        return [php(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def integer(value: Any) -> int:
    """PHP `(int)`: leading digits, otherwise zero."""
    if isinstance(value, bool | int | float | Decimal):
        return int(value)
    found = re.match(r"\s*[+-]?\d+", value) if isinstance(value, str) else None
    return int(found.group()) if found else 0


def _map(data: Data) -> Any:
    if list(data) == [str(number) for number in range(len(data))]:
        return list(data.values())
    return data


def _lists(value: Any) -> Any:
    return _map({key: _lists(inner) for key, inner in value.items()}) if isinstance(value, dict) else value


def _keys(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not head:
        return []
    if bracket and "]" not in rest:
        return [f"{head}_{rest}".replace(".", "_").replace(" ", "_")]
    inner = re.findall(r"\[([^\]]*)\]", bracket + rest)
    return [head.replace(".", "_").replace(" ", "_"), *inner]


def _put(tree: Data, keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        key = key or _next(tree)
        if not isinstance(tree.get(key), dict):
            tree[key] = {}
        tree = tree[key]
    tree[keys[-1] or _next(tree)] = value


def _next(tree: Data) -> str:
    numbers = [int(key) for key in tree if _INTEGER_KEY.fullmatch(key)]
    return str(max(numbers) + 1 if numbers else 0)


def _flatten(name: str, value: Any, pairs: list[str]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _flatten(f"{name}[{key}]", inner, pairs)
    elif isinstance(value, list | tuple):
        _flatten(name, dict(enumerate(value)), pairs)
    elif value is not None:
        text = str(int(value)) if isinstance(value, bool) else str(value)
        pairs.append(f"{quote_plus(name)}={quote_plus(text)}")


def _escape(match: re.Match[str]) -> str:
    found = match.group()
    return "\\u0022" if found == '\\"' else _HEX.get(found, found)
