"""The JSON of records (contract §2)."""

from __future__ import annotations

import base64

from tests.simulators.dm.errors import Data
from tests.simulators.dm.moments import stamp, stamp_or_none
from tests.simulators.dm.records import Counterparty, Document, File, Kind, Record, User, Version


def data_version(number: int) -> str:
    """A row version as 1C prints it: eight bytes in base64."""
    return base64.b64encode(number.to_bytes(8, "big")).decode()


def link(web_url: str, catalogue: str, guid: str) -> str:
    """The navigation link of an object; the id stands in 1C's own order."""
    first, second, third, fourth, fifth = guid.split("-")
    return f"{web_url}/#e1cib/data/{catalogue}?ref={fourth}{fifth}{third}{second}{first}"


def kind(of: Kind) -> Data:
    return {"id": of.id, "name": of.name, "folder_id": of.folder_id}


def user(of: User) -> Data:
    roles = [{"id": number, "name": name} for number, name in of.roles]
    known = {"id": of.id, "name": of.name, "email": of.email, "employee_id": of.employee_id}
    return {**known, "active": of.active, "login_disabled": of.login_disabled, "roles": roles}


def counterparty(of: Counterparty) -> Data:
    return {"id": of.id, "name": of.name, "inn": of.inn, "kpp": of.kpp, "external_code": of.external_code}


def version(of: Version) -> Data:
    return {
        "id": of.id,
        "file_id": of.file_id,
        "number": of.number,
        "size": of.content.size,
        "sha256": of.content.sha256,
        "author_id": of.author_id,
        "created_at": stamp(of.created_at),
        "comment": of.comment,
    }


def file(of: File, web_url: str) -> Data:
    return {
        **_common(of),
        "document_id": of.document_id,
        "name": of.name,
        "current_version_id": of.current.id,
        "store_versions": of.store_versions,
        "signed": of.signed,
        "encrypted": of.encrypted,
        "locked_by": of.locked_by,
        "locked_since": stamp_or_none(of.locked_since),
        "url": link(web_url, "Справочник.Файлы", of.id),
        "versions": [version(one) for one in of.versions],
    }


def document(of: Document, web_url: str) -> Data:
    rows = [{"action": row.action, "state": row.state, "set_at": stamp(row.set_at)} for row in of.states]
    client = of.counterparty
    return {
        **_common(of),
        "kind": {"id": of.kind.id, "name": of.kind.name},
        "folder_id": of.folder_id,
        "title": of.title,
        "reg_number": of.reg_number,
        "reg_date": stamp_or_none(of.reg_date),
        "state": of.state,
        "states": rows,
        "counterparty": client and {"id": client.id, "name": client.name, "inn": client.inn, "kpp": client.kpp},
        "responsible_id": of.responsible_id,
        "author_id": of.author_id,
        "url": link(web_url, "Справочник.ВнутренниеДокументы", of.id),
        "files": [file(one, web_url) for one in of.files],
    }


def _common(of: Record) -> Data:
    return {
        "id": of.id,
        "data_version": data_version(of.data_version),
        "deletion_mark": of.deletion_mark,
        "updated_at": stamp(of.updated_at),
        "updated_by": of.updated_by,
    }
