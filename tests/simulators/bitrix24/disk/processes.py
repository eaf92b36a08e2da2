"""Business processes on files (facts 6.8, 7.1, 7.5, 7.6): the activity of an application is called by the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulators.bitrix24.calls import mapping, sequence
from tests.simulators.bitrix24.disk.objects import File
from tests.simulators.bitrix24.disk.state import DiskState
from tests.simulators.bitrix24.events import QueuedEvent, base_auth, user_auth
from tests.simulators.bitrix24.wire import Data, build_query

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

_DOCUMENT = ["disk", "Bitrix\\Disk\\BizProcDocument"]


@dataclass(frozen=True)
class ProcessCall(QueuedEvent):
    """A call of an activity's handler on its way; `event` is the code of the activity, so that faults can name it."""

    form: Data = field(default_factory=dict)

    def body(self) -> bytes:
        """The form of facts 7.6."""
        return build_query({**self.form, "ts": self.ts, "auth": self.auth}).encode("ascii")


def auto_start(portal: Portal, file: File, user_id: int, created: bool) -> list[str]:
    """Start the templates of a storage with processes enabled, own uploads included; gives the event tokens. A
    template whose activity was removed reaches nobody."""
    disk = portal.part(DiskState)
    if not disk.templates or not disk.storages[file.storage_id].processes:
        return []
    wanted = [one for one in disk.templates if one.storage_id == file.storage_id]
    due = [one.code for one in wanted if (one.on_create if created else one.on_edit)]
    return [start(portal, file, code, user_id) for code in due if _registered(portal, file, code) is not None]


def start(portal: Portal, file: File, code: str, user_id: int, properties: Mapping[str, Any] | None = None) -> str:
    """A process reaches the activity: its handler is called by the courier, at most once; gives the event token.
    LookupError if no application registered this code for the file's storage."""
    found = _registered(portal, file, code)
    if found is None:
        raise LookupError(f"no activity {code} is registered for STORAGE_{file.storage_id}")
    client_id, activity = found
    process = portal.access.secret("workflow")
    token = f"{process}|A1_{code}|event.{portal.access.secret('signature')}"
    waits = str(activity.get("USE_SUBSCRIPTION", "Y")) != "N"
    portal.callbacks[token] = {
        "done": not waits, "values": {}, "message": "", "log": [], "workflow_id": process, "code": code,
        "document_id": [*_DOCUMENT, str(file.id)], "started_by": user_id,
    }  # fmt: skip
    form: Data = {
        "workflow_id": process, "code": code, "document_id": [*_DOCUMENT, str(file.id)], "document_type": _kind(file),
        "event_token": token, "properties": dict(properties or {}), "use_subscription": "Y" if waits else "N",
        "timeout_duration": 0,
    }  # fmt: skip
    _queue(portal, str(activity["HANDLER"]), code, form, _auth(portal, client_id, activity))
    return token


def _kind(file: File) -> list[str]:
    return [*_DOCUMENT, f"STORAGE_{file.storage_id}"]


def _registered(portal: Portal, file: File, code: str) -> tuple[str, Data] | None:
    for client_id, table in portal.bizproc["activity"].items():
        activity = table.get(code)
        if activity is not None and _offered(activity, _kind(file)):
            return client_id, activity
    return None


def _offered(activity: Data, kind: list[str]) -> bool:
    """Of this document type, or of any that its filter includes: a module, an entity of it, or one type (facts 7.5)."""
    named = sequence(activity.get("DOCUMENT_TYPE"))
    if named:
        return named == kind
    included = [sequence(one) for one in sequence(mapping(activity.get("FILTER")).get("INCLUDE"))]
    return not included or any(kind[: len(one)] == one for one in included)


def _auth(portal: Portal, client_id: str, activity: Data) -> Data:
    # Handlers of processes get a refresh token, as ONAPPTEST does (facts 3.2 [S]).
    application, user_id = portal.access.applications[client_id], int(activity.get("AUTH_USER_ID") or 0)
    if user_id:
        return user_auth(portal, application, user_id, "ONAPPTEST")
    return base_auth(portal, application.application_token)


def _queue(portal: Portal, url: str, code: str, form: Data, auth: Data) -> None:
    now = portal.now()
    queued = ProcessCall(url, code, 0, {}, auth, int(now.timestamp()), now, form=form)
    portal.events.queue.append(queued)
    portal.events.history.append(queued)
    portal.wake()
