"""A deal waits for a fault of its client's card; meanwhile 1C is down. Nobody may hear that the card was mended."""

from __future__ import annotations

from typing import Any

from tests.simulators.onec import platform_answers
from tests.simulators.onec.seeding import CLIENT
from tests.stand import MANAGER, Stand


def test_the_notice_stands_until_the_card_is_mended(stand: Stand) -> None:
    stand.person.edit_requisite(stand.requisite, RQ_KPP="")
    stand.reach(stand.deal())
    stand.quiet()
    stand.bases["main"].faults.add(platform_answers.instead(platform_answers.locked, 1000))
    _another_clients_deal(stand)
    stand.minutes(8)
    assert stand.reasons() == ["side_down", "side_down"]
    stand.bases["main"].faults.clear()
    stand.minutes(8)
    assert stand.reasons() == ["kpp_missing"]
    assert len(_told_manager(stand)) == 1
    stand.person.edit_requisite(stand.requisite, RQ_KPP=CLIENT.kpp)
    stand.quiet()
    assert "Исправлено" in _told_manager(stand)[1]
    assert len(stand.acts()) == 2


def _another_clients_deal(stand: Stand) -> None:
    company = stand.person.add_company("ООО Другой")
    fields: dict[str, Any] = {"RQ_INN": CLIENT.inn, "RQ_KPP": CLIENT.kpp, "RQ_COMPANY_NAME": CLIENT.name}
    requisite = stand.person.add_requisite(company, **fields)
    stand.person.add_address(requisite, ADDRESS_1="Невский 1", CITY="Санкт-Петербург", COUNTRY="Россия")
    deal = stand.deal(COMPANY_ID=company)
    stand.person.link_requisites(deal, requisite=requisite)
    stand.reach(deal)
    stand.quiet()


def _told_manager(stand: Stand) -> list[str]:
    return [text for person, text in stand.told() if person == MANAGER]
