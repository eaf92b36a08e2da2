"""A simulated Bitrix24 portal, built from the collected facts on its REST interface.

    portal = Portal(now=clock, sleep=sleep)
    base = portal.add_webhook(1, "secret", ["crm"])
    with Server(portal) as server:
        portal.at(server.url)

`Portal` is an `Application`; `Person` does what people do in the interface; `troubles` builds faults for
`portal.faults`; `EventFault` spoils deliveries through `portal.courier.faults`; `Renamed` is an old address.
"""

from __future__ import annotations

from tests.simulators.bitrix24 import troubles
from tests.simulators.bitrix24.actions import Person
from tests.simulators.bitrix24.delivery import Delivery, EventFault
from tests.simulators.bitrix24.portal import Options, Portal
from tests.simulators.bitrix24.records import Effect, Record
from tests.simulators.bitrix24.renamed import Renamed

__all__ = [
    "Delivery",
    "Effect",
    "EventFault",
    "Options",
    "Person",
    "Portal",
    "Record",
    "Renamed",
    "troubles",
]
