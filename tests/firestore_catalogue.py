"""`infra/firestore.json`: what Terraform makes in Firestore, against what the code asks of its stores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from common.ports import Condition, Write
from common.store.indexes import needed
from infra.local.collection import ROOT

PATH = ROOT / "infra" / "firestore.json"


@cache
def catalogue() -> dict[str, Any]:
    """The file."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def fault_of_query(
    collections: dict[str, Any],
    collection: str,
    where: Sequence[Condition] = (),
    order_by: str | None = None,
    descending: bool = False,
) -> str:
    """What the catalogue lacks for this query, with what to add; "" for nothing. Firestore would refuse the query."""
    if collection not in collections:
        return _unknown(collection)
    index = needed(collection, where, order_by, descending)
    if index is None or index.is_met_by(collections[collection]["indexes"]):
        return ""
    return f'infra/firestore.json: add to the indexes of "{collection}": {json.dumps(index.fields)}'


def fault_of_write(collections: dict[str, Any], write: Write) -> str:
    """The same for a write: Firestore would keep what expires for ever."""
    if write.collection not in collections:
        return _unknown(write.collection)
    if write.expire_at is not None and not collections[write.collection]["expires"]:
        return f'infra/firestore.json: documents of "{write.collection}" expire, say "expires": true'
    return ""


def _unknown(collection: str) -> str:
    return f'infra/firestore.json: add to the collections: "{collection}": {{"expires": false, "indexes": []}}'
