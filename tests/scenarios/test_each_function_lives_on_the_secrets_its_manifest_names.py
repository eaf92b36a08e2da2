"""Every function lives on the secrets its manifest names, needs each of them, and calls 1C only by the fixed address.

Whole stories of both exchanges, as an application and with webhooks, where each entry point is a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from common.bitrix.actions import SEND_FILE
from common.errors import TryLater
from common.settings import Settings
from common.store.sqlite import SqliteStore
from common.wiring import Services
from infra.local.collection import functions
from infra.manifests.model import EntryPoint
from infra.manifests.secrets import covers
from tests.application import ApplicationStand
from tests.document_stand import DM_HOST, DocumentStand, documents_standing
from tests.least_secrets import Apart, Ledger, noted
from tests.scenarios.documents_plan.sending import Sending
from tests.scenarios.whole_stories import acts_travel, documents_travel, unreachable, written
from tests.stand import MEMBER, ONEC_HOST, PORTAL_HOST, SITE, TOKEN, Stand


class Acts(Apart, Stand):
    """With webhooks."""


class AppActs(Apart, ApplicationStand):
    """As an application."""


class Documents(Apart, DocumentStand):
    """With webhooks."""


class AppDocuments(Apart, Sending):
    """As an application, with "Send to 1C"."""


Story = Callable[[Any, pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """What all stories came to."""
    with noted() as ledger:
        for kind, story in STORIES.items():
            with pytest.MonkeyPatch.context() as patch:
                folder = str(tmp_path_factory.mktemp(kind.__name__))
                told(story, kind(folder, ledger=ledger, patch=patch), patch, ledger)
        yield ledger


def told(story: Story, stand: Stand, patch: pytest.MonkeyPatch, ledger: Ledger) -> None:
    """A story that does not come to its end says first which settings were asked for in vain."""
    try:
        story(stand, patch)
    except AssertionError as end:
        lacking = {name: refused for name, refused in ledger.refused.items() if refused}
        raise AssertionError(f"not declared: {lacking}" if lacking else "") from end


def hooked_acts_travel(stand: Acts, patch: pytest.MonkeyPatch) -> None:
    """Also a stranger who says that he installs an application: he is refused as where there is one."""
    form = f"event=ONAPPINSTALL&auth[member_id]={MEMBER}&auth[domain]={PORTAL_HOST}&auth[refresh_token]={TOKEN}"
    form += "&auth[server_endpoint]=https://oauth.bitrix24.tech/rest/&auth[application_token]=" + TOKEN
    assert stand.deliver(f"{SITE}/bitrix-app-installed", form.encode(), {}) == 403
    acts_travel(stand, patch)


def app_acts_travel(stand: AppActs, patch: pytest.MonkeyPatch) -> None:
    """Also installed, removed and installed again; and an event while the store is silent."""
    stand.portal.uninstall_application(stand.application)
    stand.quiet()
    assert stand.install()
    deal = stand.deal()
    stand.quiet()
    stand.reach(deal)
    unheard(stand, patch)
    stand.quiet()
    stand.services.equip_later()
    stand.minutes(2)
    assert stand.services.store.get("config", "equip") is None
    acts_travel(stand, patch)


def app_documents_travel(stand: AppDocuments, patch: pytest.MonkeyPatch) -> None:
    """Also sent to 1C by a person, once while the store is silent."""
    file = stand.publish()
    disk = stand.twin(file)
    stand.worker.edit(disk, b"sent")
    token = stand.worker.start_process(disk, SEND_FILE)
    unheard(stand, patch)
    stand.carry()
    assert stand.answer(token)["result"] == "sent"
    stand.clerk.mark_deleted(file)
    stand.settle()
    documents_travel(stand, patch)


def unheard(stand: AppActs | AppDocuments, patch: pytest.MonkeyPatch) -> None:
    """What the portal says while the store is silent and no process knows its token yet."""
    stand.restarted()
    with patch.context() as silent:
        silent.setattr(SqliteStore, "get_many", _silent)
        stand.portal.deliver(stand.deliver)
    assert any('"unverified"' in body for body in stand.queued())


def _silent(*_: object) -> NoReturn:
    raise TryLater("store_down")


STORIES: dict[type[Any], Story] = {
    Acts: hooked_acts_travel,
    AppActs: app_acts_travel,
    Documents: documents_travel,
    AppDocuments: app_documents_travel,
}


def entries() -> Mapping[str, EntryPoint]:
    """Every entry point with what its manifest says."""
    found = functions().values()
    return {f"{one.name}.{entry}": part for one in found for entry, part in one.manifest.entry_points.items()}


def test_the_stories_reach_every_function(ledger: Ledger) -> None:
    assert ledger.called == set(entries())


def test_a_watch_that_lacks_a_setting_does_not_take_that_for_a_side_that_works(tmp_path: Path) -> None:
    with documents_standing(str(tmp_path)) as stand:
        stand.gate = unreachable(DM_HOST)
        written(stand, "1C.docx")
        stand.run()
        stand.clock.advance(60)
        lacking = Settings.read({**stand._environ(), "ONEC_DM_KEYS": ""}, ())
        Services(lacking, stand.clock, new_http=lambda: httpx.Client(transport=stand._transport())).watch.run()
        assert [(one.side, one.open) for one in stand.services.breakers.all()] == [("base:dm", True)]


@pytest.mark.parametrize("name", entries())
def test_it_lacks_no_secret(ledger: Ledger, name: str) -> None:
    assert ledger.refused[name] == set(), 'add what it asked for to "secrets" in its function.json'


@pytest.mark.parametrize("name", entries())
def test_it_needs_each_secret(ledger: Ledger, name: str) -> None:
    idle = [one for one in entries()[name].secrets if not any(covers(one, used) for used in ledger.needed[name])]
    assert idle == [], 'take it out of "secrets" in its function.json'


@pytest.mark.parametrize("name", entries())
def test_it_calls_1c_by_the_fixed_address_or_not_at_all(ledger: Ledger, name: str) -> None:
    assert bool(ledger.hosts[name] & {ONEC_HOST, DM_HOST}) == entries()[name].egress


@pytest.mark.parametrize("name", entries())
def test_it_puts_tasks_where_its_manifest_says(ledger: Ledger, name: str) -> None:
    assert ledger.queues[name] <= set(entries()[name].puts)
