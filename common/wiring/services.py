"""All of it for one process, and what a person or the watch does with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import Stop, TryLater
from common.model import moments
from common.model.ids import BaseName
from common.ports import Write
from common.settings import Settings, local_environment
from common.wiring.documents import DM, PROCESSOR
from common.wiring.pausing import PausingParts
from common.wiring.portal import NOT_INSTALLED

if TYPE_CHECKING:
    from common.admin.documents import DocumentPeople
    from common.admin.people import Backfill, People
    from common.admin.rules import RuleBook
    from common.flow.delivery import Turn
    from common.flow.resume import Watch

DM_BASE = "dm"

DOCTOR = "doctor"
"""The note when the doctor's next round is due."""

DOCTOR_AFTER = timedelta(minutes=10)
"""A new installation is let come up first."""

FIRST_RULES = "first_rules"
"""About what the admins are told when the file of `EXCHANGE_RULES` cannot be imported."""


class Services(PausingParts):
    """All of it for one process, and what a person or the watch does with it."""

    @cached_property
    def watch(self) -> Watch:
        from common.flow.resume import Watch

        return Watch(
            self.breakers,
            self.waiting,
            self.claims,
            {"acts": self.acts_work, "documents": self.documents_work},
            self._probe,
            self.telling,
            self.clock,
            self.queue,
        )

    def watch_round(self) -> dict[str, int]:
        """One round of the watch and of what keeps the house in order; the watch first, come what may of the rest, the
        numbers of what it left last.
        """
        from common.flow.resume import each_of

        steps = (
            self.pausing.run,
            self.import_first_rules,
            self.refresh_digests,
            self.equip_pending,
            self.doctor_when_due,
            self.tell_vitals,
        )
        return each_of(lambda: self.watch.run(), *steps)

    def tell_vitals(self) -> None:
        """How the house is, for the metrics."""
        from common.wiring.vitals import vitals_of

        vitals_of(self).tell()

    def _probe(self, side: str) -> Callable[[], object]:
        if side == DM:
            return self.archive.probe
        kind, _, name = side.partition(":")
        if kind == "base":
            return self.any_book(BaseName(name)).probe
        return self.crm.probe

    def doctor_when_due(self) -> dict[str, int]:
        """The doctor's daily round, one small read while it is not due (design §6)."""
        now = self.clock.now()
        kept = self.store.get("config", DOCTOR)
        if kept is None:
            self.doctor_at(now + DOCTOR_AFTER)
            return {}
        late = now - moments.parse(kept.data["due"])
        if late < timedelta() or (late < timedelta(days=1) and any(one.stops for one in self.breakers.all())):
            return {}  # an outage speaks for itself: another look would only call those who work, and see half
        from common.wiring.doctor import daily

        return daily(self, kept.version)

    def doctor_at(self, moment: datetime) -> None:
        """The doctor's next round is due then: at once where something has just been installed or saved."""
        self.store.write(Write("config", DOCTOR, {"due": moments.text(moment)}))

    def submit_file(self, disk: int, event_token: str, turn: Turn) -> None:
        """A process of a Disk storage said "Send to 1C"; while documents are paused it hears of it afterwards."""
        if self.put_off("documents", turn):
            return
        from common.model.documents import DiskId
        from common.wiring.submitting import submit

        submit(self, DiskId(disk), event_token, turn)

    @cached_property
    def rule_book(self) -> RuleBook:
        """What a person may do with rules and tables."""
        from common.admin.rules import RuleBook
        from common.onec.configurations import profile

        return RuleBook(
            self.kept,
            self.clock,
            self._products,
            lambda profile_id: profile(profile_id).needs(),
            self._rules_changed,
        )

    def _products(self) -> dict[str, str]:
        """Product of each base that rules and tables may name; 1C:DM is `dm`."""
        products: dict[str, str] = {name: base.configuration for name, base in self.settings.onec.items()}
        return products | ({DM_BASE: DM_BASE} if self.settings.has_dm else {})

    def _rules_changed(self, what: Sequence[str]) -> None:
        """Whoever waits for it is tried again; a rule may also take in entries that the last sweep had no eye for."""
        try:
            sweep = self.acts_sweep
            self._portal_url()
        except TryLater as reason:
            if reason.reason != NOT_INSTALLED:
                raise
            return  # nobody can wait before the first install, and no sweep has been yet
        from common.mapping.kept import FRESH

        of_rules = any(awaits.startswith("rule:") for awaits in what)
        if of_rules:
            self.equip_for_rules()
        self.doctor_at(self.clock.now())
        occasion = moments.text(self.clock.now())
        for awaits in what:
            if self.settings.has_dm:
                self.document_desk.retry(awaits)
                self.one_way_again(awaits)
            if awaits.startswith("documents:") or awaits == "mapping:executors":
                continue
            waits = sweep.waiting_for(awaits)
            sweep.put_again(waits, f"{awaits} {occasion}")
            # Other instances may go on with the version they have for a minute; settled records cost them nothing.
            sweep.put_again(waits, f"{awaits} {occasion} for all", self.clock.now() + FRESH)
        if of_rules:
            sweep.rewind()

    @cached_property
    def people(self) -> People:
        """What a person may say to work that stands still."""
        from common.admin.people import People

        return People(self.clock, self.queue, self.journal, self.waiting, self.letters)

    @property
    def document_people(self) -> DocumentPeople:
        """What a person may see and say of documents."""
        from common.admin.documents import DocumentPeople
        from common.exchanges.documents.surveying import SCANNED

        return DocumentPeople(
            rules=self.document_rules(),
            store=self.store,
            clock=self.clock,
            queue=self.queue,
            function=PROCESSOR,
            journal=self.journal,
            waiting=self.waiting,
            excluded=self.documents_work.excluded,
            conflicts_kept=self.conflicts,
            guards=self.document_tools.guards,
            copies=self.document_tools.copies,
            archive=self.archive,
            scans=self.scans,
            scanner=self.scanner,
            teller=self.telling,
            watermarks=self.watermarks,
            scanned=self.document_desk.mark(SCANNED),
        )

    def backfill(self) -> Backfill:
        """Entries from before a rule began."""
        from common.admin.people import Backfill

        return Backfill(self.acts_watch, self.acts_work, self.act_rules(), self.journal)

    def import_first_rules(self) -> None:
        """Import the file of `EXCHANGE_RULES` while the store has no rules (design §6).

        A fault of the file is for the admins and must not hold up the watch, which has sides to look after.
        """
        from common.exchanges.acts.rules import RULES

        path = self.settings.site.exchange_rules
        if not path or self.kept.active(RULES).number:
            return
        from common.admin.rules import RulesRefused
        from common.settings import SettingsError, rules_file

        try:
            self.rule_book.import_all(rules_file(path), "EXCHANGE_RULES")
        except (SettingsError, RulesRefused) as fault:
            self._not_imported(str(fault))
        else:
            self.telling.tell(FIRST_RULES, ())

    def _not_imported(self, fault: str) -> None:
        """Tried every minute, said once; in the log once a day, should nobody have read it."""
        from common.logs import error

        said = self.store.get("config", FIRST_RULES)
        if said is not None and said.data["fault"] == fault:
            return
        error("rules_not_imported", fault=fault)
        self.telling.tell(FIRST_RULES, [Stop("rules_not_imported", "EXCHANGE_RULES", "admin", "person", details=fault)])
        until = self.clock.now() + timedelta(days=1)
        self.store.write(Write("config", FIRST_RULES, {"fault": fault}, expire_at=until))


_given: list[Services] = []


def use(services: Services | None) -> None:
    """Give all functions of this process one `Services` (the local run, tests); None forgets it."""
    _given[:] = [services] if services else []


def services() -> Services:
    """This process's services: those given, else made once from the environment (and `.env`, locally)."""
    return _given[0] if _given else _from_environment()


@cache
def _from_environment() -> Services:
    from common.logs import set_up

    set_up()  # first: a fault of the settings shall be a line too
    settings = Settings.read(local_environment(os.environ, Path(".env")), ())
    set_up(project=settings.store.project)
    return Services(settings)
