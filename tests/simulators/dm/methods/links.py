"""What the 1C card shows of its Bitrix24 twin (contract §2). The register is the extension's: no events."""

from __future__ import annotations

from tests.simulators.dm.calls import Call, checked, method
from tests.simulators.dm.errors import Data, invalid, not_found, reply
from tests.simulators.web import Answer

STATES = ("bound", "waiting", "conflict", "overdue", "detached")
FIELDS = ("bitrix_id", "url", "state", "text")


@method("GET", "/v1/links/{type}/{id}")
def read(call: Call) -> Answer:
    """The row of an object, 404 if there is none."""
    found = call.dm.store.links.get(_place(call))
    if found is None:
        raise not_found("Связь не найдена")
    return reply(200, found)


@method("PUT", "/v1/links/{type}/{id}")
def write(call: Call) -> Answer:
    """Set the row; what the body leaves out stays, or is empty in a new row."""
    place, body = _place(call), call.json(*FIELDS)
    if not all(value is None or isinstance(value, str) for value in body.values()) or body.get("state") not in STATES:
        raise invalid(f"Нужен state, один из {', '.join(STATES)}; остальное – строки")
    for name, value in body.items():
        checked(value or "", name)
    old = call.dm.store.links.get(place)
    row: Data = {**(old or dict.fromkeys(FIELDS)), **body}
    if row != old:
        call.dm.store.links[place] = row
        call.note("link.set", place[1], type=place[0], **row)
    return reply(200, row)


def _place(call: Call) -> tuple[str, str]:
    place = call.path["type"], call.path["id"]
    if not call.dm.exists(*place):
        raise not_found()
    return place
