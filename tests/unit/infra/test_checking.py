"""What Terraform takes for a good text and the functions would refuse is named before anything is made."""

from __future__ import annotations

from typing import Any

import pytest

from infra.cloud.checking import are_known, faults

SETTINGS = {
    "STORE_URL": "firestore://company-exchange/exchange",
    "QUEUE_URL": "cloudtasks://company-exchange/europe-west1",
    "TASKS_SERVICE_ACCOUNT": "exchange-tasks@company-exchange.iam.gserviceaccount.com",
    "PROCESS_URL_PATTERN": "https://{}-123.europe-west1.run.app",
    "PUBLIC_BASE_URL": "https://exchange.example.ru",
    "ADMIN_USER_IDS": "1",
    "BUSINESS_TIME_ZONE": "Europe/Moscow",
    "BITRIX_CLIENT_ID": "local.1",
    "ONEC_BASES": "main",
    "ONEC_MAIN_URL": "https://1c.example.ru/buh",
    "ONEC_MAIN_USER": "Обмен",
    "ONEC_MAIN_CONFIGURATION": "bp30",
    "ONEC_MAIN_TIME_ZONE": "Europe/Moscow",
    "ONEC_DM_URL": "https://1c.example.ru/dm",
    "ONEC_DM_USER": "Обмен",
}
SECRETS = ("BITRIX_CLIENT_SECRET", "ONEC_MAIN_PASSWORD", "ONEC_DM_PASSWORD", "ONEC_DM_KEYS")


def plan(environment: str = "production", **settings: str) -> dict[str, Any]:
    kind = "google_secret_manager_secret"
    return {
        "planned_values": {"outputs": {"settings": {"value": {**SETTINGS, **settings}}}},
        "resource_changes": [{"type": kind, "change": {"after": {"secret_id": name}}} for name in SECRETS],
        "variables": {"environment": {"value": environment}},
    }


def test_settings_in_order_are_taken() -> None:
    assert faults(plan(), {}, "production") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUSINESS_TIME_ZONE", "Europe/Moskow"),
        ("ONEC_MAIN_TIME_ZONE", "Europe/Moskow"),
        ("BITRIX_REQUESTS_PER_SECOND", "-1"),
        ("BITRIX_AUTH_HOSTS", "http://evil.example/x"),
        ("DOCUMENT_SYNC_MINUTES", "7.5"),
        ("ONEC_MAIN_WEB_URL", "1c.example.ru"),
    ],
)
def test_what_the_functions_would_refuse_is_named(name: str, value: str) -> None:
    [fault] = faults(plan(**{name: value}), {}, "production")
    assert fault.startswith(f"{name}: ")
    assert "example" in fault


def test_the_form_of_a_given_secret_is_judged_and_its_value_not_shown() -> None:
    [fault] = faults(plan(), {"ONEC_DM_KEYS": "marked-and-short"}, "production")
    assert fault.startswith("ONEC_DM_KEYS: ")
    assert "marked" not in fault


def test_a_file_of_another_environment_is_named() -> None:
    """Copied and not changed everywhere: alerts would print commands for the other one."""
    [fault] = faults(plan("staging"), {}, "production")
    assert "staging" in fault
    assert 'environment = "production"' in fault


def test_settings_known_only_afterwards_are_not_taken_for_judged() -> None:
    unknown: dict[str, Any] = {"planned_values": {"outputs": {"settings": {}}}}
    assert faults(unknown, {}, "production") == []
    assert not are_known(unknown)
    assert are_known(plan())
