"""What the simulator declares, compared with the reference shapes and EDMX beside the project (where they are)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from tests.simulators.onec.metadata import EDM, document
from tests.simulators.onec.products import PRODUCTS
from tests.simulators.onec.schema import Entity, Field
from tests.simulators.onec.testing import open_base

SHARED = Path(__file__).parents[3] / "shared" / "data" / "onec"
REFERENCES = {"bp30": "bp-3.0.198", "ut11": "ut-11.5.27", "erp2": "erp-2.5.17", "unf30": "unf-3.0.8"}
SAMPLES = {"bp30": "bp-3.0.198", "ut11": "ut-11.5.27", "erp2": "ut-11.5.27", "unf30": "unf-3.0.8"}
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the reference data beside the project is absent"),
]
products = pytest.mark.parametrize("name", PRODUCTS)
Shape = dict[str, Any]


def shapes(name: str) -> Shape:
    found: Shape = json.loads((SHARED / f"odata-shapes-{REFERENCES[name]}.json").read_text("utf-8"))
    return found


def declared(entity: Entity) -> Iterator[tuple[str, Field]]:
    """Our attributes, as `Attribute` or `Section/Attribute`."""
    known = {"Owner", "Parent", "Period"}
    for item in (*entity.attributes, *(item for item in entity.standard if entity.is_register)):
        if item.name not in known:
            yield item.prop, item
    for section, columns in entity.sections.items():
        for item in columns:
            yield f"{section}/{item.prop}", item


def reference(entity: Shape) -> dict[str, Shape]:
    """The reference attributes under the same names."""
    found = {one["odata"]: one for part in ("attributes", "dimensions", "resources") for one in entity.get(part, ())}
    for section, columns in entity.get("tabularSections", {}).items():
        rows = columns["attributes"] if isinstance(columns, dict) else columns
        found |= {f"{section}/{one['odata']}": one for one in rows}
    return found


def facts(item: Field) -> tuple[object, ...]:
    """Type, target, length, digits and default of ours in the terms of the reference."""
    edm = "composite" if item.kind == "any" else "binary" if item.kind == "binary" else item.edm
    digits = (item.digits, item.fraction) if item.kind == "num" else None
    length = item.length if item.kind == "str" else None
    kind = item.target if item.kind in ("ref", "enum") else None
    return edm, kind, length, digits, item.default.removeprefix("@")


def reference_facts(one: Shape) -> tuple[object, ...]:
    """The same of the reference."""
    edm = "composite" if one["edm"].startswith("composite") else one["edm"]
    edm = "binary" if "Binary" in edm else edm
    digits = (one["digits"], one["fraction"]) if "digits" in one else None
    length = one.get("length", 0) if edm == "Edm.String" and "enum" not in one else None
    return edm, one.get("ref") or one.get("enum"), length, digits, _default(one)


def _default(one: Shape) -> str:
    """A fill value; empty references and values given by an internal id say nothing."""
    text = str(one.get("default", ""))
    last = text.rpartition(".")[2] if not text[:1].isdigit() else text
    return "" if last == "EmptyRef" or len(last) == 36 or not last.strip() else last


@products
def test_every_declared_attribute_is_as_in_the_reference(name: str) -> None:
    known = shapes(name)["entities"]
    wrong = {}
    compared = 0
    for entity in PRODUCTS[name].entities.values():
        if entity.name not in known:
            continue
        attributes = reference(known[entity.name])
        for path, item in declared(entity):
            compared += 1
            other = reference_facts(attributes[path]) if path in attributes else None
            if facts(item) != other:
                wrong[f"{entity.name}/{path}"] = facts(item), other
    assert wrong == {}
    assert compared > 150


@products
def test_codes_and_names_are_as_long_as_in_the_reference(name: str) -> None:
    for entity_name, other in shapes(name)["entities"].items():
        entity = PRODUCTS[name].entities.get(entity_name)
        if entity is None or entity.kind != "catalog":
            continue
        assert entity.code == int(other["CodeLength"]), entity_name
        assert entity.fields["Description"].length == int(other["DescriptionLength"]), entity_name
        assert ("IsFolder" in entity.fields) == (
            other["Hierarchical"] == "true" and "Folders" in other["HierarchyType"]
        ), entity_name


@products
def test_enumerations_have_only_known_members(name: str) -> None:
    known = shapes(name)["enums"]
    for enum, members in PRODUCTS[name].enums.items():
        assert set(members) <= set(known.get(enum, members)), enum
    assert {"ЮридическоеФизическоеЛицо"} <= set(PRODUCTS[name].enums)


@products
def test_metadata_properties_have_the_types_of_the_reference(name: str) -> None:
    ours = _types(ElementTree.fromstring(document(PRODUCTS[name].entities, PRODUCTS[name].enums)))
    theirs = _types(ElementTree.parse(SHARED / f"metadata-act-subset-{REFERENCES[name]}.edmx").getroot())
    compared = {kind: properties for kind, properties in ours.items() if kind in theirs}
    assert len(compared) > 20
    for kind, properties in compared.items():
        assert properties.items() <= theirs[kind].items(), kind


def _types(root: ElementTree.Element) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for tag in ("EntityType", "ComplexType"):
        for kind in root.iter(f"{{{EDM}}}{tag}"):
            properties = kind.iter(f"{{{EDM}}}Property")
            found[kind.attrib["Name"]] = {one.attrib["Name"]: one.attrib["Type"] for one in properties}
    return found


def samples() -> Iterator[Any]:
    """Each reference body with the product it is for."""
    if not SHARED.is_dir():
        return
    known = json.loads((SHARED / "sample-act-requests.json").read_text("utf-8"))
    for name, key in SAMPLES.items():
        for request in known[key]:
            yield pytest.param(name, request, id=f"{name}-{request['url'].rpartition('/')[2]}")


@pytest.mark.parametrize(("name", "request_"), list(samples()))
def test_reference_bodies_are_stored_as_sent(name: str, request_: Shape) -> None:
    base, client = open_base(name)
    place = request_["url"].rpartition("/")[2].partition("?")[0]
    answer = client.post(f"/{place}", json=request_["body"])
    assert answer.status_code == 201, answer.text
    stored = client.get(f"/{place}(guid'{answer.json()['Ref_Key']}')")
    _compare(stored, request_["body"])
    assert stored.json()["СуммаДокумента"] == 122000
    assert [effect.kind for effect in base.effects] == ["create"]


def _compare(stored: httpx.Response, body: Shape) -> None:
    found = stored.json()
    for prop, value in body.items():
        if not isinstance(value, list):
            assert found[prop] == value, prop
            continue
        assert len(found[prop]) == len(value)
        for row, sent in zip(found[prop], value, strict=True):
            assert sent.items() <= row.items()
