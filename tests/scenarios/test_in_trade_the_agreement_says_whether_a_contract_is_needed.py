"""Trade and ERP: an agreement with contracts needs one, an agreement without them takes none."""

from __future__ import annotations

import pytest

from tests.scenarios.stories import CONTRACTS, House, act_of, closed, goes_on, later, shown, waits
from tests.scenarios.test_a_client_or_contract_1c_does_not_know_is_entered_by_the_accountant_or_by_the_rule import (
    AGREEMENTS,
)
from tests.simulators.onec.seeding import CLIENT
from tests.stand import ACCOUNTANT, Stand

BASES = pytest.mark.parametrize("base", ["trade", "plant"])


def flagged(stand: Stand, base: str, needed: bool) -> None:
    refs, accountant = stand.refs[base], stand.bases[base].accountant
    accountant.edit(AGREEMENTS, refs.agreement, ИспользуютсяДоговорыКонтрагентов=needed)


def without_contract(stand: Stand, base: str) -> None:
    stand.bases[base].accountant.mark(CONTRACTS, stand.refs[base].contract)


@BASES
def test_a_needed_contract_is_waited_for(house: House, base: str) -> None:
    stand = house(bases=[base])
    without_contract(stand, base)
    deals = closed(stand, 2, base)
    waits(stand, deals, "contract_missing", ACCOUNTANT, CLIENT.name, base)
    stand.bases[base].accountant.mark(CONTRACTS, stand.refs[base].contract, on=False)
    later(stand, 3600)
    goes_on(stand, deals, person=ACCOUNTANT, base=base)


@BASES
def test_a_needed_contract_is_made_by_the_rule(house: House, base: str) -> None:
    stand = house(bases=[base], rules={base: {"create_contract": True}})
    without_contract(stand, base)
    deals = closed(stand, 2, base)
    stand.quiet()
    assert (stand.reasons(), shown(stand, deals)) == ([], deals)
    assert stand.effects(base).count(f"create {CONTRACTS}") == 1


@BASES
@pytest.mark.parametrize("create", [False, True])
def test_where_none_is_needed_none_is_made_or_chosen(house: House, base: str, create: bool) -> None:
    stand = house(bases=[base], rules={base: {"create_contract": create}})
    flagged(stand, base, needed=False)
    if create:
        without_contract(stand, base)
    deals = closed(stand, 2, base)
    stand.quiet()
    assert (stand.reasons(), shown(stand, deals)) == ([], deals)
    assert stand.effects(base).count(f"create {CONTRACTS}") == 0
    assert not int(str(act_of(stand, deals[0], base)["Договор_Key"]).replace("-", ""), 16)
