"""ERP 2.5 of 2024 (facts §2.3): as УТ 11, with the differences of an older release."""

from __future__ import annotations

from tests.simulators.onec.products.common import product
from tests.simulators.onec.products.trade import ENTITIES, ENUMS

ERP2 = product("erp2", "1С:ERP Управление предприятием 2", ENTITIES, ENUMS, "trade")
