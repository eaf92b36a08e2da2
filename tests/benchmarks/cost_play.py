"""A company's acts, files and quiet hours, played one after another with the meter on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks import cost_parts as parts
from tests.benchmarks.cost_company import Company
from tests.benchmarks.cost_meter import Measured, Usage

EACH_RUN = 8
"""Changed files between two runs of the sync."""
APART = 600.0
"""Seconds between two deals: a thousand in the working hours of a month."""
WARM_UP = 2
"""Acts before those that count: dictionaries, digest and the base's way with keys are known then."""
PLAIN, SETTLING = 60, 10
"""Minutes of the jobs while no document has a folder of its own; and before quiet minutes are measured."""
SYNC = "document_sync"


@dataclass(frozen=True)
class Play:
    """What was used by so many acts, other changes of deals, files, and minutes of the jobs, and whether all went well.

    plain     jobs before any document had a folder of its own; `jobs` with so many `folders`
    look      one of the uptime checks
    kept      bytes in the store after an act and after a file: for ever, and until they expire
    moved     what the exchange changed on the sides while nothing happened
    """

    acts: Measured
    others: Measured
    files: Measured
    plain: Measured
    jobs: Measured
    folders: int
    look: Measured
    numbers: tuple[int, int]
    drafts: int
    carried: int
    kept: tuple[tuple[float, float], tuple[float, float]]
    moved: int

    def job(self, name: str) -> Usage:
        """One run of it while no document has a folder of its own."""
        return _one(self.plain if name == SYNC else self.jobs, f"{name} run")

    def a_folder(self) -> Usage:
        """What each document's own folder adds to one run of the sync."""
        return (_one(self.jobs, f"{SYNC} run") - self.job(SYNC)) * (1 / self.folders)

    def an_act(self) -> Usage:
        return self.acts.total * (1 / self.numbers[0])

    def another_change(self) -> Usage:
        return self.others.total * (1 / self.numbers[0])

    def a_file(self) -> Usage:
        """Without what the sync would have used anyway, with the folders that there were half way."""
        half_way = self.folders - self.numbers[1] / 8
        anyway = (self.job(SYNC) + self.a_folder() * half_way) * self.files.calls[f"{SYNC} run"]
        return (self.files.total - anyway) * (1 / self.numbers[1])

    def a_month(self) -> Usage:
        """All jobs by their schedules, and the looks from outside at the public host; no folders of documents."""
        used = self.look.total * parts.looks()
        return sum((self.job(name) * number for name, number in parts.runs().items()), used)


def play(company: Company, acts: int, files: int, minutes: int) -> Play:
    """So many acts, as many other changes, files (a quarter of each kind), and minutes of quiet."""
    _deals(company, WARM_UP, company.reach)
    before = company.billed.lying()
    made = _deals(company, acts, company.reach)
    of_acts = _more(company, before, acts)
    others = _deals(company, acts, lambda deal: company.person.edit_deal(deal, TITLE="Другое название"))
    plain = _quietly(company, PLAIN)
    carried, of_files, kept = _files(company, files // 4)
    was = len(company.writes()), len(company.acts())
    jobs = _quietly(company, minutes)
    return Play(
        acts=made,
        others=others,
        files=of_files,
        plain=plain,
        jobs=jobs,
        folders=len(company.base.store.documents),
        look=_look(company),
        numbers=(acts, files),
        drafts=len(company.acts()) - WARM_UP,
        carried=carried,
        kept=(of_acts, kept),
        moved=len(company.writes()) - was[0] + len(company.acts()) - was[1],
    )


def _look(company: Company) -> Measured:
    """The second of two: they come so often that an instance is always there."""
    company.look()
    with company.meter.measured() as used:
        company.look()
    return used


def _more(company: Company, before: tuple[int, int], number: int) -> tuple[float, float]:
    """Bytes that each of so many added to the store."""
    after = company.billed.lying()
    return (after[0] - before[0]) / number, (after[1] - before[1]) / number


def _deals(company: Company, number: int, happens: Callable[[int], object]) -> Measured:
    """So many deals that something happens to, each by itself, until all is at rest; their making is not measured."""
    deals = [company.deal() for _ in range(number)]
    company.quiet()
    with company.meter.measured() as used:
        for deal in deals:
            company.clock.advance(APART)
            happens(deal)
            company.quiet()
    return used


def _files(company: Company, each: int) -> tuple[int, Measured, tuple[float, float]]:
    """A quarter each: new in 1C, new on Disk, a version in 1C, a version on Disk; how many were carried."""
    known = [company.paper() for _ in range(2 * each)]
    company.settle(3)
    before, had = company.billed.lying(), company.carried()
    with company.meter.measured() as used:
        for number in range(each):
            company.paper()
            company.scan(known[number])
            company.clerk.edit_file(known[number], company.data())
            company.worker.edit(company.twin(known[each + number]), company.data().read())
            if (number + 1) % (EACH_RUN // 4) == 0:
                company.run()
        company.settle(3)
    return company.carried() - had, used, _more(company, before, 4 * each)


def _quietly(company: Company, minutes: int) -> Measured:
    """Jobs by their schedules and nothing else, once what was before has settled."""
    _jobs(company, SETTLING)
    with company.meter.measured() as used:
        _jobs(company, minutes)
    return used


def _jobs(company: Company, minutes: int) -> None:
    for moment, job in parts.due(company.clock.now(), minutes):
        company.clock.advance(max((moment - company.clock.now()).total_seconds(), 0.0))
        assert company.job(job) == 200
        company.quiet(0)


def _one(measured: Measured, place: str) -> Usage:
    """One call of that function, on the average."""
    return measured.by[place] * (1 / measured.calls[place])
