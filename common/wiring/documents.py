"""The documents exchange put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from common.errors import Refused
from common.model import moments
from common.model.ids import RuleId
from common.wiring.acts import PROCESS_SECONDS, ActsParts
from common.wiring.portal import PORTAL

if TYPE_CHECKING:
    from common.bitrix.disk import PortalDisk
    from common.exchanges.documents.model import DocumentRule
    from common.exchanges.documents.perform import Documents
    from common.exchanges.documents.scanning import Scanner, Scans
    from common.exchanges.documents.sync import DocumentSync
    from common.exchanges.documents.tools import Tools
    from common.exchanges.documents.turns import Turns
    from common.flow.delivery import Turn
    from common.flow.watermarks import Watermarks
    from common.flow.work import Work
    from common.mapping.clients import Clients
    from common.mapping.executors import Executors
    from common.model.records import Record
    from common.onec.http_service.client import OnecArchive
    from common.wiring.desk import HouseDesk

LEAST_MINUTES = 5
EARLY = timedelta(seconds=30)
"""A schedule fires a little early or late, and an early one must not be skipped."""

RAN = "ran"
"""When `document_sync` last ran to its end."""

DM = "base:dm"
"""The breaker of 1C:DM."""

PROCESSOR = "onec_document_changed"
"""The function that carries documents, whatever noticed them."""


class DocumentParts(ActsParts):
    """The documents exchange put together."""

    def document_rules(self) -> dict[RuleId, DocumentRule]:
        from common.exchanges.documents.rules import active

        return active(self.kept)

    @cached_property
    def archive(self) -> OnecArchive:
        from common.onec.http_service.client import OnecArchive
        from common.onec.http_service.transport import DmTransport

        dm, keys = self.settings.dm, self.settings.keys
        return OnecArchive(DmTransport(dm, keys, self.onec_http, self.clock, self.ids), self.clock)

    @cached_property
    def disk(self) -> PortalDisk:
        """Of the bulk class: a deal's act or a vote goes first."""
        from common.bitrix.client import BitrixClient
        from common.bitrix.disk import PortalDisk
        from common.bitrix.downloads import Downloads

        client = BitrixClient(self.access, self.http, self.limiter, self.clock, traffic="bulk")
        return PortalDisk(client, Downloads(self.access, self.http, self.limiter, self.clock, "bulk"))

    @cached_property
    def executors(self) -> Executors:
        from common.bitrix.people import PortalPeople
        from common.mapping.executors import Executors

        portal = PortalPeople(self.bitrix)
        return Executors(
            table=lambda: self.table_book.table("executors"),
            portal=portal.person,
            onec=lambda email, employee: self.archive.user_by(email, employee),
            clock=self.clock,
        )

    @cached_property
    def clients(self) -> Clients:
        from common.bitrix.companies import PortalCompanies
        from common.mapping.clients import Clients

        return Clients(lambda: self.table_book.table("counterparties"), lambda: PortalCompanies(self.bitrix))

    @cached_property
    def document_tools(self) -> Tools:
        from common.bitrix.disk_names import corrected
        from common.exchanges.documents.copies import Copies
        from common.exchanges.documents.folders import Folders
        from common.exchanges.documents.guards import Guards
        from common.exchanges.documents.tools import Tools
        from common.flow.notices_texts import short
        from common.wiring.desk import StoredPairs

        zone = self.settings.site.business_time_zone
        return Tools(
            disk=self.disk,
            archive=self.archive,
            rules=self.document_rules,
            folders=Folders(self.store, self.disk, corrected, self.clients.company_name, zone),
            copies=Copies(self.store, self.disk, corrected, self.clock),
            guards=Guards(self.store, self.clock),
            pairs=StoredPairs(self.bindings),
            people=self.executors,
            spelled=corrected,
            words=lambda stop: short(stop, self.settings.site.language),
            portal=self.portal,
            zone=zone,
            clock=self.clock,
        )

    @cached_property
    def documents(self) -> Documents:
        from common.exchanges.documents.perform import Documents

        return Documents(self.document_tools)

    @cached_property
    def documents_work(self) -> Work:
        from common.flow.excluded import ExcludedRecords
        from common.flow.work import Work

        return Work(
            name="documents",
            exchange_of=lambda: self.documents,
            function=PROCESSOR,
            clock=self.clock,
            queue=self.queue,
            claims=self.claims,
            bindings=self.bindings,
            waiting=self.waiting,
            excluded=ExcludedRecords(self.store, self.clock),
            breakers=self.breakers,
            journal=self.journal,
            teller_of=lambda: self.telling,
            letters=self.dead_letter.keep,
            conflicts=self.conflicts,
            seconds=PROCESS_SECONDS,
            traffic="bulk",
        )

    @cached_property
    def watermarks(self) -> Watermarks:
        from common.flow.watermarks import Watermarks

        return Watermarks(self.store, self.clock)

    @cached_property
    def document_desk(self) -> HouseDesk:
        from common.wiring.desk import HouseDesk

        return HouseDesk(
            self.documents_work, self.store, self.bindings, self.waiting, self.watermarks, self.journal, self.portal
        )

    @cached_property
    def scans(self) -> Scans:
        from common.exchanges.documents.scanning import Scans

        return Scans(self.store)

    @cached_property
    def scanner(self) -> Scanner:
        from common.exchanges.documents.scanning import Scanner

        return Scanner(self.document_tools, self.scans, self.document_desk.bound)

    @cached_property
    def document_sync(self) -> DocumentSync:
        from common.exchanges.documents.shelves import Shelves
        from common.exchanges.documents.sync import DocumentSync

        shelves = Shelves(self.store)
        return DocumentSync(self.document_tools, self.document_desk, shelves, self.scans, self.scanner, self.leases)

    @cached_property
    def document_turns(self) -> Turns:
        from common.exchanges.documents.turns import Turns

        return Turns(self.document_tools, self.document_desk, self.scans, self.scanner)

    def sync_documents(self, now: bool = False) -> dict[str, int]:
        """One run of `document_sync`; nothing while a side is down or there are no mappings. `now`: by a person's word,
        whenever it last ran.
        """
        from common.flow.retries import guarded, looked_well, retry_due

        if not self.document_rules():
            self.watermarks.finished("documents")
            return {}
        if not now and self._ran_lately():
            return {}
        work, name = self.documents_work, f"documents:{self.portal}"
        numbers = guarded(work, self.watermarks, name, (PORTAL, DM), self.document_sync.run)
        if numbers is None:
            return {}
        looked_well(work, self.watermarks, name)
        self.document_desk.advance(RAN, moments.text(self.clock.now()))
        return {**numbers, "due": retry_due(work, self.waiting)}

    def _ran_lately(self) -> bool:
        """The schedule fires every five minutes; a company may want it less often."""
        minutes = self.settings.site.document_minutes
        ran = self.document_desk.place(RAN) if minutes > LEAST_MINUTES else ""
        due = moments.parse(ran) + timedelta(minutes=minutes) - EARLY if ran else self.clock.now()
        return due > self.clock.now()

    def one_way_again(self, awaits: str) -> None:
        """A mapping was saved: files that were left on Disk for the way it goes are asked about anew."""
        from common.exchanges.documents.records import disk_record
        from common.model.documents import DiskId

        mapping = awaits.removeprefix("documents:")
        rule = self.document_rules().get(RuleId(mapping)) if mapping != awaits else None
        if rule is None or rule.reverse != "create":
            return
        now = self.clock.now()
        left = self.documents_work.excluded.listed("documents", "one_way")
        ids = [DiskId(int(one.source.removeprefix("disk:"))) for one in left]
        entry = f"{mapping} {moments.text(now)}"
        self.document_desk.put([disk_record(self.portal, one, now, f"disk:{one}:{entry}") for one in ids], entry)

    def carry_documents(self, turn: Turn) -> None:
        """Carry one task of `PROCESSOR`."""
        from common.wiring.document_tasks import carry

        carry(self, turn)

    def document_records(self, bodies: Sequence[Mapping[str, Any]]) -> list[Record]:
        """The records of a task. Raises Refused 400 for a body that is not ours."""
        from common.exchanges.documents import records

        try:
            return [records.read(body) for body in bodies]
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(400, "malformed") from error
