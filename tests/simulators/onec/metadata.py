"""`$metadata`, always XML, in the form of facts §1.4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from tests.simulators.onec.schema import Entity, Fields

EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
EDM = "http://schemas.microsoft.com/ado/2009/11/edm"
M = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
SPACE = "StandardODATA"
Sets = Mapping[str, Entity]


def document(sets: Sets, enums: Mapping[str, tuple[str, ...]]) -> bytes:
    """The metadata of the published sets; navigation to anything else is not there (§1.1)."""
    register_namespace("edmx", EDMX)
    register_namespace("m", M)
    root = Element(f"{{{EDMX}}}Edmx", {"Version": "1.0"})
    services = SubElement(root, f"{{{EDMX}}}DataServices", {f"{{{M}}}DataServiceVersion": "3.0"})
    # The schema is written with a default namespace, as the platform does.
    schema = SubElement(services, "Schema", {"xmlns": EDM, "Namespace": SPACE})
    for entity in sets.values():
        _entity(schema, entity, sets)
    for entity in sets.values():
        _row_types(schema, entity)
    for name, members in enums.items():
        kind = SubElement(schema, "EnumType", {"Name": name})
        for member in members:
            SubElement(kind, "Member", {"Name": member})
    for entity in sets.values():
        _associations(schema, entity, sets)
    _container(schema, sets)
    text = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _entity(schema: Element, entity: Entity, sets: Sets) -> None:
    mark = {"OpenType": "true"} if entity.is_open else {}
    kind = SubElement(schema, "EntityType", {"Name": entity.name, **mark})
    key = SubElement(kind, "Key")
    for prop in entity.key:
        SubElement(key, "PropertyRef", {"Name": prop})
    _properties(kind, entity.fields, set(entity.key), lambda: _collections(kind, entity))
    for name, item in entity.navigation.items():
        if item.target in sets:
            roles = {"FromRole": "Begin", "ToRole": "End"}
            place = f"{SPACE}.{entity.name}_{name}"
            SubElement(kind, "NavigationProperty", {"Name": name, "Relationship": place, **roles})


def _properties(kind: Element, columns: Fields, key: set[str], between: Callable[[], None]) -> None:
    """Properties, then sections, then every `*_Type` (§1.4)."""
    types = {prop: item for prop, item in columns.items() if item.kind == "any" and prop != item.name}
    for prop, item in columns.items():
        if prop not in types:
            _property(kind, prop, item.edm, prop in key)
    between()
    for prop in types:
        _property(kind, prop, "Edm.String", prop in key)


def _property(kind: Element, prop: str, edm: str, required: bool) -> None:
    SubElement(kind, "Property", {"Name": prop, "Type": edm, "Nullable": str(not required).lower()})


def _collections(kind: Element, entity: Entity) -> None:
    for name in entity.sections:
        _property(kind, name, f"Collection({SPACE}.{entity.name}_{name}_RowType)", False)


def _row_types(schema: Element, entity: Entity) -> None:
    for name, columns in entity.rows.items():
        kind = SubElement(schema, "ComplexType", {"Name": f"{entity.name}_{name}_RowType"})
        _properties(kind, columns, {"Ref_Key", "LineNumber"}, lambda: None)


def _associations(schema: Element, entity: Entity, sets: Sets) -> None:
    for name, item in entity.navigation.items():
        if item.target in sets:
            link = SubElement(schema, "Association", {"Name": f"{entity.name}_{name}"})
            _end(link, "Begin", entity.name, "*")
            _end(link, "End", item.target, "0..1")


def _end(link: Element, role: str, name: str, count: str) -> None:
    SubElement(link, "End", {"Role": role, "Type": f"{SPACE}.{name}", "Multiplicity": count})


def _container(schema: Element, sets: Sets) -> None:
    box = SubElement(schema, "EntityContainer", {"Name": "EnterpriseV8", f"{{{M}}}IsDefaultEntityContainer": "true"})
    for name in sets:
        SubElement(box, "EntitySet", {"Name": name, "EntityType": f"{SPACE}.{name}"})
    for entity in sets.values():
        if entity.kind == "document":
            for name in ("Post", "Unpost"):
                _function(box, entity, name, {"PostingModeOperational": "Edm.Boolean"}, "true")
        if entity.period:
            for name in ("SliceLast", "SliceFirst"):
                _function(box, entity, name, {"Condition": "Edm.String", "Period": "Edm.DateTime"}, "false")


def _function(box: Element, entity: Entity, name: str, parameters: Mapping[str, str], effect: str) -> None:
    returned = {} if effect == "true" else {"ReturnType": f"Collection({SPACE}.{entity.name})"}
    head = {"Name": name, "IsBindable": "true", "IsSideEffecting": effect, **returned}
    function = SubElement(box, "FunctionImport", head)
    SubElement(function, "Parameter", {"Name": "bindingParameter", "Type": f"{SPACE}.{entity.name}"})
    for parameter, edm in parameters.items():
        SubElement(function, "Parameter", {"Name": parameter, "Type": edm})
