"""The book as Terraform asks for it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.simulators.google_provider import protocol
from tests.simulators.google_provider.book import Attribute, Block, Nested, Type, book

_FLAGS = ("required", "optional", "computed", "sensitive", "deprecated", "write_only")


@cache
def schema_response() -> Any:
    """The answer to `GetProviderSchema`."""
    whole = book()
    return protocol.message(
        "GetProviderSchemaResponse",
        provider=_schema(whole.provider),
        resource_schemas=[_entry(type_) for type_ in whole.resources.values()],
        data_source_schemas=[_entry(type_) for type_ in whole.data_sources.values()],
    )


def _entry(type_: Type) -> Any:
    return protocol.message("SchemaEntry", key=type_.name, value=_schema(type_))


def _schema(type_: Type) -> Any:
    return protocol.message("Schema", version=type_.version, block=_block(type_.block))


def _block(block: Block) -> Any:
    return protocol.message(
        "Block",
        attributes=[_attribute(attribute) for attribute in block.attributes.values()],
        block_types=[_nested(nested) for nested in block.nested.values()],
    )


def _attribute(attribute: Attribute) -> Any:
    flags = {flag: getattr(attribute, flag) for flag in _FLAGS}
    return protocol.message("Attribute", name=attribute.name, type=json.dumps(attribute.type).encode(), **flags)


def _nested(nested: Nested) -> Any:
    return protocol.message(
        "NestedBlock",
        type_name=nested.name,
        block=_block(nested.block),
        nesting=protocol.NESTING[nested.mode],
        min_items=nested.min_items,
        max_items=nested.max_items,
    )
