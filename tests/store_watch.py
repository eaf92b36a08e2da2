"""Holds every query and write that a test sends to any store against `infra/firestore.json`.

The emulator and the other stores answer queries for which Firestore asks an index (facts gcp §6.3), so that only the
real database would notice. Wrappers such as `OverlayStore` pass their queries on to one of these stores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

from common.ports import Condition, Write
from common.store.firestore import FirestoreStore
from common.store.indexes import needed
from common.store.sqlite import SqliteStore
from tests.firestore_catalogue import catalogue, fault_of_query, fault_of_write
from tests.memory_store import MemoryStore

STORES = (SqliteStore, FirestoreStore, MemoryStore)

_faults: list[str] = []


def watch_stores() -> None:
    """From now on all stores of this process are watched."""
    for store in STORES:
        for name, seen in (("query", _asked), ("count", _counted), ("write", _written)):
            setattr(store, name, _noted(getattr(store, name), seen))


@contextmanager
def held_to_the_catalogue() -> Iterator[None]:
    """Raises AssertionError at its end for what the catalogue lacks of what was asked inside, or before it by fixtures
    that several tests share.
    """
    yield
    found = sorted(set(_faults))
    _faults.clear()
    assert not found, "\n".join(found)


def forget() -> None:
    """What was asked so far is nobody's fault."""
    _faults.clear()


def _noted(method: Callable[..., Any], seen: Callable[..., None]) -> Callable[..., Any]:
    @wraps(method)
    def noting(store: object, *args: Any, **kwargs: Any) -> Any:
        seen(*args, **kwargs)
        return method(store, *args, **kwargs)

    return noting


def _asked(
    collection: str,
    where: Sequence[Condition] = (),
    order_by: str | None = None,
    descending: bool = False,
    limit: int = 0,
) -> None:
    _note(_of_query(collection, tuple((field, sign) for field, sign, _ in where), order_by, descending))


def _counted(collection: str, where: Sequence[Condition] = ()) -> None:
    _asked(collection, where)


def _written(*writes: Write) -> None:
    for write in writes:
        _note(fault_of_write(catalogue()["collections"], write))


def _note(fault: str) -> None:
    if fault:
        _faults.append(fault)


@cache
def _of_query(collection: str, where: tuple[Any, ...], order_by: str | None, descending: bool) -> str:
    """One shape of query is judged once, whatever its values."""
    shape: list[Condition] = [(field, sign, "") for field, sign in where]
    try:
        needed(collection, shape, order_by, descending)
    except ValueError:
        return ""  # the store itself refuses it
    return fault_of_query(catalogue()["collections"], collection, shape, order_by, descending)
