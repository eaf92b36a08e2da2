"""Stands whose entry points live apart, each with the secrets its manifest declares and no others, as in the cloud."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from common.ports import Task
from common.queue.sqlite import SqliteQueue
from common.settings import Secret, Settings, SettingsError
from common.settings.forms import Forms
from common.wiring import Services, use
from infra.local import collection
from infra.manifests.model import EntryPoint
from infra.manifests.secrets import covers, is_secret
from tests.stand import Stand

Read = Callable[[Forms], object]
"""How one group of settings is read."""


@dataclass
class Ledger:
    """What entry points did, by their names such as `deal_sweep.run`.

    refused   settings they asked for in vain
    needed    secrets they live on: used, or their settings cannot be read without
    hosts     where they called
    queues    the classes of queue they put tasks on
    """

    refused: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    needed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    hosts: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    queues: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    called: set[str] = field(default_factory=set)
    running: list[str] = field(default_factory=list)
    environ: Mapping[str, str] = field(default_factory=dict)

    def note(self, what: Mapping[str, set[str]], one: str) -> None:
        """Nothing while people act: the command line has every secret."""
        if self.running:
            what[self.running[-1]].add(one)

    def used(self, secret: str) -> None:
        for name, value in self.environ.items():
            if is_secret(name) and value and (secret in value or value in secret):
                self.note(self.needed, name)

    def read(self, group: Read) -> None:
        """Without which secrets the group that has just been read could not be."""
        for name in filter(is_secret, self.environ):
            if self.running and not _readable(group, {**self.environ, name: ""}):
                self.note(self.needed, name)


def _readable(group: Read, environ: Mapping[str, str]) -> bool:
    forms = Forms(environ)
    group(forms)
    return not forms.faults


@contextmanager
def noted() -> Iterator[Ledger]:
    """Everything that entry points of `Apart` stands do inside."""
    ledger, group, reveal, put = Ledger(), Settings._group, Secret.reveal, SqliteQueue.put

    def grouped(settings: Settings, read: Read) -> object:
        try:
            found = group(settings, read)
        except SettingsError as error:
            ledger.note(ledger.refused, str(error))
            raise
        ledger.read(read)
        return found

    def revealed(secret: Secret) -> str:
        value = reveal(secret)
        ledger.used(value)
        return value

    def kept(queue: SqliteQueue, task: Task) -> bool:
        ledger.note(ledger.queues, task.queue)
        return put(queue, task)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Settings, "_group", grouped)
        patch.setattr(Secret, "reveal", revealed)
        patch.setattr(SqliteQueue, "put", kept)
        yield ledger


class Apart(Stand):
    """Stands before a stand's class. One process for each entry point, over one store and one queue."""

    def __init__(self, folder: str, ledger: Ledger, patch: pytest.MonkeyPatch, **options: Any) -> None:
        self._ledger, self._call = ledger, collection.call
        patch.setattr(collection, "call", self.called)
        super().__init__(folder, **options)

    def restarted(self) -> Services:
        """New processes, all of them."""
        self._apart: dict[str, Services] = {}
        self._ledger.environ = self._environ()
        return super().restarted()

    def called(self, function: str, entry: str, *rest: Any, **options: Any) -> tuple[int, str, dict[str, str]]:
        """As `collection.call`, in the entry point's own process."""
        name = f"{function}.{entry}"
        if name not in self._apart:
            self._apart[name] = self._process(collection.functions()[function].manifest.entry_points[entry])
        use(self._apart[name])
        self._ledger.called.add(name)
        self._ledger.running.append(name)
        try:
            return self._call(function, entry, *rest, **options)
        finally:
            self._ledger.running.pop()
            use(self.services)

    def _process(self, entry: EntryPoint) -> Services:
        return Services(
            Settings.read(allowed(self._environ(), entry), ()),
            self.clock,
            lambda: f"id-{next(self._numbers):06d}",
            lambda: httpx.Client(transport=self._transport()),
        )

    def _transport(self) -> httpx.MockTransport:
        handler = super()._transport().handler

        def route(request: httpx.Request) -> httpx.Response:
            self._ledger.note(self._ledger.hosts, request.url.host)
            response = handler(request)
            assert isinstance(response, httpx.Response)
            return response

        return httpx.MockTransport(route)


def allowed(environ: Mapping[str, str], entry: EntryPoint) -> dict[str, str]:
    """The environment without the secrets that the manifest does not declare."""
    return {
        name: value
        for name, value in environ.items()
        if not is_secret(name) or any(covers(declared, name) for declared in entry.secrets)
    }
