"""Events are verified by the setting or the stored token; an outage of the store loses none (design §3 step 1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from common.bitrix import forms, tokens, wire
from common.bitrix.book import TokenBook
from common.errors import Refused
from tests.unit.bitrix.installed import Installed, Silent

FORGED = (403, "forged")


@pytest.fixture
def installed() -> Installed:
    made = Installed()
    made.install()
    made.asked.clear()
    return made


def test_events_are_verified_by_the_setting_without_a_store() -> None:
    made = Installed()
    store = Silent(made.stand.clock.now)
    store.is_silent = True
    book = TokenBook(store, made.stand.clock, made.member, ["one", made.application.application_token])
    assert book.is_verified(made.hint())
    with pytest.raises(Refused) as refused:
        book.is_verified(made.hint("x"))
    assert (refused.value.status, refused.value.reason) == FORGED


def test_events_are_verified_by_the_stored_token(installed: Installed) -> None:
    stand = installed.stand
    book = TokenBook(stand.store, stand.clock)
    assert book.is_verified(installed.hint())
    before = stand.store.round_trips
    for _ in range(20):
        assert book.is_verified(installed.hint())
        with pytest.raises(Refused):
            book.is_verified(installed.hint("wrong"))
    assert stand.store.round_trips == before
    stand.clock.advance(61)
    with pytest.raises(Refused):
        book.is_verified(installed.hint("wrong"))
    assert stand.store.round_trips > before


def test_a_new_application_token_is_learnt_within_a_minute(installed: Installed) -> None:
    book = TokenBook(installed.stand.store, installed.stand.clock)
    assert book.is_verified(installed.hint())
    tokens.change(installed.stand.store, installed.member, lambda found: replace(found, application_token="new"))
    with pytest.raises(Refused):
        book.is_verified(installed.hint("new"))
    installed.stand.clock.advance(61)
    assert book.is_verified(installed.hint("new"))


def test_a_silent_store_leaves_events_unverified(installed: Installed) -> None:
    stand = installed.stand
    store = Silent(stand.clock.now)
    found = tokens.read(stand.store, installed.member)
    assert found
    tokens.install(store, found[0], is_first=True)
    store.is_silent = True
    book = TokenBook(store, stand.clock)
    assert not book.is_verified(installed.hint())
    store.is_silent = False
    stand.clock.advance(6)
    assert book.is_verified(installed.hint())
    store.is_silent = True
    stand.clock.advance(601)
    assert book.is_verified(installed.hint())
    assert not book.is_verified(installed.hint("new"))
    with pytest.raises(Refused) as refused:
        book.is_verified(wire.read_event(forms.parse(b"event=ONCRMDEALUPDATE")))
    assert refused.value.reason == "no_token"


def test_without_an_installation_every_event_is_forged() -> None:
    made = Installed()
    with pytest.raises(Refused) as refused:
        TokenBook(made.stand.store, made.stand.clock).is_verified(made.hint())
    assert (refused.value.status, refused.value.reason) == FORGED
