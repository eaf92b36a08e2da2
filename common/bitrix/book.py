"""Which application tokens prove an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from common.bitrix import tokens
from common.bitrix.wire import Event, digest, same, verify
from common.errors import ExchangeError, Refused, TryLater
from common.ports import Clock, Store


class TokenBook:
    """Which application tokens prove an event (design §3 step 1): those of the setting, else the stored one.

    The stored one is kept for ten minutes; an event that does not match has it read again, at most once a minute.
    """

    _KEEP = timedelta(minutes=10)
    _AGAIN = timedelta(minutes=1)
    _SILENCE = timedelta(seconds=5)  # a store that is down must not slow every event

    def __init__(self, store: Store, clock: Clock, member_id: str = "", given: Sequence[str] = ()) -> None:
        """`given` is the setting `BITRIX_APPLICATION_TOKEN`: one token for each outgoing webhook."""
        self._store = store
        self._clock = clock
        self._member_id = member_id
        self._given = tuple(token for token in given if token)
        self._held: tuple[str, str] | None = None
        self._read_at = clock.now() - self._KEEP
        self._silent_until = clock.now()

    def is_verified(self, event: Event) -> bool:
        """True when the event is ours; False when the store cannot tell now: mark the task `unverified`.

        Raises `Refused(401, "no_token")` or `Refused(403, "forged")`.
        """
        if self._given:
            verify(event, self._given, self._member_id)
            return True
        if self._matches(event):
            return True
        if not self._read():
            # A token known before still proves an event; it only no longer refutes one.
            return self._proves(event)
        if not self._proves(event):
            raise Refused(403, "forged")
        return True

    def judged(self, member_id: str, digest_of_token: str) -> bool:
        """Whether an event kept while the store was silent was ours, by the digest of its token.

        Raises `TryLater` while the store is still silent.
        """
        if not self._given and not self._read():
            raise TryLater("store_silent", 10)
        held, ours = self._held or ("", self._member_id)
        known = [same(digest(token), digest_of_token) for token in self._given or (held,) if token]
        return any(known) and (same(member_id, ours) if ours else True)

    def _matches(self, event: Event) -> bool:
        fresh = self._clock.now() - self._read_at < self._KEEP
        return fresh and self._proves(event)

    def _proves(self, event: Event) -> bool:
        if not event.application_token:
            raise Refused(401, "no_token")
        token, member_id = self._held or ("", "")
        return bool(token) and same(event.application_token, token) and same(event.member_id, member_id)

    def _read(self) -> bool:
        """Read the stored token unless that was done within the last minute; False when the store did not answer."""
        now = self._clock.now()
        if now < self._silent_until:
            return False
        if self._held is not None and now - self._read_at < self._AGAIN:
            return True
        try:
            member_id = self._member_id or tokens.first_member(self._store)
            found = tokens.read(self._store, member_id) if member_id else None
        except ExchangeError:
            self._silent_until = now + self._SILENCE
            return False
        self._held = (found[0].application_token if found else "", member_id)
        self._read_at = now
        return True
