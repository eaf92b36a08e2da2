"""PHP forms: how Bitrix24 writes event bodies and reads the commands of a batch (facts bitrix24 §3.2, §10.1).

`parse` follows `parse_str` of PHP (https://www.php.net/manual/en/function.parse-str.php) where a well-meant form can
tell the difference: brackets nest, `[]` appends, dots and spaces of the first name become `_`, the last duplicate wins.
A tree holds texts and trees only; a PHP list is a tree with the keys "0", "1" …
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from common.errors import Refused

Form = dict[str, "str | Form"]
Scalar = str | int | bool | None
Value = Scalar | Mapping[str, "Value"] | Sequence["Value"]

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_FORBIDDEN = str.maketrans(". ", "__")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a sender may ask of us: body size in bytes, number of fields, depth of nesting (1 is a plain field)."""

    size: int = 1024 * 1024
    fields: int = 1000
    depth: int = 8


BOUNDS = Bounds()


def parse(body: bytes, bounds: Bounds = BOUNDS) -> Form:
    """Read an `application/x-www-form-urlencoded` body or a query string.

    Raises `Refused(413, "too_large")` above `bounds.size`, else `Refused(400, "malformed")`; nothing else.
    """
    if len(body) > bounds.size:
        raise Refused(413, "too_large")
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > bounds.fields:
        raise Refused(400, "malformed")
    form: Form = {}
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        keys = _keys(_decoded(name))
        if len(keys) > bounds.depth:
            raise Refused(400, "malformed")
        if keys:
            _put(form, keys, _decoded(value))
    return form


def text(form: Form, *path: str) -> str:
    """The text at this path; "" when there is none or a tree stands there."""
    found = _at(form, path)
    return found if isinstance(found, str) else ""


def tree(form: Form, *path: str) -> Form:
    """The tree at this path; empty when there is none or a text stands there."""
    found = _at(form, path)
    return found if isinstance(found, dict) else {}


def encode(params: Mapping[str, Value]) -> str:
    """Write parameters as PHP's `http_build_query`: null is left out, true is 1 and false 0."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in flatten(params))


def flatten(params: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """Every field as `name[key][0]` and its text, in order."""
    for name, value in params.items():
        yield from _flat(name, value)


def _decoded(part: bytes) -> str:
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "malformed") from None


def _keys(name: str) -> list[str]:
    """The path a name stands for; empty when PHP would drop the field. A key "" appends."""
    head, bracket, rest = name.lstrip(" ").partition("[")
    head = head.translate(_FORBIDDEN)
    if not head:
        return []
    if not bracket:
        return [head]
    if "]" not in rest:
        return [f"{head}_{rest}".translate(_FORBIDDEN)]
    return [head, *_inner(f"[{rest}")]


def _inner(rest: str) -> Iterable[str]:
    """The keys of `[a][][b]`; what follows a bracket that is not closed or not followed by another is ignored."""
    while rest.startswith("["):
        key, closed, rest = rest[1:].partition("]")
        if not closed:
            return
        yield "" if key.isspace() else key


def _put(form: Form, keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        key = key or _next(form)
        inner = form.get(key)
        if not isinstance(inner, dict):
            inner = form[key] = {}
        form = inner
    form[keys[-1] or _next(form)] = value


def _next(form: Form) -> str:
    """The key `[]` takes: one above the largest whole number so far."""
    return str(max([-1, *(int(key) for key in form if _INTEGER.fullmatch(key))]) + 1)


def _at(form: Form, path: Sequence[str]) -> str | Form | None:
    found: str | Form | None = form
    for key in path:
        if not isinstance(found, dict):
            return None
        found = found.get(key)
    return found


def _flat(name: str, value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}[{key}]", inner)
    elif isinstance(value, str):
        yield name, value
    elif isinstance(value, Sequence):
        for position, inner in enumerate(value):
            yield from _flat(f"{name}[{position}]", inner)
    elif value is not None:
        yield name, str(int(value))
