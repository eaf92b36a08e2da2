"""The `.env` file of a local run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from common.settings.model import Fault, SettingsError

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_SINGLE = re.compile(r"'([^']*)'\s*(?:#.*)?")
_ESCAPES = {"n": "\n", "t": "\t"}


def parsed(text: str) -> dict[str, str]:
    """Names and values: `NAME=value`, `export` before, quotes around, comments after ` #` or on their own lines.

    Double quotes know `\\n`, `\\t`, `\\"`, `\\\\`; single quotes and bare values know nothing. The last one wins.
    Raises `SettingsError` naming each line it cannot read, without showing it.
    """
    values: dict[str, str] = {}
    faults: list[Fault] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        value = _value(found["value"]) if found else None
        if found is None or value is None:
            faults.append(Fault(f".env line {number}", "is not NAME=value or its quote does not end", '"some value"'))
        else:
            values[found["name"]] = value
    if faults:
        raise SettingsError(faults)
    return values


def local_environment(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """The environment over the file's values: what is set for one run wins. No file is no fault."""
    values = parsed(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {**values, **environ}


def _value(text: str) -> str | None:
    if text.startswith('"'):
        found = _DOUBLE.fullmatch(text)
        return re.sub(r"\\(.)", lambda one: _ESCAPES.get(one[1], one[1]), found[1]) if found else None
    if text.startswith("'"):
        found = _SINGLE.fullmatch(text)
        return found[1] if found else None
    return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
