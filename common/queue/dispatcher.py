"""Carries tasks of the embedded queue to their functions, as Cloud Tasks does (facts 5.1, 5.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from common.logs import error
from common.ports import Traffic
from common.queue.sqlite import Leased, SqliteQueue

Call = Callable[[str, bytes, Mapping[str, str], float], tuple[int, float | None]]
"""(function, body, headers, timeout in seconds) → (HTTP status, `Retry-After` in seconds or None).

May raise when no answer came; that counts as a failed attempt.
"""

IDLE_SECONDS = 0.2
"""How soon a task is seen that another process put; one put by this process is seen at once."""


class Dispatcher:
    """Takes due tasks and calls their functions. 2xx is done, everything else is tried again.

    `Retry-After` lengthens the pause of its own task only; Cloud Tasks would slow the whole queue on 429 and 503.
    `timeout` gives each function's own, in seconds; a lease is the longest.
    """

    def __init__(
        self,
        queue: SqliteQueue,
        call: Call,
        now: Callable[[], datetime],
        timeout: Callable[[str], float] = lambda _: 540.0,
    ) -> None:
        self._queue = queue
        self._call = call
        self._timeout = timeout
        self._now = now
        self._rates = {name: _Rate(policy.max_per_second, now) for name, policy in queue.policies.items()}
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._work = threading.Condition()
        queue.listen(self._wake)

    def start(self) -> None:
        """Start the threads: `max_concurrent` of each queue."""
        self._stopping.clear()
        for queue, policy in self._queue.policies.items():
            for number in range(policy.max_concurrent):
                thread = threading.Thread(target=self._serve, args=(queue,), name=f"{queue}-{number}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self, patience: float = 30.0) -> bool:
        """Take no more tasks and wait for the calls under way, at most `patience` seconds each; True if all ended."""
        self._stopping.set()
        self._wake()
        for thread in self._threads:
            thread.join(patience)
        ended = not any(thread.is_alive() for thread in self._threads)
        self._threads.clear()
        return ended

    def run_until_quiet(
        self, advance: Callable[[datetime], None], until: datetime | None = None, limit: int = 100_000
    ) -> int:
        """Dispatch in this thread, one task after another, moving a manual clock to the next due task; how many.

        Ends when nothing is left on queues that are not paused, or nothing due by `until`. Raises RuntimeError after
        `limit` dispatches. Rates do not hold here.
        """
        for dispatched in range(limit):
            leased = self._next(advance, until)
            if leased is None:
                return dispatched
            self.dispatch(leased)
        raise RuntimeError(f"not quiet after {limit} dispatches")

    def dispatch(self, leased: Leased) -> None:
        """Call the task's function once and tell the queue how it ended."""
        try:
            status, after = self._call(
                leased.function,
                leased.body,
                _headers(leased),
                min(self._timeout(leased.function), self._queue.lease.total_seconds()),
            )
        except Exception as fault:  # noqa: BLE001 - no answer, as if the instance had died
            error("no_answer", fault, function=leased.function, task=leased.name)
            self._queue.failed(leased)
            return
        if 200 <= status < 300:
            self._queue.done(leased)
        else:
            self._queue.failed(leased, after, status)

    def _next(self, advance: Callable[[datetime], None], until: datetime | None) -> Leased | None:
        while not (taken := self._queue.take(1)):
            due = self._queue.next_due()
            if due is None or (until is not None and due > until):
                return None
            advance(due)
        return taken[0]

    def _wake(self) -> None:
        with self._work:
            self._work.notify_all()

    def _serve(self, queue: Traffic) -> None:
        while not self._stopping.is_set():
            try:
                pause = self._step(queue)
            except Exception as fault:  # noqa: BLE001 - the thread must outlive a full disk
                error("queue_unreadable", fault, queue=queue)
                pause = IDLE_SECONDS
            if pause:
                self._rest(pause)

    def _rest(self, seconds: float) -> None:
        with self._work:
            if not self._stopping.is_set():
                self._work.wait(seconds)

    def _step(self, queue: Traffic) -> float:
        """Dispatch one task of the queue; how long to rest before the next look."""
        due = self._queue.next_due(queue)
        ahead = IDLE_SECONDS if due is None else (due - self._now()).total_seconds()
        if ahead > 0:
            return min(ahead, IDLE_SECONDS)
        pause = self._rates[queue].take()
        if pause:
            return pause
        taken = self._queue.take(1, queue)
        if not taken:
            self._rates[queue].give_back()
            return IDLE_SECONDS
        self.dispatch(taken[0])
        return 0.0


class _Rate:
    """A token bucket that holds one second's worth of dispatches."""

    def __init__(self, per_second: float, now: Callable[[], datetime]) -> None:
        self._per_second = per_second
        self._size = max(per_second, 1.0)
        self._tokens = self._size
        self._now = now
        self._seen: datetime | None = None
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take a token and return 0, or the seconds until there is one."""
        with self._lock:
            now = self._now()
            passed = (now - self._seen).total_seconds() if self._seen else 0.0
            self._seen = now
            self._tokens = min(self._size, self._tokens + max(passed, 0.0) * self._per_second)
            if self._tokens < 1.0:
                return (1.0 - self._tokens) / self._per_second
            self._tokens -= 1.0
            return 0.0

    def give_back(self) -> None:
        """The token was not used."""
        with self._lock:
            self._tokens += 1.0


def _headers(leased: Leased) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-CloudTasks-QueueName": leased.queue,
        "X-CloudTasks-TaskName": leased.name,
        "X-CloudTasks-TaskRetryCount": str(leased.retry_count),
        "X-CloudTasks-TaskExecutionCount": str(leased.execution_count),
        "X-CloudTasks-TaskETA": f"{leased.eta.timestamp():.6f}",
    }
