"""Content is sent as it comes: exactly what was promised, or never to the end."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitrix import bodies, streams
from common.bitrix.bodies import Body
from common.errors import TryLater
from common.model.documents import Content
from tests.unit.bitrix.disk_stand import Source


def sent(body: Body) -> bytes:
    with body.chunks() as pieces:
        return b"".join(pieces)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_base64_does_not_depend_on_the_pieces(data: bytes, piece: int) -> None:
    body = streams.in_base64(Source(data, piece=piece).content)
    assert sent(body) == base64.b64encode(data)
    assert body.length == len(base64.b64encode(data))


@given(st.binary(max_size=300))
def test_content_in_a_query_comes_out_as_it_went_in(data: bytes) -> None:
    body = streams.in_query(data)
    assert base64.b64decode(unquote_to_bytes(sent(body))) == data
    assert body.length == len(sent(body))
    assert not set(sent(body)) & set(b"+/=&$")


def test_content_in_a_query_over_several_pieces() -> None:
    data = bytes(range(256)) * 1000
    body = streams.in_query(data)
    assert base64.b64decode(unquote_to_bytes(sent(body))) == data
    assert body.length == len(sent(body))


@pytest.mark.parametrize("made", [streams.plain, streams.in_base64])
@pytest.mark.parametrize(
    "given_bytes", [b"", b"other bytes!", b"promised byte", b"promised bytes and more", b"promised bytez"]
)
def test_other_content_than_promised_is_never_sent_whole(made: Callable[[Content], Body], given_bytes: bytes) -> None:
    body = made(Source(b"promised bytes", given=given_bytes, piece=4).content)
    received: list[bytes] = []
    with body.chunks() as pieces, pytest.raises(TryLater, match="content_changed"):
        received.extend(pieces)
    assert sum(map(len, received)) < body.length


def test_a_body_can_be_sent_again_and_closes_what_it_opened() -> None:
    source = Source(b"12345", piece=2)
    body = bodies.joined(b"<", streams.plain(source.content), streams.plain(source.content), b">")
    assert [sent(body), sent(body)] == [b"<1234512345>"] * 2
    assert body.length == 12
    assert (source.opened, source.closed) == (4, 4)


def test_a_body_that_is_left_half_way_closes_what_it_opened() -> None:
    source = Source(b"12345", piece=2)
    with bodies.joined(streams.plain(source.content)).chunks() as pieces:
        next(pieces)
        assert (source.opened, source.closed) == (1, 0)
    assert source.closed == 1


def test_content_at_hand_is_content_like_any_other() -> None:
    kept = streams.kept(b"x" * 200_000)
    with kept.chunks() as pieces:
        sizes = [len(piece) for piece in pieces]
    assert (sum(sizes), max(sizes)) == (kept.size, streams.PIECE)
    assert sent(streams.plain(streams.kept(b""))) == b""
