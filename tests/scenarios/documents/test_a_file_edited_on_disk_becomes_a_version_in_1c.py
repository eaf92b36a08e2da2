"""Disk → 1C: new versions, whose name they bear, and that our own echo is none (rules, Documents)."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import Papers
from tests.simulators.bitrix24.disk_actions import DiskPerson
from tests.stand import ADMIN, MANAGER

MIB = 1024 * 1024


def test_an_edit_on_disk_is_a_new_version_in_1c(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    assert papers.versions(file) == [b"one", b"two"]
    assert papers.last(file).content.read() == b"two"
    assert papers.did(file) == ["published", "new_version_in_1c"]
    assert papers.writes() == ["disk add", "1c version.created"]


def test_the_version_bears_the_name_of_the_person_who_edited(papers: Papers) -> None:
    email = papers.portal.users[MANAGER].email
    same = papers.base.add_user("Петров Пётр", email.upper())
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    assert papers.last(file).author_id == same.id


def test_the_comment_names_disk_the_object_and_the_person(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    comment = papers.last(file).comment or ""
    assert "Disk" in comment
    assert str(papers.twin(file)) in comment
    assert papers.portal.users[MANAGER].last_name in comment


def test_an_edit_of_somebody_1c_does_not_know_is_carried_under_the_exchanges_own_name(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    assert papers.last(file).author_id == papers.base.login_ids["Обмен"]
    assert papers.waits() == []


@pytest.mark.parametrize("times", [1, 2])
def test_several_edits_between_runs_are_one_version(papers: Papers, times: int) -> None:
    papers.history = True
    file = papers.publish()
    for number in range(times + 1):
        papers.worker.edit(papers.twin(file), b"edit %d" % number)
    papers.run()
    assert papers.versions(file) == [b"one", b"edit %d" % times]


def test_an_edit_back_to_what_was_agreed_writes_nothing(papers: Papers) -> None:
    papers.history = True
    file = papers.publish()
    before = papers.writes()
    papers.worker.edit(papers.twin(file), b"two")
    papers.worker.edit(papers.twin(file), b"one")
    papers.run()
    assert papers.writes() == before
    assert papers.versions(file) == [b"one"]


def test_edits_one_after_another_go_both_ways_for_days(papers: Papers) -> None:
    file = papers.publish()
    for day in range(3):
        papers.worker.edit(papers.twin(file), b"Disk %d" % day)
        papers.run()
        papers.clerk.edit_file(file, b"1C %d" % day)
        papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"1C 2"}
    assert papers.versions(file)[-2:] == [b"Disk 2", b"1C 2"]
    assert papers.conflicts() == []


def test_a_large_edit_arrives_whole(papers: Papers) -> None:
    file = papers.publish()
    data = bytes(range(256)) * (5 * 4096) + b"tail"
    papers.worker.edit(papers.twin(file), data)
    papers.run()
    assert papers.last(file).content.read() == data


def test_a_file_emptied_on_disk_is_an_empty_version(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"")
    papers.run()
    assert papers.versions(file) == [b"one", b""]


def test_equal_bytes_put_on_both_sides_are_agreed_without_a_write(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"same")
    papers.worker.edit(papers.twin(file), b"same")
    before = papers.writes()
    papers.run()
    assert papers.writes() == before
    assert (papers.conflicts(), papers.copies()) == ([], {})
    papers.worker.edit(papers.twin(file), b"later")
    papers.run()
    assert papers.last(file).content.read() == b"later"


def test_an_edit_by_the_user_we_act_as_is_carried_too(papers: Papers) -> None:
    file = papers.publish()
    DiskPerson(papers.portal, ADMIN).edit(papers.twin(file), b"two")
    papers.run()
    assert papers.last(file).content.read() == b"two"


def test_a_file_somebody_edits_on_disk_right_now_is_published_when_he_is_done(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.lock(papers.twin(file))
    papers.clerk.edit_file(file, b"two")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    papers.worker.unlock(papers.twin(file))
    papers.hours(1)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_an_open_card_in_1c_only_delays_the_version(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.open_card(file)
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    assert papers.versions(file) == [b"one"]
    papers.clerk.close_card(file)
    papers.hours(1)
    assert papers.versions(file) == [b"one", b"two"]


@pytest.mark.parametrize("trouble", ["two of that e-mail", "dismissed", "barred from logging in"])
def test_a_person_who_is_not_certain_does_not_sign_but_the_version_comes(papers: Papers, trouble: str) -> None:
    email = papers.portal.users[MANAGER].email
    for _ in range(2 if trouble.startswith("two") else 1):
        papers.base.add_user(
            "Петров", email, active=trouble != "dismissed", login_disabled=trouble.startswith("barred")
        )
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    assert papers.last(file).content.read() == b"two"
    assert papers.last(file).author_id == papers.base.login_ids["Обмен"]


def test_a_base_with_short_comments_still_gets_the_version(papers: Papers) -> None:
    papers.base.switches.comment_max = 20
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    assert papers.versions(file) == [b"one", b"two"]
    assert len(papers.last(file).comment or "") <= 20


def test_an_edit_back_to_an_earlier_version_of_1c_is_a_version_of_its_own(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.run()
    papers.worker.edit(papers.twin(file), b"one")
    papers.run()
    assert papers.versions(file) == [b"one", b"two", b"one"]
    assert papers.conflicts() == []
