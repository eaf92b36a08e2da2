"""Stories of files in which processes die, and what must be the same afterwards whenever they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.wiring import use
from tests.crash_stories import left_over, notices
from tests.crashes import Death
from tests.document_stand import digest
from tests.mortal_documents import MortalDocuments
from tests.simulators.bitrix24.disk.objects import File as DiskFile
from tests.simulators.dm.records import Document, File

RUNS = 3
"""Runs of the sync after each thing people did: what is held passes in the second."""
TAIL = 9
"""Further runs: two leases of the queue (11 minutes), and two more for what was held."""
LARGE = b"large".ljust(1024 * 1024 + 10, b".")

Act = Callable[[MortalDocuments], None]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """What was there before, and what people do then."""

    name: str
    before: Act
    acts: Sequence[Act]

    def lived(self, folder: str, kill_at: Sequence[int], death: Death) -> Ending:
        """Live through it with these deaths."""
        stand = MortalDocuments(folder, death=death)
        try:
            self.before(stand)
            stand.settle(RUNS)
            stand.points.start(kill_at)
            for number, act in enumerate(self.acts):
                if number:
                    # What a death put off until it was undone again would rightly never be done.
                    stand.settle(TAIL)
                act(stand)
                stand.settle(RUNS)
            busy = list(stand.points.passed)
            stand.settle(TAIL)
            return Ending(len(busy), facts_of(stand), stand.points.deaths)
        finally:
            stand.close()
            use(None)


@dataclass(frozen=True)
class Ending:
    """How a story ended: `busy` is how many moments of outside calls it had before the tail."""

    busy: int
    facts: Facts
    deaths: Sequence[str]

    def apart_from(self, other: Ending) -> Facts:
        """What differs from another ending, with both values: there and here."""
        return {name: (other.facts[name], value) for name, value in self.facts.items() if value != other.facts[name]}


def facts_of(stand: MortalDocuments) -> Facts:
    """Everything that must not depend on deaths."""
    return {
        "on Disk": sorted(_on_disk(stand)),
        "in 1C": [_in_onec(file) for file in stand.base.store.files.values()],
        "written": sorted(Counter(stand.writes()).items()),
        "bindings": sorted(_bound(stand, one.data) for one in stand.store.query("bindings")),
        "copies": sorted((one.data["record"], one.data["name"]) for one in stand.store.query("conflict_copies")),
        "conflicts": sorted((one.data["kind"], one.data["details"]) for one in stand.store.query("conflicts")),
        "told": sorted(notices(stand)),
        "waiting": stand.waits(),
        "left": left_over(stand),
        "cards": dict(stand.base.store.links),
    }


def _on_disk(stand: MortalDocuments) -> Iterator[tuple[str, str, int, str]]:
    """Every file: its folder, name, whether it is thrown away, and its bytes."""
    for node in stand.disk.objects.values():
        parent = stand.disk.parent(node)
        if isinstance(node, DiskFile) and parent is not None:
            yield parent.name, node.name, node.deleted_type, digest(node.content.read())[:8]


def _in_onec(file: File) -> Facts:
    versions = [(one.number, one.content.sha256[:8], one.comment, one is file.current) for one in file.versions]
    return {"name": file.name, "marked": file.deletion_mark, "versions": versions}


def _bound(stand: MortalDocuments, data: Mapping[str, Any]) -> str:
    """What is agreed, by names; which number Disk gave a content is no matter."""
    left_out = ("changed_at", "content", "revision", "disk", "target", "noted")
    node = stand.disk.objects.get(data.get("disk") or 0)
    own = {name: value for name, value in data.items() if name not in left_out}
    return str(sorted({**own, "twin": node and (node.name, node.deleted_type)}.items()))


# -- what there is ---------------------------------------------------------------------------------------------------


def nothing(stand: MortalDocuments) -> None:
    """Nobody did anything."""


def one_file(stand: MortalDocuments) -> None:
    """One contract with one file, and two more that nothing happens to."""
    document = stand.clerk.add_document(title="Договор", reg_number="Д-1")
    for number, name in enumerate(["Договор.docx", "Смета.docx", "Акт.docx"]):
        stand.clerk.add_file(document, name, b"agreed %d" % number)


def a_letter(stand: MortalDocuments) -> None:
    """A document with a folder of its own."""
    document = stand.clerk.add_document(stand.base.kinds[1], title="Письмо", reg_number="П-1")
    stand.clerk.add_file(document, "Письмо.docx", b"agreed")


def a_letter_named_otherwise_on_disk(stand: MortalDocuments) -> None:
    """Disk replaces a sign of its name."""
    document = stand.clerk.add_document(stand.base.kinds[1], title="Письмо", reg_number="П-2")
    stand.clerk.add_file(document, "Акт: 1.docx", b"agreed")


def gone_together(stand: MortalDocuments) -> None:
    """A file that was marked, and whose twin so went to the trash."""
    one_file(stand)
    stand.settle(RUNS)
    stand.clerk.mark_deleted(file_of(stand))
    stand.settle(RUNS)


def a_users_file(stand: MortalDocuments) -> None:
    """A user's file of the name that 1C's file is going to have."""
    stand.worker.upload(stand.contracts, "Договор.docx", b"the user's")


def file_of(stand: MortalDocuments) -> File:
    """The file the story is about."""
    return next(iter(stand.base.store.files.values()))


def document_of(stand: MortalDocuments) -> Document:
    return stand.base.store.documents[file_of(stand).document_id]


# -- what people do --------------------------------------------------------------------------------------------------


def three_small(stand: MortalDocuments) -> None:
    one_file(stand)


def one_large(stand: MortalDocuments) -> None:
    stand.clerk.add_file(stand.clerk.add_document(), "Скан.pdf", LARGE)


def in_onec(data: bytes) -> Act:
    """The clerk writes a new version."""
    return lambda stand: _ignored(stand.clerk.edit_file(file_of(stand), data))


def on_disk(data: bytes) -> Act:
    """The worker edits the twin."""
    return lambda stand: stand.worker.edit(stand.twin(file_of(stand)), data)


def both(*acts: Act) -> Act:
    """Between two runs."""

    def act(stand: MortalDocuments) -> None:
        for one in acts:
            one(stand)

    return act


def marked(stand: MortalDocuments) -> None:
    stand.clerk.mark_deleted(file_of(stand))


def unmarked(stand: MortalDocuments) -> None:
    stand.clerk.mark_deleted(file_of(stand), False)


def purged(stand: MortalDocuments) -> None:
    stand.clerk.purge(file_of(stand))


def signed(stand: MortalDocuments) -> None:
    stand.clerk.sign(file_of(stand))


def thrown_away(stand: MortalDocuments) -> None:
    stand.worker.trash(stand.twin(file_of(stand)))


def destroyed(stand: MortalDocuments) -> None:
    stand.worker.destroy(stand.twin(file_of(stand)))


def renamed_in_onec(stand: MortalDocuments) -> None:
    stand.clerk.rename_file(file_of(stand), "Договор 2.docx")


def renamed_on_disk(stand: MortalDocuments) -> None:
    stand.worker.rename(stand.twin(file_of(stand)), "Договор 3.docx")


def of_another_kind(stand: MortalDocuments) -> None:
    stand.clerk.move_document_kind(document_of(stand), stand.base.kinds[1])


def name_taken_there(stand: MortalDocuments) -> None:
    """In the folder where a letter's file would go lies a stranger's of its name."""
    stand.worker.upload(stand.contracts, "Письмо.docx", b"the user's")
    stand.clerk.move_document_kind(document_of(stand), stand.base.kinds[0])


def put_beside(stand: MortalDocuments) -> None:
    """The worker puts a file of his own into the document's folder."""
    stand.worker.upload(stand.worker.node(stand.twin(file_of(stand))).parent_id, "Ответ.docx", b"answer")


def _ignored(_: object) -> None:
    return


STORIES = [
    Story("three new small ones", nothing, [three_small]),
    Story("a new large one", nothing, [one_large]),
    Story("a new letter with its folder", nothing, [a_letter]),
    Story("a new letter whose name Disk corrects", nothing, [a_letter_named_otherwise_on_disk]),
    Story("a new version in 1C", one_file, [in_onec(b"second")]),
    Story("edited on Disk", one_file, [on_disk(b"edited")]),
    Story("both changed", one_file, [both(in_onec(b"second"), on_disk(b"edited"))]),
    Story("marked in 1C, then not", one_file, [marked, unmarked]),
    Story("unmarked after a long time", gone_together, [unmarked]),
    Story("thrown away on Disk", one_file, [thrown_away]),
    Story("destroyed on Disk", one_file, [destroyed]),
    Story("changed in 1C, thrown away on Disk", one_file, [both(in_onec(b"second"), thrown_away)]),
    Story("marked in 1C, edited on Disk", one_file, [both(marked, on_disk(b"edited"))]),
    Story("removed in 1C, edited on Disk", one_file, [both(purged, on_disk(b"edited"))]),
    Story("renamed in 1C", one_file, [renamed_in_onec]),
    Story("renamed on Disk", one_file, [renamed_on_disk]),
    Story("renamed on both sides and edited", one_file, [both(renamed_in_onec, renamed_on_disk, on_disk(b"edited"))]),
    Story("moved to another kind", one_file, [of_another_kind]),
    Story("moved to where its name is taken", a_letter, [name_taken_there]),
    Story("signed and edited on Disk", one_file, [both(signed, on_disk(b"edited"))]),
    Story("a first meeting", a_users_file, [three_small]),
    Story("a user's file beside a letter", a_letter, [put_beside]),
]
