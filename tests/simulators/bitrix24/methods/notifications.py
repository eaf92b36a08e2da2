"""`im.notify.*` (facts 8.4, 6.8)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call, Handler, method
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.wire import integer


def _notify(kind: str) -> Handler:
    def handler(call: Call) -> int | bool:
        """A notice; the same TAG replaces the earlier one, but only for an application: a webhook's is ignored [S]."""
        user_id, text = integer(call.any_case("USER_ID", call.any_case("TO"))), str(call.any_case("MESSAGE", "") or "")
        if user_id <= 0:
            raise RestError("USER_ID_EMPTY", "User ID can't be empty")
        if not text.strip():
            raise RestError("MESSAGE_EMPTY", "Message can't be empty")
        if user_id not in call.portal.users:
            return False
        tag = str(call.any_case("TAG", "") or "") if call.caller.application else ""
        author = call.caller.application.client_id if call.caller.application else call.caller.key
        same = [number for number, row in call.portal.notifications.items()
                if tag and (row["TAG"], row["USER_ID"], row["BY"]) == (tag, user_id, author)]  # fmt: skip
        for old in same:
            del call.portal.notifications[old]
        number = call.portal.crm.number("notification")
        row = {"USER_ID": user_id, "MESSAGE": text, "TAG": tag, "KIND": kind, "BY": author}
        call.portal.notifications[number] = row
        call.portal.changed(call.hit, "replace" if same else "add", "NOTIFICATION", number, row)
        return number

    return handler


for _kind in ("system", "personal"):
    method(f"im.notify.{_kind}.add", "im")(_notify(_kind))
