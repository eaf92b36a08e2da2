"""Any history of people in 1C and on Disk, of deaths, lost answers and events loses no content and ends in agreement.

In every run a few histories, always the same; more, and others each time:

    EXAMPLES=500 ./deploy.sh test tests/scenarios/documents/test_random_histories_of_files_lose_nothing.py
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from common.wiring import use
from tests.crashes import DEATHS, Death
from tests.document_ledger import Ledger
from tests.document_people import NAMES
from tests.mortal_documents import MortalDocuments
from tests.simulators.bitrix24 import troubles
from tests.simulators.dm import troubles as dm_troubles
from tests.simulators.dm.delivery import WebhookFault

EXAMPLES = int(os.environ.get("EXAMPLES", "120"))

WHICH = st.integers(0, 5)
CALLED = st.sampled_from(NAMES)
CONTENTS = st.one_of(st.just(0), st.just(0), st.integers(-1, 30))
"""0: one that never was; -1: a large one, which takes the slow way; else one that is or was there."""
KINDS = st.sampled_from([0, 0, 0, 1, 1, 2])
ANSWERS = ["", "batch", "disk.file.uploadVersion", "disk.file.rename", "disk.file.moveTo", "disk.file.markDeleted",
           "disk.file.restore", "disk.folder.addSubFolder", "POST", "PATCH", "PUT", "GET"]  # fmt: skip
MOMENTS = ["disk.file.uploadVersion", "disk.file.markDeleted", "disk.file.moveTo", "disk.file.get"]


class Histories(RuleBasedStateMachine):
    """Two kinds of documents with their folders; one clerk and one worker."""

    @initialize(
        death=st.sampled_from(DEATHS), kinds=st.lists(st.sampled_from([0, 0, 1]), min_size=1, max_size=3), calls=CALLED
    )
    def begin(self, death: Death, kinds: list[int], calls: str) -> None:
        self.folder = tempfile.mkdtemp()
        self.stand = MortalDocuments(self.folder, death=death)
        self.ledger = Ledger(self.stand)
        for number, kind in enumerate(kinds):
            self.ledger.add_document(kind)
            self.ledger.add_file(number, calls, self.ledger.fresh())
        self.ledger.run()

    # -- the clerk ---------------------------------------------------------------------------------------------------

    @rule(kind=KINDS)
    def clerk_adds_a_document(self, kind: int) -> None:
        self.ledger.add_document(kind)

    @rule(number=WHICH, name=CALLED, content=CONTENTS)
    def clerk_adds_a_file(self, number: int, name: str, content: int) -> None:
        self.ledger.add_file(number, name, self.ledger.content(content))

    @rule(number=WHICH, content=CONTENTS)
    def clerk_edits(self, number: int, content: int) -> None:
        self.ledger.write_version(number, self.ledger.content(content))

    @rule(number=WHICH, name=CALLED)
    def clerk_renames(self, number: int, name: str) -> None:
        self.ledger.rename_file(number, name)

    @rule(number=WHICH, deleted=st.booleans(), what=st.sampled_from(["file", "file", "document", "for good"]))
    def clerk_marks(self, number: int, deleted: bool, what: str) -> None:
        if what == "for good":
            self.ledger.purge(number)
        else:
            (self.ledger.mark_document if what == "document" else self.ledger.mark)(number, deleted)

    @rule(number=WHICH, how=st.sampled_from(["sign", "capture", "encrypt", "open", "open", "keep no versions"]))
    def clerk_closes_or_opens(self, number: int, how: str) -> None:
        if how == "open":
            self.ledger.open(number)
        elif how == "keep no versions":
            self.ledger.keep_no_versions(number)
        else:
            self.ledger.close(number, how)

    @rule(number=WHICH, kind=KINDS)
    def clerk_moves_a_document(self, number: int, kind: int) -> None:
        self.ledger.move_kind(number, kind)

    @rule(number=WHICH, version=WHICH)
    def clerk_goes_back(self, number: int, version: int) -> None:
        self.ledger.go_back(number, version)

    # -- the worker --------------------------------------------------------------------------------------------------

    @rule(place=WHICH, name=CALLED, content=CONTENTS)
    def worker_uploads(self, place: int, name: str, content: int) -> None:
        self.ledger.upload(place, name, self.ledger.content(content))

    @rule(number=WHICH, content=CONTENTS)
    def worker_edits(self, number: int, content: int) -> None:
        self.ledger.edit(number, self.ledger.content(content))

    @rule(number=WHICH, name=CALLED)
    def worker_renames(self, number: int, name: str) -> None:
        self.ledger.rename(number, name)

    @rule(number=WHICH, place=WHICH)
    def worker_moves(self, number: int, place: int) -> None:
        self.ledger.move(number, place)

    @rule(number=WHICH, place=WHICH)
    def worker_copies(self, number: int, place: int) -> None:
        self.ledger.copy(number, place)

    @rule(number=WHICH, how=st.sampled_from(["trash", "trash", "trash_folder", "restore", "restore", "destroy"]))
    def worker_throws_away_or_takes_back(self, number: int, how: str) -> None:
        getattr(self.ledger, how)(number)

    # -- both --------------------------------------------------------------------------------------------------------

    @rule(number=WHICH, ours=CONTENTS, theirs=CONTENTS)
    def both_edit(self, number: int, ours: int, theirs: int) -> None:
        """The same file, between two runs; perhaps to the same bytes."""
        self.ledger.write_version(number, self.ledger.content(ours))
        self.ledger.edit_twin(number, self.ledger.content(theirs))

    @rule(number=WHICH, name=CALLED, other=CALLED)
    def both_rename(self, number: int, name: str, other: str) -> None:
        self.ledger.rename_file(number, name)
        self.ledger.rename(number, other)

    @rule(number=WHICH, content=CONTENTS)
    def worker_edits_a_twin(self, number: int, content: int) -> None:
        self.ledger.edit_twin(number, self.ledger.content(content))

    @rule(number=WHICH, content=CONTENTS)
    def one_deletes_what_the_other_edits(self, number: int, content: int) -> None:
        self.ledger.edit_twin(number, self.ledger.content(content))
        self.ledger.mark(number, True)

    # -- what goes wrong ---------------------------------------------------------------------------------------------

    @rule(times=st.integers(1, 4), spoiled=st.sampled_from(["lose", "lose_answer", "copies", "delay", "reorder"]))
    def webhooks_go_wrong(self, times: int, spoiled: str) -> None:
        self.ledger.say(f"webhooks: {spoiled}, {times} times")
        if spoiled == "reorder":
            self.stand.base.courier.reorder = not self.stand.base.courier.reorder
            return
        value: Any = {"lose": True, "lose_answer": True, "copies": 3, "delay": 400.0}[spoiled]
        self.stand.base.courier.faults.append(WebhookFault(times=times, **{spoiled: value}))

    @rule(after=st.lists(st.integers(1, 60), min_size=1, max_size=2))
    def die(self, after: list[int]) -> None:
        self.ledger.say(f"the process will die at {after}")
        self.stand.points.start(after)

    @rule(of=st.sampled_from(ANSWERS))
    def answer_lost(self, of: str) -> None:
        self.ledger.say(f"the next answer to {of or 'any request to the portal'} gets lost")
        if of in ("POST", "PATCH", "PUT", "GET"):
            self.stand.base.faults.add(dm_troubles.drop_after(1, dm_troubles.to(of)))
        else:
            self.stand.portal.faults.add(troubles.drop_after(of))

    @rule(times=st.integers(1, 12))
    def portal_fails(self, times: int) -> None:
        self.ledger.say(f"the portal fails {times} times")
        self.stand.portal.faults.add(troubles.html(503, times=times))

    @rule(method=st.sampled_from(MOMENTS))
    def somebody_saves_meanwhile(self, method: str) -> None:
        self.ledger.save_meanwhile(method)

    # -- time --------------------------------------------------------------------------------------------------------

    @rule()
    def five_minutes_pass(self) -> None:
        self._right(self.ledger.run())

    @rule()
    def five_minutes_more_pass(self) -> None:
        """Once more, so that it is chosen more often: most of what matters happens between two runs."""
        self._right(self.ledger.run())

    @rule(times=st.sampled_from([1, 2, 3]))
    def a_quarter_of_an_hour_passes(self, times: int) -> None:
        for _ in range(times):
            self._right(self.ledger.run())

    @rule(hours=st.sampled_from([1, 5, 24, 200, 1000]))
    def the_exchange_sleeps(self, hours: int) -> None:
        self.ledger.say(f"{hours} hours pass")
        self.stand.clock.advance(hours * 3600)

    @rule()
    def admin_confirms(self) -> None:
        self.ledger.say(f"admin confirms {self.stand.confirm()}")

    def teardown(self) -> None:
        if not hasattr(self, "stand"):
            return
        try:
            self._right(self.ledger.come_to_rest())
        finally:
            self.stand.close()
            use(None)
            shutil.rmtree(self.folder)

    def _right(self, wrong: list[str]) -> None:
        assert not wrong, "\n".join([*wrong, "-- what happened:", *self.ledger.story])


def test_any_history_keeps_every_content() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize="EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
