"""The four products an act exchange meets, as far as it touches them (facts §2–§4)."""

from __future__ import annotations

from tests.simulators.onec.products.bp30 import BP30
from tests.simulators.onec.products.erp2 import ERP2
from tests.simulators.onec.products.unf30 import UNF30
from tests.simulators.onec.products.ut11 import UT11
from tests.simulators.onec.schema import Product

PRODUCTS: dict[str, Product] = {product.name: product for product in (BP30, UT11, ERP2, UNF30)}
