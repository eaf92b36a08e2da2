"""`$filter` of the simulated OData interface (facts §1.5, §6.4)."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from tests.simulators.onec import Infobase
from tests.simulators.onec.seeding import CLIENT
from tests.simulators.onec.testing import bp_act, open_base
from tests.simulators.onec.values import Json

ACT = "Document_РеализацияТоваровУслуг"
MISSING = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def opened() -> tuple[Infobase, httpx.Client]:
    base, client = open_base()
    for number in (1, 2, 3):
        rows: list[Json] = [{"LineNumber": "1", "Сумма": number * 1000}]
        text = {1: "[b24:p/12/r]", 2: "[b24:p/123/r]", 3: "дом 'Уют' 100%"}[number]
        body = bp_act(base.refs, Date=f"2026-01-0{number}T10:20:30", Комментарий=text, Услуги=rows)
        assert client.post(f"/{ACT}", json=body).status_code == 201
    return base, client


def ask(client: httpx.Client, condition: str, entity: str = ACT) -> httpx.Response:
    return client.get(f"/{entity}?$filter={quote(condition)}")


def numbers(client: httpx.Client, condition: str) -> list[int]:
    """Which of the three acts meet the condition."""
    answer = ask(client, condition)
    assert answer.status_code == 200, answer.text
    return [int(one["Number"][-6:]) for one in answer.json()["value"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Posted eq false", [1, 2, 3]),
        ("Posted ne false", []),
        ("not (СуммаДокумента gt 1000)", [1]),
        ("СуммаДокумента ge 2000 and СуммаДокумента lt 3000", [2]),
        ("СуммаДокумента eq 1000 or СуммаДокумента eq 3000", [1, 3]),
        ("(СуммаДокумента eq 1000 or СуммаДокумента eq 3000) and Number ne '0000-000001'", [3]),
        ("СуммаДокумента div 1000 eq 2", [2]),
        ("СуммаДокумента mul 2 add 1 eq 2001", [1]),
        ("СуммаДокумента sub 3000 gt -1", [3]),
        ("Number eq '0000-000002'", [2]),
        ("Date ge datetime'2026-01-02T00:00:00' and Date le datetime'2026-01-02T23:59:59'", [2]),
        ("substringof('[b24:p/12/r]', Комментарий)", [1]),
        ("startswith(Комментарий, '[b24') eq true", [1, 2]),
        ("endswith(Комментарий, '/r]')", [1, 2]),
        ("like(Комментарий, '%12_/r]')", [2]),
        ("Комментарий eq 'дом ''Уют'' 100%'", [3]),
        ("substring(Number, 1, 4) eq '0000'", [1, 2, 3]),
        ("concat(ВидОперации, '!') eq 'Услуги!'", [1, 2, 3]),
        ("year(Date) eq 2026 and month(Date) eq 1 and day(Date) eq 3", [3]),
        ("hour(Date) eq 10 and minute(Date) eq 20 and second(Date) eq 30 and quarter(Date) eq 1", [1, 2, 3]),
        ("dayofyear(Date) eq 2 and dayofweek(Date) eq 5", [2]),
        ("dateadd(Date, 'month', 1) gt datetime'2026-02-02T23:00:00'", [3]),
        ("datedifference(datetime'2026-01-01T00:00:00', Date, 'day') eq 2", [3]),
        ("round(СуммаДокумента div 1500, 0) eq 1", [1, 2]),
        ("Услуги/any(r: r/Сумма gt 2000)", [3]),
        ("Услуги/all(r: r/Сумма lt 2000)", [1]),
        (f"Контрагент/ИНН eq '{CLIENT.inn}'", [1, 2, 3]),
        ("Контрагент/ГоловнойКонтрагент/Description eq 'ООО Василек'", [1, 2, 3]),
        ("Контрагент/ИНН eq '0'", []),
    ],
)
def test_conditions(opened: tuple[Infobase, httpx.Client], condition: str, expected: list[int]) -> None:
    assert numbers(opened[1], condition) == expected


def test_references(opened: tuple[Infobase, httpx.Client]) -> None:
    base, client = opened
    key = base.refs.counterparty
    assert numbers(client, f"Контрагент_Key eq guid'{key.upper()}'") == [1, 2, 3]
    first = base.documents(ACT)[0]["Ref_Key"]
    assert numbers(client, f"Ref_Key eq guid'{first}' and Posted eq false") == [1]
    assert numbers(client, f"Ref_Key eq guid'{first}' or Ref_Key eq guid'{MISSING}'") == [1]
    assert numbers(client, f"(Ref_Key eq guid'{first}') eq false") == [2, 3]


def test_rows_are_a_set_of_their_own(opened: tuple[Infobase, httpx.Client]) -> None:
    base, client = opened
    first = base.documents(ACT)[0]["Ref_Key"]
    rows = ask(client, f"Ref_Key eq guid'{first}'", f"{ACT}_Услуги").json()["value"]
    assert [row["Сумма"] for row in rows] == [1000]
    one = client.get(f"/{ACT}_Услуги(Ref_Key=guid'{first}',LineNumber=1)")
    assert one.json()["Сумма"] == 1000


def test_composite_fields(opened: tuple[Infobase, httpx.Client]) -> None:
    base, client = opened
    first = base.documents(ACT)[0]["Ref_Key"]
    register = "InformationRegister_СтатусыДокументов"
    assert len(ask(client, f"Документ eq cast(guid'{first}','{ACT}')", register).json()["value"]) == 1
    assert ask(client, f"Документ eq guid'{first}'", register).json()["value"] == []
    assert len(ask(client, f"isof(Документ,'{ACT}')", register).json()["value"]) == 3
    assert len(ask(client, "Статус eq 'НеПодписан'", register).json()["value"]) == 3
    through = f"cast(Документ,'{ACT}')/Контрагент_Key eq guid'{base.refs.counterparty}'"
    assert len(ask(client, through, register).json()["value"]) == 3
    assert ask(client, "cast(Документ,'Catalog_Валюты')/Code eq '643'", register).json()["value"] == []


@pytest.mark.parametrize(
    "condition",
    [
        "length(Комментарий) gt 1",
        "indexof(Комментарий, 'а') eq 1",
        "replace(Комментарий, 'а', 'б') eq ''",
        "tolower(Комментарий) eq ''",
        "toupper(Комментарий) eq ''",
        "trim(Комментарий) eq ''",
        "contains(Комментарий, 'а')",
        "floor(СуммаДокумента) eq 1",
        "Number in ('1','2')",
        "Number eq",
        "Number eq 'a' 'b'",
        "Ref_Key eq guid'нет'",
        "Неизвестное eq 1",
        "dateadd(Date, 'век', 1) eq Date",
    ],
)
def test_what_is_not_supported_is_code_14(opened: tuple[Infobase, httpx.Client], condition: str) -> None:
    answer = ask(opened[1], condition)
    assert answer.status_code == 400
    assert answer.json()["odata.error"]["code"] == "14"
    assert answer.json()["odata.error"]["message"]["value"] == "Ошибка при разборе опции запроса $filter"


def test_an_unknown_field_may_silently_find_nothing() -> None:
    base, client = open_base()
    base.switches.unknown_filter_field = "empty"
    assert ask(client, "Неизвестное eq 1", "Catalog_Валюты").json()["value"] == []


def test_hidden_rows() -> None:
    base, client = open_base()
    base.administrator.hide_rows("Catalog_Валюты", {"Code": "840"})
    refused = client.get("/Catalog_Валюты")
    assert (refused.status_code, refused.json()["odata.error"]["code"]) == (401, "20")
    assert len(client.get("/Catalog_Валюты?allowedOnly=true").json()["value"]) == 2
    assert len(client.get("/Catalog_Валюты?$allowedOnly=true").json()["value"]) == 2
    assert ask(client, "Code eq '643'", "Catalog_Валюты").status_code == 200
    assert client.get(f"/Catalog_Валюты(guid'{base.refs.currencies['840']}')").status_code == 401


def test_rights_per_entity() -> None:
    base, client = open_base()
    base.administrator.deny(ACT)
    assert client.get(f"/{ACT}").json()["odata.error"]["message"]["value"] == "Доступ запрещен"
    base.administrator.allow(ACT)
    base.administrator.deny(ACT, write_only=True)
    assert client.get(f"/{ACT}").status_code == 200
    assert client.post(f"/{ACT}", json={}).status_code == 401
