"""What `flow` needs of an exchange, and of whoever tells people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from common.errors import SideDown, Stop
from common.model.ids import RecordKey
from common.model.records import Outcome, Record
from common.ports import Data, Task, Write

Facts = Any
"""What an exchange reads of a record's source; `flow` only carries it."""


Letters = Callable[[Task, str, str], object]
"""Keeps work that failed for good, so that a person can replay it: task, error, trace."""


Part = tuple[Record, Facts, Data | None]
"""A record, its facts and its binding."""


class Exchange(Protocol):
    """One exchange as `flow` runs it."""

    @property
    def name(self) -> str: ...

    @property
    def reported(self) -> Data:
        """What a binding holds besides once `report` has shown it."""

    def settled(self, bound: Data | None) -> bool:
        """Nothing is left to do for a record so bound; nothing is read."""

    def unread(self, bound: Data | None) -> bool:
        """What is left needs no reading of the source."""

    def side(self, record: Record) -> str:
        """The breaker that stands before this record besides the portal's."""

    def read(self, records: Sequence[Record], bound: Mapping[RecordKey, Data]) -> Mapping[str, Facts]:
        """The facts of all these records' sources, batched; `bound` by record key, of those that have a binding."""

    def person(self, facts: Facts) -> int:
        """The Bitrix24 user responsible for the source object, 0 unknown."""

    def together(self, parts: Sequence[Part], bind_all: Callable[[Mapping[str, Data]], None]) -> None:
        """What goes better for several records at once, before each is carried; `bind_all` keeps bindings by record
        key in one commit. What it leaves undone, `carry` does.
        """

    def carry(self, record: Record, facts: Facts, bound: Data | None, bind: Callable[[Data], None]) -> Outcome:
        """Decide and perform for one record; `bind` keeps its binding at once."""

    def report(self, carried: Sequence[tuple[Record, Data]]) -> Mapping[str, Stop]:
        """Show the results at the source, batched; the records whose source refused, with a stop."""


class Teller(Protocol):
    """Tells people, once per cause (design §3)."""

    def wish(
        self, record: str, stops: Sequence[Stop], responsible: int, mended: bool = True, source: str = ""
    ) -> Write: ...

    def settle(self, record: str) -> None: ...

    def tell(self, about: str, stops: Sequence[Stop]) -> None: ...

    def side_opened(self, down: SideDown) -> None: ...
