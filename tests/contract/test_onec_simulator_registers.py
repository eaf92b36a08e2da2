"""Registers and the people of the base (facts §1.13, §4, §6.15, §6.16)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.simulators.onec import Infobase
from tests.simulators.onec.schema import accumulation
from tests.simulators.onec.testing import bp_act, open_base

ACT = "Document_РеализацияТоваровУслуг"
RATES = "/InformationRegister_КурсыВалют"
FACTS = "/InformationRegister_ДополнительныеСведения"
DEBTS = "AccumulationRegister_РасчетыСПокупателями"


def test_records_are_posted_once() -> None:
    base, client = open_base()
    record = {"Period": "2026-03-01T15:00:00", "Валюта_Key": base.refs.currencies["840"], "Курс": 80, "Кратность": "1"}
    answer = client.post(RATES, json=record)
    assert answer.status_code == 200
    assert answer.json()["Period"] == "2026-03-01T00:00:00"
    assert "DataVersion" not in answer.json()
    assert client.post(RATES, json=record).status_code == 400
    base.switches.register_duplicate = "replaced"
    assert client.post(RATES, json=record | {"Курс": 81}).json()["Курс"] == 81


def test_records_have_composite_keys() -> None:
    base, client = open_base()
    key = base.refs.currencies["840"]
    place = f"{RATES}(Period=datetime'2026-01-31T00:00:00',Валюта_Key=guid'{key}')"
    assert client.get(place).json()["Курс"] == 90.1234
    assert client.patch(place, json={"Курс": 91}).json()["Курс"] == 91
    assert client.delete(place).status_code == 204
    assert client.get(place).json()["odata.error"]["code"] == "9"


def test_composite_parts_need_their_type() -> None:
    base, client = open_base()
    key = client.post(f"/{ACT}", json=bp_act(base.refs)).json()["Ref_Key"]
    base.accountant.set_information(ACT, key, "Б24_СостояниеАкта", "Принят")
    prop = base.accountant.property("Б24_СостояниеАкта")
    untyped = f"{FACTS}(Объект='{key}',Свойство_Key=guid'{prop}'"
    assert client.get(f"{untyped})").json()["odata.error"]["code"] == "7"
    assert client.get(f"{untyped},Объект_Type='StandardODATA.{ACT}')").json()["Значение"] == "Принят"


@pytest.mark.parametrize(
    ("day", "rate"), [("2026-02-15", 90.1234), ("2026-01-30", 92.5), ("2025-06-01", 101.6797), ("2024-01-01", None)]
)
def test_slice_last_takes_the_newest_before(day: str, rate: float | None) -> None:
    base, client = open_base()
    condition = f"Валюта_Key eq guid'{base.refs.currencies['840']}'"
    doubled = condition.replace("'", "''")
    inside = f"{RATES}/SliceLast(Period=datetime'{day}T00:00:00',Condition='{doubled}')"
    outside = f"{RATES}/SliceLast?Period=datetime'{day}T00:00:00'&Condition={quote(condition)}"
    for place in (inside, outside):
        assert [one["Курс"] for one in client.get(place).json()["value"]] == ([rate] if rate else [])


def test_slices_of_every_currency_and_of_an_empty_register() -> None:
    base, client = open_base()
    assert len(client.get(f"{RATES}/SliceLast()").json()["value"]) == 3
    first = client.get(f"{RATES}/SliceFirst(Period=datetime'2025-06-01T00:00:00')?$orderby=Курс").json()["value"]
    assert [one["Курс"] for one in first] == [92.5, 98.7654]
    for record in base.find("InformationRegister_КурсыВалют"):
        base.store.remove(record)
    assert client.get(f"{RATES}/SliceLast").json()["value"] == []


def test_balance_with_a_condition() -> None:
    debts = accumulation(DEBTS, "Контрагент: ref Catalog_Контрагенты", "Сумма: num 15.2")
    base, client = open_base(entities=[debts])
    for line, (kind, amount) in enumerate([("Receipt", 100), ("Expense", 30)], 1):
        base.accountant.record(
            DEBTS,
            Recorder=base.refs.contract,
            Recorder_Type=f"StandardODATA.{ACT}",
            LineNumber=line,
            Period="2026-01-10T00:00:00",
            RecordType=kind,
            Active=True,
            Контрагент_Key=base.refs.counterparty,
            Сумма=amount,
        )
    mine = f"Контрагент_Key eq guid''{base.refs.counterparty}''"
    asked = f"/{DEBTS}/Balance(Period=datetime'2026-02-01T00:00:00',Condition='{mine}')"
    assert client.get(asked).json()["value"][0]["СуммаBalance"] == 70
    assert client.get(f"/{DEBTS}/Balance(Period=datetime'2026-01-01T00:00:00')").json()["value"] == []
    assert len(client.get(f"/{DEBTS}_RecordType").json()["value"]) == 2


def act(base: Infobase) -> str:
    """The key of an act the accountant made himself."""
    return base.accountant.add(ACT, **bp_act(base.refs))


def test_the_accountant_edits_posts_marks_and_deletes() -> None:
    base, client = open_base()
    key = act(base)
    base.accountant.edit(ACT, key, Комментарий="исправлено", Услуги=[{"Сумма": 5}])
    base.accountant.post(ACT, key)
    base.accountant.renumber(ACT, key, "0000-000777")
    found = client.get(f"/{ACT}(guid'{key}')").json()
    assert (found["Number"], found["Posted"], found["СуммаДокумента"]) == ("0000-000777", True, 5)
    base.accountant.unpost(ACT, key)
    base.accountant.post(ACT, key)
    base.accountant.mark(ACT, key)
    found = client.get(f"/{ACT}(guid'{key}')").json()
    assert (found["DeletionMark"], found["Posted"]) == (True, False)
    base.accountant.mark(ACT, key, on=False)
    base.accountant.delete(ACT, key)
    assert client.get(f"/{ACT}(guid'{key}')").status_code == 404
    assert {effect.by for effect in base.effects} == {"base"}
    kinds = [effect.kind for effect in base.effects]
    assert kinds == ["create", "update", "post", "update", "unpost", "post", "unpost", "mark", "unmark", "delete"]
    with pytest.raises(LookupError):
        base.accountant.post(ACT, key)


def test_information_changes_without_the_version_of_the_document() -> None:
    base, client = open_base()
    key = act(base)
    base.accountant.set_information(ACT, key, "Б24_СостояниеАкта", "Не принят")
    prop = base.accountant.property("Б24_СостояниеАкта")
    condition = quote(f"Свойство_Key eq guid'{prop}' and Значение eq 'Не принят'")
    rows = client.get(f"{FACTS}?$filter={condition}").json()["value"]
    assert [(row["Объект"], row["Объект_Type"]) for row in rows] == [(key, f"StandardODATA.{ACT}")]
    assert client.get(f"/{ACT}(guid'{key}')").json()["DataVersion"] == "AAAAAAAAAAA="
    base.accountant.set_information(ACT, key, "Б24_СостояниеАкта", "")
    assert client.get(FACTS).json()["value"] == []


def test_states_of_originals_have_a_watermark() -> None:
    base, client = open_base()
    key = act(base)
    base.accountant.set_original(ACT, key, "Не принят")
    since = quote("ДатаПоследнегоИзменения ge datetime'2026-01-31T11:55:00' and ОбщееСостояние eq true")
    place = f"/InformationRegister_СостоянияОригиналовПервичныхДокументов?$filter={since}"
    found = client.get(f"{place}&$select=Владелец,Состояние/Description&$expand=Состояние").json()["value"]
    assert found == [{"Владелец": key, "Состояние": {"Description": "Не принят"}}]


def test_rates_and_names_change() -> None:
    base, client = open_base()
    base.accountant.set_rate(base.refs.currencies["978"], "2026-02-01", "99.5")
    base.accountant.set_rate(base.refs.currencies["978"], "2026-02-01", "99.6", 10)
    place = f"{RATES}(Period=datetime'2026-02-01T00:00:00',Валюта_Key=guid'{base.refs.currencies['978']}')"
    found = client.get(place).json()
    assert (found["Курс"], found["Кратность"]) == (99.6, "10")
    base.accountant.rename("Catalog_Контрагенты", base.refs.counterparty, "Иначе")
    assert base.find("Catalog_Контрагенты", Description="Иначе")


@pytest.mark.parametrize("product", ["bp30", "ut11", "erp2", "unf30"])
def test_seeding_fills_what_an_act_refers_to(product: str) -> None:
    base, _ = open_base(product)
    refs = base.refs
    assert all([refs.organisation, refs.counterparty, refs.contract, refs.department, refs.manager])
    assert set(refs.currencies) == {"643", "840", "978"}
    assert set(refs.units) >= {"796", "356", "642", "876"}
    assert {"НДС22", "НДС20", "НДС10", "НДС7", "НДС5", "НДС0", "БезНДС"} == set(refs.vat)
    assert bool(refs.partner) == (product in ("ut11", "erp2"))
    assert base.effects == []
    if product != "bp30":
        twenty = base.find("Catalog_СтавкиНДС", Description="20%")[0].values
        assert twenty["Ставка"] == 20
        assert twenty.get("КонецПериода", "2025-12-31T00:00:00") == "2025-12-31T00:00:00"
