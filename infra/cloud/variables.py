"""Names in a `.tfvars` file that no variable of `infra` knows: Terraform drops them almost without a word. Pure.

A misspelt variable is only warned of, a misspelt attribute of an object not even that; both would silently have their
defaults. Indentation, comments and texts are told from names as HCL does (developer.hashicorp.com, "Syntax").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

_TOKEN: Final = re.compile(
    r'"(?:[^"\\\n]|\\.)*"'  # a text
    r"|\#[^\n]*|//[^\n]*|/\*.*?\*/"  # a comment
    r"|<<-?(?P<tag>\w+)\n.*?^\s*(?P=tag)$"  # a text of several lines
    r"|[A-Za-z_][\w-]*|=>|==|\S",
    re.DOTALL | re.MULTILINE,
)
_BLOCK: Final = re.compile(r'^variable "[^"]+" \{\n.*?^\}', re.DOTALL | re.MULTILINE)
_NAME: Final = re.compile(r'[A-Za-z_][\w-]*|"[^"]*"')
_ENDS: Final = {"}": "{", "]": "[", ")": "("}


@dataclass(frozen=True, slots=True)
class Declared:
    """A variable of `infra`: the first word of its type (`object`, `map`, `string` …) and attributes named there."""

    kind: str
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unknown:
    """`name` stands nowhere; `known` are those it could be."""

    name: str
    known: tuple[str, ...]

    @property
    def meant(self) -> str:
        """What a person probably wanted to write."""
        close = get_close_matches(self.name.rpartition(".")[2], self.known, 1)
        return f"perhaps {close[0]} is meant" if close else f"there are: {', '.join(self.known)}"


def unknown(text: str, sources: Iterable[str]) -> list[Unknown]:
    """Every name of a `.tfvars` text that the variables declared in these `.tf` texts do not have."""
    variables = {name: one for source in sources for name, one in declared(source).items()}
    return list(dict.fromkeys(_unknown(text, variables)))


def _unknown(text: str, variables: dict[str, Declared]) -> Iterator[Unknown]:
    for path, _ in assigned(text):
        one = variables.get(path[0])
        depth = {"object": 1, "map": 2}.get(one.kind, 0) if one and one.attributes else 0
        if one is None:
            yield Unknown(path[0], tuple(sorted(variables)))
        elif depth and len(path) == depth + 1 and path[-1] not in one.attributes:
            yield Unknown(".".join(path), tuple(sorted(one.attributes)))


def declared(source: str) -> dict[str, Declared]:
    """The variables a `.tf` text declares."""
    found: dict[str, Declared] = {}
    for path, follows in assigned("\n".join(_BLOCK.findall(source))):
        if len(path) == 2 and path[1] == "type":
            found[path[0]] = Declared(follows, frozenset())
        elif len(path) == 3 and path[1] == "type" and path[0] in found:
            one = found[path[0]]
            found[path[0]] = Declared(one.kind, one.attributes | {path[2]})
    return found


def assigned(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every `name = …`, with the names it stands in, and the word that follows the sign."""
    tokens = [one[0] for one in _TOKEN.finditer(text) if not one[0].startswith(("#", "//", "/*"))]
    stack: list[tuple[str, str]] = []
    pending = ""
    for number, token in enumerate(tokens):
        following = tokens[number + 1 : number + 3]
        if token in _ENDS.values():
            stack.append((token, pending))
            pending = ""
        elif token in _ENDS and stack:
            stack.pop()
        elif _NAME.fullmatch(token) and following and _is_place(stack):
            name = token.strip('"')
            if following[0] in ("=", ":"):
                pending = name
                yield (*(key for _, key in stack if key), name), (following[1] if len(following) > 1 else "")
            elif following[0] == "{":
                pending = name  # a block: `variable "name" {`, `validation {`


def _is_place(stack: list[tuple[str, str]]) -> bool:
    return not stack or stack[-1][0] == "{"
