"""The doctor: looks at settings, store, queue, portal, 1C and rules, and says what would go wrong (design §6).

It writes nothing to either side. `finding` is what it found, `examining` how checks are made, `judging` what answers
mean; `keeping`, `portal`, `bases`, `archive` and `standing` ask, each its own side; `daily` tells people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from common.admin.doctor import keeping, standing
from common.admin.doctor.archive import ArchiveChecks
from common.admin.doctor.bases import BaseChecks
from common.admin.doctor.examining import Check, examined
from common.admin.doctor.finding import Finding
from common.admin.doctor.house import House, In
from common.admin.doctor.portal import PortalChecks
from common.errors import SideDown
from common.exchanges.acts.model import ActRule
from common.exchanges.documents.model import DocumentRule
from common.logs import counted

__all__ = ["Doctor", "Finding"]


@dataclass(frozen=True)
class Doctor:
    """`by_hand`: a person is looking, and wants to see what stands still as well.

    down   hears of sides found out of order: nobody looking, the breakers must, or the next look tries them again
    """

    house: House
    by_hand: bool
    down: Callable[[SideDown], None] = lambda _: None

    def findings(self) -> Iterator[Finding]:
        """As they are made."""
        return examined(self._checks(), self.down)

    @cached_property
    def active(self) -> tuple[list[ActRule], list[DocumentRule]] | None:
        """Rules and mappings in force; None when they cannot be read, which the check of the rules tells."""
        try:
            acts, mappings = self.house.act_rules(), self.house.document_rules()
        except Exception as error:  # noqa: BLE001 - the store's trouble, which has a check of its own
            counted("rules_not_read", reason=type(error).__name__)
            return None
        return [one for one in acts.values() if one.active], [one for one in mappings.values() if one.active]

    def _checks(self) -> Iterator[Check]:
        yield from keeping.checks(self.house)
        acts, mappings = self.active or ([], [])
        use = In(self.house, acts, mappings, self.by_hand)
        for one in (PortalChecks(use), BaseChecks(use), ArchiveChecks(use)):
            yield from one.all()
        if self.by_hand:
            yield from standing.checks(self.house)
