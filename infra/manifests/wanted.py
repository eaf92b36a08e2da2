"""What each field of a manifest must be, in words, with an example: for who wrote it otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

from common.ports import Traffic
from infra.manifests.model import Exchange, Kind, Memory
from infra.manifests.secrets import SECRETS

_QUEUES: Final = " or ".join(get_args(Traffic))

WANTED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "about": (
            "one line of at most 256 bytes without |, for the README's table",
            '"Every 5 minutes: waiting acts that are due"',
        ),
        "kind": (f"one of {', '.join(get_args(Kind))}", '"webhook"'),
        "exchange": (f"one of {', '.join(get_args(Exchange))}", '"acts"'),
        "entry_points": ("an object of entry points by name", '{"run": {"public": false, …}}'),
        "schedule": ("five fields of unix-cron that come to pass", '"*/5 * * * *"'),
        "public": ("true or false", "false"),
        "memory": (f"one of {', '.join(get_args(Memory))}", '"512M"'),
        "cpu": ("vCPUs as text: 0.08 to 0.999, or 1, 2, 4, 6, 8", '"1"'),
        "timeout_seconds": ("a whole number from 1 to 1800", "300"),
        "concurrency": ("a whole number from 1 to 1000", "40"),
        "egress": ("true or false", "true"),
        "secrets": (f"a list of different secrets out of {', '.join(SECRETS)}", '["BITRIX_CLIENT_SECRET"]'),
        "queue": (f"one of {_QUEUES}", '"interactive"'),
        "puts": (f"a list of different queues out of {_QUEUES}", '["interactive"]'),
        "max_instances": ("a whole number from 1 to 100", "10"),
        "min_instances": ("a whole number from 0 to 100", "0"),
        "pauses": ("true or false", "true"),
    }
)
"""Field → (what it must be, an example as JSON)."""
