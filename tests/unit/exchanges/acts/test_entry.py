"""Which stage entries call for an act."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from common.exchanges.acts.entry import excluded, rules_for
from common.exchanges.acts.model import Excluded
from common.model.ids import RuleId, StageId
from tests.unit.exchanges.acts.samples import ENTERED, deal, entry, rule, stages

Semantics = Literal["P", "S", "F"]


@pytest.mark.parametrize(
    ("stage", "semantics", "expected"),
    [
        ("C1:DONE", "P", None),
        ("C1:WON", "S", None),
        ("C1:WORK", "P", "stage_reverted"),
        ("C1:NEW", "P", "stage_reverted"),
        ("C1:LOSE", "F", "stage_reverted"),
        ("C2:NEW", "P", None),
        ("C9:UNHEARD", "P", None),
        ("C9:LOST", "F", "stage_reverted"),
    ],
)
def test_where_the_deal_stands_now_decides(stage: str, semantics: Semantics, expected: str | None) -> None:
    here = deal(stage=StageId(stage), semantics=semantics)
    assert excluded(rule(), entry(), here, stages()) == (Excluded(expected) if expected else None)


def test_before_the_rule_began_nothing_counts() -> None:
    began = rule(since=ENTERED + timedelta(seconds=1))
    assert excluded(began, entry(), deal(), stages()) == Excluded("before_start")
    assert excluded(rule(since=ENTERED), entry(), deal(), stages()) is None


def test_a_deal_that_is_gone_needs_no_act() -> None:
    assert excluded(rule(), entry(), None, stages()) == Excluded("deal_deleted")


def test_every_active_rule_of_the_stage_applies() -> None:
    rules = [
        rule(),
        rule(id=RuleId("second")),
        rule(id=RuleId("off"), active=False),
        rule(id=RuleId("other"), stage=StageId("C1:WON")),
        rule(id=RuleId("funnel"), category=2),
    ]
    assert [one.id for one in rules_for(rules, entry())] == ["services", "second"]
