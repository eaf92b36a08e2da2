"""The classic batch: up to 50 commands in one request (facts bitrix24 §2.4). Pure.

The portal replaces `$result[name][key]` in the values of a command by what an earlier command gave, in text that came
from people just the same. So a `$` that is not one of our own references is refused: such a value goes by a direct
call, where nothing is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.bitrix import answers, forms
from common.bitrix.answers import Timing
from common.bitrix.faults import LOST, Fault

LIMIT = 50

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_METHOD = re.compile(r"[A-Za-z0-9._]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that an earlier command of the same batch gives.

    What it stands for is never certain: a key that is missing or null yields the value above it, a failed command
    the text itself. Compare what comes back with what was meant.
    """

    command: str
    path: tuple[str | int, ...]

    def __str__(self) -> str:
        return f"$result[{self.command}]" + "".join(f"[{key}]" for key in self.path)


Param = forms.Scalar | Reference | Mapping[str, "Param"] | Sequence["Param"]
Params = Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Command:
    """One method with its parameters."""

    method: str
    params: Params


Commands = Mapping[str, Command]
"""By a name of ours; earlier ones run first."""


class Unsafe(ValueError):
    """A text that the portal could take for a reference must not stand in a batch."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command gave: its fault or its result."""

    result: Any = None
    total: int | None = None
    next: int | None = None
    timing: Timing = field(default_factory=Timing)
    fault: Fault | None = None


def body(commands: Commands) -> dict[str, Any]:
    """The parameters of `batch`. Raises `Unsafe`, or ValueError for names and numbers that the portal would refuse."""
    if not 0 < len(commands) <= LIMIT:
        raise ValueError(f"{len(commands)} commands in a batch")
    for name in commands:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a command named {name!r}")
    return {"halt": 0, "cmd": {name: line(command) for name, command in commands.items()}}


def line(command: Command) -> str:
    """One command as `method?query`. Raises `Unsafe`."""
    if not _METHOD.fullmatch(command.method) or command.method.lower() in ("batch", "download", "upload"):
        raise ValueError(f"{command.method!r} in a batch")
    return f"{command.method}?{forms.encode({_key(key): _value(value) for key, value in command.params.items()})}"


def is_safe(text: str) -> bool:
    """The text may stand in a batch."""
    return "$" not in text


def read(result: Any, commands: Commands) -> dict[str, Outcome]:
    """What each command gave, by its name. One that the answer does not mention has the fault `LOST_IN_BATCH`."""
    parts = mapping(result)
    table = {part: mapping(parts.get(part)) for part in _PARTS}
    return {name: _outcome(name, table) for name in commands}


def mapping(value: Any) -> dict[str, Any]:
    """A map; PHP writes an empty one as `[]` (facts §10.2)."""
    return value if isinstance(value, dict) else {}


_PARTS = ("result", "result_error", "result_total", "result_next", "result_time")


def _outcome(name: str, table: Mapping[str, Mapping[str, Any]]) -> Outcome:
    error = table["result_error"].get(name)
    if error is not None:
        return Outcome(
            fault=answers.fault(error) if isinstance(error, dict) and "error" in error else Fault(str(error))
        )
    if name not in table["result"]:
        return Outcome(fault=Fault(LOST, "the answer of the batch does not mention it"))
    return Outcome(
        table["result"][name],
        answers.whole(table["result_total"].get(name)),
        answers.whole(table["result_next"].get(name)),
        answers.timing({"time": table["result_time"].get(name)}),
    )


def _key(key: str) -> str:
    if not is_safe(key):
        raise Unsafe("a key with a dollar sign")
    return key


def _value(value: Param) -> forms.Value:
    if isinstance(value, Reference):
        return str(value)
    if isinstance(value, Mapping):
        return {_key(key): _value(inner) for key, inner in value.items()}
    if isinstance(value, str):
        if not is_safe(value):
            raise Unsafe("a value with a dollar sign")
        return value
    if isinstance(value, Sequence):
        return [_value(inner) for inner in value]
    return value
