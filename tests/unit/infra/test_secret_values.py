"""Values of secrets come from the environment or a file that nobody else can read, and from nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.cloud.needs import Unprepared
from infra.cloud.secret_values import SecretValues, given

KEYS = "k1:marked-key-0000000000000001"
PASSWORD = "marked-password"


def kept(root: Path, text: str, mode: int = 0o600, name: str = "prod") -> Path:
    path = root / f".env.{name}"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return root


def values(found: SecretValues) -> dict[str, str]:
    return {name: secret.reveal() for name, secret in found.values.items()}


def refused(root: Path, environ: Mapping[str, str] | None = None) -> str:
    with pytest.raises(Unprepared) as caught:
        given("prod", root, environ or {})
    return str(caught.value)


def test_both_places_are_looked_at_and_the_environment_goes_first(tmp_path: Path) -> None:
    root = kept(tmp_path, f"# of production\nONEC_MAIN_PASSWORD='{PASSWORD}'\nexport ONEC_DM_KEYS={KEYS}\n")
    found = given("prod", root, {"ONEC_MAIN_PASSWORD": "another", "ONEC_DM_PASSWORD": " spaced \n"})
    assert values(found) == {
        "ONEC_DM_KEYS": KEYS,
        "ONEC_DM_PASSWORD": "spaced",
        "ONEC_MAIN_PASSWORD": "another",
    }


def test_an_empty_value_is_none(tmp_path: Path) -> None:
    root = kept(tmp_path, "ONEC_MAIN_PASSWORD=\nONEC_DM_PASSWORD=x\n")
    assert values(given("prod", root, {"ONEC_DM_PASSWORD": ""})) == {}


def test_only_secrets_are_taken(tmp_path: Path) -> None:
    root = kept(tmp_path, f"STORE_URL=x\nONEC_MAIN_PASSWORD={PASSWORD}\nONEC_MAIN_URL=y\n")
    found = given("prod", root, {"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "z"})
    assert list(found.values) == ["ONEC_MAIN_PASSWORD"]
    assert found.ignored == ("ONEC_MAIN_URL", "STORE_URL")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o601])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    said = refused(kept(tmp_path, f"ONEC_MAIN_PASSWORD={PASSWORD}\n", mode))
    assert f"(mode {mode:o})\n      chmod 600 .env.prod" in said
    assert PASSWORD not in said


def test_a_line_nobody_can_read_is_named_without_being_shown(tmp_path: Path) -> None:
    said = refused(kept(tmp_path, f"ONEC_MAIN_PASSWORD {PASSWORD}\n"))
    assert ".env.prod line 1: is not NAME=value" in said
    assert PASSWORD not in said


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ONEC_DM_KEYS", "marked-key", "must be key ids with their secrets"),
        ("BITRIX_WEBHOOK_URL", "https://company.bitrix24.ru/marked/", "is not the address of an incoming webhook"),
        ("BITRIX_APPLICATION_TOKEN", "marked token", "must be the tokens the portal shows"),
    ],
)
def test_a_value_of_a_wrong_form_is_named_without_being_shown(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    said = refused(tmp_path, {name: value})
    assert f"{name}: {words}" in said
    assert "marked" not in said


def test_the_sample_in_the_repository_is_nobodys_secrets(tmp_path: Path) -> None:
    kept(tmp_path, f"ONEC_MAIN_PASSWORD={PASSWORD}\n", 0o644, "example")
    assert values(given("example", tmp_path, {})) == {}


def test_no_value_shows_itself(tmp_path: Path) -> None:
    found = given("prod", kept(tmp_path, f"ONEC_MAIN_PASSWORD={PASSWORD}\n"), {})
    assert PASSWORD not in f"{found!r} {found}"
