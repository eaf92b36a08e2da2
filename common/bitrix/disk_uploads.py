"""New files and new contents on Disk (facts bitrix24 §6.4, §6.5; rules, Bytes)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from common.bitrix import batch, bodies, disk_wire, streams
from common.bitrix.answers import Answer
from common.bitrix.batch import Command, Commands, Outcome
from common.bitrix.bodies import Body, Making, Payload
from common.bitrix.client import BitrixClient
from common.bitrix.disk_names import corrected
from common.bitrix.faults import Fault, classify, understood
from common.errors import ExchangeError
from common.model.documents import Content, DiskFile, FolderId, Upload

AT_ONCE = 40
INLINE = 1024 * 1024
"""Files and bytes of each that go together (rules, Bytes)."""


class Uploads:
    """The part of the `Disk` port that sends content. Names are corrected before, so that they are known."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def together(self, uploads: Sequence[Upload]) -> list[DiskFile | Exception]:
        """One request, and one or two more for each name or content that a batch cannot carry.

        An error of the portal as a whole that meets one of them (`SideDown`) is that one's outcome, too.
        """
        if len(uploads) > AT_ONCE or any(len(upload.data) > INLINE for upload in uploads):
            raise ValueError(f"more than {AT_ONCE} files or {INLINE} bytes")
        batched = {f"u{number}": upload for number, upload in enumerate(uploads) if _fits(upload)}
        found = self._batched(batched) if batched else {}
        return [found[name] if (name := f"u{n}") in found else self._alone(one) for n, one in enumerate(uploads)]

    def new_file(self, folder: FolderId, name: str, content: Content) -> DiskFile:
        """Two requests, two more when the token expired between them."""
        name = corrected(name)
        found = self._sent(folder, name, content)
        if isinstance(found, Fault) and classify(found)[0] == "renew":
            found = self._sent(folder, name, content)
        return _file(found, disk_wire.NEW_FILE, name, folder)

    def new_content(self, file: DiskFile, content: Content) -> DiskFile:
        """One request; its JSON is made while it is sent."""
        body = _around({"id": file.id, "fileContent": [file.name, ""]}, streams.in_base64(content))
        found = self._client.tried(disk_wire.NEW_CONTENT, body, write=True)
        return _file(found, disk_wire.NEW_CONTENT, file.name, None)

    def _batched(self, uploads: Mapping[str, Upload]) -> dict[str, DiskFile | Exception]:
        commands = {name: disk_wire.new_file(one.folder, corrected(one.name)) for name, one in uploads.items()}
        outcomes = self._client.batch(commands, write=True, body=_together(commands, uploads))
        return {name: _outcome(outcomes[name], one) for name, one in uploads.items()}

    def _alone(self, upload: Upload) -> DiskFile | Exception:
        """What became of the others must not be lost with this one."""
        try:
            if upload.data:
                return self._inline(upload)
            return self.new_file(upload.folder, upload.name, streams.kept(b""))
        except ExchangeError as error:
            return error

    def _sent(self, folder: FolderId, name: str, content: Content) -> Answer | Fault:
        command = disk_wire.new_file(folder, name)
        step = self._client.tried(command.method, bodies.as_json(command.params))
        if isinstance(step, Fault):
            return step
        with understood(command.method):
            field, url = str(step.result["field"]), disk_wire.link(step.result, "uploadUrl")
        return self._client.upload(url, *_form(field, name, content))

    def _inline(self, upload: Upload) -> DiskFile:
        name = corrected(upload.name)
        command = disk_wire.new_file(upload.folder, name)
        body = _around({**command.params, "fileContent": [name, ""]}, streams.in_base64(streams.kept(upload.data)))
        return _file(self._client.tried(command.method, body, write=True), command.method, name, upload.folder)


def _fits(upload: Upload) -> bool:
    """It may go in a batch: Disk refuses empty content inline, and a `$` could be taken for a reference."""
    return bool(upload.data) and batch.is_safe(upload.name)


def _outcome(outcome: Outcome, upload: Upload) -> DiskFile | Exception:
    name = corrected(upload.name)
    try:
        return _file(outcome.fault or outcome, disk_wire.NEW_FILE, name, upload.folder)
    except ExchangeError as error:
        return error


def _file(found: Answer | Outcome | Fault, method: str, name: str, folder: FolderId | None) -> DiskFile:
    if isinstance(found, Fault):
        raise disk_wire.refusal(found, method, name, folder)
    with understood(method):
        return disk_wire.file(found.result)


def _around(params: Mapping[str, Any], content: Body) -> Making:
    """A JSON object with the content in the place of its last text; the last parameter is `[name, ""]`."""

    def made(credentials: Mapping[str, str]) -> Body:
        whole, tail = json.dumps({**credentials, **params}).encode(), b'"]}'
        return bodies.joined(whole.removesuffix(tail), content, tail)

    return made


def _together(commands: Commands, uploads: Mapping[str, Upload]) -> Making:
    """The JSON of a batch with the content of each upload at the end of its command."""

    def made(credentials: Mapping[str, str]) -> Body:
        parts: list[Payload] = [json.dumps({**credentials, "halt": 0}).encode().removesuffix(b"}")]
        for number, (name, command) in enumerate(commands.items()):
            named = Command(command.method, {**command.params, "fileContent": [corrected(uploads[name].name)]})
            line = f'"{name}":"{batch.line(named)}&fileContent%5B1%5D='
            parts += [
                ("," if number else ',"cmd":{').encode() + line.encode(),
                streams.in_query(uploads[name].data),
                b'"',
            ]
        return bodies.joined(*parts, b"}}")

    return made


def _form(field: str, name: str, content: Content) -> tuple[Body, str]:
    """A multipart form with one file; the file gets its name from here (facts §6.4). No content holds its own hash."""
    boundary = f"exchange-{content.sha256[:40]}"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(field)}"; filename="{_quoted(name)}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = bodies.joined(head.encode(), streams.plain(content), f"\r\n--{boundary}--\r\n".encode())
    return body, f"multipart/form-data; boundary={boundary}"


def _quoted(text: str) -> str:
    """PHP takes the bytes of UTF-8 as they are and undoes backslashes only; lines cannot be written."""
    return re.sub(r"[\x00-\x1f\x7f]", "_", text).replace("\\", "\\\\").replace('"', '\\"')
