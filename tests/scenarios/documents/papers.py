"""The stand of the scenarios about documents: it remembers what was there before each run, and audits the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from common.exchanges.documents.guards import STOPPED
from common.exchanges.documents.model import DocumentRule
from common.model.ids import RuleId
from tests.document_stand import DocumentStand, digest
from tests.simulators.bitrix24.disk.objects import File as DiskFile
from tests.simulators.dm.records import Document, File, Version
from tests.stand import ADMIN

House = Callable[..., "Papers"]

HARMLESS = {"file.created", "version.created", "version.overwritten", "file.renamed", "link.set"}
"""All that we may do in 1C: nothing is deleted or marked there (rules, Common)."""
ALLOWED = {"add", "version", "rename", "move", "trash", "restore"}
"""All that we may do on Disk: things go to the trash, never further (rules, Common)."""


class Papers(DocumentStand):
    """`lost`: what existed on a side before a run and nowhere after it; with `history` Disk's history is somewhere."""

    def __init__(self, folder: str, **options: Any) -> None:
        self.lost: set[str] = set()
        self.history = False
        super().__init__(folder, **options)

    def run(self) -> int:
        """As the stand's, and note what got lost."""
        before = self.contents()
        status = super().run()
        self.lost |= before - self.contents()
        return status

    def contents(self) -> set[str]:
        """Hashes of all that exists: files on Disk, those in the trash too, and versions in 1C."""
        files = [node for node in self.disk.objects.values() if isinstance(node, DiskFile)]
        found = {digest(file.content.read()) for file in files}
        if self.history:
            found |= {digest(one.content.read()) for file in files for one in file.versions}
        return found | {version.content.sha256 for version in self.base.store.versions.values()}

    def hours(self, number: int) -> None:
        """So long the sync runs every five minutes and the watch before it."""
        for _ in range(number * 12):
            self.job("exchange_watch")
            self.run()

    def minutes(self, number: int) -> None:
        """Let time pass as it does in service: webhooks and the watch every minute, the sync every five."""
        for minute in range(1, number + 1):
            before = self.contents()
            self.clock.advance(60)
            self.base.number_events()
            self.base.deliver(self.deliver)
            self.due("exchange_watch")
            if minute % 5 == 0:
                self.due("document_sync")
            self.quiet(0)
            self.lost |= before - self.contents()

    def hook(self) -> None:
        """1C's webhooks arrive and are carried, without any run of the sync."""
        self.base.number_events()
        self.base.deliver(self.deliver)
        self.quiet(30)

    def given_up(self, *contents: bytes) -> None:
        """A person himself destroyed or overwrote these while nobody else had them: not lost by us."""
        self.lost -= {digest(data) for data in contents}

    def before_upload(self, act: Callable[[], object]) -> None:
        """Somebody acts just before our next upload of a new file, in whichever of Disk's ways it goes."""
        names = ("disk.folder.uploadFile", "upload")

        def once(_call: object) -> None:
            for name in names:
                self.disk.before.pop(name, None)
            act()

        for name in names:
            self.disk.before[name] = once

    def retry_all(self) -> None:
        """A person tries everything that waits."""
        for one in self.services.waiting.of_exchange("documents"):
            self.services.people.retry(one.record, "Анна")
        self.quiet(30)

    # -- what people see ---------------------------------------------------------------------------------------------

    def all_on_disk(self) -> dict[str, bytes]:
        """Every living file of the storage by name, wherever it lies."""
        files = [node for node in self.disk.objects.values() if isinstance(node, DiskFile) and node.deleted_type == 0]
        assert len({node.name for node in files}) == len(files), "two of one name: ask for a folder"
        return {node.name: node.content.read() for node in files}

    def all_that_is(self, trash: bool = False) -> set[bytes]:
        """Every content a person can still open: on Disk, its trash too if asked, and in 1C."""
        files = [node for node in self.disk.objects.values() if isinstance(node, DiskFile)]
        found = {node.content.read() for node in files if trash or node.deleted_type == 0}
        return found | {version.content.read() for version in self.base.store.versions.values()}

    def is_in_trash(self, object_id: int) -> bool:
        """Thrown away, and still to be had back."""
        return self.disk.objects[object_id].deleted_type == 3

    def versions(self, file: File) -> list[bytes]:
        """What 1C keeps of a file, in order."""
        return [version.content.read() for version in file.versions]

    def last(self, file: File) -> Version:
        """The current version in 1C."""
        return file.current

    def in_onec(self, document: Document | None = None) -> dict[str, bytes]:
        """Files of 1C by name: of one document, or of all."""
        files = document.files if document is not None else list(self.base.store.files.values())
        return {file.name: file.current.content.read() for file in files}

    def details(self, file: File) -> dict[str, Any]:
        """What the journal says besides, of all entries of the file."""
        return {name: value for entry in self.of(file) for name, value in (entry.details or {}).items()}

    def notices(self, about: str = "") -> list[str]:
        """What the admin was told, as far as it holds these words."""
        return [text for person, text in self.told() if person == ADMIN and about in text]

    def copies(self) -> dict[str, bytes]:
        """Files on Disk that look like conflict copies."""
        return {name: data for name, data in self.on_disk().items() if "_conflict_" in name}

    def stopped(self) -> dict[str, str]:
        """Mappings that stand until a person confirms, and why."""
        return {row.key: str(row.data["why"]) for row in self.services.store.query(STOPPED)}

    def figures(self) -> dict[str, Any]:
        """The counts of all alarms."""
        rows = self.services.store.query(STOPPED)
        return {name: number for row in rows for name, number in row.data["figures"].items()}

    def confirm(self, mapping: str = "contracts") -> None:
        """The admin lets one run pass."""
        assert self.services.document_tools.guards.confirm(RuleId(mapping), "Анна"), f"{mapping} does not stand"

    def map_all(self, *rules: dict[str, Any]) -> None:
        """Save several mappings at once; each names at least id, kind and folder."""
        since = {"since": "2020-01-01T00:00:00+03:00"}
        self.services.rule_book.import_all({"documents": [{**since, **rule} for rule in rules]}, "test", over=True)
        self.clock.advance(61)

    def reason_of(self, file: File) -> list[str]:
        """Why a file waits."""
        found = self.services.waiting.get(self.key(file))
        return [stop.reason for stop in found.stops] if found else []

    # -- the audit ---------------------------------------------------------------------------------------------------

    def audit(self) -> None:
        """Raises AssertionError unless the second run writes nothing, nothing is lost, and every file has one state."""
        before = self.writes()
        self.run()
        assert self.writes() == before, f"a run without outside change wrote {self.writes()[len(before) :]}"
        assert not self.lost, f"existed before a run and nowhere after it: {[self._text(one) for one in self.lost]}"
        assert {effect.kind for effect in self.base.effects} <= HARMLESS
        assert {effect.kind for effect in self.portal.effects if effect.entity.startswith("DISK_")} <= ALLOWED
        for file in self.base.store.files.values():
            self._has_one_state(file)

    def _has_one_state(self, file: File) -> None:
        rule = self._rule(file)
        if rule is None or file.deletion_mark or self.base.store.documents[file.document_id].deletion_mark:
            return
        states = self.states_of(file, rule)
        assert len(states) == 1, f"{file.name} is in these states: {states}"
        if states == ["bound"] and rule.reverse != "off" and not self.stopped():
            self._agrees(file)

    def states_of(self, file: File, rule: DocumentRule) -> list[str]:
        """`bound`, `waiting`, `excluded`: each that holds for the file."""
        services, key = self.services, self.key(file)
        bound = services.bindings.get(key)
        waits = services.waiting.get(key) is not None
        is_bound = bound is not None and bound.state == "bound" and not waits
        before = rule.since is not None and file.current.created_at < rule.since - timedelta(seconds=1)
        excluded = services.store.get("excluded", key) is not None or (bound is None and not waits and before)
        found = {"bound": is_bound, "waiting": waits, "excluded": excluded}
        return [name for name, holds in found.items() if holds]

    def _agrees(self, file: File) -> None:
        twin = self.disk.objects.get(self.twin(file))
        assert isinstance(twin, DiskFile), f"{file.name} has no twin on Disk any more"
        assert twin.deleted_type == 0, f"{file.name} is bound to what lies in the trash"
        assert twin.content.read() == file.current.content.read(), f"{file.name} differs on both sides"

    def _rule(self, file: File) -> DocumentRule | None:
        kind = self.base.store.documents[file.document_id].kind.id
        rules = self.services.document_rules().values()
        return next((rule for rule in rules if rule.active and rule.kind == kind), None)

    @staticmethod
    def _text(sha256: str) -> str:
        return sha256[:12]
