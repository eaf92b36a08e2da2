"""Corners of the simulated OData interface: odd bodies, nested choices, composite values, bases that lack things."""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest

from tests.simulators.onec import Infobase
from tests.simulators.onec.schema import accumulation
from tests.simulators.onec.testing import ACTS, bp_act, open_base, trade_act, unf_act
from tests.simulators.onec.values import Json

ACT = "/Document_РеализацияТоваровУслуг"
FACTS = "/InformationRegister_ДополнительныеСведения"
KEY = "5f0c3b1e-0000-4000-8000-000000000001"


def code(answer: httpx.Response) -> str:
    """The code of an error in JSON."""
    return str(answer.json()["odata.error"]["code"])


def created(base: Infobase, client: httpx.Client, **fields: Json) -> str:
    """The address of a fresh act."""
    return f"{ACT}(guid'{client.post(ACT, json=bp_act(base.refs, **fields)).json()['Ref_Key']}')"


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        ("[]", 500, "-1"),
        ('{"Склад@odata.bind":"нечто"}', 400, "4"),
        ('{"КурсВзаиморасчетов":"много"}', 400, "1"),
        ('{"КурсВзаиморасчетов":true}', 400, "1"),
        ('{"Date":"2026-13-45T00:00:00"}', 400, "1"),
        ('{"Услуги":[{"LineNumber":"1","Субконто":"x"}]}', 400, "1"),
        ('{"Услуги":[{"LineNumber":"1","Субконто":"x","Субконто_Type":"StandardODATA.Catalog_Валюты"}]}', 400, "1"),
    ],
)
def test_odd_bodies(content: str, status: int, expected: str) -> None:
    base, client = open_base()
    answer = client.post(ACT, content=content.encode())
    assert (answer.status_code, code(answer)) == (status, expected)
    assert base.effects == []


def test_numbers_are_rounded_and_stay_within_their_digits() -> None:
    base, client = open_base()
    rows: list[Json] = [{"LineNumber": "1", "Количество": 1.0005, "Цена": 1e30, "Сумма": "0.125"}]
    row = client.get(created(base, client, Услуги=rows)).json()["Услуги"][0]
    assert (row["Количество"], row["Цена"], row["Сумма"]) == (1.001, 9999999999999.99, 0.13)


def test_what_select_may_name() -> None:
    base, client = open_base()
    created(base, client)

    def shown(text: str) -> dict[str, Json]:
        found: dict[str, Json] = client.get(f"{ACT}?$select={quote(text)}").json()["value"][0]
        return found

    assert list(shown("Контрагент")) == ["Контрагент@navigationLinkUrl"]
    assert len(shown("Услуги")["Услуги"]) == 1  # type: ignore[arg-type]
    assert shown("Number,*____Presentation")["Контрагент_Key____Presentation"] == "ООО Василек"
    assert set(shown("Контрагент/*")["Контрагент"]) > {"ИНН", "КПП"}  # type: ignore[arg-type]
    for text in ("Услуги/Нет", "Контрагент/Нет", "Нет____Presentation"):
        assert code(client.get(f"{ACT}?$select={quote(text)}")) == "6"


def test_nested_expansion_needs_the_field_in_select() -> None:
    base, client = open_base()
    created(base, client)
    nested = "$expand=" + quote("Контрагент/ГоловнойКонтрагент")
    whole = client.get(f"{ACT}?{nested}").json()["value"][0]["Контрагент"]
    assert whole["ГоловнойКонтрагент"]["Ref_Key"] == base.refs.counterparty
    part = client.get(f"{ACT}?$select=Number&{nested}").json()["value"][0]["Контрагент"]
    assert "ГоловнойКонтрагент" not in part
    for text in ("Нет", "Контрагент/Нет"):
        assert code(client.get(f"{ACT}?$expand={quote(text)}")) == "6"
    empty = client.get(f"{ACT}?$expand=Склад").json()["value"][0]
    assert empty["Склад"] is None


def test_paths_below_one_document() -> None:
    base, client = open_base()
    place = created(base, client)
    assert client.get(f"{place}/Контрагент/ГоловнойКонтрагент/ИНН").json()["value"] == "7802345676"
    assert len(client.get(f"{place}/Услуги").json()["value"]) == 1
    assert code(client.get(f"{place}/Склад")) == "9"
    assert code(client.get(f"{place}/Нет")) == "6"
    assert code(client.get(f"{place}?$expand=Контрагент")) == "0"
    assert code(client.patch(f"{place}/Комментарий", json={})) == "6"
    text = client.get(f"{place}/Number", headers={"Accept": "application/atom+xml"}).text
    assert ElementTree.fromstring(text).text == "0000-000001"


def test_atom_entries_hold_the_properties() -> None:
    base, client = open_base()
    space = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
    answer = client.post(ACT, json=bp_act(base.refs, Комментарий="<&>"), headers={"Accept": "application/atom+xml"})
    root = ElementTree.fromstring(answer.text)
    assert answer.status_code == 201
    assert root.findtext(f".//{space}Комментарий") == "<&>"
    assert root.findtext(f".//{space}Posted") == "false"
    assert root.findtext(f".//{space}Услуги/{space}element/{space}Сумма") == "122000"


@pytest.mark.parametrize(
    "query", ["$inlinecount=some", "$orderby=Code%20down", "$orderby=Code%20asc%20x", "$skip=-1", "$filter=%23"]
)
def test_bad_options_are_code_14(query: str) -> None:
    _, client = open_base()
    assert code(client.get(f"/Catalog_Валюты?{query}")) == "14"


def test_values_of_composite_fields_compare_by_their_type() -> None:
    base, client = open_base()
    place = created(base, client)
    key = place[-38:-2]
    for name, value, kind in (
        ("Число", "5", "Edm.Double"),
        ("Да", "true", "Edm.Boolean"),
        ("Слово", "x", "Edm.String"),
    ):
        holder: dict[str, Json] = {"Объект": key, "Объект_Type": f"StandardODATA.{ACT[1:]}"}
        prop = base.accountant.property(name)
        base.accountant.record(FACTS[1:], **holder, Свойство_Key=prop, Значение=value, Значение_Type=kind)
    for condition, count in (
        ("Значение eq 5", 1),
        ("Значение eq true", 1),
        ("Значение eq 'x'", 1),
        ("Значение ne 'x'", 2),
        ("Значение eq Значение", 3),
        (f"Объект eq Объект and Объект ne guid'{KEY}'", 3),
        ("-1 lt 0 and 'а' lt 'б'", 3),
        ("1 div 0 eq 1", 0),
        ("concat('a', 1) eq 'a1'", 3),
        ("datedifference(datetime'2025-01-31T00:00:00', datetime'2026-02-28T00:00:00', 'month') eq 13", 3),
        ("datedifference(datetime'2025-01-31T00:00:00', datetime'2026-02-28T00:00:00', 'year') eq 1", 3),
        ("datedifference(datetime'2026-01-31T00:00:00', datetime'2026-01-31T05:00:00', 'hour') eq 5", 3),
        ("dateadd(datetime'2026-01-31T00:00:00', 'month', 1) eq datetime'2026-02-28T00:00:00'", 3),
        ("dateadd(datetime'2026-01-31T00:00:00', 'day', 1) eq datetime'2026-02-01T00:00:00'", 3),
    ):
        answer = client.get(f"{FACTS}?$filter={quote(condition)}")
        assert answer.status_code == 200, condition
        assert len(answer.json()["value"]) == count, condition


def test_virtual_tables_that_are_not_there() -> None:
    debts = accumulation("AccumulationRegister_Долги", "Валюта: ref Catalog_Валюты", "Сумма: num 15.2")
    _, client = open_base(entities=[debts])
    assert code(client.get("/InformationRegister_КурсыВалют/Balance()")) == "6"
    assert code(client.get(f"{FACTS}/SliceLast()")) == "6"
    assert client.get("/AccumulationRegister_Долги").status_code == 501
    rates = client.get("/InformationRegister_КурсыВалют/SliceLast()?$filter=" + quote("Курс gt 95"))
    assert len(rates.json()["value"]) == 1


@pytest.mark.parametrize(("product", "gone"), [("bp30", "Организация"), ("ut11", "Автор"), ("unf30", "Контрагент")])
def test_bases_that_lack_an_attribute_still_write(product: str, gone: str) -> None:
    base, client = open_base(product, without=[f"{ACTS[product]}/{gone}"])
    body = {"bp30": bp_act, "ut11": trade_act, "unf30": unf_act}[product](base.refs)
    answer = client.post(f"/{ACTS[product]}", json=body)
    assert answer.status_code == 201
    assert not any(name.startswith(f"{gone}_Key") for name in answer.json())
    assert f'Name="{gone}_Key"' not in _entity(client, ACTS[product])


def _entity(client: httpx.Client, name: str) -> str:
    text = client.get("/$metadata").text
    start = text.index(f'<EntityType Name="{name}"')
    return text[start : text.index("</EntityType>", start)]
