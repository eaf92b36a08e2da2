"""Notices to people in Bitrix24: the `Notifier` port (facts bitrix24 §8.4)."""

from __future__ import annotations

from common.bitrix.client import BitrixClient
from common.bitrix.faults import PORTAL
from common.errors import NeedsPerson, Stop

CLIENT_ID = "onec_exchange"
LONGEST = 20_000
"""Signs of one notice; far below the portal's own limits, which differ by version."""


class PortalNotifier:
    """Notices of the system, not of a person. The text may hold BB code; whoever puts people's words in escapes them.

    A webhook must name a client for its tags (facts §8.4); an application is one itself, and ignores ours.
    """

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def notify(self, user: int, text: str, tag: str) -> None:
        """Tell one user; the same tag replaces the earlier notice, so that repeating one after a lost answer is safe.

        Raises `NeedsPerson` when the portal does not take it, e.g. for a user who is gone.
        """
        params = {"USER_ID": user, "MESSAGE": text[:LONGEST], "TAG": tag, "CLIENT_ID": CLIENT_ID}
        if not self._client.call("im.notify.system.add", params).result:
            raise NeedsPerson(Stop("not_notified", f"user {user}", "admin", PORTAL))
