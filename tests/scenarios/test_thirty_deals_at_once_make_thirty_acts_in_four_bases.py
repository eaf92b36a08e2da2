"""Many at once: one act each, in every base, whatever of them has to wait; everything adds up at the end."""

from __future__ import annotations

import threading

from tests.scenarios.audit import selected_by_rules, states_of
from tests.scenarios.stories import House, asked, closed, shown
from tests.stand import PRODUCTS, STAGES, Stand


def test_thirty_good_deals(house: House) -> None:
    stand = house(bases=list(PRODUCTS))
    deals = {base: [stand.deal(base) for _ in range(8 if base != "plant" else 6)] for base in PRODUCTS}
    for base, number in [(base, number) for number in range(8) for base in PRODUCTS]:
        if number < len(deals[base]):
            stand.reach(deals[base][number], base)
    stand.quiet()
    for base, own in deals.items():
        assert (shown(stand, own), len(stand.acts(base))) == (own, len(own))
    batches = sum(one.method == "batch" and not one.inner for one in stand.portal.requests)
    assert batches <= 30


def test_good_bad_gone_and_returned_deals_together(house: House) -> None:
    stand = house(bases=list(PRODUCTS))
    good, bad, back, gone = ({base: closed(stand, 2, base) for base in PRODUCTS} for _ in range(4))
    for base in PRODUCTS:
        for deal in bad[base]:
            stand.person.set_rows(deal, [stand.row(100, productName="Аудит")])
        for deal in back[base]:
            stand.person.move_deal(deal, STAGES[base].replace("DONE", "NEW"))
        for deal in gone[base]:
            stand.person.delete_deal(deal)
    stand.quiet()
    stand.minutes(10)
    counted = [state for record in selected_by_rules(stand) for state in states_of(stand, record)]
    assert {state: counted.count(state) for state in counted} == {"agreed": 8, "waiting": 8, "excluded": 8}
    assert [len(stand.acts(base)) for base in PRODUCTS] == [2, 2, 2, 2]
    assert [shown(stand, own) for own in good.values()] == list(good.values())
    assert len(asked(stand)) == 1


def test_workers_in_parallel_make_no_second_act_client_or_contract(house: House) -> None:
    stand = house(rules={"main": {"create_counterparty": True, "create_contract": True}})
    company = stand.person.add_company("ООО Сирень")
    card = stand.person.add_requisite(company, RQ_INN="7802345683", RQ_KPP="780201002", RQ_COMPANY_NAME="ООО Сирень")
    stand.person.add_address(card, CITY="Псков")
    deals = [stand.deal(COMPANY_ID=company) for _ in range(20)]
    for deal in deals:
        stand.person.link_requisites(deal, requisite=card)
        stand.reach(deal)
    stand.portal.deliver(stand.deliver)
    stand.clock.advance(50)
    in_parallel(stand, 6)
    stand.quiet()
    stand.minutes(10)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 20)
    effects = stand.effects()
    assert (effects.count("create Catalog_Контрагенты"), effects.count("create Catalog_ДоговорыКонтрагентов")) == (1, 1)


def in_parallel(stand: Stand, workers: int) -> None:
    """So many threads take tasks until none is due."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            stand.dispatcher.run_until_quiet(lambda _: None, stand.clock.now())
        except BaseException as error:  # noqa: BLE001 - told by the test itself
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
