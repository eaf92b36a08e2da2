"""Bytes of file versions: kept once, hashed when first asked, or made from a seed when read."""

from __future__ import annotations

import hashlib


class Content:
    """Bytes that are there; `sha256` may be known already (hexadecimal)."""

    def __init__(self, data: bytes, sha256: str = "") -> None:
        self._data, self._sha256 = data, sha256

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._data)

    @property
    def sha256(self) -> str:
        """Lower-case hexadecimal."""
        if not self._sha256:
            self._sha256 = hashlib.sha256(self._data).hexdigest()
        return self._sha256

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from `start` up to but not including `end`; the whole is not copied."""
        return self._data if start == 0 and end is None else self._data[start:end]


class SeededContent(Content):
    """`size` bytes that follow from a seed and take no memory until they are read."""

    def __init__(self, seed: str, size: int) -> None:
        super().__init__(b"")
        self._seed, self._size = seed, size

    @property
    def size(self) -> int:
        """Bytes."""
        return self._size

    @property
    def sha256(self) -> str:
        """Lower-case hexadecimal."""
        if not self._sha256:
            self._sha256 = hashlib.sha256(self.read()).hexdigest()
        return self._sha256

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from `start` up to but not including `end`."""
        stop = self._size if end is None else min(end, self._size)
        block = hashlib.sha256(self._seed.encode()).digest()
        first = start - start % len(block)
        made = block * -(-max(stop - first, 0) // len(block))
        return made[start - first : max(stop - first, 0)]
