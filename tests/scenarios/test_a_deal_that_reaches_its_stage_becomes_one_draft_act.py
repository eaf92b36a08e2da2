"""The story in its simplest form, for each product."""

from __future__ import annotations

from tests.stand import Stand


def test_the_act_appears_and_the_deal_shows_it(stand: Stand) -> None:
    deal = stand.deal()
    stand.reach(deal)
    stand.quiet()
    [act] = stand.acts()
    assert (act["Posted"], act["СуммаДокумента"]) == (False, 12200)
    assert stand.reasons() == []
    print(stand.portal.crm.items[2][deal], stand.journal(deal), [r.method for r in stand.portal.requests], stand.bases["main"].requests)
