"""Packing all functions, beside the floor: the same bytes merely compressed, once for each zip they are in."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Mapping
from typing import TypeVar

from infra.cloud.packing import Package, packages, zipped
from infra.manifests import ROOT, read
from tests.benchmarks.report import Bar, table

SECONDS, BYTES = 5.0, 1_000_000
Made = TypeVar("Made")


def bench(small: bool) -> list[Bar]:
    """All functions, from the manifests to the bytes that would be uploaded."""
    manifests = read()
    chosen = dict(list(manifests.items())[:1]) if small else manifests
    found, seconds = _timed(lambda: packages(ROOT, chosen))
    contents = [_content(one) for one in found]
    _, floor = _timed(lambda: [zipped(one) for one in contents])
    rows = [(one.folder, len(one.data), len(one.modules), one.sha256[:12]) for one in found]
    table(f"{len(found)} functions packed", ("function", "bytes", "modules", "sha256"), rows)
    largest = max(len(one.data) for one in found)
    return [
        Bar(f"all functions packed in < {SECONDS:.0f} s", f"{seconds:.2f} s (floor {floor:.2f} s)", seconds < SECONDS),
        Bar(f"each zip < {BYTES} bytes", f"{largest} bytes", largest < BYTES, counted=True),
    ]


def _content(package: Package) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _timed(make: Callable[[], Made]) -> tuple[Made, float]:
    began = time.monotonic()
    made = make()
    return made, time.monotonic() - began
