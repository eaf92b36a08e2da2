"""What an administrator paused in his console is his: no outage ends it; what he resumes is not paused again."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import Papers
from tests.scenarios.pausing.still import (
    OF_ACTS,
    OF_DOCUMENTS,
    admin_resumes,
    base_down,
    by_admin,
    dm_down,
    portal_down,
    still,
)
from tests.scenarios.stories import closed, shown
from tests.stand import Stand


@pytest.mark.parametrize("what", OF_DOCUMENTS)
def test_paused_before_an_outage_it_is_paused_after_it(papers: Papers, what: str) -> None:
    file = papers.publish()
    by_admin(papers, what)
    up = dm_down(papers)
    papers.clerk.edit_file(file, b"two")
    for name in ("document_sync", "exchange_watch"):
        papers.due(name)
    papers.services.breakers.open("base:dm", "maintenance")
    papers.minutes(5)
    assert still(papers) == OF_DOCUMENTS
    up()
    papers.minutes(30)
    assert still(papers) == [what]
    admin_resumes(papers, what)
    papers.minutes(10)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_an_outage_of_the_portal_leaves_his_pauses_alone_too(office: Stand) -> None:
    by_admin(office, *OF_ACTS)
    deals = closed(office, 2)
    office.quiet()
    up = portal_down(office)
    office.services.breakers.open("portal", "connection")
    office.minutes(10)
    up()
    office.minutes(10)
    assert still(office) == OF_ACTS
    assert shown(office, deals) == []
    admin_resumes(office, *OF_ACTS)
    office.minutes(6)
    assert shown(office, deals) == deals


def test_what_he_resumes_in_an_outage_runs_and_calls_nobody(office: Stand) -> None:
    up = base_down(office)
    deals = closed(office, 2)
    office.quiet()
    office.minutes(2)
    assert still(office) == OF_ACTS
    admin_resumes(office, "queue interactive")
    later = closed(office, 2)
    office.quiet()
    hits = office.bases["main"].hits
    office.minutes(10)
    assert still(office) == ["job deal_sweep"]
    assert office.bases["main"].hits - hits == 10, "workers leave the base alone by themselves"
    assert office.reasons() == ["side_down"] * 4
    up()
    office.minutes(6)
    assert still(office) == []
    assert shown(office, [*deals, *later]) == [*deals, *later]


def test_a_pause_of_his_own_without_any_outage_is_never_touched(papers: Papers) -> None:
    by_admin(papers, *OF_DOCUMENTS)
    papers.minutes(20)
    assert still(papers) == OF_DOCUMENTS
    admin_resumes(papers, *OF_DOCUMENTS)
