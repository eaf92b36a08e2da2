"""A process that dies at any call of an outage, or of a pause by hand: at the end all runs, and all is done once.

A sample by a fixed seed; all moments with FULL_MATRIX=1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from common.flow.breakers import Breakers
from common.wiring import use
from tests.crash_sampling import plans
from tests.crash_stories import left_over
from tests.crashes import MortalStand
from tests.scenarios.pausing.still import OF_ACTS, base_down, by_admin, still
from tests.scenarios.stories import closed, shown

SINGLES, PAIRS = 8, 2
TAIL = 20
"""Minutes until dead holders' claims have ended and their work was found and carried."""

Story = Callable[[MortalStand], None]


def outage(stand: MortalStand) -> None:
    """1C is down for some minutes, deals go on being closed."""
    up = base_down(stand)
    closed(stand, 2)
    stand.quiet()
    stand.minutes(3)
    closed(stand, 1)
    stand.quiet(0)
    up()
    stand.minutes(3)


def by_hand(stand: MortalStand) -> None:
    """A person pauses the exchange for some minutes, from a process of his own."""
    person = Breakers(stand.store, stand.clock)
    person.pause("exchange:acts", "Анна")
    stand.clock.advance(6)
    closed(stand, 2)
    stand.quiet()
    stand.minutes(3)
    person.resume("exchange:acts")
    stand.clock.advance(6)
    stand.minutes(3)


def lived(story: Story, folder: Path, kill_at: Sequence[int]) -> tuple[int, dict[str, object]]:
    """How many moments it had, and how it ended."""
    folder.mkdir()
    stand = MortalStand(str(folder), "answerless")
    try:
        by_admin(stand, "queue bulk")
        stand.points.start(kill_at)
        story(stand)
        busy = len(stand.points.passed)
        stand.points.counting = False
        stand.minutes(TAIL)
        return busy, ending(stand)
    finally:
        stand.close()
        use(None)


def ending(stand: MortalStand) -> dict[str, object]:
    """All but the acts' numbers: they follow the order of work, which a death may change."""
    deals = list(stand.portal.crm.items[2])
    return {
        "acts": sorted(str(act["Комментарий"]) for act in stand.acts()),
        "shown": shown(stand, deals) == deals,
        "waiting": stand.reasons(),
        "left": left_over(stand),
        "still": still(stand),
    }


@pytest.mark.parametrize("story", [outage, by_hand])
def test_the_end_is_the_same(story: Story, tmp_path: Path) -> None:
    busy, undisturbed = lived(story, tmp_path / "undisturbed", ())
    assert undisturbed["still"] == ["queue bulk"], "the administrator's"
    assert (undisturbed["shown"], undisturbed["waiting"], undisturbed["left"]) == (True, [], [])
    for number, kill_at in enumerate(plans(story.__name__, busy, SINGLES, PAIRS)):
        _, ended = lived(story, tmp_path / str(number), kill_at)
        assert ended == undisturbed, f"killed at {kill_at}"


def test_there_is_something_to_be_killed_in(tmp_path: Path) -> None:
    """Pausing and resuming are among the moments of the story."""
    stand = MortalStand(str(tmp_path), "answerless")
    try:
        stand.points.start()
        outage(stand)
        moments = " ".join(stand.points.passed)
        for what in OF_ACTS:
            name = what.split()[1]
            assert f"before pause {name}" in moments
            assert f"after resume {name}" in moments
    finally:
        stand.close()
        use(None)
