"""A process that dies before or after any outside call leaves the same end as one that lives (design §7), on SQLite.

In every run: a sample by a fixed seed, single deaths and pairs. All of it (every moment, three ways in which the queue
learns of a death, and 300 pairs a story; nine minutes on two cores):

    FULL_MATRIX=1 ./deploy.sh test -n auto tests/scenarios/test_killed_anywhere_the_end_is_the_same.py
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash_sampling import full_matrix, plans
from tests.crash_stories import STORIES, Story
from tests.crashes import DEATHS, Death

PAIRS = 100 if full_matrix() else 2
SINGLES = 3


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_end_is_the_same(story: Story, death: Death, tmp_path: Path) -> None:
    undisturbed = story.lived(str(tmp_path / "undisturbed"), (), death)
    assert undisturbed.facts["left"] == undisturbed.facts["waiting"] == []
    for number, kill_at in enumerate(plans(f"{story.name} {death}", undisturbed.busy, SINGLES, PAIRS)):
        ending = story.lived(str(tmp_path / str(number)), kill_at, death)
        assert ending.apart_from(undisturbed) == {}, f"killed at {kill_at}: {ending.deaths}"
