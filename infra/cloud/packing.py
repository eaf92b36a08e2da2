"""One zip for each function: what it imports and nothing else, the same bytes for the same content.

Terraform names the uploaded object by the zip's hash, so a function whose bytes did not change is not deployed again
(facts gcp §2.3). Compression is zlib's: another implementation of it may write other bytes for the same content, which
then costs one needless deployment. Bytecode is made by the buildpack (§2.1).
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.cloud.closure import Closure, PackingError, Sources
from infra.cloud.requirements import Requirement, locked, needed, text
from infra.manifests import Manifest

LOCK: Final = "requirements.lock"
BUILD: Final = "build"
_LEVEL: Final = 9
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_MODE: Final = 0o100644


@dataclass(frozen=True)
class Package:
    """A function ready to be uploaded. `modules`: ours, by dotted name; `data`: the zip."""

    folder: str
    modules: tuple[str, ...]
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def packages(root: Path, manifests: Mapping[str, Manifest]) -> list[Package]:
    """Every function packed, in the order of their names. Raises PackingError with the faults of all of them."""
    sources, lock = Sources(root), _lock(root / LOCK)
    packed: list[Package] = []
    faults: list[str] = []
    for manifest in manifests.values():
        try:
            packed.append(_packed(root, manifest, sources, lock))
        except PackingError as error:
            faults += error.faults
    if faults:
        raise PackingError(list(dict.fromkeys(faults)))
    return packed


def _packed(root: Path, manifest: Manifest, sources: Sources, lock: Mapping[str, Requirement]) -> Package:
    closure = sources.closure(manifest.folder)
    missing = sorted(set(manifest.entry_points) - sources.defines(f"functions.{manifest.folder}.main"))
    if missing:
        file = f"functions/{manifest.folder}/main.py"
        raise PackingError([f"{file} defines no function {one}, which its manifest names" for one in missing])
    return Package(manifest.folder, tuple(closure.modules), zipped(_files(root, manifest, closure, lock)))


def written(package: Package, root: Path) -> bool:
    """Keep the zip in `build/`; False when the same bytes are there already, which are left alone."""
    path = root / BUILD / f"{package.folder}.zip"
    if path.is_file() and path.read_bytes() == package.data:
        return False
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(package.data)
    return True


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip that depends on nothing but names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _MODE << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, _LEVEL)
    return buffer.getvalue()


def entry_module(manifest: Manifest) -> str:
    """The zip's `main.py`: one line, so that modules keep the names they have in tests (style anchors §4.9)."""
    return f"from functions.{manifest.folder}.main import {', '.join(sorted(manifest.entry_points))}\n"


def _files(root: Path, manifest: Manifest, closure: Closure, lock: Mapping[str, Requirement]) -> dict[str, bytes]:
    ours = {path.relative_to(root).as_posix(): path.read_bytes() for path in closure.modules.values()}
    made = {"main.py": entry_module(manifest), "requirements.txt": text(_needed(closure, lock))}
    return ours | {name: content.encode() for name, content in made.items()}


def _needed(closure: Closure, lock: Mapping[str, Requirement]) -> Iterable[Requirement]:
    try:
        return needed(closure.outside, lock)
    except KeyError as error:
        name = str(error.args[0])
        importer = closure.outside.get(name)
        if importer is None:
            raise PackingError([f"{LOCK} lacks {name}, which a function needs: lock it with uv pip compile"]) from error
        problem = "which no distribution is known to bring: name it in BRINGS (infra/cloud/requirements.py)"
        raise PackingError([f"{importer} imports {name}, {problem}"]) from error


def _lock(path: Path) -> dict[str, Requirement]:
    try:
        return locked(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PackingError([f"{path.name} cannot be read: {error.strerror}"]) from error
    except ValueError as error:
        raise PackingError([str(error)]) from error
