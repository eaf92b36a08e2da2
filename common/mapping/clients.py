"""Counterparties of 1C:DM ↔ companies of the CRM: by the table, else by INN and KPP; never by name (rules, Mapping)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from common.errors import NeedsPerson, Stop
from common.mapping.tables import Table
from common.model.documents import Client
from common.model.ids import CompanyId

BASE = "dm"
"""Under which base the table `counterparties` names them: `company:<id>` → the counterparty's id in 1C:DM."""

AWAITS = "mapping:counterparties"


class Companies(Protocol):
    def by_tax_ids(self, inn: str, kpp: str) -> set[CompanyId]: ...
    def title(self, company: CompanyId) -> str: ...


@dataclass
class Clients:
    """Titles are asked for once in a process."""

    table: Callable[[], Table]
    companies: Callable[[], Companies]
    _titles: dict[CompanyId, str] = field(default_factory=dict)

    def company_name(self, client: Client | None) -> str:
        """What the CRM calls this counterparty; "" without one. Raises NeedsPerson for none or several companies."""
        if client is None:
            return ""
        company = self._mapped(client) or self._found(client)
        if company not in self._titles:
            self._titles[company] = self.companies().title(company)
        return self._titles[company]

    def _mapped(self, client: Client) -> CompanyId | None:
        named = [key for (base, key), value in self.table().rows.items() if base == BASE and value == client.id.lower()]
        ids = [CompanyId(int(key.partition(":")[2])) for key in named if key.startswith("company:")]
        return ids[0] if len(ids) == 1 else None

    def _found(self, client: Client) -> CompanyId:
        found = self.companies().by_tax_ids(client.inn, client.kpp) if client.inn else set()
        if len(found) == 1:
            return next(iter(found))
        reason = "company_ambiguous" if found else "company_unmapped"
        hint = ", ".join(f"company:{one}" for one in sorted(found))
        raise NeedsPerson(
            Stop(reason, f"{client.inn} {client.kpp}".strip(), "admin", AWAITS, client.name, details=hint)
        )
