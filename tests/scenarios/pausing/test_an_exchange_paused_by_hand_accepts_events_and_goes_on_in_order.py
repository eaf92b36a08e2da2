"""A person pauses an exchange: events are accepted, nothing is carried, nothing is lost; resumed, all goes in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from common.flow.waiting import Waiting
from common.model.records import Record
from tests.scenarios.documents.papers import Papers
from tests.scenarios.pausing.still import OF_ACTS, OF_DOCUMENTS, base_down, dm_down, still
from tests.scenarios.stories import asked, closed, sent, shown
from tests.stand import ADMIN, Stand


def in_order(stand: Stand) -> list[int]:
    """The deals in the order in which their acts were made."""
    numbered = sorted(stand.acts(), key=lambda act: str(act["Number"]))
    return [int(str(act["Комментарий"]).split("№ ")[1].split()[0]) for act in numbered]


def one_by_one(stand: Stand, number: int) -> list[int]:
    """Deals that reach their stage a second apart: only so there is an order."""
    deals = []
    for _ in range(number):
        deals += closed(stand)
        stand.clock.advance(1)
    return deals


def pause(stand: Stand, exchange: str = "acts") -> None:
    stand.services.pause_people.pause(exchange, "Анна", "инвентаризация")
    stand.clock.advance(6)


def resume(stand: Stand, exchange: str = "acts") -> None:
    stand.services.pause_people.resume(exchange, "Анна")
    stand.clock.advance(6)


def waits(stand: Stand) -> list[Waiting]:
    return stand.services.waiting.of_exchange("acts")


def records_of(stand: Stand, deals: list[int]) -> list[Record]:
    """The records of the deals' stage entries, as a sweep would find them."""
    found = stand.services.acts_watch.since(stand.clock.now() - timedelta(hours=1), 0).records
    assert len(found) == len(deals)
    return list(found)


def test_deals_wait_without_a_call_and_go_on_in_order(office: Stand) -> None:
    pause(office)
    deals = closed(office, 3)
    office.quiet()
    office.minutes(2)
    assert still(office) == OF_ACTS
    hits, requests = office.bases["main"].hits, len(office.portal.requests)
    for _ in range(4):
        deals += closed(office, 2)
        office.quiet(0)
        office.minutes(10)
    assert (office.bases["main"].hits, len(office.portal.requests)) == (hits, requests)
    assert office.acts() == []
    resume(office)
    office.minutes(6)
    assert still(office) == []
    assert shown(office, deals) == deals
    assert in_order(office) == deals


def test_work_that_was_in_the_queue_is_parked_and_says_why(office: Stand) -> None:
    deals = closed(office, 3)
    office.quiet(0)
    pause(office)
    office.services.acts_work.put(records_of(office, deals), "by hand")
    office.quiet()
    assert office.reasons() == ["exchange_paused"] * 3
    [why] = {(stop.field, stop.details) for one in waits(office) for stop in one.stops}
    assert why == ("acts", "Анна: инвентаризация")
    resume(office)
    office.minutes(3)
    assert shown(office, deals) == deals
    assert in_order(office) == deals


def test_what_came_in_the_outage_goes_behind_what_was_parked_before(office: Stand) -> None:
    up = base_down(office)
    first = one_by_one(office, 10)
    office.quiet()
    office.minutes(2)
    second = one_by_one(office, 10)
    office.quiet(0)
    up()
    office.minutes(6)
    assert in_order(office) == [*first, *second]


def test_new_deals_wait_for_the_parked_ones_no_longer_than_those_take(office: Stand) -> None:
    up = base_down(office)
    closed(office, 3)
    office.quiet()
    up()
    office.minutes(3)
    [deal] = closed(office)
    office.quiet()
    assert shown(office, [deal]) == [deal], "at once, as ever"


def test_the_other_exchange_goes_on(papers: Papers) -> None:
    pause(papers, "acts")
    file = papers.publish()
    papers.minutes(3)
    assert still(papers) == OF_ACTS
    papers.clerk.edit_file(file, b"two")
    papers.minutes(2)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}
    resume(papers, "acts")


def test_files_wait_without_a_call_and_are_carried_once(papers: Papers) -> None:
    files = [papers.publish(f"{number}.docx", b"%d" % number) for number in range(3)]
    before = len(papers.writes())
    pause(papers, "documents")
    papers.clerk.edit_file(files[0], b"at once")
    papers.minutes(2)
    assert still(papers) == OF_DOCUMENTS
    portal, onec = len(papers.portal.requests), len(papers.base.requests)
    papers.clerk.edit_file(files[0], b"later")
    papers.worker.edit(papers.twin(files[1]), b"Disk")
    papers.minutes(30)
    assert (len(papers.portal.requests), len(papers.base.requests)) == (portal, onec)
    resume(papers, "documents")
    papers.minutes(15)
    assert papers.on_disk() == {"0.docx": b"later", "1.docx": b"Disk", "2.docx": b"2"}
    assert papers.last(files[1]).content.read() == b"Disk"
    assert sorted(papers.writes()[before:]) == ["1c version.created", "disk version"]


def test_paused_and_down_at_once_it_goes_on_when_both_are_over(papers: Papers) -> None:
    file = papers.publish()
    pause(papers, "documents")
    up = dm_down(papers)
    papers.services.breakers.open("base:dm", "maintenance")
    papers.clerk.edit_file(file, b"two")
    papers.minutes(5)
    assert still(papers) == OF_DOCUMENTS
    up()
    papers.minutes(10)
    assert still(papers) == OF_DOCUMENTS, "a probe that goes through ends no person's pause"
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    resume(papers, "documents")
    papers.minutes(10)
    assert still(papers) == []
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_resumed_while_the_side_is_still_down_it_waits_for_the_side(office: Stand) -> None:
    up = base_down(office)
    deals = closed(office, 2)
    office.quiet()
    pause(office)
    office.minutes(5)
    resume(office)
    office.minutes(5)
    assert still(office) == OF_ACTS
    assert office.reasons() == ["side_down"] * 2
    up()
    office.minutes(5)
    assert shown(office, deals) == deals


def test_a_pause_is_told_once_and_so_is_its_end(office: Stand) -> None:
    pause(office)
    office.minutes(30)
    [(who, text)] = sent(office)
    assert who == ADMIN
    assert "Обмен приостановлен вручную" in text
    assert "Анна: инвентаризация" in text
    assert "./deploy.sh resume acts --by NAME" in text
    resume(office)
    office.minutes(30)
    assert [text for _, text in asked(office)][1:] == ["[B]Обмен возобновлён[/B]: acts"]


def test_a_sweep_that_fires_all_the_same_looks_at_nothing(making: Callable[..., Stand]) -> None:
    """The pause of the job saves a call; that nothing is carried does not depend on it."""
    stand = making()
    stand.person.edit_requisite(stand.requisite, RQ_KPP="")
    deals = closed(stand)
    stand.quiet()
    pause(stand)
    requests = len(stand.portal.requests)
    for _ in range(20):
        stand.clock.advance(300)
        assert stand.job("deal_sweep") == 200
        stand.quiet(0)
    assert len(stand.portal.requests) == requests
    assert stand.reasons() == ["kpp_missing"], "it waits for its own reason still"
    resume(stand)
    stand.person.edit_requisite(stand.requisite, RQ_KPP="780201001")
    stand.quiet()
    stand.minutes(6)
    assert shown(stand, deals) == deals
