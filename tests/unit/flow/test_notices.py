"""Notices: who, once per cause, in words that a person can act on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.errors import Owner, Stop
from common.flow import notices_texts
from common.flow.notices import Notices, recipients
from common.flow.notices_table import TEXTS
from common.flow.waiting import parked
from tests.clock import ManualClock
from tests.memory_store import MemoryStore

KPP = Stop("kpp_missing", "КПП", "crm", "company:12", subject="ООО [B]Ромашка[/B]", where="https://p/crm/company/12/")


@pytest.fixture
def notices(store: MemoryStore, clock: ManualClock, ids: Callable[[], str]) -> Notices:
    return Notices(store, clock, ids, "ru")


def test_first_record_of_a_cause_tells_and_the_last_resolves(notices: Notices) -> None:
    first = notices.open("a", KPP, 7)
    assert first is not None
    assert (first.person, first.kind, first.count) == (7, "open", 1)
    notices.told(first)
    assert notices.open("a", KPP, 7) is None
    assert notices.open("b", KPP, 7) is None
    assert notices.close("a") == []
    (last,) = notices.close("b")
    assert (last.person, last.kind, last.count, last.tag) == (7, "resolved", 2, first.tag)
    notices.told(last)
    assert notices.close("b") == []
    again = notices.open("c", KPP, 7)
    assert again is not None


def test_other_person_is_another_cause(notices: Notices) -> None:
    assert notices.open("a", KPP, 7) is not None
    assert notices.open("b", KPP, 8) is not None


def test_details_do_not_make_another_cause(notices: Notices) -> None:
    assert notices.open("a", KPP, 7) is not None
    other = Stop("kpp_missing", "КПП", "crm", "company:13", subject=KPP.subject, details="сделка 5")
    assert notices.open("b", other, 7) is None


def test_new_reasons_replace_the_old_ones(notices: Notices, store: MemoryStore) -> None:
    store.write(notices.wish("a", [(KPP, 7)]))
    notices.told(*notices.settle("a"))
    other = Stop("no_rows", "товары", "crm", "deal:1")
    store.write(notices.wish("a", [(other, 7), (other, 8)]))
    assert sorted((notice.kind, notice.person) for notice in notices.settle("a")) == [
        ("open", 7),
        ("open", 8),
        ("resolved", 7),
    ]


def test_parked_records_tell_nobody(notices: Notices, store: MemoryStore) -> None:
    store.write(notices.wish("a", [(parked("base:main"), 1)]))
    assert notices.settle("a") == []
    assert notices.untold(0) == []


def test_watch_finds_what_a_death_left(notices: Notices, store: MemoryStore, clock: ManualClock) -> None:
    store.write(notices.wish("a", [(KPP, 7)]))
    assert notices.unsettled() == []
    clock.advance(61)
    assert notices.unsettled() == ["a"]
    made = notices.settle("a")
    assert notices.untold() == []
    clock.advance(61)
    assert notices.untold() == made
    notices.told(*made)
    assert notices.untold() == []
    notices.close("a")
    clock.advance(61)
    assert [notice.kind for notice in notices.untold()] == ["resolved"]


def test_late_confirmation_of_an_old_episode_changes_nothing(notices: Notices, clock: ManualClock) -> None:
    first = notices.open("a", KPP, 7)
    assert first is not None
    notices.told(*notices.close("a"))
    second = notices.open("a", KPP, 7)
    assert second is not None
    notices.told(first)
    clock.advance(61)
    assert notices.untold() == [second]


def test_repeated_reasons_cost_three_round_trips(notices: Notices, store: MemoryStore) -> None:
    notices.open("a", KPP, 7)
    store.write(notices.wish("a", [(KPP, 7)]))
    before = store.round_trips
    assert notices.settle("a") == []
    assert store.round_trips - before == 3


def test_cause_names_twenty_records_and_counts_all(notices: Notices, store: MemoryStore) -> None:
    for number in range(25):
        notices.open(f"r{number}", KPP, 7)
    (cause,) = store.query("causes")
    assert (len(cause.data["records"]), cause.data["count"]) == (20, 25)
    resolved = [notice for number in range(25) for notice in notices.close(f"r{number}")]
    assert [notice.count for notice in resolved] == [25]


def test_text_says_what_whose_where(notices: Notices) -> None:
    notice = notices.open("a", KPP, 7)
    assert notice is not None
    assert notice.text == (
        "[B]У юридического лица нет КПП[/B]: КПП, ООО [\u200bB]Ромашка[\u200b/B]\n"
        "Заполните КПП в реквизитах клиента.\n"
        "Где исправить: https://p/crm/company/12/\n"
        "После исправления обмен продолжится сам."
    )


def test_text_of_unknown_reason_names_it() -> None:
    stop = Stop("some_new_word", "поле", "admin", "person", details="1 и 2")
    assert notices_texts.opened(stop, "ru") == "[B]Обмен с 1С остановлен (some_new_word)[/B]: поле\n1 и 2"
    assert notices_texts.resolved(stop, 3, "en") == (
        "[B]Mended[/B]: The exchange with 1C has stopped (some_new_word): поле. Records that go on: 3"
    )


@pytest.mark.parametrize("reason", sorted(TEXTS))
def test_every_reason_has_both_languages(reason: str) -> None:
    russian, english = TEXTS[reason]
    assert all(text.wrong and text.do for text in (russian, english))
    assert not english.wrong[0].isspace()
    assert russian.wrong.isascii() is False
    assert english.wrong.isascii() is True


@pytest.mark.parametrize(
    ("owner", "gone", "people"),
    [
        ("crm", set(), (5,)),
        ("crm", {5}, (1, 2)),
        ("crm", {5, 1}, (2,)),
        ("crm", {5, 1, 2}, (9,)),
        ("accounting", set(), (1, 2)),
        ("accounting", {1, 2}, (9,)),
        ("admin", {5, 1, 2}, (9,)),
        ("admin", {9}, ()),
    ],
)
def test_dismissed_people_pass_it_on(owner: Owner, gone: set[int], people: tuple[int, ...]) -> None:
    assert recipients(owner, 5, [1, 2, 1], [9], lambda user: user not in gone) == people


def test_unknown_responsible_is_nobody() -> None:
    assert recipients("crm", 0, [1], [9], lambda user: True) == (1,)


def test_what_waits_for_a_person_says_how_he_tries_again(notices: Notices, store: MemoryStore) -> None:
    refused = Stop("refused_by_1c", "Document_Акт", "accounting", "person", where="1C, base main", details="Нет склада")
    store.write(notices.wish("act:p:12:r", [(refused, 7)], source="deal:12"))
    (notice,) = notices.settle("act:p:12:r")
    assert notice.text.splitlines()[0] == "[B]1С отказалась записать документ[/B]: Document_Акт, сделка № 12"
    assert notice.text.splitlines()[-1] == (
        "Повторить: ./deploy.sh waiting retry act:p:12:r --by NAME (всё, что ждёт: ./deploy.sh waiting list)"
    )
