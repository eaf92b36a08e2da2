"""Every row of the table of errors (facts §1.15) says who acts next."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from common.errors import AlreadyThere, InDoubt, NeedsPerson, SideDown, SideRefused
from common.model.ids import BaseName
from common.onec.odata import wire
from common.onec.odata.wire import Absent, Answer

JSON = "application/json;odata=minimalmetadata;charset=utf-8"
HTML = "text/html; charset=utf-8"
PAGE = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>"
NO_SESSION = (
    '<exception xmlns="http://v8.1c.ru/8.2/virtual-resource-system" reason="406">'
    '<descr xmlns="http://v8.1c.ru/8.1/data/core">Истекло время ожидания сеанса</descr></exception>'
)
LOCKED = json.dumps({"#exception": "{…}Exception", "exception": {"reason": 403, "descr": "HTTP: Forbidden"}})


def answer(status: int, text: str = PAGE, kind: str = HTML, write: bool = False) -> Answer:
    return Answer(BaseName("main"), "Document_X", status, kind, text, write)


def error(status: int, code: str, message: str = "Текст", write: bool = False) -> Answer:
    body = {"odata.error": {"code": code, "message": {"lang": "ru", "value": message}}}
    return answer(status, json.dumps(body, ensure_ascii=False), JSON, write)


@pytest.mark.parametrize(
    ("bad", "cause", "certain"),
    [
        (answer(401), "credentials", True),
        (answer(401, ""), "credentials", True),
        (error(401, "2"), "credentials", True),
        (answer(403, LOCKED, JSON), "maintenance", True),
        (answer(404), "maintenance", True),
        (answer(406, NO_SESSION, "application/xml"), "sessions", False),
        (answer(500), "maintenance", True),
        (answer(502), "maintenance", True),
        (answer(503), "maintenance", True),
        (answer(302, ""), "maintenance", True),
        (answer(200), "maintenance", True),
        (answer(200, "<feed/>", "application/atom+xml"), "maintenance", True),
        (answer(500, "Не обнаружено свободной лицензии!"), "licence", True),
        (error(500, "-1", "Не найдена лицензия. Не обнаружен ключ защиты программы"), "licence", True),
        (answer(200, '{"value": [', JSON), "unreachable", False),
    ],
)
def test_the_side_is_down(bad: Answer, cause: str, certain: bool) -> None:
    with pytest.raises(SideDown) as caught:
        wire.content(bad)
    assert (caught.value.side, caught.value.cause, caught.value.certain) == ("base:main", cause, certain)


@pytest.mark.parametrize("status", [200, 201, 302, 500, 502, 503, 504])
def test_a_write_answered_by_a_page_is_in_doubt(status: int) -> None:
    with pytest.raises(InDoubt):
        wire.content(answer(status, write=True))


@pytest.mark.parametrize(
    "bad",
    [answer(401), answer(403, LOCKED, JSON), answer(404), answer(406, NO_SESSION, "application/xml"), answer(429)],
)
def test_a_write_refused_before_1c_saw_it_is_not_in_doubt(bad: Answer) -> None:
    with pytest.raises(SideDown):
        wire.content(replace(bad, write=True))


def test_a_write_with_a_truncated_answer_is_in_doubt() -> None:
    with pytest.raises(InDoubt):
        wire.content(answer(201, '{"Ref_Key": "6a93', JSON, write=True))


@pytest.mark.parametrize(
    ("bad", "kind", "reason", "owner"),
    [
        (error(401, "20"), NeedsPerson, "missing_right", "admin"),
        (error(404, "8"), NeedsPerson, "profile_missing", "admin"),
        (error(400, "6"), NeedsPerson, "profile_missing", "admin"),
        (error(400, "14"), NeedsPerson, "profile_missing", "admin"),
        (error(400, "4"), NeedsPerson, "profile_missing", "admin"),
        (error(400, "5"), NeedsPerson, "profile_missing", "admin"),
        (error(500, "-1", "Поле не заполнено"), SideRefused, "refused_by_1c", "accounting"),
        (error(400, "-1", "Поле не заполнено"), SideRefused, "refused_by_1c", "accounting"),
        (
            error(500, "-1", "Запрещено изменять данные с датой ранее 01.02.2026"),
            SideRefused,
            "period_closed",
            "accounting",
        ),
    ],
)
def test_a_person_is_needed(bad: Answer, kind: type[NeedsPerson], reason: str, owner: str) -> None:
    with pytest.raises(kind) as caught:
        wire.content(bad)
    stop = caught.value.stops[0]
    assert (stop.reason, stop.owner) == (reason, owner)


def test_a_closed_period_keeps_its_date() -> None:
    failure = wire.failure(error(500, "-1", "Ошибка\nЗапрещено изменять данные с датой ранее 01.02.2026"))
    assert isinstance(failure, SideRefused)
    assert "ранее 01.02.2026" in failure.stops[0].details


def test_a_taken_key_and_a_missing_object() -> None:
    assert isinstance(wire.failure(error(400, "15", write=True)), AlreadyThere)
    assert isinstance(wire.failure(error(404, "9")), Absent)


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "7", "10", "11", "12", "13", "16", "17", "18", "19", "21"])
def test_what_is_left_is_our_own_mistake(code: str) -> None:
    assert isinstance(wire.failure(error(400, code)), RuntimeError)


@pytest.mark.parametrize("kind", ["maintenance", "ours", "refused", "right"])
def test_no_text_of_1c_reaches_a_log_unscrubbed(kind: str) -> None:
    secret = "Контрагент «ООО Василек» 7802345676 6a935645-bbeb-11f0-8135-00505694551b 'Иванов' a@b.ru"
    bad = {
        "maintenance": answer(503, secret),
        "ours": error(400, "1", secret),
        "refused": error(500, "-1", secret),
        "right": error(401, "20", secret),
    }[kind]
    failure: Any = wire.failure(bad)
    logged = f"{failure} {failure!r} {getattr(failure, 'detail', '')}"
    for word in ("Василек", "7802345676", "6a935645", "Иванов", "a@b.ru"):
        assert word not in logged


def test_the_login_is_utf8() -> None:
    header = wire.basic("Обмен", "пароль")
    assert base64.b64decode(header.removeprefix("Basic ")).decode() == "Обмен:пароль"
