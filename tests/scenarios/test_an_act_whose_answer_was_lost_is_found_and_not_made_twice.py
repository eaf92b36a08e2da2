"""The write reached 1C and we did not hear of it: on bases that keep our key and on bases that give their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import httpx
import pytest

from tests.scenarios.stories import SALE, House, act_of, asked, closed, later, sent, shown
from tests.simulators.faults import Fault
from tests.simulators.onec import Switches
from tests.simulators.onec import platform_answers as answers
from tests.simulators.web import Request
from tests.stand import ACCOUNTANT, ONEC_HOST, Stand

Keys = Literal["honoured", "ignored"]
BOTH = pytest.mark.parametrize("ref_key", ["honoured", "ignored"])


def writes(request: Request) -> bool:
    return request.method == "POST"


LOSSES: dict[str, Callable[[], Fault]] = {
    "answer lost": lambda: answers.drop_after(match=writes),
    "answer cut": lambda: answers.truncated(80, match=writes),
    "page 502 after the work": lambda: Fault(writes, 1, drop_after=True),
    "never arrived": lambda: answers.drop_before(match=writes),
    "page instead": lambda: answers.instead(answers.page(502), match=writes),
}


@BOTH
@pytest.mark.parametrize("known", [False, True], ids=["first act ever", "base known"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_answer_makes_one_act(house: House, ref_key: Keys, loss: str, known: bool) -> None:
    stand = house(switches=Switches(ref_key=ref_key))
    before = closed(stand, int(known))
    stand.quiet()
    stand.bases["main"].faults.add(LOSSES[loss]())
    deals = closed(stand, 3)
    stand.quiet(300)
    stand.minutes(5)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 3 + len(before))
    assert sent(stand) == []


@BOTH
def test_the_read_back_is_lost_too(house: House, ref_key: Keys) -> None:
    stand = house(switches=Switches(ref_key=ref_key))
    faults = stand.bases["main"].faults
    faults.add(answers.drop_after(match=writes))
    deals = closed(stand)
    stand.portal.deliver(stand.deliver)
    faults.add(
        Fault(lambda request: "%D0%A0%D0%B5%D0%B0%D0%BB" in request.path and request.method == "GET", 2, None, True)
    )
    stand.quiet(300)
    stand.minutes(5)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 1)


class Late:
    """The connection breaks, and the base commits the write a while later."""

    def __init__(self, stand: Stand, seconds: float) -> None:
        self.stand, self.seconds = stand, seconds
        self.held: httpx.Request | None = None
        self.due: datetime | None = None
        stand.gate = self.gate

    def gate(self, request: httpx.Request) -> None:
        now = self.stand.clock.now()
        if self.held is None and request.method == "POST" and request.url.host == ONEC_HOST:
            self.held, self.due = request, now + timedelta(seconds=self.seconds)
            raise httpx.ReadTimeout("no answer")
        if self.held is not None and self.due is not None and now >= self.due:
            self.due = None
            self.commit(self.held)

    def commit(self, request: httpx.Request) -> None:
        path = request.url.raw_path.decode("ascii").partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.stand.bases["main"].respond(Request(request.method, path[0], path[2], headers, request.read()))


@BOTH
@pytest.mark.parametrize("seconds", [5, 60, 115])
def test_a_write_that_commits_late_makes_one_act(house: House, ref_key: Keys, seconds: float) -> None:
    stand = house(switches=Switches(ref_key=ref_key))
    late = Late(stand, seconds)
    deals = closed(stand)
    stand.quiet(400)
    later(stand, 300)
    assert late.due is None
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 1)
    assert sent(stand) == []


@BOTH
def test_an_act_found_again_with_the_accountants_own_comment_stays_one(house: House, ref_key: Keys) -> None:
    stand = house(switches=Switches(ref_key=ref_key))
    stand.bases["main"].faults.add(answers.drop_after(match=writes))
    changed: list[str] = []

    def accountant_is_faster(request: httpx.Request) -> None:
        if not changed and stand.acts():
            act = stand.acts()[0]
            changed.append(str(act["Ref_Key"]))
            stand.bases["main"].accountant.edit(SALE, changed[0], Комментарий=f"Проверено! {act['Комментарий']}")

    stand.gate = accountant_is_faster
    deals = closed(stand)
    stand.quiet(400)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 1)
    assert str(act_of(stand, deals[0])["Комментарий"]).startswith("Проверено! ")


def test_a_marked_or_posted_act_is_not_made_again(office: Stand) -> None:
    marked, posted = closed(office, 2)
    office.quiet()
    accountant = office.bases["main"].accountant
    accountant.mark(SALE, str(act_of(office, marked)["Ref_Key"]))
    accountant.post(SALE, str(act_of(office, posted)["Ref_Key"]))
    for deal in (marked, posted):
        office.person.edit_deal(deal, COMMENTS="Ещё раз")
    office.minutes(10)
    assert (len(office.acts()), asked(office)) == (2, [])


def test_a_copy_made_by_the_accountant_before_we_looked_is_not_chosen_between(house: House) -> None:
    stand = house(switches=Switches(ref_key="ignored"))
    stand.bases["main"].faults.add(answers.drop_after(match=writes))
    copies: list[str] = []

    def accountant_copies(request: httpx.Request) -> None:
        if not copies and stand.acts():
            act = stand.acts()[0]
            kept = {name: act[name] for name in ("Date", "Комментарий", "Организация_Key", "Контрагент_Key")}
            copies.append(stand.bases["main"].accountant.add(SALE, **kept))

    stand.gate = accountant_copies
    deals = closed(stand)
    stand.quiet(400)
    assert (stand.reasons(), len(stand.acts()), len(asked(stand))) == (["act_doubled"], 2, 1)
    assert asked(stand)[0][0] == ACCOUNTANT
    stand.bases["main"].accountant.edit(SALE, copies[0], Комментарий="Копия")
    later(stand, 3600)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 2)


def test_a_deal_deleted_while_its_act_is_written_keeps_the_act_and_asks_nobody(office: Stand) -> None:
    deals = closed(office, 2)

    def deleted(request: httpx.Request) -> None:
        if office.acts() and deals[0] in office.portal.crm.items[2]:
            office.person.delete_deal(deals[0])

    office.gate = deleted
    office.quiet()
    later(office, 3600)
    assert (office.reasons(), len(office.acts()), asked(office)) == ([], 2, [])
