"""1C:DM and the folders of its mappings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from common.admin.doctor import judging
from common.admin.doctor.examining import Check
from common.admin.doctor.finding import Finding, unknown, well
from common.admin.doctor.house import In
from common.admin.doctor.keeping import STORE
from common.admin.doctor.portal import NAME as PORTAL_NAME
from common.errors import SideDown
from common.exchanges.documents.model import DocumentRule
from common.flow.telling import SKEW
from common.model.documents import FolderId, KindId
from common.ports.disk import Ask, Unseen

NAME = "1C:DM"
SIDE = "base:dm"


@dataclass(frozen=True)
class ArchiveChecks:
    use: In
    _offsets: list[float] = field(default_factory=list)
    """Seconds 1C's clock was ahead of ours when it answered."""

    def all(self) -> Iterator[Check]:
        if self.use.house.settings.has_dm:
            yield Check(NAME, self._answers, needs=(STORE,))
            yield Check("1C:DM clock", self._clock, needs=(NAME,))
            yield Check("1C:DM methods", self._methods, needs=(NAME,))
            for rule in self.use.mappings:
                yield Check("1C:DM kinds", partial(self._kind, rule), f"mapping {rule.id}", needs=(NAME,))
        for rule in self.use.mappings:
            yield Check("disk folders", partial(self._folder, rule), f"mapping {rule.id}", needs=(PORTAL_NAME,))

    def _answers(self) -> Iterable[Finding]:
        left = self.use.left_alone(SIDE)
        if left:
            return [unknown(NAME, "", left, again=True)]
        archive = self.use.house.archive
        try:
            moment = archive.probe()
        except SideDown:
            # Requests are refused for a wrong clock before anything else is said (contract §1): that is the cause.
            offset = archive.clock_offset() or 0.0
            if abs(offset) <= SKEW:
                raise
            return [judging.clock(NAME, SIDE, offset)]
        self._offsets.append((moment - self.use.house.clock.now()).total_seconds())
        return [well(NAME, "", f"answers, our key signs; release {archive.ability().config_version}")]

    def _clock(self) -> Iterable[Finding]:
        return [judging.clock("1C:DM clock", SIDE, self._offsets[-1])]

    def _methods(self) -> Iterable[Finding]:
        """What a run of the sync reads: each may be forbidden for itself."""
        counts = self.use.house.archive.counts()
        self.use.house.archive.changes(0, ("document", "file"))
        return [well("1C:DM methods", "", f"ping, kinds, counts and feed; {sum(counts.values())} documents")]

    def _kind(self, rule: DocumentRule) -> Iterable[Finding]:
        return [judging.kind(rule, self._kinds)]

    def _folder(self, rule: DocumentRule) -> Iterable[Finding]:
        return [judging.folder(rule, self._unseen[rule.folder])]

    @cached_property
    def _kinds(self) -> Mapping[KindId, str]:
        return self.use.house.archive.kinds()

    @cached_property
    def _unseen(self) -> Mapping[FolderId, Unseen | None]:
        """Why a folder shows nothing; None for one that shows its first page."""
        folders = [rule.folder for rule in self.use.mappings]
        pages = self.use.house.disk.pages([Ask(folder) for folder in folders])
        return {folder: page if isinstance(page, str) else None for folder, page in zip(folders, pages, strict=True)}
