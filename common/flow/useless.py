"""Which queues and jobs are useless now, and what is to be done about it: decisions only (design §3, facts gcp §5.6).

An exchange is blocked while a person has paused it, or while something it cannot do without stops: the portal, 1C:DM,
or all of its 1C bases (one that works still has work). A queue is useless when every exchange that uses it is blocked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from common.flow.breakers import exchange_side

Kind = Literal["queue", "job"]
Why = tuple[str, ...]
"""The breakers that are the reason."""


class Target(NamedTuple):
    """A queue by its class, or a job by its function."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Parts:
    """What an exchange runs on.

    queues   classes of queues that carry its tasks
    jobs     its scheduled jobs, by their function; each belongs to this exchange alone
    needs    groups of breakers, such as all 1C bases: while every one of a group stops, the exchange can do nothing
    """

    exchange: str
    queues: tuple[str, ...]
    jobs: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]

    @property
    def sides(self) -> tuple[str, ...]:
        """Every breaker that may block it, the one for its own pause first."""
        return (exchange_side(self.exchange), *(side for group in self.needs for side in group))

    @property
    def targets(self) -> tuple[Target, ...]:
        """Its jobs, then its queues, which others may use as well."""
        return (*(Target("job", job) for job in self.jobs), *(Target("queue", queue) for queue in self.queues))

    def blocked_by(self, stopped: Collection[str]) -> Why:
        """Those of the stopped breakers that block it; empty while it can do something."""
        own = exchange_side(self.exchange)
        groups = [(own,), *(group for group in self.needs if group)]
        return tuple(side for group in groups if all(one in stopped for one in group) for side in group)


State = Literal["pausing", "paused", "resuming", "theirs"]
"""`pausing` and `resuming`: we are about to, or have done it and died before we could say so. `theirs`: it stood still
already when we came to pause it, so it is somebody else's to resume.
"""

Step = Literal["look", "pause", "resume", "forget"]


@dataclass(frozen=True, slots=True)
class Note:
    """What we remember of a target for one outage: why we came to it, and when (`moments.text`)."""

    state: State
    why: Why
    since: str

    @property
    def is_begun(self) -> bool:
        """Whether a call is due, or was made and not noted."""
        return self.state in ("pausing", "resuming")


def useless(exchanges: Sequence[Parts], stopped: Collection[str]) -> dict[Target, Why]:
    """Queues and jobs that can do nothing now, with the breakers that are why."""
    users: dict[Target, list[Why]] = {}
    for one in exchanges:
        for target in one.targets:
            users.setdefault(target, []).append(one.blocked_by(stopped))
    return {target: _together(reasons) for target, reasons in users.items() if all(reasons)}


def steps(notes: Mapping[Target, Note], wanted: Collection[Target]) -> dict[Target, Step]:
    """What is to be done now; nothing for targets that are as they should be, or whom a person has set otherwise.

    A target that we paused is not looked at again while the outage lasts: who resumes it by hand has his reasons.
    """
    found = {target: _step(notes.get(target), target in wanted) for target in (*notes, *wanted)}
    return {target: step for target, step in found.items() if step is not None}


def _step(note: Note | None, is_useless: bool) -> Step | None:
    if note is None:
        return "look"
    if note.state == "theirs":
        return None if is_useless else "forget"
    if not is_useless:
        return "resume"
    return None if note.state == "paused" else "pause"


def _together(reasons: Sequence[Why]) -> Why:
    return tuple(dict.fromkeys(side for why in reasons for side in why))
