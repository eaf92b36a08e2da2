"""The file that `EXCHANGE_RULES` names: read only while the store has no rules, so checked then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from common.settings.model import Fault, SettingsError

NAME = "EXCHANGE_RULES"


def rules_file(path: str) -> dict[str, Any]:
    """What the file holds. Raises `SettingsError` with the fault when it is not there or is no JSON object."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _wrong(f"names a file that cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _wrong(f"names a file that is not JSON in UTF-8 ({error})") from error
    if not isinstance(data, dict):
        raise _wrong('names a file that is not a JSON object like {"acts": [], "tables": {}}')
    return data


def _wrong(problem: str) -> SettingsError:
    return SettingsError([Fault(NAME, problem, "rules.json")])
