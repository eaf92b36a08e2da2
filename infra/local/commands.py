"""The commands of `deploy.sh` that show the store and change what a person may: rules, waiting, letters, journal."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from common.admin.counts import Counts
from common.admin.people import described
from common.admin.rules import RulesRefused
from common.errors import ExchangeError, Refused
from common.flow.excluded import ExcludedRecords
from common.flow.journal import Entry
from common.flow.waiting import Waiting
from common.logs import set_up
from common.model import moments
from common.model.records import Record
from common.settings import Need, Settings, SettingsError
from common.wiring import Services
from infra.local import document_commands as documents
from infra.local import pausing_commands as pausing
from infra.local.doctor_command import doctor
from infra.local.house import environment_or_demo

EXCHANGES = ("acts", "documents")
SOURCES = "deal:1001, file:<id>, disk:<id>, mapping:contracts or exchange:acts"

ENDS = """\
needs: the settings of the store, and those the command names; for an environment: ./deploy.sh in ENV COMMAND
exit status: 0 done, 1 refused or not possible now, 2 settings or the call are wrong"""

Command = Callable[[Services, argparse.Namespace], int]


_REFUSALS = {
    "not_stopped": "that mapping does not stand still; ./deploy.sh documents status shows those that do",
    "folder_first": "that mapping waits for its folder: restore it, or name another in the mapping",
    "no_scan": "that mapping was not looked at yet; ./deploy.sh documents status shows those in force",
    "no_such_conflict": "there is no such conflict; ./deploy.sh conflicts list shows those open",
    "not_waiting": "that does not wait; ./deploy.sh waiting list shows what does",
    "no_such_dead_letter": "there is no such letter; ./deploy.sh letters list shows those kept",
    "malformed": "that is not a record of ours",
    **pausing.REFUSALS,
}


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 1 refused, 2 settings or the call are wrong."""
    chosen = _parser().parse_args(arguments)
    set_up(sys.stderr, plain=True)
    try:
        settings = Settings.read(environment_or_demo(), (*_ALWAYS, *_NEEDS.get(chosen.command, ())))
        return int(chosen.command(Services(settings), chosen))
    except SettingsError as error:
        return _said(f"Settings are wrong or missing:\n{error}", 2)
    except RulesRefused as refusal:
        return _said("Nothing was saved:\n" + "\n".join(f"  {fault}" for fault in refusal.faults), 1)
    except Refused as refusal:
        return _said(_REFUSALS.get(refusal.reason, refusal.reason), 1)
    except OSError as error:
        return _said(f"{error.filename}: {error.strerror}", 1)
    except ExchangeError as error:
        return _said(f"not possible now: {error}", 1)


def rules_import(services: Services, chosen: argparse.Namespace) -> int:
    """JSON holds rules and tables, CSV one table."""
    text = _read(_path(chosen))
    table = _table(chosen)
    if table:
        print(services.rule_book.import_csv(table, text, chosen.author, chosen.version, over=chosen.force))
        return 0
    try:
        data = json.loads(text)
    except ValueError as error:
        raise RulesRefused([f"{chosen.file} is not JSON: {error}"]) from error
    for line in services.rule_book.import_all(data, chosen.author, over=chosen.force):
        print(line)
    return _fields_made(services)


def _fields_made(services: Services) -> int:
    """The deal's fields that rules name must exist before the first act is shown there."""
    try:
        services.equip_portal()
    except (ExchangeError, ValueError) as reason:
        return _said(f"saved; the deal's fields were not created: {type(reason).__name__}: {reason}", 1)
    return 0


def rules_export(services: Services, chosen: argparse.Namespace) -> int:
    """To a file, or to standard output for `-`."""
    table = _table(chosen)
    data = json.dumps(services.rule_book.export_all(), ensure_ascii=False, indent=2) + "\n"
    text = services.rule_book.export_csv(table) if table else data
    if chosen.file == "-":
        print(text, end="")
    else:
        _path(chosen).write_text(text, encoding="utf-8", newline="")
    if table:
        print(f"{table}: version {services.rule_book.version_of(table)}", file=sys.stderr)
    return 0


def waiting_list(services: Services, _chosen: argparse.Namespace) -> int:
    """Everything that waits, exchange by exchange, oldest first."""
    return documents.listed((described(wait) for wait in _all_waits(services)), "nothing waits")


def _all_waits(services: Services) -> list[Waiting]:
    return [wait for exchange in EXCHANGES for wait in services.waiting.of_exchange(exchange)]


def counts(services: Services, _chosen: argparse.Namespace) -> int:
    """How many are in agreement, wait for which reason, are excluded by which rule."""
    counted = Counts(services.bindings, services.waiting, ExcludedRecords(services.store, services.clock))
    lines = list(counted.lines(services.act_rules().values()))
    if services.settings.has_dm:
        lines += services.document_people.counts()
    return documents.listed(lines)


def waiting_retry(services: Services, chosen: argparse.Namespace) -> int:
    """One record, by a person's word."""
    named = [wait.record for wait in _all_waits(services) if chosen.record in (wait.record, wait.source)]
    for record in named or [chosen.record]:
        services.people.retry(record, chosen.by)
    return _said("put on the queue", 0)


def letters_list(services: Services, _chosen: argparse.Namespace) -> int:
    """Work that failed at its last attempt."""
    letters = services.letters.listed()
    rows = ({"id": one.id, "at": one.at, "function": one.function, "error": one.error} for one in letters)
    return documents.listed(rows, "no dead letters")


def letters_replay(services: Services, chosen: argparse.Namespace) -> int:
    """One dead letter, by a person's word."""
    services.people.replay(chosen.id, chosen.by)
    return _said("put on the queue", 0)


def journal(services: Services, chosen: argparse.Namespace) -> int:
    """What happened to one source object, oldest first."""
    found = services.journal.of_source(chosen.source) or services.journal.of_target(chosen.source)
    rows = (_line(entry) for entry in reversed(found))
    return documents.listed(rows, f"no entry of {chosen.source}; a source looks like {SOURCES}")


def backfill(services: Services, chosen: argparse.Namespace) -> int:
    """Entries from before a rule began; with --dry-run they are only shown."""
    if not chosen.dry_run and not chosen.by:
        return _said("say who takes them in: --by NAME, or look first: --dry-run", 2)
    work = services.backfill()
    found = work.found(chosen.since)
    documents.listed(_entry(record) for record in found)
    if chosen.dry_run:
        return _said(f"{len(found)} stage entries would be taken in", 0)
    return _said(f"{len(found)} stage entries taken in, {work.take_in(found, chosen.by)} tasks", 0)


_ALWAYS: tuple[Need, ...] = ("store", "queue", "tasks")
_PORTAL: tuple[Need, ...] = ("bitrix", "people", "site")
_DOCUMENTS: tuple[Need, ...] = (*_PORTAL, "dm", "keys")
_NEEDS: Mapping[Command, tuple[Need, ...]] = {
    rules_import: (*_PORTAL, "onec"),
    backfill: (*_PORTAL, "onec"),
    documents.kinds: _DOCUMENTS,
    documents.status: _DOCUMENTS,
    documents.sync: _DOCUMENTS,
    documents.confirm: _DOCUMENTS,
    documents.take_in: _DOCUMENTS,
    documents.conflicts_list: _DOCUMENTS,
    documents.conflicts_settle: _DOCUMENTS,
    pausing.pause: ("onec",),
    pausing.resume: ("onec",),
}
"""What each command needs besides, checked before it begins: nothing is half done for want of a setting."""


class _Parser(argparse.ArgumentParser):
    """Says under each command's help how it may end; those below a group are of the same class."""

    def __init__(self, **options: Any) -> None:
        shown = argparse.RawDescriptionHelpFormatter
        super().__init__(**{"epilog": ENDS, "formatter_class": shown, **options})


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="./deploy.sh")
    groups = parser.add_subparsers(required=True)
    rules = groups.add_parser("rules", help="rules and correspondence tables").add_subparsers(required=True)
    for name, command in (("import", rules_import), ("export", rules_export)):
        one = _add(rules, name, command, ("file",), "rules.json, or a table such as nomenclature.csv")
        one.add_argument("--table", default="", help="a CSV table; else by the name of a .csv file")
        if name == "import":
            one.add_argument("--author", required=True, help="who changes them")
            one.add_argument("--version", type=int, help="of the table you started from; refused if it is not in force")
            one.add_argument("--force", action="store_true", help="over a version the file was not made from")
    waiting = groups.add_parser("waiting", help="records that wait for somebody").add_subparsers(required=True)
    _add(waiting, "list", waiting_list, ())
    _by(_add(waiting, "retry", waiting_retry, ("record",), "deal:1001, or a record of `waiting list`"))
    _add(groups, "counts", counts, ())
    letters = groups.add_parser("letters", help="work that failed for good").add_subparsers(required=True)
    _add(letters, "list", letters_list, ())
    _by(_add(letters, "replay", letters_replay, ("id",), "of `letters list`"))
    _add(groups, "journal", journal, ("source",), SOURCES)
    _documents(groups.add_parser("documents", help="files of 1C:DM and Disk").add_subparsers(required=True))
    conflicts = groups.add_parser("conflicts", help="what both sides said differently").add_subparsers(required=True)
    _add(conflicts, "list", documents.conflicts_list, ())
    _by(_add(conflicts, "settle", documents.conflicts_settle, ("id",), "of `conflicts list`"))
    _add(groups, "doctor", doctor, ()).add_argument("--json", action="store_true", help="one JSON object a line")
    pausing.register(groups)
    filler = _add(groups, "backfill", backfill, ())
    filler.add_argument("--since", required=True, type=_moment, help="e.g. 2026-10-01T00:00:00+03:00")
    filler.add_argument("--dry-run", action="store_true", help="only show what would be taken in")
    filler.add_argument("--by", default="", help="who takes them in")
    return parser


def _documents(groups: Any) -> None:
    _add(groups, "kinds", documents.kinds, ())
    _add(groups, "status", documents.status, ())
    run = _add(groups, "sync", documents.sync, ())
    run.add_argument("--dry-run", action="store_true", help="print exactly what the run would do")
    run.add_argument("--follow", action="store_true", help="show how far it is until it is done")
    _by(_add(groups, "confirm", documents.confirm, ("mapping",), "of `documents status`"))
    taker = _add(groups, "take-in", documents.take_in, ("mapping",), "of `documents status`")
    taker.add_argument("--dry-run", action="store_true", help="only count them")
    taker.add_argument("--by", default="", help="who takes them in")


def _add(groups: Any, name: str, command: Command, places: Iterable[str], example: str = "") -> argparse.ArgumentParser:
    about = (command.__doc__ or "").strip()
    one: argparse.ArgumentParser = groups.add_parser(name, help=about, description=about)
    one.set_defaults(command=command)
    for place in places:
        one.add_argument(place, help=example)
    return one


def _by(one: argparse.ArgumentParser) -> None:
    one.add_argument("--by", required=True, metavar="NAME", help="who says so")


def _table(chosen: argparse.Namespace) -> str:
    path = Path(chosen.file)
    return str(chosen.table) or (path.stem if path.suffix == ".csv" else "")


def _line(entry: Entry) -> dict[str, Any]:
    details = {name: value for name, value in entry.details.items() if value}
    told = {"at": entry.at, "outcome": entry.outcome, "record": entry.record, "rule": entry.rule}
    more = {"target": entry.target, "by": entry.by, "ms": entry.ms, "trace": entry.trace}
    return told | {name: value for name, value in more.items() if value} | details


def _entry(record: Record) -> dict[str, Any]:
    return {"source": record.source, "rule": record.body["rule"], "at": moments.text(record.order)}


def _moment(text: str) -> datetime:
    try:
        return moments.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be a moment with its offset, e.g. 2026-10-01T00:00:00+03:00") from error


def _path(chosen: argparse.Namespace) -> Path:
    """Where the person stands, not where the project lies."""
    return Path(os.environ.get("CALLED_FROM", ".")) / str(chosen.file)


def _read(path: Path) -> str:
    """UTF-8, or the code page in which Russian Excel saves its CSV."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1251")


def _said(text: str, status: int) -> int:
    print(text, file=sys.stderr if status else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
