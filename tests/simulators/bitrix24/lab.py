"""A portal on a bench: a clock that only moves when told, a webhook of an administrator, calls without a socket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.simulators.bitrix24.access import Application
from tests.simulators.bitrix24.actions import Person
from tests.simulators.bitrix24.portal import Portal
from tests.simulators.bitrix24.wire import Data
from tests.simulators.web import transport

START = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
ALL_SCOPES = ("bizproc", "catalog", "crm", "department", "disk", "im", "task", "user", "user.userfield")


class Lab:
    """`call` posts JSON and gives the body; `person` is the administrator at work."""

    def __init__(self, **options: Any) -> None:
        self.moment = START
        self.slept: list[float] = []
        self.portal = Portal(now=lambda: self.moment, sleep=self.slept.append, **{"intensity": None, **options})
        self.webhook = self.portal.add_webhook(1, "secret", ALL_SCOPES)
        self.person = Person(self.portal)
        self.robot = Person(self.portal, None)
        self.http = httpx.Client(transport=transport(self.portal))

    def pass_time(self, seconds: float) -> None:
        """Move the clock."""
        self.moment += timedelta(seconds=seconds)

    def post(self, name: str, params: Data | None = None, token: str = "") -> httpx.Response:
        """Call a method through the webhook, or with a token."""
        if token:
            return self.http.post(f"{self.portal.client_endpoint}{name}", json={**(params or {}), "auth": token})
        return self.http.post(f"{self.webhook}{name}", json=params or {})

    def call(self, name: str, params: Data | None = None, token: str = "") -> Data:
        """The body of an answer, whatever its status."""
        body: Data = self.post(name, params, token).json()
        return body

    def result(self, name: str, params: Data | None = None, token: str = "") -> Any:
        """The result of a call that must succeed."""
        body = self.call(name, params, token)
        assert "error" not in body, body
        return body["result"]

    def error(self, name: str, params: Data | None = None, token: str = "") -> tuple[int, str]:
        """Status and code of a call that must fail."""
        answer = self.post(name, params, token)
        assert "time" not in answer.json(), answer.text
        return answer.status_code, answer.json()["error"]

    def application(self, installed: bool = True, **more: Any) -> Application:
        """An "API only" application with all scopes."""
        number = len(self.portal.access.applications) + 1
        application = self.portal.add_application(
            f"local.{number}", "app-secret", ALL_SCOPES, "https://hub.example.ru/install", **more
        )
        application.installed = installed
        return application

    def token(self, application: Application, user_id: int = 1) -> str:
        """A living access token of a user."""
        return self.portal.access.issue(application, user_id, self.moment).access
