"""Disk of the simulated portal: bytes by DOWNLOAD_URL (facts 6.7)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.contract.disk_bench import BROWSER, Bench
from tests.simulators.bitrix24 import troubles


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_bytes_are_those_of_the_moment(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "Акт № 1.pdf", b"first")
    url = bench.file(file)["DOWNLOAD_URL"]
    answer = bench.download(url)
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"first", "5")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert quote("Акт № 1.pdf") in answer.headers["Content-Disposition"]
    bench.boris.edit(file, b"second!")
    assert bench.download(url).content == b"second!"


def test_an_edit_while_the_download_runs_is_not_in_it(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"old")
    url = bench.file(file)["DOWNLOAD_URL"]
    bench.disk.once_after("download", lambda call: bench.boris.edit(file, b"new one"))
    assert bench.download(url).content == b"old"
    assert bench.file(file)["SIZE"] == "7"


@pytest.mark.parametrize("missing", sorted(BROWSER))
def test_without_the_headers_of_a_browser_it_is_404(bench: Bench, missing: str) -> None:
    file = bench.uploaded("a.txt", b"12345")
    url = bench.file(file)["DOWNLOAD_URL"]
    answer = bench.download(url, {name: value for name, value in BROWSER.items() if name != missing})
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")
    assert "a.txt" in answer.headers["Content-Disposition"]
    assert [(record.method, record.status) for record in bench.portal.requests][-1] == ("download", 404)
    bench.disk.options.header_sensitive_download = False
    assert bench.download(url, {}).content == b"12345"


def test_an_address_carries_the_secret_of_a_webhook(bench: Bench) -> None:
    file = bench.uploaded("a.txt")
    url = bench.file(file)["DOWNLOAD_URL"]
    assert url.startswith("https://example.bitrix24.ru/rest/1/secret/download/?token=disk%7C")
    bench.pass_time(86_400)
    assert bench.download(url).status_code == 200


def test_an_address_dies_with_the_access_token(bench: Bench) -> None:
    file, token = bench.uploaded("a.txt", b"x"), bench.token(bench.application())
    url = bench.result("disk.file.get", {"id": file}, token)["DOWNLOAD_URL"]
    assert url.startswith(f"https://example.bitrix24.ru/rest/download.json?auth={token}&token=disk%7C")
    bench.pass_time(3599)
    assert bench.download(url).content == b"x"
    bench.pass_time(1)
    answer = bench.download(url)
    assert (answer.status_code, answer.json()["error"]) == (401, "expired_token")
    renewed = bench.result("disk.file.get", {"id": file}, bench.token(bench.application()))["DOWNLOAD_URL"]
    assert bench.download(renewed).content == b"x"


def test_an_address_is_for_its_caller_and_its_file(bench: Bench) -> None:
    one, two = bench.uploaded("a.txt"), bench.uploaded("b.txt")
    first, second = (bench.file(number)["DOWNLOAD_URL"] for number in (one, two))
    mixed = first.rpartition("%7C")[0] + "%7C" + second.rpartition("%7C")[2]
    bench.portal.add_webhook(1, "other", ["disk"])
    upload = bench.result("disk.folder.uploadFile", {"id": bench.folder})["uploadUrl"]
    for forged in (mixed, first.replace("secret", "other"), upload.replace("upload", "download")):
        assert bench.download(forged).status_code == 403


def test_a_version_has_an_address_of_its_own(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"old")
    bench.version(file, b"new")
    contents = [bench.download(row["DOWNLOAD_URL"]).content for row in bench.versions(file)]
    assert contents == [b"new", b"old"]


def test_downloads_and_uploads_count_as_requests() -> None:
    bench = Bench(intensity=(4, 2.0))
    file = bench.uploaded("a.txt")
    url = bench.file(file)["DOWNLOAD_URL"]
    bench.two_steps("b.txt", b"1")
    assert bench.download(url).status_code == 503
    bench.pass_time(1)
    assert bench.download(url).status_code == 200


def test_a_download_breaks_off(bench: Bench) -> None:
    file = bench.uploaded("a.txt", b"12345")
    url = bench.file(file)["DOWNLOAD_URL"]
    bench.portal.faults.add(troubles.truncated(2, "download"))
    with pytest.raises(Exception, match="complete body"):
        bench.download(url)
    assert bench.download(url).content == b"12345"


def test_a_renamed_portal_redirects_a_download(bench: Bench) -> None:
    url = bench.file(bench.uploaded("a.txt"))["DOWNLOAD_URL"]
    bench.portal.rename("new.bitrix24.ru")
    answer = bench.download(url)
    assert answer.status_code == 302
    headers = {**BROWSER, "Referer": "https://new.bitrix24.ru/"}
    assert bench.download(answer.headers["Location"], headers).status_code == 200
