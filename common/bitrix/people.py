"""Users of the portal as the exchange asks for them: name, e-mail, employee id (facts bitrix24 §8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.bitrix import batch
from common.bitrix.client import BitrixClient
from common.model.ids import UserId

EMPLOYEE_FIELD = "UF_USR_1C_ID"
"""Where a portal keeps an employee's id in 1C, if it does; readable only with the scope `user.userfield`."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user of Bitrix24; `employee_id` is "" where the field is not there or not ours to read."""

    id: UserId
    name: str
    email: str
    employee_id: str
    active: bool


class PortalPeople:
    """One request for each user asked for."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def person(self, user: UserId) -> Person | None:
        """None for one who is not there, or hidden from us (bots, the system user)."""
        select = ["ID", "NAME", "LAST_NAME", "EMAIL", "ACTIVE", EMPLOYEE_FIELD]
        rows = self._client.call("user.get", {"FILTER": {"ID": user}, "select": select}).result
        # A filter the scope does not allow is dropped, and everybody comes.
        found = next((row for row in rows if str(row.get("ID")) == str(user)), None) if isinstance(rows, list) else None
        return _person(user, batch.mapping(found)) if found else None


def _person(user: UserId, row: dict[str, Any]) -> Person:
    name = " ".join(filter(None, (row.get("NAME"), row.get("LAST_NAME"))))
    email, employee = str(row.get("EMAIL") or ""), str(row.get(EMPLOYEE_FIELD) or "")
    return Person(user, name, email, employee, row.get("ACTIVE") is not False)
