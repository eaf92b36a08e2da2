"""Manifests read and checked: every mistake of every file at once, with its file, field and an example."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from infra.manifests import rules
from infra.manifests.model import ROOT, EntryPoint, Manifest, Noun, deployed_name
from infra.manifests.wanted import WANTED

FILE = "function.json"
NEEDED = ("__init__.py", "main.py", FILE)
Model = TypeVar("Model", bound=Noun)


@dataclass(frozen=True)
class ManifestFault:
    """`problem` completes a sentence that begins with the field; `example` is how it could stand there."""

    file: str
    field: str
    problem: str
    example: str

    def __str__(self) -> str:
        return f"{self.file}: {f'{self.field} ' if self.field else ''}{self.problem}, e.g. {self.example}"


class ManifestError(Exception):
    """Manifests that cannot be deployed. Its text has a line for each fault."""

    def __init__(self, faults: list[ManifestFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def read(root: Path = ROOT) -> dict[str, Manifest]:
    """Every folder of `functions/` by name. Raises ManifestError naming every fault of every file."""
    folders = [one for one in sorted((root / "functions").iterdir()) if any(one.glob("*.py")) or (one / FILE).exists()]
    found = [_Reading(folder) for folder in folders]
    faults = [fault for one in found for fault in one.faults]
    faults += _same_names(found)
    if faults:
        raise ManifestError(faults)
    return {one.folder.name: one.manifest for one in found if one.manifest is not None}


class _Reading:
    """One folder. What is right so far is looked at by the rules even when other fields are wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = f"functions/{folder.name}/{FILE}"
        self.faults: list[ManifestFault] = []
        self.entries: dict[str, EntryPoint] = {}
        self.manifest: Manifest | None = None
        self._missing_files()
        raw = self._raw()
        if raw is not None:
            self._head(raw)
        self._names()

    def _missing_files(self) -> None:
        missing = [name for name in NEEDED if not (self.folder / name).is_file()]
        if missing:
            self._fault("", f"the folder lacks {', '.join(missing)}: a function has {', '.join(NEEDED)}", "see others")

    def _raw(self) -> dict[str, Any] | None:
        path = self.folder / FILE
        if not path.is_file():
            return None
        try:
            raw = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=self._each_name_once)
        except ValueError as error:
            self._fault("", f"is not JSON in UTF-8 ({error})", '{"kind": "job", …}')
            return None
        if not isinstance(raw, dict):
            self._fault("", "must be a JSON object", '{"kind": "job", …}')
            return None
        return raw

    def _each_name_once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """JSON takes the last of two silently, and Terraform may take the other."""
        for name, times in Counter(name for name, _ in pairs).items():
            if times > 1:
                self._fault(name, "stands there twice", "keep one")
        return dict(pairs)

    def _head(self, raw: dict[str, Any]) -> None:
        parts = raw.get("entry_points")
        parts = parts if isinstance(parts, dict) else None
        head = {**raw, "folder": self.folder.name} | ({} if parts is None else {"entry_points": {}})
        if "folder" in raw:
            self._unknown("folder", Manifest)
        manifest, wrong = self._typed(Manifest, head, "")
        if parts is not None:
            self._entry_points(parts)
        self._bound_together(manifest, wrong, parts)
        if not self.faults:
            self.manifest = manifest.model_copy(update={"entry_points": MappingProxyType(self.entries)})

    def _entry_points(self, parts: Mapping[str, Any]) -> None:
        for name, part in parts.items():
            place = f"entry_points.{name}"
            if not isinstance(part, dict):
                self._fault(place, "must be an object", '{"public": false, …}')
                continue
            entry, wrong = self._typed(EntryPoint, part, f"{place}.")
            for field, wanted, example in rules.broken(name, entry, wrong):
                self._fault(f"{place}.{field}", f"must be {wanted}", example)
            if not wrong:
                self.entries[name] = entry

    def _bound_together(self, manifest: Manifest, wrong: set[str], parts: Mapping[str, Any] | None) -> None:
        found: list[rules.Broken] = list(rules.feeds_its_process(self.entries))
        if "kind" not in wrong:
            found += rules.entries_of_kind(manifest.kind, parts) if parts is not None else ()
            found += rules.schedule_of_kind(manifest.kind, manifest.schedule) if "schedule" not in wrong else ()
        for field, wanted, example in found:
            self._fault(field, f"must be {wanted}", example)

    def _names(self) -> None:
        """facts gcp §3.2: the deployed name is its service account's id too, 6 to 30 letters."""
        name = self.folder.name
        if not rules.FOLDER.fullmatch(name):
            self._fault("", "the folder's name must be small Latin letters, digits and single _", "bitrix_deal_changed")
            return
        for entry in self.entries or ("run",):
            deployed = deployed_name(name, entry)
            if not 6 <= len(deployed) <= 30:
                problem = f"is deployed as {deployed}, which has {len(deployed)} letters; a service account has 6 to 30"
                self._fault(f"entry_points.{entry}", problem, "bitrix_deal_changed")

    def _typed(self, model: type[Model], raw: Mapping[str, Any], place: str) -> tuple[Model, set[str]]:
        """The model, of the fields that are right if some are not, and the names of those that are not."""
        try:
            return model.model_validate_json(json.dumps(raw)), set()
        except ValidationError as error:
            faults = {str(one["loc"][0]): str(one["type"]) for one in error.errors() if one["loc"]}
        for field, kind in faults.items():
            self._wrong(model, field, kind, raw, place)
        good = {name: value for name, value in raw.items() if name in model.model_fields and name not in faults}
        return model.model_construct(**good), set(faults)

    def _wrong(self, model: type[Noun], field: str, kind: str, raw: Mapping[str, Any], place: str) -> None:
        if kind == "extra_forbidden":
            self._unknown(f"{place}{field}", model)
            return
        wanted, example = WANTED[field]
        given = json.dumps(raw.get(field), ensure_ascii=False)
        problem = f"is missing: it must be {wanted}" if kind == "missing" else f"must be {wanted}, not {given[:80]}"
        self._fault(f"{place}{field}", problem, example)

    def _unknown(self, field: str, model: type[Noun]) -> None:
        names = [name for name in model.model_fields if name != "folder"]
        near = get_close_matches(field.rpartition(".")[2], names, 1)
        self._fault(field, f"is no field of a manifest; fields are {', '.join(names)}", near[0] if near else names[0])

    def _fault(self, field: str, problem: str, example: str) -> None:
        self.faults.append(ManifestFault(self.file, field, problem, example))


def _same_names(found: list[_Reading]) -> Iterator[ManifestFault]:
    """`x_process` beside `x` with a process: two functions of one name."""
    owners: dict[str, str] = {}
    for one in found:
        for entry in one.entries:
            deployed = deployed_name(one.folder.name, entry)
            other = owners.setdefault(deployed, one.file)
            if other != one.file:
                problem = f"is deployed as {deployed}, and so is an entry point of {other}"
                yield ManifestFault(one.file, f"entry_points.{entry}", problem, "another folder's name")
