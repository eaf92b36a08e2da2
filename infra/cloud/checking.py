"""The settings of a plan, read as the functions will read them: Terraform takes any text for a time zone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from common.settings import Settings, SettingsError

FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BITRIX_APPLICATION_TOKEN": "0" * 32,
        "BITRIX_WEBHOOK_URL": "https://portal.bitrix24.ru/rest/1/0000000000000000/",
        "ONEC_DM_KEYS": "key:0000000000000000",
    }
)
"""Values in their right form, for secrets whose own are not at hand; of others any text is one."""


def faults(shown: Mapping[str, Any], secrets: Mapping[str, str], environment: str) -> list[str]:
    """What the functions would refuse of their settings, each with the setting and an example; never a value.

    shown         `terraform show -json` of a plan
    secrets       values at hand; the form of the others is not judged
    environment   whose file it is: alerts print commands with the name that stands inside
    """
    return [*_of_settings(shown, secrets), *_of_name(shown, environment)]


def are_known(shown: Mapping[str, Any]) -> bool:
    """Whether the plan tells the settings; else one of them is known only after the apply, and none can be judged."""
    return _settings(shown) is not None


def _settings(shown: Mapping[str, Any]) -> Mapping[str, str] | None:
    found: Mapping[str, str] | None = (
        shown.get("planned_values", {}).get("outputs", {}).get("settings", {}).get("value")
    )
    return found


def _of_settings(shown: Mapping[str, Any], secrets: Mapping[str, str]) -> list[str]:
    plain = _settings(shown)
    if plain is None:
        return []
    names = [one["change"]["after"]["secret_id"] for one in _secrets(shown)]
    try:
        Settings.read({**plain, **{name: secrets.get(name) or FORMS.get(name, "secret") for name in names}})
    except SettingsError as error:
        return [str(fault) for fault in error.faults]
    return []


def _secrets(shown: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in shown.get("resource_changes", []):
        if one["type"] == "google_secret_manager_secret" and one["change"]["after"]:
            yield one


def _of_name(shown: Mapping[str, Any], environment: str) -> list[str]:
    named = shown.get("variables", {}).get("environment", {}).get("value")
    if named in (None, environment):
        return []
    return [f'environment: is {named}, but its file is {environment}.tfvars; example: environment = "{environment}"']
