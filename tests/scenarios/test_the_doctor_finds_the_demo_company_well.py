"""The demo company over real sockets: installed as an application, four bases, 1C:DM and Disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from common.admin.doctor import Finding
from common.wiring import Services, use
from common.wiring.doctor import by_hand
from infra.local.demo import Demo, company_at, services_for
from infra.local.house import Front
from tests.scenarios.doctor import said, states, wrong
from tests.simulators.web import Application, Server


@dataclass(frozen=True)
class Company:
    """The demo company, its application installed and its rules saved."""

    demo: Demo
    services: Services

    def looked(self) -> list[Finding]:
        return list(by_hand(self.services).findings())

    def requests(self) -> tuple[int, int, int]:
        """To the portal, to all bases, to 1C:DM."""
        bases = sum(one.hits for one in self.demo.bases.values())
        return self.demo.portal.hits, bases, len(self.demo.papers.dm.requests)

    def effects(self) -> list[object]:
        bases = [effect for one in self.demo.bases.values() for effect in one.effects]
        return [*self.demo.portal.effects, *bases, *self.demo.papers.dm.effects]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    mounted: dict[str, Application] = {}
    with Server(Front(mounted)) as server:
        demo = company_at(server.url)
        mounted.update(demo.mounted())
        services = services_for(demo, str(tmp_path))
        use(services)
        try:
            assert demo.portal.install_application(demo.application)
            services.rule_book.import_all(demo.rules(), "demo")
            yield Company(demo, services)
        finally:
            use(None)
            services.http.close()
            services.onec_http.close()


def test_all_is_well_and_nothing_is_written(company: Company) -> None:
    before = company.effects()
    found = company.looked()
    assert {one.state for one in found} == {"well"}
    assert company.effects() == before


def test_a_look_at_everything_costs_fifteen_requests(company: Company) -> None:
    """The portal: all questions in one, Disk's folder, an empty one read itself. Each base: does it answer, $metadata.
    1C:DM: ping, counts, feed, kinds."""
    company.looked()
    before = company.requests()
    company.looked()
    assert [after - was for after, was in zip(company.requests(), before, strict=True)] == [3, 8, 4]


def test_an_action_that_went_and_a_scope_that_was_taken_are_named(company: Company) -> None:
    company.demo.portal.bizproc["activity"].clear()
    assert wrong(company.looked()) == [("portal actions", "")]
    company.demo.application.scopes = company.demo.application.scopes - {"bizproc"}
    found = company.looked()
    assert wrong(found) == [("portal scopes", "")]
    assert 'bizproc, needed for "Send to 1C"' in said(found, "portal scopes")
    assert states(found, "portal actions") == {"unknown"}
