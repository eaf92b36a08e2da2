"""The composition root: the only place that reads the environment and the clock, and knows which adapter is whose.

Every member of `Services` is made when first used and imports its adapter inside, so an entry point pays for what it
uses and nothing happens at import. The members stand in layers, one file each: base · flow · portal · accounting ·
acts · documents · pausing · services.
"""

from common.wiring.acts import APP_EVENTS, DEAL_EVENTS
from common.wiring.base import SystemClock, new_id
from common.wiring.services import Services, services, use

__all__ = ["APP_EVENTS", "DEAL_EVENTS", "Services", "SystemClock", "new_id", "services", "use"]
