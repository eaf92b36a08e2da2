"""Files as records of a task, and back; a body that is not ours is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.exchanges.documents import records
from common.model.documents import DiskId, DocumentId, FileId
from common.model.ids import PortalKey, RecordKey
from common.model.records import Record
from tests.unit.exchanges.documents.samples import AT, PORTAL

FILE = records.file_record(PORTAL, FileId("f1"), AT, "seq:7", DocumentId("d1"))
DISK = records.disk_record(PORTAL, DiskId(9043), AT, "disk:9043")
MOMENTS = st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given besides


def again(record: Record) -> Record:
    """As the queue gives it back."""
    return records.read(json.loads(json.dumps(record.body)))


@settings(deadline=None)
@given(
    st.uuids().map(str), MOMENTS, st.text(), st.dictionaries(st.sampled_from(["released", "submitted"]), st.booleans())
)
def test_a_file_of_1c_comes_back_as_it_went(file: str, at: Any, entry: str, more: dict[str, bool]) -> None:
    record = records.file_record(PORTAL, FileId(file), at, entry, None, **more)
    assert again(record) == record
    assert (records.file_of(record), records.is_file(record), record.order) == (file, True, at)
    assert records.file_in(record.key) == file
    assert {name: record.body[name] for name in more} == more


@settings(deadline=None)
@given(st.integers(1), MOMENTS, st.text())
def test_a_file_of_disk_comes_back_as_it_went(disk: int, at: Any, entry: str) -> None:
    record = records.disk_record(PORTAL, DiskId(disk), at, entry, submitted=True)
    assert again(record) == record
    assert (records.disk_of(record), records.is_file(record)) == (disk, False)
    assert records.file_in(record.key) is None


def test_a_file_is_one_record_whatever_happens_on_either_side() -> None:
    other = records.file_record(PORTAL, FileId("f1"), AT, "disk 2026", None, released=True)
    assert (FILE.key, FILE.source) == (other.key, other.source) == (RecordKey("file:m1:f1"), "file:f1")
    assert (DISK.key, DISK.source) == (RecordKey("disk:m1:9043"), "disk:9043")
    assert records.key("m1", "f1") == FILE.key
    assert FILE.body["document"] == "d1"


def test_portals_are_told_apart_and_a_webhooks_host_may_hold_a_port() -> None:
    other = records.file_record(PortalKey("portal.local:8443"), FileId("f1"), AT, "x")
    assert other.key != FILE.key
    assert records.file_in(other.key) == "f1"


@pytest.mark.parametrize("missing", ["kind", "portal", "file", "at"])
def test_a_file_without_a_part_is_refused(missing: str) -> None:
    with pytest.raises(KeyError):
        records.read({name: value for name, value in FILE.body.items() if name != missing})


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "deal"},
        {"kind": None},
        {"at": "2026-11-20T09:00:00"},
        {"at": "yesterday"},
        {"at": 5},
        {"kind": "disk", "disk": "nine"},
        {"kind": "disk", "disk": None},
    ],
)
def test_a_body_of_others_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        records.read({**FILE.body, **wrong})
