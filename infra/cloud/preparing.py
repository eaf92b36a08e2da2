"""Everything that plan and apply need, looked at before anything is begun; what is missing comes all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from infra.cloud import credentials, terraform
from infra.cloud.closure import PackingError
from infra.cloud.environment import Environment, environment
from infra.cloud.needs import Need, Unprepared
from infra.cloud.packing import Package, packages, written
from infra.cloud.secret_values import SecretValues, given
from infra.manifests import Manifest, ManifestError, read

Part = TypeVar("Part")


@dataclass(frozen=True)
class Prepared:
    """`cloud_needs`: what only the cloud can give and is not there; without it a plan is made offline."""

    environment: Environment
    manifests: Mapping[str, Manifest]
    packages: tuple[Package, ...]
    secrets: SecretValues
    cloud_needs: tuple[Need, ...]

    @property
    def public(self) -> frozenset[str]:
        """Deployed names of what anybody may call."""
        return frozenset(one.deployed(entry) for one in self.manifests.values() for entry in one.public)


def prepared(name: str, root: Path, environ: Mapping[str, str]) -> Prepared:
    """Look at all of it and pack the functions. Raises Unprepared naming everything that this machine lacks."""
    needs = terraform.needs(environ)
    needs += _unformatted(root, environ) if not needs else []
    cloud = () if credentials.credentials(environ) else (credentials.NEED,)
    found = _or_needs(lambda: environment(name, root, environ), needs)
    secrets = _or_needs(lambda: given(name, root, environ), needs)
    packed = _or_needs(lambda: _packed(root), needs)
    if found is None or secrets is None or packed is None or needs:
        raise Unprepared([*needs, *cloud])
    manifests, zips = packed
    for package in zips:
        written(package, root)
    return Prepared(found, manifests, zips, secrets, cloud)


def reachable(name: str, root: Path, environ: Mapping[str, str]) -> Environment:
    """For commands that only read what is deployed. Raises Unprepared."""
    needs = [*terraform.needs(environ), *(() if credentials.credentials(environ) else (credentials.NEED,))]
    found = _or_needs(lambda: environment(name, root, environ), needs)
    if found is None or needs:
        raise Unprepared(needs)
    return found


def _or_needs(make: Callable[[], Part], needs: list[Need]) -> Part | None:
    try:
        return make()
    except Unprepared as error:
        needs += error.needs
        return None


def _packed(root: Path) -> tuple[Mapping[str, Manifest], tuple[Package, ...]]:
    try:
        manifests = read(root)
        return manifests, tuple(packages(root, manifests))
    except ManifestError as error:
        raise Unprepared([Need(str(fault), "mend the manifest") for fault in error.faults]) from error
    except PackingError as error:
        raise Unprepared([Need(fault, "mend the code or the lock") for fault in error.faults]) from error


def _unformatted(root: Path, environ: Mapping[str, str]) -> list[Need]:
    try:
        found = ", ".join(terraform.unformatted(root, environ))
    except Unprepared as error:
        return list(error.needs)
    return [Need(f"Terraform's files are not formatted: {found}", "terraform fmt -recursive infra")] if found else []
