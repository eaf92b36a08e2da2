"""Makes `infra/onec/signature-vectors.json`: what every implementation of the signature must come to (contract §1, §4).

An implementation of its own, of the standard library's SHA-256 alone, so that no product code judges itself.
Run `python -m tests.contract.signature_vectors` to write the file again; a test tells when it is not up to date.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[2] / "infra" / "onec" / "signature-vectors.json"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
CYRILLIC_SECRET = "секрет для обмена, длиннее шестидесяти четырёх байтов, чтобы его пришлось хешировать"
MOMENT = 1774947600
FILE = "/v1/files/6f9619ff-8b86-d011-b42d-00cf4fc964ff/versions"
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

CASES: list[dict[str, Any]] = [
    {"name": "no query"},
    {"name": "parameters are sorted", "resource": "/v1/changes", "query": "types=order&limit=200&after=17"},
    {"name": "an empty part is nothing", "resource": "/v1/changes", "query": "&after=17&&limit=1&"},
    {
        "name": "sorted by code points of the decoded text",
        "resource": "/v1/users",
        "query": "%F0%9F%98%80=astral&%EF%BD%9A=wide&%D1%8F=3&%d0%90=2&b=1&B=0&a%2Fz=5&a=4",
    },
    {"name": "a space is %20", "resource": "/v1/users", "query": "email=a%20b"},
    {"name": "a plus is a plus", "resource": "/v1/users", "query": "email=ivanova+1%40example.ru"},
    {"name": "an encoded plus is the same plus", "resource": "/v1/users", "query": "email=ivanova%2B1@example.ru"},
    {"name": "no equals sign", "resource": "/v1/counterparties", "query": "kpp&inn=7701234560"},
    {"name": "an equals sign in the value", "resource": "/v1/documents", "query": "after=MTI6YWI="},
    {"name": "Cyrillic", "resource": "/v1/counterparties", "query": "external_code=%D0%9A-%D0%9000017"},
    {
        "name": "reserved signs",
        "resource": "/v1/counterparties",
        "query": "external_code=!*'();:@$,/?%23[]%25%26%3D&inn=-._~%7E%2D",
    },
    {
        "name": "two cases of one escape",
        "resource": "/v1/documents",
        "query": "changed_since=2026-03-31T09%3a00%3A00Z",
    },
    {
        "name": "a proxy in front changes the path only",
        "path": "/gate/1c/dm/hs/exchange/v1/documents?limit=5",
        "resource": "/v1/documents",
        "query": "limit=5",
    },
    {
        "name": "a JSON body",
        "method": "PATCH",
        "resource": "/v1/files/6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "body": '{"name":"Договор 17.docx"}',
    },
    {"name": "an empty body", "method": "POST", "resource": FILE, "body": ""},
    {"name": "a binary body", "method": "POST", "resource": FILE, "body_hex": "00ff0d0a1a89504e47feff"},
    {
        "name": "a webhook",
        "method": "POST",
        "resource": "onec-order-changed",
        "body": '{"seq":1042,"event":"order.changed"}',
    },
    {
        "name": "a long secret that is not ASCII",
        "secret": CYRILLIC_SECRET,
        "resource": "/v1/kinds",
        "timestamp": MOMENT + 1,
    },
]


def vectors() -> list[dict[str, Any]]:
    """All vectors, computed."""
    return [_vector(case) for case in CASES]


def text() -> str:
    """The file."""
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


def _vector(case: dict[str, Any]) -> dict[str, Any]:
    known = {"secret": SECRET, "timestamp": MOMENT, "method": "GET", "resource": "/v1/ping", "query": ""}
    vector = {"name": case["name"], **known, **case}
    if "body_hex" not in vector:
        vector.setdefault("body", "")
    body = bytes.fromhex(vector["body_hex"]) if "body_hex" in vector else vector["body"].encode()
    digest = hashlib.sha256(body).hexdigest()
    query = _canonical(vector["query"])
    signed = f"{vector['timestamp']}\n{vector['method']}\n{vector['resource']}\n{query}\n{digest}"
    signature = "v1=" + _hmac(vector["secret"].encode(), signed.encode()).hex()
    computed = {"content_sha256": digest, "canonical_query": query, "string_to_sign": signed, "signature": signature}
    return {**vector, **computed}


def _canonical(query: str) -> str:
    pairs = []
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((_decoded(name), _decoded(value)))
    pairs.sort(key=lambda pair: ([ord(sign) for sign in pair[0]], [ord(sign) for sign in pair[1]]))
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)


def _decoded(given: str) -> str:
    found, place = bytearray(), 0
    while place < len(given):
        if given[place] == "%":
            found.append(int(given[place + 1 : place + 3], 16))
            place += 3
        else:
            found += given[place].encode()
            place += 1
    return found.decode()


def _encoded(given: str) -> str:
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in given.encode())


def _hmac(secret: bytes, message: bytes) -> bytes:
    """RFC 2104 over SHA-256."""
    block = (hashlib.sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()


if __name__ == "__main__":
    VECTORS.write_text(text(), encoding="utf-8")
