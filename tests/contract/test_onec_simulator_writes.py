"""Writing through the simulated OData interface (facts §6.5–§6.8, §6.14)."""

from __future__ import annotations

import httpx
import pytest

from tests.simulators.onec import Infobase
from tests.simulators.onec.testing import basic, bp_act, open_base
from tests.simulators.onec.values import Json

ACT = "Document_РеализацияТоваровУслуг"
KEY = "5f0c3b1e-0000-4000-8000-000000000001"
EMPTY = "00000000-0000-0000-0000-000000000000"


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["odata.error"]["code"]


def created(base: Infobase, client: httpx.Client, **fields: Json) -> str:
    """The address of a fresh act."""
    answer = client.post(f"/{ACT}", json=bp_act(base.refs, **fields))
    assert answer.status_code == 201, answer.text
    return f"/{ACT}(guid'{answer.json()['Ref_Key']}')"


def test_post_applies_fill_values_number_and_date() -> None:
    base, client = open_base()
    answer = client.post(f"/{ACT}", json={"Организация_Key": base.refs.organisation})
    assert answer.status_code == 201
    found = answer.json()
    assert found["ВидОперации"] == "ПродажаКомиссия"
    assert found["КурсВзаиморасчетов"] == 1
    assert found["СпособЗачетаАвансов"] == "Автоматически"
    assert found["Date"] == "2026-01-31T12:00:00"
    assert found["Number"] == "0000-000001"
    assert found["DataVersion"] == "AAAAAAAAAAA="
    assert found["Posted"] is False


def test_numbers_run_per_prefix_and_year() -> None:
    base, client = open_base()
    other = base.accountant.add("Catalog_Организации", Description="Вторая", Префикс="ВТ")
    days = ["2026-01-01", "2026-02-01", "2025-12-31"]
    bodies = [bp_act(base.refs, Date=f"{day}T10:00:00") for day in days]
    bodies.append(bp_act(base.refs, Организация_Key=other))
    numbers = [client.post(f"/{ACT}", json=body).json()["Number"] for body in bodies]
    assert numbers == ["0000-000001", "0000-000002", "0000-000001", "ВТ00-000001"]
    taken = client.post(f"/{ACT}", json=bp_act(base.refs, Number="0000-000002"))
    assert problem(taken) == (500, "-1")
    given = client.post(f"/{ACT}", json=bp_act(base.refs, Number="0000-000003"))
    assert given.json()["Number"] == "0000-000003"
    assert client.post(f"/{ACT}", json=bp_act(base.refs)).json()["Number"] == "0000-000004"


def test_ref_key_is_honoured_and_a_repeat_is_code_15() -> None:
    base, client = open_base()
    body = bp_act(base.refs, Ref_Key=KEY.upper())
    assert client.post(f"/{ACT}", json=body).json()["Ref_Key"] == KEY
    assert problem(client.post(f"/{ACT}", json=body)) == (400, "15")
    assert len(base.documents(ACT)) == 1
    base.switches.ref_key = "ignored"
    again = client.post(f"/{ACT}", json=body)
    assert again.status_code == 201
    assert again.json()["Ref_Key"] != KEY


def test_patch_answers_200_with_the_full_entity() -> None:
    base, client = open_base()
    place = created(base, client)
    answer = client.patch(place, json={"Комментарий": "иначе", "Ref_Key": KEY, "DataVersion": "x"})
    assert answer.status_code == 200
    assert answer.json()["Комментарий"] == "иначе"
    assert answer.json()["Ref_Key"] != KEY
    assert len(answer.json()["Услуги"]) == 1
    assert [effect.kind for effect in base.effects] == ["create", "update"]
    assert {effect.by for effect in base.effects} == {"Обмен"}


def test_a_section_is_replaced_whole() -> None:
    base, client = open_base()
    place = created(base, client)
    rows = [{"LineNumber": "1", "Сумма": 10}, {"LineNumber": 2, "Сумма": 20}]
    found = client.patch(place, json={"Услуги": rows}).json()
    assert [row["Сумма"] for row in found["Услуги"]] == [10, 20]
    assert [row["Содержание"] for row in found["Услуги"]] == ["", ""]
    assert client.patch(place, json={"Услуги": []}).json()["Услуги"] == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([{"Сумма": 1}], (500, "-1")), ([{"LineNumber": "2"}], (400, "4")), ({"a": 1}, (500, "-1")), ([1], (500, "-1"))],
)
def test_line_numbers_are_mandatory_and_run_from_one(rows: Json, expected: tuple[int, str]) -> None:
    base, client = open_base()
    place = created(base, client)
    assert problem(client.patch(place, json={"Комментарий": "нет", "Услуги": rows})) == expected
    stored = client.get(place).json()
    assert stored["Комментарий"] == ""
    assert len(stored["Услуги"]) == 1


def test_line_numbers_may_be_assigned() -> None:
    base, client = open_base()
    base.switches.line_number = "assigned"
    found = client.patch(created(base, client), json={"Услуги": [{"Сумма": 1}, {"Сумма": 2}]}).json()
    assert [row["LineNumber"] for row in found["Услуги"]] == ["1", "2"]


def test_rows_cannot_be_created_on_their_own() -> None:
    _, client = open_base()
    assert problem(client.post(f"/{ACT}_Услуги", json={})) == (400, "13")


def test_what_is_silently_accepted() -> None:
    base, client = open_base()
    place = created(base, client)
    fields = {
        "НетТакого": 1,
        "Контрагент_Key": KEY,
        "АдресДоставки": "а" * 300,
        "КратностьВзаиморасчетов": "много",
        "СуммаДокумента": "12.345",
    }
    found = client.patch(place, json=fields).json()
    assert "НетТакого" not in found
    assert found["Контрагент_Key"] == KEY
    assert found["АдресДоставки"] == "а" * 250
    assert found["КратностьВзаиморасчетов"] == "1"
    assert "Контрагент@navigationLinkUrl" in found


@pytest.mark.parametrize(
    ("switch", "value", "fields", "expected"),
    [
        ("unknown_property", "refused", {"НетТакого": 1}, (400, "16")),
        ("broken_link", "refused", {"Контрагент_Key": KEY}, (400, "4")),
        ("long_string", "refused", {"АдресДоставки": "а" * 300}, (400, "1")),
        ("unknown_enum", "refused", {"ВидОперации": "Нечто"}, (400, "1")),
    ],
)
def test_what_a_stricter_base_refuses(
    switch: str, value: str, fields: dict[str, Json], expected: tuple[int, str]
) -> None:
    base, client = open_base()
    place = created(base, client)
    setattr(base.switches, switch, value)
    assert problem(client.patch(place, json=fields)) == expected


def test_an_unknown_enumeration_member_may_be_stored() -> None:
    base, client = open_base()
    base.switches.unknown_enum = "stored"
    assert client.patch(created(base, client), json={"ВидОперации": "Нечто"}).json()["ВидОперации"] == "Нечто"


@pytest.mark.parametrize(
    ("fields", "expected", "text"),
    [
        ({"Контрагент_Key": "нет"}, (400, "1"), "Не удалось разобрать строку 'нет' как значение типа Edm.Guid!"),
        ({"ДокументБезНДС": "да"}, (400, "1"), "Не удалось разобрать строку 'да' как значение типа Edm.Boolean!"),
        (
            {"Date": "31.01.2026"},
            (400, "1"),
            "Не удалось разобрать строку '31.01.2026' как значение типа Edm.DateTime!",
        ),
        ({"Комментарий": ["а"]}, (500, "-1"), "Несоответствие типов: Комментарий"),
    ],
)
def test_what_is_refused(fields: dict[str, Json], expected: tuple[int, str], text: str) -> None:
    base, client = open_base()
    answer = client.patch(created(base, client), json=fields)
    assert problem(answer) == expected
    assert answer.json()["odata.error"]["message"]["value"] == text


def test_broken_json_and_double_names() -> None:
    _, client = open_base()
    broken = client.post(f"/{ACT}", content=b"{")
    assert problem(broken) == (500, "-1")
    assert broken.json()["odata.error"]["message"]["value"] == "Непредвиденный символ при чтении JSON"
    assert problem(client.post(f"/{ACT}", content=b'{"Date":null,"Date":null}')) == (400, "18")


def test_dates_are_wall_clock_text() -> None:
    base, client = open_base()
    for sent in ("2026-01-05T10:11:12Z", "2026-01-05T10:11:12+07:00", "2026-01-05T10:11:12.999"):
        assert client.patch(created(base, client), json={"Date": sent}).json()["Date"] == "2026-01-05T10:11:12"


def test_null_empties_and_bind_sets_a_reference() -> None:
    base, client = open_base()
    place = created(base, client)
    assert client.patch(place, json={"ДоверенностьНомер": None, "Склад_Key": None}).json()["Склад_Key"] == EMPTY
    bound = {"Склад@odata.bind": f"Catalog_Склады(guid'{base.refs.warehouse}')"}
    assert client.patch(place, json=bound).json()["Склад_Key"] == base.refs.warehouse


def test_put_names_every_property() -> None:
    base, client = open_base()
    place = created(base, client)
    body = client.get(place).json()
    assert problem(client.put(place, json={"Комментарий": "мало"})) == (400, "5")
    assert client.put(place, json=body | {"Комментарий": "все"}).json()["Комментарий"] == "все"


def test_data_version_grows_with_every_write() -> None:
    base, client = open_base()
    place = created(base, client)
    assert client.patch(place, json={}).json()["DataVersion"] == "AAAAAAAAAAE="
    client.post(f"{place}/Post")
    client.post(f"{place}/Unpost")
    client.patch(place, json={"DeletionMark": True})
    assert client.get(place).json()["DataVersion"] == "AAAAAAAAAAQ="
    base.switches.data_version = "little_endian"
    assert client.get(place).json()["DataVersion"] == "BAAAAAAAAAA="


def test_if_match_is_ignored_or_checked() -> None:
    base, client = open_base()
    place = created(base, client)
    stale = {"If-Match": 'W/"AAAAAAAAAAk="'}
    assert client.patch(place, json={}, headers=stale).status_code == 200
    base.switches.if_match = "checked"
    assert client.patch(place, json={}, headers=stale).status_code == 412
    fresh = {"If-Match": client.get(place).json()["DataVersion"]}
    assert client.patch(place, json={}, headers=fresh).status_code == 200


@pytest.mark.parametrize("form", ["Post?PostingModeOperational=false", "Post", "Post()"])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_posting(form: str, method: str) -> None:
    base, client = open_base()
    place = created(base, client)
    for _ in range(2):
        answer = client.request(method, f"{place}/{form}")
        assert (answer.status_code, answer.content) == (200, b"")
    assert client.get(place).json()["Posted"] is True
    assert client.request(method, f"{place}/{form.replace('Post', 'Unpost', 1)}").status_code == 200
    assert client.get(place).json()["Posted"] is False
    assert [effect.kind for effect in base.effects] == ["create", "post", "update", "unpost"]


def test_posting_by_get_and_by_patch_may_be_off() -> None:
    base, client = open_base()
    place = created(base, client)
    assert client.patch(place, json={"Posted": True}).json()["Posted"] is True
    assert client.patch(place, json={"Posted": False}).json()["Posted"] is False
    base.switches.post_by_get = base.switches.post_by_patch = False
    assert problem(client.get(f"{place}/Post")) == (405, "19")
    assert client.patch(place, json={"Posted": True}).json()["Posted"] is False


def test_marking_and_posting_exclude_each_other() -> None:
    base, client = open_base()
    place = created(base, client)
    client.post(f"{place}/Post")
    assert problem(client.patch(place, json={"DeletionMark": True})) == (500, "-1")
    base.switches.mark_posted = "unposts"
    marked = client.patch(place, json={"DeletionMark": True}).json()
    assert (marked["DeletionMark"], marked["Posted"]) == (True, False)
    assert problem(client.post(f"{place}/Post")) == (500, "-1")
    assert problem(client.patch(place, json={"Posted": True})) == (500, "-1")


def test_delete_removes_physically() -> None:
    base, client = open_base()
    place = created(base, client)
    assert client.delete(place).status_code == 204
    assert problem(client.get(place)) == (404, "9")
    assert base.find("InformationRegister_СтатусыДокументов") == []


def test_only_utf8_logins_are_understood() -> None:
    base, client = open_base()
    assert client.get("/Catalog_Валюты", headers=basic()).status_code == 200
    for headers in (basic(encoding="cp1251"), basic(password="другой"), basic(user="Никто"), {"Authorization": "x"}):
        answer = client.get("/Catalog_Валюты", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith("text/html")
    base.administrator.set_password("Обмен", "новый")
    assert client.get("/Catalog_Валюты").status_code == 401


def test_counters_know_every_request() -> None:
    base, client = open_base()
    created(base, client)
    client.get("/Catalog_Нет")
    assert base.hits == 2
    assert [(method, status) for method, _, status in base.requests] == [("POST", 201), ("GET", 404)]
    assert base.requests[0][1].startswith("/bp30/odata/standard.odata/Document_%D0%A0")
