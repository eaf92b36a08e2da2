"""The commands of `deploy.sh` about documents and conflicts."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from common.model import moments
from common.model.ids import RuleId
from common.wiring import Services

EVERY = 2.0
"""Seconds between two looks at a run that is followed."""


def kinds(services: Services, _chosen: argparse.Namespace) -> int:
    """Kinds of documents in 1C:DM with their ids, for mappings; how many documents of each there are."""
    counts = services.archive.counts()
    names = services.archive.kinds()
    return listed({"id": kind, "name": name, "documents": counts.get(kind, 0)} for kind, name in names.items())


def status(services: Services, _chosen: argparse.Namespace) -> int:
    """How each mapping stands: bound, waiting, how far its first taking in is, why it stopped."""
    return listed(services.document_people.status())


def sync(services: Services, chosen: argparse.Namespace) -> int:
    """One run now; with --dry-run exactly what it would do; with --follow how far it is, until it is done."""
    if chosen.dry_run:
        from common.wiring.rehearsal import rehearse

        return _streamed(rehearse(services))
    numbers = services.sync_documents(now=True)
    print(json.dumps(numbers, ensure_ascii=False))
    return _followed(services) if chosen.follow else 0


def confirm(services: Services, chosen: argparse.Namespace) -> int:
    """Let one run of a stopped mapping pass, by a person's word."""
    services.document_people.confirm(RuleId(chosen.mapping), chosen.by)
    print("the next run passes")
    return 0


def take_in(services: Services, chosen: argparse.Namespace) -> int:
    """Files from before the mapping began, by a person's word; --dry-run counts them."""
    found = services.document_people.before(RuleId(chosen.mapping))
    if chosen.dry_run:
        print(f"{found} files are from before the start")
        return 0
    if not chosen.by:
        print("say who takes them in: --by NAME, or look first: --dry-run", file=sys.stderr)
        return 2
    services.document_people.take_in(RuleId(chosen.mapping), chosen.by)
    print(f"{found} files are being taken in; ./deploy.sh documents status shows how far")
    return 0


def conflicts_list(services: Services, _chosen: argparse.Namespace) -> int:
    """Conflicts that nobody has settled yet, oldest first."""
    return listed(services.document_people.conflicts(), "no conflict is open")


def conflicts_settle(services: Services, chosen: argparse.Namespace) -> int:
    """Say that a conflict is settled."""
    services.document_people.settle(chosen.id, chosen.by)
    print("settled")
    return 0


def listed(rows: Iterable[Mapping[str, Any]], none: str = "") -> int:
    """One JSON object a line; for none at all a word on the other stream, so that pipes stay clean."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    print("\n".join(lines)) if lines else print(none, file=sys.stderr)
    return 0


def _streamed(lines: Iterator[Mapping[str, Any]]) -> int:
    for line in lines:
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0


def _followed(services: Services) -> int:
    """The scans' progress line by line; who carries them is the running house, not this command."""
    while True:
        begun = (one for one in services.document_people.status() if one["scan"] and not one["stopped"])
        going = [one for one in begun if not one["scan"]["ended_at"]]
        for one in going:
            scan = one["scan"]
            now = moments.text(services.clock.now())
            figures = f"{scan['done']}/{scan['total']} documents, {scan['rate']}/s, {scan['left_seconds']} s left"
            print(f"{now}  {one['mapping']}: {figures}", flush=True)
        if not going:
            return 0
        time.sleep(EVERY)
