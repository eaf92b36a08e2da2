"""The acts exchange put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from common.errors import ExchangeError, NeedsPerson, Refused, TryLater
from common.logs import counted
from common.model.ids import RuleId
from common.ports import Write
from common.wiring.accounting import Bases
from common.wiring.portal import PORTAL

if TYPE_CHECKING:
    from common.exchanges.acts.model import ActRule
    from common.exchanges.acts.perform import Acts
    from common.exchanges.acts.rules import TableBook
    from common.exchanges.acts.watch import DealWatch
    from common.flow.sweep import Sweep
    from common.flow.work import Work
    from common.model.records import Record

PROCESS_SECONDS = 300.0
"""The time limit of `process` entries (their `function.json`): a claim's lease ends with it."""

DEAL_EVENTS = (
    "ONCRMDEALADD",
    "ONCRMDEALUPDATE",
    "ONCRMDEALMOVETOCATEGORY",
    "ONCRMCOMPANYUPDATE",
    "ONCRMCONTACTUPDATE",
    "ONCRMREQUISITEADD",
    "ONCRMREQUISITEUPDATE",
    "ONCRMADDRESSREGISTER",
)

APP_EVENTS = ("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL")

ACTIONS = "actions"
"""About what the admins are told when "Send to 1C" cannot be offered in the portal's processes."""

EQUIP = "equip"
"""The note that events could not be bound or fields not be created, and about what the admins are told of it."""


class ActsParts(Bases):
    """The acts exchange put together."""

    def act_rules(self) -> dict[RuleId, ActRule]:
        from common.exchanges.acts.rules import active

        return active(self.kept)

    @cached_property
    def table_book(self) -> TableBook:
        from common.exchanges.acts.rules import TableBook

        return TableBook(self.kept)

    @cached_property
    def acts(self) -> Acts:
        from common.exchanges.acts.bases import Bases
        from common.exchanges.acts.model import Place
        from common.exchanges.acts.perform import Acts

        place = Place(self.portal, self._portal_url(), self.settings.site.business_time_zone)
        return Acts(
            crm=self.crm,
            books=self.books,
            rules=self.act_rules,
            tables=self.table_book.tables,
            place=place,
            bases=Bases(self.store, self.clock),
            leases=self.leases,
            clock=self.clock,
        )

    @cached_property
    def acts_work(self) -> Work:
        from common.flow.excluded import ExcludedRecords
        from common.flow.work import Work

        return Work(
            name="acts",
            exchange_of=lambda: self.acts,
            function="bitrix_deal_changed",
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
            in_order=True,
        )

    @cached_property
    def acts_watch(self) -> DealWatch:
        from common.exchanges.acts.watch import DealWatch

        return DealWatch(self.crm, self.act_rules, self.portal)

    @cached_property
    def acts_sweep(self) -> Sweep:
        from common.flow.sweep import Sweep
        from common.flow.watermarks import Watermarks

        marks = Watermarks(self.store, self.clock)
        return Sweep(f"acts:{self.portal}", self.acts_watch, self.acts_work, marks, self.waiting, self.clock)

    def acts_records(self, bodies: Sequence[Mapping[str, Any]]) -> list[Record]:
        """The records of a task. Raises Refused 400 for a body that is not ours."""
        from common.exchanges.acts import records

        try:
            return [records.read(body) for body in bodies]
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(400, "malformed") from error

    def equip_later(self) -> None:
        """The portal did not let us finish; the portal itself will not call the install path again."""
        self.store.write(Write("config", EQUIP, {"wanted": True}))

    def equip_pending(self) -> dict[str, int]:
        """Finish what an install could not, once the portal lets us; how many."""
        if self.breakers.is_open(PORTAL) or self.store.get("config", EQUIP) is None:
            return {"equipped": 0}
        try:
            self.equip_portal()
        except ExchangeError as reason:
            self._not_equipped(reason)
            return {"equipped": 0}
        self.store.write(Write("config", EQUIP, None))
        self.telling.tell(EQUIP, ())
        return {"equipped": 1}

    def equip_for_rules(self) -> None:
        """Rules were saved: their fields must be there before an act is shown, or Bitrix24 drops it without a word.

        The rules stay saved whatever the portal says; the watch tries again.
        """
        try:
            if self.breakers.is_open(PORTAL):
                raise TryLater("portal_left_alone")
            self._equip_fields()
        except ExchangeError as reason:
            self.equip_later()
            self._not_equipped(reason)

    def _not_equipped(self, reason: ExchangeError) -> None:
        counted("not_equipped", reason=str(reason))
        if isinstance(reason, NeedsPerson):
            self.telling.tell(EQUIP, reason.stops)

    def equip_portal(self) -> None:
        """Bind our events (an application only: webhooks are set by hand) and create the deal's fields; repeatable."""
        if self.settings.bitrix.webhook_url is None:
            from common.bitrix.bindings import ensure_bindings

            ensure_bindings(self.bitrix, self.wanted_events())
            self._equip_actions(self.settings.public_url)
        self._equip_fields()

    def wanted_events(self) -> dict[str, str]:
        """Events of an installed application and the addresses where they belong."""
        base = self.settings.public_url
        wanted = dict.fromkeys(DEAL_EVENTS, f"{base}/bitrix-deal-changed")
        return wanted | dict.fromkeys(APP_EVENTS, f"{base}/bitrix-app-installed")

    def _equip_actions(self, base: str) -> None:
        """ "Send to 1C" for processes of Disk storages, where documents are exchanged at all."""
        if self.settings.has_dm:
            from common.bitrix.actions import ensure_action, send_file

            wanted = send_file(f"{base}/bitrix-file-submitted", self.settings.people.admins[0])
            try:
                ensure_action(self.bitrix, wanted)
            except NeedsPerson as needs:
                # A plan without processes: everything else works all the same.
                self.telling.tell(ACTIONS, needs.stops)
            else:
                self.telling.tell(ACTIONS, ())

    def _equip_fields(self) -> None:
        from common.exchanges.acts.model import BackFields

        fields = {name for rule in self.act_rules().values() for name in rule.back.names()}
        self.crm.ensure_fields(sorted(fields or BackFields().names()))
