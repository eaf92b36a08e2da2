"""Actions of ours in the portal's processes, and what we answer them (facts bitrix24 §7.5, §7.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.bitrix.client import BitrixClient

SEND_FILE = "onec_send_file"
"""The action "Send to 1C" of a Disk storage's process."""

_TEXTS = {"result": "Результат", "reason": "Причина", "link": "Ссылка в 1С"}


def send_file(url: str, user: int) -> dict[str, Any]:
    """How the action is registered: for documents of Disk only; the process waits for our answer."""
    returns = {name: {"Name": {"ru": title, "en": name}, "Type": "string"} for name, title in _TEXTS.items()}
    return {
        "CODE": SEND_FILE,
        "HANDLER": url,
        "AUTH_USER_ID": user,
        "USE_SUBSCRIPTION": "Y",
        "NAME": {"ru": "Отправить в 1С", "en": "Send to 1C"},
        "DESCRIPTION": {
            "ru": "Файл становится версией или файлом документа 1С:Документооборота",
            "en": "The file becomes a version or a file of a document in 1C:Document Management",
        },
        "RETURN_PROPERTIES": returns,
        "FILTER": {"INCLUDE": [["disk"]]},
    }


def ensure_action(client: BitrixClient, wanted: Mapping[str, Any]) -> bool:
    """Register the action unless it is there; whether it was made. One request, two when it is made.

    Needs the application and an administrator; a portal without processes does not know the method.
    """
    known = client.call("bizproc.activity.list").result
    if isinstance(known, list) and wanted["CODE"] in known:
        return False
    client.call("bizproc.activity.add", dict(wanted), write=True)
    return True


def answer(client: BitrixClient, event_token: str, values: Mapping[str, str]) -> None:
    """Let the process go on. Said again it is ignored by the portal, so a lost answer does no harm."""
    client.call("bizproc.event.send", {"EVENT_TOKEN": event_token, "RETURN_VALUES": dict(values)}, write=True)
