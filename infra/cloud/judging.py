"""What a plan would do, read from Terraform's own data, and which values of secrets it lacks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

VERSION: Final = "google_secret_manager_secret_version"
DEEDS: Final = ("create", "update", "replace", "delete", "forget")
_DEEDS: Final[Mapping[tuple[str, ...], str]] = MappingProxyType(
    {
        ("create",): "create",
        ("update",): "update",
        ("delete",): "delete",
        ("forget",): "forget",
        ("delete", "create"): "replace",
        ("create", "delete"): "replace",
    }
)
"""Actions of a change → what is done (developer.hashicorp.com/terraform/internals/json-format, "Change
Representation"); all others leave the resource as it is."""


@dataclass(frozen=True)
class Change:
    """One resource that would change. `key`: of `for_each`, "" without one."""

    address: str
    type: str
    deed: str
    key: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def changes(shown: Mapping[str, Any]) -> list[Change]:
    """The changes of a plan (`terraform show -json`)."""
    return list(_changes(shown.get("resource_changes", [])))


def without_value(found: Iterable[Change], given: Collection[str]) -> list[str]:
    """Secrets whose new version would have no value, by the name of their setting."""
    wanted = [one for one in found if one.type == VERSION and _needs_value(one)]
    return sorted(one.key or one.address for one in wanted if one.key not in given)


def summary(found: Iterable[Change]) -> list[str]:
    """A line for each type of resource: how many are created, updated, replaced, deleted."""
    counts = Counter((one.type, one.deed) for one in found)
    types = sorted({name for name, _ in counts})
    shown = [deed for deed in DEEDS if any(counts[name, deed] for name in types)]
    rows = [[name, *(str(counts[name, deed] or "") for deed in shown)] for name in types]
    rows.append(["all", *(str(sum(counts[name, deed] for name in types)) for deed in shown)])
    return list(_aligned([["resource", *shown], *rows])) if types else []


def _changes(raw: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    for one in raw:
        change = one["change"]
        deed = _DEEDS.get(tuple(change["actions"]))
        if deed and one.get("mode", "managed") == "managed":
            key = one.get("index")
            named = key if isinstance(key, str) else ""
            yield Change(one["address"], one["type"], deed, named, change["before"] or {}, change["after"] or {})


def _needs_value(change: Change) -> bool:
    """A new version has a value of its own; so has one whose number was raised."""
    number = "secret_data_wo_version"
    raised = change.before.get(number) != change.after.get(number)
    return change.deed in ("create", "replace") or (change.deed == "update" and raised)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()
