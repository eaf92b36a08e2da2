"""Bytes that are sent: inline as base64 or as a file of a multipart form (facts 6.4, 6.5)."""

from __future__ import annotations

import binascii
from typing import Any

from tests.simulators.bitrix24.calls import Call, sequence
from tests.simulators.bitrix24.disk.handlers import disk_of
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.multipart import file_part

FIELD = "file"


def could_not_save(code: str = "ERROR_COULD_NOT_SAVE_FILE") -> RestError:
    """What every reason not to keep a file looks like from outside."""
    return RestError(code, f"Could not save file ({code})" if code.startswith("DISK") else "Could not save file.")


def inline(call: Call, sent: Any, code: str = "ERROR_COULD_NOT_SAVE_FILE") -> bytes:
    """The bytes of `fileContent`: `[name, base64]` or bare base64; empty or unreadable content is refused."""
    items = sequence(sent)
    text = items[-1] if items else ""
    try:
        # PHP decodes leniently: signs outside the alphabet are skipped.
        data = binascii.a2b_base64(text) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        data = b""
    limit = disk_of(call).options.inline_limit
    if not data or (limit is not None and len(data) > limit):
        raise could_not_save(code)
    return data


def multipart(call: Call) -> tuple[str, bytes]:
    """Name and bytes of the uploaded file: the name is the multipart filename (facts 6.4 [S])."""
    request = call.hit.request
    part = file_part(request, FIELD) if request is not None else None
    name = (part.filename or "").strip() if part else ""
    if request is None or part is None or not name:
        raise could_not_save()
    data = request.body[part.start : part.end]
    if not data and not disk_of(call).options.empty_two_step:
        raise could_not_save()
    return name, data


def check_room(call: Call, data: bytes, code: str = "ERROR_COULD_NOT_SAVE_FILE") -> None:
    """Refuse when there is no room, or the file is larger than the portal keeps."""
    options = disk_of(call).options
    if options.quota_exceeded:
        raise could_not_save(code)
    if options.size_limit is not None and len(data) > options.size_limit:
        if code.startswith("DISK_FILE"):
            raise RestError("DISK_FILE_22006", "Size restriction (DISK_FILE_22006)")
        raise could_not_save(code)
