"""Secret Manager, as far as reading a version goes: `GET …/secrets/NAME/versions/VERSION:access`.

From cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access: the payload comes in
base64 with its CRC32C; who may not read gets 403 PERMISSION_DENIED, also for what is not there at all unless he may see
the project; a version that is disabled or destroyed gets 400 FAILED_PRECONDITION.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.web import Answer, Request

_ACCESS = re.compile(r"/v1/projects/([^/]+)/secrets/([^/]+)/versions/(\d+|latest):access")


@dataclass
class SecretManager:
    """`secrets`: by project and name, their versions from 1. `closed`: names this caller may not read."""

    token: str
    secrets: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    disabled: set[tuple[str, int]] = field(default_factory=set)
    read: list[str] = field(default_factory=list)

    def respond(self, request: Request) -> Answer:
        found = _ACCESS.fullmatch(request.path)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if request.method != "GET" or found is None:
            return _refusal(404, "NOT_FOUND", "Not found.")
        project, name, version = found.groups()
        versions = self.secrets.get((project, name), [])
        number = len(versions) if version == "latest" else int(version)
        if name in self.closed:
            return _refusal(403, "PERMISSION_DENIED", "Permission 'secretmanager.versions.access' denied.")
        if not 1 <= number <= len(versions):
            return _refusal(404, "NOT_FOUND", f"Secret Version [{name}/{version}] not found.")
        if (name, number) in self.disabled:
            return _refusal(400, "FAILED_PRECONDITION", f"Secret Version [{name}/{version}] is in DISABLED state.")
        self.read.append(f"{name}/{number}")
        data = versions[number - 1].encode("utf-8")
        payload = {"data": base64.b64encode(data).decode(), "dataCrc32c": str(crc32c(data))}
        return _json({"name": f"projects/{project}/secrets/{name}/versions/{number}", "payload": payload})


def crc32c(data: bytes) -> int:
    """Castagnoli's polynomial, reflected (RFC 3720 appendix B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def _refusal(status: int, code: str, message: str) -> Answer:
    return _json({"error": {"code": status, "status": code, "message": message}}, status)


def _json(value: Mapping[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=UTF-8"})
