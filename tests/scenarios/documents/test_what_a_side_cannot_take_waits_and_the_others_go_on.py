"""Too large, forbidden, empty, no room (rules, Documents, Bytes): waiting with a reason, the others go on."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.stand import ADMIN, MANAGER


def test_a_new_version_too_large_for_disk_waits_and_says_how_large(house: House) -> None:
    papers = house(mapping={"max_version_size": 1000})
    file, other = papers.publish(), papers.publish("Другой.docx")
    papers.clerk.edit_file(file, b"x" * 1001)
    papers.clerk.edit_file(other, b"two")
    papers.settle(3)
    assert papers.reason_of(file) == ["version_too_large"]
    assert papers.on_disk() == {"Договор 17.docx": b"one", "Другой.docx": b"two"}
    assert [person for person, _ in papers.told()] == [ADMIN]
    assert "1001" in papers.told()[0][1]


def test_a_new_file_of_that_size_is_no_trouble(house: House) -> None:
    papers = house(mapping={"max_version_size": 1000})
    papers.publish("Большой.pdf", b"x" * 5000)
    assert papers.on_disk() == {"Большой.pdf": b"x" * 5000}


def test_a_smaller_version_or_another_setting_lets_it_go_on(house: House) -> None:
    papers = house(mapping={"max_version_size": 1000})
    first, second = papers.publish("А.docx"), papers.publish("Б.docx")
    for file in (first, second):
        papers.clerk.edit_file(file, b"x" * 2000)
    papers.settle()
    papers.clerk.edit_file(first, b"small")
    papers.settle()
    assert papers.on_disk()["А.docx"] == b"small"
    papers.map(max_version_size=5000)
    papers.hours(1)
    assert papers.on_disk()["Б.docx"] == b"x" * 2000
    assert papers.waits() == []


def test_both_changed_and_too_large_nothing_is_overwritten_and_nothing_copied_twice(house: House) -> None:
    papers = house(mapping={"max_version_size": 1000})
    file = papers.publish()
    papers.clerk.edit_file(file, b"x" * 2000)
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle(4)
    assert papers.on_disk()["Договор 17.docx"] == b"Disk"
    assert papers.reason_of(file) == ["version_too_large"]


def test_an_edit_on_disk_too_large_for_1c_waits_and_disk_keeps_it(papers: Papers) -> None:
    papers.base.switches.max_file_size = 1000
    file, other = papers.publish(), papers.publish("Другой.docx")
    papers.worker.edit(papers.twin(file), b"x" * 1001)
    papers.worker.edit(papers.twin(other), b"two")
    papers.settle(3)
    assert papers.reason_of(file) == ["too_large"]
    assert papers.on_disk()["Договор 17.docx"] == b"x" * 1001
    assert papers.versions(other) == [b"one", b"two"]
    papers.worker.edit(papers.twin(file), b"small")
    papers.history = True
    papers.settle()
    assert (papers.last(file).content.read(), papers.waits()) == (b"small", [])


def test_1c_changes_while_an_edit_too_large_for_it_waits_the_edit_is_kept_as_a_copy(papers: Papers) -> None:
    papers.base.switches.max_file_size = 1000
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"x" * 1001)
    papers.settle()
    papers.clerk.edit_file(file, b"1C")
    papers.settle()
    assert papers.on_disk()["Договор 17.docx"] == b"1C"
    assert list(papers.copies().values()) == [b"x" * 1001]
    assert papers.waits() == []


def test_a_limit_raised_in_1c_lets_it_go_on(papers: Papers) -> None:
    papers.base.switches.max_file_size = 1000
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"x" * 1001)
    papers.settle()
    papers.base.switches.max_file_size = 10_000
    papers.hours(3)
    assert (papers.last(file).content.size, papers.waits()) == (1001, [])


def test_an_edit_of_a_forbidden_extension_waits(papers: Papers) -> None:
    """The file came from 1C before its administrators forbade the extension."""
    file = papers.publish("Сценарий.vbs")
    papers.base.switches.forbidden_extensions = ["vbs"]
    papers.clock.advance(2 * 3600)
    papers.worker.edit(papers.twin(file), b"two")
    papers.settle(3)
    assert papers.reason_of(file) == ["extension_forbidden"]
    assert papers.versions(file) == [b"one"]


def test_a_disk_without_room_waits_and_goes_on_by_a_persons_word(papers: Papers) -> None:
    papers.publish()
    papers.disk.options.quota_exceeded = True
    for number in range(3):
        papers.clerk.add_file(papers.document(), f"{number}.docx", b"%d" % number)
    papers.settle(3)
    assert len(papers.waits()) == 3
    assert len(papers.told()) <= 3
    papers.disk.options.quota_exceeded = False
    papers.retry_all()
    papers.settle()
    assert len(papers.on_disk()) == 4
    assert papers.waits() == []


def test_a_file_too_large_for_the_portal_waits_and_the_others_go_on(papers: Papers) -> None:
    papers.disk.options.size_limit = 1000
    large = papers.clerk.add_file(papers.document(), "Большой.pdf", b"x" * 1001)
    papers.clerk.add_file(papers.document(), "Малый.pdf", b"x")
    papers.settle(3)
    assert papers.on_disk() == {"Малый.pdf": b"x"}
    assert papers.reason_of(large)


def test_a_portal_that_takes_no_empty_files_lets_them_wait(papers: Papers) -> None:
    papers.disk.options.empty_two_step = False
    empty = papers.clerk.add_file(papers.document(), "Пустой.txt", b"")
    papers.clerk.add_file(papers.document(), "Малый.txt", b"x")
    papers.settle(3)
    assert papers.on_disk() == {"Малый.txt": b"x"}
    assert papers.reason_of(empty)


def test_a_version_whose_bytes_1c_has_lost_waits_and_the_others_go_on(papers: Papers) -> None:
    lost = papers.clerk.add_file(papers.document(), "Пропавший.pdf", b"gone")
    papers.clerk.add_file(papers.document(), "Малый.pdf", b"x")
    papers.clerk.lose_content(lost.current)
    papers.settle(2)
    papers.hours(1)
    assert papers.on_disk() == {"Малый.pdf": b"x"}
    assert papers.reason_of(lost)
    papers.clerk.edit_file(lost, b"restored")
    papers.hours(1)
    assert papers.on_disk()["Пропавший.pdf"] == b"restored"


@pytest.mark.parametrize("how", ["folder", "file"])
def test_where_we_may_only_read_the_change_waits_and_nothing_breaks(papers: Papers, how: str) -> None:
    file, other = papers.publish(), papers.publish("Другой.docx")
    papers.worker.forbid_writing(papers.contracts if how == "folder" else papers.twin(file), ADMIN)
    papers.clerk.edit_file(file, b"two")
    papers.worker.edit(papers.twin(other), b"two")
    papers.settle(3)
    assert papers.on_disk()["Договор 17.docx"] == b"one"
    assert papers.versions(other) == [b"one", b"two"]
    assert papers.reason_of(file)
    papers.worker.allow(papers.contracts if how == "folder" else papers.twin(file), ADMIN)
    papers.hours(2)
    assert papers.on_disk()["Договор 17.docx"] == b"two"


def test_the_version_of_a_person_1c_does_not_let_act_waits_and_is_not_made_in_anothers_name(papers: Papers) -> None:
    person = papers.base.add_user("Петров Пётр", papers.portal.users[MANAGER].email)
    papers.base.switches.refused_people = {person.id}
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.hours(1)
    assert (papers.versions(file), papers.reason_of(file)) == ([b"one"], ["onec_refused"])
    assert (papers.on_disk(), papers.conflicts()) == ({"Договор 17.docx": b"two"}, [])
    papers.base.switches.refused_people = set()
    papers.retry_all()
    assert (papers.versions(file), papers.reason_of(file)) == ([b"one", b"two"], [])


def test_a_right_our_user_lacks_in_1c_waits_and_goes_on_once_given(papers: Papers) -> None:
    papers.base.switches.forbidden = {("POST", "/v1/files/{id}/versions")}
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.settle(3)
    assert papers.versions(file) == [b"one"]
    assert papers.reason_of(file)
    papers.base.switches.forbidden = set()
    papers.worker.edit(papers.twin(file), b"three")
    papers.history = True
    papers.hours(2)
    assert papers.last(file).content.read() == b"three"
