"""Stories in which processes die, and what must be the same afterwards whenever they did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.wiring import use
from tests.crashes import Death, MortalStand, NewStore
from tests.simulators.bitrix24 import troubles
from tests.simulators.onec import Switches
from tests.simulators.onec.seeding import inn
from tests.stand import MANAGER

TAIL = 40
"""Minutes after the last thing people did: two leases of the queue (11 minutes) and the records' own waiting."""
SHORT_TAIL = 20
"""Where the queue hears of a death at once: two claims (5 minutes), found abandoned, and the next sweep."""

STRANGER = inn("771234567")
FIXED_KPP = "780201001"
CREATING = {"create_counterparty": True, "create_contract": True}

Act = Callable[[MortalStand], None]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """What people do (`acts`), on which base, and what was there before (`warm`: another act of the same rule)."""

    name: str
    acts: Sequence[Act]
    base: str = "main"
    keys: str = "honoured"
    warm: bool = False
    rule: Mapping[str, Any] = field(default_factory=dict)

    def lived(
        self,
        folder: str,
        kill_at: Sequence[int],
        death: Death,
        new_store: NewStore | None = None,
        tail: int = TAIL,
    ) -> Ending:
        """Live through it with these deaths."""
        switches = Switches(ref_key="ignored" if self.keys == "ignored" else "honoured")
        options: dict[str, Any] = {"bases": (self.base,), "switches": switches, "rules": {self.base: self.rule}}
        stand = MortalStand(folder, death, new_store, **options)
        try:
            busy = self._lived(stand, kill_at)
            stand.minutes(tail)
            return Ending(busy, facts_of(stand, self.base), notices(stand), stand.points.deaths)
        finally:
            stand.close()
            use(None)

    def _lived(self, stand: MortalStand, kill_at: Sequence[int]) -> int:
        if self.warm:
            stand.reach(stand.deal(self.base), self.base)
            stand.quiet()
        stand.points.start(kill_at)
        for act in self.acts:
            act(stand)
            stand.quiet()
        return len(stand.points.passed)


@dataclass(frozen=True)
class Ending:
    """How a story ended: `busy` is how many moments of outside calls it had before the tail."""

    busy: int
    facts: Facts
    told: frozenset[tuple[int, str]]
    deaths: Sequence[str]

    def apart_from(self, other: Ending) -> Facts:
        """What differs from another ending, with both values; here nobody may be told more than there."""
        apart = {name: (other.facts[name], value) for name, value in self.facts.items() if value != other.facts[name]}
        more = self.told - other.told
        return apart | ({"told": more} if more else {})


def facts_of(stand: MortalStand, base: str) -> Facts:
    """Everything that must not depend on deaths."""
    return {
        "acts": stand.acts(base),
        "deals": [_shown(item) for item in stand.portal.crm.items[2].values()],
        "effects of 1C": stand.effects(base),
        "changes of Bitrix24": _changes(stand),
        "bindings": sorted(_bound(one.data) for one in stand.store.query("bindings")),
        "waiting": stand.reasons(),
        "excluded": sorted((one.key, one.data["by"]) for one in stand.store.query("excluded")),
        "outcomes": _outcomes(stand),
        "left": left_over(stand),
    }


def left_over(stand: MortalStand) -> list[str]:
    """What must be gone when all is quiet: live claims and leases, tasks, news not told, letters, breakers."""
    now = stand.clock.now().isoformat()[:19]
    held = [f"{place} {one.key}" for place in ("claims", "leases") for one in stand.store.query(place)
            if one.data["until"][:19] > now]  # fmt: skip
    kept = [f"{place} {one.key}" for place in ("wishes", "dead_letters", "awaiting")
            for one in stand.store.query(place)]  # fmt: skip
    untold = [f"untold {one.key}" for one in stand.store.query("causes", [("to_tell", "==", True)])]
    shut = [f"breaker {one.key}" for one in stand.store.query("breakers", [("open", "==", True)])]
    tasks = [f"{number} tasks on {name}" for name, number in stand.queue.depth().items() if number]
    return [*held, *kept, *untold, *shut, *tasks]


def notices(stand: MortalStand) -> frozenset[tuple[int, str]]:
    """Who was told what, by tag: the same tag again replaces the notice (facts bitrix24 §8.4)."""
    sent = [one.params for one in stand.portal.requests if one.method == "im.notify.system.add"]
    return frozenset((int(one["USER_ID"]), f"{one['TAG']} {one['MESSAGE']}") for one in sent)


def _shown(item: Mapping[str, Any]) -> Facts:
    return {name: value for name, value in item.items() if name.startswith("UF_") or name in ("ID", "STAGE_ID")}


def _changes(stand: MortalStand) -> list[tuple[str, str, int, str]]:
    """What we changed in the deals; the portal notes real changes only."""
    ours = [one for one in stand.portal.effects if one.user_id != MANAGER and one.entity == "DEAL"]
    return sorted((one.kind, one.entity, int(one.id), str(sorted(one.fields.items()))) for one in ours)


def _bound(data: Mapping[str, Any]) -> str:
    own = {name: value for name, value in data.items() if name not in ("changed_at", "intent_at", "entry", "body")}
    return str(sorted(own.items()))


def _outcomes(stand: MortalStand) -> list[tuple[str, str]]:
    """How each record ended, once: an entry that it was created, by whatever way."""
    found = [(one.data["record"], one.data["outcome"]) for one in stand.store.query("journal")]
    return sorted((record, outcome.removesuffix("_after_waiting")) for record, outcome in found
                  if outcome.startswith(("created", "excluded")))  # fmt: skip


# -- what people do --------------------------------------------------------------------------------------------------


def plain(base: str) -> Act:
    """A deal reaches its stage."""
    return lambda stand: stand.reach(stand.deal(base), base)


def newcomer(base: str) -> Act:
    """A deal of a client whom 1C does not know."""

    def act(stand: MortalStand) -> None:
        if base == "trade":
            _standard_agreement(stand)
        company, requisite = _client(stand, "ООО Новичок", STRANGER, "771201001")
        deal = stand.deal(base, COMPANY_ID=company)
        stand.person.link_requisites(deal, requisite=requisite)
        stand.reach(deal, base)

    return act


def without_kpp(stand: MortalStand) -> None:
    """The manager forgot the KPP of the client; he sees the notice after two minutes."""
    stand.person.edit_requisite(stand.requisite, RQ_KPP="")
    stand.reach(stand.deal())
    stand.quiet()
    stand.minutes(2)


def with_kpp(stand: MortalStand) -> None:
    """He enters it."""
    stand.person.edit_requisite(stand.requisite, RQ_KPP=FIXED_KPP)


def unwritable(stand: MortalStand) -> None:
    """The portal refuses the act's fields once, then takes them."""
    stand.portal.faults.add(troubles.error(400, "ACCESS_DENIED", "Доступ запрещен", "crm.item.update"))
    stand.reach(stand.deal())
    stand.quiet()
    stand.minutes(6)


def nothing(stand: MortalStand) -> None:
    """Time alone."""
    stand.minutes(6)


STORIES = [
    Story("plain, cold", [plain("main")]),
    Story("plain, warm", [plain("main")], warm=True),
    Story("plain, cold, keys ignored", [plain("main")], keys="ignored"),
    Story("plain, warm, keys ignored", [plain("main")], keys="ignored", warm=True),
    Story("newcomer, cold", [newcomer("main")], rule=CREATING),
    Story("newcomer, warm, keys ignored", [newcomer("main")], keys="ignored", rule=CREATING, warm=True),
    Story("newcomer with a partner", [newcomer("trade")], base="trade", rule=CREATING),
    Story("waits for KPP, cold", [without_kpp, with_kpp]),
    Story("waits for KPP, warm, keys ignored", [without_kpp, with_kpp], keys="ignored", warm=True),
    Story("not written back at first", [unwritable, nothing], warm=True),
    Story("not written back at first, keys ignored", [unwritable, nothing], keys="ignored"),
]


def _standard_agreement(stand: MortalStand) -> None:
    """Trade asks for an agreement; a standard one serves every client."""
    money: dict[str, Any] = {"Валюта_Key": stand.refs["trade"].currencies["643"], "ЦенаВключаетНДС": True}
    stand.bases["trade"].accountant.add(
        "Catalog_СоглашенияСКлиентами",
        Description="Типовое соглашение",
        Типовое=True,
        Статус="Действует",
        Организация_Key=stand.refs["trade"].organisation,
        **money,
    )


def _client(stand: MortalStand, name: str, number: str, kpp: str) -> tuple[int, int]:
    company = stand.person.add_company(name)
    requisite = stand.person.add_requisite(company, RQ_INN=number, RQ_KPP=kpp, RQ_COMPANY_NAME=name)
    stand.person.add_address(requisite, ADDRESS_1="Тверская 1", CITY="Москва", COUNTRY="Россия")
    stand.portal.deliver(lambda *_: 200)
    return company, requisite
