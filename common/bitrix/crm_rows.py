"""What the CRM methods give, read into our nouns (facts bitrix24 §4). Pure.

Legacy lists drop a filter they do not know and then give everything, page by page, and a reference inside a batch may
stand for something else than was meant. So every row is compared with what was asked for; one that was not asked for
spoils the answer (`Unasked`), since ours may be on a page that was not.
Raises KeyError, TypeError, ValueError or ArithmeticError for an answer of another shape; `crm` makes it a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from common.bitrix import answers
from common.bitrix.batch import mapping
from common.bitrix.crm_wire import COMPANY, DEAL, REQUISITE, dictionary
from common.model import moments
from common.model.deals import (
    LEGAL_ADDRESS,
    REGISTRATION_ADDRESS,
    Address,
    Deal,
    ProductRow,
    Requisite,
    RequisiteLink,
    Semantics,
    Stage,
    StageEntry,
)
from common.model.ids import CompanyId, ContactId, DealId, RequisiteId, StageId, UserId

Row = Mapping[str, Any]

_SEMANTICS: dict[str, Semantics] = {"S": "S", "F": "F"}
_ADDRESS = ("POSTAL_CODE", "COUNTRY", "REGION", "PROVINCE", "CITY", "ADDRESS_1", "ADDRESS_2")


class Unasked(ValueError):
    """The portal gave rows that were not asked for: it did not understand the filter."""


def only(rows: Iterable[Row], is_ours: Callable[[Row], bool]) -> list[Row]:
    """The rows, all of them ours. Raises `Unasked`."""
    found = list(rows)
    if not all(map(is_ours, found)):
        raise Unasked("rows that were not asked for")
    return found


def listed(result: Any, key: str = "") -> list[Row]:
    """The rows of a list, under a key for controllers; `[]` stands for every empty thing (facts §10.2)."""
    rows = mapping(result).get(key, []) if key else result
    rows = list(rows.values()) if isinstance(rows, dict) else rows
    return [row for row in rows or [] if isinstance(row, dict)]


def number(row: Row, name: str) -> int:
    """An id or code, written as a number or a text; 0 when empty."""
    return answers.whole(row.get(name)) or 0


def entry(row: Row) -> StageEntry:
    """A row of the stage history."""
    return StageEntry(
        id=int(row["ID"]),
        deal=DealId(int(row["OWNER_ID"])),
        category=number(row, "CATEGORY_ID"),
        stage=StageId(str(row["STAGE_ID"])),
        at=moments.parse(row["CREATED_TIME"]),
    )


def deal(item: Row) -> Deal:
    """A deal of `crm.item.get`."""
    return Deal(
        id=DealId(int(item["id"])),
        title=str(item.get("title") or ""),
        category=number(item, "categoryId"),
        stage=StageId(str(item["stageId"])),
        semantics=_SEMANTICS.get(str(item.get("stageSemanticId")), "P"),
        amount=exact(item.get("opportunity")),
        currency=str(item.get("currencyId") or ""),
        company=CompanyId(number(item, "companyId")) if number(item, "companyId") else None,
        contact=ContactId(number(item, "contactId")) if number(item, "contactId") else None,
        responsible=UserId(number(item, "assignedById")),
        updated_at=moments.parse(item["updatedTime"]),
        fields={name: as_text(value) for name, value in item.items() if name.startswith("UF_CRM_")},
    )


def product_row(row: Row) -> ProductRow:
    """A product row. No `taxRate` is "without VAT", which 0 is not; OKEI 6 is "006" (facts §4.2, §4.7)."""
    code = number(row, "measureCode")
    return ProductRow(
        id=int(row["id"]),
        product_id=number(row, "productId"),
        name=str(row.get("productName") or ""),
        quantity=exact(row.get("quantity")),
        price=exact(row.get("price")),
        price_exclusive=exact(row.get("priceExclusive")),
        vat_rate=None if row.get("taxRate") is None else exact(row["taxRate"]),
        vat_included=row.get("taxIncluded") == "Y",
        unit_code=f"{code:03d}" if code else "",
        unit_name=str(row.get("measureName") or ""),
    )


def product_rows(result: Any, of: DealId) -> list[ProductRow]:
    """The rows of this deal."""
    rows = listed(result, "productRows")
    ours = only(rows, lambda row: row.get("ownerType") == "D" and number(row, "ownerId") == of)
    return [product_row(row) for row in ours]


def link(result: Any, of: DealId) -> RequisiteLink | None:
    """The link of this deal; 0 is "not chosen"."""
    rows = only(listed(result), lambda row: _owner(row) == (DEAL, of))
    if not rows:
        return None
    client, own = number(rows[0], "REQUISITE_ID"), number(rows[0], "MC_REQUISITE_ID")
    return RequisiteLink(RequisiteId(client) if client else None, RequisiteId(own) if own else None)


def requisite(row: Row, countries: Mapping[int, int]) -> Requisite:
    """A requisite. NAME is only its label ("Организация"), so it is not the party's name (facts §4.6)."""
    person = " ".join(filter(None, (_text(row, f"RQ_{part}_NAME") for part in ("LAST", "FIRST", "SECOND"))))
    kind: Literal["company", "contact"] = "company" if number(row, "ENTITY_TYPE_ID") == COMPANY else "contact"
    return Requisite(
        id=RequisiteId(int(row["ID"])),
        owner_kind=kind,
        owner=int(row["ENTITY_ID"]),
        name=_text(row, "RQ_COMPANY_NAME") or _text(row, "RQ_NAME") or person,
        full_name=_text(row, "RQ_COMPANY_FULL_NAME"),
        inn=_text(row, "RQ_INN"),
        kpp=_text(row, "RQ_KPP"),
        active=row.get("ACTIVE") == "Y",
        country=countries.get(number(row, "PRESET_ID"), 0),
    )


def requisites_of(result: Any, kind: int, owner: int, countries: Mapping[int, int]) -> list[Requisite]:
    """The requisites of this company or contact, in the portal's order."""
    rows = only(listed(result), lambda row: _owner(row) == (kind, owner))
    return [requisite(row, countries) for row in rows]


def requisites(
    result: Any, wanted: Collection[RequisiteId], countries: Mapping[int, int]
) -> dict[RequisiteId, Requisite]:
    """The requisites with these ids, those that are not gone."""
    rows = only(listed(result), lambda row: number(row, "ID") in wanted)
    return {RequisiteId(number(row, "ID")): requisite(row, countries) for row in rows}


def addresses(result: Any, of: Collection[RequisiteId]) -> list[Address]:
    """The legal and registration addresses of these requisites; others of their owner are left out."""
    return [address(row) for row in listed(result) if _is_of(row, of)]


def address(row: Row) -> Address:
    """An address in one line, from the large to the small."""
    parts = dict.fromkeys(filter(None, (_text(row, name) for name in _ADDRESS)))
    return Address(RequisiteId(number(row, "ENTITY_ID")), number(row, "TYPE_ID"), ", ".join(parts))


def is_anchored(result: Any, kind: int, owner: int) -> bool:
    """All addresses hang on this company or contact; if not, the portal ignored the filter by anchor."""
    return all((number(row, "ANCHOR_TYPE_ID"), number(row, "ANCHOR_ID")) == (kind, owner) for row in listed(result))


def client_name(result: Any, kind: int, owner: int) -> str:
    """The title of a company, the name of a contact; "" when it is another one."""
    item = mapping(mapping(result).get("item"))
    if number(item, "id") != owner:
        return ""
    names = ("title",) if kind == COMPANY else ("name", "lastName")
    return " ".join(filter(None, (_text(item, name) for name in names)))


def stages(result: Any, category: int) -> list[Stage]:
    """The stages of this funnel; a stage in progress has no semantics (facts §4.4)."""
    rows = [row for row in listed(result) if row.get("ENTITY_ID") == dictionary(category)]
    return [
        Stage(
            id=StageId(str(row["STATUS_ID"])),
            category=category,
            name=_text(row, "NAME"),
            sort=number(row, "SORT"),
            semantics=_SEMANTICS.get(str(row.get("SEMANTICS")), "P"),
        )
        for row in rows
    ]


def exact(value: Any) -> Decimal:
    """A number as the portal wrote it; 0 when empty."""
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError("not a number")
    return Decimal(value)


def as_text(value: Any) -> str:
    """A user field as text: several values with a comma, none as "", a file or another structure as ""."""
    if isinstance(value, list):
        return ", ".join(filter(None, (as_text(one) for one in value)))
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) if isinstance(value, str | int | Decimal) else ""


def _owner(row: Row) -> tuple[int, int]:
    return number(row, "ENTITY_TYPE_ID"), number(row, "ENTITY_ID")


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()


def _is_of(row: Row, of: Collection[RequisiteId]) -> bool:
    kinds = (LEGAL_ADDRESS, REGISTRATION_ADDRESS)
    owned = number(row, "ENTITY_TYPE_ID") == REQUISITE and number(row, "ENTITY_ID") in of
    return owned and number(row, "TYPE_ID") in kinds
