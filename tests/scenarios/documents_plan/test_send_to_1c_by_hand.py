""" "Send to 1C" started by a person on a file of Disk: carried by his word, and the process hears what came of it."""

from __future__ import annotations

import pytest

from common.bitrix.actions import SEND_FILE
from tests.scenarios.documents_plan.sending import Making, Sending
from tests.simulators.dm import troubles, views
from tests.simulators.dm.records import File
from tests.stand import MANAGER

SENT = {"result": "sent", "reason": ""}


def outcome(answer: dict[str, str]) -> dict[str, str]:
    return {name: answer[name] for name in ("result", "reason")}


def url_of(stand: Sending, file: File) -> str:
    """Where 1C opens the file."""
    return str(views.file(file, stand.base.web_url)["url"])


@pytest.mark.parametrize("reverse", ["off", "update", "create"])
def test_a_changed_file_becomes_a_version_whatever_the_mapping_carries_by_itself(office: Making, reverse: str) -> None:
    stand = office(reverse=reverse)
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    answer = stand.answer(stand.send(stand.twin(file)))
    assert outcome(answer) == SENT
    assert answer["link"] == url_of(stand, file), "a person opens the file in 1C by it"
    assert stand.in_onec() == {"Договор 17.docx": b"edited"}
    assert stand.did(file)[-1] == "new_version_in_1c"


def test_with_reverse_off_nothing_goes_without_that_word_and_the_journal_says_so_once(office: Making) -> None:
    stand = office(reverse="off")
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    stand.settle(3)
    assert (stand.in_onec(), stand.did(file)) == ({"Договор 17.docx": b"one"}, ["published", "noted"])
    stand.send(stand.twin(file))
    assert stand.in_onec() == {"Договор 17.docx": b"edited"}
    stand.settle()
    assert stand.did(file) == ["published", "noted", "new_version_in_1c"]


def test_the_word_is_about_what_was_there_later_edits_wait_for_another(office: Making) -> None:
    stand = office(reverse="off")
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"second")
    stand.send(stand.twin(file))
    stand.worker.edit(stand.twin(file), b"third")
    stand.settle()
    assert stand.in_onec() == {"Договор 17.docx": b"second"}


def test_a_new_name_goes_with_the_word_too(office: Making) -> None:
    stand = office(reverse="off")
    file = stand.publish()
    stand.worker.rename(stand.twin(file), "Договор 18.docx")
    assert outcome(stand.answer(stand.send(stand.twin(file)))) == SENT
    assert stand.in_onec() == {"Договор 18.docx": b"one"}


@pytest.mark.parametrize("reverse", ["off", "update"])
def test_a_new_file_in_a_documents_folder_becomes_a_file_of_it(office: Making, reverse: str) -> None:
    stand = office(reverse=reverse, subfolder="{reg_number}")
    file = stand.publish(reg_number="17")
    own = stand.worker.node(stand.twin(file)).parent_id
    added = stand.worker.upload(own, "Приложение.pdf", b"by a user")
    stand.settle()
    assert list(stand.in_onec()) == ["Договор 17.docx"], "by itself the mapping carries no new files"
    answer = stand.answer(stand.send(added))
    assert outcome(answer) == SENT
    (made,) = (one for one in stand.base.store.files.values() if one.id != file.id)
    assert answer["link"] == url_of(stand, made)
    assert stand.in_onec() == {"Договор 17.docx": b"one", "Приложение.pdf": b"by a user"}
    stand.settle()
    assert len(stand.on_disk(own)) == 2, "1C's own event of the new file finds its twin"


def test_the_version_in_1c_names_the_person_who_changed_the_file(office: Making) -> None:
    stand = office(reverse="off")
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    stand.send(stand.twin(file))
    person = stand.portal.users[MANAGER]
    twin = stand.twin(file)
    assert file.current.comment == f"Bitrix24 Disk, object {twin}, {person.name} {person.last_name}"


def test_sent_twice_it_is_one_version_and_both_processes_go_on(office: Making) -> None:
    stand = office(reverse="off")
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    tokens = [stand.send(stand.twin(file)) for _ in range(2)]
    assert [outcome(stand.answer(token)) for token in tokens] == [SENT, SENT]
    assert len(file.versions) == 2


def test_an_unchanged_file_is_sent_already(office: Making) -> None:
    stand = office()
    file = stand.publish()
    before = stand.writes()
    assert outcome(stand.answer(stand.send(stand.twin(file)))) == SENT
    assert stand.writes() == before


# -- what does not go through ----------------------------------------------------------------------------------------


def test_a_file_of_no_documents_folder_waits_and_the_process_hears_why(office: Making) -> None:
    stand = office(reverse="create", subfolder="{reg_number}")
    stray = stand.worker.upload(stand.contracts, "Чужой.pdf", b"whose?")
    answer = stand.answer(stand.send(stray))
    assert outcome(answer) == {"result": "waiting", "reason": "no_document"}
    assert answer["link"], "where to mend it"
    assert stand.in_onec() == {}


def test_a_file_of_no_mapping_is_left_out(office: Making) -> None:
    stand = office()
    stray = stand.worker.upload(stand.elsewhere, "Чужой.pdf", b"not ours")
    assert outcome(stand.answer(stand.send(stray))) == {"result": "excluded", "reason": "not_selected"}


def test_a_conflict_copy_is_nobodys_to_send(office: Making) -> None:
    stand = office()
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"losing")
    stand.clerk.edit_file(file, b"winning")
    stand.settle()
    copy = stand.worker.find(stand.contracts, next(name for name in stand.on_disk() if "_conflict_" in name))
    assert copy is not None
    assert stand.answer(stand.send(copy))["result"] == "excluded"
    assert len(file.versions) == 2


@pytest.mark.parametrize(
    ("size", "name", "reason"), [(11, "Договор 17.docx", "too_large"), (3, "Договор 17.exe", "extension_forbidden")]
)
def test_what_1c_does_not_take_comes_back_as_the_reason(office: Making, size: int, name: str, reason: str) -> None:
    stand = office()
    stand.base.switches.max_file_size = 10
    stand.base.switches.forbidden_extensions = ["exe"]
    file = stand.publish(name="Договор 17.docx")
    stand.clock.advance(7200)
    stand.clerk.rename_file(file, name)
    stand.settle()
    stand.worker.edit(stand.twin(file), b"x" * size)
    assert outcome(stand.answer(stand.send(stand.twin(file)))) == {"result": "waiting", "reason": reason}
    assert len(file.versions) == 1


def test_a_signed_file_is_not_said_to_be_sent(office: Making) -> None:
    stand = office()
    file = stand.publish()
    stand.clerk.sign(file)
    stand.settle()
    stand.worker.edit(stand.twin(file), b"edited")
    answer = stand.answer(stand.send(stand.twin(file)))
    assert outcome(answer) == {"result": "conflict", "reason": "closed"}
    assert stand.in_onec() == {"Договор 17.docx": b"one"}
    assert b"edited" in stand.on_disk().values(), "kept as a copy"


def test_a_mapping_that_stands_is_the_reason(office: Making) -> None:
    stand = office()
    file = stand.publish()
    stand.services.document_tools.guards.stop(next(iter(stand.services.document_rules())), "vanished", {})
    stand.worker.edit(stand.twin(file), b"edited")
    answer = stand.answer(stand.send(stand.twin(file)))
    assert outcome(answer) == {"result": "waiting", "reason": "mapping_stopped"}


def test_while_1c_is_down_the_process_hears_it_and_the_file_goes_later(office: Making) -> None:
    stand = office(reverse="off")
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    stand.base.faults.add(troubles.instead(troubles.page(503), times=10_000))
    token = stand.send(stand.twin(file))
    heard = {"result": "waiting", "reason": "side_down", "link": ""}
    assert stand.answer(token) == heard
    stand.base.faults.clear()
    for _ in range(15):
        stand.clock.advance(60)
        stand.job("exchange_watch")
        stand.carry()
    assert stand.in_onec() == {"Договор 17.docx": b"edited"}, "the word is not lost"
    assert stand.answer(token) == heard, "a process hears once"


def test_a_file_thrown_away_before_it_is_carried_leaves_no_process_waiting(office: Making) -> None:
    stand = office()
    stray = stand.worker.upload(stand.contracts, "Чужой.pdf", b"gone soon")
    token = stand.worker.start_process(stray, SEND_FILE)
    stand.worker.destroy(stray)
    stand.carry()
    assert stand.answer(token)["result"] == "excluded"
