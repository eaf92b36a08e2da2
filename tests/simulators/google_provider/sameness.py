"""When two writings of a value are one to the provider (`DiffSuppressFunc`, `StateFunc` in its sources)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.simulators.google_provider.values import Value

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def kept(rule: Mapping[str, Any], value: Value, prior: Value) -> Value:
    """What is planned for a given value: in the provider's own writing, and as it stood where nothing changed."""
    value = _written(rule.get("state"), value)
    if isinstance(value, str) and isinstance(prior, str) and _same(rule.get("suppress"), prior, value):
        return prior
    return value


def _written(style: str | None, value: Value) -> Value:
    if style == "upper" and isinstance(value, str):
        return value.upper()
    if style == "json" and isinstance(value, str):
        plain = json.dumps(json.loads(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        return re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", plain)
    return value


def _same(kind: str | None, old: str, new: str) -> bool:
    if kind == "link":
        return _path(old) == _path(new) or ("/" not in new and old.rpartition("/")[2] == new)
    if kind == "case" or (kind == "member" and not new.startswith("principal")):
        return old.lower() == new.lower()
    if kind == "duration":
        return _seconds(old) is not None and _seconds(old) == _seconds(new)
    return kind == "slash" and old.removesuffix("/") == new.removesuffix("/")


def _path(link: str) -> str:
    """A link without its host and version: `https://www.googleapis.com/compute/v1/projects/…` is `projects/…`."""
    return re.sub(r"^.*?(?=projects/)", "", link)


def _seconds(duration: str) -> float | None:
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[hms])", duration)
    whole = "".join(number + unit for number, unit in parts) == duration
    return sum(float(number) * _UNITS[unit] for number, unit in parts) if parts and whole else None
