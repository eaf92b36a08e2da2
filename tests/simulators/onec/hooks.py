"""What the object modules of each product do on write and on posting (facts §2, §6.9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import NAMESPACE_OID, uuid5

from tests.simulators.onec.errors import refused
from tests.simulators.onec.schema import EMPTY_KEY, UNDEFINED
from tests.simulators.onec.store import Store
from tests.simulators.onec.units import Unit
from tests.simulators.onec.values import ZERO, Record, Row, is_empty

CLOSING = "InformationRegister_ДатыЗапретаИзменения"
STATUSES = "InformationRegister_СтатусыДокументов"
ACCOUNTS = "ChartOfAccounts_Хозрасчетный"
_BP_HEADER = {"СчетУчетаРасчетовСКонтрагентом_Key": "62.01", "СчетУчетаРасчетовПоАвансам_Key": "62.02"}
_BP_ROW = {"СчетДоходов_Key": "90.01.1", "СчетУчетаНДСПоРеализации_Key": "90.03", "СчетРасходов_Key": "90.02.1"}
_BP_CLEARED = {"Услуги": ("Товары", "АгентскиеУслуги", "ВозвратнаяТара"), "Товары": ("Услуги",)}
_BP_SUMMED = ("Товары", "Услуги", "АгентскиеУслуги", "ВозвратнаяТара")
_CLIENT_STATUS = "StandardODATA.СтатусыДокументовРеализации"


def before_write(unit: Unit, record: Record, old: Record | None) -> None:
    """Everything before the write; a refusal leaves nothing behind."""
    if record.entity.kind != "document":
        return
    check_period(unit, record)
    if old is not None:
        check_period(unit, old)
    _BEFORE[unit.hooks](unit, record, old)
    _name_rows(record)


def after_write(unit: Unit, record: Record, old: Record | None) -> None:
    """What follows a write: the status row of BP (§4)."""
    if unit.hooks == "bp" and unit.switches.status_rows and record.entity.kind == "document":
        _write_status(unit.store, record, old)


def after_delete(unit: Unit, record: Record) -> None:
    """Registers that belong to a removed document go with it."""
    found = unit.store.get(STATUSES, _status_key(record)) if record.entity.kind == "document" else None
    if found is not None:
        unit.store.remove(found)


def before_post(unit: Unit, record: Record) -> None:
    """Checks of posting: the fill check where it runs (§6.10), discounts and rights of УТ/ERP (§2.3)."""
    if unit.switches.fill_check:
        _check_filled(record)
    if unit.hooks == "trade" and record.entity.name == "Document_АктВыполненныхРабот":
        _check_discounts(unit, record.values)


def check_period(unit: Unit, record: Record) -> None:
    """Closed periods (§2.1), for all organisations or for one."""
    day = str(record.values["Date"])[:10]
    organisation = record.values.get("Организация_Key")
    for closing in unit.store.records(CLOSING):
        scope = str(closing.values["Объект"])
        until = str(closing.values["ДатаЗапрета"])[:10]
        if scope in ("", organisation) and day <= until:
            first = date.fromisoformat(until) + timedelta(days=1)
            raise refused(f"Запрещено изменять данные с датой ранее {first:%d.%m.%Y}")


def total(record: Record, sections: tuple[str, ...], included: str) -> Decimal:
    """The sum of the rows, with VAT on top unless it is included."""
    found = ZERO
    for section in sections:
        for row in record.rows.get(section, []):
            found += _number(row, "Сумма")
            found += ZERO if record.values.get(included) else _number(row, "СуммаНДС")
    return found


def _number(row: Row, prop: str) -> Decimal:
    value = row.get(prop, ZERO)
    return value if isinstance(value, Decimal) else ZERO


def _bp(unit: Unit, record: Record, old: Record | None) -> None:
    values = record.values
    _check_date(unit, str(values["Date"]))
    if unit.switches.fixed_time and old is None:
        values["Date"] = f"{str(values['Date'])[:10]}T14:00:00"
    for section in _BP_CLEARED.get(str(values.get("ВидОперации", "")), ()):
        record.rows[section] = []
    values["СуммаДокумента"] = total(record, _BP_SUMMED, "СуммаВключаетНДС")
    if unit.switches.fill_accounts:
        _fill_accounts(unit.store, record)
    if unit.switches.default_contract:
        _default_contract(unit.store, values, "ДоговорКонтрагента_Key")
    if old is not None and _renumbers(values, old.values):
        values["Number"] = ""


def _check_date(unit: Unit, moment: str) -> None:
    if not 2000 <= int(moment[:4]) <= int(unit.now()[:4]) + 9:
        raise refused("Дата документа вне допустимого диапазона")


def _renumbers(values: Row, old: Row) -> bool:
    """Another organisation or numbering period empties the number (§2.1)."""
    moved = str(values["Date"])[:4] != str(old["Date"])[:4]
    other = values.get("Организация_Key") != old.get("Организация_Key")
    return values["Number"] == old["Number"] and (moved or other)


def _fill_accounts(store: Store, record: Record) -> None:
    _fill_from_chart(store, record.values, _BP_HEADER)
    for row in record.rows.get("Услуги", []):
        _fill_from_chart(store, row, _BP_ROW)


def _fill_from_chart(store: Store, values: Row, codes: dict[str, str]) -> None:
    for prop, code in codes.items():
        if values.get(prop) == EMPTY_KEY:
            found = store.where(ACCOUNTS, "Code", code)
            values[prop] = found[0].values["Ref_Key"] if found else EMPTY_KEY


def _default_contract(store: Store, values: Row, prop: str) -> None:
    """An empty contract is filled if the counterparty has exactly one with this organisation."""
    client = values.get("Контрагент_Key", EMPTY_KEY)
    if values.get(prop) != EMPTY_KEY or client == EMPTY_KEY:
        return
    owner = "Owner_Key" if prop == "ДоговорКонтрагента_Key" else "Owner"
    wanted = {"Организация_Key": values.get("Организация_Key"), "DeletionMark": False}
    all_found = store.where("Catalog_ДоговорыКонтрагентов", owner, client)
    found = [one for one in all_found if wanted.items() <= one.values.items()]
    if len(found) == 1:
        values[prop] = found[0].values["Ref_Key"]


def _trade(unit: Unit, record: Record, old: Record | None) -> None:
    values = record.values
    values["СуммаДокумента"] = total(record, ("Услуги", "Товары", "Доходы"), "ЦенаВключаетНДС")
    if values.get("СуммаВзаиморасчетов") == ZERO and values.get("Валюта_Key") == values.get("ВалютаВзаиморасчетов_Key"):
        values["СуммаВзаиморасчетов"] = values["СуммаДокумента"]
    if not values.get("ПорядокРасчетов"):
        values["ПорядокРасчетов"] = _settlement(unit.store, values)
    if "Согласован" in values:
        # It mirrors posting: forced to false on a plain write (§2.3).
        values["Согласован"] = values["Posted"]
    if values.get("Автор_Key") == EMPTY_KEY:
        author = next(unit.store.find("Catalog_Пользователи", {"Description": unit.by}), None)
        values["Автор_Key"] = author.values["Ref_Key"] if author else EMPTY_KEY


def _settlement(store: Store, values: Row) -> str:
    for prop, target in (
        ("Договор_Key", "Catalog_ДоговорыКонтрагентов"),
        ("Соглашение_Key", "Catalog_СоглашенияСКлиентами"),
    ):
        found = store.get(target, (str(values.get(prop, EMPTY_KEY)),))
        if found is not None:
            return str(found.values["ПорядокРасчетов"])
    return ""


def _check_discounts(unit: Unit, values: Row) -> None:
    if unit.switches.automatic_discounts and not values.get("СкидкиРассчитаны"):
        raise refused("Автоматические скидки не рассчитаны", "ОбработкаПроведения")
    if not unit.switches.act_without_order and not values.get("АктПоЗаказам"):
        raise refused("Недостаточно прав для оформления акта без заказа", "ОбработкаПроведения")


def _unf(unit: Unit, record: Record, old: Record | None) -> None:
    values = record.values
    if unit.switches.default_contract and _without_contracts(unit.store, values):
        _default_contract(unit.store, values, "Договор_Key")
    rows = record.rows.get("РаботыИУслуги", [])
    # `Всего` is taken as sent, not computed (§2.4).
    values["СуммаДокумента"] = sum((_number(row, "Всего") for row in rows), ZERO)
    if values.get("ПоложениеЗаказаПокупателя") == "ВШапке":
        for row in rows:
            row["ЗаказПокупателя_Key"] = values.get("ЗаказПокупателя_Key", EMPTY_KEY)


def _without_contracts(store: Store, values: Row) -> bool:
    client = store.get("Catalog_Контрагенты", (str(values.get("Контрагент_Key", EMPTY_KEY)),))
    return client is not None and not client.values["ВестиРасчетыПоДоговорам"]


def _name_rows(record: Record) -> None:
    """`ИдентификаторСтроки` is filled by 1C (§2.1)."""
    for section, rows in record.rows.items():
        for row in rows:
            if row.get("ИдентификаторСтроки") == "":
                name = f"{record.values['Ref_Key']}/{section}/{row['LineNumber']}"
                row["ИдентификаторСтроки"] = str(uuid5(NAMESPACE_OID, name))


def _write_status(store: Store, record: Record, old: Record | None) -> None:
    """The first save makes a row "not signed"; later saves keep what the user set (§4)."""
    kept = store.get(STATUSES, _status_key(old)) if old else None
    row = kept.copy() if kept else store.blank(store.product.entities[STATUSES])
    if kept:
        store.remove(kept)
    row.values |= dict(zip(row.entity.key, _status_key(record), strict=True))
    if row.values["Статус_Type"] == UNDEFINED:
        row.values |= {"Статус": "НеПодписан", "Статус_Type": _CLIENT_STATUS}
    row.values["СтатусСчетаФактуры"] = "НеТребуется" if record.values.get("ДокументБезНДС") else "Отсутствует"
    store.put(row)


def _status_key(record: Record) -> tuple[str, ...]:
    values = record.values
    return str(values.get("Организация_Key", EMPTY_KEY)), str(values["Ref_Key"]), f"StandardODATA.{record.entity.name}"


def _check_filled(record: Record) -> None:
    fields = record.entity.fields
    missing = [item.name for prop, item in fields.items() if item.check and is_empty(item, record.values[prop])]
    for section, rows in record.rows.items():
        for row in rows:
            for prop, item in record.entity.rows[section].items():
                if item.check and is_empty(item, row[prop]):
                    missing.append(f"{section}[{row['LineNumber']}].{item.name}")
    if missing:
        text = "\n".join(f'Поле "{name}" не заполнено' for name in missing)
        raise refused(text, "ОбработкаПроверкиЗаполнения")


_BEFORE: dict[str, Callable[[Unit, Record, Record | None], None]] = {"bp": _bp, "trade": _trade, "unf": _unf}
