"""Correspondence tables and rules as their keepers use them: versions, authors, CSV there and back, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from common.admin.rules import RuleBook, RulesRefused
from tests.scenarios.stories import House, asked, closed, map_value, shown
from tests.stand import ITEM, STAGES, Stand

HEAD = "\ufeffbase;key;value;note\r\n"


def book_of(stand: Stand) -> RuleBook:
    return stand.services.rule_book


def saved(stand: Stand, name: str, body: str, author: str = "Анна", version: int | None = None) -> str:
    return book_of(stand).import_csv(name, HEAD + body, author, version, over=version is None)


def refused(stand: Stand, name: str, body: str, version: int | None = None) -> str:
    before = book_of(stand).export_all()
    with pytest.raises(RulesRefused) as caught:
        saved(stand, name, body, "Борис", version)
    assert book_of(stand).export_all() == before
    return "\n".join(caught.value.faults)


def test_every_save_is_a_version_with_its_author(office: Stand) -> None:
    saved(office, "units", "*;778;642;\r\n")
    saved(office, "units", "*;778;796;упаковки считаем штуками\r\n", "Борис")
    version = office.services.kept.active("mapping:units")
    assert (version.number, version.author, version.at[:10]) == (2, "Борис", "2026-11-20")
    assert "unchanged" in saved(office, "units", "*;778;796;упаковки считаем штуками\r\n", "Вера")
    assert office.services.kept.active("mapping:units").author == "Борис"


def test_a_save_over_a_newer_version_is_refused_with_the_difference(office: Stand) -> None:
    saved(office, "units", "*;778;642;\r\n")
    saved(office, "units", "*;778;796;\r\n", "Анна", 1)
    said = refused(office, "units", "*;778;642;\r\n*;055;055;\r\n", 1)
    assert [word for word in ("version 2", "Анна", "778", "796", "642", "055") if word not in said] == []


def test_a_table_in_force_is_not_overwritten_by_who_does_not_say_what_he_started_from(office: Stand) -> None:
    saved(office, "units", "*;778;642;\r\n")
    with pytest.raises(RulesRefused, match="--version 1"):
        book_of(office).import_csv("units", HEAD + "*;778;796;\r\n", "Борис")


def test_csv_goes_out_and_comes_back_the_same(office: Stand) -> None:
    rows = [
        ["*", "name:Аудит; полный", "00-00000001", 'с «кавычками» и "такими"'],
        ["main", "name:=1+1", "Настройка обмена", "-не формула"],
        ["*", "product:12", "'00-7", "два\nряда"],
    ]
    book_of(office).import_all({"tables": {"nomenclature": rows}}, "Анна", over=True)
    text = book_of(office).export_csv("nomenclature")
    assert text.startswith(HEAD)
    # Cells that a spreadsheet would run as formulas are defused on the way out only.
    assert [cell for cell in (";'-не формула", ";''00-7;") if cell not in text] == []
    assert "unchanged" in book_of(office).import_csv("nomenclature", text, "Борис")
    assert book_of(office).export_all()["tables"]["nomenclature"] == rows


def test_what_excel_saves_with_commas_is_read_too(office: Stand) -> None:
    book_of(office).import_csv("units", "base,key,value\n,778,642\n", "Анна")
    assert book_of(office).export_all()["tables"]["units"] == [["*", "778", "642", ""]]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("*;name:Аудит;А;\r\n*;name:аудит ;Б;\r\n", ("row 2", "given twice", "А", "Б")),
        ("*;name:Аудит;;\r\n", ("row 1", "empty")),
        ("retail;name:Аудит;А;\r\n", ("row 1", "retail", "main")),
        ("*;name:Аудит\r\n", ("line 2",)),
    ],
    ids=["key twice", "no value", "unknown base", "short row"],
)
def test_a_faulty_table_is_refused_whole(office: Stand, body: str, words: tuple[str, ...]) -> None:
    said = refused(office, "nomenclature", body)
    assert [word for word in words if word not in said] == []


def test_the_same_key_may_stand_once_for_a_base_and_once_for_all(office: Stand) -> None:
    body = f"main;name:{ITEM};Настройка обмена;\r\n*;name:{ITEM};{ITEM};\r\n"
    assert "2 rows" in saved(office, "nomenclature", body)


def rule_faults(stand: Stand, **changes: Any) -> str:
    rules = book_of(stand).export_all()["acts"]
    with pytest.raises(RulesRefused) as caught:
        book_of(stand).import_all({"acts": [rules[0] | changes]}, "Анна")
    return "\n".join(caught.value.faults)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base": "retail"}, ("services_main", "retail", "main")),
        ({"profile": "ut11.completed_work"}, ("ut11.completed_work", "bp30")),
        ({"profile": "bp30.nothing"}, ("bp30.nothing",)),
        ({"stage": "C2:DONE"}, ("C2:DONE", "funnel 1")),
        ({"id": "Наши услуги"}, ("id",)),
        ({"contract": "field"}, ("contract_field",)),
        ({"contract": "field", "contract_field": "UF_CRM_Договор"}, ("UF_CRM_Договор", "43")),
        ({"back": {"number": "ONEC_NUMBER"}}, ("ONEC_NUMBER", "UF_CRM_")),
        ({"back": {"state": "UF_CRM_" + "A" * 44}}, ("UF_CRM_AAAA", "43")),
        ({"defaults": {}}, ("income_item_group", "required")),
        ({"defaults": {"income_item_group": "Услуги", "bank": "1"}}, ("unknown default", "bank")),
        ({"zero_price": "maybe"}, ("zero_price",)),
        ({"stages": []}, ("unknown field", "stages")),
        ({"since": "2026-11-01T00:00:00"}, ("since", "offset")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_faulty_rule_is_refused_in_words(office: Stand, changes: dict[str, Any], words: tuple[str, ...]) -> None:
    said = rule_faults(office, **changes)
    assert [word for word in words if word not in said] == []


def test_two_rules_for_one_act_are_refused(office: Stand) -> None:
    [rule] = book_of(office).export_all()["acts"]
    with pytest.raises(RulesRefused, match="two active rules make the same act"):
        book_of(office).import_all({"acts": [rule, rule | {"id": "twin"}]}, "Анна")


def test_two_rules_of_one_stage_may_not_write_the_same_fields_of_the_deal(house: House) -> None:
    stand = house(bases=["main", "small"])
    [first, second] = book_of(stand).export_all()["acts"]
    with pytest.raises(RulesRefused, match="both write UF_CRM_ONEC_ACT_NUMBER"):
        book_of(stand).import_all({"acts": [first, second | {"category": 1, "stage": first["stage"]}]}, "Анна")


def test_a_refused_import_leaves_the_old_rules_at_work(office: Stand) -> None:
    rule_faults(office, stage=STAGES["small"])
    deals = closed(office)
    office.quiet()
    assert shown(office, deals) == deals


def test_another_process_sees_a_new_row_within_a_minute(office: Stand) -> None:
    deal = office.deal()
    office.person.set_rows(deal, [office.row(100, productName="Аудит")])
    office.reach(deal)
    office.quiet()
    here = office.services
    office.restarted()
    office.services.table_book.tables()
    other, office.services = office.services, here
    map_value(office, "nomenclature", "name:Аудит", "Настройка обмена")
    office.services = other
    office.quiet(120)
    assert (office.reasons(), shown(office, [deal]), len(asked(office))) == ([], [deal], 1)


def test_a_file_made_from_an_older_version_is_refused_whole_with_the_difference(office: Stand) -> None:
    old = book_of(office).export_all()
    map_value(office, "nomenclature", "name:Аудит", "Настройка обмена")
    before = book_of(office).export_all()
    changed = old | {"tables": {"units": [["*", "778", "642", ""]], **old["tables"]}}
    with pytest.raises(RulesRefused) as caught:
        book_of(office).import_all(changed, "Борис")
    said = str(caught.value)
    assert [word for word in ("version 2", "version 1", "admin", "name:аудит", "--force") if word not in said] == []
    assert book_of(office).export_all() == before
    book_of(office).import_all(changed, "Борис", over=True)
    assert book_of(office).export_all()["tables"] == changed["tables"]


def test_a_file_of_the_versions_in_force_is_taken_and_says_what_it_changed(office: Stand) -> None:
    data = book_of(office).export_all()
    assert data["versions"] == {"acts": 1, "nomenclature": 1}
    data["acts"][0]["zero_price"] = "allow"
    assert book_of(office).import_all(data, "Борис") == [
        "nomenclature: unchanged, version 1",
        "acts: 1 rules, version 2",
    ]


def test_a_file_without_versions_is_for_the_first_import_only(office: Stand) -> None:
    rule = book_of(office).export_all()["acts"][0]
    units = {"tables": {"units": [["*", "778", "642", ""]]}}
    assert book_of(office).import_all(units, "Анна") == ["units: 1 rows, version 1"]
    assert "unchanged" in book_of(office).import_all(units, "Борис")[0]
    with pytest.raises(RulesRefused, match="does not say which version") as caught:
        book_of(office).import_all({"acts": [rule | {"zero_price": "allow"}]}, "Борис")
    assert caught.value.faults[-2:] == (
        "- rule services_main zero_price → stop",
        "+ rule services_main zero_price → allow",
    )


@pytest.mark.parametrize("versions", [{"acts": "3"}, {"act": 3}, [3], {"acts": True}])
def test_versions_of_another_shape_are_refused_in_words(office: Stand, versions: Any) -> None:
    data = book_of(office).export_all()
    with pytest.raises(RulesRefused, match="versions"):
        book_of(office).import_all(data | {"versions": versions}, "Анна")


def test_who_saves_at_the_same_moment_is_shown_the_difference(office: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, save = office.services.kept, office.services.kept.save

    def overtaken(name: str, rows: Any, author: str, expected: int) -> Any:
        monkeypatch.setattr(kept, "save", save)
        save(name, [["*", "778", "796", ""]], "Анна", expected)
        return save(name, rows, author, expected)

    monkeypatch.setattr(kept, "save", overtaken)
    with pytest.raises(RulesRefused) as caught:
        saved(office, "units", "*;778;642;\r\n", "Борис")
    assert caught.value.faults[1].startswith("saved by Анна")
    assert caught.value.faults[2:] == ("- * 778 → 796", "+ * 778 → 642")
