"""A name nobody declared is told from everything that only looks like one."""

from __future__ import annotations

import pytest

from infra.cloud.variables import Declared, declared, unknown
from infra.manifests import ROOT

SOURCES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "infra").glob("*.tf"))]
BITRIX = 'bitrix = {\n  access = "application"\n  client_id = "local.1"\n}\n'


def names(text: str) -> list[str]:
    return [one.name for one in unknown(text, SOURCES)]


def test_the_variables_of_infra_are_understood() -> None:
    found = {name: one for source in SOURCES for name, one in declared(source).items()}
    assert found["project"] == Declared("string", frozenset())
    assert found["bitrix"].kind == "object"
    assert {"access", "client_id", "outgoing_webhooks", "burst"} <= found["bitrix"].attributes
    assert found["onec_bases"].kind == "map"
    assert found["onec_bases"].attributes == {"url", "user", "configuration", "time_zone", "web_url"}
    assert found["onec_dm"].attributes == {"url", "user"}
    assert found["secret_versions"] == Declared("map", frozenset())
    declarations = sum(source.count('\nvariable "') + source.startswith('variable "') for source in SOURCES)
    assert len(found) == declarations


def test_the_example_knows_only_what_there_is() -> None:
    assert names((ROOT / "infra" / "environments" / "example.tfvars").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("deletion_protecton = false\n", ["deletion_protecton"]),
        ("  requests_per_minut = 100\n", ["requests_per_minut"]),
        (BITRIX.replace("}", "  outgoing_webhook = true\n}"), ["bitrix.outgoing_webhook"]),
        ('onec_bases = { main = { weburl = "x" } }', ["onec_bases.main.weburl"]),
        ('onec_bases = { "main" = { url = "x", "usr" = "y" } }', ["onec_bases.main.usr"]),
        ('onec_dm = { url = "x", password = "y" }', ["onec_dm.password"]),
        ("a = 1\na = 2\nb = [{ c = 1 }]\n", ["a", "b"]),
    ],
)
def test_what_is_not_known_is_named(text: str, strange: list[str]) -> None:
    assert names(text) == strange


@pytest.mark.parametrize(
    "text",
    [
        BITRIX,
        BITRIX.replace("  ", ""),
        'bitrix={access="application",client_id="local.1"}',
        "secret_versions = { ONEC_MAIN_PASSWORD = 2 }\n",
        '# protecton = false\n// protecton = false\n/* protecton = false\nother = 1 */\nregion = "x"\n',
        'public_host = "a = b # no comment" # a comment = here\n',
        'public_host = <<TEXT\nother = 1\nTEXT\nregion = "x"\n',
        "admin_user_ids = [\n1,\n2,\n]\n",
        "",
    ],
)
def test_a_right_file_is_taken_however_it_is_written(text: str) -> None:
    assert names(text) == []


def test_the_nearest_name_is_offered() -> None:
    [one] = unknown(BITRIX.replace("client_id", "clientid"), SOURCES)
    assert one.meant == "perhaps client_id is meant"
