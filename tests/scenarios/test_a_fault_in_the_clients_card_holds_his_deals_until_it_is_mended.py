"""INN, KPP or address missing or wrong: the deal waits, its manager is told once, and the mended card sets it going."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from tests.scenarios.stories import House, asked, closed, goes_on, later, stays_quiet, waits, without_events
from tests.simulators.bitrix24.requisites import LEGAL_ADDRESS, REQUISITE
from tests.simulators.onec.seeding import CLIENT
from tests.stand import MANAGER, Stand

RIGHT = {"RQ_INN": CLIENT.inn, "RQ_KPP": CLIENT.kpp}


@dataclass(frozen=True)
class Fault:
    """What is wrong with the card, and the words its manager reads."""

    reason: str
    fields: Mapping[str, str]
    words: tuple[str, ...]
    addressless: bool = False


FAULTS = {
    fault.reason: fault
    for fault in (
        Fault("inn_missing", {"RQ_INN": ""}, ("ИНН",)),
        Fault("inn_invalid", {"RQ_INN": "7802345670"}, ("ИНН", "7802345670")),
        Fault("kpp_missing", {"RQ_KPP": ""}, ("КПП",)),
        Fault("kpp_invalid", {"RQ_KPP": "78020100"}, ("КПП", "78020100")),
        Fault("address_missing", {}, ("юридический адрес",), addressless=True),
    )
}


def spoil(stand: Stand, fault: Fault) -> None:
    stand.person.edit_requisite(stand.requisite, **fault.fields)
    if fault.addressless:
        del stand.portal.crm.addresses[LEGAL_ADDRESS, REQUISITE, stand.requisite]
    stand.quiet()


def mend(stand: Stand, fault: Fault) -> None:
    if fault.addressless:
        stand.person.add_address(stand.requisite, ADDRESS_1="Невский 1", CITY="Санкт-Петербург")
    else:
        stand.person.edit_requisite(stand.requisite, **RIGHT)


def at_once(stand: Stand, mending: Callable[[], object]) -> None:
    mending()
    stand.quiet()


def by_the_sweep(stand: Stand, mending: Callable[[], object]) -> None:
    without_events(stand, mending)
    later(stand, 3600)


@pytest.mark.parametrize("mended", [at_once, by_the_sweep])
@pytest.mark.parametrize("reason", FAULTS)
def test_one_deal_waits_and_goes_on(
    house: House, reason: str, mended: Callable[[Stand, Callable[[], object]], None]
) -> None:
    stand, fault = house(), FAULTS[reason]
    spoil(stand, fault)
    deals = closed(stand)
    waits(stand, deals, reason, MANAGER, *fault.words, CLIENT.name, f"/crm/company/details/{stand.company}/")
    stays_quiet(stand, deals)
    mended(stand, lambda: mend(stand, fault))
    goes_on(stand, deals)


@pytest.mark.parametrize("reason", ["kpp_missing", "address_missing"])
def test_twenty_deals_of_one_client_are_one_notice(house: House, reason: str) -> None:
    stand, fault = house(), FAULTS[reason]
    spoil(stand, fault)
    deals = closed(stand, 20)
    waits(stand, deals, reason)
    stays_quiet(stand, deals)
    mend(stand, fault)
    goes_on(stand, deals)


def test_a_second_fault_of_the_same_card_is_told_together_with_the_first(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    del office.portal.crm.addresses[LEGAL_ADDRESS, REQUISITE, office.requisite]
    deals = closed(office)
    office.quiet()
    assert sorted(office.reasons()) == ["address_missing", "kpp_missing"]
    assert len(asked(office)) == 2
    office.person.edit_requisite(office.requisite, **RIGHT)
    office.quiet()
    assert (office.reasons(), len(asked(office))) == (["address_missing"], 2)
    office.person.add_address(office.requisite, CITY="Санкт-Петербург")
    goes_on(office, deals, told=2)


def test_a_dismissed_manager_is_not_told_but_the_accountant_is(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    office.person.dismiss(MANAGER)
    deals = closed(office)
    waits(office, deals, "kpp_missing", 7, "КПП", CLIENT.name)
    office.person.edit_requisite(office.requisite, **RIGHT)
    goes_on(office, deals, person=7)
