"""HTTP answers of the OData interface in the format the request asked for (facts §1.2, §1.6, §1.15)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.simulators.onec.errors import ODataError
from tests.simulators.onec.render import ATOM, M, Renderer
from tests.simulators.onec.shapes import Level, Shape
from tests.simulators.onec.values import Json, Record
from tests.simulators.web import Answer

BOM = b"\xef\xbb\xbf"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
_LEVELS: dict[str, Level] = {
    "odata=minimalmetadata": "minimal",
    "odata=nometadata": "none",
    "odata=fullmetadata": "full",
}


class Utf8(str):
    """A header value that travels as raw UTF-8 (§1.2); httpx would encode a plain str as ASCII and fail."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return super().encode("utf-8", errors)


@dataclass(frozen=True)
class Format:
    """The format of an answer: JSON with a metadata level, or Atom."""

    json: bool
    level: Level = "minimal"


def wanted(format_option: str, accept: str, default: str) -> Format:
    """`$format` first, then `Accept`, then the default of the interface: Atom (§1.2)."""
    for text in (format_option, accept):
        kind, _, parameter = text.replace(" ", "").partition(";")
        if kind == "json" or "application/json" in kind.split(","):
            if parameter == "odata=verbose":
                raise ODataError(400, 3, f"Представление {text} не поддерживается")
            return Format(True, _LEVELS.get(parameter.split(",")[0], "minimal"))
        if kind in ("atom", "application/atom+xml", "application/xml"):
            return Format(False)
        if format_option and text is format_option:
            raise ODataError(400, 3, f"Представление {text} не поддерживается")
    return Format(default == "json")


@dataclass(frozen=True)
class Writer:
    """Builds the answers to one request."""

    format: Format
    renderer: Renderer

    def collection(self, name: str, records: list[Record], shape: Shape, count: int | None = None) -> Answer:
        """A set; `odata.count` is text (§1.5)."""
        if not self.format.json:
            return self._feed(name, records, shape, count)
        body: dict[str, Json] = self._metadata(name)
        if count is not None:
            body["odata.count"] = str(count)
        body["value"] = [self.renderer.record(record, shape) for record in records]
        return self._json(200, body)

    def single(
        self, record: Record, shape: Shape, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One record with its fields at top level (§1.6)."""
        if not self.format.json:
            text = XML + self.renderer.entry(record, shape).replace("<entry>", f'<entry xmlns="{ATOM}">', 1)
            return _answer(status, text.encode(), "application/atom+xml;type=entry;charset=utf-8", headers)
        body = self._metadata(f"{record.entity.name}/@Element") | self.renderer.record(record, shape)
        return self._json(status, body, headers)

    def value(self, name: str, value: Json) -> Answer:
        """A property on its own."""
        if not self.format.json:
            text = f'{XML}<d:{name} xmlns:d="{M[:-9]}">{escape(str(value))}</d:{name}>'
            return _answer(200, text.encode(), "application/xml;charset=utf-8")
        return self._json(200, self._metadata(name) | {"value": value})

    def listing(self, names: list[str]) -> Answer:
        """The service document (§1.1)."""
        if self.format.json:
            return self._json(200, self._metadata("") | {"value": [{"name": name, "url": name} for name in names]})
        sets = "".join(f'<collection href="{name}"><a:title>{name}</a:title></collection>' for name in names)
        text = (
            f'{XML}<service xmlns="http://www.w3.org/2007/app" xmlns:a="{ATOM}">'
            f"<workspace><a:title>Default</a:title>{sets}</workspace></service>"
        )
        return _answer(200, text.encode(), "application/atomsvc+xml;charset=utf-8")

    def _metadata(self, name: str) -> dict[str, Json]:
        place = f"{self.renderer.root}/$metadata" + (f"#{name}" if name else "")
        return {} if self.format.level == "none" else {"odata.metadata": place}

    def _json(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> Answer:
        kind = {"minimal": "minimalmetadata", "none": "nometadata", "full": "fullmetadata"}[self.format.level]
        return _answer(status, dump(body), f"application/json;odata={kind};charset=utf-8", headers)

    def _feed(self, name: str, records: list[Record], shape: Shape, count: int | None) -> Answer:
        total = "" if count is None else f"<m:count>{count}</m:count>"
        entries = "".join(self.renderer.entry(record, shape) for record in records)
        text = (
            f'{XML}<feed xmlns="{ATOM}" xmlns:m="{M}"><id>{escape(self.renderer.root)}/{name}</id>'
            f'<title type="text">{name}</title>{total}{entries}</feed>'
        )
        return _answer(200, text.encode(), "application/atom+xml;type=feed;charset=utf-8")


def dump(body: Json) -> bytes:
    """JSON as the interface writes it: UTF-8, not escaped."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def error(problem: ODataError, form: Format, language: str = "ru") -> Answer:
    """An error in the format of the request (§1.15)."""
    if form.json:
        message: Json = {"lang": language, "value": problem.message}
        body: Json = {"odata.error": {"code": str(problem.code), "message": message}}
        return _answer(problem.status, dump(body), "application/json;charset=utf-8")
    text = (
        f'{XML}<m:error xmlns:m="{M}"><m:code>{problem.code}</m:code>'
        f'<m:message xml:lang="{language}">{escape(problem.message)}</m:message></m:error>'
    )
    return _answer(problem.status, text.encode(), "application/xml;charset=utf-8")


def html(status: int, title: str) -> Answer:
    """A page of the web server, not of 1C."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h2>{title}</h2></body></html>"
    return Answer(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def text(body: str, bom: bool) -> Answer:
    """Plain text, such as `/$count` (§1.2)."""
    return _answer(200, (BOM if bom else b"") + body.encode(), "text/plain;charset=utf-8")


def dated(answer: Answer, moment: datetime) -> Answer:
    """The answer with the `Date` header of the base's clock."""
    headers = {"Date": format_datetime(moment, usegmt=True), **answer.headers}
    return Answer(answer.status, answer.body, headers, answer.cut)


def _answer(status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, body, {"Content-Type": kind, "DataServiceVersion": "3.0", **(headers or {})})
