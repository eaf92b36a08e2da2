"""An outage of the store loses no event and lets no forged one through (design §3 step 1)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from common.errors import TryLater
from common.ports import Document
from common.store.sqlite import SqliteStore
from tests.application import ApplicationStand, application
from tests.simulators.bitrix24 import EventFault
from tests.stand import MEMBER, SITE


class Moody(SqliteStore):
    """A store that can fall silent."""

    silent = False

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        if self.silent:
            raise TryLater("store_down")
        return super().get_many(collection, keys)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[ApplicationStand]:
    """Installed; its processes have just been started anew, so they know no token yet."""
    with application(str(tmp_path), store=lambda clock: Moody(f"{tmp_path}/store.sqlite", clock.now)) as made:
        made.restarted()
        yield made


def silence(stand: ApplicationStand, silent: bool) -> None:
    store = stand.services.store
    assert isinstance(store, Moody)
    store.silent = silent


def test_a_true_event_is_kept_and_carried_a_forged_one_dropped(
    stand: ApplicationStand, caplog: pytest.LogCaptureFixture
) -> None:
    deal = stand.deal()
    stand.portal.deliver(stand.deliver)
    stand.quiet()
    stand.restarted()
    silence(stand, True)
    stand.reach(deal)
    stand.portal.courier.faults.append(EventFault("ONCRMDEALUPDATE", copies=2))
    assert {one.status for one in stand.portal.deliver(stand.deliver)} == {200}
    forged = (
        f"event=ONCRMDEALUPDATE&data[FIELDS][ID]={deal}&auth[member_id]={MEMBER}&auth[application_token]=" + "0" * 32
    )
    assert stand.deliver(f"{SITE}/bitrix-deal-changed", forged.encode(), {}) == 200
    queued = "\n".join(stand.queued())
    assert queued.count("unverified") == 2
    assert stand.application.application_token not in queued
    assert "0" * 32 not in queued
    stand.quiet(20)
    silence(stand, False)
    stand.asked.clear()
    with caplog.at_level(logging.WARNING):
        stand.quiet(120)
    assert len(stand.acts()) == 1
    refused = [one.__dict__["fields"] for one in caplog.records if one.getMessage() == "refused"]
    assert [(one["reason"], one["function"]) for one in refused] == [("forged", "bitrix_deal_changed")]


def test_a_forged_event_alone_has_no_effect_at_all(stand: ApplicationStand) -> None:
    silence(stand, True)
    for token in ("0" * 32, "1" * 32):
        body = f"event=ONCRMCOMPANYUPDATE&data[FIELDS][ID]=1&auth[member_id]={MEMBER}&auth[application_token]={token}"
        assert stand.deliver(f"{SITE}/bitrix-deal-changed", body.encode(), {}) == 200
    silence(stand, False)
    state = stand.state()[0]
    stand.asked.clear()
    stand.clock.advance(10)
    stand.quiet()
    assert (stand.state()[0], stand.asked) == (state, [])


def test_without_any_token_nothing_is_kept_even_then(stand: ApplicationStand) -> None:
    silence(stand, True)
    state = stand.state()
    assert stand.deliver(f"{SITE}/bitrix-deal-changed", b"event=ONCRMDEALUPDATE", {}) == 401
    assert stand.state() == state


def test_a_token_of_the_settings_needs_no_store(tmp_path: Path) -> None:
    given = {"BITRIX_APPLICATION_TOKEN": "a" * 32, "BITRIX_MEMBER_ID": MEMBER}
    with application(
        str(tmp_path), environ=given, store=lambda clock: Moody(f"{tmp_path}/store.sqlite", clock.now)
    ) as stand:
        silence(stand, True)
        for token, status in (("a" * 32, 200), ("b" * 32, 403)):
            body = f"event=ONCRMDEALUPDATE&auth[member_id]={MEMBER}&auth[application_token]={token}"
            assert stand.deliver(f"{SITE}/bitrix-deal-changed", body.encode(), {}) == status
        assert [("unverified" in body) for body in stand.queued()] == [False]
