"""`python -m tests.simulators.google_provider <infra folder> validate|plan|test|… [options]`: Terraform offline."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.simulators.google_provider.terraform import problem, workspace


def main(arguments: list[str]) -> int:
    """Run Terraform on a copy of a folder against the simulator; its output and exit status are Terraform's own."""
    if len(arguments) < 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    if reason := problem():
        sys.stderr.write(f"{reason}\n")
        return 2
    infra = Path(arguments[0])
    with workspace(infra, root=_root(infra.resolve())) as terraform:
        return terraform.attended(*arguments[1:])


def _root(infra: Path) -> Path:
    """The project around the folder."""
    return next((folder for folder in infra.parents if (folder / "pyproject.toml").is_file()), infra.parent)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
