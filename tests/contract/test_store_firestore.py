"""Firestore keeps the contract, on the real emulator; what becomes of lost answers; how documents lie there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import AlreadyThere, Stale, TryLater
from common.ports import ABSENT, Write
from common.store.firestore import FirestoreStore
from common.store.firestore_wire import MAX_ID_BYTES, data_of, document_id, fields_of
from tests.clock import ManualClock
from tests.contract.store_contract import StoreContract, count_up
from tests.contract.store_model import check_against_model

if TYPE_CHECKING:
    from google.cloud.firestore import Client, WriteBatch

pytest_plugins = ("tests.firestore_emulator",)


@pytest.mark.firestore
class TestFirestoreStore(StoreContract):
    @pytest.fixture
    def store(self, firestore_project: str, clock: ManualClock) -> FirestoreStore:
        return FirestoreStore(firestore_project, "(default)", clock.now)

    def test_no_increment_is_lost(self, store: FirestoreStore) -> None:
        # The emulator makes writers of one document wait about two seconds for each other (facts 6.3).
        assert count_up(store, threads=3, each=5) == 15

    def test_behaves_as_a_dict(self, new_firestore_project: Callable[[], str]) -> None:
        check_against_model(lambda now, _: nullcontext(FirestoreStore(new_firestore_project(), "(default)", now)), 8)


class LossyClient:
    """A client whose commits go wrong as scripted: each entry acts in the place of one commit."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.script: list[Callable[[WriteBatch], list[Any]]] = []
        self.commits = 0

    def batch(self) -> LossyBatch:
        return LossyBatch(self, self._client.batch())

    def commit(self, batch: WriteBatch) -> list[Any]:
        self.commits += 1
        return self.script.pop(0)(batch) if self.script else batch.commit()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class LossyBatch:
    def __init__(self, client: LossyClient, batch: WriteBatch) -> None:
        self._client = client
        self._batch = batch

    def commit(self, retry: None, timeout: float) -> list[Any]:
        return self._client.commit(self._batch)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)


def _error(kind: object) -> Exception:
    """The client library's exceptions come without types."""
    return cast("Callable[[str], Exception]", kind)("scripted")


def _lose_before(_: WriteBatch) -> list[Any]:
    from google.api_core.exceptions import ServiceUnavailable

    raise _error(ServiceUnavailable)


def _lose_after(batch: WriteBatch) -> list[Any]:
    from google.api_core.exceptions import DeadlineExceeded

    batch.commit()
    raise _error(DeadlineExceeded)


def _contended(_: WriteBatch) -> list[Any]:
    from google.api_core.exceptions import Aborted

    raise _error(Aborted)


@pytest.mark.firestore
class TestLostAnswers:
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def client(self, firestore_project: str) -> LossyClient:
        from google.cloud.firestore import Client

        return LossyClient(Client(project=firestore_project))

    @pytest.fixture
    def store(self, client: LossyClient, clock: ManualClock) -> FirestoreStore:
        return FirestoreStore("unused", "(default)", clock.now, cast("Client", client), clock.sleep)

    @pytest.mark.parametrize("lose", [_lose_before, _lose_after, _contended])
    def test_create_meets_its_own_first_try(
        self, store: FirestoreStore, client: LossyClient, lose: Callable[[WriteBatch], list[Any]]
    ) -> None:
        client.script = [lose]
        (gone, version) = store.write(Write("a", "0", None), Write("a", "1", {"n": 1}, ABSENT))
        assert (gone, client.commits) == ("", 2)
        store.write(Write("a", "1", {"n": 2}, version))

    @pytest.mark.parametrize("lose", [_lose_before, _lose_after, _contended])
    def test_replacement_meets_its_own_first_try(
        self, store: FirestoreStore, client: LossyClient, lose: Callable[[WriteBatch], list[Any]]
    ) -> None:
        (version,) = store.write(Write("a", "1", {"n": 1}))
        client.script, before = [lose], client.commits
        (version,) = store.write(Write("a", "1", {"n": 2}, version))
        assert client.commits - before == 2
        store.write(Write("a", "1", {"n": 3}, version))
        found = store.get("a", "1")
        assert found is not None
        assert found.data == {"n": 3}

    def test_somebody_wrote_after_our_lost_try(self, store: FirestoreStore, client: LossyClient) -> None:
        def lose_and_be_overtaken(batch: WriteBatch) -> list[Any]:
            batch.commit()
            store.write(Write("a", "1", {"by": "another"}))
            return _lose_before(batch)

        client.script = [lose_and_be_overtaken]
        with pytest.raises(TryLater, match="cannot tell"):
            store.write(Write("a", "1", {"n": 1}, ABSENT))

    def test_lost_deletion_cannot_be_told(self, store: FirestoreStore, client: LossyClient) -> None:
        (version,) = store.write(Write("a", "1", {"n": 1}))
        client.script = [_lose_after]
        with pytest.raises(TryLater, match="cannot tell"):
            store.write(Write("a", "1", None, version))

    def test_conflict_of_others_is_a_conflict_at_once(self, store: FirestoreStore, client: LossyClient) -> None:
        (version,) = store.write(Write("a", "1", {"n": 1}))
        store.write(Write("a", "1", {"n": 2}))
        with pytest.raises(Stale):
            store.write(Write("a", "1", {"n": 3}, version))
        with pytest.raises(AlreadyThere):
            store.write(Write("a", "1", {"n": 3}, ABSENT))
        assert client.commits == 4

    @pytest.mark.parametrize("lose", [_lose_before, _contended])
    def test_gives_up_after_four_tries(
        self,
        store: FirestoreStore,
        client: LossyClient,
        clock: ManualClock,
        lose: Callable[[WriteBatch], list[Any]],
    ) -> None:
        client.script = [lose] * 4
        with pytest.raises(TryLater):
            store.write(Write("a", "1", {"n": 1}, ABSENT))
        assert (client.commits, clock.slept) == (4, [0.1, 0.3, 0.9])
        assert store.get("a", "1") is None


def test_unreachable_is_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")
    clock = ManualClock()
    store = FirestoreStore("demo", "(default)", clock.now, sleep=clock.sleep)
    for call in (
        lambda: store.get("a", "1"),
        lambda: store.query("a"),
        lambda: store.count("a"),
        lambda: store.write(Write("a", "1", {})),
    ):
        with pytest.raises(TryLater):
            call()
    assert clock.slept == [0.1, 0.3, 0.9] * 4


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_ids_are_safe_and_order_as_keys(first: str, second: str) -> None:
    ids = [document_id(first), document_id(second)]
    assert (ids[0] < ids[1], ids[0] == ids[1]) == (first < second, first == second)
    assert not any("/" in identity or identity in (".", "..") or identity.startswith("__") for identity in ids)


@pytest.mark.parametrize("letter", ["x", "Ж", "/", "😀"])
def test_long_keys_fit(letter: str) -> None:
    ids = {document_id(letter * length) for length in range(300, 3000, 7)}
    assert len(ids) == len(range(300, 3000, 7))
    assert max(len(identity.encode()) for identity in ids) <= MAX_ID_BYTES


def test_only_short_top_level_scalars_can_be_asked_for() -> None:
    data = {"a": 1, "b": None, "long": "я" * 751, "half": "\ud800", "list": [1], "__x__": 1, "Upper": 1, "data[a]": "b"}
    stored = fields_of(Write("c", "k", data), "id")
    assert stored["fields"] == {"a": 1, "b": None}
    assert data_of(json.loads(json.dumps(stored))) == data
    stored["json"].encode()


def test_importing_the_adapter_imports_no_google_package() -> None:
    code = "import sys, common.store.firestore; print({'grpc', 'google.auth', 'google.api_core'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
