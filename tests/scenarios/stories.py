"""Words for scenarios: what people do, what they are told, and when a story is told to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.simulators.bitrix24 import EventFault
from tests.stand import MANAGER, Stand

House = Callable[..., Stand]
"""Makes a stand with the options of `Stand`; audited at the end of the scenario."""

SALE = "Document_РеализацияТоваровУслуг"
PARTIES = "Catalog_Контрагенты"
CONTRACTS = "Catalog_ДоговорыКонтрагентов"
MENDED = "[B]Исправлено[/B]"


# -- what people do ----------------------------------------------------------------------------------------------------


def closed(stand: Stand, number: int = 1, base: str = "main", **fields: Any) -> list[int]:
    """So many deals, dragged to the stage of their rule; nothing is delivered yet."""
    deals = [stand.deal(base, **fields) for _ in range(number)]
    for deal in deals:
        stand.reach(deal, base)
    return deals


def without_events(stand: Stand, act: Callable[[], object]) -> None:
    """People do something and Bitrix24 loses every event of it."""
    stand.quiet(0)
    act()
    stand.portal.courier.faults.append(EventFault(times=10_000, drop=True))
    stand.portal.deliver(stand.deliver)
    stand.portal.courier.faults.clear()


def later(stand: Stand, seconds: float) -> None:
    """Let much time pass at once, then one round of the jobs."""
    stand.clock.advance(seconds)
    stand.minutes(5)


def change_rule(stand: Stand, rule: str = "services_main", **changes: Any) -> None:
    """An admin changes one rule."""
    book = stand.services.rule_book
    data = book.export_all()["acts"]
    book.import_all({"acts": [one | changes if one["id"] == rule else one for one in data]}, "admin", over=True)


def map_value(stand: Stand, table: str, key: str, value: str, base: str = "*") -> None:
    """An admin adds one row to a correspondence table."""
    rows = stand.services.rule_book.export_all()["tables"].get(table, [])
    stand.services.rule_book.import_all({"tables": {table: [*rows, [base, key, value, ""]]}}, "admin", over=True)


# -- what people are told ----------------------------------------------------------------------------------------------


def sent(stand: Stand) -> list[tuple[int, str]]:
    """Every notice that was really sent, in order."""
    calls = [one for one in stand.portal.requests if one.method == "im.notify.system.add" and one.status == 200]
    return [(int(one.params["USER_ID"]), str(one.params["MESSAGE"])) for one in calls]


def asked(stand: Stand) -> list[tuple[int, str]]:
    """Notices that ask for something."""
    return [one for one in sent(stand) if not one[1].startswith(MENDED)]


def resolved(stand: Stand) -> list[tuple[int, str]]:
    """Notices that something is mended."""
    return [one for one in sent(stand) if one[1].startswith(MENDED)]


# -- stories -----------------------------------------------------------------------------------------------------------


def waits(stand: Stand, deals: Sequence[int], reason: str, person: int = MANAGER, *words: str) -> None:
    """The deals wait for that one reason; the right person was told once, in words that name what and where."""
    stand.quiet()
    assert stand.reasons() == [reason] * len(deals)
    assert [who for who, _ in asked(stand)] == [person], asked(stand)
    text = asked(stand)[0][1]
    assert [word for word in words if word not in text] == [], text
    assert "Обмен с 1С остановлен" not in text, text
    assert shown(stand, deals) == []


def stays_quiet(stand: Stand, deals: Iterable[int]) -> None:
    """Events of the same deals and the sweeps of an hour and a half tell nobody anything new and write nothing."""
    told, effects = sent(stand), [len(base.effects) for base in stand.bases.values()]
    for deal in deals:
        stand.person.edit_deal(deal, COMMENTS="Ждём")
    stand.quiet()
    stand.minutes(6)
    later(stand, 3600)
    assert sent(stand) == told
    assert [len(base.effects) for base in stand.bases.values()] == effects


def goes_on(stand: Stand, deals: Sequence[int], person: int = MANAGER, base: str = "main", told: int = 1) -> None:
    """Each deal has its one act and shows it; the person was told so often, the last time how many records go on."""
    stand.quiet()
    assert stand.reasons() == []
    assert shown(stand, deals) == list(deals)
    assert len(stand.acts(base)) == len(deals)
    assert [who for who, _ in resolved(stand)] == [person] * told, sent(stand)
    if told == 1:
        assert resolved(stand)[0][1].endswith(f": {len(deals)}"), resolved(stand)


def shown(stand: Stand, deals: Iterable[int]) -> list[int]:
    """Those of the deals that show an act's number."""
    return [deal for deal in deals if stand.portal.crm.items[2][deal]["UF_CRM_ONEC_ACT_NUMBER"]]


def act_of(stand: Stand, deal: int, base: str = "main") -> dict[str, Any]:
    """The one act of a deal, found by its mark."""
    [found] = [act for act in stand.acts(base) if f"/{deal}/services_{base}]" in str(act["Комментарий"])]
    return found


def lines_of(stand: Stand, deal: int, base: str = "main") -> list[dict[str, Any]]:
    """The rows of a deal's act, as stored."""
    entity = {"main": (SALE, "Услуги"), "small": ("Document_АктВыполненныхРабот", "РаботыИУслуги")}
    name, section = entity.get(base, ("Document_АктВыполненныхРабот", "Услуги"))
    [record] = stand.bases[base].find(name, Ref_Key=act_of(stand, deal, base)["Ref_Key"])
    return [dict(row) for row in record.rows[section]]
