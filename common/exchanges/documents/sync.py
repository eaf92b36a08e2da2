"""`document_sync`: every five minutes what changed on both sides, and what only a look at all of it lets pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from common.exchanges.documents.desk import Desk
from common.exchanges.documents.epochs import Epochs
from common.exchanges.documents.feed import Feed
from common.exchanges.documents.inspecting import Inspection
from common.exchanges.documents.judging import lacks_its_folder
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.records import file_in, file_record
from common.exchanges.documents.scanning import Scanner, Scans, beginning, folder_of
from common.exchanges.documents.shelves import Shelves
from common.exchanges.documents.stopping import Stopping
from common.exchanges.documents.surveying import Survey
from common.exchanges.documents.tools import Tools
from common.model.documents import FolderId
from common.model.ids import RuleId
from common.ports import Leases

WATCHED = "folders"
"""Type folders that the last run looked at."""

SECONDS = 280.0
"""Of a run's lease: a little less than the function's time limit."""


@dataclass(frozen=True)
class DocumentSync:
    """One run; only one at a time."""

    tools: Tools
    desk: Desk
    shelves: Shelves
    scans: Scans
    scanner: Scanner
    leases: Leases

    def run(self) -> dict[str, int]:
        """What was found and put, in numbers for the log."""
        with self.leases.hold("document_sync", SECONDS, 0.0):
            rules = {rule.id: rule for rule in self.tools.rules().values() if rule.active}
            return self._run(rules) if rules else {}

    def _run(self, rules: Mapping[RuleId, DocumentRule]) -> dict[str, int]:
        epochs, stopping = Epochs(self.desk), Stopping(self.tools, self.desk)
        survey = Survey(self.tools, self.desk, self.scans, self.scanner, stopping)
        epochs.of(list(rules))
        survey.back_in_place(rules)
        stopped = self.tools.guards.stopped()
        said = {one: str(why["why"]) for one, why in stopped.items() if why["confirmed_by"]}
        confirmed = {one for one, why in said.items() if not lacks_its_folder(why)}
        self._leave_folders(rules)
        rows = Feed(self.tools, self.desk).read()
        of = epochs.of(list(rules))
        begun = {rule.id: beginning(rule, of[rule.id]) for rule in rules.values()}
        pages = survey.go_on(rules, begun, set(stopped) - confirmed, confirmed)
        inspection = Inspection(self.tools, self.desk, self.shelves, stopping)
        found, blocked = inspection.look(rules, set(stopped) - confirmed, confirmed)
        passing = confirmed - blocked
        passed = stopping.let_pass(rules, (set(self.tools.guards.stopped()) | blocked) - passing, passing)
        stopping.go_on(passing, released=True)
        return {"rows": rows, "scans": pages, "disk": found, "passed": passed}

    def _leave_folders(self, rules: Mapping[RuleId, DocumentRule]) -> None:
        """Twins that users moved into a folder no mapping has any more are looked after by their id from now on.
        Those of a mapping that had the folder itself are its own affair: it asks before it moves them.
        """
        folders = {rule.folder for rule in rules.values()}
        watched = {FolderId(int(one)) for one in self.desk.place(WATCHED).split()}
        for folder in sorted(watched - folders):
            homes = {one: folder_of(scan) for one, scan in self.scans.all(list(rules)).items()}
            guests = [one for one, home in homes.items() if home != folder]
            at, entry = self.tools.clock.now(), f"unwatched:{folder}"
            named = [named for key in self.desk.in_folder(folder, guests) if (named := file_in(key)) is not None]
            self.desk.put([file_record(self.tools.portal, one, at, entry) for one in named], f"{entry} {at:%Y%m%d%H%M}")
        if watched != folders:
            self.desk.advance(WATCHED, " ".join(str(one) for one in sorted(folders)))
