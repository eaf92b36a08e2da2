"""Each fault of 1C:DM and Disk that would stop documents is found by its name, and a look writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scenarios.doctor import looked, said, states, written, wrong
from tests.scenarios.documents.papers import Papers
from tests.stand import ADMIN

NOBODY = "00000000-1111-2222-3333-444444444444"


def test_all_is_well_and_nothing_is_written(papers: Papers) -> None:
    papers.publish()
    before = written(papers)
    hits = papers.portal.hits, len(papers.base.requests)
    found = looked(papers)
    assert wrong(found) == []
    assert written(papers) == before
    # One for the portal, one for its folder; ping, counts, feed, kinds.
    assert (papers.portal.hits - hits[0], len(papers.base.requests) - hits[1]) == (2, 4)
    assert "2.1.32.6" in said(found, "1C:DM")


FAULTS = {
    "kind": (lambda stand: stand.map(kind=NOBODY), "1C:DM kinds", NOBODY),
    "folder that never was": (lambda stand: stand.map(folder=999), "disk folders", "999"),
    "folder in the trash": (lambda stand: stand.worker.trash(stand.contracts), "disk folders", "is not on Disk"),
    "folder not for us": (lambda stand: stand.worker.deny(stand.contracts, ADMIN), "disk folders", "not ours to use"),
    "wrong password": (lambda stand: stand.base.logins.clear(), "1C:DM", "ONEC_DM_PASSWORD"),
    "not published": (lambda stand: setattr(stand.base, "path", "/elsewhere"), "1C:DM", "ONEC_DM_URL"),
    "clock beyond what 1C takes": (
        lambda stand: setattr(stand.base.switches, "clock_skew", timedelta(minutes=10)),
        "1C:DM",
        "+600 s",
    ),
    "no right to the feed": (
        lambda stand: stand.base.switches.forbidden.add(("GET", "/v1/changes")),
        "1C:DM methods",
        "/v1/changes",
    ),
    "scope": (
        lambda stand: [
            stand.portal.access.webhooks.update({key: replace(hook, scopes=hook.scopes - {"disk"})})
            for key, hook in list(stand.portal.access.webhooks.items())
        ],
        "portal scopes",
        "disk, needed for documents",
    ),
}


@pytest.mark.parametrize(("fault", "check", "named"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named(papers: Papers, fault: Callable[[Papers], None], check: str, named: str) -> None:
    fault(papers)
    before = written(papers)
    found = looked(papers)
    assert {one for one, _ in wrong(found)} == {check}
    assert named in said(found, check)
    assert written(papers) == before


def test_one_folder_that_is_gone_hides_nothing_of_another(papers: Papers) -> None:
    first, second = papers.base.kinds[:2]
    rules = [
        {"id": "contracts", "kind": first.id, "folder": papers.contracts},
        {"id": "memos", "kind": second.id, "folder": papers.elsewhere},
    ]
    papers.services.rule_book.import_all({"documents": rules}, "test", over=True)
    papers.worker.trash(papers.contracts)
    found = looked(papers)
    assert wrong(found) == [("disk folders", "mapping contracts")]
    assert states(found, "disk folders") == {"well", "wrong"}


def test_what_stands_still_of_documents_is_counted(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"of Disk")
    papers.clerk.edit_file(file, b"of 1C")
    papers.settle()
    found = looked(papers)
    assert wrong(found) == []
    assert "./deploy.sh conflicts list" in said(found, "conflicts")


def test_a_key_1c_does_not_know_is_named_and_not_shown(papers: Papers) -> None:
    found = looked(papers, ONEC_DM_KEYS="2026z:neverheardofneverheardof")
    assert wrong(found) == [("1C:DM", "")]
    assert "bad_signature" in said(found, "1C:DM")
    assert "ONEC_DM_KEYS" in said(found, "1C:DM")
    assert "neverheardof" not in "".join(map(str, found))
