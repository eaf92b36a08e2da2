"""A command inside an environment has that environment's settings, its secrets, and nothing of another's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from google.oauth2.credentials import Credentials

from infra.cloud.inside import is_setting, surroundings
from infra.cloud.reading import inside
from infra.cloud.secret_manager import Access, Inaccessible, access
from tests.contract.test_manifests import asked_settings
from tests.simulators.secret_manager import SecretManager, crc32c
from tests.simulators.web import Server

PROJECT, TOKEN = "company-exchange-tiny", "marked-access-token-00000001"
WEBHOOK, PASSWORD = "https://company.bitrix24.ru/rest/1/marked1/", "marked-пароль"
OUTPUTS: Mapping[str, Any] = {
    "settings": {"STORE_URL": "firestore://company-exchange-tiny/exchange", "QUEUE_MAX_ATTEMPTS": 10},
    "secrets": {"BITRIX_WEBHOOK_URL": "1", "ONEC_MAIN_PASSWORD": "2"},
}


@pytest.fixture
def manager() -> Iterator[tuple[SecretManager, str]]:
    found = SecretManager(TOKEN)
    found.secrets[PROJECT, "BITRIX_WEBHOOK_URL"] = [WEBHOOK]
    found.secrets[PROJECT, "ONEC_MAIN_PASSWORD"] = ["before", PASSWORD, "tried and not in force"]
    with Server(found) as server:
        yield found, server.url


def reading(url: str, token: str = TOKEN) -> Access:
    return access(PROJECT, Credentials(token=token), url)  # type: ignore[no-untyped-call]


def test_the_simulator_sums_as_the_standard_says() -> None:
    """RFC 3720 appendix B.4: 32 bytes of zeros."""
    assert crc32c(b"\0" * 32) == 0x8A9136AA


def test_settings_and_the_versions_in_force_are_given(manager: tuple[SecretManager, str], tmp_path: Path) -> None:
    found = surroundings(OUTPUTS, reading(manager[1]), {"PATH": "/bin"}, tmp_path / ".env")
    assert found == {
        "PATH": "/bin",
        "STORE_URL": "firestore://company-exchange-tiny/exchange",
        "QUEUE_MAX_ATTEMPTS": "10",
        "BITRIX_WEBHOOK_URL": WEBHOOK,
        "ONEC_MAIN_PASSWORD": PASSWORD,
    }
    assert manager[0].read == ["BITRIX_WEBHOOK_URL/1", "ONEC_MAIN_PASSWORD/2"]


def test_nothing_of_another_portal_is_mixed_in(manager: tuple[SecretManager, str], tmp_path: Path) -> None:
    """Neither from this shell nor from `.env`, which a command reads too: an empty variable goes before it."""
    (tmp_path / ".env").write_text("BITRIX_CLIENT_ID=local.1\nONEC_BASES=demo\n")
    shell = {"BITRIX_MEMBER_ID": "demo", "ONEC_RETAIL_PASSWORD": "x", "PUBLIC_BASE_URL": "y", "HOME": "/home/anna"}
    found = surroundings(OUTPUTS, reading(manager[1]), shell, tmp_path / ".env")
    assert (found["BITRIX_CLIENT_ID"], found["ONEC_BASES"]) == ("", "")
    assert {"BITRIX_MEMBER_ID", "ONEC_RETAIL_PASSWORD", "PUBLIC_BASE_URL"} & set(found) == set()
    assert found["HOME"] == "/home/anna"


def test_every_setting_is_known_as_one() -> None:
    """Otherwise one of this shell would go along."""
    assert [name for name in asked_settings() if not is_setting(name)] == []
    assert not is_setting("PATH")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("closed", "ONEC_MAIN_PASSWORD could not be read: you lack the role Secret Manager Secret Accessor on it"),
        ("disabled", "ONEC_MAIN_PASSWORD could not be read: Secret Manager answered 400"),
        ("gone", "ONEC_MAIN_PASSWORD could not be read: there is no such version"),
    ],
)
def test_a_secret_that_cannot_be_read_is_named(
    manager: tuple[SecretManager, str], tmp_path: Path, trouble: str, words: str
) -> None:
    simulated, url = manager
    if trouble == "closed":
        simulated.closed.add("ONEC_MAIN_PASSWORD")
    elif trouble == "disabled":
        simulated.disabled.add(("ONEC_MAIN_PASSWORD", 2))
    else:
        del simulated.secrets[PROJECT, "ONEC_MAIN_PASSWORD"]
    with pytest.raises(Inaccessible, match=words):
        surroundings(OUTPUTS, reading(url), {}, tmp_path / ".env")


def test_who_is_nobody_any_more_hears_how_to_become_somebody(manager: tuple[SecretManager, str]) -> None:
    with pytest.raises(Inaccessible, match="gcloud auth application-default login"):
        reading(manager[1], "an-old-token")("BITRIX_WEBHOOK_URL", "1")


def test_a_manager_out_of_reach_is_said_so() -> None:
    with pytest.raises(Inaccessible, match="BITRIX_WEBHOOK_URL could not be read: ConnectionError"):
        reading("http://127.0.0.1:9")("BITRIX_WEBHOOK_URL", "1")


def test_an_environment_that_was_never_applied_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Inaccessible, match="not applied yet"):
        surroundings({}, reading("http://127.0.0.1:9"), {}, tmp_path / ".env")


@pytest.mark.parametrize("line", [[], ["local"], ["test"], ["apply", "production"], ["in", "x", "counts"], ["--help"]])
def test_commands_that_know_no_environment_are_refused(
    line: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inside("small", line, tmp_path, {}, partial(access, address="http://127.0.0.1:9")) == 2
    assert "not with an environment" in capsys.readouterr().err


def test_the_command_runs_where_the_person_stands(tmp_path: Path) -> None:
    """So that `rules import rules.json` means his file."""
    from infra.cloud.inside import run

    (tmp_path / "deploy.sh").write_text('#!/bin/sh\npwd > "$TOLD"\necho "$@" >> "$TOLD"\nexit 7\n')
    (tmp_path / "deploy.sh").chmod(0o755)
    place = tmp_path / "elsewhere"
    place.mkdir()
    environ = {"PATH": os.environ["PATH"], "CALLED_FROM": str(place), "TOLD": str(tmp_path / "told")}
    assert run(tmp_path, environ, ["rules", "import", "my rules.json"]) == 7
    assert (tmp_path / "told").read_text() == f"{place}\nrules import my rules.json\n"
