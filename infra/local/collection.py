"""The functions found by their manifests, called in this process as the platform would call them over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import cast

from flask import Request
from werkzeug.test import EnvironBuilder

from infra.manifests import ROOT, Manifest, read

__all__ = ["ROOT", "Function", "Handler", "by_slug", "call", "functions", "process"]

Handler = Callable[[Request], tuple[str, int, dict[str, str]]]


@dataclass(frozen=True)
class Function:
    """A folder of `functions/` with its manifest."""

    manifest: Manifest

    @property
    def name(self) -> str:
        return self.manifest.folder

    def timeout(self, entry: str) -> float:
        """Seconds after which the platform ends a call."""
        return float(self.manifest.entry_points[entry].timeout_seconds)

    def handler(self, entry: str) -> Handler:
        """The entry point; its folder is imported now."""
        return cast(Handler, getattr(import_module(f"functions.{self.name}.main"), entry))


@cache
def functions() -> dict[str, Function]:
    """All functions of the collection, by name. Raises ManifestError."""
    return {name: Function(manifest) for name, manifest in read().items()}


def call(
    function: str,
    entry: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    query: str = "",
    method: str = "POST",
    sender: str = "",
) -> tuple[int, str, dict[str, str]]:
    """Call an entry point; status, body and headers. An exception is the platform's 500, and is raised here."""
    address = {"REMOTE_ADDR": sender} if sender else {}
    named = list((headers or {}).items())
    builder = EnvironBuilder(method=method, query_string=query, data=body, headers=named, environ_overrides=address)
    try:
        text, status, answer = functions()[function].handler(entry)(Request(builder.get_environ()))
    finally:
        builder.close()
    return status, text, answer


def by_slug(slug: str) -> Function | None:
    """The function that answers at this address."""
    return next((function for function in functions().values() if function.manifest.slug == slug), None)


def process(function: str, body: bytes, headers: Mapping[str, str], _timeout: float) -> tuple[int, float | None]:
    """Call a function's `process` for the embedded queue: status and `Retry-After` in seconds."""
    status, _, answer = call(function, "process", body, headers)
    pause = answer.get("Retry-After")
    return status, float(pause) if pause else None
