"""1C: one client per base, books through profiles, digests kept fresh."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from common.errors import NeedsPerson, SideDown, Stop, TryLater
from common.logs import LOGGER, counted
from common.model import moments
from common.model.ids import BaseName
from common.wiring.portal import Portal

if TYPE_CHECKING:
    import httpx

    from common.onec.accounting import OnecAccounting
    from common.onec.odata.client import ODataClient
    from common.ports import Accounting

DIGEST_AGE = timedelta(days=1)
LACKING_AGE = timedelta(minutes=15)
DIGESTS = "digests"
"""The collection of `common.onec.digest`, looked at for the age alone."""


class Bases(Portal):
    """1C: one client per base, books through profiles, digests kept fresh."""

    def odata(self, base: BaseName) -> ODataClient:
        """The client of one base; one per process, so that 1C's session is used again."""
        from common.onec.odata.client import ODataClient

        if base not in self._odata:
            found = self.settings.onec[base]
            password = found.password.reveal()
            self._odata[base] = ODataClient(base, found.url, found.user, password, self.onec_http, self.clock)
        return self._odata[base]

    @cached_property
    def onec_http(self) -> httpx.Client:
        """Redirects are not followed: a login page is not an answer."""
        import httpx

        return self._new_http() if self._new_http else httpx.Client(follow_redirects=False)

    def books(self, base: BaseName, profile_id: str) -> Accounting:
        """One base through one profile. Raises KeyError for a base or profile that is not there."""
        key = (base, profile_id)
        if key not in self._books:
            self._books[key] = self._new_books(base, profile_id)
        return self._books[key]

    def any_book(self, base: BaseName) -> Accounting:
        """The base through whichever profile of its product: for what no profile matters to."""
        from common.onec.configurations import profiles

        return self.books(base, next(iter(profiles(self.settings.onec[base].configuration))))

    def _new_books(self, base: BaseName, profile_id: str) -> OnecAccounting:
        from common.onec.accounting import OnecAccounting
        from common.onec.configurations import profile
        from common.onec.dictionaries import Dictionaries

        return OnecAccounting(
            self.odata(base),
            profile(profile_id),
            self._dictionaries.setdefault(base, Dictionaries(base, self.store, self.clock)),
            self.store,
            self.clock,
            self.settings.onec[base].web_url,
        )

    def refresh_digests(self) -> dict[str, int]:
        """Read `$metadata` of bases whose digest is missing or a day old; how many were read."""
        read = 0
        for name, base in self.settings.onec.items():
            if self._digest_is_old(name, base.configuration) and not self.breakers.is_open(f"base:{name}"):
                read += self._refreshed(name)
        return {"digests": read}

    def read_digest(self, base: BaseName) -> None:
        """Read `$metadata` of one base now: 14–17 MB. Raises what the base refuses it with."""
        from common.onec.digest import refresh_digest

        refresh_digest(self.odata(base), self.store, self.clock, self.settings.onec[base].configuration)
        if base in self._dictionaries:
            self._dictionaries[base].drop("digest")

    def _digest_is_old(self, base: BaseName, product: str) -> bool:
        # The document alone: reading digests brings the client of 1C along, which most rounds do without.
        found = self.store.get(DIGESTS, base)
        if found is None:
            return True
        age = self.clock.now() - moments.parse(found.data["read_at"])
        return found.data["product"] != product or age >= DIGEST_AGE or (age >= LACKING_AGE and self._is_lacking(base))

    def _is_lacking(self, base: BaseName) -> bool:
        """Somebody waits for what the base did not publish: it may have been published since."""
        waits = self.waiting.by_awaits(f"base:{base}")
        return any(stop.reason == "profile_missing" for wait in waits for stop in wait.stops)

    def _refreshed(self, base: BaseName) -> int:
        try:
            self.read_digest(base)
        except (SideDown, TryLater) as passing:
            self._not_refreshed(base, passing)
            return 0
        except Exception as error:  # noqa: BLE001 - a base's boundary: the others are read all the same
            self.telling.tell(f"digest:{base}", _digest_stops(base, error))
            return 0
        self.telling.tell(f"digest:{base}", ())
        self.telling.clock_checked(f"base:{base}", self.odata(base).clock_offset() or 0.0)
        return 1

    def _not_refreshed(self, base: BaseName, passing: SideDown | TryLater) -> None:
        if isinstance(passing, TryLater):
            counted("digest_not_read", base=base, reason=passing.reason)
        elif self.breakers.failed(passing):
            self.telling.side_opened(passing)


def _digest_stops(base: BaseName, error: Exception) -> tuple[Stop, ...]:
    """For the admins, whatever was refused: without the digest they alone can say what the base publishes."""
    if isinstance(error, NeedsPerson):
        return tuple(replace(stop, owner="admin", awaits=f"base:{base}") for stop in error.stops)
    LOGGER.error("digest_not_read", exc_info=error, extra={"fields": {"base": base}})
    return (Stop("digest_unreadable", f"base:{base}", "admin", f"base:{base}", details=type(error).__name__),)
