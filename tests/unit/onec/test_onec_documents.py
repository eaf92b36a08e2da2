"""Bodies of documents and what is told of an act that came back otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from common.model.acts import Act, ActLine, VatValue
from common.model.ids import EMPTY_REF, BaseName, Ref
from common.onec.configurations import profile
from common.onec.odata import comparison, documents
from common.onec.odata.values import encode
from common.onec.profile import Text


def key(number: int) -> Ref:
    return Ref(f"00000000-0000-4000-8000-{number:012}")


LINE = ActLine(
    item=key(7),
    text="Разработка",
    quantity=Decimal("40"),
    price=Decimal("3050"),
    amount=Decimal("122000.00"),
    vat=VatValue(Decimal(22), "НДС22"),
    vat_amount=Decimal("22000.00"),
    total=Decimal("122000.00"),
    unit=key(18),
)
ACT = Act(
    base=BaseName("main"),
    ref=key(99),
    token="[b24:p/12/services]",
    comment="Сделка № 12 [b24:p/12/services]",
    day=date(2026, 1, 31),
    organisation=key(1),
    counterparty=key(2),
    partner=key(14),
    contract=key(3),
    agreement=key(15),
    currency=key(4),
    currency_code="643",
    settlement_currency=key(4),
    rate=Decimal(1),
    multiplicity=1,
    vat_included=True,
    without_vat=False,
    lines=(LINE,),
    total=Decimal("122000.00"),
    refs={"department": key(13)},
    line_refs={"department": key(13), "income_item_group": key(9)},
)
BP, TRADE, UNF = (profile(one) for one in ("bp30.sale_act", "ut11.completed_work", "unf30.completed_work"))
USD = replace(ACT, currency=key(40), settlement_currency=key(40), rate=Decimal("90.1234"), multiplicity=10)


def kept(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What 1C would give back for a body."""
    own = {"Number": "0000-000001", "DataVersion": "AAAAAAAAAAE=", "Posted": False, "DeletionMark": False}
    return {**body, **own, "СуммаДокумента": 122000, **changes}


def test_lines_are_numbered_from_one_as_text() -> None:
    body = documents.body(BP, replace(ACT, lines=(LINE, LINE)))
    assert [row["LineNumber"] for row in body["Услуги"]] == ["1", "2"]


def test_nothing_posts_or_marks() -> None:
    assert not {"Posted", "DeletionMark", "Number"} & set(documents.body(BP, ACT))


def test_numbers_keep_their_own_form() -> None:
    text = encode(documents.body(BP, USD)).decode()
    assert '"КурсВзаиморасчетов":90.1234,' in text
    assert '"КратностьВзаиморасчетов":"10"' in text
    assert '"Количество":40.000,' in text


def test_a_rate_of_trade_is_one_while_both_currencies_are_the_same() -> None:
    same = documents.body(TRADE, USD)
    other = documents.body(TRADE, replace(USD, settlement_currency=key(4)))
    assert (same["КурсЧислитель"], same["КурсЗнаменатель"]) == (1, 1)
    assert (other["КурсЧислитель"], other["КурсЗнаменатель"]) == (Decimal("90.1234"), 10)


@pytest.mark.parametrize(
    ("one", "attribute", "taxed", "exempt"),
    [
        (BP, "ДокументБезНДС", False, True),
        (TRADE, "НалогообложениеНДС", "ПродажаОблагаетсяНДС", "ПродажаНеОблагаетсяНДС"),
        (UNF, "НалогообложениеНДС", "ОблагаетсяНДС", "НеОблагаетсяНДС"),
    ],
)
def test_without_vat(one: Any, attribute: str, taxed: object, exempt: object) -> None:
    assert documents.body(one, ACT)[attribute] == taxed
    assert documents.body(one, replace(ACT, without_vat=True))[attribute] == exempt


def test_composite_references_name_their_type() -> None:
    row = documents.body(UNF, ACT)["РаботыИУслуги"][0]
    assert row["ЕдиницаИзмерения_Type"] == "StandardODATA.Catalog_КлассификаторЕдиницИзмерения"
    row = documents.body(BP, ACT)["Услуги"][0]
    assert (row["Субконто"], row["Субконто_Type"]) == (key(9), "StandardODATA.Catalog_НоменклатурныеГруппы")


def test_defaults_stand_only_where_the_profile_has_them() -> None:
    body = documents.body(BP, ACT)
    assert body["ПодразделениеОрганизации_Key"] == key(13)
    assert "Подразделение_Key" not in body["Услуги"][0]
    assert "СчетДоходов_Key" not in body["Услуги"][0]


def test_the_mark_is_in_the_comment_even_if_forgotten() -> None:
    assert documents.body(BP, replace(ACT, comment="Без метки"))["Комментарий"] == "Без метки [b24:p/12/services]"


@pytest.mark.parametrize(
    "line",
    [
        replace(LINE, quantity=Decimal("0.0001")),
        replace(LINE, amount=Decimal("0.001")),
        replace(LINE, vat_amount=Decimal("1e15")),
    ],
)
def test_what_1c_would_round_or_overflow_is_not_sent(line: ActLine) -> None:
    with pytest.raises(ValueError, match="more than"):
        documents.body(BP, replace(ACT, lines=(line,)))


def test_a_finer_price_is_rounded_the_sums_are_not() -> None:
    row = documents.body(BP, replace(ACT, lines=(replace(LINE, price=Decimal("2541.66667")),)))["Услуги"][0]
    assert (row["Цена"], row["Сумма"]) == (Decimal("2541.67"), Decimal("122000.00"))


def test_over_long_text_ends_visibly() -> None:
    assert documents.fitted(Text("x", 5), "123456") == "1234…"
    assert documents.fitted(Text("x", 5), "12345") == "12345"
    assert documents.fitted(Text("x"), "1" * 5000) == "1" * 5000


@pytest.mark.parametrize("one", [BP, TRADE, UNF])
def test_what_comes_back_unchanged_differs_in_nothing(one: Any) -> None:
    found = kept(documents.body(one, ACT))
    assert comparison.differences(one, ACT, documents.stored(one, found)) == []
    assert comparison.otherwise(one, documents.body(one, ACT), found) == ()


def test_the_time_of_day_and_line_ends_are_1cs_own_business() -> None:
    act = replace(ACT, comment="Сделка\n[b24:p/12/services]")
    body = documents.body(BP, act)
    found = kept(body, Date="2026-01-31T14:00:00", Комментарий="Сделка\r\n[b24:p/12/services] ")
    assert comparison.differences(BP, act, documents.stored(BP, found)) == []
    assert comparison.otherwise(BP, body, found) == ()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"Date": "2026-02-01T12:00:00"}, "Date"),
        ({"DeletionMark": True}, "DeletionMark"),
        ({"Контрагент_Key": key(5)}, "Контрагент_Key"),
        ({"ДоговорКонтрагента_Key": EMPTY_REF}, "ДоговорКонтрагента_Key"),
        ({"Контрагент": None}, "Контрагент_Key"),
        ({"ВалютаДокумента_Key": key(5)}, "ВалютаДокумента_Key"),
        ({"СуммаДокумента": Decimal("122000.01")}, "СуммаДокумента"),
        ({"Комментарий": "стёрто"}, "Комментарий"),
        ({"ПодразделениеОрганизации_Key": EMPTY_REF}, "ПодразделениеОрганизации_Key"),
        ({"Услуги": []}, "Услуги"),
    ],
)
def test_each_change_of_the_header_is_named(changes: dict[str, Any], named: str) -> None:
    found = documents.stored(BP, kept(documents.body(BP, ACT), **changes))
    apart = comparison.differences(BP, ACT, found)
    assert [one.partition(":")[0] for one in apart] == [named]


def test_posted_is_a_difference_of_an_act_just_created_only() -> None:
    body = documents.body(BP, ACT)
    found = kept(body, Posted=True)
    assert comparison.differences(BP, ACT, documents.stored(BP, found)) == []
    assert comparison.otherwise(BP, body, found) == ("Posted: False ≠ True",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Номенклатура_Key", EMPTY_REF),
        ("Содержание", "Разработ"),
        ("Количество", 41),
        ("Цена", 1),
        ("Сумма", 1),
        ("СтавкаНДС", "НДС20"),
        ("СуммаНДС", 1),
    ],
)
def test_each_change_of_a_line_is_named(name: str, value: object) -> None:
    body = documents.body(BP, ACT)
    found = kept(body, Услуги=[{**body["Услуги"][0], name: value}])
    apart = comparison.differences(BP, ACT, documents.stored(BP, found))
    assert [one.partition(":")[0] for one in apart] == [f"Услуги[1].{name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("КурсВзаиморасчетов", 2), ("СуммаВключаетНДС", False), ("ВидОперации", "ПродажаКомиссия")],
)
def test_what_the_nouns_do_not_carry_is_compared_on_creation(name: str, value: object) -> None:
    body = documents.body(BP, ACT)
    assert [one.partition(":")[0] for one in comparison.otherwise(BP, body, kept(body, **{name: value}))] == [name]


def test_accounts_are_compared_only_when_we_sent_them() -> None:
    body = documents.body(BP, ACT)
    filled = kept(body, Услуги=[{**body["Услуги"][0], "СчетДоходов_Key": key(8)}])
    assert comparison.otherwise(BP, body, filled) == ()


@pytest.mark.parametrize(
    ("comment", "ours"),
    [
        ("Сделка [b24:p/12/s]", True),
        ("[b24:p/12/s]", True),
        ("было [b24:p/12/s], стало", True),
        ("[b24:p/123/s]", False),
        ("[b24:p/12/s#2]", False),
        ("[b24:p/12/s]#2", False),
        ("x[b24:p/12/s]", False),
        ("[[b24:p/12/s]]", False),
        ("", False),
        ("[b24:p/12/s]#2 и [b24:p/12/s]", True),
    ],
)
def test_a_mark_is_never_a_part_of_another(comment: str, ours: bool) -> None:
    assert comparison.token_in("[b24:p/12/s]", comment) is ours
