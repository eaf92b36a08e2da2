"""Conflicts in the words and data that people get (rules, Documents)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

import pytest

from common.exchanges.documents import told
from common.exchanges.documents.model import ConflictKind, Facts
from common.model.documents import DiskFile, OnecFile, OnecUser, OnecUserId
from common.model.ids import UserId
from common.model.records import Conflict
from common.ports.archive import Archive
from tests.unit.exchanges.documents.samples import card, disk_file, onec_file, sha, version

ANNA, PETR = OnecUserId("u-anna"), OnecUserId("u-petr")


class Known:
    """People of both sides."""

    def onec_user(self, user: UserId) -> OnecUserId | None:
        return None

    def name(self, user: UserId) -> str:
        return {5: "Мария Смирнова"}.get(user, "")

    def users(self, ids: Sequence[OnecUserId]) -> dict[OnecUserId, OnecUser]:
        names = {ANNA: "Иванова Анна", PETR: "Петров Пётр"}
        return {one: OnecUser(one, names[one]) for one in ids if one in names}


def made(
    kind: ConflictKind = "both_changed", file: OnecFile | None = None, disk: DiskFile | None = None, sha256: str = "s"
) -> Conflict:
    facts = Facts(card(), file, disk)
    return told.conflict(kind, "file:m1:f1", facts, sha256, Known(), cast(Archive, Known()))


WRITTEN = onec_file(version("new", id="v2", author=ANNA))


def test_a_conflict_says_who_where_and_what_both_sides_had() -> None:
    one = made(file=WRITTEN, disk=disk_file(), sha256=sha("edited"))
    assert (one.kind, one.subject, one.where) == ("both_changed", "Договор 17.docx", disk_file().url)
    assert "Мария Смирнова" in one.details
    assert "Иванова Анна" in one.details
    assert one.data["onec"] == {
        "file": "f1", "name": "Договор 17.docx", "version": "v2", "sha256": sha("new"), "url": "e1cib/f1",
    }  # fmt: skip
    assert one.data["disk"] == {
        "id": 9043, "name": "Договор 17.docx", "content": 31, "sha256": sha("edited"), "by": 5,
    }  # fmt: skip


def test_of_a_side_that_is_gone_nothing_is_said() -> None:
    deleted = made("delete_vs_modify", WRITTEN, None)
    assert (deleted.data["disk"], deleted.where, deleted.subject) == (None, "e1cib/f1", "Договор 17.docx")
    removed = made("modify_vs_delete", None, disk_file())
    assert (removed.data["onec"], removed.where) == (None, disk_file().url)
    nothing = made("modify_vs_delete", None, None)
    assert (nothing.subject, nothing.where, nothing.details) == ("", "", "")


def test_people_nobody_knows_are_named_by_their_id() -> None:
    unknown = onec_file(version(author=OnecUserId("u-gone")))
    details = made(file=unknown, disk=disk_file(updated_by=UserId(77))).details
    assert "77" in details
    assert "u-gone" in details


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signed": True}, ["подписан", "signed"]),
        ({"encrypted": True}, ["зашифрован", "encrypted"]),
        ({"locked_by": PETR}, ["захвачен", "captured", "Петров Пётр"]),
        ({"signed": True, "locked_by": PETR}, ["signed", "captured", "Петров Пётр"]),
    ],
)
def test_a_closed_file_says_why_and_by_whom(changes: dict[str, Any], words: list[str]) -> None:
    file = onec_file(version(author=ANNA), **changes)
    details = made("closed", file, disk_file()).details
    assert all(word in details for word in words)
    assert ("Анна" in details) == ("locked_by" not in changes), "the holder stands in the author's place"


def test_the_same_state_makes_the_same_conflict_and_another_state_another() -> None:
    same = [made(file=WRITTEN, disk=disk_file()).id for _ in range(2)]
    assert same[0] == same[1]
    others = [
        made("closed", WRITTEN, disk_file()),
        made(file=WRITTEN, disk=disk_file(content=32)),
        made(file=WRITTEN, disk=disk_file(), sha256="t"),
        made(file=onec_file(version(id="v3")), disk=disk_file()),
        made(file=WRITTEN),
    ]
    assert len({same[0], *(one.id for one in others)}) == 6


def test_a_rename_or_a_date_makes_no_other_conflict() -> None:
    renamed = made(file=WRITTEN, disk=disk_file(name="Другой.docx", updated_by=UserId(9)))
    assert renamed.id == made(file=WRITTEN, disk=disk_file()).id


def test_the_copy_is_told_with_the_conflict_and_once() -> None:
    copy = disk_file(name="Договор_conflict_20261120.docx")
    kept = told.written(made(file=WRITTEN, disk=disk_file()))
    once = told.with_copy(kept, copy)
    again = told.with_copy(once, copy)
    assert again == once
    assert told.read(again).details.count("→ Договор_conflict_20261120.docx") == 1
    assert told.read(again).data["copy"] == {"id": 9043, "name": copy.name}
    assert told.read(again).id == kept["id"]


def test_a_conflict_waits_in_the_binding_as_json() -> None:
    one = made(file=WRITTEN, disk=disk_file())
    assert told.read(json.loads(json.dumps(told.written(one)))) == one


def test_the_comment_in_1c_names_disk_the_object_and_the_person() -> None:
    said = told.comment(disk_file(), Known(), 200)
    assert all(word in said for word in ("Disk", "9043", "Мария Смирнова"))
    assert "77" in told.comment(disk_file(updated_by=UserId(77)), Known(), 200)
    assert len(told.comment(disk_file(), Known(), 12)) == 12
