"""Does a stage entry call for an act? (rules, When). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from common.exchanges.acts.model import ActRule, Excluded
from common.model.deals import Deal, Stage, StageEntry
from common.model.ids import StageId


def rules_for(rules: Iterable[ActRule], entry: StageEntry) -> list[ActRule]:
    """The active rules of the entry's funnel and stage; a deal may need an act of each."""
    return [rule for rule in rules if rule.active and (rule.category, rule.stage) == (entry.category, entry.stage)]


def excluded(
    rule: ActRule, entry: StageEntry, deal: Deal | None, stages: Mapping[StageId, Stage], taken_in: bool = False
) -> Excluded | None:
    """Why this entry needs no act; None when it counts. Asked only while no act exists yet.

    `taken_in`: a person took it in although it was before the rule began (backfill).
    """
    if not taken_in and rule.since is not None and entry.at < rule.since:
        return Excluded("before_start")
    if deal is None:
        return Excluded("deal_deleted")
    if _went_back(rule, deal, stages):
        return Excluded("stage_reverted")
    return None


def _went_back(rule: ActRule, deal: Deal, stages: Mapping[StageId, Stage]) -> bool:
    """Failure is back wherever it is; another funnel is forward (sales hand over to service), success always is.

    A stage that the portal itself does not know says nothing, so the entry counts.
    """
    if deal.stage == rule.stage or deal.semantics == "S":
        return False
    if deal.semantics == "F":
        return True
    here, there = stages.get(deal.stage), stages.get(rule.stage)
    if here is None or there is None or here.category != there.category:
        return False
    return here.sort < there.sort
