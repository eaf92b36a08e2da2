"""What the provider plans for a resource: defaults, values only the cloud can give, and what must be replaced.

Terraform sends the state it has and the configuration already laid over it (`proposed`); the provider fills what is
left. Rules are those of the Terraform plugin SDK, which the real provider is built on: an unset default is planned as
its value, an unset computed value is unknown at creation and stays as it was afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.google_provider.book import Attribute, Block, Nested, Type
from tests.simulators.google_provider.customized import customize
from tests.simulators.google_provider.diagnostics import Path
from tests.simulators.google_provider.sameness import kept
from tests.simulators.google_provider.settings import Settings
from tests.simulators.google_provider.values import UNKNOWN, Value

State = dict[str, Value]


@dataclass(frozen=True)
class Plan:
    """The planned state, and the paths whose change means a new resource."""

    planned: State
    replaces: list[Path] = field(default_factory=list)


def plan(type_: Type, prior: State | None, proposed: State, settings: Settings) -> Plan:
    """Plan a creation (`prior` is None) or an update."""
    planned = _fill(type_.block, proposed, prior)
    customize(type_, prior, planned, settings)
    return Plan(planned, list(_replaced(type_.block, prior, planned, ())) if prior else [])


def _fill(block: Block, proposed: State, prior: State | None) -> State:
    filled = dict(proposed)
    for name, attribute in block.attributes.items():
        filled[name] = _attribute(attribute, proposed.get(name), prior)
    for name, nested in block.nested.items():
        filled[name] = _nested(nested, proposed.get(name), prior)
    return filled


def _attribute(attribute: Attribute, value: Value, prior: State | None) -> Value:
    if attribute.write_only or value is not None:
        return None if attribute.write_only else kept(attribute.rule, value, (prior or {}).get(attribute.name))
    if not attribute.computed:
        return attribute.rule.get("default")
    return UNKNOWN if prior is None else prior.get(attribute.name)


def _nested(nested: Nested, value: Value, prior: State | None) -> Value:
    if nested.mode == "single" or not isinstance(value, list):
        return value
    before = prior.get(nested.name) if prior else None
    if not value and nested.rule.get("computed"):
        return UNKNOWN if prior is None else before
    earlier = before if isinstance(before, list) else []
    return [
        _fill(nested.block, element, _counterpart(nested, element, index, earlier))
        for index, element in enumerate(value)
    ]


def _counterpart(nested: Nested, element: State, index: int, earlier: list[State]) -> State | None:
    """What the element was before: a list knows it by place, a set only by what was said about it."""
    if nested.mode == "list":
        return earlier[index] if index < len(earlier) else None
    return next((one for one in earlier if _says_the_same(element, one)), None)


def _says_the_same(said: Value, found: Value) -> bool:
    if isinstance(said, dict) and isinstance(found, dict):
        return all(_says_the_same(value, found.get(name)) for name, value in said.items())
    if isinstance(said, list) and isinstance(found, list):
        return len(said) == len(found) and all(map(_says_the_same, said, found))
    return said is None or said == found


def _replaced(block: Block, prior: State, planned: State, at: Path) -> Iterator[Path]:
    for name, attribute in block.attributes.items():
        if attribute.rule.get("force_new") and differs(prior.get(name), planned.get(name)):
            yield (*at, name)
    for name, nested in block.nested.items():
        yield from _nested_replaced(nested, prior.get(name), planned.get(name), (*at, name))


def _nested_replaced(nested: Nested, before: Any, after: Any, at: Path) -> Iterator[Path]:
    if before == after or not isinstance(before, list) or not isinstance(after, list):
        return
    if nested.mode == "list" and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _replaced(nested.block, *pair, (*at, index))
    elif nested.rule.get("force_new") or (nested.mode == "set" and _forces_new(nested.block)):
        yield at


def _forces_new(block: Block) -> bool:
    inner = (nested.rule.get("force_new") or _forces_new(nested.block) for nested in block.nested.values())
    return any(attribute.rule.get("force_new") for attribute in block.attributes.values()) or any(inner)


def differs(before: Value, after: Value) -> bool:
    """Whether the SDK sees a change: to it nothing, an empty text, zero and false are one."""
    return before != after and not (_is_zero(before) and _is_zero(after))


def _is_zero(value: Value) -> bool:
    return value is not UNKNOWN and not value
