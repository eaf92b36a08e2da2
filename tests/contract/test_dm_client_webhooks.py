"""Webhooks as 1C sends them are let in and read; forged, old and malformed ones are not (contract §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from common.errors import Refused
from common.model.documents import Change
from common.onec.http_service import signature, wire
from common.settings.model import Secret
from tests.contract.dm_archive import SECRETS, Desk, open_desk
from tests.simulators.dm import WebhookFault

BASE = "https://exchange.example.ru"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as found:
        found.dm.public_base_url = BASE
        yield found


def delivered(desk: Desk, keys: Mapping[str, Secret] = SECRETS) -> tuple[list[Change], list[str]]:
    """What a receiver takes of a run of 1C's sender job, and why it refuses the rest."""
    taken, refused = list[Change](), list[str]()

    def receive(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        try:
            name = url.removeprefix(f"{BASE}/")
            signature.verify(headers, "POST", name, "", body, keys, desk.clock.now())
            taken.append(wire.read_event(body))
        except Refused as refusal:
            refused.append(refusal.reason)
            return refusal.status
        return 200

    desk.dm.deliver(receive)
    return taken, refused


def test_an_event_is_let_in_and_names_its_object(desk: Desk) -> None:
    desk.clerk.edit_file(desk.file, b"second")
    taken, refused = delivered(desk)
    assert refused == []
    assert ("file.changed", "file", desk.file.id, False) in [
        (one.event, one.kind, one.id, one.by_exchange) for one in taken
    ]
    assert taken[0].occurred_at == desk.clock.now()


def test_our_own_writing_is_marked_as_such(desk: Desk) -> None:
    archive = desk.warm()
    archive.rename(desk.read(archive), "Договор 17 (1).docx")
    taken, _ = delivered(desk)
    assert [one.by_exchange for one in taken if one.kind == "file"] == [True]


def test_a_forged_one_is_refused_and_the_true_one_comes_again(desk: Desk) -> None:
    desk.dm.courier.faults.append(WebhookFault(event="file.changed", wrong_signature=True))
    desk.clerk.edit_file(desk.file, b"second")
    taken, refused = delivered(desk)
    assert refused == ["bad_signature"]
    assert "file.changed" not in [one.event for one in taken]
    desk.clock.advance(10)
    taken, refused = delivered(desk)
    assert (refused, [one.event for one in taken]) == ([], ["file.changed"])


@pytest.mark.parametrize("seconds", [-301, 301])
def test_one_from_a_clock_too_far_off_is_refused(desk: Desk, seconds: int) -> None:
    desk.dm.switches.clock_skew = timedelta(seconds=seconds)
    desk.clerk.edit_file(desk.file, b"second")
    taken, refused = delivered(desk)
    assert taken == []
    assert set(refused) == {"stale_timestamp"}


def test_secrets_are_changed_without_losing_one(desk: Desk) -> None:
    new = {"2026b": Secret("00112233445566778899aabbccddeeff")}
    desk.clerk.edit_file(desk.file, b"second")
    assert delivered(desk, {**SECRETS, **new})[1] == []
    desk.dm.rotate("2026b", new["2026b"].reveal())
    desk.clerk.edit_file(desk.file, b"third")
    assert delivered(desk, {**SECRETS, **new})[1] == []
    desk.clerk.edit_file(desk.file, b"fourth")
    taken, refused = delivered(desk, SECRETS)
    assert taken == []
    assert set(refused) == {"bad_signature"}
