"""The CRM methods that the acts exchange calls, as commands of a batch (facts bitrix24 §4). Pure.

What they give is read in `crm_rows`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from common.bitrix.batch import Command, Reference
from common.model.deals import LEGAL_ADDRESS, REGISTRATION_ADDRESS
from common.model.ids import DealId, RequisiteId, StageId

DEAL, CONTACT, COMPANY, REQUISITE = 2, 3, 4, 8
"""Entity types (facts §4.0)."""

PAGE = 50
"""Rows of one page of every list (facts §2.5)."""

EACH = 7
"""Commands that the facts of one deal need at most when several are read together."""

Id = int | Reference

_REQUISITE_FIELDS = (
    "ID", "ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "NAME", "ACTIVE", "SORT", "RQ_NAME", "RQ_LAST_NAME",
    "RQ_FIRST_NAME", "RQ_SECOND_NAME", "RQ_COMPANY_NAME", "RQ_COMPANY_FULL_NAME", "RQ_INN", "RQ_KPP",
)  # fmt: skip


def history(after: int, stages: Sequence[StageId], since: datetime | None = None) -> Command:
    """Entries into these stages with a larger id, 50 at most, uncounted (facts §4.3)."""
    conditions: dict[str, int | str | list[str]] = {">ID": after, "@STAGE_ID": [str(stage) for stage in stages]}
    if since:
        conditions[">=CREATED_TIME"] = stamp(since)
    return Command(
        "crm.stagehistory.list", {"entityTypeId": DEAL, "order": {"ID": "ASC"}, "filter": conditions, "start": -1}
    )


def history_before(moment: datetime, stages: Sequence[StageId]) -> Command:
    """Entries into these stages before the moment: counted, the first page comes with the number."""
    conditions = {"<CREATED_TIME": stamp(moment), "@STAGE_ID": [str(stage) for stage in stages]}
    return Command("crm.stagehistory.list", {"entityTypeId": DEAL, "filter": conditions, "select": ["ID"], "start": 0})


def changed(since: datetime) -> Command:
    """Deals changed since: the first page, and how many there are."""
    return _changed(since, {}, 0)


def changed_after(since: datetime, last: int, pages: int) -> dict[str, Command]:
    """The pages that follow the deal `last`: each begins where the one before it ended (vendor: "huge data")."""
    found: dict[str, Command] = {}
    after: Id = last
    for number in range(pages):
        found[f"changed{number}"] = _changed(since, {">id": after}, -1)
        after = Reference(f"changed{number}", ("items", PAGE - 1, "id"))
    return found


def deal(number: DealId) -> Command:
    """One deal with its user fields under their own names."""
    return Command("crm.item.get", {"entityTypeId": DEAL, "id": number, "useOriginalUfNames": "Y"})


def rows(number: DealId, start: int) -> Command:
    """A page of product rows in the deal's order; both keys need their `=` (facts §4.2)."""
    order = {"sort": "ASC", "id": "ASC"}
    return Command(
        "crm.item.productrow.list",
        {"filter": {"=ownerType": "D", "=ownerId": number}, "order": order, "start": start},
    )


def link(number: DealId) -> Command:
    """The requisites chosen for the deal; the list is empty where `link.get` would be an error (facts §4.6)."""
    return Command("crm.requisite.link.list", {"filter": {"ENTITY_TYPE_ID": DEAL, "ENTITY_ID": number}})


def requisites_of(kind: int, owner: Id) -> Command:
    """The requisites of a company or contact."""
    return _requisites({"ENTITY_TYPE_ID": kind, "ENTITY_ID": owner})


def requisites(ids: Sequence[Id]) -> Command:
    """Requisites by their own ids; those that are gone are simply not there."""
    return _requisites({"@ID": list(ids)})


def addresses_of(kind: int, owner: Id) -> Command:
    """The legal and registration addresses of all requisites of a company or contact, their anchor (facts §4.6)."""
    return _addresses({"ANCHOR_TYPE_ID": kind, "ANCHOR_ID": owner})


def addresses(ids: Iterable[RequisiteId]) -> Command:
    """The legal and registration addresses of these requisites."""
    return _addresses({"@ENTITY_ID": list(ids)})


def client(kind: int, owner: Id) -> Command:
    """A company or contact itself, for its name."""
    return Command("crm.item.get", {"entityTypeId": kind, "id": owner})


def facts(number: DealId, tag: str, alone: bool) -> dict[str, Command]:
    """What to ask about a deal before anything of it is known: later commands refer to what earlier ones gave.

    A deal that is read alone has room for the rows 50 to 149 and for its contact, needed or not.
    """
    found = {f"{tag}deal": deal(number), f"{tag}rows0": rows(number, 0), f"{tag}link": link(number)}
    found |= owner(tag, COMPANY, Reference(f"{tag}deal", ("item", "companyId")))
    chosen = [Reference(f"{tag}link", (0, name)) for name in ("REQUISITE_ID", "MC_REQUISITE_ID")]
    found[f"{tag}linked"] = requisites(chosen)
    if alone:
        found |= {f"{tag}rows{start}": rows(number, start) for start in (PAGE, 2 * PAGE)}
        found |= owner(tag, CONTACT, Reference(f"{tag}deal", ("item", "contactId")))
    return found


def owner(tag: str, kind: int, number: Id) -> dict[str, Command]:
    """What is asked about the client of a deal."""
    return {
        f"{tag}requisites{kind}": requisites_of(kind, number),
        f"{tag}addresses{kind}": addresses_of(kind, number),
        f"{tag}client{kind}": client(kind, number),
    }


def update(number: DealId, fields: Mapping[str, str]) -> Command:
    """Set user fields of a deal by their own names."""
    return Command(
        "crm.item.update", {"entityTypeId": DEAL, "id": number, "useOriginalUfNames": "Y", "fields": dict(fields)}
    )


def categories() -> Command:
    """The funnels of deals."""
    return Command("crm.category.list", {"entityTypeId": DEAL})


def statuses(category: int) -> Command:
    """The stages of a funnel (facts §4.4)."""
    return Command("crm.status.list", {"filter": {"ENTITY_ID": dictionary(category)}, "order": {"SORT": "ASC"}})


def dictionary(category: int) -> str:
    """`ENTITY_ID` of a funnel's stages."""
    return f"DEAL_STAGE_{category}" if category else "DEAL_STAGE"


def presets(start: int) -> Command:
    """Templates of requisites: they say which country a requisite is of."""
    return Command(
        "crm.requisite.preset.list", {"select": ["ID", "COUNTRY_ID"], "order": {"ID": "ASC"}, "start": start}
    )


def deal_fields() -> Command:
    """All fields of deals by their own names. For everybody who may read deals (vendor: crm-item-fields), where the
    list of user fields is for administrators alone."""
    return Command("crm.item.fields", {"entityTypeId": DEAL, "useOriginalUfNames": "Y"})


def new_field(name: str) -> Command:
    """A string field of deals; the portal adds the prefix itself (facts §4.8)."""
    short = name.removeprefix("UF_CRM_")
    label = short.replace("_", " ").capitalize()
    return Command(
        "crm.deal.userfield.add",
        {"fields": {"FIELD_NAME": short, "USER_TYPE_ID": "string", "XML_ID": name, "LABEL": label}},
    )


def stamp(moment: datetime) -> str:
    """A moment for a filter: ISO with an offset is the safest everywhere (facts §9); fractions are cut off."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _changed(since: datetime, more: Mapping[str, Id], start: int) -> Command:
    return Command(
        "crm.item.list",
        {
            "entityTypeId": DEAL,
            "select": ["id", "updatedTime"],
            "filter": {">=updatedTime": stamp(since), **more},
            "order": {"id": "ASC"},
            "start": start,
        },
    )


def _requisites(conditions: Mapping[str, Id | list[Id]]) -> Command:
    order = {"SORT": "ASC", "ID": "ASC"}
    return Command("crm.requisite.list", {"filter": conditions, "order": order, "select": list(_REQUISITE_FIELDS)})


def _addresses(conditions: Mapping[str, Id | list[RequisiteId]]) -> Command:
    kinds = [LEGAL_ADDRESS, REGISTRATION_ADDRESS]
    return Command("crm.address.list", {"filter": {"ENTITY_TYPE_ID": REQUISITE, "@TYPE_ID": kinds, **conditions}})
