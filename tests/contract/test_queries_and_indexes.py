"""Every place in the code that asks a store a question is asked here, so that `infra/firestore.json` has an index for
each question and no index without one.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from common.exchanges.documents.copies import Copies
from common.exchanges.documents.guards import Guards
from common.exchanges.documents.shelves import Shelves
from common.flow.bindings import Bindings
from common.flow.breakers import Breakers
from common.flow.claims import Claims
from common.flow.conflicts import Conflicts
from common.flow.dead_letters import DeadLetters
from common.flow.excluded import ExcludedRecords
from common.flow.journal import Journal
from common.flow.notices import Notices
from common.flow.waiting import WaitingRoom
from common.model.documents import DocumentId, FolderId
from common.model.ids import RuleId
from common.model.records import Record
from common.ports import Condition, Document, Store
from common.store.indexes import Index, needed
from infra.local.collection import ROOT
from tests.clock import START, ManualClock
from tests.firestore_catalogue import catalogue, fault_of_query

NONE = cast(Any, None)
"""A part that a question does not need."""


class Site(NamedTuple):
    """One call of a store's `query` or `count` in the code."""

    path: str
    first: int
    last: int


@dataclass
class Questions:
    """A store that is empty and remembers what it was asked, and by which line."""

    indexes: list[Index] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lines: set[tuple[str, int]] = field(default_factory=set)

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        self._note(collection, where, order_by, descending)
        return []

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        self._note(collection, where, None, False)
        return 0

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        return {}

    def _note(self, collection: str, where: Sequence[Condition], order_by: str | None, descending: bool) -> None:
        caller = sys._getframe(2)
        self.lines.add((str(Path(caller.f_code.co_filename).relative_to(ROOT)), caller.f_lineno))
        self.faults.append(fault_of_query(catalogue()["collections"], collection, where, order_by, descending))
        index = needed(collection, where, order_by, descending)
        if index is not None:
            self.indexes.append(index)


def asked() -> Questions:
    """Every question of ours, in each of its forms."""
    questions, clock = Questions(), ManualClock(START)
    store = cast(Store, questions)
    for ask in (_flow, _records, _documents):
        for one in ask(store, clock):
            one()
    return questions


def _flow(store: Store, clock: ManualClock) -> Iterator[Callable[[], object]]:
    breakers, notices = Breakers(store, clock), Notices(store, clock, str, "ru")
    waiting, letters = WaitingRoom(store, clock), DeadLetters(store, clock, NONE)
    yield from (breakers.all, breakers.probe_due, Claims(store, clock, str).abandoned)
    yield from (lambda: notices.joined_of("side"), notices.untold, notices.unsettled)
    yield from (lambda: waiting.due("acts"), lambda: waiting.by_awaits("person"), waiting.parked_work)
    yield from (lambda: waiting.of_exchange("acts"), lambda: waiting.of_owner("crm", 1), waiting.any_refused)
    yield from (waiting.number, waiting.number_for_people, waiting.oldest)
    yield from (waiting.counts, lambda: waiting.counts("acts"), letters.listed, letters.count)


def _records(store: Store, clock: ManualClock) -> Iterator[Callable[[], object]]:
    journal, bindings = Journal(store, clock, str), Bindings(store, clock)
    conflicts, excluded = Conflicts(store, clock), ExcludedRecords(store, clock)
    yield from (lambda: journal.of("r"), lambda: journal.of_source("s"), lambda: journal.of_target("t"))
    yield from (journal.latest, lambda: journal.latest("acts"), lambda: journal.latest(outcome="created"))
    yield lambda: journal.latest("acts", "created")
    yield from (lambda: bindings.of_target("t"), lambda: bindings.of_source("s"), lambda: bindings.of_exchange("acts"))
    yield from (lambda: bindings.count("acts"), lambda: bindings.count("acts", "created"))
    yield from (conflicts.count_open, conflicts.open, lambda: conflicts.open("documents"))
    yield lambda: conflicts.met_on(Record(NONE, "file:1", START, {}))
    yield from (lambda: excluded.listed("acts", "one_way"), lambda: excluded.counts("acts"))


def _documents(store: Store, clock: ManualClock) -> Iterator[Callable[[], object]]:
    from common.admin.documents import DocumentPeople
    from common.wiring.desk import HouseDesk

    mapping, guards = RuleId("contracts"), Guards(store, clock)
    copies, shelves = Copies(store, NONE, NONE, clock), Shelves(store)
    desk = HouseDesk(NONE, store, *[NONE] * 5)
    parts: dict[str, Any] = dict.fromkeys(DocumentPeople.__dataclass_fields__)
    parts |= {"store": store, "waiting": WaitingRoom(store, clock), "excluded": ExcludedRecords(store, clock)}
    people = DocumentPeople(**parts | {"rules": {}, "scans": _NoScans()})
    yield from (guards.any_waiting, lambda: guards.number(mapping), lambda: guards.number_passed(mapping))
    yield from (lambda: list(guards.waiting(mapping)), guards.stopped)
    yield from (lambda: copies._kept("r", 1, "h"), lambda: shelves.following("0", 1))
    yield from (lambda: desk.of_documents([DocumentId("d")]), lambda: desk.of_mapping(mapping, "", 1))
    yield from (lambda: desk.in_folder(FolderId(1), [mapping]), lambda: desk.placed_since("2026"))
    yield from (desk.outside, lambda: desk.count(mapping))
    yield from (lambda: list(people.counts()), lambda: people._count(mapping))


class _NoScans:
    def all(self, mappings: Sequence[RuleId]) -> Mapping[RuleId, object]:
        return {}


def sites() -> Iterator[Site]:
    """Where the code asks a store a question; the stores themselves hand questions on."""
    for path in sorted((ROOT / "common").rglob("*.py")):
        if path.parent.name == "store":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of_store = ast.unparse(node.func.value).rpartition(".")[2] in ("store", "_store")
                if of_store and node.func.attr in ("query", "count"):
                    yield Site(str(path.relative_to(ROOT)), node.lineno, node.end_lineno or node.lineno)


@pytest.fixture(scope="module")
def questions() -> Questions:
    return asked()


def test_every_question_of_the_code_is_asked_here(questions: Questions) -> None:
    found = list(sites())
    assert len(found) > 20
    left = [site for site in found if not any(_is_at(site, line) for line in questions.lines)]
    assert left == [], "ask them above, in each of their forms"


def _is_at(site: Site, line: tuple[str, int]) -> bool:
    return site.path == line[0] and site.first <= line[1] <= site.last


def test_every_question_has_its_indexes(questions: Questions) -> None:
    assert [one for one in questions.faults if one] == []


def test_every_index_has_its_question(questions: Questions) -> None:
    """An index nobody needs costs a write of each document."""
    made = [(name, fields) for name, entry in catalogue()["collections"].items() for fields in entry["indexes"]]
    idle = [
        (name, fields) for name, fields in made if not any(_leans_on(fields, one, name) for one in questions.indexes)
    ]
    assert idle == []


def _leans_on(fields: Sequence[str], index: Index, collection: str) -> bool:
    """Whether the question would be refused without the index of these fields."""
    others = [one for one in catalogue()["collections"][collection]["indexes"] if one != fields]
    return index.collection == collection and not index.is_met_by(others)
