"""One batch of conditional writes, from its first try to a certain end (facts 6.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from common.errors import AlreadyThere, Stale, TryLater
from common.ports import ABSENT, ANY, Write
from common.store.firestore_calls import PAUSES, AnswerLost, Calls, ConditionFailed, NotApplied, stored
from common.store.firestore_wire import document_id, fields_of, is_alive

if TYPE_CHECKING:
    from google.cloud.firestore import DocumentReference, LastUpdateOption, WriteBatch

    from common.store.firestore_calls import Snapshot


class Commit:
    """A batch under one write id, which every document it makes keeps in its field `write`."""

    def __init__(self, calls: Calls, writes: Sequence[Write], write_id: str, now: Callable[[], datetime]) -> None:
        self._calls = calls
        self._writes = list(writes)
        self._write_id = write_id
        self._now = now
        self._lost = False

    def run(self) -> list[str]:
        """The new versions. Raises `AlreadyThere`, `Stale` or `TryLater`."""
        for pause in PAUSES:
            try:
                versions = self._try()
            except AnswerLost:
                self._lost = True
            except NotApplied:
                pass
            else:
                if versions is not None:
                    return versions
            self._calls.sleep(pause)
        versions = self._try()
        if versions is None:
            raise TryLater("firestore: the document changes all the time")
        return versions

    def _try(self) -> list[str] | None:
        """Commit; None when a condition failed that holds by now, or that an expired document stood against."""
        try:
            results = self._calls.commit(self._batch())
        except ConditionFailed:
            return self._explain()
        # A deletion has no update time.
        return [
            "" if write.data is None else version_of(result)
            for write, result in zip(self._writes, results, strict=True)
        ]

    def _batch(self) -> WriteBatch:
        client = self._calls.client()
        batch = client.batch()
        for write in self._writes:
            reference = self._reference(write)
            option = None if write.expect in (ANY, ABSENT) else _unchanged_since(write.expect)
            if write.data is None:
                batch.delete(reference, option)
            elif write.expect == ABSENT:
                batch.create(reference, fields_of(write, self._write_id))
            elif write.expect == ANY:
                batch.set(reference, fields_of(write, self._write_id))
            else:
                batch.update(reference, fields_of(write, self._write_id), option)
        return batch

    def _explain(self) -> list[str] | None:
        """Why the commit was refused, by what lies there now."""
        found = {
            snapshot.reference.path: snapshot
            for snapshot in self._calls.read([self._reference(write) for write in self._writes])
        }
        ours = [snapshot for snapshot in found.values() if stored(snapshot)["write"] == self._write_id]
        if ours:
            # Our first try. All documents of a commit get one update time, those overwritten since had it too.
            return ["" if write.data is None else version_of(ours[0]) for write in self._writes]
        if self._lost:
            raise TryLater("firestore: cannot tell whether the first try was applied")
        self._writes = [self._checked(write, found.get(self._reference(write).path)) for write in self._writes]
        return None

    def _checked(self, write: Write, found: Snapshot | None) -> Write:
        """The write for the next try. Raises when its condition does not hold."""
        if write.expect == ABSENT and found is not None:
            if is_alive(stored(found), self._now()):
                raise AlreadyThere(write.key)
            return replace(write, expect=version_of(found))
        if write.expect not in (ANY, ABSENT) and (found is None or version_of(found) != write.expect):
            raise Stale(write.key)
        return write

    def _reference(self, write: Write) -> DocumentReference:
        return self._calls.client().collection(write.collection).document(document_id(write.key))


class Moment(Protocol):
    """Google's datetime with nanoseconds, which comes without types."""

    def rfc3339(self) -> str: ...

    def timestamp_pb(self) -> object: ...


class Updated(Protocol):
    """A snapshot or the result of a write."""

    @property
    def update_time(self) -> Moment: ...


def version_of(updated: Updated) -> str:
    """The update time in RFC 3339 with all its nanoseconds."""
    return updated.update_time.rfc3339()


def _unchanged_since(version: str) -> LastUpdateOption:
    from google.api_core.datetime_helpers import DatetimeWithNanoseconds
    from google.cloud.firestore import LastUpdateOption

    parse = cast("Callable[[str], Moment]", DatetimeWithNanoseconds.from_rfc3339)
    return LastUpdateOption(parse(version).timestamp_pb())
