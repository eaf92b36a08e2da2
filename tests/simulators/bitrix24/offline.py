"""Offline events: the durable dirty-set (facts 3.5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.bitrix24.access import Application
from tests.simulators.bitrix24.calls import Hit
from tests.simulators.bitrix24.clock import stamp
from tests.simulators.bitrix24.wire import Data

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

KEPT = timedelta(seconds=2_952_000)


@dataclass
class Row:
    """One changed object; unique by message id, application, connector and reservation."""

    id: int
    application: Application
    connector: str
    event: str
    data: Data
    user_id: int | None
    message_id: str
    at: datetime
    process_id: str = ""
    error: bool = False

    def as_row(self, full: bool = False) -> Data:
        """The row of `event.offline.get`; `event.offline.list` adds the reservation and the error flag."""
        row: Data = {
            "ID": str(self.id), "TIMESTAMP_X": stamp(self.at), "EVENT_NAME": self.event, "EVENT_DATA": self.data,
            "EVENT_ADDITIONAL": {"user_id": str(self.user_id)} if self.user_id else [], "MESSAGE_ID": self.message_id,
        }  # fmt: skip
        return {**row, "PROCESS_ID": self.process_id, "ERROR": int(self.error)} if full else row


@dataclass
class Offline:
    """The queue. `echo_suppression`: own changes with the same connector are not queued, both empty included [S]."""

    echo_suppression: bool = True
    rows: list[Row] = field(default_factory=list)
    numbers: int = 0

    def collect(self, portal: Portal, hit: Hit, event: str, data: Mapping[str, Any]) -> None:
        """Put a change into the set of every application bound offline."""
        for binding in portal.events.bindings:
            if binding.event != event or not binding.offline or not binding.application.installed:
                continue
            own = hit.application is binding.application and hit.connector == binding.connector
            if not (own and self.echo_suppression):
                self._add(portal.now(), binding.application, binding.connector, event, dict(data), hit.user_id)

    def visible(self, now: datetime, application: Application, connector: str, error: bool = False) -> list[Row]:
        """Unreserved rows of one consumer; anything older than about 34 days is gone [S]."""
        self.rows = [row for row in self.rows if now - row.at <= KEPT]
        mine = [row for row in self.rows if row.application is application and row.connector == connector]
        return [row for row in mine if not row.process_id and row.error == error]

    def reserved(self, application: Application, process_id: str) -> list[Row]:
        """The rows of one reservation."""
        return [row for row in self.rows if row.application is application and row.process_id == process_id]

    def remove(self, rows: list[Row]) -> None:
        """Delete rows for good."""
        gone = {id(row) for row in rows}
        self.rows = [row for row in self.rows if id(row) not in gone]

    def fail(self, rows: list[Row]) -> None:
        """Mark as failed and release; a newer row without error of the same message is dropped."""
        for row in rows:
            twins = [other for other in self.visible(row.at, row.application, row.connector) if other is not row]
            self.remove([other for other in twins if other.message_id == row.message_id])
            row.error, row.process_id = True, ""

    def _add(
        self, now: datetime, application: Application, connector: str, event: str, data: Data, user_id: int | None
    ) -> None:
        text = event + json.dumps(data, separators=(",", ":"))
        message_id = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        for row in self.visible(now, application, connector):
            if row.message_id == message_id:
                row.at = now
                return
        self.numbers += 1
        self.rows.append(Row(self.numbers, application, connector, event, data, user_id, message_id, now))
