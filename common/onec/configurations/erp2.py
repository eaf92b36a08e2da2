"""1С:ERP Управление предприятием 2 (shapes of release 2.5.17)."""

from __future__ import annotations

from common.onec.configurations.trade import trade_profiles
from common.onec.profile import Number

PROFILES = trade_profiles("erp2", Number("КурсЧислитель", 10, 4), Number("КурсЗнаменатель", 10, 4))
