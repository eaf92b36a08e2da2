"""`./deploy.sh counts`: in agreement, waiting by reason, excluded by rule, also entries from before a rule began."""

from __future__ import annotations

from typing import Any

from common.admin.counts import Counts
from tests.scenarios.stories import House, change_rule, closed
from tests.stand import Stand

TODAY = "2026-11-20T13:00:00+03:00"


def counted(stand: Stand) -> list[dict[str, Any]]:
    parts = stand.services
    return [
        dict(line)
        for line in Counts(parts.bindings, parts.waiting, parts.acts_work.excluded).lines(parts.act_rules().values())
        if line["number"] != 0
    ]


def before(number: int | None, since: str = "2026-11-20T10:00:00.000000Z") -> dict[str, Any]:
    return {"state": "excluded", "by": "before_start", "rule": "services_main", "since": since, "number": number}


def test_entries_before_the_beginning_are_counted_once(house: House) -> None:
    stand = house(rules={"main": {"since": TODAY}})
    closed(stand, 3)
    stand.quiet()
    assert counted(stand)[-1] == before(None)
    stand.clock.advance(7200)
    [waiting] = closed(stand)
    stand.person.set_rows(waiting, [])
    stand.person.move_deal(closed(stand)[0], "C1:NEW")
    closed(stand, 2)
    stand.quiet()
    stand.minutes(5)
    assert counted(stand) == [
        {"state": "in agreement", "number": 2},
        {"state": "waiting", "reason": "no_rows", "number": 1},
        {"state": "excluded", "by": "stage_reverted", "number": 1},
        before(3),
    ]


def test_a_beginning_that_is_moved_is_counted_anew(house: House) -> None:
    stand = house(rules={"main": {"since": TODAY}})
    closed(stand, 2)
    stand.minutes(5)
    assert counted(stand)[-1] == before(2)
    stand.clock.advance(86400)
    change_rule(stand, since="2026-11-20T00:00:00+03:00")
    stand.minutes(10)
    assert [line for line in counted(stand) if line.get("by") == "before_start"] == []
    known = stand.services.acts_work.excluded.before("acts", ["services_main"])
    assert known["services_main"].number == 0
