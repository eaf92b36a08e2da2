"""Our own side: settings, store, queue, rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from common.admin.doctor import judging
from common.admin.doctor.examining import Check
from common.admin.doctor.finding import Finding, well, wrong
from common.admin.doctor.house import House
from common.errors import ExchangeError, Stop
from common.ports import Write

SETTINGS = "settings"
STORE = "store"
_KEPT = timedelta(hours=1)


def checks(house: House) -> Iterator[Check]:
    yield Check(SETTINGS, lambda: judging.settings(house.settings.faults()))
    yield Check(STORE, lambda: [_round_trip(house)])
    yield Check("queue", lambda: _queue(house))
    yield Check("rules", lambda: _rules(house), needs=(STORE,))


def _round_trip(house: House) -> Finding:
    """Written, read and taken back: a store that only reads would lose the first event."""
    key, began = f"doctor:{house.ids()}", house.clock.now()
    try:
        house.store.write(Write("config", key, {"at": "now"}, expire_at=began + _KEPT))
        found = house.store.get("config", key)
        house.store.write(Write("config", key, None))
    except Exception as error:  # noqa: BLE001 - whatever it is, the store does not work for us
        return _lost(f"{type(error).__name__}: {error}")
    if found is None:
        return _lost("what was written is not there")
    took = (house.clock.now() - began).total_seconds() * 1000
    return well(STORE, "", f"written, read and taken back in {took:.0f} ms")


def _lost(how: str) -> Finding:
    """Nobody can be told by notice: notices are kept in the store."""
    what = f"The store does not work: {how}"
    return Finding(STORE, "", "wrong", what, "Check STORE_URL, the disk or the database, and our right to write there.")


def _queue(house: House) -> Iterable[Finding]:
    try:
        return judging.queue(house.queue.states())
    except ExchangeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing can be put there
        return [wrong("queue", "", Stop("queue_unusable", "", "admin", "person", details=type(error).__name__))]


def _rules(house: House) -> Iterator[Finding]:
    acts = sum(rule.active for rule in house.act_rules().values())
    mappings = sum(rule.active for rule in house.document_rules().values())
    return judging.rules(house.rule_book.faults(), acts + mappings)
