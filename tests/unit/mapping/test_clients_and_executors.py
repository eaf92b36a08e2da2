"""Counterparties ↔ companies and users ↔ users: by the table first, never by name, never the first of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from common.errors import NeedsPerson
from common.mapping.clients import Clients
from common.mapping.executors import Executors
from common.mapping.tables import Row, Table, built
from common.model.documents import Client, OnecUser, OnecUserId
from common.model.ids import CompanyId, UserId
from tests.clock import ManualClock

GUID = "8f1e7a52-3c1d-11ee-9d5a-00155d012345"
VASILEK = Client(GUID, "Василёк", "7702345676", "770201001")


@dataclass
class Companies:
    found: set[CompanyId]
    asked: int = 0

    def by_tax_ids(self, inn: str, kpp: str) -> set[CompanyId]:
        self.asked += 1
        return self.found

    def title(self, company: CompanyId) -> str:
        return f"Компания {company}"


def clients(companies: Companies, *rows: Row) -> Clients:
    return Clients(lambda: built("counterparties", 1, "", rows), lambda: companies)


def test_the_one_company_with_these_tax_ids_is_meant() -> None:
    assert clients(Companies({CompanyId(12)})).company_name(VASILEK) == "Компания 12"


def test_the_table_comes_before_the_tax_ids() -> None:
    companies = Companies({CompanyId(12)})
    named = clients(companies, Row("dm", "company:7", GUID.upper()))
    assert (named.company_name(VASILEK), companies.asked) == ("Компания 7", 0)


@pytest.mark.parametrize(("found", "reason"), [(set(), "company_unmapped"), ({1, 2}, "company_ambiguous")])
def test_none_or_several_are_for_a_person(found: set[int], reason: str) -> None:
    with pytest.raises(NeedsPerson) as stopped:
        clients(Companies({CompanyId(one) for one in found})).company_name(VASILEK)
    [stop] = stopped.value.stops
    assert (stop.reason, stop.awaits, stop.subject) == (reason, "mapping:counterparties", "Василёк")


def test_without_tax_ids_nothing_is_guessed() -> None:
    companies = Companies({CompanyId(12)})
    with pytest.raises(NeedsPerson):
        clients(companies).company_name(Client(GUID, "Василёк"))
    assert companies.asked == 0


def test_a_document_without_a_counterparty_has_no_company() -> None:
    assert clients(Companies(set())).company_name(None) == ""


@dataclass(frozen=True)
class Person:
    name: str = "Мария Менеджер"
    email: str = " Maria@Example.ru "
    employee_id: str = ""


def executors(users: Sequence[OnecUser], person: Person | None = None, *rows: Row) -> Executors:
    table = built("executors", 1, "", rows) if rows else Table("executors")
    found = person or Person()
    return Executors(lambda: table, lambda user: found if user else None, lambda *_: users, ManualClock())


MARIA = OnecUser(OnecUserId(GUID), "Мария", "maria@example.ru")


def test_the_same_address_is_the_same_person_whatever_its_case() -> None:
    assert executors([MARIA]).onec_user(UserId(5)) == GUID


def test_two_with_one_address_are_nobody() -> None:
    other = OnecUser(OnecUserId("other"), "М", "maria@example.ru")
    assert executors([MARIA, other]).onec_user(UserId(5)) is None


def test_a_dismissed_one_is_nobody() -> None:
    gone = OnecUser(OnecUserId(GUID), "Мария", "maria@example.ru", active=False)
    assert executors([gone]).onec_user(UserId(5)) is None


def test_an_answer_with_everybody_in_it_is_looked_through() -> None:
    other = OnecUser(OnecUserId("other"), "Х", "x@example.ru")
    assert executors([other, MARIA]).onec_user(UserId(5)) == GUID


def test_the_employee_id_comes_before_the_address() -> None:
    by_id = OnecUser(OnecUserId("by-id"), "М", "other@example.ru", employee_id="0042")
    assert executors([MARIA, by_id], Person(employee_id=" 0042")).onec_user(UserId(5)) == "by-id"


def test_the_table_comes_before_both() -> None:
    other = "11111111-3c1d-11ee-9d5a-00155d012345"
    assert executors([MARIA], None, Row("*", "user:5", other)).onec_user(UserId(5)) == other


def test_the_system_itself_is_nobody() -> None:
    named = executors([MARIA])
    assert (named.onec_user(UserId(0)), named.name(UserId(0))) == (None, "")
