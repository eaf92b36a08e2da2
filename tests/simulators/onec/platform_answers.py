"""Ready-made answers for `base.faults`: what a publication says instead of 1C (facts §1.15, §6.12)."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulators.faults import Fault
from tests.simulators.onec.answers import BOM, dump, html
from tests.simulators.onec.values import Json
from tests.simulators.web import Answer, Request

EXCEPTION = "{http://v8.1c.ru/8.2/virtual-resource-system}Exception"
LICENCE = "Не обнаружено свободной лицензии!"
NO_KEY = "Не найдена лицензия. Не обнаружен ключ защиты программы или полученная программная лицензия!"


def anything(request: Request) -> bool:
    """Matches every request."""
    return True


def method(*names: str) -> Callable[[Request], bool]:
    """Matches requests of these HTTP methods."""
    return lambda request: request.method in names


def locked(request: Request) -> Answer:
    """The infobase is closed for sessions: 403, a platform exception in JSON behind a BOM."""
    message = "Начало сеанса с информационной базой запрещено.\nВедутся технические работы"
    inner: Json = {"descr": message, "inner": {"creationStack": ""}}
    described = f"HTTP: Forbidden\nОшибка при выполнении запроса {request.method} к ресурсу /odata/x:"
    body: Json = {"#exception": EXCEPTION, "exception": {"reason": 403, "descr": described, "inner": inner}}
    return Answer(403, BOM + dump(body), {"Content-Type": "application/json; charset=utf-8"})


def pool_exhausted(request: Request) -> Answer:
    """No free session within the time-out: 406 in XML."""
    text = (
        '<exception xmlns="http://v8.1c.ru/8.2/virtual-resource-system" reason="406">'
        '<descr xmlns="http://v8.1c.ru/8.1/data/core">Истекло время ожидания сеанса</descr></exception>'
    )
    return Answer(406, BOM + text.encode(), {"Content-Type": "application/xml; charset=utf-8"})


def page(status: int, title: str = "") -> Callable[[Request], Answer]:
    """A page of the web server or of a proxy: 500, 502, 503, 404 or 200 with HTML."""
    names = {200: "Вход", 404: "404 Not Found", 500: "1C:Enterprise 8 application error", 502: "502 Bad Gateway"}
    return lambda request: html(status, title or names.get(status, str(status)))


def no_licence(status: int = 500, text: str = LICENCE) -> Callable[[Request], Answer]:
    """The licence text page; its status is unverified in the facts, so a test chooses."""
    return lambda request: html(status, text)


def unauthorized() -> Answer:
    """A wrong login: the web server answers with HTML, 1C is not reached (§1.15)."""
    answer = html(401, "401 - Unauthorized: Access is denied due to invalid credentials.")
    return Answer(401, answer.body, {**answer.headers, "WWW-Authenticate": 'Basic realm="1C"'})


def instead(answer: Callable[[Request], Answer], times: int = 1, match: Callable[[Request], bool] = anything) -> Fault:
    """A fault that answers in place of 1C."""
    return Fault(match, times, instead=answer)


def drop_before(times: int = 1, match: Callable[[Request], bool] = anything) -> Fault:
    """The connection breaks before anything is done."""
    return Fault(match, times, drop_before=True)


def drop_after(times: int = 1, match: Callable[[Request], bool] = anything) -> Fault:
    """The connection breaks after the write committed: the outcome is unknown to the client."""
    return Fault(match, times, drop_after=True)


def truncated(length: int, times: int = 1, match: Callable[[Request], bool] = anything) -> Fault:
    """The body ends early, after the work was done."""
    return Fault(match, times, cut_after=length)


def slow(seconds: float, times: int = 1, match: Callable[[Request], bool] = anything) -> Fault:
    """A slow answer; the waiting goes through the injected `sleep`."""
    return Fault(match, times, delay=seconds)
