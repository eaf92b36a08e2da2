"""A collection of functions in a folder of the test's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PRIVATE = {"public": False, "memory": "512M", "cpu": "1", "timeout_seconds": 300, "concurrency": 1}
ENTRY = {**PRIVATE, "egress": False, "secrets": ["BITRIX_WEBHOOK_URL"]}
RECEIVE = {**ENTRY, "public": True, "timeout_seconds": 30, "puts": ["bulk"]}
PROCESS = {**ENTRY, "queue": "bulk"}
HEAD = {"about": "Something happened", "kind": "webhook", "exchange": "acts"}


def webhook(**changes: Any) -> dict[str, Any]:
    """A right manifest of a webhook, with these fields otherwise; None leaves one out."""
    return {**HEAD, "entry_points": {"receive": RECEIVE, "process": PROCESS}} | changes


def job(**changes: Any) -> dict[str, Any]:
    """A right manifest of a job."""
    return {**HEAD, "kind": "job", "schedule": "*/5 * * * *", "entry_points": {"run": ENTRY}} | changes


def collection(root: Path, manifests: Mapping[str, Any]) -> Path:
    """A checkout with these functions: a text stands there as it is, everything else as JSON."""
    for name, manifest in manifests.items():
        folder = root / "functions" / name
        folder.mkdir(parents=True)
        text = manifest if isinstance(manifest, str) else json.dumps(manifest, ensure_ascii=False)
        (folder / "function.json").write_text(text, encoding="utf-8")
        for file in ("__init__.py", "main.py"):
            (folder / file).write_text("", encoding="utf-8")
    return root
