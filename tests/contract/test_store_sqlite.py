"""The SQLite store keeps the contract, also between processes and over a restart."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from common.errors import TryLater
from common.ports import ABSENT, Write
from common.sqlite import Database
from common.store.sqlite import SqliteStore
from tests.clock import ManualClock
from tests.contract.store_contract import StoreContract, count_up
from tests.contract.store_model import check_against_model

_CREATE = """
import sys
from datetime import UTC, datetime
from common.errors import AlreadyThere
from common.ports import ABSENT, Write
from common.store.sqlite import SqliteStore

store = SqliteStore(sys.argv[1], lambda: datetime(2026, 1, 1, tzinfo=UTC))
won = 0
for number in range(40):
    try:
        store.write(Write("claims", str(number), {"by": sys.argv[2]}, ABSENT))
        won += 1
    except AlreadyThere:
        pass
store.close()
print(won)
"""


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> str:
        return str(tmp_path / "new folder" / "store.sqlite")

    @pytest.fixture
    def store(self, path: str, clock: ManualClock) -> Iterator[SqliteStore]:
        store = SqliteStore(path, clock.now)
        yield store
        store.close()

    def test_no_increment_is_lost(self, store: SqliteStore) -> None:
        assert count_up(store, threads=8, each=25) == 200

    def test_behaves_as_a_dict(self, tmp_path: Path) -> None:
        def make(now: Callable[[], datetime], number: int) -> closing[SqliteStore]:
            return closing(SqliteStore(str(tmp_path / f"{number}.sqlite"), now, durable=False))

        check_against_model(make, 60)

    def test_processes_share_a_file_from_its_first_moment(self, path: str) -> None:
        command = [sys.executable, "-c", _CREATE, path]
        workers = [subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(4)]
        assert sum(int(worker.communicate(timeout=30)[0]) for worker in workers) == 40

    def test_purges_what_has_expired(self, store: SqliteStore, clock: ManualClock) -> None:
        store.write(Write("a", "1", {}, expire_at=clock.now() + timedelta(seconds=1)), Write("a", "2", {}))
        assert store.purge() == 0
        clock.advance(1)
        assert store.purge() == 1
        assert store.count("a") == 1

    def test_survives_a_restart(self, store: SqliteStore, path: str, clock: ManualClock) -> None:
        (version,) = store.write(Write("a", "1", {"n": 1}))
        store.close()
        again = SqliteStore(path, clock.now)
        found = again.get("a", "1")
        again.close()
        assert found
        assert (found.data, found.version) == ({"n": 1}, version)

    def test_queries_use_an_index(self, store: SqliteStore, path: str) -> None:
        store.query("things", [("state", "==", "open")], order_by="size")
        database = Database(path, "")
        with database.reading() as connection:
            plan = connection.execute(
                "EXPLAIN QUERY PLAN SELECT key FROM documents "
                "WHERE collection = 'things' AND json_extract(data, '$.state') = 'open'"
            ).fetchall()
        database.close()
        assert "documents_by_field_state" in plan[0][3]

    def test_a_full_disk_is_for_later(self, store: SqliteStore, path: str) -> None:
        store.write(Write("a", "1", {"n": 1}))
        with store._database.reading() as connection:
            connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(TryLater, match="full"):
            store.write(Write("a", "2", {"n": "x" * 100_000}, ABSENT))
        assert store.get("a", "2") is None

    def test_only_the_owner_may_read_the_files(self, store: SqliteStore, path: str) -> None:
        store.write(Write("a", "1", {"token": "secret"}))
        assert {file.name: file.stat().st_mode & 0o077 for file in Path(path).parent.iterdir()} == {
            "store.sqlite": 0,
            "store.sqlite-wal": 0,
            "store.sqlite-shm": 0,
        }

    def test_readers_do_not_wait_for_a_writer(self, store: SqliteStore) -> None:
        store.write(Write("a", "1", {"n": 1}))
        with store._database.writing(), ThreadPoolExecutor(1) as pool:
            assert pool.submit(store.get, "a", "1").result(5) is not None
