"""What the alerts look at: an outage makes the lag grow and its end makes it small, a dead letter counts until it is
replayed, a removed application shows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from common.exchanges.acts import decide
from common.schedule.local import Job
from common.wiring import use
from common.wiring.vitals import SWEEPS
from infra.local.collection import functions
from tests.application import application
from tests.document_stand import DM_HOST, DocumentStand, documents_standing
from tests.scenarios.stories import House, closed
from tests.simulators.onec.seeding import CLIENT
from tests.stand import ONEC_HOST, PORTAL_HOST, START, Stand


class Watched:
    """The newest lines of the watch."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def vitals(self, stand: Stand) -> Mapping[str, int]:
        """The numbers of one round."""
        return self._told(stand, "vitals")[-1]

    def overdue(self, stand: Stand) -> dict[str, int]:
        """By exchange."""
        return {one["exchange"]: one["overdue_seconds"] for one in self._told(stand, "lag")}

    def _told(self, stand: Stand, message: str) -> list[Mapping[str, Any]]:
        with self._caplog.at_level(logging.INFO, "exchange"):
            self._caplog.clear()
            assert stand.job("exchange_watch") == 200
        return [one.__dict__["fields"] for one in self._caplog.records if one.getMessage() == message]


@pytest.fixture
def watched(caplog: pytest.LogCaptureFixture) -> Watched:
    return Watched(caplog)


def unreachable(host: str) -> Callable[[httpx.Request], None]:
    def gate(request: httpx.Request) -> None:
        if request.url.host == host:
            raise httpx.ConnectError("refused")

    return gate


def rounds(stand: Stand, minutes: int) -> None:
    """The schedule of both exchanges."""
    for _ in range(minutes // 5):
        stand.minutes(5)
        stand.job("document_sync")
        stand.quiet(0)


def test_while_the_portal_is_down_the_lag_grows_and_then_it_is_small_again(house: House, watched: Watched) -> None:
    stand = house()
    rounds(stand, 10)
    assert watched.overdue(stand) == {"acts": 0, "documents": 0}
    stand.gate = unreachable(PORTAL_HOST)
    closed(stand)
    rounds(stand, 40)
    overdue = watched.overdue(stand)
    assert 2000 < overdue["acts"] <= 2400
    assert overdue["documents"] == 0, "there is nothing to look at"
    assert watched.vitals(stand)["open_breakers"] == 1
    stand.gate = lambda _: None
    rounds(stand, 10)
    assert watched.overdue(stand) == {"acts": 0, "documents": 0}
    assert watched.vitals(stand)["open_breakers"] == 0


def test_while_1c_is_down_work_waits_for_nobody(house: House, watched: Watched) -> None:
    stand = house()
    stand.gate = unreachable(ONEC_HOST)
    closed(stand, 3)
    rounds(stand, 40)
    numbers = watched.vitals(stand)
    assert (numbers["open_breakers"], numbers["waiting"] > 0, numbers["waiting_people"]) == (1, True, 0)
    assert numbers["oldest_waiting_seconds"] > 2000
    stand.gate = lambda _: None
    rounds(stand, 10)
    numbers = watched.vitals(stand)
    assert (numbers["open_breakers"], numbers["waiting"], numbers["oldest_waiting_seconds"]) == (0, 0, 0)
    assert watched.overdue(stand)["acts"] == 0


def test_what_a_manager_has_to_mend_counts_until_it_is_mended(house: House, watched: Watched) -> None:
    stand = house()
    stand.person.edit_requisite(stand.requisite, RQ_KPP="")
    closed(stand, 2)
    stand.quiet()
    assert watched.vitals(stand)["waiting_people"] == 2
    stand.person.edit_requisite(stand.requisite, RQ_KPP=CLIENT.kpp)
    stand.quiet()
    assert watched.vitals(stand)["waiting_people"] == 0


def _boom(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("bug")


def test_a_dead_letter_counts_until_it_is_replayed(
    house: House, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = house()
    with monkeypatch.context() as bug:
        bug.setattr(decide, "draft", _boom)
        closed(stand)
        stand.quiet(3000)
    assert watched.vitals(stand)["dead_letters"] == 1
    [letter] = stand.services.letters.listed()
    stand.services.people.replay(letter.id, "Anna")
    stand.quiet()
    numbers = watched.vitals(stand)
    assert (numbers["dead_letters"], numbers["waiting"]) == (0, 0)


def test_documents_fall_behind_while_1c_is_down(tmp_path: Path, watched: Watched) -> None:
    with documents_standing(str(tmp_path)) as stand:
        stand.publish()
        stand.gate = unreachable(DM_HOST)
        for _ in range(8):
            stand.run()
        assert watched.overdue(stand)["documents"] > 1500
        stand.gate = lambda _: None
        stand.clock.advance(60)
        watched.vitals(stand)
        stand.settle()
        assert watched.overdue(stand)["documents"] == 0


class Hourly(DocumentStand):
    """A company that wants its documents once an hour."""

    def _environ(self) -> dict[str, str]:
        return {**super()._environ(), "DOCUMENT_SYNC_MINUTES": "60"}


def test_documents_that_are_wanted_once_an_hour_are_not_overdue_before(tmp_path: Path, watched: Watched) -> None:
    with ExitStack() as stack:
        stack.callback(use, None)
        stand = Hourly(str(tmp_path))
        stand.publish()
        for _ in range(24):
            stand.run()
            assert watched.overdue(stand)["documents"] == 0


def test_a_conflict_counts_until_a_person_has_settled_it(tmp_path: Path, watched: Watched) -> None:
    with documents_standing(str(tmp_path)) as stand:
        file = stand.publish()
        stand.clerk.edit_file(file, b"1C")
        stand.worker.edit(stand.twin(file), b"Disk")
        stand.settle()
        assert watched.vitals(stand)["conflicts"] == 1
        [conflict] = stand.services.conflicts.open()
        stand.services.document_people.settle(conflict.id, "Anna")
        assert watched.vitals(stand)["conflicts"] == 0


def test_the_application_shows_whether_it_is_there_and_how_old_its_tokens_are(tmp_path: Path, watched: Watched) -> None:
    with application(str(tmp_path)) as stand:
        stand.clock.advance(600)
        told = watched.vitals(stand)
        assert (told["application_installed"], told["oauth_in_doubt"]) == (1, 0)
        assert told["oauth_age_seconds"] == 600
        stand.clock.advance(3600)
        stand.reach(stand.deal())
        stand.quiet()
        assert watched.vitals(stand)["oauth_age_seconds"] < 120
        stand.portal.uninstall_application(stand.application)
        stand.quiet()
        told = watched.vitals(stand)
        assert told["application_installed"] == 0
        assert "oauth_age_seconds" not in told
        assert stand.install()
        assert watched.vitals(stand)["application_installed"] == 1


def test_before_the_first_install_the_application_is_not_there(tmp_path: Path, watched: Watched) -> None:
    with application(str(tmp_path), installed=False) as stand:
        assert watched.vitals(stand)["application_installed"] == 0


def test_sweeps_are_awaited_as_often_as_they_are_scheduled() -> None:
    jobs = [one.manifest for one in functions().values() if one.name.endswith(("_sweep", "_sync"))]
    assert jobs
    for manifest in jobs:
        job = Job(manifest.folder, manifest.folder, manifest.schedule)
        first = job.after(START)
        assert (job.after(first) - first).total_seconds() == SWEEPS


def test_with_a_webhook_there_is_no_application_to_speak_of(house: House, watched: Watched) -> None:
    assert "application_installed" not in watched.vitals(house())
