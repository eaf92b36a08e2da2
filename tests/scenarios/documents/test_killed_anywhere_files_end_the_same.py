"""A process that dies before or after any outside call leaves the same files, copies and notices as one that lives.

In every run: a sample by a fixed seed, single deaths and pairs. All of it (every moment, three ways in which the queue
learns of a death, and 30 pairs a story):

    FULL_MATRIX=1 ./deploy.sh test -n auto tests/scenarios/documents/test_killed_anywhere_files_end_the_same.py
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash_sampling import full_matrix, plans
from tests.crashes import DEATHS, Death
from tests.document_crash_stories import STORIES, Story

PAIRS = 30 if full_matrix() else 1
SINGLES = 2


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_end_is_the_same(story: Story, death: Death, tmp_path: Path) -> None:
    undisturbed = story.lived(str(tmp_path), (), death)
    assert undisturbed.facts["left"] == undisturbed.facts["waiting"] == []
    for number, kill_at in enumerate(plans(f"{story.name} {death}", undisturbed.busy, SINGLES, PAIRS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        ending = story.lived(str(folder), kill_at, death)
        assert ending.apart_from(undisturbed) == {}, f"killed at {kill_at}: {ending.deaths}"
