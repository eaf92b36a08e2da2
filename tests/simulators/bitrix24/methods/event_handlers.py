"""`event.bind` and its kin: applications only (facts 3.3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.simulators.bitrix24.access import Application
from tests.simulators.bitrix24.calls import Call, method
from tests.simulators.bitrix24.errors import RestError, access_denied
from tests.simulators.bitrix24.events import Binding, fire, known_events
from tests.simulators.bitrix24.wire import Data, integer


@method("events", application_only=True)
def events(call: Call) -> list[str]:
    """Event codes in upper case: of a scope, of the caller's scopes, or all with FULL."""
    scope = call.any_case("SCOPE")
    if scope:
        return [code for code in known_events([str(scope)]) if code not in known_events([])]
    full = str(call.any_case("FULL", "")).lower() in ("1", "true", "y")
    return known_events(None if full else call.caller.scopes)


@method("event.bind", application_only=True)
def bind(call: Call) -> bool:
    """Bind a handler; the same handler twice is an error, so a client asks `event.get` first."""
    event, offline = _event(call), str(call.any_case("event_type", "online")).lower() == "offline"
    handler = "" if offline else _handler(call)
    user_id = integer(call.any_case("auth_type", 0))
    _check_rights(call, user_id, offline)
    binding = Binding(
        call.portal.events.number(), application_of(call), event, handler, user_id, offline, call.hit.connector
    )
    if any(_same(binding, other) for other in call.portal.events.bindings):
        raise RestError("ERROR_CORE", "Unable to set event handler: Handler already binded")
    call.portal.events.bindings.append(binding)
    return True


@method("event.get", application_only=True)
def get(call: Call) -> list[Data]:
    """The handlers of this application."""
    mine = [binding for binding in call.portal.events.bindings if binding.application is application_of(call)]
    return [_shown(binding) for binding in mine]


@method("event.unbind", application_only=True)
def unbind(call: Call) -> Data:
    """Remove handlers; gives how many."""
    event, offline = _event(call), str(call.any_case("event_type", "online")).lower() == "offline"
    handler, user_id = str(call.any_case("handler", "")), call.any_case("auth_type")
    if not handler and not offline:
        raise RestError("ERROR_ARGUMENT", "Argument 'HANDLER' is null or empty", argument="HANDLER")
    gone = [
        binding
        for binding in call.portal.events.bindings
        if binding.application is application_of(call)
        and (binding.event, binding.offline) == (event, offline)
        and (offline or binding.handler == handler)
        and (user_id is None or binding.user_id == integer(user_id))
    ]
    call.portal.events.bindings = [binding for binding in call.portal.events.bindings if binding not in gone]
    return {"count": len(gone)}


@method("event.test", application_only=True)
def test(call: Call) -> int:
    """Fire ONAPPTEST with what was sent."""
    fire(call.portal, call.hit, "ONAPPTEST", {"QUERY": call.params})
    return 1


def application_of(call: Call) -> Application:
    """The calling application; the methods here are closed to webhooks."""
    assert call.caller.application is not None
    return call.caller.application


def _event(call: Call) -> str:
    event = str(call.any_case("event", "")).upper()
    if not event:
        raise RestError("ERROR_ARGUMENT", "Argument 'EVENT' is null or empty", argument="EVENT")
    if event not in known_events(call.caller.scopes):
        raise RestError("ERROR_EVENT_NOT_FOUND", "Event not found")
    return event


def _handler(call: Call) -> str:
    handler = str(call.any_case("handler", ""))
    parts = urlsplit(handler)
    if not handler or not parts.netloc:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")
    if parts.scheme not in ("http", "https"):
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
    return handler


def _check_rights(call: Call, user_id: int, offline: bool) -> None:
    if call.portal.users[call.caller.user_id].admin:
        return
    if offline or user_id not in (0, call.caller.user_id):
        raise access_denied(403)


def _same(one: Binding, other: Binding) -> bool:
    def key(binding: Binding) -> tuple[Any, ...]:
        return binding.event, binding.handler, binding.user_id, binding.offline, binding.connector

    return one.application is other.application and key(one) == key(other)


def _shown(binding: Binding) -> Data:
    if binding.offline:
        return {"event": binding.event, "connector_id": binding.connector, "offline": 1}
    return {"event": binding.event, "handler": binding.handler, "auth_type": str(binding.user_id), "offline": 0}
