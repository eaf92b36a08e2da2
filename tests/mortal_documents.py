"""1C:DM and Disk under two mappings, with a process that may die at any outside call (`tests.crashes`)."""

from __future__ import annotations

from typing import Any

from common.model.ids import RuleId
from tests.crashes import MortalStand
from tests.document_stand import MAPPING, SINCE, DocumentStand
from tests.simulators.bitrix24.portal import Portal
from tests.simulators.bitrix24.records import Effect
from tests.stand import ADMIN

LETTERS = "letters"


class MortalDocuments(DocumentStand, MortalStand):
    """`contracts`: all files in one folder, new versions go both ways. `letters`: each document has a folder of its
    own, and a file put there becomes one of the document. The third kind of the base is not mapped.
    """

    def run(self) -> int:
        """As ever, and the watch takes its turn."""
        status = super().run()
        self.job("exchange_watch")
        self.quiet(30)
        return status

    def map(self, **changes: Any) -> None:
        """Save both mappings, the first with these fields otherwise."""
        kinds = [kind.id for kind in self.base.kinds]
        first = {"id": MAPPING, "kind": kinds[0], "folder": self.contracts, "name": "Договоры", "since": SINCE}
        second = {"id": LETTERS, "kind": kinds[1], "folder": self.letters, "name": "Письма", "since": SINCE}
        more = {"subfolder": "{reg_number} {title}", "reverse": "create"}
        self.services.rule_book.import_all({"documents": [{**first, **changes}, {**second, **more}]}, "test", over=True)
        self.clock.advance(61)

    def confirm(self) -> list[str]:
        """An admin lets every mapping that stands go on; which ones."""
        stands = [RuleId(one.key) for one in self.store.query("stopped_mappings")]
        for mapping in stands:
            self.services.document_tools.guards.confirm(mapping, "Anna")
        return [str(one) for one in stands]

    def ours(self) -> list[Effect]:
        """What we really changed on Disk, in order."""
        return [one for one in self.portal.effects if one.entity.startswith("DISK_") and one.user_id == ADMIN]

    def _portal(self, intensity: tuple[int, float] | None) -> Portal:
        portal = super()._portal(intensity)
        storage = self.worker.folder(self.contracts).storage_id
        self.letters = self.worker.add_folder(self.worker.root(storage), "Письма")
        return portal
