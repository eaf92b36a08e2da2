"""A simulator of the standard OData interface of 1C, made from the facts about it and from no client.

    base = Infobase("bp30", now=clock, sleep=sleep)
    refs = seed(base)
    with Server(Publications([base])) as server: ...

Every behaviour of facts §6 (except SOAP) is here and switchable through `Switches`.
"""

from __future__ import annotations

from tests.simulators.onec.infobase import Infobase
from tests.simulators.onec.publications import Publications
from tests.simulators.onec.references import Seeded
from tests.simulators.onec.seeding import Party, seed
from tests.simulators.onec.switches import Switches

__all__ = ["Infobase", "Party", "Publications", "Seeded", "Switches", "seed"]
