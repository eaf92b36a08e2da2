"""An environment of the exchange: one project, one file of variables, one state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.cloud.needs import Need, Unprepared
from infra.cloud.variables import unknown

NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,20}")
BUCKET_SETTING: Final = "STATE_BUCKET"
_PROJECT: Final = re.compile(r'^[ \t]*project[ \t]*=[ \t]*"(?P<project>[a-z][a-z0-9-]{4,28}[a-z0-9])"', re.MULTILINE)
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
"""cloud.google.com/storage/docs/buckets#naming"""


@dataclass(frozen=True)
class Environment:
    """`project`: of Google Cloud; `bucket`: of Terraform's state, which lies there under the environment's name."""

    name: str
    project: str
    bucket: str

    @property
    def var_file(self) -> str:
        """Its variables, seen from `infra`."""
        return f"environments/{self.name}.tfvars"

    def folder(self, root: Path) -> Path:
        """Terraform's own folder of this environment: plugins, and the plan while there is one."""
        return root / ".local" / "terraform" / self.name


def names(root: Path) -> list[str]:
    """The environments there are."""
    return sorted(path.stem for path in (root / "infra" / "environments").glob("*.tfvars"))


def environment(name: str, root: Path, environ: Mapping[str, str]) -> Environment:
    """The environment of that name. Raises Unprepared naming what is wrong with it."""
    path = root / "infra" / "environments" / f"{name}.tfvars"
    if not NAME.fullmatch(name) or not path.is_file():
        there = ", ".join(names(root)) or "none"
        how = f"there are: {there}; copy infra/environments/example.tfvars to environments/<name>.tfvars and fill it in"
        raise Unprepared([Need(f"there is no environment {name!r}", how)])
    text = path.read_text(encoding="utf-8")
    strange = unknown(text, [one.read_text(encoding="utf-8") for one in sorted((root / "infra").glob("*.tf"))])
    if strange:
        where = f"infra/environments/{name}.tfvars: there is no variable"
        raise Unprepared([Need(f"{where} {one.name}", one.meant) for one in strange])
    found = _PROJECT.search(text)
    if found is None:
        what = f"infra/environments/{name}.tfvars names no project by its id"
        raise Unprepared([Need(what, 'e.g. project = "company-exchange-prod"')])
    bucket = environ.get(BUCKET_SETTING, "") or f"{found['project']}-terraform-state"
    if not _BUCKET.fullmatch(bucket):
        raise Unprepared(
            [Need(f"{BUCKET_SETTING} is not the name of a bucket", "e.g. company-exchange-terraform-state")]
        )
    return Environment(name, found["project"], bucket)
