"""What is uploaded for each function: exactly what it imports, the same bytes for the same content, and it starts."""

from __future__ import annotations

import importlib.metadata as metadata
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from infra.cloud.closure import PackingError, Sources
from infra.cloud.packing import Package, packages, written
from infra.cloud.requirements import BRINGS, brings, locked
from infra.manifests import ROOT, read
from tests.contract.test_import_budgets import APPLICATION, BUDGETS, ENVIRON

MEGABYTE = 1_000_000
CHANGED = ("common.errors", "common.flow.apart", "common.schedule.local")
SHIPPED = ("functions", "common", "requirements.lock")

START = """
import json, pkgutil, sys
from functions_framework import create_app
client = create_app(sys.argv[1], "main.py").test_client()
answer = client.post("/", data=sys.argv[2])
for package in ("functions", "common"):
    for found in pkgutil.walk_packages([package], f"{package}."):
        __import__(found.name)
files = sorted(m.__file__ for n, m in sys.modules.items() if n.split(".")[0] in ("main", "functions", "common"))
print(json.dumps([answer.status_code, files]))
"""


@cache
def packed() -> Mapping[str, Package]:
    return {one.folder: one for one in packages(ROOT, read())}


def unpacked(package: Package, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(package.data)) as archive:
        archive.extractall(folder)
    return folder


def checkout(folder: Path) -> Path:
    """Another checkout of the same content; times are those of now."""
    folder.mkdir(parents=True)
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("__py*")
            )
        else:
            shutil.copyfile(source, folder / name)
    return folder


def hashes(root: Path) -> dict[str, str]:
    return {one.folder: one.sha256 for one in packages(root, read(root))}


# -- the same bytes --------------------------------------------------------------------------------------------------


def test_other_times_modes_locales_seeds_and_machines_make_the_same_bytes(tmp_path: Path) -> None:
    """As two people who checked out the same commit."""
    made = []
    for number, (umask, seed, locale) in enumerate([(0o022, "0", "C"), (0o077, "4711", "ru_RU.UTF-8")]):
        root = checkout(tmp_path / ("deep/" * number + str(number)))
        shutil.copytree(ROOT / "infra", root / "infra", ignore=shutil.ignore_patterns("__py*", "*.tf*", ".terraform"))
        for path in root.rglob("*.py"):
            os.utime(path, (10**9 * number + 1, 10**9 * number + 1))
            path.chmod((0o777 & ~umask) if number else 0o444)
        environ = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed, "LC_ALL": locale, "HOME": str(tmp_path)}
        command = [sys.executable, "-m", "infra.cloud", "pack"]
        done = subprocess.run(command, cwd=root, env=environ, umask=umask, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        made.append({path.name: path.read_bytes() for path in (root / "build").iterdir()})
    assert made[0] == made[1] == {f"{name}.zip": one.data for name, one in packed().items()}


def test_a_zip_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    package = packed()["deal_sweep"]
    assert written(package, tmp_path)
    os.utime(tmp_path / "build/deal_sweep.zip", (1, 1))
    assert not written(package, tmp_path)
    assert (tmp_path / "build/deal_sweep.zip").stat().st_mtime == 1


def test_a_change_in_one_function_changes_its_zip_alone(tmp_path: Path) -> None:
    root = checkout(tmp_path / "x")
    _touched(root / "functions/bitrix_app_installed/pages.py")
    assert _changed(root) == {"bitrix_app_installed"}


def test_a_manifest_is_no_part_of_a_zip(tmp_path: Path) -> None:
    """More memory is another revision, not another build."""
    root = checkout(tmp_path / "x")
    path = root / "functions/deal_sweep/function.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"512M"', '"1Gi"'), encoding="utf-8")
    assert _changed(root) == set()


def test_a_change_in_a_common_module_changes_exactly_the_zips_that_import_it(tmp_path: Path) -> None:
    """Of all functions, of two, of none: today every function imports the whole wiring, and so do all zips."""
    root = checkout(tmp_path / "x")
    _touched(root / "common/flow/apart.py")
    two = {"deal_sweep", "document_sync"}
    for name in two:
        _touched(root / "functions" / name / "main.py", "def later() -> None:\n    import common.flow.apart")
    first = packages(root, read(root))
    before = {one.folder: one.sha256 for one in first}
    users = {name: {one.folder for one in first if name in one.modules} for name in CHANGED}
    assert users == {"common.errors": set(packed()), "common.flow.apart": two, "common.schedule.local": set()}
    for name, functions in users.items():
        _touched(root / f"{name.replace('.', '/')}.py")
        after = hashes(root)
        assert {one for one in after if after[one] != before[one]} == functions, name
        before = after


def test_a_new_product_of_1c_is_shipped_though_its_name_stands_nowhere(tmp_path: Path) -> None:
    """`common.onec.configurations` imports its data files by name (design §2: a new product is one data file)."""
    root = checkout(tmp_path / "x")
    (root / "common/onec/configurations/ka2.py").write_text("PROFILES = ()\n", encoding="utf-8")
    users = {name for name, one in packed().items() if "common.onec.configurations" in one.modules}
    assert users
    assert _changed(root) == users
    assert {
        one.folder for one in packages(root, read(root)) if "common.onec.configurations.ka2" in one.modules
    } == users


def _touched(path: Path, line: str = "CHANGED = True") -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")


def _changed(root: Path) -> set[str]:
    return {name for name, digest in hashes(root).items() if digest != packed()[name].sha256}


# -- what is in it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(packed()))
def test_nothing_but_what_runs_is_in_a_zip(name: str) -> None:
    package = packed()[name]
    archive = zipfile.ZipFile(io.BytesIO(package.data))
    expected = {"main.py", "requirements.txt"}
    for module in package.modules:
        path = ROOT.joinpath(*module.split("."))
        found = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        expected.add(found.relative_to(ROOT).as_posix())
    assert archive.namelist() == sorted(expected)
    assert {one for one in expected if one.startswith("functions/")} == {
        "functions/__init__.py",
        *(f"functions/{name}/{path.name}" for path in (ROOT / "functions" / name).glob("*.py")),
    }
    for entry in archive.infolist():
        assert (entry.date_time, entry.external_attr >> 16, entry.create_system) == ((1980, 1, 1, 0, 0, 0), 0o100644, 3)
        assert entry.filename.endswith(".py") or entry.filename == "requirements.txt"


@pytest.mark.parametrize("name", list(packed()))
def test_a_zip_is_small(name: str) -> None:
    assert len(packed()[name].data) < MEGABYTE


@pytest.mark.parametrize("name", list(BUDGETS))
def test_a_zip_alone_starts_and_answers_its_first_call(name: str, tmp_path: Path) -> None:
    """In a process with nothing else of ours; then every module of the zip is imported, so none lacks another."""
    function, entry = name.split(".")
    budget, home = BUDGETS[name], tmp_path / "home"
    home.mkdir()
    folder = unpacked(packed()[function], tmp_path / "zip")
    places = {"STORE_URL": f"sqlite:///{home}/store.sqlite", "QUEUE_URL": f"sqlite:///{home}/queue.sqlite"}
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), **ENVIRON, **places}
    environ |= APPLICATION if budget.application else {}
    command = [sys.executable, "-c", START, entry, budget.body]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    status, files = json.loads(done.stdout.splitlines()[-1])
    assert status == budget.status
    assert {str(Path(one).relative_to(folder)) for one in files} == {
        str(path.relative_to(folder)) for path in folder.rglob("*.py")
    }


# -- what it needs ---------------------------------------------------------------------------------------------------


def requirements(name: str) -> dict[str, str]:
    """The lines of each distribution of a zip, by its name."""
    archive = zipfile.ZipFile(io.BytesIO(packed()[name].data))
    return {one.name: one.text for one in locked(archive.read("requirements.txt").decode()).values()}


@pytest.mark.parametrize("name", list(packed()))
def test_every_requirement_is_the_locks_with_all_its_hashes(name: str) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    shipped = requirements(name)
    assert all(text in lock for text in shipped.values())
    assert any(text.startswith("functions-framework==") for text in shipped.values())


@pytest.mark.parametrize("name", list(packed()))
def test_every_import_from_elsewhere_is_brought_by_a_listed_distribution(name: str) -> None:
    """By what is installed: the module's file belongs to a distribution of the list."""
    for imported in Sources(ROOT).closure(name).outside:
        top = imported.partition(".")[0]
        if top != "zoneinfo":
            owners = {_plain(one) for one in installed()[top]}
            assert brings(imported) in owners, imported
            assert _owns(brings(imported), imported), imported
        assert brings(imported) in requirements(name), imported


@pytest.mark.parametrize("name", list(packed()))
def test_the_list_is_whole(name: str) -> None:
    """Whatever a listed distribution requires on this machine, with the extras asked for, is listed too."""
    listed, seen = requirements(name), set[tuple[str, str]]()
    left = [(one, "") for one in listed]
    while left:
        current = left.pop()
        if current in seen:
            continue
        seen.add(current)
        assert current[0] in listed, current
        for text in metadata.requires(current[0]) or []:
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate({"extra": current[1]}):
                left += [(_plain(wanted.name), extra) for extra in ("", *wanted.extras)]


def test_only_what_is_locked_is_installed() -> None:
    all_of_it = set(locked((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    for name in packed():
        assert set(requirements(name)) <= all_of_it


def test_no_distribution_stands_in_the_way_of_our_packages() -> None:
    """The framework puts the source's folder last on the path: whoever installs a `common` would be found first."""
    lock = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    for ours in ("main", "functions", "common"):
        assert [one for one in installed().get(ours, []) if _plain(one) in lock] == []


def test_the_table_of_imports_names_locked_distributions() -> None:
    lock = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert set(BRINGS.values()) <= set(lock)


@cache
def installed() -> Mapping[str, list[str]]:
    """Who brings which top package here."""
    return metadata.packages_distributions()


@cache
def _files(distribution: str) -> frozenset[str]:
    return frozenset(str(one) for one in metadata.files(distribution) or [])


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _owns(distribution: str, imported: str) -> bool:
    """Whether the imported module, or the one that defines the imported name, is a file of that distribution."""
    parts = imported.split(".")
    files = _files(distribution)
    places = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    return any(f"{place}.py" in files or f"{place}/__init__.py" in files for place in places)


# -- what is refused -------------------------------------------------------------------------------------------------


def test_all_that_cannot_be_packed_is_named_at_once(tmp_path: Path) -> None:
    root = checkout(tmp_path / "x")
    (root / "functions/deal_sweep/main.py").write_text("import numpy\ndef run(request): ...\n", encoding="utf-8")
    (root / "functions/document_sync/main.py").write_text("def walk(request): ...\n", encoding="utf-8")
    with pytest.raises(PackingError) as caught:
        packages(root, read(root))
    numpy, run = str(caught.value).splitlines()
    assert "functions/deal_sweep/main.py imports numpy, which no distribution is known to bring" in numpy
    assert "functions/document_sync/main.py defines no function run, which its manifest names" in run


def test_a_lock_that_lacks_something_is_refused(tmp_path: Path) -> None:
    root = checkout(tmp_path / "x")
    lock = root / "requirements.lock"
    lock.write_text(lock.read_text(encoding="utf-8").partition("\ntzdata==")[0] + "\n", encoding="utf-8")
    with pytest.raises(PackingError, match=r"requirements\.lock lacks tzdata"):
        packages(root, read(root))


def test_no_lock_is_refused(tmp_path: Path) -> None:
    root = checkout(tmp_path / "x")
    (root / "requirements.lock").unlink()
    with pytest.raises(PackingError, match=r"requirements\.lock cannot be read"):
        packages(root, read(root))
