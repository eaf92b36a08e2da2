"""The CRM of the simulated portal (facts 4, 8.1, 8.4, 10.5)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.simulators.bitrix24 import Options
from tests.simulators.bitrix24.lab import Lab


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_misspelled_legacy_filter_returns_everything(lab: Lab) -> None:
    company = lab.person.add_company("A")
    lab.person.add_requisite(company, RQ_INN="7717586110")
    lab.person.add_requisite(company, RQ_INN="7707083893")
    assert len(lab.result("crm.requisite.list", {"filter": {"RQ_INN": "7717586110"}})) == 1
    assert len(lab.result("crm.requisite.list", {"filter": {"RQ_INNN": "7717586110"}})) == 2
    assert lab.error("crm.item.list", {"entityTypeId": 4, "filter": {"titel": "A"}}) == (400, "INVALID_ARG_VALUE")


def test_user_get_by_email_under_user_brief_returns_all(lab: Lab) -> None:
    lab.portal.add_user("Иван", "Иванов", "ivan@example.ru")
    brief = lab.portal.add_webhook(1, "brief", ["user_brief"])
    asked = {"FILTER": {"EMAIL": "ivan@example.ru"}}
    everyone = lab.http.post(f"{brief}user.get", json=asked).json()
    assert (everyone["total"], "EMAIL" in everyone["result"][0]) == (2, False)
    assert [user["ID"] for user in lab.result("user.get", asked)] == ["2"]
    assert lab.call("user.get", {"FILTER": {"EMAIL": "nobody@example.ru"}}) | {"time": 0} == {"result": [], "time": 0}
    assert [user["ID"] for user in lab.result("user.get", {"ID": 2})] == ["2"]
    lab.person.dismiss(2)
    assert [user["ACTIVE"] for user in lab.result("user.get", {"filter": {"ACTIVE": True}})] == [True]
    assert lab.result("user.current")["ID"] == "1"


def test_user_fields_of_users_need_their_scope(lab: Lab) -> None:
    lab.portal.users[1].custom["UF_USR_1C_ID"] = "000001"
    plain = lab.portal.add_webhook(1, "plain", ["user"])
    assert "UF_USR_1C_ID" not in lab.http.post(f"{plain}user.get").json()["result"][0]
    assert lab.result("user.get", {"FILTER": {"UF_USR_1C_ID": "000001"}})[0]["UF_USR_1C_ID"] == "000001"


def test_departments(lab: Lab) -> None:
    assert lab.result("department.get", {"ID": 1}) == [{"ID": "1", "NAME": "Компания", "SORT": 500}]


def test_both_families_show_one_deal(lab: Lab) -> None:
    field = lab.person.add_user_field("ONEC_ACT_NUMBER", "string")
    deal = lab.person.add_deal("Сделка", OPPORTUNITY="1000.5", **{field: "А-1"})
    old, new = (
        lab.result("crm.deal.get", {"id": deal}),
        lab.result("crm.item.get", {"entityTypeId": 2, "id": deal})["item"],
    )
    assert (old["ID"], old["OPPORTUNITY"], old["IS_MANUAL_OPPORTUNITY"], old["LEAD_ID"]) == ("1", "1000.50", "N", None)
    assert (new["id"], new["opportunity"], new["isManualOpportunity"], new["companyId"]) == (1, 1000.5, "N", 0)
    assert (old["UF_CRM_ONEC_ACT_NUMBER"], new["ufCrmOnecActNumber"]) == ("А-1", "А-1")
    original = {"entityTypeId": 2, "id": deal, "useOriginalUfNames": "Y"}
    assert lab.result("crm.item.get", original)["item"][field] == "А-1"
    assert "UF_CRM_ONEC_ACT_NUMBER" not in lab.result("crm.deal.list")[0]
    assert lab.result("crm.deal.list", {"select": ["UF_*"]}) == [{"ID": "1", field: "А-1"}]
    assert old["BEGINDATE"] == "2026-09-01T03:00:00+03:00"


def test_errors_of_both_families(lab: Lab) -> None:
    assert lab.error("crm.deal.get", {"id": 7}) == (400, "")
    assert lab.error("crm.deal.get", {}) == (400, "")
    assert lab.error("crm.item.get", {"entityTypeId": 2, "id": 7}) == (400, "NOT_FOUND")
    assert lab.error("crm.item.get", {"entityTypeId": 2}) == (400, "100")
    assert lab.error("crm.item.update", {"entityTypeId": 2, "id": 7, "fields": {}}) == (400, "NOT_FOUND")
    assert lab.error("crm.item.list", {"entityTypeId": 31}) == (400, "ENTITY_TYPE_NOT_SUPPORTED")


def test_filters(lab: Lab) -> None:
    for number in range(1, 5):
        lab.pass_time(60)
        lab.person.add_deal(f"deal {number}", OPPORTUNITY=number * 100, COMPANY_ID=number % 2)

    def ids(name: str, conditions: object) -> list[int]:
        params = {"filter": conditions, "order": {"id": "DESC"}, "entityTypeId": 2}
        result = lab.result(name, params)
        rows = result["items"] if isinstance(result, dict) else result
        return [int(row.get("id") or row["ID"]) for row in rows]

    assert ids("crm.item.list", {">=updatedTime": "2026-09-01T12:03:00+03:00"}) == [4, 3]
    assert ids("crm.item.list", {"@id": [1, 3, 9]}) == [3, 1]
    assert ids("crm.item.list", {"0": {"logic": "OR", "0": {"id": 1}, "1": {"<opportunity": 250}}}) == [2, 1]
    assert ids("crm.item.list", {"!companyId": 1, "%title": "DEAL"}) == [4, 2]
    assert ids("crm.deal.list", {">OPPORTUNITY": "200.00", "!ID": 4}) == [3]
    assert ids("crm.deal.list", {"ID": ["2", "3"]}) == [3, 2]
    assert ids("crm.deal.list", {">DATE_CREATE": "not a date"}) == []
    assert ids("crm.deal.list", {"=%TITLE": "%2"}) == [2]


def test_stages_make_history(lab: Lab) -> None:
    lab.portal.crm.add_category(1, "Услуги")
    deal = lab.person.add_deal("x")
    lab.person.move_deal(deal, "EXECUTING")
    lab.pass_time(60)
    lab.person.move_deal(deal, "EXECUTING")
    lab.person.change_funnel(deal, 1)
    lab.pass_time(300)
    lab.person.move_deal(deal, "C1:WON")
    rows = lab.result("crm.stagehistory.list", {"entityTypeId": 2, "order": {"ID": "ASC"}, "filter": {">ID": 1}})[
        "items"
    ]
    assert [(row["TYPE_ID"], row["STAGE_ID"], row["STAGE_SEMANTIC_ID"]) for row in rows] == [
        (2, "EXECUTING", "P"), (5, "C1:NEW", "P"), (3, "C1:WON", "S"),
    ]  # fmt: skip
    assert rows[0] == rows[0] | {"ID": 2, "OWNER_ID": 1, "CATEGORY_ID": 0, "CREATED_TIME": "2026-09-01T12:00:00+03:00"}
    item = lab.result("crm.item.get", {"entityTypeId": 2, "id": deal})["item"]
    assert (item["closed"], item["previousStageId"], item["movedTime"]) == ("Y", "C1:NEW", "2026-09-01T12:06:00+03:00")
    assert lab.error("crm.stagehistory.list", {"entityTypeId": 2, "filter": {"STAGE": 1}})[1] == "INVALID_ARG_VALUE"
    lab.person.delete_deal(deal)
    assert lab.call("crm.stagehistory.list", {"entityTypeId": 2})["result"]["items"] == []


def test_a_deal_created_in_a_final_stage_has_only_that_row(lab: Lab) -> None:
    lab.person.add_deal("x", STAGE_ID="WON")
    assert [move.kind for move in lab.portal.crm.history] == [3]


def test_an_update_without_a_difference_changes_nothing(lab: Lab) -> None:
    deal = lab.person.add_deal("x")
    before = len(lab.portal.effects)
    asked = {"entityTypeId": 2, "id": deal, "fields": {"title": "x", "unknown": 1}}
    assert lab.result("crm.item.update", asked)["item"]["title"] == "x"
    assert len(lab.portal.effects) == before
    assert lab.result("crm.deal.update", {"id": deal, "fields": {"CATEGORY_ID": 5, "title": "y"}}) is True
    assert lab.result("crm.deal.get", {"id": deal})["CATEGORY_ID"] == "0"
    assert lab.portal.effects[-1].fields == {"TITLE": "y"}


def test_a_stage_may_require_fields() -> None:
    lab = Lab(options=Options(required_fields={"WON": ["COMMENTS"]}))
    deal = lab.person.add_deal("x")
    asked = {"entityTypeId": 2, "id": deal, "fields": {"stageId": "WON"}}
    assert lab.error("crm.item.update", asked) == (400, "CRM_FIELD_ERROR_REQUIRED")
    assert lab.result("crm.deal.update", {"id": deal, "fields": {"STAGE_ID": "WON"}}) is True


def test_product_rows_compute_the_four_prices(lab: Lab) -> None:
    deal = lab.person.add_deal("x")
    row = {
        "productName": "iphone 14",
        "price": 90000,
        "quantity": 3,
        "discountTypeId": 2,
        "discountRate": 10,
        "taxRate": 10,
    }
    asked = {"ownerType": "D", "ownerId": deal, "productRows": [row]}
    found = lab.result("crm.item.productrow.set", asked)["productRows"][0]
    wanted = {"priceExclusive": 81818.18, "priceNetto": 90909.09, "priceBrutto": 100000, "discountSum": 9090.91}
    assert found == found | wanted
    assert lab.result("crm.deal.get", {"id": deal})["OPPORTUNITY"] == "270000.00"
    assert lab.result("crm.deal.productrows.get", {"id": deal})[0]["ID"] == str(found["id"])


def test_tax_rate_null_is_not_zero(lab: Lab) -> None:
    deal = lab.person.add_deal("x")
    lab.person.set_rows(
        deal, [{"productName": "a", "price": 1, "taxRate": None}, {"productName": "b", "price": 2, "taxRate": 0}]
    )
    asked = {"filter": {"=ownerType": "D", "=ownerId": deal}}
    assert [row["taxRate"] for row in lab.result("crm.item.productrow.list", asked)["productRows"]] == [None, 0]
    bare = {"filter": {"ownerType": "D", "ownerId": deal}}
    assert lab.error("crm.item.productrow.list", bare) == (400, "INVALID_ARG_VALUE")
    rates = {row["name"]: row["rate"] for row in lab.result("catalog.vat.list")["vats"]}
    assert (rates["Без НДС"], rates["НДС 0%"]) == (None, 0)


def test_a_manual_amount_stays(lab: Lab) -> None:
    deal = lab.person.add_deal("x", IS_MANUAL_OPPORTUNITY=True, OPPORTUNITY="5")
    added = lab.result(
        "crm.item.productrow.add", {"fields": {"ownerId": deal, "ownerType": "D", "price": 7.1, "quantity": 2}}
    )
    number = added["productRow"]["id"]
    assert lab.portal.crm.items[2][deal]["OPPORTUNITY"] == Decimal("5")
    lab.result("crm.item.update", {"entityTypeId": 2, "id": deal, "fields": {"isManualOpportunity": "N"}})
    assert lab.portal.crm.items[2][deal]["OPPORTUNITY"] == Decimal("14.20")
    lab.result("crm.item.productrow.update", {"id": number, "fields": {"quantity": 3}})
    assert lab.portal.crm.items[2][deal]["OPPORTUNITY"] == Decimal("21.30")
    assert lab.result("crm.item.productrow.get", {"id": number})["productRow"]["quantity"] == 3
    lab.result("crm.item.productrow.delete", {"id": number})
    assert lab.error("crm.item.productrow.get", {"id": number}) == (400, "NOT_FOUND")


def test_okei_codes_are_integers(lab: Lab) -> None:
    codes = {row["symbol"]: row["code"] for row in lab.result("catalog.measure.list")["measures"]}
    assert (codes["м"], codes["шт"]) == (6, 796)
    assert [row["CODE"] for row in lab.result("crm.measure.list", {"filter": {"CODE": 6}})] == ["6"]
    lab.portal.add_user("Не", "Админ", "n@example.ru")
    lab.portal.add_webhook(2, "plain", ["catalog"])
    answer = lab.http.post(f"{lab.portal.client_endpoint}2/plain/catalog.measure.list")
    assert (answer.status_code, answer.json()["error"]) == (403, "ACCESS_DENIED")


def test_a_deal_without_a_requisite_link(lab: Lab) -> None:
    company, own = lab.person.add_company("A"), lab.person.add_company("Мы", IS_MY_COMPANY=True)
    deal = lab.person.add_deal("x", COMPANY_ID=company)
    key = {"entityTypeId": 2, "entityId": deal}
    assert lab.error("crm.requisite.link.get", key) == (400, "")
    requisite, mine = lab.person.add_requisite(company), lab.person.add_requisite(own)
    lab.person.link_requisites(deal, requisite=requisite, own_requisite=mine)
    assert lab.result("crm.requisite.link.get", key) == {
        "ENTITY_TYPE_ID": 2, "ENTITY_ID": 1, "REQUISITE_ID": "1", "BANK_DETAIL_ID": "0", "MC_REQUISITE_ID": "2",
        "MC_BANK_DETAIL_ID": "0",
    }  # fmt: skip
    assert lab.result("crm.requisite.link.list", {"filter": {"ENTITY_TYPE_ID": 2}})[0]["ENTITY_ID"] == "1"
    assert [row["TITLE"] for row in lab.result("crm.company.list", {"filter": {"IS_MY_COMPANY": "Y"}})] == ["Мы"]
    mine_only = {"entityTypeId": 4, "filter": {"isMyCompany": "Y"}, "select": ["id", "title"]}
    assert lab.result("crm.item.list", mine_only)["items"] == [{"id": 2, "title": "Мы"}]


def test_requisites_and_addresses(lab: Lab) -> None:
    company = lab.person.add_company("A")
    fields = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": 1, "NAME": "Организация", "RQ_INN": "7717586110"}
    number = lab.result("crm.requisite.add", {"fields": fields})
    shown = lab.result("crm.requisite.get", {"id": number})
    assert (shown["RQ_INN"], shown["RQ_KPP"], shown["DATE_MODIFY"], shown["SORT"]) == ("7717586110", None, "", "500")
    lab.person.edit_requisite(number, RQ_KPP="770501001")
    assert lab.result("crm.requisite.list", {"filter": {"RQ_KPP": "770501001"}, "select": ["ID"]}) == [{"ID": "1"}]
    assert lab.error("crm.requisite.get", {"id": 9}) == (400, "")
    address = {"TYPE_ID": 6, "ENTITY_TYPE_ID": 8, "ENTITY_ID": number, "CITY": "Тюмень"}
    assert lab.result("crm.address.add", {"fields": address}) is True
    assert lab.error("crm.address.add", {"fields": address}) == (400, "")
    found = lab.result("crm.address.list", {"filter": {"ENTITY_TYPE_ID": 8, "ENTITY_ID": number, "TYPE_ID": 6}})
    assert (found[0]["CITY"], found[0]["ANCHOR_TYPE_ID"], found[0]["ANCHOR_ID"]) == ("Тюмень", "4", "1")
    lab.person.add_bank_detail(number, NAME="Банк", RQ_BIK="044525225")
    assert lab.result("crm.requisite.bankdetail.list", {"filter": {"ENTITY_ID": number}})[0]["RQ_BIK"] == "044525225"
    assert [row["ID"] for row in lab.result("crm.requisite.preset.list")] == ["1", "2", "3"]


def test_companies_and_contacts_keep_multifields(lab: Lab) -> None:
    fields = {
        "TITLE": "ИП Титов",
        "ORIGINATOR_ID": "1C",
        "ORIGIN_ID": "guid",
        "PHONE": [{"VALUE": "+7999", "VALUE_TYPE": "WORK"}],
    }
    company = lab.result("crm.company.add", {"fields": fields})
    assert "PHONE" not in lab.result("crm.company.list")[0]
    listed = lab.result("crm.company.list", {"filter": {"ORIGIN_ID": "guid"}, "select": ["ID", "PHONE"]})
    assert listed == [
        {"ID": str(company), "PHONE": [{"ID": "1", "VALUE_TYPE": "WORK", "VALUE": "+7999", "TYPE_ID": "PHONE"}]}
    ]
    contact = lab.person.add_contact("Пётр", "Петров", COMPANY_ID=company)
    assert lab.result("crm.contact.get", {"id": contact})["LAST_NAME"] == "Петров"


def test_user_fields_of_deals(lab: Lab) -> None:
    asked = {"fields": {"FIELD_NAME": "ONEC_DATE", "USER_TYPE_ID": "date", "LABEL": "Дата акта"}}
    number = lab.result("crm.deal.userfield.add", asked)
    assert lab.error("crm.deal.userfield.add", asked) == (400, "ERROR_CORE")
    assert lab.error("crm.deal.userfield.add", {"fields": {"FIELD_NAME": "X" * 44, "USER_TYPE_ID": "string"}}) == (
        400,
        "",
    )
    listed = lab.result("crm.deal.userfield.list", {"filter": {"FIELD_NAME": "UF_CRM_ONEC_DATE"}})
    assert (listed[0]["ID"], listed[0]["EDIT_FORM_LABEL"]) == (str(number), "Дата акта")
    assert "ufCrmOnecDate" in lab.result("crm.item.fields", {"entityTypeId": 2})["fields"]
    deal = lab.result("crm.deal.add", {"fields": {"TITLE": "x", "UF_CRM_ONEC_DATE": "2026-09-05"}})
    assert lab.result("crm.deal.get", {"id": deal})["UF_CRM_ONEC_DATE"] == "2026-09-05T03:00:00+03:00"
    assert lab.result("crm.deal.userfield.delete", {"id": number}) is True
    assert "UF_CRM_ONEC_DATE" not in lab.result("crm.deal.get", {"id": deal})


def test_activities_and_comments(lab: Lab) -> None:
    deal = lab.person.add_deal("x")
    asked = {
        "ownerTypeId": 2,
        "ownerId": deal,
        "deadline": "2026-09-03T15:00:00+03:00",
        "title": "Акт отклонён",
        "responsibleId": 1,
    }
    number = lab.result("crm.activity.todo.add", asked)["id"]
    shown = lab.result("crm.activity.get", {"id": number})
    assert (shown["SUBJECT"], shown["COMPLETED"], shown["PROVIDER_ID"]) == ("Акт отклонён", "N", "CRM_TODO")
    assert lab.error("crm.activity.todo.add", {**asked, "deadline": "soon"}) == (400, "WRONG_DATETIME_FORMAT")
    assert lab.error("crm.activity.todo.add", {**asked, "ownerId": 9}) == (400, "OWNER_NOT_FOUND")
    lab.result("crm.activity.update", {"id": number, "fields": {"COMPLETED": "Y"}})
    closed = {"filter": {"OWNER_TYPE_ID": 2, "OWNER_ID": deal, "COMPLETED": "Y"}, "select": ["ID"]}
    assert lab.result("crm.activity.list", closed) == [{"ID": str(number)}]
    comment = {"ENTITY_ID": deal, "ENTITY_TYPE": "deal", "COMMENT": "текст"}
    assert lab.result("crm.timeline.comment.add", {"fields": comment}) == 1
    assert lab.error("crm.timeline.comment.add", {"FIELDS": comment}) == (400, "100")


def test_a_tag_replaces_a_notice_only_for_an_application(lab: Lab) -> None:
    notice = {"USER_ID": 1, "MESSAGE": "[B]Сбой[/B]", "TAG": "HUB|ERR|42"}
    for _ in range(2):
        lab.result("im.notify.system.add", notice)
    assert len(lab.portal.notifications) == 2
    token = lab.token(lab.application())
    numbers = [lab.result("im.notify.system.add", notice, token) for _ in range(2)]
    assert len(lab.portal.notifications) == 3
    assert numbers[0] not in lab.portal.notifications
    assert lab.error("im.notify.personal.add", {"USER_ID": 1}) == (400, "MESSAGE_EMPTY")
    assert lab.error("im.notify.personal.add", {"MESSAGE": "x"}) == (400, "USER_ID_EMPTY")


def test_dictionaries(lab: Lab) -> None:
    lab.portal.crm.add_category(1, "Услуги")
    assert [row["id"] for row in lab.result("crm.category.list", {"entityTypeId": 2})["categories"]] == [1, 0]
    assert lab.result("crm.category.get", {"entityTypeId": 2, "id": 0})["category"]["isDefault"] == "Y"
    stages = lab.result("crm.status.list", {"filter": {"ENTITY_ID": "DEAL_STAGE_1"}, "order": {"SORT": "ASC"}})
    assert (stages[0]["STATUS_ID"], stages[5]["SEMANTICS"], stages[5]["EXTRA"]["SEMANTICS"]) == (
        "C1:NEW",
        "S",
        "success",
    )
    assert lab.call("crm.currency.list")["total"] == 0
    assert lab.result("crm.currency.get", {"id": "RUB"})["AMOUNT"] == "1.0000"
    assert lab.result("crm.currency.base.get") == "RUB"


def test_robots_of_an_application(lab: Lab) -> None:
    application, deal = lab.application(), lab.person.add_deal("x")
    token = lab.token(application)
    robot = {"CODE": "hub", "HANDLER": "https://hub.example.ru/bp", "NAME": "Создать акт", "AUTH_USER_ID": 1}
    assert lab.result("bizproc.robot.add", robot, token) is True
    assert lab.error("bizproc.robot.add", robot, token) == (400, "ERROR_ACTIVITY_ALREADY_INSTALLED")
    assert lab.error("bizproc.robot.add", robot) == (403, "WRONG_AUTH_TYPE")
    url, body, mark = lab.person.start_robot(application.client_id, "hub", deal, doc="1")
    assert url == robot["HANDLER"]
    assert b"document_id%5B2%5D=DEAL_1" in body
    assert b"auth%5Brefresh_token%5D" in body
    assert lab.error("bizproc.event.send", {"EVENT_TOKEN": mark + "x"}) == (403, "ACCESS_DENIED")
    for value in ("first", "second"):
        assert lab.result("bizproc.event.send", {"EVENT_TOKEN": mark, "RETURN_VALUES": {"result": value}}) is True
    assert lab.portal.callbacks[mark]["values"] == {"result": "first"}
    assert lab.result("bizproc.robot.list", {}, token) == ["hub"]
    assert lab.result("bizproc.robot.delete", {"CODE": "hub"}, token) is True


def test_a_stage_of_another_funnel_is_refused(lab: Lab) -> None:
    deal = lab.person.add_deal("x")
    assert lab.error("crm.deal.update", {"id": deal, "fields": {"STAGE_ID": "C5:NEW"}}) == (400, "")
    asked = {"entityTypeId": 2, "id": deal, "fields": {"stageId": "C5:NEW"}}
    assert lab.error("crm.item.update", asked) == (400, "INVALID_ARG_VALUE")
    bad = {"entityTypeId": 2, "filter": {">CREATED_TIME": "yesterday"}}
    assert lab.error("crm.stagehistory.list", bad) == (400, "INVALID_ARG_VALUE")


def test_items_of_companies_carry_fm(lab: Lab) -> None:
    fields = {"title": "A", "fm": [{"typeId": "EMAIL", "valueType": "WORK", "value": "a@example.ru"}]}
    item = lab.result("crm.item.add", {"entityTypeId": 4, "fields": fields})["item"]
    assert item["fm"] == [{"id": 1, "typeId": "EMAIL", "valueType": "WORK", "value": "a@example.ru"}]
    assert (item["hasEmail"], item["hasPhone"]) == ("Y", "N")
    assert "fm" not in lab.result("crm.item.list", {"entityTypeId": 4})["items"][0]
    assert lab.result("crm.item.delete", {"entityTypeId": 4, "id": item["id"]}) == []
