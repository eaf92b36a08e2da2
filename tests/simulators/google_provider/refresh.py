"""Take the schema from the provider itself, on a machine that can download it.

    terraform providers schema -json | python -m tests.simulators.google_provider.refresh

Keeps the types `schema.json` has now and leaves descriptions out. `rules.json` is not in that output: the contract
tests tell which of its paths no longer exist.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from tests.simulators.google_provider.book import SCHEMA_FILE, SOURCE

_WIDTH = 105
_WORDS = ("description", "description_kind")
_KINDS = ("resource_schemas", "data_source_schemas")


class Lacking(Exception):
    """The output does not have what the simulator needs; the text names it."""


def filtered(output: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """The provider's schema of the types the current one has.

    Raises:
        Lacking: it is another provider's, or lacks a type.
    """
    found = output.get("provider_schemas", {}).get(SOURCE)
    if found is None:
        raise Lacking(f"the output has no provider {SOURCE}: run it in a folder whose configuration requires it")
    kept = {"provider": _plain(found["provider"])}
    for kind in _KINDS:
        kept[kind] = {
            name: _plain(_type(found, kind, name)) for name in sorted(current["provider_schemas"][SOURCE][kind])
        }
    return {"format_version": output["format_version"], "provider_schemas": {SOURCE: kept}}


def _type(found: Mapping[str, Any], kind: str, name: str) -> Any:
    if name not in found[kind]:
        raise Lacking(f"{kind} of this version has no {name}")
    return found[kind][name]


def _plain(value: Any) -> Any:
    """Names and types without their explanations; an attribute may well be called `description`."""
    if not isinstance(value, dict):
        return value
    return {key: _plain(inner) for key, inner in sorted(value.items()) if key not in _WORDS or isinstance(inner, dict)}


def written(value: Any, indent: int = 0) -> str:
    """JSON with a line for each small thing, so that a difference can be read."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or not value or indent + len(line) <= _WIDTH:
        return line
    space = " " * (indent + 1)
    entries = (f"{space}{json.dumps(key)}: {written(inner, indent + 1)}" for key, inner in value.items())
    return "{\n" + ",\n".join(entries) + "\n" + " " * indent + "}"


def main() -> int:
    """Rewrite `schema.json` from standard input."""
    current = json.loads(SCHEMA_FILE.read_text("utf-8"))
    try:
        fresh = filtered(json.load(sys.stdin), current)
    except Lacking as lack:
        sys.stderr.write(f"{lack}\n")
        return 1
    SCHEMA_FILE.write_text(written(fresh) + "\n", "utf-8")
    sys.stderr.write(f"{SCHEMA_FILE.name}: {'as before' if fresh == current else 'renewed'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
