"""One bucket of Google Cloud Storage, as much of it as keeps a Terraform state.

Of the JSON API: list, insert (simple, multipart and resumable in one piece), get, delete, with `ifGenerationMatch`
(cloud.google.com/storage/docs/json_api/v1/objects, …/docs/request-preconditions); of the XML API: reading an object
(…/docs/xml-api/get-object). That is what the client behind Terraform's `gcs` backend uses: its state is an object, its
lock another that must not exist yet (hashicorp/terraform `internal/backend/remote-state/gcs/client.go`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.simulators.web import Answer, Request

_OBJECTS = re.compile(r"/storage/v1/b/(?P<bucket>[^/]+)/o(?:/(?P<name>[^/]+))?")
_UPLOAD = re.compile(r"/(?:resumable/)?upload/storage/v1/b/(?P<bucket>[^/]+)/o")
_READ = re.compile(r"/(?P<bucket>[a-z0-9][a-z0-9._-]+)/(?P<name>.+)")


@dataclass(frozen=True)
class Kept:
    """An object; each writing of a name has a generation of its own."""

    data: bytes
    generation: int


@dataclass
class Bucket:
    """Put it on a loopback `Server`; `endpoint` is what clients take for the service's address."""

    name: str
    token: str = ""
    objects: dict[str, Kept] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    _generation: int = 1_700_000_000_000_000
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    def endpoint(url: str) -> str:
        return f"{url}/storage/v1/"

    def respond(self, request: Request) -> Answer:
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            return self._refusal(401, "Invalid Credentials")
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        for form, serve in ((_UPLOAD, self._insert), (_OBJECTS, self._object), (_READ, self._media)):
            found = form.fullmatch(request.path)
            if found and unquote(found["bucket"]) == self.name:
                with self._lock:
                    return serve(request, query, unquote(found.groupdict().get("name") or ""))
        return self._refusal(404, "The specified bucket does not exist.")

    def _object(self, request: Request, query: Mapping[str, str], name: str) -> Answer:
        if not name:
            return self._list(query)
        if not self._meets(query, name):
            return self._refusal(412, "At least one of the pre-conditions you specified did not hold.")
        if name not in self.objects:
            return self._refusal(404, f"No such object: {self.name}/{name}")
        if request.method == "DELETE":
            del self.objects[name]
            return Answer(204)
        return self._media(request, query, name) if query.get("alt") == "media" else _json(self._shown(name))

    def _list(self, query: Mapping[str, str]) -> Answer:
        """With a delimiter, names that hold it after the prefix are folded into `prefixes`."""
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        names = sorted(name for name in self.objects if name.startswith(prefix))
        folded = [name for name in names if delimiter and delimiter in name[len(prefix) :]]
        cut = {prefix + name[len(prefix) :].partition(delimiter)[0] + delimiter for name in folded}
        items = [self._shown(name) for name in names if name not in folded]
        return _json({"kind": "storage#objects", "items": items, "prefixes": sorted(cut)})

    def _insert(self, request: Request, query: Mapping[str, str], _: str) -> Answer:
        name, data = query.get("name", ""), request.body
        if query.get("uploadType") == "multipart":
            told, data = _parts(request)
            name = told.get("name", name)
        if not self._meets(query, name):
            return self._refusal(412, "At least one of the pre-conditions you specified did not hold.")
        self.keep(name, data)
        return _json(self._shown(name))

    def keep(self, name: str, data: bytes) -> None:
        """Write an object; a test may, as somebody else."""
        self._generation += 1
        self.objects[name] = Kept(data, self._generation)

    def _media(self, request: Request, query: Mapping[str, str], name: str) -> Answer:
        kept = self.objects.get(name)
        if kept is None:
            return self._refusal(404, f"No such object: {self.name}/{name}")
        told = {"X-Goog-Generation": str(kept.generation), "X-Goog-Hash": f"md5={_md5(kept.data)}"}
        return Answer(200, kept.data, {"Content-Type": "application/octet-stream", **told})

    def _meets(self, query: Mapping[str, str], name: str) -> bool:
        """`ifGenerationMatch=0` is met by an object that is not there."""
        wanted = query.get("ifGenerationMatch")
        kept = self.objects.get(name)
        return wanted is None or int(wanted) == (kept.generation if kept else 0)

    def _shown(self, name: str) -> dict[str, Any]:
        kept = self.objects[name]
        numbers = {"generation": str(kept.generation), "metageneration": "1", "size": str(len(kept.data))}
        return {"kind": "storage#object", "bucket": self.name, "name": name, "md5Hash": _md5(kept.data), **numbers}

    def _refusal(self, status: int, message: str) -> Answer:
        self.refused.append(f"{status} {message}")
        return _json({"error": {"code": status, "message": message, "errors": [{"message": message}]}}, status)


def _parts(request: Request) -> tuple[dict[str, Any], bytes]:
    """The metadata and the bytes of an upload in two parts."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    told, content = list(BytesParser().parsebytes(head + request.body).walk())[1:]
    name, data = told.get_payload(decode=True), content.get_payload(decode=True)
    assert isinstance(name, bytes)
    assert isinstance(data, bytes)
    return json.loads(name), data


def _md5(data: bytes) -> str:
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def _json(value: Mapping[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=UTF-8"})
