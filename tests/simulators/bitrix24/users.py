"""People and departments (facts 8.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.simulators.bitrix24.wire import Data


@dataclass
class User:
    """A user; `hidden` ones (the system user, bots, mail users) are never returned."""

    id: int
    name: str
    last_name: str
    email: str
    active: bool = True
    admin: bool = False
    departments: list[int] = field(default_factory=lambda: [1])
    time_zone: str = ""
    position: str = ""
    user_type: str = "employee"
    hidden: bool = False
    custom: Data = field(default_factory=dict)

    def as_row(self) -> Data:
        """The row of `user.get`: ids are strings, ACTIVE is a JSON boolean, UF_DEPARTMENT a list of ints."""
        return {
            "ID": str(self.id),
            "ACTIVE": self.active,
            "NAME": self.name,
            "LAST_NAME": self.last_name,
            "SECOND_NAME": "",
            "EMAIL": self.email,
            "LAST_LOGIN": "",
            "DATE_REGISTER": "2024-07-15T00:00:00+03:00",
            "TIME_ZONE": self.time_zone,
            "IS_ONLINE": "N",
            "PERSONAL_GENDER": "",
            "PERSONAL_BIRTHDAY": "",
            "PERSONAL_MOBILE": "",
            "WORK_PHONE": "",
            "WORK_POSITION": self.position,
            "UF_EMPLOYMENT_DATE": "",
            "UF_DEPARTMENT": self.departments,
            "USER_TYPE": self.user_type,
            **self.custom,
        }


@dataclass
class Department:
    """A department; `head` is printed only when set."""

    id: int
    name: str
    parent: int | None = None
    sort: int = 500
    head: int | None = None

    def as_row(self) -> Data:
        """The row of `department.get`: ids are strings, SORT is an int."""
        row: Data = {"ID": str(self.id), "NAME": self.name, "SORT": self.sort}
        if self.parent is not None:
            row["PARENT"] = str(self.parent)
        if self.head is not None:
            row["UF_HEAD"] = str(self.head)
        return row
