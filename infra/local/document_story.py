"""The story of the documents: what people do in 1C:DM and on Disk, and what both sides hold afterwards."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from common.model.ids import RecordKey
from infra.local.house import House
from infra.local.papers import Papers
from tests.simulators.dm.records import File

PATIENCE = 60.0
JOB = "document_sync"


@dataclass
class Case:
    """One file of the story. `expected`: what must lie on Disk under which name, by content."""

    title: str
    file: File | None
    name: str
    expected: dict[str, bytes]
    versions: int
    remarks: str
    folder: int = 0
    found: dict[str, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class DocumentStory:
    """Plays once against the demo's simulators; the clock is real, only the sync's five minutes are not waited for."""

    def __init__(self, papers: Papers, house: House, say: Callable[[str], None]) -> None:
        self.papers, self.house, self.say = papers, house, say
        self.cases: list[Case] = []

    def play(self) -> list[Case]:
        """Everything in its order; what came of each file."""
        self.say("Seven contracts are filed in 1C:Document Management, each with a file.")
        names = ("new", "version", "edited", "both", "signed", "deleted", "arriving")
        files = {name: self._filed(number, name) for number, name in enumerate(names, 1)}
        self._run()
        self._until(lambda: all(self._twin(file) for file in files.values()), "seven files on Disk")
        self._new(files["new"])
        self._version(files["version"])
        self._edited(files["edited"])
        self._both(files["both"])
        self._signed(files["signed"])
        self._deleted(files["deleted"])
        self._arriving(files["arriving"])
        return [self._judged(case) for case in self.cases]

    def _new(self, file: File) -> None:
        self._case("new document", file, {file.name: b"first of new"}, 1, "published in its own sub-folder")

    def _version(self, file: File) -> None:
        self.say("A new version is saved in 1C.")
        self.papers.clerk.edit_file(file, b"second version")
        self._until(lambda: self._on_disk(file) == b"second version", "the new version on Disk")
        self._case("new version", file, {file.name: b"second version"}, 2, "a new version of the same Disk object")

    def _edited(self, file: File) -> None:
        self.say("A colleague edits a file on Disk.")
        self.papers.worker.edit(self._twin(file), b"edited on Disk")
        self._run()
        self._until(lambda: len(file.versions) == 2, "the version in 1C")
        self._case("edited on Disk", file, {file.name: b"edited on Disk"}, 2, "a new version in 1C")

    def _both(self, file: File) -> None:
        self.say("A file is edited in 1C and on Disk before either has heard of the other.")
        self.papers.worker.edit(self._twin(file), b"the losing bytes")
        self.papers.clerk.edit_file(file, b"1C wins")
        self._run()
        self._until(lambda: self._on_disk(file) == b"1C wins", "1C's version on Disk")
        self._until(lambda: bool(self.house.services.conflicts.open("documents")), "the conflict to be kept")
        copy = self._copy(file)
        self._case("edited on both", file, {file.name: b"1C wins", copy: b"the losing bytes"}, 2, f"kept: {copy}")

    def _signed(self, file: File) -> None:
        self.say("A file that is signed in 1C is edited on Disk.")
        self.papers.clerk.sign(file)
        self.papers.worker.edit(self._twin(file), b"edited though signed")
        self._run()
        self._until(lambda: self._on_disk(file) == b"first of signed", "the signed bytes back on Disk")
        copy = self._copy(file)
        expected = {file.name: b"first of signed", copy: b"edited though signed"}
        self._case("signed in 1C", file, expected, 1, f"set back; kept: {copy}")

    def _deleted(self, file: File) -> None:
        self.say("A file is marked for deletion in 1C; the run that sees all of the mapping lets it pass.")
        twin = self._twin(file)
        self.papers.clerk.mark_deleted(file)
        self._until(lambda: self.house.services.document_tools.guards.any_waiting(), "the deletion to be held")
        self._run()
        self._until(lambda: self.papers.worker.node(twin).deleted_type != 0, "the file in Disk's trash")
        self._case("deleted in 1C", file, {}, 1, "in Disk's trash, no further")

    def _arriving(self, file: File) -> None:
        self.say("A colleague puts a new file into a contract's folder on Disk.")
        folder = self.papers.worker.node(self._twin(file)).parent_id
        self.papers.worker.upload(folder, "Приложение.pdf", b"a new file on Disk")
        document = self.papers.dm.store.documents[file.document_id]
        self._run()
        self._until(lambda: len(self._files(document.id)) == 2, "the file in 1C")
        made = next(one for one in self._files(document.id) if one.id != file.id)
        self._case("new file on Disk", made, {made.name: b"a new file on Disk"}, 1, "a new file of its document in 1C")

    def _filed(self, number: int, name: str) -> File:
        document = self.papers.clerk.add_document(title=f"Договор {name}", reg_number=f"2026-{number:02d}")
        return self.papers.clerk.add_file(document, f"Договор {number}.docx", f"first of {name}".encode())

    def _run(self) -> None:
        self.house.scheduler.run_now(JOB)

    def _twin(self, file: File) -> int:
        bound = self.house.services.bindings.get(RecordKey(f"file:{self.house.services.portal}:{file.id}"))
        return int(bound.data["disk"]) if bound is not None and bound.state == "bound" else 0

    def _on_disk(self, file: File) -> bytes:
        return self.papers.worker.read(self._twin(file))

    def _files(self, document: str) -> list[File]:
        return [one for one in self.papers.dm.store.files.values() if one.document_id == document]

    def _copy(self, file: File) -> str:
        kept = self.house.services.conflicts.open("documents")
        return next(str(one.data["copy"]["name"]) for one in kept if one.source == f"file:{file.id}")

    def _case(self, title: str, file: File, expected: dict[str, bytes], versions: int, remarks: str) -> None:
        folder = self.papers.worker.node(self._twin(file)).parent_id if self._twin(file) else 0
        self.cases.append(Case(title, file, file.name, expected, versions, remarks, folder))

    def _judged(self, case: Case) -> Case:
        """Compare what both sides hold with what the rules say."""
        assert case.file is not None
        for name, content in case.expected.items():
            there = self.papers.worker.find(case.folder, name)
            if there is None:
                case.faults.append(f"{name} is not on Disk")
                continue
            case.found[name] = self.papers.worker.read(there)
            if case.found[name] != content:
                case.faults.append(f"{name} holds other bytes on Disk")
        if len(case.file.versions) != case.versions:
            case.faults.append(f"{len(case.file.versions)} versions in 1C instead of {case.versions}")
        return case

    def _until(self, done: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {PATIENCE:.0f} s in vain for {what}")
            time.sleep(0.1)


def rows(cases: list[Case]) -> list[tuple[str, ...]]:
    """One line for each file of each side: names, versions and hashes."""
    head = ("case", "1C file", "versions in 1C", "1C bytes", "Disk files", "Disk bytes", "remarks")
    return [head, *(_row(case) for case in cases)]


def _row(case: Case) -> tuple[str, ...]:
    file = case.file
    version = file.current if file is not None else None
    numbers = ", ".join(str(one.number) for one in file.versions) if file is not None else "—"
    names, hashes = " + ".join(case.found) or "—", " + ".join(map(_short, case.found.values())) or "—"
    onec = version.content.sha256[:8] if version is not None else "—"
    remarks = "; ".join([case.remarks, *(f"WRONG: {fault}" for fault in case.faults)])
    return (case.title, case.name, numbers, onec, names, hashes, remarks)


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]
