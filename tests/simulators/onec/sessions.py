"""Sessions of the infobase: the pool and the client-managed ones (facts §1.16)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulators.onec.errors import ODataError
from tests.simulators.onec.switches import Switches


class PoolExhausted(Exception):
    """No session came free within `poolTimeout`: HTTP 406 with a platform exception."""


@dataclass
class Sessions:
    """`occupied` are sessions other people hold; `created` counts those begun, `alive` shows the pooled ones."""

    switches: Switches
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    occupied: int = 0
    created: int = 0
    busy: int = 0
    _idle: dict[str, list[datetime]] = field(default_factory=dict)
    _managed: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def hold(self, user: str, headers: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Hold a session during a request; yields headers to answer with. Each parallel request has its own."""
        if self.switches.sessions == "use" and ("ibsession" in headers or "ibsession=" in headers.get("cookie", "")):
            yield self._manage(user, headers)
            return
        self._enter(user)
        try:
            yield {}
        finally:
            self._leave(user)

    @property
    def alive(self) -> int:
        """Pooled sessions that have not aged out."""
        with self._lock:
            return sum(len(self._fresh(user)) for user in list(self._idle)) + self.busy

    def _enter(self, user: str) -> None:
        if not self._try(user):
            self.sleep(self.switches.pool_timeout)
            if not self._try(user):
                raise PoolExhausted

    def _try(self, user: str) -> bool:
        with self._lock:
            if not self._room():
                return False
            idle = self._fresh(user)
            if idle and self.switches.sessions == "autouse":
                idle.pop()
            else:
                self.created += 1
            self.busy += 1
            return True

    def _room(self) -> bool:
        # Idle pooled sessions do not count: one of another user gives way to a new one.
        if self.busy + self.occupied + len(self._managed) < self.switches.pool_size:
            return True
        self._drop_expired()
        return self.busy + self.occupied + len(self._managed) < self.switches.pool_size

    def _leave(self, user: str) -> None:
        with self._lock:
            self.busy -= 1
            if self.switches.sessions == "autouse":
                self._fresh(user).append(self.now())

    def _fresh(self, user: str) -> list[datetime]:
        oldest = self.now() - timedelta(seconds=self.switches.session_max_age)
        idle = [left for left in self._idle.get(user, []) if left >= oldest]
        self._idle[user] = idle
        return idle

    def _manage(self, user: str, headers: Mapping[str, str]) -> dict[str, str]:
        word = headers.get("ibsession", "").lower()
        with self._lock:
            self._drop_expired()
            if word == "start":
                return self._start(user)
            name = _cookie(headers)
            if self._managed.get(name, ("", None))[0] != user:
                raise ODataError(400, 2, "Сеанс не найден")
            self._managed[name] = (user, self.now())
            if word == "finish":
                del self._managed[name]
            return {}

    def _start(self, user: str) -> dict[str, str]:
        if not self._room():
            raise PoolExhausted
        self.created += 1
        name = f"s{self.created:08d}"
        self._managed[name] = (user, self.now())
        return {"Set-Cookie": f"ibsession={name}"}

    def _drop_expired(self) -> None:
        oldest = self.now() - timedelta(seconds=self.switches.session_max_age)
        for name in [name for name, (_, used) in self._managed.items() if used < oldest]:
            del self._managed[name]


def _cookie(headers: Mapping[str, str]) -> str:
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name.lower() == "ibsession":
            return value
    return ""
