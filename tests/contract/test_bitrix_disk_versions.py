"""New content for a file that is there; and what is sent is what was promised, and no secret is told."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import httpx
import pytest

from common.errors import ExchangeError, InDoubt, NeedsPerson, SideDown, TryLater
from common.model.documents import DiskFile
from tests.simulators.bitrix24 import troubles
from tests.simulators.faults import Fault
from tests.simulators.web import Answer
from tests.unit.bitrix.disk_stand import DiskStand, Source, installed, is_upload
from tests.unit.bitrix.support import SECRET

FIVE_MB = bytes(range(256)) * 20_480


@pytest.fixture
def there() -> DiskStand:
    return DiskStand()


def test_new_content_for_the_same_object(there: DiskStand) -> None:
    number = there.file("Акт 100 $ «5».pdf", b"old")
    file = there.disk.files([number])[number]
    assert file
    there.hits()
    source = Source(FIVE_MB, piece=65_536)
    found = there.disk.upload_version(file, source.content)
    assert (found.id, found.name, found.size, found.revision) == (number, file.name, len(FIVE_MB), file.revision + 1)
    assert found.content != file.content
    assert there.person.read(number) == FIVE_MB
    assert (there.hits(), source.opened, source.closed) == (1, 1, 1)
    sent = there.asked[-1]
    assert sent.headers["Content-Length"] == str(len(sent.content))
    assert "Transfer-Encoding" not in sent.headers


def version(there: DiskStand) -> DiskFile:
    number = there.file()
    found = there.disk.files([number])[number]
    assert found
    there.hits()
    return found


def test_new_content_under_a_token_that_must_be_renewed_first() -> None:
    there, application = installed()
    file = version(there)
    there.stand.portal.faults.add(troubles.expired_token("disk.file.uploadVersion"))
    source = Source(FIVE_MB)
    assert there.disk.upload_version(file, source.content).size == len(FIVE_MB)
    assert (application.refreshes(), source.opened, source.closed) == (1, 2, 2)
    assert there.effects() == ["version"]


def test_a_file_that_somebody_edits_waits(there: DiskStand) -> None:
    file = version(there)
    there.person.lock(file.id)
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.upload_version(file, Source(b"new").content)
    assert stopped.value.stops[0].reason == "disk_file_locked"
    there.person.unlock(file.id)
    there.state.options.size_limit = 10
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.upload_version(file, Source(b"x" * 11).content)
    assert stopped.value.stops[0].reason == "disk_file_too_large"
    there.person.destroy(file.id)
    with pytest.raises(TryLater, match="disk_file_gone"):
        there.disk.upload_version(file, Source(b"new").content)


@pytest.mark.parametrize("lost", [troubles.drop_before, troubles.drop_after, lambda: troubles.html(502)])
def test_a_lost_answer_of_new_content_is_in_doubt(there: DiskStand, lost: Callable[[], Fault]) -> None:
    file = version(there)
    there.stand.portal.faults.add(lost())
    with pytest.raises(InDoubt):
        there.disk.upload_version(file, Source(b"new").content)
    assert there.hits() == 1


@pytest.mark.parametrize("given", [b"short", b"promised, and then something more", b"promised byteZ"])
@pytest.mark.parametrize("way", ["new", "version"])
def test_other_bytes_than_promised_change_nothing(there: DiskStand, given: bytes, way: str) -> None:
    file, source = version(there), Source(b"promised bytes", given=given, piece=4)
    with pytest.raises(TryLater) as later:
        there.disk.upload(there.root, "x", source.content) if way == "new" else there.disk.upload_version(
            file, source.content
        )
    assert (later.value.reason, type(later.value)) == ("content_changed", TryLater)
    assert there.effects() == []
    assert source.opened == source.closed


def test_a_source_that_breaks_says_so_itself(there: DiskStand) -> None:
    """1C going down in the middle of a file is no trouble of the portal."""

    def broken() -> None:
        raise SideDown("base:dm", "unreachable")

    source = Source(b"x", before=broken)
    with pytest.raises(SideDown) as down:
        there.disk.upload(there.root, "x.pdf", source.content)
    assert (down.value.side, source.closed, there.effects()) == ("base:dm", 1, [])


def faults() -> list[Fault]:
    return [
        Fault(is_upload, 9, drop_after=True), Fault(is_upload, 9, cut_after=5),
        Fault(is_upload, 9, instead=lambda _: Answer(500, b"<html>")),
        Fault(is_upload, 9, instead=lambda _: Answer(302, b"", {"Location": "https://evil.ru/"})),
        Fault(is_upload, 9, instead=lambda _: Answer(400, b'{"error":"X","error_description":"y"}')),
        Fault(is_upload, 9, instead=lambda _: Answer(200, b'{"result":false}')),
        troubles.drop_after("disk.file.uploadVersion", times=9), troubles.html(503, times=9),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(faults())))
def test_secrets_are_in_no_log_and_no_exception(caplog: pytest.LogCaptureFixture, number: int) -> None:
    caplog.set_level(logging.DEBUG)
    there = DiskStand()
    file = version(there)
    there.stand.portal.faults.add(faults()[number])
    raised = [
        told_by(lambda: there.disk.upload(there.root, "x.pdf", Source(b"x").content)),
        told_by(lambda: there.disk.upload_version(file, Source(b"x").content)),
    ]
    assert any(raised)
    told = "".join(map(texts, raised))
    logged = "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert SECRET not in told + logged
    assert "token=" not in told + logged
    assert not any(isinstance(error.__context__, httpx.HTTPError) for error in raised if error)


def told_by(call: Callable[[], object]) -> ExchangeError | None:
    try:
        call()
    except ExchangeError as error:
        return error
    return None


def texts(error: ExchangeError | None) -> str:
    if error is None:
        return ""
    return "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.__dict__)
