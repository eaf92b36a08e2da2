"""Activities and robots of an application, and their answers (facts 7.5, 7.6): minimal but real."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.simulators.bitrix24.calls import Call, Handler, mapping, method
from tests.simulators.bitrix24.errors import RestError, access_denied
from tests.simulators.bitrix24.wire import Data

_REQUIRED = ("CODE", "HANDLER", "NAME")


def _add(kind: str) -> Handler:
    def handler(call: Call) -> bool:
        """Register; the same code of the same application twice is an error."""
        fields = {key.upper(): value for key, value in call.params.items()}
        for name in _REQUIRED:
            if not fields.get(name):
                raise RestError("ERROR_ACTIVITY_VALIDATION_FAILURE", f"Empty {name}!")
        _check_handler(str(fields["HANDLER"]))
        table, code = _table(call, kind), str(fields["CODE"])
        if code in table:
            raise RestError("ERROR_ACTIVITY_ALREADY_INSTALLED", "Activity or Robot already installed!")
        table[code] = fields
        call.portal.changed(call.hit, "add", kind.upper(), code, fields)
        return True

    return handler


def _list(kind: str) -> Handler:
    return lambda call: sorted(_table(call, kind))


def _delete(kind: str) -> Handler:
    def handler(call: Call) -> bool:
        """Remove by code."""
        code = str(call.any_case("CODE", ""))
        if code not in _table(call, kind):
            raise RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Robot not found!")
        del _table(call, kind)[code]
        call.portal.changed(call.hit, "delete", kind.upper(), code, {})
        return True

    return handler


@method("bizproc.event.send", "bizproc")
def event_send(call: Call) -> bool:
    """The answer of a handler: a token with a bad signature is refused, a stale one is ignored silently [S]."""
    token = str(call.any_case("EVENT_TOKEN", ""))
    waiting = call.portal.callbacks.get(token)
    if waiting is None:
        raise access_denied(403)
    if not waiting["done"]:
        waiting.update(done=True, values=mapping(call.any_case("RETURN_VALUES")))
        waiting["message"] = str(call.any_case("LOG_MESSAGE", ""))
        call.portal.changed(call.hit, "answer", "BIZPROC", token, waiting["values"])
    return True


@method("bizproc.activity.log", "bizproc")
def activity_log(call: Call) -> bool:
    """A line in the log of a process, whether or not it still waits."""
    message = str(call.any_case("LOG_MESSAGE", "") or "")
    waiting = call.portal.callbacks.get(str(call.any_case("EVENT_TOKEN", "")))
    if waiting is None:
        raise access_denied(403)
    if not message:
        raise RestError("ERROR_EMPTY_LOG_MESSAGE", "Empty log message!")
    waiting.setdefault("log", []).append(message)
    return True


def _table(call: Call, kind: str) -> Data:
    assert call.caller.application is not None
    return call.portal.bizproc[kind].setdefault(call.caller.application.client_id, {})


def _check_handler(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol")
    if not parts.hostname:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


for _kind in ("activity", "robot"):
    for _act, _make in (("add", _add), ("list", _list), ("delete", _delete)):
        method(f"bizproc.{_kind}.{_act}", "bizproc", application_only=True, admin=True)(_make(_kind))
