"""Which task an event becomes: one per window for deals, one per card and window for clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitrix.wire import Event, fate
from common.model import moments
from common.ports import Task
from functions.bitrix_app_installed import pages
from functions.bitrix_deal_changed.events import MARGIN, WINDOW, task_for

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def task(name: str, ids: Sequence[int] = (5,), now: datetime = NOON, portal: str = "m") -> Task:
    event = Event(name, tuple(ids), portal, "t" * 32, "x", None, {})
    return task_for(event, fate(name).entity, now, portal)


def test_all_deal_events_of_one_window_are_one_task() -> None:
    names = {
        task(name, [deal], NOON + timedelta(seconds=seconds)).name
        for name in ("ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY", "ONCRMDEALSTAGEID")
        for deal, seconds in ((1, 0), (2, 2.5), (3, 4.999))
    }
    assert len(names) == 1
    assert task("ONCRMDEALUPDATE", [1], NOON + timedelta(seconds=WINDOW)).name not in names
    assert task("ONCRMDEALUPDATE", portal="other").name not in names


@given(st.integers(0, 10**9).map(lambda seconds: NOON + timedelta(seconds=seconds / 7)))
def test_a_window_is_read_after_its_last_event_and_soon(now: datetime) -> None:
    start = task("ONCRMDEALUPDATE", now=now).not_before
    assert start is not None
    assert MARGIN < start - now <= timedelta(seconds=WINDOW) + MARGIN
    same = task("ONCRMDEALUPDATE", now=start - MARGIN - timedelta(microseconds=1))
    assert same.name == task("ONCRMDEALUPDATE", now=now).name


@pytest.mark.parametrize(
    ("event", "card"),
    [
        ("ONCRMCOMPANYUPDATE", "company"),
        ("ONCRMCONTACTUPDATE", "contact"),
        ("ONCRMREQUISITEADD", "requisite"),
        ("ONCRMADDRESSREGISTER", "requisite"),
    ],
)
def test_a_card_is_named_by_what_deals_wait_for(event: str, card: str) -> None:
    assert task(event, [7]).body == {"kind": "card", "card": card, "ids": [7]}


def test_cards_of_different_clients_do_not_take_each_others_place() -> None:
    assert task("ONCRMCOMPANYUPDATE", [1]).name != task("ONCRMCOMPANYUPDATE", [2]).name
    assert task("ONCRMCOMPANYUPDATE", [1]).name != task("ONCRMCONTACTUPDATE", [1]).name


def test_an_event_without_an_id_still_is_a_hint() -> None:
    hint = task("ONCRMDEALUPDATE", [])
    assert hint.not_before is not None
    assert hint.body == {"kind": "window", "deal": 0, "at": moments.text(hint.not_before)}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_pages_escape_what_they_show(language: str) -> None:
    page = pages.failed(language, "<script>alert(1)</script>{x}")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{x}" in page
    assert "BX24.installFinish()" in pages.done(language)
