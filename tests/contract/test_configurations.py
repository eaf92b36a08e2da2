"""Every name of every profile exists in the product, and a product is one file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from common.model.ids import BaseName
from common.onec.configurations import profile, profiles
from common.onec.digest import Digest, MetadataReader, missing
from common.onec.odata import documents
from common.onec.odata.requirements import attributes_of, wanted
from tests.unit.onec.desk import PRODUCTS, PROFILES, act, open_desk

SHARED = Path(__file__).parents[3] / "shared" / "data" / "onec"
REFERENCES = {"bp30": "bp-3.0.198", "ut11": "ut-11.5.27", "erp2": "erp-2.5.17", "unf30": "unf-3.0.8"}
reference = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the reference data beside the project is absent"),
]
READ_AT = datetime(2026, 1, 31, tzinfo=UTC)
every = pytest.mark.parametrize("profile_id", PROFILES)


def referenced(product: str) -> Digest:
    """The digest of the product's reference metadata."""
    reader = MetadataReader(frozenset(wanted(profiles(product).values())))
    reader.feed((SHARED / f"metadata-act-subset-{REFERENCES[product]}.edmx").read_bytes())
    reader.close()
    return Digest(READ_AT, product, reader.types, reader.enums)


def samples(product: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The sample bodies of a product by entity; ERP's are Trade's."""
    found = json.loads((SHARED / "sample-act-requests.json").read_text("utf-8"))
    for one in found[REFERENCES["ut11" if product == "erp2" else product]]:
        yield one["url"].rpartition("/")[2].partition("?")[0], one["body"]


@every
@pytest.mark.parametrize("_", [pytest.param(None, marks=reference)])
def test_every_name_stands_in_the_reference_metadata(profile_id: str, _: None) -> None:
    found = profile(profile_id)
    assert missing(found, BaseName("main"), referenced(found.product)) == []


@every
@pytest.mark.parametrize("_", [pytest.param(None, marks=reference)])
def test_bodies_have_what_the_samples_have(profile_id: str, _: None, tmp_path: Path) -> None:
    """The same attributes, and values of the same JSON kind; signs left to 1C or to a rule may be missing."""
    desk = open_desk(profile_id, tmp_path)
    body = documents.body(desk.profile, act(desk))
    for entity, sample in samples(desk.profile.product):
        if entity != desk.profile.entity:
            continue
        section = desk.profile.lines.section
        assert set(sample) - set(body) == set()
        # A characteristic is empty in the sample, a planned cost only the accountant knows.
        left = {"Характеристика_Key", "ПлановаяСтоимость", "СуммаПлановая"}
        assert set(sample[section][0]) - set(body[section][0]) <= left
        for name, value in sample.items():
            assert isinstance(value, str | bool | list) is isinstance(body[name], str | bool | list), name


@pytest.mark.parametrize("_", [pytest.param(None, marks=reference)])
def test_lengths_and_scales_are_those_of_the_product(_: None) -> None:
    for profile_id in PROFILES:
        found = profile(profile_id)
        shapes = json.loads((SHARED / f"odata-shapes-{REFERENCES[found.product]}.json").read_text("utf-8"))
        header, rows = _shaped(shapes, found.entity, found.lines.section)
        for number in (found.header.rate, found.header.multiplicity):
            assert _scale(header[number.name]) == (number.digits, number.fraction, number.as_text), profile_id
        lines = found.lines
        for number in (*lines.quantity, lines.price, lines.amount, lines.vat_amount, *filter(None, [lines.total])):
            assert _scale(rows[number.name]) == (number.digits, number.fraction, number.as_text), profile_id
        if lines.text is not None:
            assert rows[lines.text.name]["length"] == lines.text.length


def _shaped(shapes: dict[str, Any], entity: str, section: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = shapes["entities"][entity]
    sections = next(value for name, value in found.items() if name in ("tabularSections", "sections"))
    if isinstance(sections, list):
        sections = {one.get("name") or one["odata"]: one for one in sections}
    rows = sections[section]
    rows = rows["attributes"] if isinstance(rows, dict) else rows
    return {one["odata"]: one for one in found["attributes"]}, {one["odata"]: one for one in rows}


def _scale(shape: dict[str, Any]) -> tuple[int, int, bool]:
    return shape["digits"], shape["fraction"], shape["edm"] == "Edm.Int64"


@every
def test_the_simulated_base_has_all_of_it(profile_id: str, tmp_path: Path) -> None:
    assert open_desk(profile_id, tmp_path).books.check() == []


@every
def test_each_missing_attribute_is_named(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    found = desk.profile
    digest = Digest(READ_AT, found.product, {}, {"СтавкиНДС": ("НДС22",)})
    # The rows of a document that is missing itself are not named besides it.
    documents = [entity for entity in attributes_of(found) if not entity.startswith(f"{found.entity}_")]
    assert [stop.field for stop in missing(found, BaseName("main"), digest)] == documents
    types = {entity: dict.fromkeys(names, "") for entity, names in attributes_of(found).items()}
    types[found.entity].pop(found.header.rate.name)
    stops = missing(found, BaseName("main"), replace(digest, types=types))
    assert [(stop.reason, stop.field, stop.subject, stop.owner) for stop in stops] == [
        ("profile_missing", f"{found.entity}.{found.header.rate.name}", profile_id, "admin")
    ]


def test_nine_profiles_each_with_names_of_its_own() -> None:
    assert len(PROFILES) == 9
    for profile_id in PROFILES:
        needs = profile(profile_id).needs()
        assert len(set(needs.known_defaults)) == len(needs.known_defaults)
        assert set(needs.required_defaults) <= set(needs.known_defaults)
        assert profile(profile_id).id == profile_id


@pytest.mark.parametrize("profile_id", ["", "bp30", "bp30.nothing", "zup3.act", "..bp30", "bp30/../x.y", "os.path"])
def test_there_is_no_such_profile(profile_id: str) -> None:
    with pytest.raises(KeyError):
        profile(profile_id)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_profile_imports_its_own_product_only(product: str) -> None:
    code = (
        "import sys; from common.onec.configurations import profiles; "
        f"profiles({product!r}); print(*(m for m in sys.modules if m.startswith('common.onec.configurations.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.rpartition(".")[2] for name in done.stdout.split()}
    assert loaded - {"common", "trade"} == {product}
