"""The people of the base: what an accountant and an administrator do in 1C itself (facts §4, §6.16)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.simulators.onec import writing
from tests.simulators.onec.bodies import Body
from tests.simulators.onec.schema import EMPTY_KEY, Entity
from tests.simulators.onec.store import Store
from tests.simulators.onec.units import Unit
from tests.simulators.onec.values import Json, Record

if TYPE_CHECKING:
    from tests.simulators.onec.infobase import Infobase

RATES = "InformationRegister_КурсыВалют"
FACTS = "InformationRegister_ДополнительныеСведения"
ORIGINALS = "InformationRegister_СостоянияОригиналовПервичныхДокументов"
CLOSING = "InformationRegister_ДатыЗапретаИзменения"
STATUSES = "InformationRegister_СтатусыДокументов"
PROPERTIES = "ChartOfCharacteristicTypes_ДополнительныеРеквизитыИСведения"


@dataclass
class Accountant:
    """Works in 1C without OData: handlers run, rights and sessions do not matter. Keys are `Ref_Key` texts."""

    store: Store
    unit: Unit
    lock: threading.RLock

    def add(self, entity: str, /, **fields: Json) -> str:
        """Add an object; returns its `Ref_Key`. Rows are numbered by themselves."""
        with self.lock:
            return str(writing.create(self.unit, self._entity(entity), fields).values["Ref_Key"])

    def edit(self, entity: str, key: str, /, **fields: Json) -> None:
        """Change properties or replace sections of an object."""
        with self.change(entity, key) as record:
            writing.update(self.unit, record, fields)

    def post(self, entity: str, key: str) -> None:
        """Post a document."""
        with self.change(entity, key) as record:
            writing.post(self.unit, record)

    def unpost(self, entity: str, key: str) -> None:
        """Undo the posting."""
        with self.change(entity, key) as record:
            writing.unpost(self.unit, record)

    def mark(self, entity: str, key: str, on: bool = True) -> None:
        """Mark for deletion; in 1C itself that undoes the posting, as people see it."""
        with self.change(entity, key) as record:
            body: Body = {"DeletionMark": on}
            if on and "Posted" in record.values:
                body["Posted"] = False
            writing.update(self.unit, record, body)

    def delete(self, entity: str, key: str) -> None:
        """Remove physically."""
        with self.change(entity, key) as record:
            writing.delete(self.unit, record)

    def renumber(self, entity: str, key: str, number: str) -> None:
        """Give a document another number."""
        self.edit(entity, key, Number=number)

    def rename(self, entity: str, key: str, description: str) -> None:
        """Give an object another name."""
        self.edit(entity, key, Description=description)

    def record(self, entity: str, /, **fields: Json) -> None:
        """Write a record of an information register, replacing the one with the same key."""
        with self.lock:
            shape = self._entity(entity)
            draft = self.store.blank(shape)
            self.unit.filler.fill(draft, fields)
            kept = self.store.get(entity, draft.key)
            if kept is not None:
                writing.update(self.unit, kept, fields)
            else:
                writing.create(self.unit, shape, fields)

    def set_rate(self, currency: str, day: str, rate: Decimal | str, multiplicity: int = 1) -> None:
        """The rate of a currency from a day on."""
        period = f"{day[:10]}T00:00:00"
        self.record(RATES, Period=period, Валюта_Key=currency, Курс=Decimal(rate), Кратность=multiplicity)

    def property(self, name: str) -> str:
        """The key of an additional-information property, made if it is not there."""
        for found in self.store.find(PROPERTIES, {"Имя": name}):
            return str(found.values["Ref_Key"])
        return self.add(PROPERTIES, Description=name, Имя=name, Заголовок=name, ЭтоДополнительноеСведение=True)

    def set_information(self, entity: str, key: str, name: str, value: str) -> None:
        """Additional information of an object (§4); an empty value takes it away."""
        holder = {"Объект": key, "Объект_Type": f"StandardODATA.{entity}", "Свойство_Key": self.property(name)}
        kinds = {"Значение": value, "Значение_Type": "Edm.String"}
        with self.lock:
            for found in list(self.store.find(FACTS, holder)) if not value else []:
                writing.delete(self.unit, found)
        if value:
            self.record(FACTS, **holder, **kinds)

    def set_original(self, entity: str, key: str, state: str) -> None:
        """The state of the paper original by the name of the state (§4), dated by the base's clock."""
        target = "Catalog_СостоянияОригиналовПервичныхДокументов"
        found = next(self.store.find(target, {"Description": state}), None)
        state_key = str(found.values["Ref_Key"]) if found else self.add(target, Description=state)
        holder: dict[str, Json] = {"Владелец": key, "Владелец_Type": f"StandardODATA.{entity}", "ОбщееСостояние": True}
        self.record(ORIGINALS, **holder, Состояние_Key=state_key, ДатаПоследнегоИзменения=self.unit.now())

    def sign(self, entity: str, key: str, signed: bool = True) -> None:
        """BP: "signed by the client", which also says that the original came (§4)."""
        with self.lock:
            for row in list(self.store.find(STATUSES, {"Документ": key})):
                writing.update(self.unit, row, {"Статус": "Подписан" if signed else "НеПодписан"})
        if signed:
            self.set_original(entity, key, "Оригинал получен")

    def close_period(self, until: str, organisation: str = EMPTY_KEY) -> None:
        """Forbid changes of documents dated up to this day, for all or for one organisation."""
        scope: dict[str, Json] = {}
        if organisation != EMPTY_KEY:
            scope = {"Объект": organisation, "Объект_Type": "StandardODATA.Catalog_Организации"}
        self.record(CLOSING, **scope, ДатаЗапрета=f"{until[:10]}T00:00:00")

    def open_periods(self) -> None:
        """Take every closing date away."""
        with self.lock:
            for record in self.store.records(CLOSING):
                writing.delete(self.unit, record)

    @contextmanager
    def change(self, entity: str, key: str) -> Iterator[Record]:
        """The stored object, under the lock of the base."""
        with self.lock:
            record = self.store.get(entity, (key.lower(),))
            if record is None:
                raise LookupError(f"{entity} {key}")
            yield record

    def _entity(self, name: str) -> Entity:
        return self.store.product.entities[name]


@dataclass
class Administrator:
    """Sets the publication up: its composition, users and rights."""

    base: Infobase

    def expose(self, *names: str) -> None:
        """Tick objects in the composition of the interface (§1.1)."""
        self.base.exposed |= set(names)

    def conceal(self, *names: str) -> None:
        """Untick objects."""
        self.base.exposed -= set(names)

    def set_password(self, user: str, password: str) -> None:
        """Make a user or change his password."""
        self.base.users[user] = password

    def deny(self, *names: str, write_only: bool = False) -> None:
        """Take the right to read and write sets, or to write only (code 20)."""
        (self.base.rights.no_write if write_only else self.base.rights.no_read).update(names)

    def allow(self, *names: str) -> None:
        """Give rights back and show hidden rows again."""
        self.base.rights.no_read -= set(names)
        self.base.rights.no_write -= set(names)
        for name in names:
            self.base.rights.hidden.pop(name, None)

    def hide_rows(self, name: str, fields: Mapping[str, object]) -> None:
        """Row-level security: rows with these values are hidden."""
        wanted = dict(fields)
        self.base.rights.hidden[name] = lambda record: wanted.items() <= record.values.items()
