"""Counterparties, contracts and agreements: exactly one, or a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from common.errors import InDoubt, NeedsPerson
from common.model.acts import Counterparty, NewParty
from common.model.ids import Ref
from tests.simulators.onec import platform_answers as trouble
from tests.simulators.onec.seeding import CLIENT, inn
from tests.unit.onec.desk import Desk, open_desk

BP, TRADE, UNF = "bp30.sale_act", "ut11.completed_work", "unf30.completed_work"
products = pytest.mark.parametrize("profile_id", [BP, TRADE, UNF])
NEW = NewParty(
    name="ООО «Новый клиент»",
    full_name="Общество с ограниченной ответственностью «Новый клиент»",
    inn=inn("500100200"),
    kpp="500101001",
    address="141000, Мытищи, Новый проспект, 1",
    note="Создано из Битрикс24, company:7",
)
PARTIES = "Catalog_Контрагенты"


def client(desk: Desk) -> Counterparty:
    return desk.books.counterparties(CLIENT.inn, CLIENT.kpp)[0]


def roubles(desk: Desk) -> Ref:
    return Ref(desk.refs.currencies["643"])


def contracts(desk: Desk) -> list[str]:
    found = desk.books.contracts(client(desk), Ref(desk.refs.organisation), roubles(desk))
    return [one.name for one in found]


def add_contract(desk: Desk, name: str, **changes: Any) -> str:
    """A second contract: the seeded one with other values."""
    seeded = dict(desk.base.find("Catalog_ДоговорыКонтрагентов", Ref_Key=desk.refs.contract)[0].values)
    own = {"Ref_Key", "DataVersion", "Code", "Predefined", "PredefinedDataName"}
    fields: dict[str, Any] = {key: value for key, value in seeded.items() if key not in own}
    return desk.base.accountant.add("Catalog_ДоговорыКонтрагентов", **{**fields, "Description": name, **changes})


@products
def test_a_counterparty_by_both_tax_ids(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    found = desk.books.counterparties(CLIENT.inn, CLIENT.kpp)
    assert [(one.ref, one.inn, one.kpp, one.marked) for one in found] == [
        (desk.refs.counterparty, CLIENT.inn, CLIENT.kpp, False)
    ]
    assert found[0].partner == (desk.refs.partner or None)
    assert desk.books.counterparties(CLIENT.inn, "999999999") == []
    assert desk.hits(lambda: desk.books.counterparties(CLIENT.inn, CLIENT.kpp)) == 1


@products
def test_branches_marked_ones_and_folders(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    add = desk.base.accountant.add
    branch = add(PARTIES, Description="Филиал", ИНН=CLIENT.inn, КПП="780202002")
    gone = add(PARTIES, Description="Старый", ИНН=CLIENT.inn, КПП=CLIENT.kpp)
    desk.base.accountant.mark(PARTIES, gone)
    assert [one.ref for one in desk.books.counterparties(CLIENT.inn, "780202002")] == [branch]
    assert [one.ref for one in desk.books.counterparties(CLIENT.inn, CLIENT.kpp)] == [desk.refs.counterparty]
    add(PARTIES, Description="Двойник", ИНН=CLIENT.inn, КПП=CLIENT.kpp)
    assert len(desk.books.counterparties(CLIENT.inn, CLIENT.kpp)) == 2


@products
def test_a_new_counterparty_is_created_once(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    made = desk.books.create_counterparty(NEW)
    assert (made.inn, made.kpp, made.name) == (NEW.inn, NEW.kpp, NEW.name)
    assert desk.books.create_counterparty(NEW) == made
    record = desk.base.find(PARTIES, Ref_Key=made.ref)[0].values
    text = " ".join(str(value) for value in record.values())
    assert NEW.address in text
    assert NEW.note in text
    assert len(desk.base.find(PARTIES, ИНН=NEW.inn)) == 1
    if profile_id == TRADE:
        partners = desk.base.find("Catalog_Партнеры", Description=NEW.name)
        assert [one.values["Ref_Key"] for one in partners] == [made.partner]


@products
def test_an_entrepreneur_has_no_kpp(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    made = desk.books.create_counterparty(replace(NEW, inn=inn("5001002003"), kpp=""))
    record = desk.base.find(PARTIES, Ref_Key=made.ref)[0].values
    assert record["ЮридическоеФизическоеЛицо"] == "ФизическоеЛицо"
    assert record["КПП"] == ""


@products
def test_a_lost_answer_makes_no_second_one(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    for _ in range(2 if profile_id == TRADE else 1):
        desk.base.faults.add(trouble.drop_after(match=trouble.method("POST")))
        with pytest.raises(InDoubt):
            desk.books.create_counterparty(NEW)
    made = desk.books.create_counterparty(NEW)
    assert [one.values["Ref_Key"] for one in desk.base.find(PARTIES, ИНН=NEW.inn)] == [made.ref]
    if profile_id == TRADE:
        assert len(desk.base.find("Catalog_Партнеры", Description=NEW.name)) == 1


@products
def test_a_marked_one_is_not_doubled(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    desk.base.accountant.mark(PARTIES, desk.refs.counterparty)
    with pytest.raises(NeedsPerson) as caught:
        desk.books.create_counterparty(replace(NEW, inn=CLIENT.inn, kpp=CLIENT.kpp))
    assert [stop.reason for stop in caught.value.stops] == ["counterparty_marked"]
    assert len(desk.base.find(PARTIES, ИНН=CLIENT.inn)) == 1


def test_a_twin_made_meanwhile_needs_a_person(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)

    def twin(request: Any) -> bool:
        if request.method == "POST":
            desk.base.accountant.add(PARTIES, Description="Двойник", ИНН=NEW.inn, КПП=NEW.kpp)
        return False

    desk.base.faults.add(trouble.slow(0, match=twin))
    with pytest.raises(NeedsPerson) as caught:
        desk.books.create_counterparty(NEW)
    stop = caught.value.stops[0]
    assert (stop.reason, stop.owner, stop.subject) == ("counterparty_ambiguous", "accounting", NEW.name)


def test_a_partner_of_the_same_name_is_not_taken_for_ours(tmp_path: Path) -> None:
    desk = open_desk(TRADE, tmp_path)
    stranger = desk.base.accountant.add("Catalog_Партнеры", Description=NEW.name, Комментарий="другой")
    made = desk.books.create_counterparty(NEW)
    assert made.partner not in (None, stranger)


@products
def test_pasted_line_ends_do_not_break_a_name(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    made = desk.books.create_counterparty(replace(NEW, name=" ООО\t«Новый\nклиент»\0 "))
    assert made.name == "ООО «Новый клиент»"


@products
def test_long_names_end_visibly(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    made = desk.books.create_counterparty(replace(NEW, name="О" * 200, full_name="П" * 2000))
    record = desk.base.find(PARTIES, Ref_Key=made.ref)[0].values
    assert record["Description"] == "О" * 99 + "…"
    assert str(record["НаименованиеПолное"])[-1] == ("П" if profile_id == UNF else "…")


@products
def test_the_open_contract_with_this_buyer(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    found = desk.books.contracts(client(desk), Ref(desk.refs.organisation), roubles(desk))
    assert [(one.ref, one.number, one.day) for one in found] == [(desk.refs.contract, "1", date(2025, 1, 1))]
    dollars = Ref(desk.refs.currencies["840"])
    assert desk.books.contracts(client(desk), Ref(desk.refs.organisation), dollars) == []
    assert desk.books.contracts(client(desk), roubles(desk), roubles(desk)) == []
    buyer = client(desk)
    assert desk.hits(lambda: desk.books.contracts(buyer, Ref(desk.refs.organisation), roubles(desk))) == 1


KINDS: dict[str, list[dict[str, Any]]] = {
    BP: [{"ВидДоговора": "СПоставщиком"}, {"ДоговорЗакрыт": True}],
    TRADE: [{"ТипДоговора": "СПоставщиком"}, {"Статус": "Закрыт"}],
    UNF: [{"ВидДоговора": "СПоставщиком"}, {"Недействителен": True}],
}


@products
def test_contracts_of_other_kinds_closed_and_marked_are_left_out(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    for number, changes in enumerate(KINDS[profile_id]):
        add_contract(desk, f"Не тот {number}", **changes)
    desk.base.accountant.mark("Catalog_ДоговорыКонтрагентов", add_contract(desk, "Помеченный"))
    assert contracts(desk) == ["Договор № 1 от 01.01.2025"]


@products
def test_newer_contracts_come_first(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    day = desk.profile.catalogs.contracts.day
    add_contract(desk, "Новый", **{day: "2026-01-15T00:00:00"})
    add_contract(desk, "Без даты", **{day: "0001-01-01T00:00:00"})
    assert contracts(desk) == ["Новый", "Договор № 1 от 01.01.2025", "Без даты"]


@products
def test_a_contract_is_created_as_it_will_be_found(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    desk.base.accountant.mark("Catalog_ДоговорыКонтрагентов", desk.refs.contract)
    made = desk.books.create_contract(client(desk), Ref(desk.refs.organisation), roubles(desk), date(2026, 1, 31))
    assert (made.name, made.day, made.currency) == ("Договор от 31.01.2026", date(2026, 1, 31), roubles(desk))
    assert contracts(desk) == [made.name]


def agreement(desk: Desk, name: str, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "Статус": "Действует",
        "Валюта_Key": roubles(desk),
        "Организация_Key": desk.refs.organisation,
        **changes,
    }
    return desk.base.accountant.add("Catalog_СоглашенияСКлиентами", Description=name, **fields)


def agreed(desk: Desk, currency: str = "643") -> list[str]:
    wanted = Ref(desk.refs.currencies[currency])
    return [one.name for one in desk.books.agreements(client(desk), Ref(desk.refs.organisation), wanted)]


def test_agreements_of_trade(tmp_path: Path) -> None:
    desk = open_desk(TRADE, tmp_path)
    partner: dict[str, Any] = {"Партнер_Key": desk.refs.partner}
    agreement(desk, "Чужое", Партнер_Key="99999999-9999-4999-8999-999999999999")
    agreement(desk, "Не согласовано", **partner, Статус="НеСогласовано")
    agreement(desk, "Комиссия", **partner, ХозяйственнаяОперация="ПередачаНаКомиссию")
    agreement(desk, "В долларах", **partner, ВалютаВзаиморасчетов_Key=desk.refs.currencies["840"])
    agreement(desk, "Типовое", Типовое=True)
    assert agreed(desk) == ["Соглашение с клиентом"]
    assert agreed(desk, "840") == ["В долларах"]
    desk.base.accountant.mark("Catalog_СоглашенияСКлиентами", desk.refs.agreement)
    assert agreed(desk) == ["Типовое"]
    assert desk.hits(lambda: agreed(desk)) == 2


@pytest.mark.parametrize("profile_id", [BP, UNF])
def test_products_without_agreements_ask_nothing(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    buyer = client(desk)
    assert desk.hits(lambda: desk.books.agreements(buyer, buyer.ref, buyer.ref)) == 0
