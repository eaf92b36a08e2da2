"""Companies of the CRM by their tax ids, for documents of 1C:DM (facts bitrix24 §4.5, §4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.bitrix import batch
from common.bitrix.client import BitrixClient
from common.bitrix.crm_wire import COMPANY
from common.model.ids import CompanyId


class PortalCompanies:
    """Readings only; nothing is created in the CRM."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def by_tax_ids(self, inn: str, kpp: str) -> set[CompanyId]:
        """Companies with a requisite of this INN and KPP ("" for an entrepreneur): one request."""
        conditions = {"ENTITY_TYPE_ID": COMPANY, "RQ_INN": inn, **({"RQ_KPP": kpp} if kpp else {})}
        select = ["ID", "ENTITY_ID", "RQ_INN", "RQ_KPP"]
        rows = self._client.call("crm.requisite.list", {"filter": conditions, "select": select}).result
        # A legacy list drops what it does not understand of a filter, so each row is looked at again.
        fits = [row for row in rows or [] if isinstance(row, dict) and _is(row, inn, kpp)]
        return {CompanyId(int(row["ENTITY_ID"])) for row in fits}

    def title(self, company: CompanyId) -> str:
        """What the company is called; "" for one that is gone: one request."""
        found = self._client.call("crm.item.list", {"entityTypeId": COMPANY, "filter": {"id": company}}).result
        items = batch.mapping(found).get("items") or []
        return str(batch.mapping(items[0]).get("title") or "") if items else ""


def _is(row: Mapping[str, Any], inn: str, kpp: str) -> bool:
    same_kpp = not kpp or str(row.get("RQ_KPP") or "") == kpp
    return str(row.get("RQ_INN") or "") == inn and same_kpp
