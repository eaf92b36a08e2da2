""" "Send to 1C" in a process that starts by itself when files are added or edited: also by what we do ourselves."""

from __future__ import annotations

from common.bitrix.actions import SEND_FILE
from tests.scenarios.documents_plan.sending import Making, Sending


def automatic(stand: Sending, on_create: bool = True, on_edit: bool = True) -> Sending:
    """Every file of the storage is sent by its process."""
    storage = stand.worker.node(stand.contracts).storage_id
    stand.worker.auto_start(storage, SEND_FILE, on_create, on_edit)
    return stand


def results(stand: Sending) -> list[str]:
    """What the processes go on with; "" for one that waits for ever."""
    return [one.get("result", "") for one in stand.answers()]


def test_an_edit_goes_to_1c_at_once_though_the_mapping_carries_nothing(office: Making) -> None:
    stand = automatic(office(reverse="off"), on_create=False)
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    stand.carry()
    assert stand.in_onec() == {"Договор 17.docx": b"edited"}
    assert results(stand) == ["sent"]


def test_a_new_file_in_a_documents_folder_goes_to_1c_at_once(office: Making) -> None:
    stand = automatic(office(reverse="off", subfolder="{reg_number}"))
    file = stand.publish(reg_number="17")
    stand.worker.upload(stand.worker.node(stand.twin(file)).parent_id, "Приложение.pdf", b"by a user")
    stand.carry()
    assert sorted(stand.in_onec()) == ["Договор 17.docx", "Приложение.pdf"]


def test_our_own_uploads_and_versions_are_answered_and_write_nothing(office: Making) -> None:
    """The echo: whatever we put on Disk starts the process too."""
    stand = automatic(office())
    file = stand.publish()
    stand.clerk.edit_file(file, b"two")
    stand.settle()
    stand.carry()
    before, journal = stand.writes(), stand.did(file)
    stand.settle()
    assert stand.writes() == before
    assert journal == ["published", "overwritten"]
    assert results(stand) == ["sent", "sent"], "no process of ours is left waiting"
    assert len(file.versions) == 2


def test_forty_files_published_together_are_answered_one_by_one(office: Making) -> None:
    stand = automatic(office())
    for number in range(45):
        stand.clerk.add_file(stand.document(), f"Договор {number}.docx", f"{number}".encode())
    stand.settle()
    stand.carry(300)
    assert results(stand) == ["sent"] * 45
    assert [one for one in stand.writes() if one.startswith("1c")] == []
    assert len(stand.on_disk()) == 45


def test_our_conflict_copy_starts_a_process_that_ends_without_a_file_in_1c(office: Making) -> None:
    stand = automatic(office(subfolder="{reg_number}"), on_edit=False)
    file = stand.publish(reg_number="17")
    stand.worker.edit(stand.twin(file), b"losing")
    stand.clerk.edit_file(file, b"winning")
    stand.settle()
    stand.carry()
    assert stand.in_onec() == {"Договор 17.docx": b"winning"}
    assert results(stand) == ["sent", "excluded"]


def test_automatic_and_the_mapping_carry_one_edit_once(office: Making) -> None:
    """The process, the sync and 1C's webhook all tell of it."""
    stand = automatic(office(reverse="update"))
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    stand.run()
    stand.settle()
    assert [version.content.read() for version in file.versions] == [b"one", b"edited"]
    assert stand.on_disk() == {"Договор 17.docx": b"edited"}


def test_each_of_many_edits_is_a_version_or_skipped_and_the_last_one_wins(office: Making) -> None:
    stand = automatic(office(reverse="off"), on_create=False)
    file = stand.publish()
    for number in range(5):
        stand.worker.edit(stand.twin(file), f"edit {number}".encode())
        stand.clock.advance(1)
    stand.carry()
    assert stand.in_onec() == {"Договор 17.docx": b"edit 4"}
    assert results(stand) == ["sent"] * 5
    assert len(file.versions) == 2, "only what is there when it is carried is sent"


def test_files_of_other_folders_of_the_storage_are_left_out(office: Making) -> None:
    stand = automatic(office())
    stand.worker.upload(stand.elsewhere, "Чужой.pdf", b"x")
    stand.carry()
    assert (results(stand), stand.in_onec(), stand.waits()) == (["excluded"], {}, [])
