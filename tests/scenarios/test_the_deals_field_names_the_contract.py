"""`contract: field`: the deal's number names a contract, creates it by that number, and is never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.stories import CONTRACTS, House, act_of, asked, change_rule, closed, later, shown, waits
from tests.scenarios.test_a_client_or_contract_1c_does_not_know_is_entered_by_the_accountant_or_by_the_rule import (
    AGREEMENTS,
    contracted,
)
from tests.simulators.onec.seeding import CLIENT
from tests.stand import MANAGER, Stand

FIELD = "UF_CRM_CONTRACT"
BY_FIELD: dict[str, Any] = {"contract": "field", "contract_field": FIELD}


def opened(house: House, base: str = "main", **changes: Any) -> Stand:
    stand = house(bases=[base], rules={base: {**BY_FIELD, **changes}})
    stand.person.add_user_field("CONTRACT", "string")
    return stand


def numbers(stand: Stand, base: str = "main") -> list[str]:
    name = "НомерДоговора" if base == "small" else "Номер"
    return sorted(str(one.values[name]) for one in stand.bases[base].find(CONTRACTS))


@pytest.mark.parametrize("base", ["main", "small", "trade"])
def test_deals_of_one_number_make_one_contract_of_that_number(house: House, base: str) -> None:
    stand = opened(house, base, create_contract=True)
    deals = []
    for _ in range(3):
        deals += closed(stand, 1, base, UF_CRM_CONTRACT="Д-17")
        stand.quiet()
    assert (stand.reasons(), shown(stand, deals), numbers(stand, base)) == ([], deals, ["1", "Д-17"])


def test_an_empty_field_creates_nothing(house: House) -> None:
    stand = opened(house, create_contract=True)
    stand.bases["main"].accountant.edit(CONTRACTS, stand.refs["main"].contract, ДоговорЗакрыт=True)
    deals = closed(stand)
    stand.quiet()
    assert (stand.reasons(), [who for who, _ in asked(stand)]) == (["contract_number_missing"], [MANAGER])
    assert FIELD in asked(stand)[0][1]
    assert CLIENT.name in asked(stand)[0][1]
    assert numbers(stand) == ["1"]
    stand.person.edit_deal(deals[0], UF_CRM_CONTRACT="Д-17")
    stand.quiet()
    assert (stand.reasons(), shown(stand, deals), numbers(stand)) == ([], deals, ["1", "Д-17"])


def test_a_number_1c_would_cut_creates_nothing(house: House) -> None:
    stand = opened(house, create_contract=True)
    closed(stand, UF_CRM_CONTRACT="Д" * 51)
    stand.quiet()
    assert (stand.reasons(), [who for who, _ in asked(stand)]) == (["contract_number_too_long"], [MANAGER])
    assert numbers(stand) == ["1"]


def test_an_empty_field_does_not_choose_a_contract_without_a_number(house: House) -> None:
    stand = opened(house)
    nameless = contracted(stand, stand.refs["main"].counterparty, number="", Description="Без номера")
    deals = closed(stand)
    waits(stand, deals, "contract_ambiguous", MANAGER, FIELD, "Без номера")
    stand.bases["main"].accountant.edit(CONTRACTS, nameless, Номер="2")
    stand.person.edit_deal(deals[0], UF_CRM_CONTRACT="2")
    stand.quiet()
    assert (stand.reasons(), act_of(stand, deals[0])["ДоговорКонтрагента_Key"]) == ([], nameless)


def test_with_an_empty_field_the_only_contract_is_used(house: House) -> None:
    stand = opened(house)
    deals = closed(stand)
    stand.quiet()
    assert (stand.reasons(), shown(stand, deals)) == ([], deals)


def test_a_contracts_number_is_not_looked_for_among_agreements(house: House) -> None:
    stand = opened(house, "trade")
    stand.bases["trade"].accountant.edit(CONTRACTS, stand.refs["trade"].contract, Номер="Д-17")
    deals = closed(stand, 1, "trade", UF_CRM_CONTRACT="Д-17")
    stand.quiet()
    assert (stand.reasons(), shown(stand, deals), asked(stand)) == ([], deals, [])
    assert act_of(stand, deals[0], "trade")["Соглашение_Key"] == stand.refs["trade"].agreement


def test_the_newest_agreement_is_used_by_the_rule(house: House) -> None:
    stand = house(bases=["trade"])
    record = dict(stand.bases["trade"].find(AGREEMENTS)[0].values)
    own = {"Ref_Key", "DataVersion", "Code", "Predefined", "PredefinedDataName"}
    fields = {name: value for name, value in record.items() if name not in own}
    newer = stand.bases["trade"].accountant.add(AGREEMENTS, **{**fields, "Дата": "2026-05-05T00:00:00"})
    deals = closed(stand, 1, "trade")
    stand.quiet()
    assert stand.reasons() == ["agreement_ambiguous"]
    change_rule(stand, "services_trade", contract="newest")
    later(stand, 300)
    assert act_of(stand, deals[0], "trade")["Соглашение_Key"] == newer
