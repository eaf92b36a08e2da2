"""What the provider has to say about somebody's configuration, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.simulators.google_provider import protocol

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """An error at a path of the configuration; an empty path means the whole resource."""

    summary: str
    detail: str = ""
    path: Path = ()


class Refused(Exception):
    """The simulated cloud says no; the text is what Terraform prints."""


def diagnostics(faults: Iterable[Fault]) -> list[Any]:
    return [
        protocol.message(
            "Diagnostic",
            severity=protocol.ERROR,
            summary=fault.summary,
            detail=fault.detail,
            attribute=attribute_path(fault.path),
        )
        for fault in faults
    ]


def attribute_path(path: Path) -> Any:
    steps = [
        protocol.message("Step", attribute_name=step)
        if isinstance(step, str)
        else protocol.message("Step", element_key_int=step)
        for step in path
    ]
    return protocol.message("AttributePath", steps=steps)
