"""A plan and the run that follows it, in words that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

from common.wiring.rehearsal import rehearse
from tests.document_stand import DocumentStand

PLANNED = 10**15
"""Ids from here on are of what does not exist yet."""

Line = tuple[Any, ...]
OWN_AFFAIRS = ("limits", "limiter")
"""What a plan may write: how many requests the portal still takes from all of us."""


class Planned(DocumentStand):
    """Plans before it runs."""

    def plan(self) -> list[Mapping[str, Any]]:
        """1C has numbered its events; all lines of a plan. Nothing may have been written anywhere for it."""
        self.base.number_events()
        before = self.written()
        lines = list(rehearse(self.services))
        assert self.written() == before, "a plan wrote"
        assert lines[-1]["would"] == "end"
        return lines

    def written(self) -> tuple[int, int, int, list[str], list[str], list[tuple[int, str]]]:
        """Effects on both sides, uploads begun, the store, the queue, who was told what."""
        store = [row for row in self._rows("store") if not row.startswith(OWN_AFFAIRS)]
        disk = len(self.disk.objects)
        return len(self.portal.effects), len(self.base.effects), disk, store, self._rows("queue"), self.told()

    def one_run(self) -> None:
        """The sync runs and its tasks are carried; nothing else happens."""
        assert self.job("document_sync") == 200
        self.quiet(30)

    def did_since(self, portal: int, base: int) -> list[Line]:
        """What was really done on both sides, as `said` words it."""
        ours = [one for one in self.portal.effects[portal:] if one.entity.startswith("DISK_")]
        known = set(self.folders)
        real: list[Line] = []
        for one in ours:
            name, place = one.fields["NAME"], int(one.fields["PARENT_ID"])
            where = place if place in known else "a new folder"
            words: dict[str, Line] = {
                "add": ("make_folder", name, where) if one.entity == "DISK_FOLDER" else ("upload", name, where),
                "version": ("new_version_on_disk", one.id, one.fields.get("SIZE")),
                "rename": ("rename_on_disk", one.id, name),
                "move": ("move_on_disk", one.id, where),
                "trash": ("trash_on_disk", one.id),
                "restore": ("restore_on_disk", one.id),
            }
            real.append(words[one.kind])
        return [*real, *(self._in_onec(one.kind, one.object_id, one.fields) for one in self.base.effects[base:])]

    def said(self, lines: list[Mapping[str, Any]]) -> list[Line]:
        """The lines of a plan that speak of writes."""
        words = {
            "make_folder": ("name", "in"),
            "upload": ("name", "folder"),
            "new_version_on_disk": ("disk", "size"),
            "rename_on_disk": ("disk", "to"),
            "move_on_disk": ("disk", "to"),
            "trash_on_disk": ("disk",),
            "restore_on_disk": ("disk",),
            "new_file_in_1c": ("document", "name"),
            "new_version_in_1c": ("file",),
            "rename_in_1c": ("file", "to"),
        }
        said = [
            (line["would"], *(_plain(line[field]) for field in words[line["would"]]))
            for line in lines
            if line["would"] in words
        ]
        cards = [line for line in lines if line["would"] == "show_on_card"]
        return said + [("show_on_card", line.get("file") or line.get("document"), line["state"]) for line in cards]

    @property
    def folders(self) -> set[int]:
        """Folders there were when the plan was made."""
        return self._folders

    def remember(self) -> tuple[int, int]:
        """Where the effects of both sides begin, and which folders there are."""
        self._folders = {number for number, node in self.disk.objects.items() if not hasattr(node, "content")}
        return len(self.portal.effects), len(self.base.effects)

    @staticmethod
    def _in_onec(kind: str, named: str, fields: Mapping[str, Any]) -> Line:
        words: dict[str, Line] = {
            "file.created": ("new_file_in_1c", fields.get("document_id"), fields.get("name")),
            "version.created": ("new_version_in_1c", fields.get("file_id")),
            "version.overwritten": ("new_version_in_1c", fields.get("file_id")),
            "file.renamed": ("rename_in_1c", named, fields.get("name")),
            "link.set": ("show_on_card", named, fields.get("state")),
        }
        return words[kind]

    def _rows(self, what: str) -> list[str]:
        table = {
            "store": "SELECT collection || ' ' || key || ' ' || data FROM documents",
            "queue": "SELECT name FROM tasks",
        }
        if not Path(f"{self.folder}/{what}.sqlite").exists():
            return []
        with closing(connect(f"file:{self.folder}/{what}.sqlite?mode=ro", uri=True)) as connection:
            return sorted(str(row) for (row,) in connection.execute(table[what]))


def _plain(value: Any) -> Any:
    return "a new folder" if isinstance(value, int) and value >= PLANNED else value


def as_planned(stand: Planned) -> list[Line]:
    """Plan, run, compare; what was done."""
    begin = stand.remember()
    said = stand.said(stand.plan())
    stand.clock.advance(60)  # a person reads the plan; the portal's limit on requests recovers meanwhile
    stand.one_run()
    did = stand.did_since(*begin)
    assert sorted(map(str, said)) == sorted(map(str, did)), (
        f"\nplanned {sorted(map(str, said))}\ndid {sorted(map(str, did))}"
    )
    return did
