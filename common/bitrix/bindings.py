"""The events bound to our handlers (facts bitrix24 §3.3, §1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from common.bitrix.batch import Command, Commands, Outcome
from common.bitrix.faults import exception

Handler = tuple[str, str, str]
"""Event in upper case, address, user."""

HANDLERS: Final = Command("event.get", {})
"""This application's handlers, nobody else's."""


class Caller(Protocol):
    """`BitrixClient`, as far as bindings need it."""

    def batches(self, commands: Commands, write: bool = False) -> dict[str, Outcome]: ...


@dataclass(frozen=True, slots=True)
class Bindings:
    """What `ensure_bindings` changed: event codes."""

    bound: tuple[str, ...]
    unbound: tuple[str, ...]


def ensure_bindings(client: Caller, wanted: Mapping[str, str]) -> Bindings:
    """Make the application's handlers exactly these: event code → handler's URL. One request when nothing differs.

    Handlers go with every update of the application (facts §1.4). Only missing ones are bound; those of ours for other
    events or other addresses are unbound; the offline queue is not ours to touch.
    """
    table = {event.upper(): url for event, url in wanted.items()}
    rows = _handlers(client)
    held = {(event, url) for event, url, _ in rows}
    missing = [(event, url) for event, url in table.items() if (event, url) not in held]
    stale = [row for row in rows if table.get(row[0]) != row[1]]
    commands = {f"bind{n}": _bind(event, url) for n, (event, url) in enumerate(missing)}
    commands |= {f"unbind{n}": _unbind(*row) for n, row in enumerate(stale)}
    _run(client, commands)
    return Bindings(tuple(event for event, _ in missing), tuple(row[0] for row in stale))


def handlers(result: Any) -> list[Handler]:
    """The online handlers of an answer to `HANDLERS`."""
    rows = [row for row in result or [] if isinstance(row, dict) and row.get("handler")]
    return [(str(row.get("event")).upper(), str(row["handler"]), str(row.get("auth_type") or "0")) for row in rows]


def _handlers(client: Caller) -> list[Handler]:
    outcome = client.batches({"handlers": HANDLERS})["handlers"]
    if outcome.fault:
        raise exception(outcome.fault, HANDLERS.method)
    return handlers(outcome.result)


def _bind(event: str, url: str) -> Command:
    return Command("event.bind", {"event": event, "handler": url})


def _unbind(event: str, url: str, user: str) -> Command:
    return Command("event.unbind", {"event": event, "handler": url, "auth_type": user})


def _run(client: Caller, commands: dict[str, Command]) -> None:
    for name, outcome in client.batches(commands, write=True).items():
        # Somebody bound it between our look and our deed: `ERROR_CORE` "… already binded" (facts §3.3).
        if outcome.fault and "already bind" not in outcome.fault.text.lower():
            raise exception(outcome.fault, commands[name].method, write=True)
