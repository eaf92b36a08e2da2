"""Settings: form is checked at once, every fault in one message, no secret shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from common.settings import Need, Secret, Settings, SettingsError, local_environment, parsed, rules_file

WEBHOOK = "https://portal.bitrix24.ru/rest/1/abcdef0123456789/"
WHOLE = {
    "STORE_URL": "sqlite:///exchange.sqlite",
    "QUEUE_URL": "cloudtasks://project-1/europe-west1",
    "TASKS_SERVICE_ACCOUNT": "tasks@project-1.iam.gserviceaccount.com",
    "PROCESS_URL_PATTERN": "https://{}-abc-ew.a.run.app",
    "BITRIX_WEBHOOK_URL": WEBHOOK,
    "ONEC_BASES": "main, retail_2",
    "ONEC_MAIN_URL": "https://1c.example.ru/buh/",
    "ONEC_MAIN_USER": "exchange",
    "ONEC_MAIN_PASSWORD": "p@ss word",
    "ONEC_MAIN_CONFIGURATION": "bp30",
    "ONEC_MAIN_TIME_ZONE": "Europe/Moscow",
    "ONEC_RETAIL_2_URL": "http://10.0.0.5/ut/odata/standard.odata",
    "ONEC_RETAIL_2_USER": "обмен",
    "ONEC_RETAIL_2_PASSWORD": "x",
    "ONEC_RETAIL_2_CONFIGURATION": "ut11",
    "ONEC_RETAIL_2_TIME_ZONE": "Asia/Yekaterinburg",
    "ONEC_RETAIL_2_WEB_URL": "https://1c.example.ru/ut",
    "ADMIN_USER_IDS": "1, 17,1",
    "PUBLIC_BASE_URL": "https://exchange.example.ru/",
}

WRONG_HOSTS = (
    "https://x",
    "http://oauth.example.com",
    "oauth.example.com/rest",
    "user@oauth.example.com",
    "oauth.example.com:0",
    "http://127.0.0.1.evil.com",
    "http://127.0.0.1@evil.com",
    "http://127.0.0.1:8080?x",
    "http://127.0.0.1:8080/../x",
    "ftp://127.0.0.1",
    "оauth.example.com",
    "oauth.example.com;evil.com",
)


def faults(changes: dict[str, str], *need: Need) -> dict[str, str]:
    """The faults by setting, after these changes; an empty value is an unset one."""
    with pytest.raises(SettingsError) as caught:
        Settings.read({**WHOLE, **changes}, need or None)
    return {fault.name: fault.problem for fault in caught.value.faults}


def test_whole_environment_is_read() -> None:
    settings = Settings.read(WHOLE)
    assert settings.store.path == "exchange.sqlite"
    assert (settings.queue.project, settings.queue.name) == ("project-1", "europe-west1")
    assert settings.people.admins == (1, 17)
    assert settings.people.accountants == ()
    assert settings.site.public_base_url == "https://exchange.example.ru"
    assert (settings.site.language, settings.site.business_time_zone) == ("ru", "Europe/Moscow")
    assert settings.events.application_tokens == ()


def test_bases_by_name() -> None:
    bases = {str(name): base for name, base in Settings.read(WHOLE).onec.items()}
    assert list(bases) == ["main", "retail_2"]
    assert bases["main"].url == bases["main"].web_url == "https://1c.example.ru/buh"
    assert bases["main"].password.reveal() == "p@ss word"
    assert bases["retail_2"].url == "http://10.0.0.5/ut"
    assert bases["retail_2"].web_url == "https://1c.example.ru/ut"


def test_bitrix_limits_and_hosts() -> None:
    bitrix = Settings.read({**WHOLE, "BITRIX_AUTH_HOSTS": "oauth.example.com,127.0.0.1:8081"}).bitrix
    assert (bitrix.requests_per_second, bitrix.burst) == (2, 50)
    assert bitrix.auth_hosts[-2:] == ("oauth.example.com", "127.0.0.1:8081")
    assert "oauth.bitrix24.tech" in bitrix.auth_hosts


def test_addresses_of_this_machine_may_stand_for_the_authorisation_server() -> None:
    value = (
        "http://127.0.0.1:8080/authserver/, http://localhost:9000,https://127.0.0.1,http://127.0.0.1:8080/authserver"
    )
    hosts = Settings.read({**WHOLE, "BITRIX_AUTH_HOSTS": value}).bitrix.auth_hosts
    assert hosts[2:] == ("http://127.0.0.1:8080/authserver", "http://localhost:9000", "https://127.0.0.1")


def test_each_outgoing_webhook_may_have_its_token() -> None:
    value = f"{'a' * 32}, {'b' * 32},{'a' * 32},"
    tokens = Settings.read({**WHOLE, "BITRIX_APPLICATION_TOKEN": value}).events.application_tokens
    assert [token.reveal() for token in tokens] == ["a" * 32, "b" * 32]


def test_tasks_need_an_account_and_addresses_only_in_the_cloud() -> None:
    tasks = Settings.read(WHOLE | {"QUEUE_MAX_ATTEMPTS": "100"}).tasks
    assert (tasks.url_pattern.format("x-process"), tasks.max_attempts) == ("https://x-process-abc-ew.a.run.app", 100)
    local = Settings.read({"QUEUE_URL": "sqlite:///x"}, ["queue", "tasks"]).tasks
    assert (local.service_account, local.url_pattern, local.max_attempts) == ("", "", None)


@pytest.mark.parametrize(
    ("text", "words"), [(None, "cannot be read"), (b"{", "not JSON"), (b"[]", "JSON object"), (b"\xff\xfe", "not JSON")]
)
def test_a_rules_file_that_cannot_be_read_is_a_fault_of_its_setting(
    tmp_path: Path, text: bytes | None, words: str
) -> None:
    path = tmp_path / "rules.json"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(SettingsError) as caught:
        rules_file(str(path))
    assert str(caught.value).startswith("EXCHANGE_RULES: names a file that ")
    assert [word for word in (words, "example: EXCHANGE_RULES=rules.json") if word not in str(caught.value)] == []


def test_absolute_sqlite_path_and_named_firestore() -> None:
    assert Settings.read({"STORE_URL": "sqlite:////var/lib/x.sqlite"}, ["store"]).store.path == "/var/lib/x.sqlite"
    place = Settings.read({"STORE_URL": "firestore://project-1/(default)"}, ["store"]).store
    assert (place.kind, place.project, place.name) == ("firestore", "project-1", "(default)")


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"STORE_URL": ""}, "STORE_URL", "is not set"),
        ({"STORE_URL": "redis://x"}, "STORE_URL", "firestore://"),
        ({"STORE_URL": "sqlite://x"}, "STORE_URL", "sqlite:///<file>"),
        ({"QUEUE_URL": "firestore://p/d"}, "QUEUE_URL", "cloudtasks://"),
        ({"TASKS_SERVICE_ACCOUNT": ""}, "TASKS_SERVICE_ACCOUNT", "is not set, but QUEUE_URL is cloudtasks://"),
        ({"TASKS_SERVICE_ACCOUNT": "exchange"}, "TASKS_SERVICE_ACCOUNT", "e-mail"),
        ({"PROCESS_URL_PATTERN": ""}, "PROCESS_URL_PATTERN", "is not set, but QUEUE_URL is cloudtasks://"),
        ({"PROCESS_URL_PATTERN": "https://process.a.run.app"}, "PROCESS_URL_PATTERN", "one {}"),
        ({"PROCESS_URL_PATTERN": "https://{}-{}.a.run.app"}, "PROCESS_URL_PATTERN", "one {}"),
        ({"PROCESS_URL_PATTERN": "http://{}.a.run.app"}, "PROCESS_URL_PATTERN", "https"),
        *(
            ({"QUEUE_MAX_ATTEMPTS": value}, "QUEUE_MAX_ATTEMPTS", "from 1 to 100")
            for value in ("ten", "0", "101", "2.5")
        ),
        ({"BITRIX_WEBHOOK_URL": ""}, "BITRIX_WEBHOOK_URL", "neither is BITRIX_CLIENT_ID"),
        ({"BITRIX_WEBHOOK_URL": "https://p.bitrix24.ru/"}, "BITRIX_WEBHOOK_URL", "incoming webhook"),
        ({"BITRIX_WEBHOOK_URL": "http://p.ru/rest/1/abc/"}, "BITRIX_WEBHOOK_URL", "https://"),
        ({"BITRIX_CLIENT_ID": "local.1"}, "BITRIX_WEBHOOK_URL", "keep one of them"),
        ({"BITRIX_WEBHOOK_URL": "", "BITRIX_CLIENT_ID": "local.1"}, "BITRIX_CLIENT_SECRET", "is not set"),
        ({"BITRIX_APPLICATION_TOKEN": "short"}, "BITRIX_APPLICATION_TOKEN", "token"),
        ({"BITRIX_MEMBER_ID": "portal.bitrix24.ru"}, "BITRIX_MEMBER_ID", "32 hexadecimal"),
        ({"BITRIX_APPLICATION_TOKEN": "a" * 32 + ",short"}, "BITRIX_APPLICATION_TOKEN", "token"),
        *(({"BITRIX_AUTH_HOSTS": value}, "BITRIX_AUTH_HOSTS", "host names") for value in WRONG_HOSTS),
        ({"BITRIX_REQUESTS_PER_SECOND": "0"}, "BITRIX_REQUESTS_PER_SECOND", "above 0"),
        ({"BITRIX_BURST": "many"}, "BITRIX_BURST", "number"),
        ({"ONEC_BASES": "Main"}, "ONEC_BASES", "small Latin"),
        ({"ONEC_BASES": "main,main"}, "ONEC_BASES", "different"),
        ({"ONEC_BASES": "dm"}, "ONEC_BASES", "none of them dm"),
        ({"ONEC_MAIN_URL": "1c.example.ru"}, "ONEC_MAIN_URL", "http or https"),
        ({"ONEC_MAIN_URL": "https://u:p@1c.example.ru/b"}, "ONEC_MAIN_URL", "no user"),
        ({"ONEC_MAIN_URL": "https://[::1/b"}, "ONEC_MAIN_URL", "not an address"),
        ({"ONEC_MAIN_CONFIGURATION": "zup31"}, "ONEC_MAIN_CONFIGURATION", "bp30, ut11, erp2, unf30"),
        ({"ONEC_MAIN_CONFIGURATION": ""}, "ONEC_MAIN_CONFIGURATION", "is not set"),
        ({"ONEC_MAIN_TIME_ZONE": "Moscow"}, "ONEC_MAIN_TIME_ZONE", "IANA"),
        ({"ONEC_MAIN_TIME_ZONE": "../etc/passwd"}, "ONEC_MAIN_TIME_ZONE", "IANA"),
        ({"ONEC_MAIN_TIME_ZONE": ""}, "ONEC_MAIN_TIME_ZONE", "is not set"),
        ({"ADMIN_USER_IDS": ""}, "ADMIN_USER_IDS", "is not set"),
        ({"ACCOUNTANT_USER_IDS": "1;2"}, "ACCOUNTANT_USER_IDS", "commas"),
        ({"BUSINESS_TIME_ZONE": "MSK+3"}, "BUSINESS_TIME_ZONE", "IANA"),
        ({"LANGUAGE": "de"}, "LANGUAGE", "ru, en"),
        ({"PUBLIC_BASE_URL": "http://exchange.example.ru"}, "PUBLIC_BASE_URL", "https://"),
        ({"ONEC_DM_URL": "https://1c/dm", "ONEC_DM_KEYS": "a:short"}, "ONEC_DM_KEYS", "16 signs"),
        ({"BITRIX_EVENTS": "onCrmDealStageId"}, "BITRIX_EVENTS", "no such event"),
    ],
)
def test_each_fault_names_setting_and_problem(changes: dict[str, str], name: str, words: str) -> None:
    assert words in faults(changes)[name]


def test_all_faults_come_at_once_with_examples() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({"ONEC_BASES": "main"})
    text = str(caught.value)
    for name in ("STORE_URL", "QUEUE_URL", "BITRIX_WEBHOOK_URL", "ONEC_MAIN_URL", "ADMIN_USER_IDS", "PUBLIC_BASE_URL"):
        assert f"example: {name}=" in text
    assert len(text.splitlines()) == len(caught.value.faults) == len(set(caught.value.faults))


def test_only_what_is_needed_must_be_there() -> None:
    environ = {"QUEUE_URL": "sqlite:///q.sqlite", "BITRIX_APPLICATION_TOKEN": "51856fefc120afa4b628cc82d3935cce"}
    settings = Settings.read(environ, need=["queue", "events"])
    assert settings.events.application_tokens == (Secret("51856fefc120afa4b628cc82d3935cce"),)
    with pytest.raises(SettingsError, match="STORE_URL: is not set"):
        _ = settings.store


def test_document_management_is_optional_until_named() -> None:
    assert set(faults({"ONEC_DM_URL": "https://1c.example.ru/dm"})) == {
        "ONEC_DM_USER",
        "ONEC_DM_PASSWORD",
        "ONEC_DM_KEYS",
    }
    keys = Settings.read({"ONEC_DM_KEYS": "b:0123456789abcdef=,a:fedcba9876543210"}, ["keys"]).keys
    assert [(name, secret.reveal()) for name, secret in keys.items()] == [
        ("b", "0123456789abcdef="),
        ("a", "fedcba9876543210"),
    ]


def test_application_instead_of_webhook() -> None:
    environ = {"BITRIX_CLIENT_ID": "local.1", "BITRIX_CLIENT_SECRET": "s"}
    bitrix = Settings.read(environ, ["bitrix"]).bitrix
    assert bitrix.webhook_url is None
    assert bitrix.client_secret == Secret("s")


def test_loopback_may_be_plain_http() -> None:
    environ = {"PUBLIC_BASE_URL": "http://127.0.0.1:8080/", "BITRIX_WEBHOOK_URL": "http://localhost:9/rest/1/a"}
    settings = Settings.read(environ, ["public_url", "bitrix"])
    assert settings.site.public_base_url == "http://127.0.0.1:8080"
    assert settings.bitrix.webhook_url == Secret("http://localhost:9/rest/1/a/")


@pytest.mark.parametrize(("value", "language"), [("ru_RU:ru", "ru"), ("en_US:en", "en"), ("en", "en"), ("", "ru")])
def test_language_set_by_the_system_counts(value: str, language: str) -> None:
    assert Settings.read({"LANGUAGE": value}, ["site"]).site.language == language


def test_secrets_are_not_shown() -> None:
    settings = Settings.read({**WHOLE, "BITRIX_APPLICATION_TOKEN": "51856fefc120afa4b628cc82d3935cce"})
    shown = f"{settings!r} {settings.bitrix!r} {settings.onec!r} {settings.events!r} {settings.bitrix.webhook_url!s}"
    for secret in ("abcdef0123456789", "p@ss word", "51856fefc120"):
        assert secret not in shown
    wrong = {"BITRIX_WEBHOOK_URL": "https://h/rest/1/a b c secret", "ONEC_MAIN_URL": "https://u:secret@h"}
    assert "secret@" not in str(faults(wrong))
    assert "a b c" not in str(faults(wrong))


def test_env_file() -> None:
    text = (
        '\ufeff# comment\n\nexport A=1 # one\nB=\'x # y\' # z\nC="a\\n\\"b\\" \\\\ #"\nD=a#b\nE=\n  F = spaced out \n'
        "A=2\nG=#nothing\n"
    )
    assert parsed(text) == {
        "A": "2",
        "B": "x # y",
        "C": 'a\n"b" \\ #',
        "D": "a#b",
        "E": "",
        "F": "spaced out",
        "G": "",
    }


def test_env_file_names_bad_lines_without_their_text() -> None:
    with pytest.raises(SettingsError, match=r"\.env line 2: .*\n\.env line 3") as caught:
        parsed("A=1\nTOKEN 'secret'\nB=\"secret\n")
    assert "secret" not in str(caught.value)


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=file\nB=file\n", encoding="utf-8")
    assert local_environment({"A": "run"}, file) == {"A": "run", "B": "file"}
    assert local_environment({"A": "run"}, tmp_path / "none") == {"A": "run"}


def test_reading_imports_nothing_heavy() -> None:
    code = "import sys, common.settings; print([m for m in ('pydantic', 'httpx', 'grpc') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_all_faults_are_named_at_once_whoever_has_read_what() -> None:
    assert Settings.read(WHOLE, ()).faults() == ()
    wrong = {"BUSINESS_TIME_ZONE": "Moskow", "ADMIN_USER_IDS": "Anna", "ONEC_DM_URL": "https://1c.example.ru/dm"}
    found = [fault.name for fault in Settings.read({**WHOLE, **wrong}, ()).faults()]
    assert sorted(found) == [
        "ADMIN_USER_IDS",
        "BUSINESS_TIME_ZONE",
        "ONEC_DM_KEYS",
        "ONEC_DM_PASSWORD",
        "ONEC_DM_USER",
    ]


def test_only_an_application_must_say_where_it_is() -> None:
    nowhere = {**WHOLE, "PUBLIC_BASE_URL": ""}
    assert Settings.read(nowhere, ()).faults() == ()
    application = {"BITRIX_WEBHOOK_URL": "", "BITRIX_CLIENT_ID": "local.1", "BITRIX_CLIENT_SECRET": "s"}
    assert [fault.name for fault in Settings.read({**nowhere, **application}, ()).faults()] == ["PUBLIC_BASE_URL"]
