"""Calls to Firestore with our own few retries, and what their failures mean."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from common.errors import ExchangeError, TryLater

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, Query, WriteBatch

    Snapshot = DocumentSnapshot[DocumentReference]

_T = TypeVar("_T")

PAUSES = (0.1, 0.3, 0.9)
"""Seconds between the tries; the client's own retries would go on for a minute."""

_CALL_SECONDS = 5.0
_QUERY_SECONDS = 30.0
"""A thousand documents of some size take longer than one; callers that must answer soon do not query."""


class ConditionFailed(ExchangeError):
    """A precondition of the commit did not hold; nothing was applied, or it was by an earlier try of ours."""


class NotApplied(TryLater):
    """Firestore took the commit back (contention, quota)."""


class AnswerLost(TryLater):
    """No answer: the commit may or may not have been applied."""


@dataclass
class Calls:
    """One client, opened when first used."""

    project: str
    database: str
    opened: Client | None = None
    sleep: Callable[[float], None] = time.sleep
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def client(self) -> Client:
        from google.cloud.firestore import Client

        with self._opening:
            if self.opened is None:
                self.opened = Client(project=self.project, database=self.database)
            return self.opened

    def read(self, references: Sequence[DocumentReference]) -> list[Snapshot]:
        """Those documents that exist, in one round trip, in no order."""
        client = self.client()
        snapshots = self._patiently(lambda: list(client.get_all(list(references), retry=None, timeout=_CALL_SECONDS)))
        return [snapshot for snapshot in snapshots if snapshot.exists]

    def stream(self, query: Query) -> list[Snapshot]:
        """All the query finds."""
        return self._patiently(lambda: list(query.stream(retry=_never(), timeout=_QUERY_SECONDS)))

    def count(self, query: Query) -> int:
        """How many documents the query would find, by aggregation."""
        counting = cast("_Counting", query.count())
        return self._patiently(lambda: int(counting.get(retry=_never(), timeout=_QUERY_SECONDS)[0][0].value))

    def commit(self, batch: WriteBatch) -> list[Any]:
        """Once. Raises `ConditionFailed`, `NotApplied` or `AnswerLost`; else the results in their order."""
        from google.api_core.exceptions import (
            Aborted,
            AlreadyExists,
            FailedPrecondition,
            NotFound,
            ServerError,
            TooManyRequests,
        )

        try:
            return batch.commit(retry=None, timeout=_CALL_SECONDS)
        except (AlreadyExists, FailedPrecondition, NotFound) as error:
            raise ConditionFailed(str(error)) from error
        except (Aborted, TooManyRequests) as error:
            raise NotApplied(f"firestore: {type(error).__name__}") from error
        except ServerError as error:
            raise AnswerLost(f"firestore: {type(error).__name__}") from error

    def _patiently(self, work: Callable[[], _T]) -> _T:
        from google.api_core.exceptions import Aborted, ServerError, TooManyRequests

        for pause in (*PAUSES, None):
            try:
                return work()
            except (Aborted, ServerError, TooManyRequests) as error:
                if pause is None:
                    raise TryLater(f"firestore: {type(error).__name__}") from error
                self.sleep(pause)
        raise AssertionError("the last try returns or raises")


class _Counted(Protocol):
    value: float


class _Counting(Protocol):
    """The client library gives its aggregations a type that cannot be called."""

    def get(self, *, retry: Retry, timeout: float) -> Sequence[Sequence[_Counted]]: ...


def stored(snapshot: Snapshot) -> dict[str, Any]:
    """The fields of a document that exists."""
    return cast("dict[str, Any]", snapshot.to_dict())


def _never() -> Retry:
    """Queries do not take None for "no retries": they fail on it when they should retry (client 2.34)."""
    from google.api_core.retry import Retry, if_exception_type

    return Retry(predicate=if_exception_type())
