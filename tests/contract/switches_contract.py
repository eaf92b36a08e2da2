"""What every `Switches` promises; one class per adapter inherits these tests."""

from __future__ import annotations

from typing import Protocol

import pytest

from common.ports.switches import Switches


class Rig(Protocol):
    """An adapter over its service; `names` are two things that run."""

    names: tuple[str, str]

    def another(self) -> Switches:
        """The same as another process sees it."""


class SwitchesContract:
    @pytest.fixture
    def rig(self) -> Rig:
        raise NotImplementedError

    def test_at_first_everything_runs(self, rig: Rig) -> None:
        assert [rig.another().is_paused(name) for name in rig.names] == [False, False]

    def test_paused_alone_and_seen_by_other_processes(self, rig: Rig) -> None:
        first, second = rig.names
        rig.another().pause(first)
        assert (rig.another().is_paused(first), rig.another().is_paused(second)) == (True, False)

    def test_resumed(self, rig: Rig) -> None:
        first, second = rig.names
        for name in rig.names:
            rig.another().pause(name)
        rig.another().resume(first)
        assert (rig.another().is_paused(first), rig.another().is_paused(second)) == (False, True)

    def test_twice_is_as_good_as_once(self, rig: Rig) -> None:
        first, _ = rig.names
        switches = rig.another()
        switches.resume(first)
        for _ in range(2):
            switches.pause(first)
        assert switches.is_paused(first)
        for _ in range(2):
            switches.resume(first)
        assert not switches.is_paused(first)
