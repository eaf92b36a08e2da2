"""The `Idempotency-Key` of a write (contract §1). Pure.

A repetition of a write has the same key and gets the stored answer; a later equal write begins from another
`data_version`, so it has another key and is done.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

NAMESPACE: Final = UUID("6f9b8b1e-5a0c-4c55-9d0e-0d4d1b24e1c5")
"""Drawn once for this project. Never changed: a repetition after an update must still have its key."""


def of_change(method: str, resource: str, if_match: str, body_sha256: str) -> str:
    """Of a write that names the version it changes; `if_match` is the header's value."""
    return _key(method, resource, if_match, body_sha256)


def of_new(method: str, resource: str, mark: str, body_sha256: str) -> str:
    """Of a write that makes something new; `mark` is our id of it."""
    return _key(method, resource, f"new:{mark}", body_sha256)


def _key(method: str, resource: str, origin: str, body_sha256: str) -> str:
    return str(uuid5(NAMESPACE, "\n".join((method.upper(), resource, origin, body_sha256))))
