"""Dictionaries: asked of 1C once a day, with no request while warm; a person's correction shows within a minute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from common.errors import NeedsPerson, SideDown, TryLater
from common.model.ids import EMPTY_REF, Ref
from common.onec import digest
from common.onec.dictionaries import COLLECTION, MOST
from tests.simulators.onec import platform_answers as trouble
from tests.simulators.onec.seeding import ITEMS
from tests.unit.onec.desk import PROFILES, Desk, choices, open_desk

BP, TRADE, UNF = "bp30.sale_act", "ut11.completed_work", "unf30.completed_work"
DAY = 24 * 3600.0
every = pytest.mark.parametrize("profile_id", PROFILES)
units = {"bp30": "Catalog_КлассификаторЕдиницИзмерения", "ut11": "Catalog_УпаковкиЕдиницыИзмерения"}


def look(desk: Desk) -> tuple[Any, ...]:
    """Every dictionary once."""
    books = desk.books
    defaults = [books.default(name, choice) for name, choice in choices(desk).items()]
    named = books.currency("643"), books.unit("356"), books.item(ITEMS[0]), books.item(desk.refs.items[ITEMS[1]])
    return (*named, books.organisations(), books.vat_values(), books.check(), defaults)


@every
def test_warm_dictionaries_cost_nothing(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    first = look(desk)
    assert desk.hits(lambda: look(desk)) == 0
    fresh = desk.again()
    assert fresh.hits(lambda: look(fresh)) == 0
    assert look(fresh) == first
    assert first[:4] == (
        desk.refs.currencies["643"],
        desk.refs.units["356"],
        [desk.refs.items[ITEMS[0]]],
        [desk.refs.items[ITEMS[1]]],
    )
    assert first[-1] == [[key] for key in choices(desk).values()]


@every
def test_dictionaries_are_refreshed_daily(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    look(desk)
    desk.clock.advance(DAY - 1)
    assert desk.hits(lambda: look(desk)) == 0
    desk.clock.advance(60)
    assert desk.hits(lambda: look(desk)) > 0
    assert desk.hits(lambda: look(desk)) == 0


@pytest.mark.parametrize("profile_id", [BP, TRADE, UNF])
def test_what_is_missing_is_asked_for_again_after_a_minute(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    assert desk.books.item("Аудит") == []
    assert desk.hits(lambda: desk.books.item("Аудит")) == 0
    key = desk.base.accountant.add("Catalog_Номенклатура", Description="Аудит")
    desk.clock.advance(60)
    assert desk.books.item("Аудит") == [key]


def test_two_of_a_name_are_both_told(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    keys = {desk.base.accountant.add("Catalog_Номенклатура", Description="Аудит") for _ in range(2)}
    assert set(desk.books.item("Аудит")) == keys
    desk.base.accountant.mark("Catalog_Номенклатура", min(keys))
    desk.clock.advance(60)
    assert desk.books.item("Аудит") == [max(keys)]


@pytest.mark.parametrize("change", ["mark", "delete"])
def test_a_choice_is_verified_daily(change: str, tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    key = desk.refs.items[ITEMS[0]]
    assert desk.books.item(key) == [key]
    getattr(desk.base.accountant, change)("Catalog_Номенклатура", key)
    assert desk.books.item(key) == [key]
    desk.clock.advance(DAY)
    assert desk.books.item(key) == []


def test_a_folder_is_no_item(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    key = desk.base.accountant.add("Catalog_Номенклатура", Description="Группа", IsFolder=True)
    assert desk.books.item("Группа") == desk.books.item(key) == []


def test_items_by_code_quotes_and_case(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    name = "ООО 'Рога' и \"копыта\" 100%"
    key = desk.base.accountant.add("Catalog_Номенклатура", Description=name, Code="УС-00000001")
    assert desk.books.item("УС-00000001") == [key]
    assert desk.books.item(f" {name} ") == [key]
    assert desk.books.item("' or true or Description eq '") == []
    assert desk.books.item("") == desk.books.item("\0\n") == []


def test_outdated_keys_are_verified_together(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    keys = [desk.base.accountant.add("Catalog_Номенклатура", Description=f"Услуга {n}") for n in range(40)]
    for key in keys:
        desk.books.item(key)
    desk.clock.advance(DAY)
    assert desk.hits(lambda: [desk.books.item(key) for key in keys]) == 3


def test_similar_names_are_suggested(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    assert desk.books.similar_items("Разработка чего-нибудь") == ["Разработка модуля интеграции"]
    assert desk.books.similar_items("") == []


def test_units_are_compared_padded(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    catalog = units["bp30"]
    metre = desk.base.accountant.add(catalog, Description="м", Code="6")
    thousand = desk.base.accountant.add(catalog, Description="тыс", Code="600")
    assert (desk.books.unit("006"), desk.books.unit("600")) == (metre, thousand)
    assert desk.books.unit("999") is None


def test_packs_of_items_are_no_okei_units(tmp_path: Path) -> None:
    desk = open_desk(TRADE, tmp_path)
    owner: dict[str, Any] = {"Owner": desk.refs.items[ITEMS[0]], "Owner_Type": "StandardODATA.Catalog_Номенклатура"}
    desk.base.accountant.add(units["ut11"], Description="упак (10 ч)", Code="356", **owner)
    assert desk.books.unit("356") == desk.refs.units["356"]


def test_two_units_of_one_code_need_a_person(tmp_path: Path) -> None:
    desk = open_desk(TRADE, tmp_path)
    desk.base.accountant.add(units["ut11"], Description="час", Code="356")
    with pytest.raises(NeedsPerson) as caught:
        desk.books.unit("356")
    assert caught.value.stops[0].reason == "unit_ambiguous"


@pytest.mark.parametrize("profile_id", [BP, TRADE, UNF])
def test_a_missing_unit_is_created_once(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    assert desk.books.unit("055") is None
    made = desk.books.create_unit("055", "м2")
    assert desk.books.unit("055") == made
    assert desk.again().books.create_unit("055", "м2") == made
    assert desk.again().books.unit("055") == made
    assert len(desk.base.find(desk.profile.catalogs.units.entity, Description="м2")) == 1


def test_an_unknown_default_is_told(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    with pytest.raises(NeedsPerson) as caught:
        desk.books.default("warehouse", "Основной склад")
    assert caught.value.stops[0].reason == "default_unknown"


def test_defaults_by_code_and_by_name(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    assert desk.books.default("income_account", "90.01.1") == [desk.refs.accounts["90.01.1"]]
    assert desk.books.default("income_item_group", "Услуги") == [desk.refs.item_group]
    assert desk.books.default("responsible", "Иванова Мария") == [desk.refs.manager]
    assert desk.books.default("department", "Нет такого") == []


def test_vat_of_bp_comes_from_the_digest(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    rates = {value.value: value.rate for value in desk.books.vat_values()}
    assert set(rates) == {"НДС18", "НДС20", "НДС22", "НДС10", "НДС7", "НДС5", "НДС0", "БезНДС"}


@pytest.mark.parametrize("profile_id", ["ut11.completed_work", "erp2.completed_work", UNF])
def test_vat_of_a_catalog(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    offered = {(value.rate, value.value) for value in desk.books.vat_values()}
    assert {key for _, key in offered} == set(desk.refs.vat.values())
    assert (None, desk.refs.vat["БезНДС"]) in offered
    by_key = {value.value: value for value in desk.books.vat_values()}
    new, old = by_key[desk.refs.vat["НДС22"]], by_key[desk.refs.vat["НДС20"]]
    assert (str(new.valid_from), str(old.valid_to)) == ("2026-01-01", "2025-12-31")


def test_dictionaries_of_one_base_serve_all_its_profiles(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    desk.books.organisations()
    assert desk.store.get(COLLECTION, "main:organisations") is not None
    assert EMPTY_REF not in {one.ref for one in desk.books.organisations()}


def test_a_digest_is_read_anew_and_kept(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    first = digest.stored_digest(desk.store, desk.client.base)
    desk.clock.advance(DAY)
    desk.base.administrator.conceal("Catalog_Валюты")
    again = digest.refresh_digest(desk.client, desk.store, desk.clock, "bp30")
    assert again == digest.stored_digest(desk.store, desk.client.base)
    assert (again.read_at - first.read_at).total_seconds() == DAY
    assert [stop.field for stop in desk.again().books.check()] == ["Catalog_Валюты"]


@pytest.mark.parametrize("answer", [trouble.locked, trouble.page(200), trouble.page(503), trouble.no_licence()])
def test_a_page_instead_of_metadata_changes_nothing(answer: Any, tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    before = digest.stored_digest(desk.store, desk.client.base)
    desk.base.faults.add(trouble.instead(answer))
    with pytest.raises(SideDown):
        digest.refresh_digest(desk.client, desk.store, desk.clock, "bp30")
    assert digest.stored_digest(desk.store, desk.client.base) == before


def test_metadata_cut_short_changes_nothing(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path, digest=False)
    desk.base.faults.add(trouble.truncated(5000))
    with pytest.raises(SideDown):
        digest.refresh_digest(desk.client, desk.store, desk.clock, "bp30")
    with pytest.raises(TryLater):
        desk.books.check()


def test_a_digest_of_another_product_is_none(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    digest.refresh_digest(desk.client, desk.store, desk.clock, "ut11")
    with pytest.raises(TryLater):
        desk.again().books.check()


def test_many_choices_do_not_fill_the_memory(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    for number in range(MOST + 10):
        desk.clock.advance(1)
        desk.dictionaries.minute(f"x{number}", lambda: 1)
    assert len(desk.dictionaries._memory) <= MOST + 1


def test_a_currency_nobody_has(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    assert desk.books.currency("999") is None
    assert desk.books.currency("840") == Ref(desk.refs.currencies["840"])
