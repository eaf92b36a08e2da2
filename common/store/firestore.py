"""The store in Firestore, Native mode (facts 6). The client is imported when first used.

A document holds `key`, `json` (its data as text: any JSON returns as it was, nested arrays and odd names included),
`fields` (the top-level scalars that queries ask for; texts over 1500 bytes are left out), `write` (the id of the write
that made it) and `expire_at`.

What `infra/firestore.json` sets, per collection: no index for `json` and `write` (payloads are large, and Firestore
indexes every field), a TTL policy on `expire_at`, whose index must stay (`count` asks for it), and the composite
indexes that queries need (`common.store.indexes`). The emulator asks for none of them; tests hold every query of ours
against that file.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from common.ports import Condition, Document, Write
from common.store.firestore_calls import Calls, stored
from common.store.firestore_commit import Commit, version_of
from common.store.firestore_wire import KEY, data_of, document_id, is_alive, path_of
from common.store.queries import check_batch, checked_order, meets

if TYPE_CHECKING:
    from google.cloud.firestore import Client, Query

    from common.store.firestore_calls import Snapshot


class FirestoreStore:
    """`Store` in one Firestore database. Thread-safe.

    Every method raises `TryLater` when Firestore is unreachable, slow or contended through four tries. A version is
    the update time with its nanoseconds; one read before still matches when the document has expired since but nobody
    wrote it.
    """

    def __init__(
        self,
        project: str,
        database: str,
        now: Callable[[], datetime],
        client: Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._calls = Calls(project, database, client, sleep)
        self._now = now
        self._new_id = new_id

    def get(self, collection: str, key: str) -> Document | None:
        """The document, or None when there is none or it has expired."""
        return self.get_many(collection, [key]).get(key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        """The documents found, by key, in one round trip."""
        if not keys:
            return {}
        parent = self._calls.client().collection(collection)
        found = self._calls.read([parent.document(document_id(key)) for key in dict.fromkeys(keys)])
        return {document.key: document for document in self._alive(found)}

    def write(self, *writes: Write) -> list[str]:
        """Apply all writes or none, in one commit. Raises `AlreadyThere` or `Stale`.

        A commit whose answer was lost is sent again and may then meet its own first try. The id of the write, kept in
        the document, tells; where it cannot (a deletion, or somebody wrote since), `TryLater` leaves the question to
        the caller's next attempt, which reads anew.
        """
        check_batch(writes)
        return Commit(self._calls, writes, self._new_id(), self._now).run() if writes else []

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        """Documents that meet every condition, in the order asked for; ties by key in the same direction."""
        order = checked_order(where, order_by)
        query = self._asked(collection, where)
        if order or descending:
            path = path_of(order) if order else KEY
            query = query.order_by(path, direction="DESCENDING" if descending else "ASCENDING")
        found: list[Document] = []
        while len(found) < limit:
            wanted = limit - len(found)
            page = self._calls.stream(query.limit(wanted))
            found += self._alive(page)
            if len(page) < wanted:
                break
            query = query.start_after(page[-1])
        return found

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        """How many documents meet every condition.

        An aggregation, less the documents that have expired and still lie there. Those are read and compared here:
        asking for them together with `where` would need a composite index for every such question.
        """
        from google.cloud.firestore import FieldFilter

        checked_order(where, None)
        total = self._calls.count(self._asked(collection, where))
        expired = self._asked(collection, ()).where(filter=FieldFilter("expire_at", "<=", self._now()))
        lying = self._calls.stream(expired.select(["fields"]))
        return total - sum(meets(stored(snapshot)["fields"], where) for snapshot in lying)

    def _asked(self, collection: str, where: Sequence[Condition]) -> Query:
        from google.cloud.firestore import FieldFilter, Query

        query = Query(self._calls.client().collection(collection))
        for field, sign, value in where:
            query = query.where(filter=FieldFilter(path_of(field), sign, value))
        return query

    def _alive(self, snapshots: Iterable[Snapshot]) -> list[Document]:
        now = self._now()
        kept = [(stored(snapshot), version_of(snapshot)) for snapshot in snapshots]
        return [Document(fields["key"], data_of(fields), version) for fields, version in kept if is_alive(fields, now)]
