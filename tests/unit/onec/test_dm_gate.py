"""1C's sessions are few: who finds none free waits a little, then comes later."""

from __future__ import annotations

import threading

import pytest

from common.errors import TryLater
from common.onec.http_service.gate import Gate


def test_a_place_is_free_again_whatever_happened_inside() -> None:
    gate = Gate(1, 0.01)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.place():
            raise ZeroDivisionError
    with gate.place(), pytest.raises(TryLater, match="sessions_busy"), gate.place():
        pass


def test_who_waits_goes_on_as_soon_as_a_place_is_free() -> None:
    gate, entered = Gate(1, 30.0), threading.Event()

    def enter() -> None:
        with gate.place():
            entered.set()

    waiting = threading.Thread(target=enter)
    with gate.place():
        waiting.start()
        assert not entered.is_set()
    waiting.join(10)
    assert entered.is_set()


def test_places_can_be_made_fewer_or_more_but_never_none() -> None:
    gate = Gate(2, 0.01)
    with gate.place():
        gate.resize(0)
        with pytest.raises(TryLater), gate.place():
            pass
        gate.resize(2)
        with gate.place():
            pass
    gate.resize(0)
    with gate.place():
        pass
