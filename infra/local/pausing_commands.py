"""The commands of `deploy.sh` that let an exchange stand still and go on."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from common.wiring import Services
from infra.local.document_commands import listed

REFUSALS = {
    "no_such_exchange": "there is no such exchange; exchanges are acts and documents",
    "already_paused": "that exchange is paused already; ./deploy.sh pause list shows by whom",
    "not_paused": "nobody has paused that exchange; ./deploy.sh pause list shows what stands still",
}

LIST = "list"


def pause(services: Services, chosen: argparse.Namespace) -> int:
    """Let an exchange stand still: events are accepted and kept in order; `list` shows what stands still and why."""
    if chosen.exchange == LIST:
        return listed(services.pause_people.listed(), "nothing stands still")
    if not chosen.by:
        print("say who pauses it: --by NAME, or look first: pause list", file=sys.stderr)
        return 2
    services.pause_people.pause(chosen.exchange, chosen.by, chosen.because)
    print(f"{chosen.exchange} is paused; its queue and jobs follow within a minute")
    return 0


def resume(services: Services, chosen: argparse.Namespace) -> int:
    """Let a paused exchange go on, oldest work first."""
    services.pause_people.resume(chosen.exchange, chosen.by)
    print(f"{chosen.exchange} goes on within a minute, oldest work first")
    return 0


def register(groups: Any) -> None:
    """Both commands, for the parser of all."""
    one = groups.add_parser("pause", help=pause.__doc__)
    one.set_defaults(command=pause)
    one.add_argument("exchange", help="acts or documents; or `list`: what stands still, since when, why, by whom")
    one.add_argument("--by", default="", metavar="NAME", help="who says so")
    one.add_argument("--because", default="", metavar="TEXT", help="why, for those who wonder")
    other = groups.add_parser("resume", help=resume.__doc__)
    other.set_defaults(command=resume)
    other.add_argument("exchange", help="acts or documents")
    other.add_argument("--by", required=True, metavar="NAME", help="who says so")
