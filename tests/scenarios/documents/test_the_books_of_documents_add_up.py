"""Every file in one state, counted; conflicts listed and settled; older files taken in by a person (rules, Common)."""

from __future__ import annotations

from collections import Counter

import pytest

from common.model.ids import RuleId
from common.model.moments import text
from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm.records import File


def counted(papers: Papers) -> Counter[str]:
    """What `./deploy.sh counts` says of documents, by state and reason."""
    found: Counter[str] = Counter()
    for row in papers.services.document_people.counts():
        found[str(row.get("reason") or row.get("by") or row["state"])] += row["number"]
    return +found


def clash(papers: Papers, name: str = "Спорный.docx") -> File:
    file = papers.publish(name)
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.run()
    return file


def test_every_file_of_an_archive_is_counted_once(house: House) -> None:
    papers = house(mapping={"active": False, "max_version_size": 1000})
    papers.clerk.add_file(papers.document(), "Старый.docx", b"old")
    papers.clock.advance(3600)
    papers.map(active=True, since=text(papers.clock.now()), max_version_size=1000)
    files = [papers.publish(f"{number}.docx", b"%d" % number) for number in range(5)]
    papers.clerk.edit_file(files[0], b"x" * 2000)
    papers.worker.upload(papers.contracts, "Заметки.txt", b"mine")
    papers.clerk.add_file(papers.document(kind="Приказ"), "Приказ.docx", b"order")
    papers.settle(3)
    expected = {"in agreement": 4, "version_too_large": 1, "before_start": 1, "one_way": 1, "not_selected": 1}
    assert counted(papers) == expected


def test_what_goes_and_comes_back_is_counted_where_it_is(papers: Papers) -> None:
    files = [papers.publish(f"{number}.docx", b"%d" % number) for number in range(3)]
    papers.clerk.mark_deleted(files[0])
    papers.settle()
    assert counted(papers) == {"in agreement": 2}
    papers.clerk.mark_deleted(files[0], deleted=False)
    papers.settle()
    assert counted(papers) == {"in agreement": 3}


@pytest.mark.parametrize("own", [b"one", b"mine"])
def test_a_users_file_that_became_the_twin_of_one_in_1c_is_left_out_no_more(papers: Papers, own: bytes) -> None:
    papers.worker.upload(papers.contracts, "Договор 17.docx", own)
    papers.settle()
    assert counted(papers) == {"one_way": 1}
    papers.publish(data=b"one")
    papers.settle()
    assert counted(papers) == {"in agreement": 1}


def test_files_left_out_before_the_start_are_taken_in_by_a_persons_word(house: House) -> None:
    papers = house(mapping={"active": False})
    for number in range(3):
        papers.clerk.add_file(papers.document(), f"{number}.docx", b"%d" % number)
    papers.clock.advance(3600)
    papers.map(active=True, since=text(papers.clock.now()))
    papers.settle(2)
    assert (papers.on_disk(), papers.services.document_people.before(RuleId("contracts"))) == ({}, 3)
    papers.services.document_people.take_in(RuleId("contracts"), "Анна")
    papers.settle(2)
    assert papers.on_disk() == {f"{number}.docx": b"%d" % number for number in range(3)}
    papers.worker.edit(papers.twin(next(iter(papers.base.store.files.values()))), b"edited")
    papers.settle()
    assert b"edited" in papers.in_onec().values()


def test_a_conflict_is_listed_with_its_copy_and_with_who_edited_that(papers: Papers) -> None:
    clash(papers)
    copy = papers.worker.find(papers.contracts, "Спорный_conflict_20261120.docx")
    assert copy is not None
    papers.worker.edit(copy, b"put together")
    papers.history = True
    papers.run()
    (listed,) = papers.services.document_people.conflicts()
    assert (listed["kind"], listed["what"], listed["copy"]["id"]) == ("both_changed", "Спорный.docx", copy)
    assert listed["edited_by"] == 5


def test_a_settled_conflict_is_off_the_list_and_off_the_card(papers: Papers) -> None:
    file = clash(papers)
    (listed,) = papers.services.document_people.conflicts()
    papers.services.document_people.settle(str(listed["id"]), "Анна")
    assert papers.conflicts() == []
    assert papers.base.store.links["file", file.id]["state"] == "bound"
    papers.settle(2)
    assert papers.conflicts() == []


def test_a_new_clash_of_the_same_file_is_a_new_conflict(papers: Papers) -> None:
    file = clash(papers)
    for one in list(papers.services.document_people.conflicts()):
        papers.services.document_people.settle(str(one["id"]), "Анна")
    papers.clerk.edit_file(file, b"1C again")
    papers.worker.edit(papers.twin(file), b"Disk again")
    papers.settle()
    assert papers.conflicts() == ["both_changed"]
    assert len(papers.notices("Спорный.docx")) >= 2


def test_a_confirmation_is_journalled_with_who_gave_it(papers: Papers) -> None:
    card = papers.document()
    files = [papers.clerk.add_file(card, f"{number}.docx", b"%d" % number) for number in range(9)]
    papers.settle()
    for file in files[:6]:
        papers.clerk.mark_deleted(file)
    papers.settle()
    papers.services.document_people.confirm(RuleId("contracts"), "Анна")
    papers.settle(2)
    entries = papers.services.journal.of_source("mapping:contracts")
    assert [(one.outcome, one.by) for one in entries if one.by] == [("confirmed", "Анна")]
    assert len(papers.on_disk()) == 3
