"""The simulated Google Cloud behind the provider: what exists there.

A test looks into it (`one`, `all`), plays people in the console (`change`), moves its clock (`moment`), and meets the
refusals of `refusals/` as Terraform's errors.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.simulators.google_provider import names, refusals, specials
from tests.simulators.google_provider.answers import answers_of, complete, expanded, laid_over
from tests.simulators.google_provider.book import Type, book
from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.settings import Settings
from tests.simulators.google_provider.values import UNKNOWN, Value

State = dict[str, Value]
_MERGED = ("google_project_service", "google_storage_bucket_object")
"""Made over what is there: a service switched on twice, an object inserted without a precondition."""


@dataclass
class Cloud:
    """Resources by type and id.

    `enabled` are the APIs somebody switched on before; None means all. `payloads` are secret versions' data by the
    version's name. `tombstone` is how long the name of a deleted queue stays taken (docstring of `delete_queue`).
    """

    number: int = 123456789012
    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    enabled: frozenset[str] | None = None
    tombstone: timedelta = timedelta(days=3)
    resources: dict[str, dict[str, State]] = field(default_factory=dict)
    payloads: dict[str, str] = field(default_factory=dict)
    deleted: dict[tuple[str, str], datetime] = field(default_factory=dict)
    projects: set[str] = field(default_factory=set)
    folder: Path = Path()
    count: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def all(self, type_name: str) -> Iterator[State]:
        """Every resource of a type."""
        yield from list(self.resources.get(type_name, {}).values())

    def one(self, type_name: str, name: str) -> State:
        """The resource with this id, or whose id ends with this name.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = [state for state in self.all(type_name) if names.ends(state["id"], name)]
        if len(found) != 1:
            known = sorted(state["id"] for state in self.all(type_name))
            raise LookupError(f"{type_name} {name}: {len(found)} of {known}")
        return found[0]

    def has(self, type_name: str, id_: str) -> bool:
        return id_ in self.resources.get(type_name, {})

    def change(self, type_name: str, name: str, **attributes: Value) -> None:
        """A person, or the service itself, changes a resource behind Terraform's back.

        Raises:
            LookupError: there is no such resource, or it has no such attribute.
        """
        with self._lock:
            state = self.one(type_name, name)
            if strange := attributes.keys() - state.keys():
                raise LookupError(f"{type_name} has no {', '.join(sorted(strange))}")
            state.update(attributes, **specials.follows(type_name, attributes))

    def remove(self, type_name: str, name: str) -> None:
        """A person deletes a resource."""
        with self._lock:
            del self.resources[type_name][self.one(type_name, name)["id"]]

    def create(self, type_: Type, planned: State, config: State, settings: Settings) -> State:
        """Make a resource; returns its state.

        Raises:
            Refused: the provider or Google says no.
        """
        with self._lock, refusals.told(f"Error creating {names.short(type_.name)}"):
            self._meet(settings)
            placed = names.placed(type_, planned, settings)
            refusals.check(self, type_, placed, config)
            state = self._answered(type_, placed)
            if self.has(type_.name, state["id"]) and type_.name not in _MERGED and not names.is_iam(type_.name):
                raise Refused(f"googleapi: Error 409: {state['id']} already exists., alreadyExists")
            self.resources.setdefault(type_.name, {})[state["id"]] = dict(state)
            specials.created(self, type_.name, state, config)
            return state

    def _meet(self, settings: Settings) -> None:
        """Remember whose project this is, and where the provider that calls reads its files."""
        self.projects |= {settings.project} - {None}
        self.folder = settings.folder

    def _answered(self, type_: Type, placed: State) -> State:
        self.count += 1
        known = names.known(placed, self.number, self.moment, self.count)
        templates = laid_over(answers_of(type_.name), specials.answers(self, type_.name, placed))
        answers: State = expanded(templates, known)
        told = {name: value for name, value in placed.items() if value is not UNKNOWN}
        id_ = answers.get("id") or names.identity(type_, {**answers, **told})
        return complete(type_.block, placed, {"self_link": f"{names.COMPUTE}{id_}", **answers, "id": id_})

    def update(self, type_: Type, prior: State, planned: State, config: State, settings: Settings) -> State:
        """Change what the plan changes, and nothing somebody else changed meanwhile.

        Raises:
            Refused: the provider or Google says no.
        """
        with self._lock, refusals.told(f"Error updating {names.short(type_.name)}"):
            self._meet(settings)
            refusals.check(self, type_, planned, config)
            stored = self._stored(type_, prior["id"])
            wanted = {name: value for name, value in planned.items() if value != prior.get(name)}
            fresh = {"update_time": UNKNOWN} if "update_time" in stored else {}
            state = self._answered(type_, {**stored, **fresh, **wanted})
            state.update(specials.follows(type_.name, wanted), id=prior["id"])
            self.resources[type_.name][prior["id"]] = dict(state)
            return state

    def _stored(self, type_: Type, id_: str) -> State:
        if not self.has(type_.name, id_):
            raise Refused(f"googleapi: Error 404: {id_} not found, notFound")
        return self.resources[type_.name][id_]

    def delete(self, type_: Type, prior: State) -> None:
        """Take a resource away, as its deletion policy allows.

        Raises:
            Refused: its policy or its content forbids it.
        """
        with self._lock, refusals.told(f"Error deleting {names.short(type_.name)}"):
            if refusals.kept(self, type_, prior):
                return
            self.resources.get(type_.name, {}).pop(prior["id"], None)
            self.deleted[type_.name, prior["id"]] = self.moment
            specials.removed(self, type_.name, prior)

    def read(self, type_: Type, state: Mapping[str, Value]) -> State | None:
        """What is there now, or None; what only Terraform knows of it stays as Terraform has it."""
        with self._lock:
            stored = self.resources.get(type_.name, {}).get(state["id"])
            return None if stored is None else specials.read(type_, stored, state)

    def found(self, type_name: str, id_: str) -> tuple[Type, State]:
        """A resource to be imported.

        Raises:
            Refused: there is none.
        """
        try:
            return book().resources[type_name], self.one(type_name, id_)
        except LookupError as error:
            raise Refused(f"Cannot import non-existent remote object: {error}") from error
