"""Bytes on their way: 1C never gets whole what is not what was promised, and we never take it for whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import TryLater
from common.model.documents import Content, Version, VersionId
from common.onec.http_service import streams

PIECES = st.lists(st.binary(max_size=9), max_size=6)


@contextmanager
def nothing() -> Iterator[Iterator[bytes]]:
    yield iter(())


def content(data: bytes) -> Content:
    return Content(len(data), sha256(data).hexdigest(), nothing)


def version(data: bytes) -> Version:
    return Version(VersionId("1"), 1, len(data), sha256(data).hexdigest())


@given(PIECES)
def test_what_is_as_promised_goes_out_unchanged(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert b"".join(streams.outgoing(content(data), pieces)) == data
    assert b"".join(streams.incoming(version(data), pieces)) == data


@given(PIECES, st.binary(max_size=20))
def test_what_is_not_as_promised_never_goes_out_whole(pieces: list[bytes], promised: bytes) -> None:
    data = b"".join(pieces)
    if data == promised:
        return
    sent = list[bytes]()
    with pytest.raises(TryLater, match="changed_while_sent"):
        sent.extend(streams.outgoing(content(promised), pieces))
    assert len(b"".join(sent)) < max(len(promised), 1)


@pytest.mark.parametrize(
    ("came", "reason"),
    [([b"ab"], "content_cut"), ([], "content_cut"), ([b"abc", b"d"], "changed_while_read"), ([b"abd"], "changed_")],
)
def test_what_came_otherwise_is_read_again(came: list[bytes], reason: str) -> None:
    with pytest.raises(TryLater, match=reason):
        list(streams.incoming(version(b"abc"), came))


def test_the_head_may_tell_before_the_bytes_do() -> None:
    hashed = version(b"abc").sha256
    for etag, length in ((f'"{hashed}"', "3"), (f'W/"{hashed.upper()}"', ""), ("", "3"), ("", "")):
        streams.check_head(version(b"abc"), etag, length)
    for etag, length in ((f'"{sha256(b"abd").hexdigest()}"', "3"), (f'"{hashed}"', "4"), ("", "2")):
        with pytest.raises(TryLater, match="changed_while_read"):
            streams.check_head(version(b"abc"), etag, length)
