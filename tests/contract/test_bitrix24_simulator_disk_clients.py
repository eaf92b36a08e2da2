"""Public clients, unmodified, at the simulated Disk (how they reach it: `test_bitrix24_simulator_clients.py`)."""

from __future__ import annotations

import shutil
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from b24pysdk import Client, errors  # type: ignore[import-untyped]  # the clients carry no type marker
from b24pysdk.credentials import BitrixWebhook  # type: ignore[import-untyped]
from fast_bitrix24 import Bitrix  # type: ignore[import-untyped]

from tests.contract.disk_bench import Bench
from tests.simulators.bitrix24.disk import seed_files
from tests.simulators.bitrix24.tls import Tunnel, certificate
from tests.simulators.web import Server


@pytest.fixture
def bench(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A portal behind a tunnel, under its real host name."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate for the https-only client")
    pair = certificate(tmp_path_factory.mktemp("tls"), "example.bitrix24.ru")
    bench = Bench()
    bench.moment = datetime.now(UTC)
    with Server(bench.portal) as server, Tunnel(int(server.url.rpartition(":")[2]), *pair) as tunnel:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, tunnel.url)
        for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pair[0]))
        yield bench


def disk_of() -> Any:
    return Client(BitrixWebhook(domain="example.bitrix24.ru", webhook_token="1/secret")).disk


def text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def test_sdk_walks_the_life_of_a_file(bench: Bench) -> None:
    disk = disk_of()
    (storage,) = disk.storage.get_list(filter={"ENTITY_TYPE": "common"}).result
    folder = disk.folder.add_sub_folder(int(storage["ROOT_OBJECT_ID"]), {"NAME": "Акты"}).result["ID"]
    sent = {"data": {"NAME": "a.txt"}, "file_content": ("a.txt", text(b"one"))}
    file = disk.folder.upload_file(folder, **sent).result["ID"]
    with pytest.raises(errors.BitrixAPIError, match="DISK_OBJ_22000"):
        disk.folder.upload_file(folder, **sent).result  # noqa: B018  # the request is made by reading the result
    bench.pass_time(400)
    assert disk.file.upload_version(file, ("a.txt", text(b"two!"))).result["SIZE"] == "4"
    assert [row["SIZE"] for row in disk.file.get_versions(file).result] == ["4", "3"]
    assert disk.file.rename(file, "b.txt").result["NAME"] == "b.txt"
    assert disk.file.move_to(file, bench.folder).result["PARENT_ID"] == bench.folder
    assert disk.file.mark_deleted(file).result["DELETED_TYPE"] == "3"
    assert disk.folder.get_children(bench.folder).result == []
    assert disk.file.restore(file).result["DELETED_TYPE"] == 0
    assert disk.file.get_fields().result["SIZE"]["USE_IN_FILTER"] is False
    assert disk.file.delete(file).result is True
    with pytest.raises(errors.BitrixAPIError, match="Could not find entity"):
        disk.file.get(file).result  # noqa: B018  # likewise


def test_sdk_lists_a_large_folder(bench: Bench) -> None:
    seed_files(bench.portal, bench.folder, 120)
    rows = list(disk_of().folder.get_children(bench.folder).as_list().result)
    assert len({row["ID"] for row in rows}) == 120


def test_fast_client_lists_a_large_folder() -> None:
    bench = Bench()
    seed_files(bench.portal, bench.folder, 120)
    with Server(bench.portal) as server:
        bench.portal.at(server.url)
        client = Bitrix(bench.webhook.replace("https://example.bitrix24.ru", server.url), verbose=False)
        # It warns of every method whose name it does not know as a list, and reads on.
        with pytest.warns(UserWarning, match="get_all"):
            rows = client.get_all("disk.folder.getChildren", {"id": bench.folder})
    assert len({row["ID"] for row in rows}) == 120
