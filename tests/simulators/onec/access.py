"""Who may do what: logins (facts §1.17), rights and hidden rows (§1.5, §1.15)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.simulators.onec.errors import forbidden
from tests.simulators.onec.values import Record


def login(header: str, users: Mapping[str, str]) -> str | None:
    """The user of a Basic header in UTF-8; None for any other encoding, a wrong login or password."""
    scheme, _, text = header.partition(" ")
    try:
        name, _, password = base64.b64decode(text, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name if scheme.lower() == "basic" and users.get(name) == password else None


@dataclass
class Rights:
    """What the technical user may not see or change; code 20 with HTTP 401."""

    no_read: set[str] = field(default_factory=set)
    no_write: set[str] = field(default_factory=set)
    hidden: dict[str, Callable[[Record], bool]] = field(default_factory=dict)

    def check_read(self, name: str) -> None:
        """No right to the whole set."""
        if name in self.no_read:
            raise forbidden()

    def check_write(self, record_or_name: Record | str) -> None:
        """No right to write to the set, or to this record."""
        name = record_or_name if isinstance(record_or_name, str) else record_or_name.entity.name
        if name in self.no_write or name in self.no_read:
            raise forbidden()
        if isinstance(record_or_name, Record):
            self.check_visible(record_or_name)

    def is_hidden(self, record: Record) -> bool:
        """Row-level security hides the record."""
        test = self.hidden.get(record.entity.name)
        return test is not None and test(record)

    def check_visible(self, record: Record) -> None:
        """Refuse what row-level security hides."""
        if self.is_hidden(record):
            raise forbidden()

    def visible(self, records: list[Record], *, allowed_only: bool) -> list[Record]:
        """Rows to show; without `allowedOnly` one hidden row fails the whole query (§1.5)."""
        shown = [record for record in records if not self.is_hidden(record)]
        if len(shown) != len(records) and not allowed_only:
            raise forbidden()
        return shown
