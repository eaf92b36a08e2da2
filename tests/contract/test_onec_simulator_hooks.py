"""What the configurations do on their own (facts §2, §4, §6.9, §6.10, §6.17)."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.simulators.onec.testing import bp_act, open_base, trade_act, unf_act
from tests.simulators.onec.values import Json

BP = "/Document_РеализацияТоваровУслуг"
ACT = "/Document_АктВыполненныхРабот"
STATUSES = "InformationRegister_СтатусыДокументов"
LOAD = {"1C_OData-DataLoadMode": "true"}


def refusal(answer: httpx.Response) -> str:
    """The text of a handler's refusal."""
    assert answer.status_code == 500
    error = answer.json()["odata.error"]
    assert error["code"] == "-1"
    return str(error["message"]["value"])


def rows(*sums: int) -> list[Json]:
    """Rows of services with these sums."""
    return [{"LineNumber": str(line), "Сумма": money, "СуммаНДС": 5} for line, money in enumerate(sums, 1)]


def test_bp_kind_of_operation_clears_sections() -> None:
    base, client = open_base()
    goods: list[Json] = [{"LineNumber": "1", "Сумма": 7}]
    both = {"Услуги": rows(1), "Товары": goods}
    services = client.post(BP, json=bp_act(base.refs, ВидОперации="Услуги", **both)).json()
    assert (len(services["Услуги"]), len(services["Товары"])) == (1, 0)
    sold = client.post(BP, json=bp_act(base.refs, ВидОперации="Товары", **both)).json()
    assert (len(sold["Услуги"]), len(sold["Товары"])) == (0, 1)
    mixed = client.post(BP, json={**both, "Date": "2026-01-31T00:00:00"}).json()
    assert mixed["ВидОперации"] == "ПродажаКомиссия"
    assert (len(mixed["Услуги"]), len(mixed["Товары"])) == (1, 1)


def test_bp_total_accounts_and_row_ids() -> None:
    base, client = open_base()
    found = client.post(
        BP, json=bp_act(base.refs, СуммаВключаетНДС=False, СуммаДокумента=1, Услуги=rows(100, 200))
    ).json()
    assert found["СуммаДокумента"] == 310
    assert found["СчетУчетаРасчетовСКонтрагентом_Key"] == base.refs.accounts["62.01"]
    first = found["Услуги"][0]
    assert first["СчетДоходов_Key"] == base.refs.accounts["90.01.1"]
    assert first["СчетУчетаНДСПоРеализации_Key"] == base.refs.accounts["90.03"]
    assert first["СчетРасходов_Key"] == base.refs.accounts["90.02.1"]
    assert len(first["ИдентификаторСтроки"]) == 36
    assert first["Сумма"] == 100
    base.switches.fill_accounts = False
    assert "0000" in client.post(BP, json=bp_act(base.refs)).json()["Услуги"][0]["СчетДоходов_Key"]


def test_bp_default_contract() -> None:
    base, client = open_base()
    empty = "00000000-0000-0000-0000-000000000000"
    body = bp_act(base.refs, ДоговорКонтрагента_Key=empty)
    assert client.post(BP, json=body).json()["ДоговорКонтрагента_Key"] == base.refs.contract
    base.switches.default_contract = False
    assert client.post(BP, json=body).json()["ДоговорКонтрагента_Key"] == empty


def test_bp_fixed_time_of_new_documents() -> None:
    base, client = open_base()
    assert client.post(BP, json=bp_act(base.refs)).json()["Date"] == "2026-01-31T12:00:00"
    base.switches.fixed_time = True
    assert client.post(BP, json=bp_act(base.refs)).json()["Date"] == "2026-01-31T14:00:00"


def test_bp_renumbers_on_another_organisation_or_year() -> None:
    base, client = open_base()
    other = base.accountant.add("Catalog_Организации", Description="Вторая", Префикс="ВТ")
    place = f"{BP}(guid'{client.post(BP, json=bp_act(base.refs)).json()['Ref_Key']}')"
    assert client.patch(place, json={"Date": "2026-03-01T00:00:00"}).json()["Number"] == "0000-000001"
    assert client.patch(place, json={"Организация_Key": other}).json()["Number"] == "ВТ00-000001"
    assert client.patch(place, json={"Date": "2025-03-01T00:00:00"}).json()["Number"] == "ВТ00-000001"
    assert client.patch(place, json={"Организация_Key": base.refs.organisation}).json()["Number"] == "0000-000001"
    assert [row.values["Организация_Key"] for row in base.find(STATUSES)] == [base.refs.organisation]


@pytest.mark.parametrize("day", ["1999-12-31", "2036-01-01"])
def test_bp_refuses_dates_far_away(day: str) -> None:
    base, client = open_base()
    assert "Дата" in refusal(client.post(BP, json=bp_act(base.refs, Date=f"{day}T00:00:00")))


@pytest.mark.parametrize(("product", "entity"), [("bp30", BP), ("ut11", ACT), ("unf30", ACT)])
def test_a_closed_period_refuses_every_change(product: str, entity: str) -> None:
    base, client = open_base(product)
    body = {"bp30": bp_act, "ut11": trade_act, "unf30": unf_act}[product](base.refs)
    place = f"{entity}(guid'{client.post(entity, json=body).json()['Ref_Key']}')"
    base.accountant.close_period("2026-01-31")
    answers = [
        client.post(entity, json=body),
        client.patch(place, json={"Комментарий": "поздно"}),
        client.patch(place, json={"Date": "2026-02-01T00:00:00"}),
        client.post(f"{place}/Post"),
        client.delete(place),
    ]
    expected = "Ошибка при выполнении обработчика - 'ПередЗаписью'\nЗапрещено изменять данные с датой ранее 01.02.2026"
    assert {refusal(answer) for answer in answers} == {expected}
    assert [effect.kind for effect in base.effects if effect.by != "base"] == ["create"]
    base.accountant.open_periods()
    assert client.patch(place, json={}).status_code == 200


def test_a_period_may_be_closed_for_one_organisation() -> None:
    base, client = open_base()
    base.accountant.close_period("2026-01-31", base.accountant.add("Catalog_Организации", Description="Вторая"))
    assert client.post(BP, json=bp_act(base.refs)).status_code == 201
    base.accountant.close_period("2026-01-31", base.refs.organisation)
    assert "Запрещено" in refusal(client.post(BP, json=bp_act(base.refs)))


def test_bp_status_row_keeps_what_the_user_set() -> None:
    base, client = open_base()
    place = f"{BP}(guid'{client.post(BP, json=bp_act(base.refs)).json()['Ref_Key']}')"
    row = base.find(STATUSES)[0].values
    assert (row["Статус"], row["СтатусСчетаФактуры"]) == ("НеПодписан", "Отсутствует")
    base.accountant.sign("Document_РеализацияТоваровУслуг", str(row["Документ"]))
    client.patch(place, json={"ДокументБезНДС": True})
    row = base.find(STATUSES)[0].values
    assert (row["Статус"], row["СтатусСчетаФактуры"]) == ("Подписан", "НеТребуется")
    originals = client.get("/InformationRegister_СостоянияОригиналовПервичныхДокументов").json()["value"]
    assert originals[0]["ДатаПоследнегоИзменения"] == "2026-01-31T12:00:00"


@pytest.mark.parametrize("product", ["ut11", "erp2"])
def test_trade_total_approval_and_author(product: str) -> None:
    base, client = open_base(product)
    found = client.post(ACT, json=trade_act(base.refs, Согласован=True, ЦенаВключаетНДС=False)).json()
    assert found["Согласован"] is False
    assert found["СуммаДокумента"] == found["СуммаВзаиморасчетов"] == 144000
    assert found["ПорядокРасчетов"] != ""
    assert found["Автор_Key"] != "00000000-0000-0000-0000-000000000000"
    place = f"{ACT}(guid'{found['Ref_Key']}')"
    client.post(f"{place}/Post")
    assert client.get(place).json()["Согласован"] is True
    client.post(f"{place}/Unpost")
    assert client.patch(place, json={"Согласован": True}).json()["Согласован"] is False


def test_trade_posting_wants_discounts_and_rights() -> None:
    base, client = open_base("ut11")
    body = trade_act(base.refs, СкидкиРассчитаны=False)
    place = f"{ACT}(guid'{client.post(ACT, json=body).json()['Ref_Key']}')"
    base.switches.automatic_discounts = True
    assert "ОбработкаПроведения" in refusal(client.post(f"{place}/Post"))
    client.patch(place, json={"СкидкиРассчитаны": True})
    base.switches.act_without_order = False
    assert "заказа" in refusal(client.post(f"{place}/Post"))
    base.switches.act_without_order = True
    assert client.post(f"{place}/Post").status_code == 200


def test_unf_total_is_the_sum_of_what_was_sent() -> None:
    base, client = open_base("unf30")
    body = unf_act(
        base.refs, РаботыИУслуги=[{"LineNumber": "1", "Сумма": 5, "Всего": 7}, {"LineNumber": "2", "Сумма": 9}]
    )
    found = client.post(ACT, json=body).json()
    assert found["СуммаДокумента"] == 7
    assert found["НалогообложениеНДС"] == "ОблагаетсяНДС"


def test_unf_default_contract_and_order_of_the_header() -> None:
    base, client = open_base("unf30")
    empty, order = "00000000-0000-0000-0000-000000000000", "11111111-1111-4111-8111-111111111111"
    body = unf_act(base.refs, Договор_Key=empty, ЗаказПокупателя_Key=order)
    assert client.post(ACT, json=body).json()["Договор_Key"] == empty
    base.accountant.edit("Catalog_Контрагенты", base.refs.counterparty, ВестиРасчетыПоДоговорам=False)
    found = client.post(ACT, json=body).json()
    assert found["Договор_Key"] == base.refs.contract
    assert found["РаботыИУслуги"][0]["ЗаказПокупателя_Key"] == order


def test_load_mode_skips_the_handlers() -> None:
    base, client = open_base()
    base.accountant.close_period("2026-01-31")
    found = client.post(BP, json=bp_act(base.refs, СуммаДокумента=1), headers=LOAD).json()
    assert found["СуммаДокумента"] == 1
    assert found["Number"] == "00000000001"
    assert found["Услуги"][0]["ИдентификаторСтроки"] == ""
    assert base.find(STATUSES) == []


def test_hooks_may_be_off() -> None:
    base, client = open_base()
    base.switches.hooks = False
    assert client.post(BP, json=bp_act(base.refs)).json()["СуммаДокумента"] == 0


def test_the_fill_check_runs_only_where_it_is_on() -> None:
    base, client = open_base()
    place = f"{BP}(guid'{client.post(BP, json={'Date': '2026-01-31T00:00:00'}).json()['Ref_Key']}')"
    assert client.post(f"{place}/Post").status_code == 200
    client.post(f"{place}/Unpost")
    base.switches.fill_check = True
    text = refusal(client.post(f"{place}/Post"))
    assert text.startswith("Ошибка при выполнении обработчика - 'ОбработкаПроверкиЗаполнения'")
    assert 'Поле "Контрагент" не заполнено' in text
    assert client.get(place).json()["Posted"] is False
    full = f"{BP}(guid'{client.post(BP, json=bp_act(base.refs)).json()['Ref_Key']}')"
    assert client.post(f"{full}/Post").status_code == 200


def test_a_handler_may_refuse_and_leaves_nothing() -> None:
    base, client = open_base()
    base.switches.refuse_write = {"Document_РеализацияТоваровУслуг": "Так нельзя"}
    assert refusal(client.post(BP, json=bp_act(base.refs))).endswith("'ПередЗаписью'\nТак нельзя")
    assert base.documents("Document_РеализацияТоваровУслуг") == []
    base.switches.refuse_write = {}
    base.switches.refuse_post = {"Document_РеализацияТоваровУслуг": "Не хватает остатков"}
    place = f"{BP}(guid'{client.post(BP, json=bp_act(base.refs)).json()['Ref_Key']}')"
    assert "Не хватает" in refusal(client.post(f"{place}/Post"))


def test_duplicates_are_allowed_unless_the_configuration_refuses() -> None:
    base, client = open_base()
    body = {"Description": "Двойник", "ИНН": base.find("Catalog_Контрагенты")[0].values["ИНН"], "КПП": "780201001"}
    assert client.post("/Catalog_Контрагенты", json=body).status_code == 201
    base.switches.unique = {"Catalog_Контрагенты": ("ИНН", "КПП")}
    assert "уникально" in refusal(client.post("/Catalog_Контрагенты", json=body))
    assert client.post("/Catalog_Контрагенты", json=body | {"КПП": "780202001"}).status_code == 201


def test_catalog_items_get_codes_and_predefined_defaults() -> None:
    base, client = open_base()
    found = client.post("/Catalog_Контрагенты", json={"Description": "Новый"}).json()
    assert found["Code"] == "00-000002"
    country = base.find("Catalog_СтраныМира")[0].values["Ref_Key"]
    assert found["СтранаРегистрации_Key"] == country


def test_the_clock_of_the_base_may_be_wrong() -> None:
    base, client = open_base()
    base.switches.clock_skew = timedelta(minutes=7)
    answer = client.post(BP, json={})
    assert answer.json()["Date"] == "2026-01-31T12:07:00"
    assert answer.headers["date"] == "Sat, 31 Jan 2026 09:07:00 GMT"


def test_codes_of_fixed_length_may_be_padded() -> None:
    base, client = open_base("ut11")
    base.switches.fixed_code = "padded"
    base.accountant.add("Catalog_УпаковкиЕдиницыИзмерения", Description="кг", Code="166")
    found = client.get("/Catalog_УпаковкиЕдиницыИзмерения?$filter=Code%20eq%20'166'").json()["value"]
    assert [one["Code"] for one in found] == ["166 "]
