"""What people did to their deals, and what must be true of the exchange afterwards: told without a line of its code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.crashes import MortalStand
from tests.stand import STAGES

STAGE, BACK, FAILED, WON = STAGES["main"], "C1:NEW", "C1:LOSE", "C1:WON"

Acts = dict[int, list[dict[str, Any]]]


class Ledger:
    """The deals of one portal under the rule of base `main`; people change them through it."""

    def __init__(self, stand: MortalStand) -> None:
        self.stand = stand
        self.deals: list[int] = []
        self.entered: set[int] = set()
        self.deleted: set[int] = set()
        self.amounts: dict[int, set[Decimal]] = defaultdict(set)

    def add(self, price: int) -> int:
        """A deal in its first stage."""
        deal = self.stand.deal(price=price)
        self.amounts[deal].add(Decimal(price))
        self.deals.append(deal)
        return deal

    def move(self, deal: int, stage: str) -> None:
        """Drag it, unless it is gone."""
        if deal not in self.deleted and self.stand.person.move_deal(deal, stage) and stage == STAGE:
            self.entered.add(deal)

    def price(self, deal: int, price: int) -> None:
        """Give it one row at this price, unless it is gone."""
        if deal not in self.deleted:
            self.amounts[deal].add(Decimal(price))
            self.stand.person.set_rows(deal, [self.stand.row(price)])

    def rename(self, deal: int, title: str) -> None:
        """An edit that means nothing to us."""
        if deal not in self.deleted:
            self.stand.person.edit_deal(deal, TITLE=title)

    def delete(self, deal: int) -> None:
        """Once."""
        if deal not in self.deleted:
            self.deleted.add(deal)
            self.stand.person.delete_deal(deal)

    # -- at any moment -----------------------------------------------------------------------------------------------

    def acts(self) -> Acts:
        """The acts by the deal that their mark names."""
        found: Acts = {}
        for act in self.stand.acts():
            marks = re.findall(r"\[b24:[0-9a-f]+/(\d+)/services_main\]", str(act["Комментарий"]))
            assert len(marks) == 1, act["Комментарий"]
            found.setdefault(int(marks[0]), []).append(act)
        return found

    def wrong(self) -> list[str]:
        """What may never be, not for a moment."""
        return [*self._doubled(), *self._in_two_states(), *self._touched()]

    def _doubled(self) -> Iterator[str]:
        for deal, acts in self.acts().items():
            if len(acts) > 1:
                yield f"doubled: deal {deal} has {len(acts)} acts"
            if deal not in self.entered:
                yield f"doubled: deal {deal} never entered the stage"
            for act in acts:
                if Decimal(act["СуммаДокумента"]) not in self.amounts[deal]:
                    yield f"deal {deal} never had the sum {act['СуммаДокумента']}"

    def _touched(self) -> Iterator[str]:
        """Only drafts are made; nothing of 1C is posted, marked or deleted."""
        for effect in self.stand.bases["main"].effects:
            if effect.kind != "create":
                yield f"1C: {effect.kind} {effect.entity}"
        for act in self.stand.acts():
            if act["Posted"] or act["DeletionMark"]:
                yield f"posted or marked: {act['Number']}"

    def _in_two_states(self) -> Iterator[str]:
        for deal, held in self.states().items():
            if held in (["bound", "excluded"], ["waiting", "excluded"]):
                yield f"doubled: deal {deal} is in {held}"

    def states(self) -> dict[int, list[str]]:
        """In which states each deal is; bound and waiting together is an act that is not shown yet.

        Rows may be edited between a write whose answer was lost and its finding: then the act waits for a person.
        """
        store, found = self.stand.store, defaultdict[int, list[str]](list)
        for one in store.query("bindings", [("state", "==", "created")]):
            looked_at = one.data["differs"] and len(self.amounts[_deal(one.key)]) > 1
            found[_deal(one.key)] += [] if looked_at else ["bound"]
        for state in ("waiting", "excluded"):
            for one in store.query(state):
                found[_deal(one.key)].append(state)
        return found

    # -- when all is quiet -------------------------------------------------------------------------------------------

    def amiss(self) -> list[str]:
        """What must not be when everything was tried again."""
        return [*self.wrong(), *self._lost(), *self._not_shown()]

    def _lost(self) -> Iterator[str]:
        acts, states = self.acts(), self.states()
        for deal in self.deals:
            held = states.get(deal, [])
            if deal not in acts and self._is_due(deal):
                yield f"lost: deal {deal} has no act"
            if len(held) > 1:
                yield f"doubled: deal {deal} is in {held}"
            if not held and deal in self.entered - self.deleted:
                yield f"lost: deal {deal} is in no state"
            if held and deal not in self.entered:
                yield f"deal {deal} never entered, yet is in {held}"

    def _is_due(self, deal: int) -> bool:
        """Since its last entry it went to success at most; who went back may have got his act before, or is out."""
        if deal in self.deleted or deal not in self.entered:
            return False
        moves = [move.stage for move in self.stand.portal.crm.history if move.owner == deal]
        after = moves[len(moves) - moves[::-1].index(STAGE) :]
        return set(after) <= {WON}

    def _not_shown(self) -> Iterator[str]:
        """The deal shows its act, and nothing when it has none."""
        acts = self.acts()
        for deal, item in self.stand.portal.crm.items[2].items():
            number = str(acts[deal][0]["Number"]) if deal in acts else None
            if item["UF_CRM_ONEC_ACT_NUMBER"] != number:
                yield f"lost: deal {deal} shows {item['UF_CRM_ONEC_ACT_NUMBER']}, not {number}"


def stories(ledger: Ledger, faults: list[str]) -> str:
    """The faults, and what is known of each deal they name."""
    deals = sorted({int(number) for fault in faults for number in re.findall(r"deal (\d+)", fault)})
    return "\n".join([*faults, *(line for deal in deals for line in _story(ledger.stand, deal))])


def _story(stand: MortalStand, deal: int) -> Iterator[str]:
    yield f"-- deal {deal}"
    yield from (f"{move.at} {move.id} {move.stage}" for move in stand.portal.crm.history if move.owner == deal)
    yield from (f"{one.at} {one.outcome} {one.rule} {one.target} {one.details}" for one in stand.journal(deal))
    for place in ("bindings", "waiting", "excluded", "claims"):
        yield from (f"{place}: {one.data}" for one in stand.store.query(place) if _deal(one.key) == deal)


def _deal(key: str) -> int:
    return int(key.split(":")[2])
