"""`crm.stagehistory.list`: the cursor of transitions (facts 4.3)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call, Page, controller_page, mapping, method, sequence
from tests.simulators.bitrix24.clock import read_moment, stamp
from tests.simulators.bitrix24.errors import RestError, bad_value
from tests.simulators.bitrix24.fields import DEAL, Field
from tests.simulators.bitrix24.filters import order_rows, select_rows, split
from tests.simulators.bitrix24.store import StageMove
from tests.simulators.bitrix24.wire import Data, integer

_KINDS = {
    "ID": "integer", "TYPE_ID": "integer", "OWNER_ID": "integer", "CREATED_TIME": "datetime",
    "CATEGORY_ID": "integer", "STAGE_SEMANTIC_ID": "string", "STAGE_ID": "string",
}  # fmt: skip
_FIELDS = {name: Field(name, name, kind) for name, kind in _KINDS.items()}


@method("crm.stagehistory.list", "crm")
def listing(call: Call) -> Page:
    """Rows under `items` with real numbers; unknown filter keys are refused, unknown order keys ignored."""
    if integer(call.need("entityTypeId")) != DEAL:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
    _check_values(call)
    rows = [_row(move) for move in call.portal.crm.history]
    rows = select_rows(rows, call.params.get("filter"), _FIELDS, call.portal.zone, strict=True)
    rows = order_rows(rows, mapping(call.params.get("order")), _FIELDS)
    part = controller_page("items", rows, call.start)
    chosen = [str(name) for name in sequence(call.params.get("select"))]
    return Page({"items": [_shown(call, row, chosen) for row in part.result["items"]]}, part.total, part.next)


def _check_values(call: Call) -> None:
    """A value that cannot be read is refused here, not taken as an empty condition."""
    for key, value in mapping(call.params.get("filter")).items():
        field = _FIELDS.get(split(key)[1])
        for item in sequence(value):
            if field and field.kind == "datetime" and read_moment(item) is None:
                raise bad_value(f"Invalid value of the filter field '{field.name}'")


def _row(move: StageMove) -> Data:
    return {
        "ID": move.id, "TYPE_ID": move.kind, "OWNER_ID": move.owner, "CREATED_TIME": move.at,
        "CATEGORY_ID": move.category, "STAGE_SEMANTIC_ID": move.semantics, "STAGE_ID": move.stage,
    }  # fmt: skip


def _shown(call: Call, row: Data, chosen: list[str]) -> Data:
    row = {**row, "CREATED_TIME": stamp(row["CREATED_TIME"], call.portal.zone)}
    wanted = [name for name in chosen if name in row] or list(row)
    return {name: row[name] for name in row if name in wanted or name == "ID"}
