""" "Send to 1C": forged calls, lost answers, a silent store, portals without processes."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlencode

import pytest

from common.bitrix.actions import SEND_FILE
from common.wiring import use
from tests.scenarios.documents_plan.sending import URL, Making, Moody, Sending
from tests.simulators.bitrix24 import EventFault, troubles
from tests.simulators.dm import troubles as onec_troubles
from tests.stand import ADMIN, SITE

OURS = "sent"


def edited(stand: Sending) -> int:
    """A published file that a colleague has edited, so that sending it would write; its object."""
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    return stand.twin(file)


# -- forged calls ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"auth[application_token]": "0" * 32}, 403),
        ({"auth[application_token]": ""}, 401),
        ({"auth[member_id]": "b" * 32}, 403),
        ({"document_id[0]": "crm"}, 400),
        ({"document_id[2]": "DEAL_7"}, 400),
        ({"document_id[2]": ""}, 400),
        ({"document_id[2]": "-1"}, 400),
        ({"event_token": ""}, 400),
        ({"event_token": "x" * 501}, 400),
        ({"code": ""}, 400),
    ],
)
def test_a_call_that_is_not_the_portals_is_refused_without_a_trace(
    office: Making, changes: dict[str, str], status: int
) -> None:
    stand = office(reverse="off")
    disk = edited(stand)
    state = stand.state()
    form = stand.call("token", disk) | changes
    assert stand.deliver(URL, urlencode(form).encode(), {}) == status
    assert stand.state() == state
    stand.quiet()
    assert stand.in_onec() == {"Договор 17.docx": b"one"}


def test_a_true_call_of_that_form_is_taken(office: Making) -> None:
    """So that the refusals above are for what they say."""
    stand = office(reverse="off")
    disk = edited(stand)
    token = stand.worker.start_process(disk, SEND_FILE)
    assert stand.deliver(URL, urlencode(stand.call(token, disk)).encode(), {}) == 200
    stand.quiet()
    assert stand.in_onec() == {"Договор 17.docx": b"edited"}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posts_are_answered(office: Making, method: str) -> None:
    from infra.local import collection

    stand = office()
    assert stand.services is not None
    status = collection.call("bitrix_file_submitted", "receive", b"", {}, "", method)[0]
    assert status == 405


def test_neither_token_nor_proof_stands_in_logs(office: Making, caplog: pytest.LogCaptureFixture) -> None:
    stand = office(reverse="off")
    disk = edited(stand)
    with caplog.at_level(logging.DEBUG):
        token = stand.send(disk)
    said = "\n".join(f"{one.getMessage()} {one.__dict__.get('fields', '')}" for one in caplog.records)
    assert token not in said
    assert stand.application.application_token not in said


# -- what is lost on the way -----------------------------------------------------------------------------------------


def test_called_twice_the_process_is_answered_once(office: Making) -> None:
    stand = office(reverse="off")
    disk = edited(stand)
    stand.portal.courier.faults.append(EventFault(SEND_FILE, copies=3))
    token = stand.send(disk)
    assert stand.answer(token)["result"] == OURS
    answers = [one for one in stand.portal.effects if one.entity == "BIZPROC"]
    assert len(answers) == 1
    assert [one for one in stand.writes() if one.startswith("1c version")] == ["1c version.created"]


@pytest.mark.parametrize("lost", ["before", "after"])
def test_an_answer_lost_on_the_way_is_given_again_and_nothing_is_written_twice(office: Making, lost: str) -> None:
    stand = office(reverse="off")
    disk = edited(stand)
    fault = troubles.drop_before if lost == "before" else troubles.drop_after
    stand.portal.faults.add(fault("bizproc.event.send", times=2))
    token = stand.send(disk)
    stand.carry(600)
    assert stand.answer(token)["result"] == OURS
    assert [one for one in stand.writes() if one.startswith("1c version")] == ["1c version.created"]


def test_an_answer_of_1c_lost_on_the_way_makes_no_second_version(office: Making) -> None:
    stand = office(reverse="off")
    disk = edited(stand)
    stand.base.faults.add(onec_troubles.drop_after(match=onec_troubles.to("POST", "versions")))
    token = stand.send(disk)
    stand.carry(600)
    assert stand.answer(token)["result"] == OURS
    assert [one for one in stand.writes() if one.startswith("1c version")] == ["1c version.created"]


def test_a_process_ended_meanwhile_does_no_harm(office: Making) -> None:
    """Its token is refused: the file went to 1C all the same, and nobody tries for ever."""
    stand = office(reverse="off")
    disk = edited(stand)
    token = stand.worker.start_process(disk, SEND_FILE)
    known = stand.portal.callbacks.pop(token)
    stand.carry(7200)
    assert stand.in_onec() == {"Договор 17.docx": b"edited"}
    assert known["done"] is False
    assert [letter.function for letter in stand.services.letters.listed()] == ["bitrix_file_submitted"]
    calls = [one for one in stand.portal.requests if one.method == "bizproc.event.send"]
    assert len(calls) == 1


# -- a silent store --------------------------------------------------------------------------------------------------


def silent(stand: Sending, is_silent: bool) -> None:
    store = stand.services.store
    assert isinstance(store, Moody)
    store.silent = is_silent


def moody(tmp_path: Path) -> Sending:
    """Its processes have just been started anew, so they know no token yet."""
    path = f"{tmp_path}/store.sqlite"
    return Sending(str(tmp_path), mapping={"reverse": "off"}, store=lambda clock: Moody(path, clock.now))


def test_while_the_store_is_silent_a_true_call_is_kept_and_a_forged_one_dropped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        stand = moody(tmp_path)
        disk = edited(stand)
        stand.restarted()
        silent(stand, True)
        token = stand.worker.start_process(disk, SEND_FILE)
        assert {one.status for one in stand.portal.deliver(stand.deliver)} == {200}
        forged = stand.call("another", disk) | {"auth[application_token]": "0" * 32}
        assert stand.deliver(URL, urlencode(forged).encode(), {}) == 200
        queued = "\n".join(stand.queued())
        assert queued.count("unverified") == 2
        assert stand.application.application_token not in queued
        stand.quiet(20)
        assert stand.answer(token) == {}
        silent(stand, False)
        with caplog.at_level(logging.WARNING):
            stand.quiet(120)
        assert stand.answer(token)["result"] == OURS
        assert stand.in_onec() == {"Договор 17.docx": b"edited"}
        refused = [one.__dict__["fields"] for one in caplog.records if one.getMessage() == "refused"]
        assert [(one["reason"], one["function"]) for one in refused] == [("forged", "bitrix_file_submitted")]
    finally:
        use(None)


def test_a_forged_call_alone_has_no_effect_even_then(tmp_path: Path) -> None:
    try:
        stand = moody(tmp_path)
        disk = edited(stand)
        stand.restarted()
        silent(stand, True)
        forged = stand.call("another", disk) | {"auth[application_token]": "0" * 32}
        assert stand.deliver(URL, urlencode(forged).encode(), {}) == 200
        silent(stand, False)
        before = stand.writes()
        stand.clock.advance(10)
        stand.quiet()
        assert stand.writes() == before
        assert stand.in_onec() == {"Договор 17.docx": b"one"}
    finally:
        use(None)


# -- the action itself -----------------------------------------------------------------------------------------------


def test_the_action_is_registered_at_the_install_for_documents_of_disk(office: Making) -> None:
    found = office().registered()
    assert (found["HANDLER"], found["AUTH_USER_ID"], found["USE_SUBSCRIPTION"]) == (URL, ADMIN, "Y")
    assert found["FILTER"] == {"INCLUDE": [["disk"]]}
    assert found["NAME"] == {"ru": "Отправить в 1С", "en": "Send to 1C"}
    assert set(found["RETURN_PROPERTIES"]) == {"result", "reason", "link"}


def test_equipped_again_it_is_registered_once(office: Making) -> None:
    stand = office()
    before = len(stand.portal.effects)
    stand.services.equip_portal()
    assert [one for one in stand.portal.effects[before:] if one.entity == "ACTIVITY"] == []
    assert stand.registered()


def test_a_portal_without_processes_installs_all_the_same_and_the_admin_hears_what_is_missing(office: Making) -> None:
    methods = ("bizproc.activity.list", "bizproc.activity.add")
    stand = office(options={"disabled": methods})
    assert stand.registered() == {}
    assert ("ONCRMDEALUPDATE", f"{SITE}/bitrix-deal-changed") in stand.bound()
    assert [person for person, _ in stand.told()] == [ADMIN], "told once"
    stand.services.equip_portal()
    assert len(stand.told()) == 1
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    stand.settle()
    assert stand.in_onec() == {"Договор 17.docx": b"edited"}, "documents go on without the action"
