"""Values of secrets on their way to Secret Manager: from the environment or `.env.<ENV>`, into one process and nowhere
else. Nothing here prints or keeps a value.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from common.settings import Need as Group
from common.settings import Secret, Settings, SettingsError, parsed
from infra.cloud.needs import Need, Unprepared
from infra.manifests import is_secret

_CHECKED: Mapping[str, Group] = {
    "BITRIX_APPLICATION_TOKEN": "events",
    "BITRIX_WEBHOOK_URL": "bitrix",
    "ONEC_DM_KEYS": "keys",
}
"""Secrets that have a form; a wrong one would be found by the functions only, after it was deployed."""


@dataclass(frozen=True)
class SecretValues:
    """Values by setting. `ignored`: names in the file that are no secrets, so that nobody believes they count."""

    values: Mapping[str, Secret]
    ignored: tuple[str, ...] = ()


SAMPLE = ".env.example"
"""In the repository: what a local run's `.env` looks like. The sample environment has no secrets of its own."""


def file_of(name: str) -> str:
    """Where values of an environment's secrets may be kept on this machine; git ignores it."""
    return f".env.{name}"


def kept_in(name: str) -> str:
    """Where else than in the environment values may stand, for a sentence."""
    return "" if file_of(name) == SAMPLE else f" or in {file_of(name)} (mode 600)"


def given(name: str, root: Path, environ: Mapping[str, str]) -> SecretValues:
    """The values given; the environment goes before the file, an empty value is none.

    Raises Unprepared for a file that others may read, a line that is not NAME=value, a value of a wrong form.
    """
    kept = _of_file(root / file_of(name))
    merged = {**kept, **environ}
    values = {name: value.strip() for name, value in sorted(merged.items()) if is_secret(name) and value.strip()}
    faults = [fault for setting in values for fault in _faults(setting, values[setting])]
    if faults:
        raise Unprepared(faults)
    hidden = {setting: Secret(value) for setting, value in values.items()}
    return SecretValues(hidden, tuple(sorted(one for one in kept if not is_secret(one))))


def _of_file(path: Path) -> dict[str, str]:
    if path.name == SAMPLE or not path.is_file():
        return {}
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        raise Unprepared([Need(f"{path.name} may be read by others (mode {mode:o})", f"chmod 600 {path.name}")])
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except SettingsError as error:
        lines = [str(fault).replace(".env line", f"{path.name} line", 1) for fault in error.faults]
        raise Unprepared([Need(line, "mend that line") for line in lines]) from error


def _faults(setting: str, value: str) -> list[Need]:
    group = _CHECKED.get(setting)
    if group is None:
        return []
    try:
        Settings.read({setting: value}, [group])
    except SettingsError as error:
        return [Need(str(fault), "in the environment or the .env file") for fault in error.faults]
    return []
