"""Requisites, addresses and their links as state (facts 4.6); shared by the methods and the acts of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.simulators.bitrix24.calls import Hit
from tests.simulators.bitrix24.events import fire_fields
from tests.simulators.bitrix24.fields import COMPANY, Field
from tests.simulators.bitrix24.wire import Data

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

REQUISITE = 8
LEGAL_ADDRESS = 6


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TEXTS = _words("""
    RQ_NAME RQ_FIRST_NAME RQ_LAST_NAME RQ_SECOND_NAME RQ_COMPANY_ID RQ_COMPANY_NAME RQ_COMPANY_FULL_NAME
    RQ_COMPANY_REG_DATE RQ_DIRECTOR RQ_ACCOUNTANT RQ_CEO_NAME RQ_CEO_WORK_POS RQ_CONTACT RQ_EMAIL RQ_PHONE RQ_FAX
    RQ_IDENT_DOC RQ_IDENT_DOC_SER RQ_IDENT_DOC_NUM RQ_IDENT_DOC_DATE RQ_IDENT_DOC_ISSUED_BY RQ_INN RQ_KPP RQ_IFNS
    RQ_OGRN RQ_OGRNIP RQ_OKPO RQ_OKTMO RQ_OKVED RQ_BASE_DOC RQ_IIN RQ_BIN RQ_VAT_ID
""")
_BANK = _words("""
    ID ENTITY_ID COUNTRY_ID NAME CODE XML_ID ACTIVE SORT RQ_BANK_NAME RQ_BANK_ADDR RQ_BIK RQ_ACC_NUM RQ_COR_ACC_NUM
    RQ_ACC_CURRENCY RQ_SWIFT RQ_IBAN COMMENTS
""")
_ADDRESS = _words("""
    TYPE_ID ENTITY_TYPE_ID ENTITY_ID ADDRESS_1 ADDRESS_2 CITY POSTAL_CODE REGION PROVINCE COUNTRY COUNTRY_CODE
    LOC_ADDR_ID ANCHOR_TYPE_ID ANCHOR_ID
""")
FIELDS: dict[str, Field] = {
    **{name: Field(name, name, "integer") for name in ("ID", "ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "SORT")},
    **{name: Field(name, name, "datetime", read_only=True) for name in ("DATE_CREATE", "DATE_MODIFY")},
    **{name: Field(name, name, "user", read_only=True) for name in ("CREATED_BY_ID", "MODIFY_BY_ID")},
    **{name: Field(name, name, "string") for name in ("NAME", "CODE", "XML_ID", "ORIGINATOR_ID")},
    **{name: Field(name, name, "char") for name in ("ACTIVE", "ADDRESS_ONLY", "RQ_VAT_PAYER")},
    **{name: Field(name, name, "string") for name in _TEXTS},
}
BANK_FIELDS = {
    name: Field(name, name, "integer" if name in ("ID", "ENTITY_ID", "COUNTRY_ID", "SORT") else "string")
    for name in _BANK
}
ADDRESS_FIELDS = {name: Field(name, name, "integer" if name.endswith("_ID") else "string") for name in _ADDRESS}
LINK_KEYS = ("ENTITY_TYPE_ID", "ENTITY_ID")
LINK_VALUES = ("REQUISITE_ID", "BANK_DETAIL_ID", "MC_REQUISITE_ID", "MC_BANK_DETAIL_ID")


def add(portal: Portal, hit: Hit, fields: Data) -> int:
    """A requisite of a company or a contact."""
    number = portal.crm.number("requisite")
    row: Data = dict.fromkeys(FIELDS)
    row.update(SORT=500, ACTIVE=True, ADDRESS_ONLY=False, RQ_VAT_PAYER=False, CREATED_BY_ID=hit.user_id or 0)
    portal.crm.requisites[number] = {**row, **fields, "ID": number, "DATE_CREATE": portal.now(), "DATE_MODIFY": None}
    portal.changed(hit, "add", "REQUISITE", number, fields)
    fire_fields(portal, hit, "ONCRMREQUISITEADD", ID=number)
    return number


def update(portal: Portal, hit: Hit, number: int, fields: Data) -> None:
    """Change a requisite."""
    row = portal.crm.requisites[number]
    row.update({**fields, "DATE_MODIFY": portal.now(), "MODIFY_BY_ID": hit.user_id or 0})
    portal.changed(hit, "update", "REQUISITE", number, fields)
    fire_fields(portal, hit, "ONCRMREQUISITEUPDATE", ID=number)


def add_bank_detail(portal: Portal, hit: Hit, requisite: int, fields: Data) -> int:
    """Bank details of a requisite."""
    number = portal.crm.number("bankdetail")
    row: Data = {**dict.fromkeys(BANK_FIELDS), "COUNTRY_ID": 1, "ACTIVE": "Y", "SORT": 500, **fields}
    portal.crm.bank_details[number] = {**row, "ID": number, "ENTITY_ID": requisite}
    portal.changed(hit, "add", "BANKDETAIL", number, fields)
    fire_fields(portal, hit, "ONCRMBANKDETAILADD", ID=number)
    return number


def put_address(portal: Portal, hit: Hit, fields: Data) -> None:
    """An address; it has no id, its key is (type, entity type, entity); the anchor is the owner of the requisite."""
    key = (fields["TYPE_ID"], fields["ENTITY_TYPE_ID"], fields["ENTITY_ID"])
    owner = portal.crm.requisites.get(fields["ENTITY_ID"], {}) if fields["ENTITY_TYPE_ID"] == REQUISITE else {}
    anchor = {
        "ANCHOR_TYPE_ID": owner.get("ENTITY_TYPE_ID", fields["ENTITY_TYPE_ID"]),
        "ANCHOR_ID": owner.get("ENTITY_ID", fields["ENTITY_ID"]),
    }
    row = {**dict.fromkeys(ADDRESS_FIELDS), **fields, **anchor, "LOC_ADDR_ID": portal.crm.number("location")}
    portal.crm.addresses[key] = row
    portal.changed(hit, "add", "ADDRESS", key, fields)
    names = ("TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID", "ANCHOR_TYPE_ID", "ANCHOR_ID")
    fire_fields(portal, hit, "ONCRMADDRESSREGISTER", **{name: row[name] for name in names})


def link(portal: Portal, hit: Hit, entity: int, number: int, **chosen: Any) -> None:
    """Which requisites an item uses; `MC_*` is the own company, 0 is not chosen (facts 4.6)."""
    values = {name: int(chosen.get(name, 0)) for name in LINK_VALUES}
    portal.crm.links[entity, number] = {"ENTITY_TYPE_ID": entity, "ENTITY_ID": number, **values}
    portal.changed(hit, "link", "REQUISITE", (entity, number), values)


def owned_by_company(company: int, preset: int, fields: Data) -> Data:
    """The fields of a company's requisite."""
    return {"ENTITY_TYPE_ID": COMPANY, "ENTITY_ID": company, "PRESET_ID": preset, **fields}
