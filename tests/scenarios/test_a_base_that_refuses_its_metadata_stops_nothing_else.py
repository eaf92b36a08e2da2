"""`$metadata` of one base fails, in whatever way: admins are told once, everything else of the watch goes on."""

from __future__ import annotations

import json

import pytest

from common.onec import digest
from common.wiring import Services
from tests.scenarios.stories import House, asked, closed, resolved, sent, shown
from tests.simulators.onec import platform_answers
from tests.simulators.web import Answer
from tests.stand import ADMIN, Stand

DAY = 86400 + 3600


def _forbid_metadata(stand: Stand) -> None:
    error = {"odata.error": {"code": "20", "message": {"lang": "ru", "value": "Доступ запрещен"}}}
    refusal = Answer(401, json.dumps(error).encode(), {"Content-Type": "application/json"})
    fault = platform_answers.instead(lambda _: refusal, times=10**6, match=lambda request: "$metadata" in request.path)
    stand.bases["main"].faults.add(fault)


def test_admins_are_told_once_and_of_the_end(house: House) -> None:
    stand = house(bases=["main", "trade"])
    _forbid_metadata(stand)
    stand.clock.advance(DAY)
    assert stand.job("exchange_watch") == 200
    stand.minutes(5)
    assert [who for who, _ in asked(stand)] == [ADMIN]
    assert "base main" in sent(stand)[0][1]
    stand.bases["main"].faults.clear()
    stand.minutes(2)
    assert [who for who, _ in resolved(stand)] == [ADMIN]


def test_a_bug_with_one_base_leaves_the_other_its_digest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = house(bases=["main", "trade"])
    real = digest.refresh_digest
    read: list[str] = []

    def broken(client: object, store: object, clock: object, product: str) -> None:
        if product == "bp30":
            raise RuntimeError("unexpected element")
        read.append(product)
        real(client, store, clock, product)  # type: ignore[arg-type]

    monkeypatch.setattr(digest, "refresh_digest", broken)
    stand.clock.advance(DAY)
    stand.minutes(3)
    assert read == ["ut11"]
    assert [who for who, _ in asked(stand)] == [ADMIN]
    assert "$metadata" in asked(stand)[0][1]


def test_parked_work_resumes_whatever_the_digests_do(office: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    office.bases["main"].faults.add(platform_answers.instead(platform_answers.locked, times=10**6))
    deals = closed(office)
    office.quiet()
    office.bases["main"].faults.clear()

    def broken(_: Services) -> dict[str, int]:
        raise RuntimeError("digests")

    monkeypatch.setattr(Services, "refresh_digests", broken)
    office.clock.advance(60)
    with pytest.raises(RuntimeError, match="digests"):
        office.job("exchange_watch")
    office.quiet()
    assert shown(office, deals) == deals
