"""What is deployed already: outputs for people, settings for commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.cloud.credentials import credentials
from infra.cloud.environment import Environment
from infra.cloud.inside import OTHERS, run, surroundings
from infra.cloud.preparing import reachable
from infra.cloud.secret_manager import Access, Inaccessible, access
from infra.cloud.terraform import Terraform, TerraformError

Say = Callable[[str], None]


def outputs(name: str, root: Path, environ: Mapping[str, str], say: Say = print) -> int:
    """What to paste where. Raises Unprepared, TerraformError."""
    found = _outputs(reachable(name, root, environ), root, environ)
    if "paste" not in found:
        print(f"Nothing was applied yet: ./deploy.sh apply {name}", file=sys.stderr)
        return 1
    for heading, text in found["paste"].items():
        say(f"{heading}\n" + "\n".join(f"    {line}" for line in str(text).splitlines()) + "\n")
    return 0


def inside(
    name: str, line: Sequence[str], root: Path, environ: Mapping[str, str], made: Callable[..., Access] = access
) -> int:
    """Run a command with that environment's settings; its exit status. Raises Unprepared, TerraformError."""
    if not line or line[0] in OTHERS:
        print(f"not with an environment: {line[0] if line else 'no command'}; e.g. waiting list", file=sys.stderr)
        return 2
    environment = reachable(name, root, environ)
    who = credentials(environ)
    assert who is not None, "reachable has looked for them"
    try:
        found = _outputs(environment, root, environ)
        given = surroundings(found, made(environment.project, who), environ, root / ".env")
    except Inaccessible as error:
        print(error, file=sys.stderr)
        return 1
    return run(root, given, line)


def _outputs(environment: Environment, root: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """What Terraform says on its way is shown only when it fails: what is printed is what was asked for."""
    said: list[str] = []
    terraform = Terraform(root, environment, environ, {}, said.append)
    try:
        terraform.init()
        return terraform.outputs()
    except TerraformError as error:
        raise TerraformError("\n".join(said)) from error
