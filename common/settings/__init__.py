"""Settings from the environment (design §6): form only; what needs the portal or 1C is the doctor's.

Read by hand into dataclasses, without pydantic: a public `receive` reads three of them on a cold start, and pydantic
alone would cost it about 0.1 s and 28 MB (facts gcp §7); and a person gets every fault at once in our own words, with
the setting's name and an example, never with a secret in it.
"""

from common.settings.dotenv import local_environment, parsed
from common.settings.model import (
    Base,
    Bitrix,
    DocumentManagement,
    Events,
    Fault,
    People,
    Place,
    Secret,
    SettingsError,
    Site,
    Tasks,
)
from common.settings.read import Need, Settings
from common.settings.rules_file import rules_file

__all__ = [
    "Base",
    "Bitrix",
    "DocumentManagement",
    "Events",
    "Fault",
    "Need",
    "People",
    "Place",
    "Secret",
    "Settings",
    "SettingsError",
    "Site",
    "Tasks",
    "local_environment",
    "parsed",
    "rules_file",
]
