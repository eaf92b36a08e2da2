"""Users and departments (facts 8.1)."""

from __future__ import annotations

from typing import Any

from tests.simulators.bitrix24.calls import Call, Page, counted, mapping, method, sequence
from tests.simulators.bitrix24.filters import split
from tests.simulators.bitrix24.users import User
from tests.simulators.bitrix24.wire import Data, integer

_BRIEF = {
    "ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "DATE_REGISTER", "TIME_ZONE", "IS_ONLINE",
    "PERSONAL_GENDER", "PERSONAL_BIRTHDAY", "WORK_POSITION", "UF_EMPLOYMENT_DATE", "UF_DEPARTMENT", "USER_TYPE",
}  # fmt: skip
_CONTACTS = {"EMAIL", "PERSONAL_MOBILE", "WORK_PHONE"}
_SCOPES = ("user", "user_basic", "user_brief")
_NOT_FILTERS = {"sort", "order", "admin_mode", "select", "image_resize", "start", "filter"}


@method("user.current", *_SCOPES)
def current(call: Call) -> Data:
    """The caller as a user."""
    return _shown(call, call.portal.users[call.caller.user_id])


@method("user.get", *_SCOPES)
def get(call: Call) -> Page:
    """Users; filter fields that the scope does not allow are dropped silently, which returns everyone [S]."""
    sent = call.any_case("FILTER")
    conditions = mapping(sent) if isinstance(sent, dict | list) else _top_level(call.params)
    allowed = _allowed(call)
    users = [user for user in call.portal.users.values() if not user.hidden and _fits(user, conditions, allowed)]
    rows = [_shown(call, user) for user in _ordered(call, users)]
    chosen = {str(name).upper() for name in sequence(call.any_case("select"))}
    if chosen and "*" not in chosen:
        rows = [{key: value for key, value in row.items() if key in chosen | {"ID"}} for row in rows]
    return counted(rows, max(call.start, 0)) if rows else Page([])


@method("user.search", *_SCOPES)
def search(call: Call) -> Page:
    """Users whose name, e-mail or position contains the text."""
    conditions = mapping(call.any_case("FILTER")) or _top_level(call.params)
    text = str(conditions.get("FIND", "")).casefold()
    fields = ("NAME", "LAST_NAME", "EMAIL", "WORK_POSITION")
    users = [user for user in call.portal.users.values() if not user.hidden and user.active]
    found = [user for user in users if any(text in str(user.as_row()[name]).casefold() for name in fields)]
    return counted([_shown(call, user) for user in found], max(call.start, 0)) if found else Page([])


@method("department.get", "department")
def departments(call: Call) -> Page:
    """Departments; every parameter is a filter."""
    rows = [department.as_row() for department in call.portal.departments.values()]
    for name in ("ID", "NAME", "SORT", "PARENT", "UF_HEAD"):
        wanted = call.any_case(name)
        if wanted is not None:
            texts = {str(value) for value in sequence(wanted)}
            rows = [row for row in rows if str(row.get(name)) in texts]
    return counted(rows, max(call.start, 0))


def _allowed(call: Call) -> set[str]:
    names = set(_BRIEF)
    if call.caller.scopes & {"user", "user_basic"}:
        names |= _CONTACTS | {"LAST_LOGIN"}
    if "user.userfield" in call.caller.scopes:
        names |= {name for user in call.portal.users.values() for name in user.custom}
    return names


def _shown(call: Call, user: User) -> Data:
    allowed = _allowed(call)
    return {key: value for key, value in user.as_row().items() if key in allowed}


def _top_level(params: Data) -> Data:
    return {key: value for key, value in params.items() if key.lower() not in _NOT_FILTERS}


def _fits(user: User, conditions: Data, allowed: set[str]) -> bool:
    row = user.as_row()
    for key, value in conditions.items():
        operator, name = split(key)
        if name.upper() in allowed and not _matches(operator, row.get(name.upper()), value):
            return False
    return True


def _matches(operator: str, actual: Any, value: Any) -> bool:
    if isinstance(actual, bool):
        return actual == (value is True or str(value).lower() in ("1", "true", "y"))
    if isinstance(actual, list):
        return any(integer(item) in actual for item in sequence(value))
    texts = [str(item).casefold() for item in sequence(value)]
    found = str(actual).casefold()
    if "%" in operator:
        return any(text.strip("%") in found for text in texts) != operator.startswith("!")
    if operator in (">", ">=", "<", "<="):
        return _compare(operator, integer(actual), integer(value))
    return (found in (texts or [""])) != operator.startswith("!")


def _compare(operator: str, left: int, right: int) -> bool:
    if left == right:
        return "=" in operator
    return (left > right) == operator.startswith(">")


def _ordered(call: Call, users: list[User]) -> list[User]:
    name = str(call.any_case("sort") or "ID").upper()
    backwards = str(call.any_case("order") or "ASC").upper() == "DESC"
    numeric = name == "ID"
    return sorted(users, key=lambda user: (user.id if numeric else 0, str(user.as_row().get(name))), reverse=backwards)
