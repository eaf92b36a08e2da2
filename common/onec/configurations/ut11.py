"""1С:Управление торговлей 11 (Trade; shapes of release 11.5.27)."""

from __future__ import annotations

from common.onec.configurations.trade import trade_profiles
from common.onec.profile import Number

PROFILES = trade_profiles("ut11", Number("КурсЧислитель", 14, 8), Number("КурсЗнаменатель", 14, 8))
