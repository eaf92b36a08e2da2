"""Bodies of requests, small ones whole, others opened when they are sent: their length is known before. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from common.model.documents import Chunks


@dataclass(frozen=True, slots=True)
class Body:
    """`length` bytes that `chunks` gives, anew each time it is opened: once for each attempt."""

    length: int
    chunks: Chunks


Payload = bytes | Body
Making = Callable[[Mapping[str, str]], Payload]
"""Makes a body that holds the given credentials: another one after each renewal."""


def as_json(params: Mapping[str, Any]) -> Making:
    """A JSON object of the parameters and the credentials, for calls that are small."""
    return lambda credentials: json.dumps({**params, **credentials}).encode()


def opened(payload: Payload) -> AbstractContextManager[bytes | Iterator[bytes]]:
    """What is sent in one attempt."""
    return nullcontext(payload) if isinstance(payload, bytes) else payload.chunks()


def length(payload: Payload) -> int:
    """How many bytes the attempt sends."""
    return len(payload) if isinstance(payload, bytes) else payload.length


def joined(*parts: Payload) -> Body:
    """One after another; each is opened when its turn comes."""
    return Body(sum(map(length, parts)), lambda: closing(_in_turn(parts)))


def _in_turn(parts: tuple[Payload, ...]) -> Generator[bytes, None, None]:
    for part in parts:
        with opened(part) as content:
            if isinstance(content, bytes):
                yield content
            else:
                yield from content
