"""`python -m tests.benchmarks [name …]`: each benchmark with its floor or peer in the same run.

Every module here that has a `bench` is one; without names all of them run. The answer is 1 when a counted bar is
missed (requests, acts, duplicates); times depend on the machine and are only shown.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from tests.benchmarks.report import Bar

HERE = Path(__file__).parent
Bench = Callable[[bool], Sequence[Bar]]
"""Takes whether the run shall be a small one."""


def benchmarks() -> dict[str, Bench]:
    """All of them, by name."""
    names = sorted(path.stem for path in HERE.glob("[a-z]*.py") if "def bench(" in path.read_text(encoding="utf-8"))
    return {name: import_module(f"tests.benchmarks.{name}").bench for name in names}


def run(names: Sequence[str], small: bool = False) -> list[Bar]:
    """Run the named benchmarks one after another and print what they say."""
    found = benchmarks()
    bars: list[Bar] = []
    for name in names or found:
        began = time.monotonic()
        print(f"\n== {name}", flush=True)
        said = found[name](small)
        for bar in said:
            print(bar, flush=True)
        print(f"({name}: {time.monotonic() - began:.0f} s)", flush=True)
        bars += said
    return bars


def main(arguments: Sequence[str]) -> int:
    """The process's answer."""
    parser = argparse.ArgumentParser(prog="./deploy.sh bench", description="Promises and what came of them.")
    parser.epilog = (
        "Each prints its bars beside a floor or a peer of the same run. Exit status: 0 every counted bar is held "
        "(requests, acts, bytes), 1 one is missed, 2 there is no such benchmark."
    )
    parser.add_argument("name", nargs="*", help=f"those to run, all without a name: {', '.join(benchmarks())}")
    names: list[str] = parser.parse_args(arguments).name
    unknown = sorted(set(names) - set(benchmarks()))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are: {', '.join(benchmarks())}")
    warnings.simplefilter("error")
    logging.getLogger("exchange").setLevel(logging.CRITICAL)
    missed = [bar for bar in run(names) if not bar.held]
    if missed:
        print(f"\n{len(missed)} missed:")
        print("\n".join(map(str, missed)))
    return int(any(bar.counted for bar in missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
