"""Who may call: the signature, the hash of the body, free sessions (contract §1). Basic is 1C's own, see `onec`."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.dm import errors, signature
from tests.simulators.dm.switches import Switches
from tests.simulators.web import Request


def check(request: Request, resource: str, keys: Mapping[str, str], moment: datetime, switches: Switches) -> str:
    """The hash of the body of a request that is signed properly; `Refusal` 401 or 400 otherwise."""
    secret = keys.get(request.headers.get("x-exchange-key-id", ""))
    timestamp = request.headers.get("x-exchange-timestamp", "")
    if secret is None or not timestamp.isascii() or not timestamp.isdigit():
        raise errors.bad_signature()
    if abs(int(timestamp) - moment.timestamp()) > signature.WINDOW:
        raise errors.stale_timestamp()
    actual = hashlib.sha256(request.body).hexdigest()
    declared = request.headers.get("x-content-sha256", actual)
    text = signature.string_to_sign(timestamp, request.method, resource, request.query, declared)
    given = request.headers.get("x-exchange-signature", "")
    if not hmac.compare_digest(signature.sign(secret, text).encode(), given.encode()):
        raise errors.bad_signature()
    if declared != actual:
        raise _mismatch(switches)
    return actual


def _mismatch(switches: Switches) -> errors.Refusal:
    if switches.body_mismatch == "bad_signature":
        return errors.bad_signature("Хеш тела запроса не совпадает")
    return errors.invalid("Хеш тела запроса не совпадает с X-Content-SHA256")


@dataclass
class Sessions:
    """Calls that run at once; `occupied` are sessions other people hold, `peak` the most calls ever at once."""

    switches: Switches
    occupied: int = 0
    running: int = 0
    peak: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold a session during a call; `Refusal` 429 if `max_parallel` are in use."""
        with self._lock:
            if self.running + self.occupied >= self.switches.max_parallel:
                raise errors.busy(self.switches.retry_after)
            self.running += 1
            self.peak = max(self.peak, self.running)
        try:
            yield
        finally:
            with self._lock:
                self.running -= 1
