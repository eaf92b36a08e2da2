"""Creating, changing and deleting CRM items: defaults, stages, history, totals, events (facts 4.1, 4.3, 3.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulators.bitrix24.calls import Hit
from tests.simulators.bitrix24.errors import RestError, bad_value
from tests.simulators.bitrix24.events import MOVE, fire, fire_fields
from tests.simulators.bitrix24.fields import DEAL, ENTITY_NAMES
from tests.simulators.bitrix24.rows import line_sum, line_tax, rows_of
from tests.simulators.bitrix24.store import StageMove
from tests.simulators.bitrix24.wire import Data

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

CREATED, MOVED, FINISHED, OTHER_FUNNEL = 1, 2, 3, 5
_STAMPS = {"DATE_MODIFY", "MODIFY_BY_ID", "LAST_ACTIVITY_TIME", "LAST_ACTIVITY_BY", "@PREVIOUS_STAGE_ID"}


def create(portal: Portal, hit: Hit, entity: int, fields: Data) -> int:
    """A new item with the defaults of the portal; raises the ADD event, a deal gets its first history row."""
    name = ENTITY_NAMES[entity]
    number = portal.crm.number(name)
    item = {**_defaults(portal, hit, entity, number), **fields}
    if entity == DEAL:
        _first_stage(portal, item)
        _contacts(item)
    _has_multifields(item)
    portal.crm.items[entity][number] = item
    if entity == DEAL:
        _remember(portal, item, FINISHED if item["STAGE_SEMANTIC_ID"] != "P" else CREATED)
    portal.changed(hit, "add", name, number, fields)
    fire_fields(portal, hit, f"ONCRM{name}ADD", ID=number)
    return number


def update(portal: Portal, hit: Hit, entity: int, number: int, changes: Data, moves: bool = True) -> bool:
    """Change an item; nothing happens, and no event is raised, if nothing differs. `moves=False` leaves the funnel
    alone, as `crm.deal.update` does."""
    item = portal.crm.items[entity][number]
    if not moves:
        changes = {key: value for key, value in changes.items() if key != "CATEGORY_ID"}
    if entity == DEAL:
        changes = _with_contacts(_with_stage(portal, item, changes))
    differing = {key: value for key, value in changes.items() if item.get(key) != value}
    if entity == DEAL and not changes.get("IS_MANUAL_OPPORTUNITY", item["IS_MANUAL_OPPORTUNITY"]):
        _keep_total(portal, number, differing)
    if not differing:
        return False
    _apply(portal, hit, entity, item, differing)
    fire_fields(portal, hit, f"ONCRM{ENTITY_NAMES[entity]}UPDATE", ID=number)
    if "CATEGORY_ID" in differing:
        _fire_move(portal, hit, item)
    return True


def move_funnel(portal: Portal, hit: Hit, number: int, category: int, stage: str | None) -> None:
    """The interface's own way to another funnel: only the move event, no UPDATE (facts 3.4)."""
    item = portal.crm.items[DEAL][number]
    changes: Data = {"CATEGORY_ID": category} | ({"STAGE_ID": stage} if stage else {})
    changes = _with_stage(portal, item, changes)
    _apply(portal, hit, DEAL, item, {key: value for key, value in changes.items() if item.get(key) != value})
    _fire_move(portal, hit, item)


def delete(portal: Portal, hit: Hit, entity: int, number: int) -> None:
    """Remove an item; the history and product rows of a deal vanish with it (facts 4.3)."""
    crm = portal.crm
    del crm.items[entity][number]
    crm.links.pop((entity, number), None)
    if entity == DEAL:
        crm.history = [move for move in crm.history if move.owner != number]
        crm.rows = {key: row for key, row in crm.rows.items() if row["ownerId"] != number}
    portal.changed(hit, "delete", ENTITY_NAMES[entity], number, {})
    fire_fields(portal, hit, f"ONCRM{ENTITY_NAMES[entity]}DELETE", ID=number)


def recount(portal: Portal, hit: Hit, number: int) -> None:
    """After rows changed: total and tax of the deal, unless its amount is manual; raises UPDATE once (facts 4.2)."""
    item = portal.crm.items[DEAL][number]
    changes = {} if item["IS_MANUAL_OPPORTUNITY"] else _totals(portal, number)
    differing = {key: value for key, value in changes.items() if item.get(key) != value}
    _apply(portal, hit, DEAL, item, differing)
    if portal.options.rows_raise_update:
        fire_fields(portal, hit, "ONCRMDEALUPDATE", ID=number)


def check_required(portal: Portal, number: int, changes: Data) -> None:
    """`crm.item.update` checks the required fields of the stage it enters within a funnel (facts 4.1)."""
    item = portal.crm.items[DEAL][number]
    stage = changes.get("STAGE_ID")
    if stage is None or stage == item["STAGE_ID"] or "CATEGORY_ID" in changes:
        return
    for name in portal.options.required_fields.get(stage, []):
        if changes.get(name, item.get(name)) in (None, "", 0, Decimal(0)):
            raise RestError("CRM_FIELD_ERROR_REQUIRED", f"Поле «{name}» обязательно для заполнения")


def _apply(portal: Portal, hit: Hit, entity: int, item: Data, changes: Data) -> None:
    moment, user = portal.now(), hit.user_id or 0
    moved = "STAGE_ID" in changes or "CATEGORY_ID" in changes
    funnel = "CATEGORY_ID" in changes
    item.update(changes)
    item.update(DATE_MODIFY=moment, MODIFY_BY_ID=user, LAST_ACTIVITY_TIME=moment, LAST_ACTIVITY_BY=user)
    _has_multifields(item)
    if moved:
        item.update(MOVED_TIME=moment, MOVED_BY_ID=user)
        _remember(portal, item, OTHER_FUNNEL if funnel else MOVED if item["STAGE_SEMANTIC_ID"] == "P" else FINISHED)
    if changes:
        shown = {key: value for key, value in changes.items() if key not in _STAMPS}
        portal.changed(hit, "update", ENTITY_NAMES[entity], item["ID"], shown)


def _defaults(portal: Portal, hit: Hit, entity: int, number: int) -> Data:
    moment, user = portal.now(), hit.user_id or 1
    item: Data = {key: _blank(field.kind, field.multiple) for key, field in portal.crm.fields(entity).items()}
    item.update(
        ID=number, DATE_CREATE=moment, DATE_MODIFY=moment, CREATED_BY_ID=user, MODIFY_BY_ID=user, ASSIGNED_BY_ID=user,
        LAST_ACTIVITY_TIME=moment, LAST_ACTIVITY_BY=user, OPENED=True,
    )  # fmt: skip
    item["TITLE"] = f"Сделка #{number}" if entity == DEAL else None
    if entity == DEAL:
        item.update(
            CURRENCY_ID="RUB",
            BEGINDATE=moment.astimezone(portal.zone).date(),
            MOVED_TIME=moment,
            MOVED_BY_ID=user,
            TYPE_ID="SALE",
        )
    return item


def _blank(kind: str, multiple: bool) -> Any:
    if multiple:
        return []
    if kind in ("char", "uf_boolean"):
        return False
    if kind in ("integer", "user", "link"):
        return 0
    return Decimal(0) if kind == "money" else None


def _first_stage(portal: Portal, item: Data) -> None:
    item["CATEGORY_ID"] = item["CATEGORY_ID"] or 0
    stage = item["STAGE_ID"] or portal.crm.stages(item["CATEGORY_ID"])[0]["STATUS_ID"]
    item.update(_stage_values(portal, item["CATEGORY_ID"], stage))


def _with_stage(portal: Portal, item: Data, changes: Data) -> Data:
    """A new funnel needs a stage of its own; the stage brings its semantics."""
    category: int = changes["CATEGORY_ID"] if "CATEGORY_ID" in changes else item["CATEGORY_ID"]
    changes_funnel = category != item["CATEGORY_ID"]
    stage = changes.get("STAGE_ID")
    if changes_funnel and stage is None:
        stage = portal.crm.stages(_known(portal, category))[0]["STATUS_ID"]
    if stage is None or (stage == item["STAGE_ID"] and not changes_funnel):
        return changes
    return {**changes, **_stage_values(portal, category, stage), "@PREVIOUS_STAGE_ID": item["STAGE_ID"]}


def _known(portal: Portal, category: int) -> int:
    if category not in portal.crm.categories:
        raise bad_value(f"Category {category} does not exist")
    return category


def _stage_values(portal: Portal, category: int, stage: str) -> Data:
    found = {row["STATUS_ID"]: row for row in portal.crm.stages(_known(portal, category))}.get(stage)
    if found is None:
        raise bad_value(f"Stage {stage} does not belong to the category {category}")
    semantics = found["SEMANTICS"] or "P"
    return {"STAGE_ID": stage, "STAGE_SEMANTIC_ID": semantics, "CLOSED": semantics != "P"}


def _remember(portal: Portal, item: Data, kind: int) -> None:
    """One history row per actual transition; consecutive duplicates are suppressed (facts 4.3)."""
    crm = portal.crm
    last = next((move for move in reversed(crm.history) if move.owner == item["ID"]), None)
    if last and (last.stage, last.category) == (item["STAGE_ID"], item["CATEGORY_ID"]):
        return
    number = crm.number("history")
    semantics, stage = item["STAGE_SEMANTIC_ID"], item["STAGE_ID"]
    crm.history.append(StageMove(number, kind, item["ID"], portal.now(), item["CATEGORY_ID"], semantics, stage))


def _fire_move(portal: Portal, hit: Hit, item: Data) -> None:
    fields = {"ID": item["ID"], "CATEGORY_ID": item["CATEGORY_ID"], "STAGE_ID": item["STAGE_ID"]}
    fire(portal, hit, MOVE, {"FIELDS": fields})


def _keep_total(portal: Portal, number: int, differing: Data) -> None:
    """With product rows the amount is theirs: a sent one is not taken unless the amount becomes manual."""
    if "OPPORTUNITY" in differing and rows_of(portal.crm, "D", number):
        del differing["OPPORTUNITY"]
    if "IS_MANUAL_OPPORTUNITY" in differing and rows_of(portal.crm, "D", number):
        differing.update(_totals(portal, number))


def _totals(portal: Portal, number: int) -> Data:
    rows = rows_of(portal.crm, "D", number)
    total = sum((line_sum(row) for row in rows), Decimal(0))
    return {"OPPORTUNITY": total, "TAX_VALUE": sum((line_tax(row) for row in rows), Decimal(0))}


def _contacts(item: Data) -> None:
    if item["CONTACT_ID"] and not item["@CONTACT_IDS"]:
        item["@CONTACT_IDS"] = [item["CONTACT_ID"]]
    elif item["@CONTACT_IDS"] and not item["CONTACT_ID"]:
        item["CONTACT_ID"] = item["@CONTACT_IDS"][0]


def _with_contacts(changes: Data) -> Data:
    if "@CONTACT_IDS" in changes and "CONTACT_ID" not in changes:
        return {**changes, "CONTACT_ID": next(iter(changes["@CONTACT_IDS"]), 0)}
    if "CONTACT_ID" in changes and "@CONTACT_IDS" not in changes:
        return {**changes, "@CONTACT_IDS": [changes["CONTACT_ID"]] if changes["CONTACT_ID"] else []}
    return changes


def _has_multifields(item: Data) -> None:
    for name in ("PHONE", "EMAIL"):
        if name in item:
            item[f"HAS_{name}"] = bool(item[name])
