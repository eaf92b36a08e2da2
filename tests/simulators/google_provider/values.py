"""Terraform's values as they travel: msgpack, with one value more than JSON has, "not known yet"."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeAlias

import ormsgpack

from tests.simulators.google_provider import protocol

Value: TypeAlias = Any
"""None, bool, int, float, str, a list (of a set too), a dict (an object or a map), or `UNKNOWN`."""


class Unknown(Enum):
    """What a plan says of a value only the cloud can give; a type of its own, so that nothing equals it by chance."""

    VALUE = "known after apply"


UNKNOWN = Unknown.VALUE


def decode(dynamic: Any) -> Value:
    """The value of a `DynamicValue`; a refined unknown (of a known prefix, not null) is simply unknown."""
    if not dynamic.msgpack:
        return None
    return ormsgpack.unpackb(dynamic.msgpack, ext_hook=lambda _tag, _data: UNKNOWN)


def encode(value: Value) -> Any:
    """A `DynamicValue` of this value."""
    return protocol.message("DynamicValue", msgpack=ormsgpack.packb(_packable(value)))


def _packable(value: Value) -> Value:
    if value is UNKNOWN:
        return ormsgpack.Ext(0, b"\0")
    if isinstance(value, dict):
        return {key: _packable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_packable(inner) for inner in value]
    return value


def is_known(value: Value) -> bool:
    """Whether nothing in the value is unknown."""
    if isinstance(value, dict):
        return all(is_known(inner) for inner in value.values())
    if isinstance(value, list):
        return all(is_known(inner) for inner in value)
    return value is not UNKNOWN
