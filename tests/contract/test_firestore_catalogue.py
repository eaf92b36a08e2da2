"""`infra/firestore.json` names what the code keeps in Firestore: every collection, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import pytest

from common.ports import Condition, Write
from infra.local.collection import ROOT
from tests.clock import START
from tests.firestore_catalogue import catalogue, fault_of_query, fault_of_write
from tests.memory_store import MemoryStore
from tests.store_watch import held_to_the_catalogue

PLANNED_ONLY = {"planned_wishes"}
"""Written over a store that is only read (`OverlayStore`): it never reaches Firestore."""

ASKING = ("get", "get_many", "query", "count")
"""Methods of a store whose first argument is a collection."""

EXPIRE_AT = 5
"""Which argument of `Write` it is."""


class Named(NamedTuple):
    """A collection named in the code; `expires`: by a write of a document that will."""

    name: str
    expires: bool


def named() -> Iterator[Named]:
    """Every collection that the code names, as often as it does."""
    for package in ("common", "functions", "infra/local"):
        for path in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and _is_of_a_collection(node):
                    name = _value(module, node.args[0])
                    if name is not None:
                        yield Named(name, _expires(node))


def _is_of_a_collection(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id == "Write"
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in ASKING:
        return False
    return ast.unparse(call.func.value).rpartition(".")[2] in ("store", "_store")


def _value(module: str, node: ast.expr) -> str | None:
    """A text, or a constant of the module; None for a parameter, whose callers name it."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    found = getattr(import_module(module), ast.unparse(node), None)
    return found if isinstance(found, str) else None


def _expires(call: ast.Call) -> bool:
    return len(call.args) >= EXPIRE_AT or any(one.arg == "expire_at" for one in call.keywords)


@pytest.fixture(scope="module")
def collections() -> dict[str, Any]:
    found: dict[str, Any] = catalogue()["collections"]
    return found


def test_collections_are_those_of_the_code(collections: dict[str, Any]) -> None:
    assert {one.name for one in named()} - PLANNED_ONLY == set(collections)


def test_those_expire_whose_documents_are_written_with_an_end(collections: dict[str, Any]) -> None:
    written = {one.name for one in named() if one.expires}
    assert written == {name for name, entry in collections.items() if entry["expires"]}


def test_the_file_has_its_form(collections: dict[str, Any]) -> None:
    assert set(catalogue()) == {"about", "expiry", "unindexed", "collections"}
    assert list(collections) == sorted(collections)
    for name, entry in collections.items():
        assert set(entry) == {"expires", "indexes"}, name
        assert type(entry["expires"]) is bool, name
        assert [_wrong(fields) for fields in entry["indexes"] if _wrong(fields)] == [], name
        assert len({tuple(fields) for fields in entry["indexes"]}) == len(entry["indexes"]), name


def _wrong(fields: Sequence[str]) -> str:
    """Two fields at least; only the last may run downwards; paths are those of `FirestoreStore`."""
    paths = [*fields[:-1], fields[-1].removesuffix(" desc")]
    good = all(path == "key" or (path.startswith("fields.") and path[7:].isidentifier()) for path in paths)
    return "" if good and len(set(paths)) == len(paths) >= 2 else str(fields)


def test_a_ttl_field_keeps_its_index() -> None:
    """`FirestoreStore.count` asks for it; only what nobody asks for goes without."""
    assert catalogue()["expiry"] not in catalogue()["unindexed"]
    assert set(catalogue()["unindexed"]) == {"json", "write"}


WHERE: list[Condition] = [("exchange", "==", "acts")]


def test_what_is_missing_is_named_with_the_line_to_add() -> None:
    known = {"journal": {"expires": False, "indexes": []}}
    assert fault_of_query(known, "journal", WHERE, "at", True) == (
        'infra/firestore.json: add to the indexes of "journal": ["fields.exchange", "fields.at desc"]'
    )
    assert fault_of_query(known, "orders") == (
        'infra/firestore.json: add to the collections: "orders": {"expires": false, "indexes": []}'
    )
    ending = Write("journal", "1", {}, expire_at=START)
    assert fault_of_write(known, ending) == ('infra/firestore.json: documents of "journal" expire, say "expires": true')
    assert fault_of_write(known, Write("orders", "1", {})) == fault_of_query(known, "orders")


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.query("journal", [("rule", "==", "r")], "at"),
        lambda store: store.query("journal", where=[("rule", "==", "r")], descending=True),
        lambda store: store.count("journal", [("rule", "==", "r"), ("at", ">", "")]),
        lambda store: store.count("orders"),
        lambda store: store.write(Write("journal", "1", {}), Write("orders", "1", {})),
        lambda store: store.write(Write("bindings", "1", {}, expire_at=START)),
    ],
)
def test_any_test_that_asks_for_what_is_missing_fails(ask: Any) -> None:
    """Every test is held so (`tests/conftest.py`)."""
    with pytest.raises(AssertionError, match=r"infra/firestore\.json: "), held_to_the_catalogue():
        ask(MemoryStore(lambda: START))
