"""The commands of `deploy.sh` that bring the collection into the cloud."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from infra.cloud.closure import PackingError
from infra.cloud.packing import BUILD, packages, written
from infra.manifests import ROOT, ManifestError, read

Command = Callable[[argparse.Namespace], int]

STATUSES = """
exit status:
  0  done
  2  the call, a manifest or the code to be packed is wrong
"""


def main(arguments: list[str]) -> int:
    """The exit status (`STATUSES`)."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.command(chosen))
    except ManifestError as error:
        return _said(f"Manifests are wrong:\n{error}", 2)
    except PackingError as error:
        return _said(f"Nothing was packed:\n{error}", 2)


def pack(_chosen: argparse.Namespace) -> int:
    """Pack every function into build/, one deterministic zip each."""
    started = time.monotonic()
    found = packages(ROOT, read())
    changed = {package.folder for package in found if written(package, ROOT)}
    seconds = time.monotonic() - started
    print(f"{'function':<24} {'bytes':>9} {'modules':>8}  {'sha256':<64}  {BUILD}/")
    for one in found:
        state = "written" if one.folder in changed else "unchanged"
        print(f"{one.folder:<24} {len(one.data):>9} {len(one.modules):>8}  {one.sha256}  {state}")
    print(f"{len(found)} functions packed in {seconds:.1f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./deploy.sh")
    groups = parser.add_subparsers(required=True)
    _add(groups, "pack", pack)
    return parser


def _add(groups: Any, name: str, command: Command) -> argparse.ArgumentParser:
    about = (command.__doc__ or "").strip()
    one: argparse.ArgumentParser = groups.add_parser(
        name, help=about, description=about, epilog=STATUSES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    one.set_defaults(command=command)
    return one


def _said(text: str, status: int) -> int:
    print(text, file=sys.stderr if status else sys.stdout)
    return status
