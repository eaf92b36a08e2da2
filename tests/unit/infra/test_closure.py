"""What a function imports is found in its source, whatever form the import has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.cloud import closure
from infra.cloud.closure import Closure, PackingError, Sources

MAIN = "functions/deal_sweep/main.py"


def checkout(root: Path, files: Mapping[str, str]) -> Sources:
    """A tree of these files, with every package's `__init__.py`."""
    for name, text in {MAIN: "", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for package in ("functions", "common"):
        (root / package).mkdir(exist_ok=True)
        for folder in (root / package, *(one for one in (root / package).rglob("*") if one.is_dir())):
            (folder / "__init__.py").touch()
    return Sources(root)


def found(root: Path, files: Mapping[str, str]) -> Closure:
    return checkout(root, files).closure("deal_sweep")


def common(root: Path, files: Mapping[str, str]) -> list[str]:
    """The modules of `common` that are shipped."""
    return [name for name in found(root, files).modules if name.startswith("common")]


@pytest.mark.parametrize(
    "source",
    [
        "import common.flow.work",
        "import common.flow.work as work",
        "from common.flow import work",
        "from common.flow.work import run",
        "from common.flow.work import *",
        "def later():\n    from common.flow.work import run\n",
        "class A:\n    def later(self):\n        import common.flow.work\n",
        "try:\n    import common.flow.work\nexcept ImportError:\n    pass\n",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import common.flow.work\n",
        "if not TYPE_CHECKING:\n    import common.flow.work\n",
        "match 1:\n    case _:\n        import common.flow.work\n",
    ],
)
def test_an_import_of_any_form_ships_the_module_and_the_packages_above_it(tmp_path: Path, source: str) -> None:
    files = {MAIN: source, "common/flow/work.py": "def run(): ...", "common/flow/other.py": ""}
    assert common(tmp_path, files) == ["common", "common.flow", "common.flow.work"]


@pytest.mark.parametrize("guard", ["TYPE_CHECKING", "typing.TYPE_CHECKING"])
def test_what_only_the_type_checker_imports_is_not_shipped(tmp_path: Path, guard: str) -> None:
    files = {MAIN: f"if {guard}:\n    from common.flow.work import run\n    import httpx\n", "common/flow/work.py": ""}
    assert common(tmp_path, files) == []
    assert found(tmp_path, files).outside == {}


def test_imports_are_followed_as_far_as_they_go(tmp_path: Path) -> None:
    files = {
        MAIN: "from common.a import x",
        "common/a.py": "from common.b.c import y",
        "common/b/__init__.py": "from common.d import z",
        "common/b/c.py": "from . import e\nfrom .f import g\nfrom ..h import i",
        "common/b/e.py": "import common.a",
        "common/b/f.py": "",
        "common/d.py": "",
        "common/h.py": "",
        "common/unused.py": "",
    }
    names = ["common", "common.a", "common.b", "common.b.c", "common.b.e", "common.b.f", "common.d", "common.h"]
    assert common(tmp_path, files) == names


def test_all_modules_of_the_functions_folder_are_shipped_and_none_of_anothers(tmp_path: Path) -> None:
    files = {"functions/deal_sweep/pages.py": "import common.a", "common/a.py": "", "functions/other/main.py": ""}
    assert list(found(tmp_path, files).modules) == [
        "common", "common.a", "functions", "functions.deal_sweep", "functions.deal_sweep.main",
        "functions.deal_sweep.pages",
    ]  # fmt: skip


def test_what_comes_from_elsewhere_is_named_with_who_imports_it(tmp_path: Path) -> None:
    files = {
        MAIN: "import json, httpx\nfrom google.cloud import firestore\nfrom common.a import x",
        "common/a.py": "def later():\n    from zoneinfo import ZoneInfo\n    import os.path\n",
    }
    assert found(tmp_path, files).outside == {
        "google.cloud.firestore": MAIN,
        "httpx": MAIN,
        "zoneinfo.ZoneInfo": "common/a.py",
    }


def test_modules_chosen_by_name_while_running_are_all_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closure, "BY_NAME", {"common.kinds": "common.kinds"})
    chooser = "from importlib import import_module\ndef kind(name): return import_module(f'{__name__}.{name}')"
    files = {
        MAIN: "import common.kinds", "common/kinds/one.py": "import common.deep", "common/kinds/two.py": "",
        "common/deep.py": "",
    }  # fmt: skip
    sources = checkout(tmp_path, files)
    (tmp_path / "common/kinds/__init__.py").write_text(chooser)
    shipped = [name for name in sources.closure("deal_sweep").modules if name.startswith("common")]
    assert shipped == ["common", "common.deep", "common.kinds", "common.kinds.one", "common.kinds.two"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({MAIN: "import common.gone"}, "functions.deal_sweep.main imports common.gone, which is not there"),
        ({MAIN: "import common.a.b", "common/a.py": ""}, "imports common.a.b, which is not there"),
        ({MAIN: "from functions.other.main import run"}, "imports functions.other.main.run: functions do not know one"),
        (
            {MAIN: "import common.a", "common/a.py": "import importlib\nimportlib.import_module('x')"},
            "common.a imports",
        ),
        ({MAIN: "__import__('x')"}, "functions.deal_sweep.main imports by a name made while it runs"),
        ({MAIN: "import common.a", "common/a.py": "def ("}, "common/a.py:1: "),
    ],
)
def test_what_cannot_be_packed_is_named(tmp_path: Path, files: dict[str, str], words: str) -> None:
    with pytest.raises(PackingError) as caught:
        found(tmp_path, files)
    assert words in str(caught.value)
