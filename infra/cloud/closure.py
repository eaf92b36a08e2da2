"""What a function imports, found in its source: no import is run, so nothing installed here decides what is shipped."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

OURS: Final = ("common", "functions")

BY_NAME: Final[Mapping[str, str]] = MappingProxyType({"common.onec.configurations": "common.onec.configurations"})
"""Module → the package it chooses modules of by name, while it runs. Who imports the module may need any of them."""

_BY_NAME_CALLS: Final = frozenset(("import_module", "__import__"))


class PackingError(Exception):
    """What cannot be packed; a line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Closure:
    """`modules`: ours, by dotted name, with their files. `outside`: dotted names imported from elsewhere → who does."""

    modules: Mapping[str, Path]
    outside: Mapping[str, str]


@dataclass(frozen=True)
class _Module:
    """One source file as far as imports go: (module, name) of `from module import name`, "" for a module alone."""

    imports: tuple[tuple[str, str], ...]
    by_name: bool
    defined: frozenset[str]


class Sources:
    """A checkout's own modules; each file is read once, however many functions import it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[str, _Module] = {}

    def closure(self, folder: str) -> Closure:
        """All that the modules of `functions/<folder>` import, at import or later. Raises PackingError."""
        ours: dict[str, Path] = {}
        outside: dict[str, str] = {}
        left = ["functions", *self._of_package(f"functions.{folder}")]
        while left:
            name = left.pop()
            path = self._path(name)
            if name in ours or path is None:
                continue
            ours[name] = path
            for wanted in self._wanted(name, folder):
                if wanted.partition(".")[0] in OURS:
                    left += self._with_parents(wanted)
                else:
                    outside.setdefault(wanted, str(path.relative_to(self._root)))
        return Closure(dict(sorted(ours.items())), dict(sorted(outside.items())))

    def defines(self, module: str) -> frozenset[str]:
        """Functions that a module defines at its top."""
        return self._module(module).defined

    def _wanted(self, name: str, folder: str) -> Iterator[str]:
        module = self._module(name)
        if module.by_name and name not in BY_NAME:
            raise PackingError([f"{name} imports by a name made while it runs: say which in BY_NAME ({__name__})"])
        for wanted, attribute in module.imports:
            full = f"{wanted}.{attribute}" if attribute else wanted
            package, *below = full.split(".")
            if package == "functions" and below and below[0] != folder:
                raise PackingError([f"{name} imports {full}: functions do not know one another"])
            if package in OURS and self._path(wanted) is None:
                raise PackingError([f"{name} imports {wanted}, which is not there"])
            yield full
        yield from self._of_package(BY_NAME.get(name, ""))

    def _of_package(self, package: str) -> list[str]:
        """A package with its modules, not those of packages below; nothing for ""."""
        folder = self._root.joinpath(*package.split("."))
        paths = sorted(folder.glob("*.py")) if package else []
        return [package if path.stem == "__init__" else f"{package}.{path.stem}" for path in paths]

    def _with_parents(self, name: str) -> Iterator[str]:
        """Importing a module runs the `__init__` of every package above it."""
        parts = name.split(".")
        for number in range(1, len(parts) + 1):
            yield ".".join(parts[:number])

    def _path(self, name: str) -> Path | None:
        path = self._root.joinpath(*name.split("."))
        candidates = (path / "__init__.py", path.with_suffix(".py"))
        return next((one for one in candidates if one.is_file()), None)

    def _module(self, name: str) -> _Module:
        if name not in self._read:
            path = self._path(name)
            if path is None:
                raise PackingError([f"{name} is not there"])
            package = name if path.stem == "__init__" else name.rpartition(".")[0]
            self._read[name] = _read(path, package, str(path.relative_to(self._root)))
        return self._read[name]


def _read(path: Path, package: str, shown: str) -> _Module:
    try:
        tree = ast.parse(path.read_bytes(), filename=shown)
    except SyntaxError as error:
        raise PackingError([f"{shown}:{error.lineno}: {error.msg}"]) from error
    found = _Imports(package)
    found.visit(tree)
    defined = frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return _Module(tuple(dict.fromkeys(found.names)), found.by_name, defined)


class _Imports(ast.NodeVisitor):
    """Every import that can run: also inside functions, but not those for type checking alone."""

    def __init__(self, package: str) -> None:
        self._package = package
        self.names: list[tuple[str, str]] = []
        self.by_name = False

    def visit_Import(self, node: ast.Import) -> None:
        self.names += [(alias.name, "") for alias in node.names if not _is_pythons_own(alias.name)]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            above = self._package.split(".")[: len(self._package.split(".")) - node.level + 1]
            module = ".".join([*above, *([module] if module else [])])
        if not _is_pythons_own(module):
            self.names += [(module, alias.name if alias.name != "*" else "") for alias in node.names]

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) not in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            self.generic_visit(node)
            return
        for other in node.orelse:
            self.visit(other)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        self.by_name = self.by_name or name in _BY_NAME_CALLS
        self.generic_visit(node)


def _is_pythons_own(module: str) -> bool:
    """`zoneinfo` is, but its data are a distribution of their own."""
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names and top != "zoneinfo"
