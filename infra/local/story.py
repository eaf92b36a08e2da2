"""The story of the demo: what is done in Bitrix24, what came of it in 1C, and whether all of it is right."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from common.model.ids import RecordKey
from infra.local.demo import ITEMS, MANAGER, TITLES, Demo
from infra.local.house import House
from tests.simulators.bitrix24 import EventFault
from tests.simulators.bitrix24.fields import DEAL
from tests.simulators.onec import platform_answers
from tests.stand import PROFILES

PATIENCE = 60.0
"""Seconds to wait for one step; a step takes about six (a window of events and the work)."""


@dataclass
class Part:
    """One deal of the story. `total` is what its act must show, in roubles."""

    base: str
    deal: int
    about: str
    total: int
    remarks: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What is found of a part at the end; `faults` is empty when all is right."""

    part: Part
    title: str
    number: str
    ref: str
    total: str
    faults: list[str]


class Story:
    """Plays the story once against the demo's simulators."""

    def __init__(self, demo: Demo, house: House, say: Callable[[str], None]) -> None:
        self.demo, self.house = demo, house
        self._say, self._began = say, time.monotonic()
        self.parts: list[Part] = []

    def say(self, text: str) -> None:
        """Tell the onlooker, with the seconds since the story began."""
        self._say(f"{time.monotonic() - self._began:5.1f} s  {text}")

    def play(self) -> list[Outcome]:
        """Everything in its order; what came of each deal."""
        self._acts_of_four_products()
        self._tripled_event()
        self._lost_answer()
        self._missing_kpp()
        self._settled()
        return [self._outcome(part) for part in self.parts]

    def _acts_of_four_products(self) -> None:
        self.say("Four deals reach their stage, one for each product of 1C.")
        for number, base in enumerate(self.demo.bases, 1):
            rows = ((ITEMS[0], 40.0, 3050.0), (ITEMS[2], float(number), 12200.0))
            part = self._deal(base, f"Договор 2026/{number:02d}", 122000 + number * 12200, *rows)
            self.demo.reach(part.deal, base)
        self._until(lambda: all(self._shown(part) for part in self.parts), "four acts shown on their deals")

    def _tripled_event(self) -> None:
        self.say("Bitrix24 delivers one event three times.")
        part = self._deal("main", "Поддержка, ноябрь", 24400, (ITEMS[0], 8.0, 3050.0))
        self.demo.portal.courier.faults.append(EventFault("ONCRMDEALUPDATE", copies=3))
        part.remarks.append("its event came three times")
        self.demo.reach(part.deal, "main")
        self._until(lambda: self._shown(part), "the act of the tripled event")

    def _lost_answer(self) -> None:
        self.say("1C writes an act, but its answer is lost on the way.")
        part = self._deal("trade", "Интеграция со складом", 366000, (ITEMS[1], 60.0, 6100.0))
        post = platform_answers.method("POST")
        self.demo.bases["trade"].faults.add(platform_answers.drop_after(match=post))
        part.remarks.append("1C's answer was lost; found by reading")
        self.demo.reach(part.deal, "trade")
        self._until(lambda: self._shown(part), "the act whose answer was lost")

    def _missing_kpp(self) -> None:
        self.say("A client's KPP is missing: the deal waits and its manager is told.")
        self.demo.person.edit_requisite(self.demo.requisites["main"], RQ_KPP="")
        part = self._deal("main", "Сопровождение", 61000, (ITEMS[0], 20.0, 3050.0))
        self.demo.reach(part.deal, "main")
        self._until(lambda: self._waits(part), "the deal to wait for the KPP")
        self._until(lambda: len(self._notices()) == 1, "the manager's notice")
        self.say(f"  told to the manager: {self._notices()[0].splitlines()[0]}")
        self.say("The manager fills in the KPP.")
        part.remarks.append("waited for the KPP, went on by itself")
        self.demo.person.edit_requisite(self.demo.requisites["main"], RQ_KPP="780201001")
        self._until(lambda: self._shown(part), "the act after the fix")
        self._until(lambda: "Исправлено" in self._notices()[0], "the notice that it is mended")
        self.say(f"  told to the manager, in its place: {self._notices()[0].splitlines()[0]}")

    def _settled(self) -> None:
        """Nothing is due; what is left are the late doubles of work done in a window's own turn (`flow.sweep`)."""
        queue, clock = self.house.queue, self.house.services.clock
        self._until(lambda: (queue.next_due() or datetime.max.replace(tzinfo=UTC)) > clock.now(), "the queue to rest")

    def _deal(self, base: str, title: str, total: int, *rows: tuple[str, float, float]) -> Part:
        part = Part(base, self.demo.deal(base, title, *rows), title, total)
        self.parts.append(part)
        return part

    def _until(self, done: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {PATIENCE:.0f} s in vain for {what}")
            time.sleep(0.1)

    def _shown(self, part: Part) -> bool:
        return bool(self.demo.portal.crm.items[DEAL][part.deal].get("UF_CRM_ONEC_ACT_NUMBER"))

    def _waits(self, part: Part) -> bool:
        return any(one.source == f"deal:{part.deal}" for one in self.house.services.waiting.of_exchange("acts"))

    def _notices(self) -> list[str]:
        notices = self.demo.portal.notifications.values()
        return [str(one["MESSAGE"]) for one in notices if one["USER_ID"] == MANAGER]

    def _outcome(self, part: Part) -> Outcome:
        deal = self.demo.portal.crm.items[DEAL][part.deal]
        services = self.house.services
        bound = services.bindings.get(RecordKey(f"act:{services.portal}:{part.deal}:services_{part.base}"))
        marked = [
            one for one in self._acts(part.base) if f"/{part.deal}/services_{part.base}]" in str(one["Комментарий"])
        ]
        faults = [f"{len(marked)} acts instead of one"] if len(marked) != 1 else self._wrong(part, marked[0])
        if bound is None or bound.state != "created":
            faults.append("not bound")
        if self._waits(part):
            faults.append("still waiting")
        ref = str(marked[0]["Ref_Key"]) if marked else "—"
        total = f"{marked[0]['СуммаДокумента']:.2f}" if marked else "—"
        return Outcome(part, str(deal["TITLE"]), str(deal.get("UF_CRM_ONEC_ACT_NUMBER") or "—"), ref, total, faults)

    def _wrong(self, part: Part, act: dict[str, object]) -> list[str]:
        deal = self.demo.portal.crm.items[DEAL][part.deal]
        checks = {
            "posted": not act["Posted"],
            f"sum {act['СуммаДокумента']} instead of {part.total}": act["СуммаДокумента"] == part.total,
            "number not on the deal": act["Number"] == deal.get("UF_CRM_ONEC_ACT_NUMBER"),
            "state not on the deal": deal.get("UF_CRM_ONEC_ACT_STATE") == "Черновик",
        }
        return [fault for fault, right in checks.items() if not right]

    def _acts(self, base: str) -> list[dict[str, object]]:
        from common.onec.configurations import profile

        return [dict(one) for one in self.demo.bases[base].documents(profile(PROFILES[base]).entity)]


def table(outcomes: list[Outcome]) -> str:
    """What happened, one deal a line, with the ids of both sides."""
    head = ("deal", "title", "1C base", "act", "sum, RUB", "Ref_Key in 1C", "remarks")
    return aligned([head, *(_cells(one) for one in outcomes)])


def aligned(rows: list[tuple[str, ...]]) -> str:
    """Columns as wide as their widest cell, a line under the head."""
    head = rows[0]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def _cells(one: Outcome) -> tuple[str, ...]:
    remarks = "; ".join([*one.part.remarks, *(f"WRONG: {fault}" for fault in one.faults)]) or "—"
    base = f"{one.part.base} ({TITLES[one.part.base]})"
    return (str(one.part.deal), one.title, base, one.number, one.total, one.ref, remarks)
