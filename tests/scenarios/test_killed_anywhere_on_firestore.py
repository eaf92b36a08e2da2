"""The same as `test_killed_anywhere_the_end_is_the_same`, over Firestore's emulator; the queue stays SQLite.

All of it (about an hour and a half on two cores):

    FULL_MATRIX=1 ./deploy.sh test -n auto tests/scenarios/test_killed_anywhere_on_firestore.py
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from common.ports import Store
from common.store.firestore import FirestoreStore
from tests.clock import ManualClock
from tests.crash_sampling import full_matrix, plans
from tests.crash_stories import SHORT_TAIL, STORIES, Story
from tests.crashes import Death

pytest_plugins = ("tests.firestore_emulator",)

PAIRS = 60 if full_matrix() else 0
SINGLES = 1
DEATHS: Sequence[Death] = ("restarted", "answerless")
"""How a death looks to the queue does not concern the store; these two need less time."""


@pytest.mark.firestore
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_end_is_that_of_an_undisturbed_run_on_sqlite(
    story: Story, tmp_path: Path, new_firestore_project: Callable[[], str]
) -> None:
    def new_store(clock: ManualClock) -> Store:
        return FirestoreStore(new_firestore_project(), "(default)", clock.now)

    undisturbed = story.lived(str(tmp_path / "undisturbed"), (), "restarted")
    for number, kill_at in enumerate(plans(f"{story.name} firestore", undisturbed.busy, SINGLES, PAIRS)):
        ending = story.lived(str(tmp_path / str(number)), kill_at, DEATHS[number % 2], new_store, SHORT_TAIL)
        assert ending.apart_from(undisturbed) == {}, f"killed at {kill_at}: {ending.deaths}"
