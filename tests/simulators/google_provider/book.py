"""The provider's schema and rules as the simulator reads them: `schema.json` and `rules.json` joined into one tree.

`schema.json` is what `terraform providers schema -json` prints for our resource types, without descriptions.
`rules.json` is what that output leaves out though the provider acts on it before it calls Google: defaults, what
replaces a resource, allowed values, arguments that exclude or demand one another. Both were read in the sources of
hashicorp/google v7.45.0.

Keys of a rule, by attribute path: `default` · `force_new` (a change makes a new resource) · `computed` (a block the
cloud may fill) · `values` with `empty_allowed`, `ignore_case`, or `not_values` · `pattern` (Go's syntax) · `min`,
`max`, `ranges` · `min_length`, `max_length` · `key_max_length`, `key_not_pattern` (of maps) · `format` (json, base64,
cidr) · `each` (a rule for every element) · `conflicts_with`, `required_with` (paths) · `suppress` (which two writings
are one: link, case, member, duration, slash) · `state` (how it is written down: upper, json).
Keys of a type: `exactly_one_of`, `at_least_one_of` (groups of paths) · `id` (its template) · `deletion_policy` (the
default) · `provider_project`, `provider_region` (planned from the provider) · `labels` (planned with those of the
provider; `no_attribution` leaves Terraform's own out) · `annotations`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

SOURCE = "registry.terraform.io/hashicorp/google"
SCHEMA_FILE = Path(__file__).with_name("schema.json")
RULES_FILE = Path(__file__).with_name("rules.json")


@dataclass(frozen=True)
class Attribute:
    """One attribute; `type` is Terraform's own notation (`"string"`, `["list", "string"]`, …)."""

    name: str
    type: Any
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    deprecated: bool = False
    write_only: bool = False
    rule: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Nested:
    """A nested block and how often it may stand there."""

    name: str
    mode: str
    block: Block
    min_items: int = 0
    max_items: int = 0
    rule: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """Attributes and nested blocks by name."""

    attributes: Mapping[str, Attribute]
    nested: Mapping[str, Nested]


@dataclass(frozen=True)
class Type:
    """A resource type or a data source; `facts` are its rules that belong to no single attribute."""

    name: str
    version: int
    block: Block
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Book:
    """All the provider knows of itself."""

    provider: Type
    resources: Mapping[str, Type]
    data_sources: Mapping[str, Type]


@cache
def book() -> Book:
    """The book, read once."""
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))["provider_schemas"][SOURCE]
    rules = json.loads(RULES_FILE.read_text("utf-8"))
    return Book(
        _type("provider", schema["provider"], rules["provider"]),
        {name: _type(name, raw, rules.get(name, {})) for name, raw in schema["resource_schemas"].items()},
        {name: _type(name, raw, {}) for name, raw in schema["data_source_schemas"].items()},
    )


def _type(name: str, raw: Mapping[str, Any], rules: Mapping[str, Any]) -> Type:
    return Type(name, raw["version"], _block(raw["block"], rules.get("attributes", {}), ""), rules)


def _block(raw: Mapping[str, Any], rules: Mapping[str, Any], at: str) -> Block:
    attributes = {
        name: Attribute(name=name, rule=rules.get(at + name, {}), **facts)
        for name, facts in raw.get("attributes", {}).items()
    }
    nested = {name: _nested(name, facts, rules, at) for name, facts in raw.get("block_types", {}).items()}
    return Block(attributes, nested)


def _nested(name: str, raw: Mapping[str, Any], rules: Mapping[str, Any], at: str) -> Nested:
    block = _block(raw["block"], rules, f"{at}{name}.")
    limits = {limit: raw[limit] for limit in ("min_items", "max_items") if limit in raw}
    return Nested(name, raw["nesting_mode"], block, rule=rules.get(at + name, {}), **limits)
