"""The commands of `deploy.sh` that bring the collection into the cloud, and their exit statuses."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from infra.cloud.closure import PackingError
from infra.cloud.needs import Unprepared
from infra.cloud.terraform import TerraformError
from infra.manifests import ROOT, ManifestError

Command = Callable[[argparse.Namespace, Path, Mapping[str, str]], int]

STATUSES: Final = """
exit status:
  0  done, or there was nothing to do
  1  refused, not confirmed, or Terraform or the cloud said no
  2  the call, a manifest, a variable or something this machine needs is wrong or missing: nothing was begun
  3  all that can be done without a Google account is done; what only the cloud can give is missing, and named
"""
CLOUD: Final = """
needs: terraform 1.11 or newer; infra/environments/ENV.tfvars; Application Default Credentials (gcloud auth
application-default login); the bucket of the state, PROJECT-terraform-state or what STATE_BUCKET names.
"""
SECRETS: Final = """
Values of new secrets are taken from the environment or from .env.ENV (mode 600), go to Secret Manager and stand in
no plan, state or output.
"""


def main(arguments: list[str], root: Path = ROOT, environ: Mapping[str, str] | None = None) -> int:
    """The exit status (`STATUSES`)."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.command(chosen, root, os.environ if environ is None else environ))
    except ManifestError as error:
        return _said(f"Manifests are wrong:\n{error}", 2)
    except PackingError as error:
        return _said(f"Nothing was packed:\n{error}", 2)
    except Unprepared as error:
        return _said(f"Nothing was begun. Missing or wrong:\n{error}", 2)
    except TerraformError as error:
        return _said(f"{error}\nTerraform said no.".lstrip(), 1)
    except BrokenPipeError:
        # Whoever read has gone; what was begun has been heard out. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def pack(_chosen: argparse.Namespace, root: Path, _environ: Mapping[str, str]) -> int:
    """Pack every function into build/, one zip each: the same bytes for the same content."""
    from infra.cloud.packing import BUILD, packages, written
    from infra.manifests import read

    started = time.monotonic()
    found = packages(root, read(root))
    changed = {package.folder for package in found if written(package, root)}
    seconds = time.monotonic() - started
    print(f"{'function':<24} {'bytes':>9} {'modules':>8}  {'sha256':<64}  {BUILD}/")
    for one in found:
        state = "written" if one.folder in changed else "unchanged"
        print(f"{one.folder:<24} {len(one.data):>9} {len(one.modules):>8}  {one.sha256}  {state}")
    print(f"{len(found)} functions packed in {seconds:.1f} s")
    return 0


def plan(chosen: argparse.Namespace, root: Path, environ: Mapping[str, str]) -> int:
    """Check everything and show what would change. Without credentials: against a simulated, empty project."""
    from infra.cloud import deploying

    return deploying.plan(chosen.environment, root, environ, chosen.allow_destroy)


def apply(chosen: argparse.Namespace, root: Path, environ: Mapping[str, str]) -> int:
    """Show what would change, ask, change it. Safe to repeat: with nothing to change nothing is done."""
    from infra.cloud import deploying

    ask = None if chosen.yes else deploying.asked
    return deploying.apply(chosen.environment, root, environ, chosen.allow_destroy, ask)


def outputs(chosen: argparse.Namespace, root: Path, environ: Mapping[str, str]) -> int:
    """Print what to paste where: DNS, Bitrix24, 1C."""
    from infra.cloud import reading

    return reading.outputs(chosen.environment, root, environ)


def inside(chosen: argparse.Namespace, root: Path, environ: Mapping[str, str]) -> int:
    """Run a command with the settings of an environment, e.g. in production journal deal:1001."""
    from infra.cloud import reading

    return reading.inside(chosen.environment, chosen.line, root, environ)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./deploy.sh")
    groups = parser.add_subparsers(required=True)
    _add(groups, "pack", pack, "")
    planner, applier = (_for_environment(groups, one.__name__, one, SECRETS) for one in (plan, apply))
    for one in (planner, applier):
        one.add_argument("--allow-destroy", action="store_true", help="let pass that a database is destroyed")
    applier.add_argument("--yes", action="store_true", help="do not ask")
    _for_environment(groups, "outputs", outputs, "")
    other = _for_environment(groups, "in", inside, "Secrets are given to that one process alone.\n")
    other.add_argument("line", nargs=argparse.REMAINDER, metavar="COMMAND …", help="any command about the exchange")
    return parser


def _for_environment(groups: Any, name: str, command: Command, more: str) -> argparse.ArgumentParser:
    one = _add(groups, name, command, CLOUD + more)
    one.add_argument("environment", metavar="ENV", help="name of a file infra/environments/ENV.tfvars")
    return one


def _add(groups: Any, name: str, command: Command, more: str) -> argparse.ArgumentParser:
    about = (command.__doc__ or "").strip()
    shown = argparse.RawDescriptionHelpFormatter
    epilog = f"{more}{STATUSES}".strip("\n")
    one: argparse.ArgumentParser = groups.add_parser(
        name, help=about, description=about, epilog=epilog, formatter_class=shown
    )
    one.set_defaults(command=command)
    return one


def _said(text: str, status: int) -> int:
    print(text, file=sys.stderr if status else sys.stdout)
    return status
