"""Importing does nothing, and the tree of imports is the one of design §2."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from infra.local.collection import ROOT

SCRIPT = '''
"""Everything of ours is imported twice: first for the libraries it needs, then watched."""
import os, sys, threading
from importlib import import_module

names, root = sys.argv[2:], sys.argv[1]
for name in names:
    import_module(name)
for name in names:
    del sys.modules[name]

seen = []
CODE = (".py", ".pyc")


def hook(event, args):
    if event == "open":
        path = str(args[0])
        if not path.endswith(CODE) and "__pycache__" not in path:
            seen.append(f"open {path}")
    elif event.startswith(("socket.", "subprocess.", "os.put", "os.unset", "os.system", "os.mkdir", "os.remove",
                           "os.rename", "sqlite3.", "tempfile.", "shutil.", "urllib.", "signal.", "time.")):
        seen.append(f"{event} {args!r}")


class Environ(type(os.environ)):
    def __getitem__(self, key):
        if sys._getframe(1).f_code.co_filename.startswith(root) or sys._getframe(2).f_code.co_filename.startswith(root):
            seen.append(f"environ {key}")
        return super().__getitem__(key)


os.environ.__class__ = Environ
sys.addaudithook(hook)
threads = threading.active_count()
for name in names:
    import_module(name)
assert threading.active_count() == threads, "a thread was started"
print("\\n".join(seen))
'''
PACKAGES = ("common", "functions")
PURE_NAMES = ("wire", "decide")


def modules() -> Iterator[tuple[str, Path]]:
    """Every module that runs in the cloud, with its file."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def watched(root: Path, names: list[str], folder: Path) -> list[str]:
    """What importing these modules below `root` does besides loading code."""
    environ = {"PYTHONPATH": f"{root}:{ROOT}", "PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(root), *names], env=environ, cwd=folder, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    """No file is opened, no socket, no variable of the environment read, no thread started."""
    assert watched(ROOT, [name for name, _ in modules()], tmp_path) == [""]
    assert list(tmp_path.iterdir()) == []


def test_the_watch_would_see_it(tmp_path: Path) -> None:
    code = "import os, socket, sqlite3\nos.environ.get('A')\nsocket.socket()\nsqlite3.connect('x')\nopen('y', 'w')"
    (tmp_path / "busy.py").write_text(code, encoding="utf-8")
    seen = [line.partition(" ")[0] for line in watched(tmp_path, ["busy"], tmp_path)]
    assert {"environ", "socket.__new__", "sqlite3.connect", "open"} <= set(seen)


def test_what_calls_itself_pure_is_held_to_it() -> None:
    """Nouns, decisions, wires and whatever its docstring calls pure stand in the contract that forbids them I/O."""
    held = set(pure_contract())
    wanted = {name for name, path in modules() if is_pure(name, path)}
    assert {name for name in wanted if not any(name == one or name.startswith(f"{one}.") for one in held)} == set()


def pure_contract() -> list[str]:
    """The modules named by the contract of purity."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    [found] = [contract for contract in contracts if contract["name"] == "Decisions and wires are pure"]
    return [str(name) for name in found["source_modules"]]


def is_pure(name: str, path: Path) -> bool:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return (
        name.rpartition(".")[2].endswith(PURE_NAMES)
        or name.startswith("common.model.")
        or re.search(r"\bPure\.", docstring) is not None
    )


def test_the_contracts_of_imports_are_kept() -> None:
    """Otherwise only `./deploy.sh test` would say so."""
    tool = Path(sys.executable).with_name("lint-imports")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
