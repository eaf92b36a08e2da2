"""The answer to the creation of a client, contract or unit is lost, and 1C commits it late: there is one in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal
from urllib.parse import unquote

import httpx
import pytest

from tests.scenarios.stories import CONTRACTS, PARTIES, House, closed, later, sent, shown
from tests.scenarios.test_a_client_or_contract_1c_does_not_know_is_entered_by_the_accountant_or_by_the_rule import (
    deals_with,
    newcomer,
)
from tests.simulators.onec import Switches
from tests.simulators.web import Request
from tests.stand import ONEC_HOST, Stand

Keys = Literal["honoured", "ignored"]
Deals = Callable[[Stand], list[int]]
PARTNERS = "Catalog_Партнеры"
UNITS = "Catalog_КлассификаторЕдиницИзмерения"
SECONDS = pytest.mark.parametrize("seconds", [5, 60, 115])
KEYS = pytest.mark.parametrize("ref_key", ["honoured", "ignored"])


class Late:
    """The connection breaks at the first write to an entity; the base commits it so many seconds later."""

    def __init__(self, stand: Stand, base: str, entity: str, seconds: float) -> None:
        self.stand, self.base, self.entity = stand, base, entity
        self.seconds, self.done, self.due = timedelta(seconds=seconds), False, stand.clock.now()
        self.held: httpx.Request | None = None
        stand.gate = self.gate

    def gate(self, request: httpx.Request) -> None:
        now = self.stand.clock.now()
        if self.held is None and self._meant(request):
            self.held, self.due = request, now + self.seconds
            raise httpx.ReadTimeout("no answer")
        if self.held is not None and not self.done and now >= self.due:
            self.done = True
            self._commit(self.held)

    def _meant(self, request: httpx.Request) -> bool:
        name = unquote(request.url.path).rpartition("/")[2]
        return request.method == "POST" and request.url.host == ONEC_HOST and name == self.entity

    def _commit(self, request: httpx.Request) -> None:
        path = request.url.raw_path.decode("ascii").partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.stand.bases[self.base].respond(Request(request.method, path[0], path[2], headers, request.read()))


def created(stand: Stand, base: str, entity: str) -> int:
    return stand.effects(base).count(f"create {entity}")


@KEYS
@SECONDS
@pytest.mark.parametrize("entity", [PARTIES, CONTRACTS])
def test_a_client_and_his_contract(house: House, entity: str, seconds: float, ref_key: Keys) -> None:
    allowed = {"create_counterparty": True, "create_contract": True}
    stand = house(switches=Switches(ref_key=ref_key), rules={"main": allowed})
    client = newcomer(stand)
    late = Late(stand, "main", entity, seconds)
    deals = deals_with(stand, client, 3)
    stand.quiet(400)
    later(stand, 300)
    assert late.done
    assert (stand.reasons(), shown(stand, deals), created(stand, "main", entity)) == ([], deals, 1)
    assert sent(stand) == []


@KEYS
@SECONDS
def test_the_partner_of_a_client(house: House, seconds: float, ref_key: Keys) -> None:
    stand = house(bases=["trade"], switches=Switches(ref_key=ref_key), rules={"trade": {"create_counterparty": True}})
    client = newcomer(stand)
    late = Late(stand, "trade", PARTNERS, seconds)
    deals_with(stand, client, 2, "trade")
    stand.quiet(400)
    later(stand, 300)
    assert late.done
    assert (created(stand, "trade", PARTNERS), created(stand, "trade", PARTIES)) == (1, 1)


@KEYS
@SECONDS
def test_a_unit(house: House, seconds: float, ref_key: Keys) -> None:
    stand = house(bases=["small"], switches=Switches(ref_key=ref_key), rules={"small": {"create_unit": True}})
    late = Late(stand, "small", UNITS, seconds)
    deals = closed(stand, 2, "small")
    for deal in deals:
        stand.person.set_rows(deal, [stand.row(12200, measureCode=112, measureName="л")])
    stand.quiet(400)
    later(stand, 300)
    assert late.done
    assert (stand.reasons(), shown(stand, deals), created(stand, "small", UNITS)) == ([], deals, 1)


def test_a_base_that_keeps_keys_refuses_the_second_one_itself(house: House) -> None:
    stand = house(rules={"main": {"create_counterparty": True, "create_contract": True}})
    client = newcomer(stand)
    Late(stand, "main", PARTIES, 3600)
    deals = deals_with(stand, client)
    stand.quiet(600)
    later(stand, 3600)
    later(stand, 3600)
    assert (stand.reasons(), shown(stand, deals), created(stand, "main", PARTIES)) == ([], deals, 1)
