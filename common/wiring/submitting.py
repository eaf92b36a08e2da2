""" "Send to 1C": a file of Disk carried by a person's word, and the answer to the process that asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.errors import SideDown, TryLater
from common.flow.work import Work
from common.model.documents import DiskId, FileId

if TYPE_CHECKING:
    from common.flow.delivery import Turn
    from common.model.records import Record
    from common.wiring.services import Services


BUSY = "busy"
"""Another worker holds the file."""


def submit(services: Services, disk: DiskId, event_token: str, turn: Turn) -> None:
    """Carry the file; then the process goes on with what came of it. A passing trouble is tried again first."""
    from common.bitrix.actions import answer

    work, record = services.documents_work, submitted(services, disk, event_token)
    try:
        work.run([record], turn)
    except (TryLater, SideDown):
        if not turn.last:
            raise
    told = came_of(services, work, record, disk)
    if told["result"] == "waiting" and told["reason"] == BUSY and not turn.last:
        raise TryLater(BUSY, 30.0)  # somebody else carries it at this moment: what came of it is heard then
    answer(services.bitrix, event_token, told)


def submitted(services: Services, disk: DiskId, event_token: str) -> Record:
    """The record of the pair, or of the file that is only on Disk."""
    from common.exchanges.documents.records import disk_record, file_in, file_record

    portal, now = services.portal, services.clock.now()
    owner = services.document_tools.pairs.owners([disk]).get(disk)
    named = file_in(owner) if owner is not None else None
    entry = f"submitted:{event_token[-32:]}"
    if named is None:
        return disk_record(portal, disk, now, entry, submitted=True)
    return file_record(portal, FileId(named), now, entry, submitted=True)


def came_of(services: Services, work: Work, record: Record, disk: DiskId) -> dict[str, str]:
    """What the process is told: `waiting` for a reason, `excluded` by a rule, `conflict` of a kind, or `sent`."""
    wait = services.waiting.get(record.key)
    if wait is not None:
        return {"result": "waiting", "reason": wait.reason, "link": wait.stops[0].where}
    out = work.excluded.get_many([record.key]).get(record.key)
    owner = services.document_tools.pairs.owners([disk]).get(disk)
    bound = services.bindings.get(owner) if owner is not None else None
    if bound is None:
        return {"result": "excluded", "reason": out.by if out else "not_bound", "link": ""}
    met = services.conflicts.met_on(record)
    if met:
        return {"result": "conflict", "reason": met[-1].kind, "link": met[-1].where}
    now = services.disk.files([disk])[disk]
    if bound.state != "bound" or now is None or now.content != bound.data["content"]:
        return {"result": "excluded" if out else "waiting", "reason": out.by if out else BUSY, "link": ""}
    return {"result": "sent", "reason": "", "link": str(bound.data["url"])}
