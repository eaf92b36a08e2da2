"""1C:DM down: nothing is called but its probe; up again, everything that happened meanwhile is carried once."""

from __future__ import annotations

from tests.scenarios.documents.papers import Papers
from tests.scenarios.pausing.still import OF_DOCUMENTS, dm_down, still


def test_the_bulk_queue_and_the_sync_stand_still_and_go_on(papers: Papers) -> None:
    file = papers.publish()
    up = dm_down(papers)
    papers.clerk.edit_file(file, b"two")
    papers.minutes(2)
    assert still(papers) == OF_DOCUMENTS
    up()
    papers.minutes(2)
    assert still(papers) == []
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_disk_is_left_alone_and_1c_is_only_probed(papers: Papers) -> None:
    files = [papers.publish(f"{number}.docx", b"%d" % number) for number in range(5)]
    up = dm_down(papers)
    papers.clerk.edit_file(files[0], b"first")
    papers.minutes(3)
    portal, onec, disk = len(papers.portal.requests), len(papers.base.requests), papers.on_disk()
    for file in files[1:]:
        papers.clerk.edit_file(file, b"second")
    papers.minutes(30)
    assert len(papers.portal.requests) == portal
    assert len(papers.base.requests) - onec == 30, "one probe a minute"
    assert papers.on_disk() == disk
    up()
    papers.minutes(10)


def test_what_happened_on_both_sides_is_carried_once(papers: Papers) -> None:
    files = [papers.publish(f"{number}.docx", b"%d" % number) for number in range(4)]
    before = len(papers.writes())
    up = dm_down(papers)
    papers.clerk.edit_file(files[0], b"1C")
    papers.minutes(10)
    papers.worker.edit(papers.twin(files[1]), b"Disk")
    papers.clerk.rename_file(files[2], "Новый.docx")
    papers.clerk.add_file(papers.document(), "5.docx", b"5")
    papers.minutes(20)
    up()
    papers.minutes(40)
    assert papers.on_disk() == {"0.docx": b"1C", "1.docx": b"Disk", "Новый.docx": b"2", "3.docx": b"3", "5.docx": b"5"}
    assert papers.last(files[1]).content.read() == b"Disk"
    done = ["1c version.created", "disk add", "disk rename", "disk version"]
    assert sorted(one for one in papers.writes()[before:] if one != "1c link.set") == done
    assert papers.waits() == []


def test_events_are_accepted_all_the_while(papers: Papers) -> None:
    file = papers.publish()
    up = dm_down(papers)
    papers.clerk.edit_file(file, b"two")
    papers.minutes(3)
    papers.clerk.edit_file(file, b"three")
    papers.minutes(3)
    assert {row.status for row in papers.base.courier.log} == {200}, "1C hears that they are kept"
    up()
    papers.minutes(3)
    assert papers.on_disk() == {"Договор 17.docx": b"three"}
