"""Methods of the basic scope (facts 1.2, 8.1, 9, 11)."""

from __future__ import annotations

from typing import Any

from tests.simulators.bitrix24.calls import METHODS, Call, mapping, method
from tests.simulators.bitrix24.clock import stamp
from tests.simulators.bitrix24.errors import RestError, access_denied
from tests.simulators.bitrix24.wire import Data

SCOPES = (
    "bizproc", "catalog", "crm", "department", "disk", "im", "lists", "placement", "task", "tasks", "user",
    "user.userfield", "user_basic", "user_brief", "userfieldconfig",
)  # fmt: skip


@method("server.time")
def server_time(call: Call) -> str:
    """The clock of the server (facts 9)."""
    return stamp(call.portal.now(), call.portal.zone)


@method("profile")
def profile(call: Call) -> Data:
    """The caller in short, without any scope."""
    user = call.portal.users[call.caller.user_id]
    return {
        "ID": str(user.id), "ADMIN": user.admin, "NAME": user.name, "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": "", "TIME_ZONE": user.time_zone,
    }  # fmt: skip


@method("scope")
def scope(call: Call) -> list[str]:
    """The scopes of the caller; with `full` all there are."""
    full = str(call.any_case("full", "")).lower() in ("1", "true", "y")
    return list(SCOPES) if full else sorted(call.caller.scopes)


@method("methods")
def methods(call: Call) -> list[str]:
    """The methods the caller's scopes allow."""
    full = str(call.any_case("full", "")).lower() in ("1", "true", "y")
    return sorted(found.name for found in METHODS.values() if full or _allowed(call, found.scopes))


@method("method.get")
def method_get(call: Call) -> Data:
    """Does a method exist, and may the caller use it?"""
    name = str(call.any_case("name", ""))
    try:
        found = call.portal.find_method(name)
    except RestError:
        return {"isExisting": False, "isAvailable": False}
    return {"isExisting": True, "isAvailable": _allowed(call, found.scopes)}


@method("feature.get")
def feature_get(call: Call) -> Data:
    """A feature of the tariff: Y or N (facts 3.5)."""
    code = call.any_case("CODE")
    if not code:
        raise RestError("ERROR_ARGUMENT", "Argument 'CODE' is null or empty", argument="CODE")
    return {"value": "Y" if call.portal.options.features.get(str(code)) else "N"}


@method("app.info", application_only=True)
def app_info(call: Call) -> Data:
    """The application on the portal; needs application context (facts 1.3)."""
    application = call.caller.application
    assert application is not None
    return {
        "ID": str(application.number), "CODE": application.client_id, "VERSION": str(application.version),
        "STATUS": application.status, "INSTALLED": application.installed, "PAYMENT_EXPIRED": "N", "DAYS": None,
        "LANGUAGE_ID": "ru", "LICENSE": "ru_selfhosted",
    }  # fmt: skip


@method("app.option.get", application_only=True)
def option_get(call: Call) -> Any:
    """One option of the application or all of them."""
    application = call.caller.application
    assert application is not None
    name = call.any_case("option")
    return application.options.get(str(name), "") if name else dict(application.options)


@method("app.option.set", application_only=True)
def option_set(call: Call) -> bool:
    """Set options; only an administrator may."""
    application = call.caller.application
    assert application is not None
    if not call.portal.users[call.caller.user_id].admin:
        raise access_denied(403)
    options = mapping(call.any_case("options"))
    if not options:
        raise RestError("ERROR_ARGUMENT", "Argument 'options' is null or empty", argument="options")
    application.options.update(options)
    return True


def _allowed(call: Call, scopes: tuple[str, ...]) -> bool:
    return not scopes or bool(call.caller.scopes.intersection(scopes))
