"""A sync that only looks: what it has told of a model Disk so far, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from common.exchanges.documents.looking import Look, Seen, folders_of
from common.exchanges.documents.shelves import Shelves
from common.model import moments
from common.model.documents import FolderId
from common.ports.disk import Disk
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.unit.exchanges.documents.model_disk import Content, ModelDisk
from tests.unit.exchanges.documents.samples import AT, FOLDER

EVERY = 300.0


@dataclass
class Watch:
    """`told`: the files of each folder as far as the looks have told of them."""

    disk: ModelDisk = field(default_factory=ModelDisk)
    budget: int = 50
    told: dict[int, dict[int, Content]] = field(default_factory=dict)
    place: str = ""

    def __post_init__(self) -> None:
        self.store = MemoryStore(ManualClock().now)
        self.shelves = Shelves(self.store)

    def run(self) -> int:
        """Five minutes pass and one run looks; of how many files it told something."""
        self.disk.now += EVERY
        began = moments.text(AT + timedelta(seconds=self.disk.now))
        heads = self.shelves.heads({FOLDER: "contracts"})
        look = Look(cast(Disk, self.disk), self.shelves)
        seen = look.at(list(heads.values()), lambda _done, _total: None)
        touched = [*folders_of(seen), *(one for part in seen for one in part.folders_gone)]
        own = self.shelves.heads({FolderId(one): "contracts" for one in dict.fromkeys(touched)})
        seen += look.small(list(own.values()))
        known = {**heads, **own}
        ready = [known.get(one.folder, one) for one in self.shelves.following("", 1000) if one.is_ready]
        rolled, self.place = look.again(ready, self.place, self.budget)
        return len({one for part in (*seen, *rolled) for one in self._told(part, began)})

    def _told(self, part: Seen, began: str) -> set[int]:
        here = self.told.setdefault(part.head.folder, {})
        for file in part.files.values():
            here[file.id] = (file.content, file.name)
        for one in part.gone:
            here.pop(one, None)
        if part.changes:
            self.shelves.save(part.head, part.changes, part.head.seen_at if part.partial else began)
        elif not part.partial:
            self.shelves.seen([part.head], began)
        return {*part.files, *part.gone}

    def knows_all(self) -> bool:
        """Told of everything that is there, and of nothing else."""
        return all(self.told.get(one, {}) == self.disk.living(one) for one in {*self.disk.folders, *self.told})

    def rounds(self) -> int:
        """Runs after which the rolling confirmation has gone through everything, from wherever it is."""
        from common.exchanges.documents import looking

        heads = self.shelves.following("", 1000)
        commands = sum(
            -(-number // looking.PAGE) or 1 for head in heads for _, _, number in head.shelves or [("", 0, 0)]
        )
        return 2 * (commands // max(self.budget // 2, 1) + 2)


def watch(number: int = 0, budget: int = 50) -> Watch:
    """A folder with so many files, looked at twice."""
    made = Watch(ModelDisk(), budget)
    for one in range(number):
        made.disk.add(FOLDER, f"{one}.docx")
    made.disk.now += 3600
    made.run()
    made.run()
    return made
