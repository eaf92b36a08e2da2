"""The story in its simplest form, for each product."""

from __future__ import annotations

import pytest

from tests.scenarios.stories import House, act_of, closed, sent, shown
from tests.stand import PRODUCTS


@pytest.mark.parametrize("base", PRODUCTS)
def test_the_act_appears_and_the_deal_shows_it(house: House, base: str) -> None:
    stand = house(bases=[base])
    [deal] = closed(stand, base=base)
    stand.quiet()
    act, card = act_of(stand, deal, base), stand.portal.crm.items[2][deal]
    assert (act["Posted"], act["СуммаДокумента"], str(act["Date"])[:10]) == (False, 12200, "2026-11-20")
    assert (act["Организация_Key"], act["Контрагент_Key"]) == (
        stand.refs[base].organisation,
        stand.refs[base].counterparty,
    )
    assert (card["UF_CRM_ONEC_ACT_NUMBER"], card["UF_CRM_ONEC_ACT_DATE"]) == (act["Number"], "20.11.2026")
    assert card["UF_CRM_ONEC_ACT_LINK"].startswith(f"https://1c.example.ru/{base}/#e1cib/data/Документ.")
    assert card["UF_CRM_ONEC_ACT_STATE"] == "Черновик"
    assert sent(stand) == []


def test_the_deal_stays_as_it_is_afterwards(house: House) -> None:
    stand = house()
    deals = closed(stand, 2)
    stand.quiet()
    stand.minutes(1)  # the doctor has looked at the new rules
    calls = stand.bases["main"].hits
    stand.person.edit_deal(deals[0], COMMENTS="Спасибо")
    stand.minutes(60)
    assert (len(stand.acts()), shown(stand, deals)) == (2, deals)
    assert stand.bases["main"].hits == calls
