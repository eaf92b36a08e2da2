"""Whole stories of both exchanges: records carried, sides that go down and come back, a password that changes, an event
that is lost, a bug.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import httpx
import pytest

from common.exchanges.acts import decide
from common.exchanges.documents.perform import Documents
from tests.document_stand import DM_HOST, DocumentStand
from tests.scenarios.stories import closed, shown, without_events
from tests.simulators.onec.seeding import CLIENT
from tests.stand import ONEC_HOST, PORTAL_HOST, Stand


def acts_travel(stand: Stand, patch: pytest.MonkeyPatch) -> None:
    """A deal, its event lost; 1C and the portal down, and a password of 1C that changes; a card mended; a bug."""
    closed(stand)
    stand.quiet()
    without_events(stand, lambda: closed(stand))
    stand.minutes(5)
    for host in (ONEC_HOST, PORTAL_HOST):
        out_of_order(stand, host, lambda: closed(stand), stand.minutes)
    a_password_changes(stand)
    a_card_is_mended(stand)
    with patch.context() as bug:
        bug.setattr(decide, "draft", _boom)
        closed(stand)
        stand.quiet(3000)
    [letter] = stand.services.letters.listed()
    stand.services.people.replay(letter.id, "Anna")
    stand.clock.advance(86_400)
    stand.minutes(5)
    deals = list(stand.portal.crm.items[2])
    assert (stand.reasons(), shown(stand, deals)) == ([], deals)


def a_password_changes(stand: Stand) -> None:
    people = stand.bases["main"].administrator
    people.set_password("Обмен", "новый")
    closed(stand)
    stand.minutes(10)
    assert [one.cause for one in stand.services.breakers.all()] == ["credentials"]
    people.set_password("Обмен", "пароль")
    stand.minutes(12)


def a_card_is_mended(stand: Stand) -> None:
    stand.person.edit_requisite(stand.requisite, RQ_KPP="")
    closed(stand)
    stand.minutes(5)
    assert len(stand.reasons()) == 1
    stand.person.edit_requisite(stand.requisite, RQ_KPP=CLIENT.kpp)
    stand.quiet()


def documents_travel(stand: DocumentStand, patch: pytest.MonkeyPatch) -> None:
    """A file to Disk and back, changed on both sides; 1C and the portal down; a bug."""
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"two")
    stand.settle()
    assert file.current.content.read() == b"two"
    stand.clerk.edit_file(file, b"1C")
    stand.worker.edit(stand.twin(file), b"Disk")
    stand.settle()
    assert stand.conflicts() == ["both_changed"]
    out_of_order(stand, DM_HOST, lambda: written(stand, "1C.docx"), sync(stand))
    out_of_order(stand, PORTAL_HOST, lambda: written(stand, "Disk.docx"), sync(stand))
    with patch.context() as bug:
        bug.setattr(Documents, "carry", _boom)
        written(stand, "bug.docx")
        stand.run()
        stand.quiet(6000)
    for letter in stand.services.letters.listed():
        stand.services.people.replay(letter.id, "Anna")
    stand.settle()
    assert {"1C.docx", "Disk.docx", "bug.docx"} <= set(stand.on_disk())


def written(stand: DocumentStand, name: str) -> None:
    """A new file in 1C."""
    stand.clerk.add_file(stand.document(), name, b"x")


def out_of_order(stand: Stand, host: str, meanwhile: Callable[[], object], pass_time: Callable[[int], None]) -> None:
    """A side is unreachable until its breaker opens and probes go there, then it works again."""
    meanwhile()
    stand.gate = unreachable(host)
    pass_time(15)
    assert [one.open for one in stand.services.breakers.all()] == [True]
    stand.gate = lambda _: None
    pass_time(15)
    assert stand.services.breakers.all() == []


def unreachable(host: str) -> Callable[[httpx.Request], None]:
    def gate(request: httpx.Request) -> None:
        if request.url.host == host:
            raise httpx.ConnectError("no route to host")

    return gate


def sync(stand: DocumentStand) -> Callable[[int], None]:
    def pass_time(minutes: int) -> None:
        for _ in range(minutes // 5):
            stand.run()
            stand.minutes(5)

    return pass_time


def _boom(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("bug")
