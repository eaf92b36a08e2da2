"""What must be true of files on both sides after each run and at the end, told without a line of the exchange's code.

After each run: what was there before is there still; nothing of 1C is deleted, marked or moved back; what is closed
there has no new version; no file is published twice, none comes into 1C twice, no content is copied twice. When
nobody changes anything any more: both sides show the same, and a further run writes nothing and puts no task.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.document_people import People, said
from tests.document_stand import digest
from tests.mortal_documents import MortalDocuments
from tests.simulators.bitrix24.disk.objects import ALIVE
from tests.simulators.bitrix24.disk.objects import File as DiskFile
from tests.simulators.dm.records import Document, File
from tests.stand import ADMIN

HARMLESS = {"file.created", "version.created", "version.overwritten", "file.renamed", "link.set"}
"""All that may ever be done in 1C."""
FORGIVEN = {"no_document", "document_gone", "name_taken_in_1c", "mapping_stopped", "extension_forbidden"}
"""Why something may wait for ever: a person put a file where it belongs to nothing."""
CALM = 30
"""Runs until everything must have come to rest; every fourth is preceded by two hours, so that all is tried again."""


class Ledger(People):
    """People, and the books kept of what they see."""

    def __init__(self, stand: MortalDocuments) -> None:
        super().__init__(stand)
        self._journal: set[str] = set()

    def run(self) -> list[str]:
        """One run of the exchange, and what is wrong after it."""
        before = Before(self)
        self.stand.run()
        done = [*self._done(before)]
        self.say("-- run: " + ("; ".join(done) if done else "nothing"))
        return [*before.wrong(), *self._doubled()]

    def _done(self, before: Before) -> Iterator[str]:
        """What the run did, for the story."""
        yield from (f"died at {death}" for death in self.stand.points.deaths[before.deaths :])
        yield from (
            f"disk {one.kind} {one.id} {one.fields.get('NAME', '')}" for one in self.stand.ours()[before.ours :]
        )
        for one in self.stand.base.effects[before.effects :]:
            yield f"1c {one.kind} {one.object_id[:4]}"
        for entry in self.stand.store.query("journal", limit=100_000):
            if entry.key not in self._journal:
                self._journal.add(entry.key)
                data = entry.data
                yield f"[{data['record'][-36:][:12]} {data['outcome']} {data['details'].get('reasons') or ''}]"

    # -- at any moment -----------------------------------------------------------------------------------------------

    def bindings(self) -> dict[str, Mapping[str, Any]]:
        """By file of 1C."""
        found = self.stand.store.query("bindings", limit=100_000)
        return {one.key.rpartition(":")[2]: one.data for one in found}

    def copies(self) -> dict[int, Mapping[str, Any]]:
        """Conflict copies that are known, by object."""
        return {int(one.key): one.data for one in self.stand.store.query("conflict_copies", limit=100_000)}

    def _doubled(self) -> Iterator[str]:
        twins = Counter(one["disk"] for one in self.bindings().values() if one["state"] == "bound")
        yield from (f"disk {disk} is the twin of {number} files" for disk, number in twins.items() if number > 1)
        yield from self._published_twice()
        made = Counter((one.fields["document_id"], one.fields["sha256"], one.fields["name"])
                       for one in self.stand.base.effects if one.kind == "file.created")  # fmt: skip
        yield from (f"{name} came into 1C {number} times" for (_, _, name), number in made.items() if number > 1)
        kept = Counter((one["record"], one["sha256"]) for one in self._own_copies())
        yield from (f"{record}: {number} copies of the same" for (record, _), number in kept.items() if number > 1)

    def _own_copies(self) -> Iterator[Mapping[str, Any]]:
        """Living copies that nobody has edited, renamed or taken out of the trash."""
        for disk, data in self.copies().items():
            node = self.stand.disk.objects.get(disk) if disk not in self.brought_back | self.moved else None
            if not isinstance(node, DiskFile) or node.deleted_type != ALIVE:
                continue
            if (digest(node.content.read()), node.name) == (data["sha256"], data["name"]):
                yield data

    def _published_twice(self) -> Iterator[str]:
        """Living objects of ours that nobody is bound to, but for uploads that a death left under way."""
        intents = [one["intent"] for one in self.bindings().values() if one["intent"]]
        begun = {(one["folder"], one["name"]) for one in intents}
        known = {one.get("disk") for one in self.bindings().values()} | set(self.copies()) | self.adopted
        twins = [self.stand.disk.objects.get(one) for one in known if one is not None]
        bytes_of = {one.content.read() for one in twins if isinstance(one, DiskFile) and one.deleted_type == ALIVE}
        for node in self.objects:
            if node.created_by != ADMIN or node.id in known or (node.parent_id, node.name) in begun:
                continue
            if node.content.read() in bytes_of:
                yield f"published twice: {self.called(node)} {said(node.content.read())}"

    # -- when all is quiet -------------------------------------------------------------------------------------------

    def come_to_rest(self) -> list[str]:
        """Nobody changes anything, nothing fails: runs until nothing is written; what is wrong on the way and then."""
        self.say("-- everybody rests")
        self._peace()
        still = 0
        for number in range(CALM):
            before = Before(self)
            wrong = self.run()
            if wrong:
                return wrong
            stood = self.stand.confirm()
            if stood:
                self.say(f"admin confirms {stood}")
            still = 0 if stood or before.written() else still + 1
            if number % 4 == 3:
                self.stand.clock.advance(7200)
            if still > 8:
                return [*self._restless(), *self.amiss()]
        return ["does not come to rest"]

    def _peace(self) -> None:
        stand = self.stand
        stand.points.start()
        for script in (stand.portal.faults, stand.base.faults):
            script.clear()
        stand.base.courier.faults.clear()
        stand.base.courier.reorder = False
        stand.disk.before.clear()
        for file in self.files:
            stand.clerk.release(file)

    def _restless(self) -> Iterator[str]:
        """A run without any change outside."""
        before = Before(self)
        self.stand.points.start()
        yield from self.run()
        yield from (f"at rest, yet {what}" for what in before.written())
        put = [one for one in self.stand.points.passed if one.startswith("after put")]
        waits = self.stand.waits()
        if put and not waits:
            yield f"at rest, yet these tasks: {put}"

    def amiss(self) -> Iterator[str]:
        """What must not be when everything was tried again."""
        reasons = sorted(set(self.stand.waits()) - FORGIVEN)
        if reasons:
            yield f"waits: {reasons}"
        bound, waiting = self.bindings(), self._waiting()
        for file in self.stand.base.store.files.values():
            document = self.stand.base.store.documents[file.document_id]
            if file.id in waiting or self._mapping(document) is None:
                continue
            yield from self._apart(file, document, bound.get(file.id))
        for key, data in bound.items():
            if key not in self.stand.base.store.files and self._is_mapped(data["document"]):
                yield from self._outlived(key, data)
        yield from self._orphans(bound)

    def _mapping(self, document: Document) -> int | None:
        """The folder of its kind."""
        folders = [self.stand.contracts, self.stand.letters, None]
        return folders[self.stand.base.kinds.index(document.kind)]

    def _is_mapped(self, document: str) -> bool:
        """What lies in a document of a kind nobody chose stays as it is."""
        found = self.stand.base.store.documents.get(document)
        return found is None or self._mapping(found) is not None

    def _waiting(self) -> set[str]:
        return {one.record.rpartition(":")[2] for one in self.stand.services.waiting.of_exchange("documents")}

    def _apart(self, file: File, document: Document, bound: Mapping[str, Any] | None) -> Iterator[str]:
        if file.deletion_mark or document.deletion_mark:
            yield from self._outlived(file.id, bound or {})
            return
        if bound is None or bound["state"] != "bound":
            yield f"{self.called(file)} is not bound: {bound and bound['state']}"
            return
        twin = self.stand.disk.objects.get(bound["disk"])
        if not isinstance(twin, DiskFile) or twin.deleted_type != ALIVE:
            yield f"{self.called(file)} has no living twin ({bound['disk']})"
            return
        if twin.content.read() != file.current.content.read():
            yield f"{self.called(file)} {said(file.current.content.read())} but {said(twin.content.read())} on Disk"
        yield from self._named_apart(file, document, bound, twin)
        if twin.id not in self.moved and not self._is_at_home(twin, document):
            yield f"{self.called(file)} lies in {twin.parent_id}"

    def _is_at_home(self, twin: DiskFile, document: Document) -> bool:
        parent = self.stand.disk.parent(twin)
        assert parent is not None
        home = self._mapping(document)
        return parent.id == home if home == self.stand.contracts else parent.parent_id == home

    def _named_apart(self, file: File, document: Document, bound: Mapping[str, Any], twin: DiskFile) -> Iterator[str]:
        """Disk replaces some signs, and a taken name is told apart."""
        stem = file.name.replace(":", "_").partition(".")[0]
        same = twin.name.casefold().startswith(stem.casefold())  # met by chance, it keeps its capitals
        if not same and "rename_refused" not in bound["noted"]:
            yield f"{self.called(file)} is called {twin.name!r} on Disk"

    def _outlived(self, file: str, bound: Mapping[str, Any]) -> Iterator[str]:
        twin = self.stand.disk.objects.get(bound.get("disk") or 0)
        if twin is not None and twin.deleted_type == ALIVE and twin.id not in self.brought_back:
            yield f"{file[:4]} is gone from 1C, yet {self.called(twin)} lives"

    def _orphans(self, bound: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        """Objects of ours that are neither a twin nor a known copy."""
        known = {one.get("disk") for one in bound.values()} | set(self.copies()) | self.adopted
        for node in self.objects:
            if node.created_by == ADMIN and node.id not in known:
                yield f"nobody's: {self.called(node)} {said(node.content.read())}"


class Before:
    """Both sides as they were before a run."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        store = ledger.stand.base.store
        self.deaths = len(ledger.stand.points.deaths)
        self.ours, self.effects = len(ledger.stand.ours()), len(store.effects)
        self.contents = {one.content.read(): ledger.called(one) for one in ledger.objects}
        self.contents |= {file.current.content.read(): ledger.called(file) for file in store.files.values()}
        self.versions = {key: version.content.sha256 for key, version in store.versions.items()}
        self.marked = {one.id for one in (*store.files.values(), *store.documents.values()) if one.deletion_mark}
        self.records = {*store.files, *store.documents}
        ledger.meanwhile.clear()
        self.closed = {file.id for file in store.files.values() if file.signed or file.encrypted or file.locked_by}

    def written(self) -> list[str]:
        """What we changed since, on both sides."""
        stand = self.ledger.stand
        on_disk = [f"disk {one.kind} {one.id}" for one in stand.ours()[self.ours :]]
        return [*on_disk, *(f"1c {one.kind} {one.object_id[:4]}" for one in stand.base.effects[self.effects :])]

    def wrong(self) -> list[str]:
        return [
            *self._lost(),
            *self._lost_meanwhile(),
            *self._touched(),
            *self._added_to_closed(),
            *self._added_twice(),
        ]

    def _lost(self) -> Iterator[str]:
        kept = {one.content.read() for one in self.ledger.objects}
        kept |= {version.content.read() for version in self.ledger.stand.base.store.versions.values()}
        forgiven = self.ledger.let_go | (self.ledger.replaced if self._overwritten() else set())
        for data, whose in self.contents.items():
            if data not in kept and data not in forgiven:
                yield f"lost: {said(data)} of {whose}"

    def _lost_meanwhile(self) -> Iterator[str]:
        """What somebody saved while we were at it is at least in Disk's history."""
        disk = self.ledger.stand.disk
        kept = {version.content.read() for version in disk.versions.values()}
        kept |= {version.content.read() for version in self.ledger.stand.base.store.versions.values()}
        yield from (f"lost meanwhile: {said(data)}" for data in self.ledger.meanwhile - kept)

    def _touched(self) -> Iterator[str]:
        """Nothing in 1C is deleted, marked or moved back; bytes of a version stay unless the file keeps no versions."""
        store = self.ledger.stand.base.store
        effects, overwritten = store.effects[self.effects :], self._overwritten()
        yield from (f"1C: {one.kind} {one.object_id}" for one in effects if one.kind not in HARMLESS)
        if self.records - {*store.files, *store.documents}:
            yield "1C: something was removed"
        now = {one.id for one in (*store.files.values(), *store.documents.values()) if one.deletion_mark}
        if now != self.marked:
            yield f"1C: a mark was changed: {now ^ self.marked}"
        for key, sha256 in self.versions.items():
            if key not in overwritten and store.versions[key].content.sha256 != sha256:
                yield f"1C: version {key} is another"

    def _overwritten(self) -> set[str]:
        """Versions of files that keep none: what a worker wrote over on Disk is written over there too."""
        effects = self.ledger.stand.base.store.effects[self.effects :]
        return {one.object_id for one in effects if one.kind == "version.overwritten"}

    def _added_to_closed(self) -> Iterator[str]:
        for one in self.ledger.stand.base.effects[self.effects :]:
            if one.kind != "link.set" and (one.fields.get("file_id") or one.object_id) in self.closed:
                yield f"1C: {one.kind} of a closed file"

    def _added_twice(self) -> Iterator[str]:
        """One content is one version, however often an answer was lost."""
        effects = self.ledger.stand.base.store.effects[self.effects :]
        added = Counter(
            (one.fields["file_id"], one.fields["sha256"]) for one in effects if one.kind == "version.created"
        )
        for (file, _), number in added.items():
            if number > 1:
                yield f"1C: {number} versions of one content of {file}"
