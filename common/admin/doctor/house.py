"""What the doctor asks of the house; each member is made when it is asked for, and may fail then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from common.admin.rules import RuleBook
from common.bitrix.looks import PortalLook
from common.exchanges.acts.model import ActRule
from common.exchanges.acts.rules import TableBook
from common.exchanges.documents.model import DocumentRule
from common.flow.breakers import Breakers
from common.flow.conflicts import Conflicts
from common.flow.dead_letters import DeadLetters
from common.flow.waiting import WaitingRoom
from common.model.ids import BaseName, RuleId
from common.ports import Accounting, Clock, ShownQueue, Store
from common.ports.archive import Archive
from common.ports.disk import Disk
from common.settings import Settings, SettingsError

Found = TypeVar("Found")


class House(Protocol):
    """The services of a process, as far as they are looked at."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Callable[[], str]: ...
    @property
    def store(self) -> Store: ...
    @property
    def queue(self) -> ShownQueue: ...
    @property
    def rule_book(self) -> RuleBook: ...
    @property
    def table_book(self) -> TableBook: ...
    @property
    def portal_look(self) -> PortalLook: ...
    @property
    def archive(self) -> Archive: ...
    @property
    def disk(self) -> Disk: ...
    @property
    def breakers(self) -> Breakers: ...
    @property
    def waiting(self) -> WaitingRoom: ...
    @property
    def letters(self) -> DeadLetters: ...
    @property
    def conflicts(self) -> Conflicts: ...

    def act_rules(self) -> Mapping[RuleId, ActRule]: ...
    def document_rules(self) -> Mapping[RuleId, DocumentRule]: ...
    def wanted_events(self) -> Mapping[str, str]: ...
    def books(self, base: BaseName, profile_id: str, /) -> Accounting: ...
    def any_book(self, base: BaseName, /) -> Accounting: ...
    def read_digest(self, base: BaseName, /) -> None: ...


@dataclass(frozen=True)
class In:
    """What is in use, and how the doctor was called.

    acts, mappings   the active rules
    by_hand          a person is looking: sides are asked though their breakers are open, `$metadata` is read anew
    """

    house: House
    acts: Sequence[ActRule]
    mappings: Sequence[DocumentRule]
    by_hand: bool

    def left_alone(self, side: str) -> str:
        """Why a side is not asked now, "" when it is. One whose breaker is open is the watch's to probe: more wrong
        passwords would lock our user."""
        if self.by_hand or not self.house.breakers.is_open(side):
            return ""
        found = self.house.breakers.get(side)
        return "left alone: " + (
            f"paused by {found.paused_by}" if found.paused_by else f"{found.cause} since {found.since}"
        )


def given(group: Callable[[], Found], instead: Found) -> Found:
    """A group of settings; the check of settings tells of one that is wrong."""
    try:
        return group()
    except SettingsError:
        return instead
