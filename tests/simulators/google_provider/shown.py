"""Reading a plan as `terraform show -json` tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def actions(plan: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the plan does, by address: `["create"]`, `["update"]`, `["delete", "create"]`; nothing for no change."""
    changes = ((change["address"], change["change"]["actions"]) for change in plan.get("resource_changes", ()))
    return {address: done for address, done in changes if done not in (["no-op"], ["read"])}


def values(plan: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Planned values of every resource by address, of modules too; what is not known yet is absent."""
    root = plan.get("planned_values", {}).get("root_module", {})
    return {resource["address"]: resource["values"] for resource in _resources(root)}


def replaced_by(plan: Mapping[str, Any], address: str) -> list[list[str | int]]:
    """The paths whose change makes a resource anew."""
    for change in plan["resource_changes"]:
        if change["address"] == address:
            paths: list[list[str | int]] = change["change"].get("replace_paths", [])
            return paths
    raise LookupError(address)


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)
