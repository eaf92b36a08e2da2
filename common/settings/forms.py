"""The forms a setting may have. Every look-up that fails is noted and goes on, so that all faults come at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from common.model.ids import UserId
from common.settings.model import Fault, Place, Secret

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


class Forms:
    """Reads one environment. A value that is missing or wrong becomes a fault and an empty value; the caller raises
    when there are faults, so empty values go nowhere.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[Fault] = []

    def fault(self, name: str, problem: str, example: str) -> None:
        self.faults.append(Fault(name, problem, example))

    def given(self, name: str) -> str:
        """The value without surrounding white space; "" when unset, because an empty variable is how one unsets it."""
        return self._environ.get(name, "").strip()

    def text(self, name: str, example: str) -> str:
        value = self.given(name)
        if not value:
            self.fault(name, "is not set", example)
        return value

    def secret(self, name: str, example: str) -> Secret:
        return Secret(self.text(name, example))

    def matching(self, name: str, pattern: str, problem: str, example: str) -> str:
        """A value of this form, or "" when unset."""
        value = self.given(name)
        if value and not re.fullmatch(pattern, value):
            self.fault(name, problem, example)
        return value

    def listed(self, name: str, pattern: str, problem: str, example: str) -> tuple[str, ...]:
        """Different values of this form, separated by commas; none when unset."""
        parts = [part.strip() for part in self.given(name).split(",") if part.strip()]
        if not all(re.fullmatch(pattern, part) for part in parts):
            self.fault(name, problem, example)
            return ()
        return tuple(dict.fromkeys(parts))

    def one_of(self, name: str, choices: Sequence[str], default: str = "") -> str:
        value = self.given(name) or default
        if value not in choices:
            problem = f"must be one of {', '.join(choices)}" if value else "is not set"
            self.fault(name, problem, choices[0])
            return choices[0]
        return value

    def number(self, name: str, default: float, most: float) -> float:
        """A number above 0."""
        value = self.given(name) or str(default)
        if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value) or not 0 < float(value) <= most:
            self.fault(name, f"must be a number above 0, at most {most:g}", f"{default:g}")
            return default
        return float(value)

    def users(self, name: str) -> tuple[UserId, ...]:
        """Ids of Bitrix24 users, separated by commas; empty when unset."""
        parts = [part.strip() for part in self.given(name).split(",") if part.strip()]
        if not all(re.fullmatch(r"[1-9]\d{0,9}", part) for part in parts):
            self.fault(name, "must be ids of Bitrix24 users separated by commas", "1,17")
            return ()
        return tuple(dict.fromkeys(UserId(int(part)) for part in parts))

    def zone(self, name: str, default: str = "") -> str:
        value = self.given(name) or default
        if not value:
            self.fault(name, "is not set", "Europe/Moscow")
        elif not _zone_exists(value):
            self.fault(name, "is not a time zone of the IANA list", "Europe/Moscow")
        return value

    def url(self, name: str, example: str, required: bool = True, https: bool = False) -> str:
        """An http(s) address without user, query and fragment; no final slash. `https`: plain http on loopback only."""
        value = self.text(name, example) if required else self.given(name)
        problem = _wrong_url(value, https) if value else ""
        if problem:
            self.fault(name, problem, example)
        return value.rstrip("/")

    def place(self, name: str, cloud: str, example: str) -> Place:
        """`sqlite:///path` (four slashes for an absolute one) or `<cloud>://project/name`."""
        value = self.text(name, example)
        file = re.fullmatch(r"sqlite:///(.+)", value)
        if file:
            return Place("sqlite", path=file[1])
        found = re.fullmatch(rf"{cloud}://([a-z][a-z0-9:.-]*)/([a-z0-9()-]+)", value)
        if found:
            return Place(cloud, project=found[1], name=found[2])
        if value:
            self.fault(name, f"must be sqlite:///<file> or {cloud}://<project>/<name>", example)
        return Place("sqlite")


def _zone_exists(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # a cold `receive` reads no zone

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _wrong_url(value: str, https: bool) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", value):
        return "is not an http or https address"
    if parts.username is not None or parts.query or parts.fragment:
        return "must hold no user, query or fragment"
    return "must begin with https://" if https and parts.scheme != "https" and host not in LOOPBACK else ""
