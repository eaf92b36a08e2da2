"""Terraform's plugin protocol, version 6: the messages this simulator speaks, by their numbers on the wire.

Only numbers and types count on a gRPC wire, so names of nested messages are flattened (`Request` of `ReadResource` is
`ReadResourceRequest`), enumerations are `int32`, and a map is a list of entries `key` = 1, `value` = 2. Numbers are
those of the published protocol 6.8 (Terraform 1.11).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "tfplugin6"
ERROR, WARNING = 1, 2
NESTING = {"single": 1, "list": 2, "set": 3, "map": 4, "group": 5}

# name: "field:type=number"; a star means repeated, a capital letter another message.
_MESSAGES = {
    "DynamicValue": "msgpack:bytes=1 json:bytes=2",
    "Step": "attribute_name:string=1 element_key_string:string=2 element_key_int:int64=3",
    "AttributePath": "steps:*Step=1",
    "Diagnostic": "severity:int32=1 summary:string=2 detail:string=3 attribute:AttributePath=4",
    "RawState": "json:bytes=1",
    "Attribute": "name:string=1 type:bytes=2 required:bool=4 optional:bool=5 computed:bool=6 sensitive:bool=7 "
    "deprecated:bool=9 write_only:bool=11",
    "NestedBlock": "type_name:string=1 block:Block=2 nesting:int32=3 min_items:int64=4 max_items:int64=5",
    "Block": "version:int64=1 attributes:*Attribute=2 block_types:*NestedBlock=3 deprecated:bool=6",
    "Schema": "version:int64=1 block:Block=2",
    "SchemaEntry": "key:string=1 value:Schema=2",
    "ServerCapabilities": "plan_destroy:bool=1 get_provider_schema_optional:bool=2 move_resource_state:bool=3",
    "ImportedResource": "type_name:string=1 state:DynamicValue=2 private:bytes=3",
}

# method: (fields of its request, fields of its response)
_METHODS = {
    "GetProviderSchema": (
        "",
        "provider:Schema=1 resource_schemas:*SchemaEntry=2 data_source_schemas:*SchemaEntry=3 "
        "diagnostics:*Diagnostic=4 server_capabilities:ServerCapabilities=6",
    ),
    "ValidateProviderConfig": ("config:DynamicValue=1", "diagnostics:*Diagnostic=2"),
    "ValidateResourceConfig": ("type_name:string=1 config:DynamicValue=2", "diagnostics:*Diagnostic=1"),
    "ValidateDataResourceConfig": ("type_name:string=1 config:DynamicValue=2", "diagnostics:*Diagnostic=1"),
    "UpgradeResourceState": (
        "type_name:string=1 version:int64=2 raw_state:RawState=3",
        "upgraded_state:DynamicValue=1 diagnostics:*Diagnostic=2",
    ),
    "ConfigureProvider": ("terraform_version:string=1 config:DynamicValue=2", "diagnostics:*Diagnostic=1"),
    "ReadResource": (
        "type_name:string=1 current_state:DynamicValue=2 private:bytes=3",
        "new_state:DynamicValue=1 diagnostics:*Diagnostic=2 private:bytes=3",
    ),
    "PlanResourceChange": (
        "type_name:string=1 prior_state:DynamicValue=2 proposed_new_state:DynamicValue=3 config:DynamicValue=4 "
        "prior_private:bytes=5",
        "planned_state:DynamicValue=1 requires_replace:*AttributePath=2 planned_private:bytes=3 "
        "diagnostics:*Diagnostic=4 legacy_type_system:bool=5",
    ),
    "ApplyResourceChange": (
        "type_name:string=1 prior_state:DynamicValue=2 planned_state:DynamicValue=3 config:DynamicValue=4 "
        "planned_private:bytes=5",
        "new_state:DynamicValue=1 private:bytes=2 diagnostics:*Diagnostic=3 legacy_type_system:bool=4",
    ),
    "ImportResourceState": (
        "type_name:string=1 id:string=2",
        "imported_resources:*ImportedResource=1 diagnostics:*Diagnostic=2",
    ),
    "ReadDataSource": (
        "type_name:string=1 config:DynamicValue=2",
        "state:DynamicValue=1 diagnostics:*Diagnostic=2",
    ),
    "StopProvider": ("", "error:string=1"),
}
METHODS = tuple(_METHODS)

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bytes": _Field.TYPE_BYTES,
    "string": _Field.TYPE_STRING,
    "int32": _Field.TYPE_INT32,
    "int64": _Field.TYPE_INT64,
    "bool": _Field.TYPE_BOOL,
}


def message(name: str, /, **fields: Any) -> Any:
    """A new message of this name."""
    return message_class(name)(**fields)


@cache
def message_class(name: str) -> Any:
    """The class of messages of this name."""
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="tfplugin6.proto", package=PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        _describe(file.message_type.add(name=name), fields)
    for method, (request, response) in _METHODS.items():
        _describe(file.message_type.add(name=f"{method}Request"), request)
        _describe(file.message_type.add(name=f"{method}Response"), response)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _describe(target: descriptor_pb2.DescriptorProto, fields: str) -> None:
    for field in fields.split():
        name, _, rest = field.partition(":")
        kind, _, number = rest.partition("=")
        added = target.field.add(name=name, number=int(number), label=_Field.LABEL_OPTIONAL)
        if kind.startswith("*"):
            added.label = _Field.LABEL_REPEATED
        kind = kind.removeprefix("*")
        if kind in _SCALARS:
            added.type = _SCALARS[kind]
        else:
            added.type, added.type_name = _Field.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
