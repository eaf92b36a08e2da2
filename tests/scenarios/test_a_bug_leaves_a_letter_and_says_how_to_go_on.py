"""A record that meets a bug to the last attempt: it waits, its work is kept as a letter, admins know the next step."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from common.exchanges.acts import decide
from tests.scenarios.stories import asked, closed, resolved, shown
from tests.stand import ADMIN, Stand


def _boom(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("bug")


@pytest.fixture
def deals(office: Stand, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    with monkeypatch.context() as broken:
        broken.setattr(decide, "draft", _boom)
        deals = closed(office, 2)
        office.quiet(3000)
    assert office.reasons() == ["dead_letter", "dead_letter"]
    return deals


def test_admins_are_told_once_with_the_deal_and_the_command(office: Stand, deals: list[int]) -> None:
    [(who, text)] = asked(office)
    assert who == ADMIN
    assert any(f"сделка № {deal}" in text and f":{deal}:services_main --by NAME" in text for deal in deals)
    assert "консол" not in text


def test_the_command_of_the_notice_lets_the_deal_go_on(office: Stand, deals: list[int]) -> None:
    for wait in office.services.waiting.of_exchange("acts"):
        office.services.people.retry(wait.record, "Anna")
    office.quiet()
    assert shown(office, deals) == deals
    assert len(resolved(office)) == 1


def test_each_deals_letter_can_be_replayed(office: Stand, deals: list[int]) -> None:
    letters = office.services.letters.listed()
    assert sorted(one["deal"] for letter in letters for one in letter.body["records"]) == deals
    assert {letter.error for letter in letters} == {"RuntimeError: bug"}
    for letter in letters:
        office.services.people.replay(letter.id, "Anna")
    office.quiet()
    assert shown(office, deals) == deals
    assert office.services.letters.count() == 0
