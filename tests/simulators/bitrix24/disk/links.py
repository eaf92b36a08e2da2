"""Addresses of bytes (facts 6.4, 6.7): signed, made for one caller, with the caller's secret or token inside."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from urllib.parse import quote

from tests.simulators.bitrix24.calls import Call
from tests.simulators.bitrix24.disk.state import DiskState
from tests.simulators.bitrix24.errors import access_denied
from tests.simulators.bitrix24.wire import Data, build_query, parse_query

UPLOAD_SECONDS = 3600


def download_url(call: Call, number: int, service: str = "") -> str:
    """Where the present bytes of a file, or those of a version, are."""
    return _url(call, "download", {"id": number, "service": service or None})


def upload_url(call: Call, folder_id: int, unique: bool) -> str:
    """Where the second step of an upload goes; dead after an hour, or with the access token."""
    until = int(call.portal.now().timestamp()) + UPLOAD_SECONDS
    return _url(call, "upload", {"id": folder_id, "unique": unique, "until": until})


def opened(call: Call) -> Data:
    """What the `token` of the call says; a token of another method or another caller, or a dead one, is refused."""
    token = call.params.get("token")
    parts = token.split("|") if isinstance(token, str) else []
    if len(parts) != 3 or parts[0] != "disk" or _signature(call, call.name, parts[1]) != parts[2]:
        raise access_denied(403)
    said = parse_query(b64decode(parts[1]).decode("ascii"))
    if "until" in said and int(said["until"]) <= call.portal.now().timestamp():
        raise access_denied(403)
    return said


def _url(call: Call, method: str, said: Data) -> str:
    nonce = call.portal.part(DiskState).number("link")
    packed = b64encode(build_query({**said, "_": nonce}).encode("ascii")).decode("ascii")
    token = quote(f"disk|{packed}|{_signature(call, method, packed)}", safe="")
    portal, caller = call.portal, call.caller
    if caller.kind == "webhook":
        return f"{portal.client_endpoint}{caller.user_id}/{caller.credential}/{method}/?token={token}"
    return f"{portal.client_endpoint}{method}.json?auth={caller.credential}&token={token}"


def _signature(call: Call, method: str, packed: str) -> str:
    signed = f"{call.portal.member_id}|{method}|{packed}|{call.caller.credential}"
    return hashlib.sha256(signed.encode("utf-8")).hexdigest()
