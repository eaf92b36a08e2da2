"""The rule changed while an act's answer was lost: the act is bound where it was written, not made again elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.stories import change_rule, closed
from tests.simulators.onec import platform_answers
from tests.stand import Stand


@pytest.mark.parametrize("change", [{"profile": "bp30.production_services_act"}, {"active": False}])
def test_the_act_is_found_where_it_was_written(office: Stand, change: dict[str, Any]) -> None:
    base = office.bases["main"]
    post = platform_answers.method("POST")
    base.faults.add(platform_answers.drop_after(match=post))
    base.faults.add(platform_answers.drop_before(times=2, match=lambda _: bool(base.effects)))
    defaults = {"income_item_group": "Услуги", "cost_account": "20.01", "item_group": "Услуги"}
    defaults["cost_department"] = "Основное подразделение"
    [deal] = closed(office)
    office.quiet(6)
    named = {"defaults": defaults} if "profile" in change else {}
    change_rule(office, **{**change, **named})
    office.minutes(15)
    assert [effect for effect in office.effects() if effect.startswith("create Document_")] == [
        "create Document_РеализацияТоваровУслуг"
    ]
    bound = office.services.bindings.of_source(f"deal:{deal}")
    assert [one.state for one in bound] == ["created"]
