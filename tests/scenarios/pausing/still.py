"""Words for these scenarios: what stands still, and how a side goes down and comes up."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from common.ports.switches import Switches
from infra.local import collection
from tests.simulators.dm import troubles as dm
from tests.simulators.onec import platform_answers as onec
from tests.stand import PORTAL_HOST, Stand

FOR_EVER = 1_000_000

OF_ACTS = ["job deal_sweep", "queue interactive"]
OF_DOCUMENTS = ["job document_sync", "queue bulk"]
EVERYTHING = sorted([*OF_ACTS, *OF_DOCUMENTS])


def still(stand: Stand) -> list[str]:
    """Queues and jobs that stand still, by their own word."""
    jobs = [name for name, one in collection.functions().items() if one.manifest.kind == "job"]
    found = [("job", name, stand.services.job_switches) for name in jobs]
    found += [("queue", name, stand.services.queue_switches) for name in ("bulk", "interactive")]
    return sorted(f"{kind} {name}" for kind, name, switches in found if switches.is_paused(name))


def dm_down(stand: Stand) -> Callable[[], None]:
    """1C:DM answers with a page of its server; what ends it."""
    faults = stand.__dict__["dm"].faults
    faults.add(dm.instead(dm.page(503), times=FOR_EVER))
    return lambda: faults.clear()


def base_down(stand: Stand, name: str = "main") -> Callable[[], None]:
    """A 1C base is locked; what ends it."""
    faults = stand.bases[name].faults
    faults.add(onec.instead(onec.locked, FOR_EVER))
    return faults.clear


def portal_down(stand: Stand) -> Callable[[], None]:
    """No way to the portal, and its events do not come; what ends it."""

    def gate(request: httpx.Request) -> None:
        if request.url.host == PORTAL_HOST:
            raise httpx.ConnectError("no route to host")

    stand.gate = gate
    return lambda: setattr(stand, "gate", lambda _: None)


def switches(stand: Stand, what: str) -> tuple[Switches, str]:
    """The switch of `queue bulk`, and its name."""
    kind, name = what.split()
    return (stand.services.queue_switches if kind == "queue" else stand.services.job_switches), name


def by_admin(stand: Stand, *what: str) -> None:
    """The administrator pauses them in his console."""
    for one in what:
        found, name = switches(stand, one)
        found.pause(name)


def admin_resumes(stand: Stand, *what: str) -> None:
    for one in what:
        found, name = switches(stand, one)
        found.resume(name)
