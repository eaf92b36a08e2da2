"""A base that is locked, overloaded, licenceless, behind a page, unreachable or refusing the password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from tests.scenarios.stories import House, asked, closed, later, resolved, sent, shown
from tests.simulators.onec import platform_answers as answers
from tests.simulators.web import Answer, Request
from tests.stand import ADMIN, ONEC_HOST, Stand

FOR_EVER = 1_000_000


@dataclass(frozen=True)
class Outage:
    """How a base fails, and the most requests it may get in the next hour."""

    begin: Callable[[Stand], None]
    end: Callable[[Stand], None]
    most: int = 75


def scripted(answer: Callable[[Request], Answer] | None) -> Outage:
    """An answer instead of 1C's; None drops the connection."""
    fault = answers.instead(answer, FOR_EVER) if answer else answers.drop_before(FOR_EVER)
    return Outage(lambda stand: stand.bases["main"].faults.add(fault), lambda stand: stand.bases["main"].faults.clear())


def unreachable(stand: Stand) -> None:
    def gate(request: httpx.Request) -> None:
        if request.url.host == ONEC_HOST and request.url.path.startswith("/main/"):
            stand.bases["main"].hits += 1
            raise httpx.ConnectError("refused")

    stand.gate = gate


def reachable(stand: Stand) -> None:
    stand.gate = lambda _: None


OUTAGES = {
    "locked": scripted(answers.locked),
    "no session": scripted(answers.pool_exhausted),
    "page 502": scripted(answers.page(502)),
    "page 404": scripted(answers.page(404)),
    "login page": scripted(answers.page(200)),
    "no licence": scripted(answers.no_licence()),
    "no licence key": scripted(answers.no_licence(200, answers.NO_KEY)),
    "dropped": scripted(None),
    "unreachable": Outage(unreachable, reachable),
    "wrong password": Outage(
        lambda stand: stand.bases["main"].administrator.set_password("Обмен", "новый"),
        lambda stand: stand.bases["main"].administrator.set_password("Обмен", "пароль"),
        most=10,
    ),
}


@pytest.mark.parametrize("name", OUTAGES)
def test_an_hour_without_1c(house: House, name: str) -> None:
    stand, outage = house(), OUTAGES[name]
    closed(stand)
    stand.quiet()
    outage.begin(stand)
    hits, deals = stand.bases["main"].hits, list[int]()
    for _ in range(6):
        deals += closed(stand, 2)
        stand.quiet(0)
        stand.minutes(10)
    assert stand.bases["main"].hits - hits <= outage.most
    assert stand.reasons() == ["side_down"] * 2, "the others' events wait in the paused queue"
    assert [who for who, _ in sent(stand)] == [ADMIN]
    assert "base:main" in asked(stand)[0][1]
    outage.end(stand)
    stand.minutes(12)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 13)
    assert in_order(stand) == sorted(in_order(stand))
    assert [who for who, _ in resolved(stand)] == [ADMIN]


def in_order(stand: Stand) -> list[int]:
    """The deals in the order in which their acts were made."""
    numbered = sorted(stand.acts(), key=lambda act: str(act["Number"]))
    return [int(str(act["Комментарий"]).split("№ ")[1].split()[0]) for act in numbered]


def test_the_notice_of_a_refused_password_says_so(office: Stand) -> None:
    office.bases["main"].administrator.set_password("Обмен", "новый")
    closed(office)
    office.quiet()
    [(who, text)] = asked(office)
    assert who == ADMIN
    assert "учётные данные" in text


def test_one_base_down_does_not_hold_the_others(house: House) -> None:
    stand = house(bases=["main", "trade", "small"])
    stand.bases["main"].faults.add(answers.instead(answers.locked, FOR_EVER))
    deals = {base: closed(stand, 4, base) for base in stand.bases}
    stand.quiet()
    assert [shown(stand, deals[base]) for base in ("trade", "small")] == [deals["trade"], deals["small"]]
    assert stand.reasons() == ["side_down"] * 4
    stand.bases["main"].faults.clear()
    stand.minutes(3)
    assert shown(stand, deals["main"]) == deals["main"]


def test_a_single_hiccup_is_told_to_nobody(office: Stand) -> None:
    office.bases["main"].faults.add(answers.drop_before(times=2))
    deals = closed(office)
    office.quiet()
    assert (shown(office, deals), len(office.acts()), sent(office)) == (deals, 1, [])


def test_two_days_of_a_locked_base_are_told_once(office: Stand) -> None:
    office.bases["main"].faults.add(answers.instead(answers.locked, FOR_EVER))
    deals = closed(office, 20)
    office.quiet()
    for _ in range(48):
        later(office, 3300)
    assert (len(sent(office)), office.reasons()) == (1, ["side_down"] * 20)
    office.bases["main"].faults.clear()
    office.minutes(3)
    assert (shown(office, deals), len(office.acts()), len(resolved(office))) == (deals, 20, 1)


def test_work_that_had_its_own_reason_before_the_outage_keeps_waiting_for_it(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    [deal] = closed(office)
    office.quiet()
    office.services.doctor_at(office.clock.now() + timedelta(days=1))  # else its look would pause the queue before
    office.bases["main"].faults.add(answers.instead(answers.locked, FOR_EVER))
    office.minutes(10)
    office.person.edit_requisite(office.requisite, RQ_KPP="780201001")
    office.quiet()
    assert office.reasons() == ["side_down"]
    office.bases["main"].faults.clear()
    office.minutes(3)
    assert (office.reasons(), shown(office, [deal])) == ([], [deal])
