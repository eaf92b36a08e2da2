"""Events and installs: read, judged, verified."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitrix import forms, wire
from common.bitrix.forms import Form
from common.errors import Refused

# The body of facts bitrix24 §3.2, brackets percent-encoded as on the wire.
CAPTURED = (
    "event=ONCRMCONTACTADD&event_handler_id=58&data[FIELDS][ID]=134806&ts=1727018926&auth[access_token]=be45"
    "&auth[expires]=1727022526&auth[domain]=x.bitrix24.com&auth[member_id]=010b&auth[application_token]=3c6c"
)


def form(text: str) -> Form:
    """A form as it travels."""
    return forms.parse(quote(text, safe="=&").encode())


def event(text: str) -> wire.Event:
    return wire.read_event(form(text))


def test_reads_a_captured_event() -> None:
    read = event(CAPTURED)
    assert (read.name, read.ids, read.member_id, read.domain) == (
        "ONCRMCONTACTADD",
        (134806,),
        "010b",
        "x.bitrix24.com",
    )
    assert read.at == datetime(2024, 9, 22, 15, 28, 46, tzinfo=UTC)
    assert read.data == {"FIELDS": {"ID": "134806"}}
    assert "3c6c" not in repr(read)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("event=onCrmDealUpdate&data[FIELDS][ID]=5", (5,)),
        ("event=ONCRMDEALMOVETOCATEGORY&data[FIELDS][ID]=5&data[FIELDS][CATEGORY_ID]=1", (5,)),
        ("event=ONTASKADD&data[FIELDS_BEFORE]=undefined&data[FIELDS_AFTER][ID]=123", (123,)),
        ("event=ONTASKUPDATE&data[FIELDS_BEFORE][ID]=7&data[FIELDS_AFTER][ID]=7", (7,)),
        ("event=ONTASKDELETE&data[FIELDS_BEFORE][ID]=7&data[FIELDS_AFTER]=undefined", (7,)),
        ("event=ONTASKCOMMENTADD&data[FIELDS_AFTER][ID]=0&data[FIELDS_AFTER][TASK_ID]=555", (555,)),
        ("event=ONCRMADDRESSREGISTER&data[FIELDS][ENTITY_TYPE_ID]=8&data[FIELDS][ENTITY_ID]=40", (40,)),
        ("event=ONCRMADDRESSREGISTER&data[FIELDS][ENTITY_TYPE_ID]=1&data[FIELDS][ENTITY_ID]=40", ()),
        ("event=ONCRMDEALUPDATE&data[FIELDS][ID]=-5", ()),
        ("event=ONCRMDEALUPDATE&data[FIELDS][ID]=٥", ()),
        ("event=ONCRMDEALUPDATE&data[FIELDS][ID]=99999999999999999999", ()),
        ("event=ONCRMDEALUPDATE&data[FIELDS]=5", ()),
        ("event=ONCRMDEALUPDATE&data=5", ()),
        ("event=ONCRMDEALUPDATE", ()),
    ],
)  # fmt: skip
def test_reads_ids(text: str, ids: tuple[int, ...]) -> None:
    assert event(text).ids == ids


@pytest.mark.parametrize("text", ["", "event=", "event[a]=1", "event=" + "A" * 101, "data[FIELDS][ID]=1"])
def test_an_event_without_a_name_is_malformed(text: str) -> None:
    with pytest.raises(Refused) as refused:
        event(text)
    assert (refused.value.status, refused.value.reason) == (400, "malformed")


@pytest.mark.parametrize(
    ("name", "kind", "entity"),
    [
        ("ONCRMDEALADD", "known", "deal"),
        ("ONCRMDEALUPDATE", "known", "deal"),
        ("ONCRMDEALMOVETOCATEGORY", "known", "deal"),
        ("ONCRMDEALDELETE", "known", "deal"),
        ("ONCRMCOMPANYADD", "known", "company"),
        ("oncrmcompanyupdate", "known", "company"),
        ("ONCRMCONTACTUPDATE", "known", "contact"),
        ("ONCRMREQUISITEADD", "known", "requisite"),
        ("ONCRMREQUISITEUPDATE", "known", "requisite"),
        ("ONCRMREQUISITEDELETE", "known", "requisite"),
        ("ONCRMADDRESSREGISTER", "known", "address"),
        ("ONCRMADDRESSUNREGISTER", "known", "address"),
        ("ONTASKUPDATE", "known", "task"),
        ("ONTASKCOMMENTADD", "known", "task"),
        ("ONTASKCOMMENTUPDATE", "ignored", ""),
        ("ONCRMDYNAMICITEMUPDATE", "known", "item"),
        ("ONCRMDYNAMICITEMUPDATE_1038", "known", "item"),
        ("ONAPPINSTALL", "known", "application"),
        ("ONAPPUNINSTALL", "known", "application"),
        ("ONAPPTEST", "known", "application"),
        ("ONCRMDEALSTAGEID", "hint", "deal"),
        ("ONCRMBANKDETAILADD", "ignored", ""),
        ("ONCRMACTIVITYADD", "ignored", ""),
        ("ONUSERADD", "ignored", ""),
        ("ONCRMDEALADD_7X", "unknown", ""),
        ("ONSOMETHINGELSE", "unknown", ""),
    ],
)
def test_fates(name: str, kind: str, entity: str) -> None:
    assert wire.fate(name) == wire.Fate(kind, entity)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tokens", "member", "status"),
    [
        (["3c6c"], "010b", 0),
        (["other", "3c6c"], "010b", 0),
        (["3c6c"], "", 0),
        (["3c6d"], "010b", 403),
        ([""], "010b", 403),
        ([], "010b", 403),
        (["3c6c"], "010c", 403),
    ],
)
def test_verifies_token_and_member(tokens: list[str], member: str, status: int) -> None:
    if not status:
        wire.verify(event(CAPTURED), tokens, member)
        return
    with pytest.raises(Refused) as refused:
        wire.verify(event(CAPTURED), tokens, member)
    assert (refused.value.status, refused.value.reason) == (status, "forged")


def test_an_event_without_a_token_has_a_word_of_its_own() -> None:
    with pytest.raises(Refused) as refused:
        wire.verify(event("event=ONCRMDEALUPDATE&auth[member_id]=010b"), ["3c6c"], "010b")
    assert (refused.value.status, refused.value.reason) == (401, "no_token")


@given(st.text(max_size=30), st.text(max_size=30))
def test_same_is_equality(one: str, other: str) -> None:
    assert wire.same(one, one)
    assert wire.same(one, other) == (one == other)


def test_reads_an_install_event() -> None:
    install = wire.read_install(
        form(
            "event=ONAPPINSTALL&data[VERSION]=1&auth[access_token]=a&auth[refresh_token]=r1&auth[member_id]=m1"
            "&auth[application_token]=t1&auth[server_endpoint]=https://oauth.bitrix24.tech/rest/&auth[domain]=p.bitrix24.ru"
        ),
        {},
    )
    assert install == wire.Install("event", "m1", "r1", "t1", "https://oauth.bitrix24.tech/rest/", "p.bitrix24.ru")
    assert "r1" not in repr(install)
    assert "t1" not in repr(install)


def test_reads_an_install_frame() -> None:
    body = form(
        "AUTH_ID=a&AUTH_EXPIRES=3600&REFRESH_ID=r1&SERVER_ENDPOINT=https://oauth.bitrix.info/rest/&APPLICATION_TOKEN=t1"
        "&APPLICATION_SCOPE=crm&member_id=m1&status=L&PLACEMENT=DEFAULT"
    )
    install = wire.read_install(body, form("DOMAIN=p.bitrix24.ru&PROTOCOL=1&LANG=ru&APP_SID=s"))
    assert install == wire.Install("frame", "m1", "r1", "t1", "https://oauth.bitrix.info/rest/", "p.bitrix24.ru")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "event=ONCRMDEALUPDATE&auth[refresh_token]=r&auth[member_id]=m",
        "event=ONAPPINSTALL&auth[member_id]=m",
        "event=ONAPPINSTALL&auth[refresh_token]=r",
        "event=ONAPPINSTALL&auth[refresh_token]=r&auth[member_id]=a/b",
        "REFRESH_ID=r",
        "member_id=m",
    ],
)
def test_an_install_without_its_proof_is_forged(text: str) -> None:
    with pytest.raises(Refused) as refused:
        wire.read_install(form(text), {})
    assert (refused.value.status, refused.value.reason) == (403, "forged")


@pytest.mark.parametrize(
    ("endpoint", "domain", "base"),
    [
        ("https://oauth.bitrix24.tech/rest/", "", "https://oauth.bitrix24.tech"),
        ("https://oauth.bitrix.info/rest", "", "https://oauth.bitrix.info"),
        ("", "p.bitrix24.ru", "https://oauth.bitrix24.tech"),
        ("", "p.bitrix24.com", "https://oauth.bitrix.info"),
        ("http://127.0.0.1:8080/authserver/rest/", "", "http://127.0.0.1:8080/authserver"),
        ("https://auth.example.ru/rest/", "", "https://auth.example.ru"),
        ("http://oauth.bitrix24.tech/rest/", "", None),
        ("https://oauth.bitrix24.tech.evil.ru/rest/", "", None),
        ("https://oauth.bitrix24.tech@evil.ru/rest/", "", None),
        ("https://evil.ru/https://oauth.bitrix24.tech/rest/", "", None),
        ("https://oauth.bitrix24.tech:444/rest/", "", None),
        ("https://OAUTH.bitrix24.tech/rest/?x=", "", None),
        ("http://127.0.0.1:9999/authserver/rest/", "", None),
        ("ftp://oauth.bitrix24.tech/rest/", "", None),
        ("http://plain.example.ru/rest/", "", None),
        ("https://[/rest/", "", None),
    ],
)
def test_only_trusted_authorisation_servers(endpoint: str, domain: str, base: str | None) -> None:
    trusted = ["auth.example.ru", "http://127.0.0.1:8080/authserver", "http://plain.example.ru"]
    assert wire.auth_base(endpoint, domain, trusted) == base


def test_receiving_loads_neither_httpx_nor_pydantic() -> None:
    script = (
        "import sys, common.bitrix.wire, common.bitrix.forms, common.bitrix.batch, common.bitrix.crm_wire,"
        " common.bitrix.crm_facts, common.bitrix.book;"
        "print([name for name in ('httpx', 'pydantic', 'google.cloud.firestore', 'h11') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
