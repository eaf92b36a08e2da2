"""Управление торговлей 11.5 of 2026 (facts §2.3)."""

from __future__ import annotations

from tests.simulators.onec.products.common import product
from tests.simulators.onec.products.trade import ENTITIES, ENUMS

UT11 = product("ut11", "Управление торговлей, редакция 11", ENTITIES, ENUMS, "trade")
