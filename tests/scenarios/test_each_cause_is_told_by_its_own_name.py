"""Different causes are different notices, though they are of one kind; one cause of many deals stays one notice."""

from __future__ import annotations

from tests.scenarios.stories import SALE, House, asked, closed, resolved
from tests.simulators.onec import Switches
from tests.stand import ACCOUNTANT, ADMIN, Stand

PARTIES = "Catalog_Контрагенты"


def _refuse(stand: Stand, text: str) -> None:
    stand.bases["main"].switches.refuse_write = {SALE: text}


def test_two_refusals_of_1c_in_different_words_are_both_told_with_their_deals(house: House) -> None:
    stand = house(switches=Switches())
    for text in ("Не указан склад", "Не указано подразделение"):
        _refuse(stand, text)
        [deal] = closed(stand)
        stand.quiet()
        assert (asked(stand)[-1][0], text in asked(stand)[-1][1]) == (ACCOUNTANT, True)
        assert f"сделка № {deal}" in asked(stand)[-1][1]
        assert f":{deal}:services_main --by NAME" in asked(stand)[-1][1]
    stand.minutes(6)
    assert len(asked(stand)) == 2


def test_refusals_in_the_same_words_are_one_notice(house: House) -> None:
    stand = house(switches=Switches(refuse_write={SALE: "Не указан склад"}))
    closed(stand, 3)
    stand.quiet()
    assert len(asked(stand)) == 1


def test_a_refusal_that_changes_its_words_is_told_anew_and_not_as_mended(house: House) -> None:
    stand = house(switches=Switches(refuse_write={SALE: "Не указан склад"}))
    closed(stand)
    stand.quiet()
    _refuse(stand, "Не указано подразделение")
    [wait] = stand.services.waiting.of_exchange("acts")
    stand.services.people.retry(wait.record, "Anna")
    stand.quiet()
    assert len(asked(stand)) == 2
    assert resolved(stand) == []


def test_a_right_that_is_missing_in_two_bases_is_told_for_each(house: House) -> None:
    stand = house(bases=["main", "trade"])
    for base in ("main", "trade"):
        stand.bases[base].administrator.deny(PARTIES)
        closed(stand, 2, base)
    stand.quiet()
    assert [(who, "base main" in text, "base trade" in text) for who, text in sorted(asked(stand))] == [
        (ADMIN, True, False),
        (ADMIN, False, True),
    ]


def test_a_period_closed_in_two_bases_is_told_once_for_each(house: House) -> None:
    stand = house(bases=["main", "small"])
    for base in ("main", "small"):
        stand.bases[base].accountant.close_period("2026-11-30")
        closed(stand, 2, base)
    stand.quiet()
    told = [text.splitlines()[0].rpartition(", ")[2] for _, text in asked(stand)]
    assert sorted(told) == ["база main", "база small"]
    for base in ("main", "small"):
        stand.bases[base].accountant.open_periods()
    stand.clock.advance(86400)
    stand.minutes(6)
    assert len(resolved(stand)) == 2


def test_one_unmapped_product_of_many_deals_is_one_notice_and_one_end(office: Stand) -> None:
    for deal in (deals := [office.deal() for _ in range(10)]):
        office.person.set_rows(deal, [office.row(100, productName="Неизвестно")])
        office.reach(deal)
    office.quiet()
    assert office.reasons() == ["nomenclature_unmapped"] * 10
    assert [who for who, _ in asked(office)] == [ADMIN]
    assert "сделка №" in asked(office)[0][1]
    assert len(deals) == 10
