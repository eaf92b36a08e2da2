"""Rules and correspondence tables: checked, saved as a new version, and what waited for them set going."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from pydantic import TypeAdapter, ValidationError

from common.admin import document_rules
from common.admin.apart import ACTS, DOCUMENTS, apart, stale, version_faults
from common.errors import ExchangeError
from common.exchanges.acts.model import ActRule
from common.exchanges.acts.rules import RULES, read, table_name, written
from common.exchanges.documents import rules as documents
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.rules import RULES as MAPPINGS
from common.mapping import csv_form
from common.mapping.kept import Kept, Outdated, Version
from common.mapping.tables import TABLES, Row, faults
from common.model.acts import Needs
from common.model.ids import RuleId
from common.ports import Clock

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""A rule's id stands in marks in 1C, so it holds no sign that ends one."""

_FIELD = re.compile(r"UF_CRM_[A-Z0-9_]{1,43}")
"""A user field of deals (facts bitrix24 §4.8); one of another name would be dropped in silence."""


class RulesRefused(ExchangeError):
    """Nothing was saved; `faults` are sentences for the person who saves, all of them."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__("\n".join(found))
        self.faults = tuple(found)


@dataclass(frozen=True)
class RuleBook:
    """What a person may do with rules and tables.

    bases      name of each base → its product, e.g. `main` → `bp30`
    needs      profile id → what it takes; raises KeyError for a profile that is not there
    changed    told what has changed, e.g. `rule:services`, `mapping:units`: whoever waits for it is tried again
    """

    kept: Kept
    clock: Clock
    bases: Callable[[], Mapping[str, str]]
    needs: Callable[[str], Needs]
    changed: Callable[[Sequence[str]], None]

    def import_all(self, data: Mapping[str, Any], author: str, over: bool = False) -> list[str]:
        """Save what a JSON file holds (`acts`, `documents`, `tables`, `versions`); what was saved, one sentence each.

        Raises RulesRefused; also when a part was not made from the version in force, unless `over`: a person says so.
        """
        if not isinstance(data, Mapping):
            raise RulesRefused(['the file must hold one object: {"acts": [...], "tables": {...}}'])
        unknown = sorted(set(data) - {"acts", "documents", "tables", "versions"})
        if unknown:
            parts = "acts, documents, tables and versions"
            raise RulesRefused([f"unknown part {name!r}; parts are {parts}" for name in unknown])
        if not isinstance(data.get("tables", {}), dict):
            raise RulesRefused(['tables must be an object of tables, e.g. {"units": [["*", "778", "796"]]}'])
        tables = {name: _rows(name, rows) for name, rows in data.get("tables", {}).items()}
        self._check_tables(tables)
        rules = self._checked_rules(data["acts"]) if "acts" in data else None
        mappings = self._checked_mappings(data["documents"]) if "documents" in data else None
        if not over:
            self._check_versions(tables, rules, mappings, data.get("versions", {}))
        said = [self.save_table(name, rows, author) for name, rows in tables.items()]
        said += [] if rules is None else [self._save_rules(rules, author)]
        return said if mappings is None else [*said, self._save_mappings(mappings, author)]

    def export_all(self) -> dict[str, Any]:
        """All rules and tables as `import_all` reads them, and from which versions they are."""
        active = {ACTS: self._afresh(RULES), DOCUMENTS: self._afresh(MAPPINGS)}
        active |= {name: self._afresh(table_name(name)) for name in TABLES}
        tables = {name: [list(row) for row in active[name].rows] for name in TABLES}
        mappings = [dict(row) for row in active[DOCUMENTS].rows]
        return {
            "acts": [dict(row) for row in active[ACTS].rows],
            **({"documents": mappings} if active[DOCUMENTS].number else {}),
            "tables": {name: rows for name, rows in tables.items() if rows},
            "versions": {name: version.number for name, version in active.items() if version.number},
        }

    def faults(self) -> list[str]:
        """What will not do any more of the active rules and the tables, a sentence each: settings and products may
        have changed since they were saved."""
        rules = [rule for rule in map(read, self._afresh(RULES).rows) if rule.active]
        found = [f"rule {rule.id}: {fault}" for rule in rules for fault in self._faults(rule)]
        mappings = [rule for rule in map(documents.read, self._afresh(MAPPINGS).rows) if rule.active]
        found += [*_between(rules), *_sharing_fields(rules), *document_rules.faults(mappings)]
        for name in TABLES:
            rows = [Row(*row) for row in self._afresh(table_name(name)).rows]
            found += [f"{name}: {fault}" for fault in faults(name, rows, self.bases())]
        return found

    def import_csv(self, name: str, text: str, author: str, version: int | None = None, over: bool = False) -> str:
        """Save one table from CSV. `version` is the one the editor started from; without it only a first version is
        saved, unless `over`. Raises RulesRefused.
        """
        try:
            rows = csv_form.read(text)
        except ValueError as error:
            raise RulesRefused([str(error)]) from error
        self._check_tables({name: rows})
        return self.save_table(name, rows, author, None if over else version or 0)

    def version_of(self, table: str) -> int:
        """Which version of a table is in force, 0 for none."""
        return self._afresh(table_name(table)).number

    def export_csv(self, name: str) -> str:
        """One table as CSV. Raises RulesRefused for a table there is not."""
        self._check_tables({name: []})
        return csv_form.written(Row(*row) for row in self.kept.active(table_name(name)).rows)

    def save_table(self, name: str, rows: Sequence[Row], author: str, version: int | None = None) -> str:
        """Put a checked table in force. A save over somebody else's newer version is refused with the difference."""
        active = self._afresh(table_name(name))
        after = _listed(rows)
        if after == [list(row) for row in active.rows]:
            return f"{name}: unchanged, version {active.number}"
        if version is not None and version != active.number:
            how = f"export it and import with --version {active.number}"
            raise RulesRefused([f"{name}: {Outdated(active.number)}; {how}", *apart(name, active, after)])
        saved = self._saved(name, table_name(name), after, author, active.number)
        self.changed([table_name(name)])
        return f"{name}: {len(after)} rows, version {saved.number}"

    def _saved(self, part: str, name: str, rows: Sequence[Any], author: str, expected: int) -> Version:
        """Somebody may have saved between our reading and our writing."""
        try:
            return self.kept.save(name, rows, author, expected)
        except Outdated as outdated:
            said = f"{part}: {outdated}; export it and apply your change again"
            raise RulesRefused([said, *apart(part, self._afresh(name), rows)]) from outdated

    def _afresh(self, name: str) -> Version:
        """The version in force at this moment: who saves or exports must not go by what was a minute ago."""
        self.kept.forget(name)
        return self.kept.active(name)

    def _check_versions(
        self,
        tables: Mapping[str, Sequence[Row]],
        rules: Sequence[ActRule] | None,
        mappings: Sequence[DocumentRule] | None,
        versions: Any,
    ) -> None:
        found = version_faults(versions)
        parts: dict[str, tuple[Version, Sequence[Any]]]
        parts = {name: (self._afresh(table_name(name)), _listed(rows)) for name, rows in tables.items()}
        if rules is not None:
            active = self._afresh(RULES)
            parts[ACTS] = (active, self._to_save(rules, active))
        if mappings is not None:
            active = self._afresh(MAPPINGS)
            parts[DOCUMENTS] = (active, self._mappings_to_save(mappings, active))
        found = found or stale(parts, versions)
        if found:
            raise RulesRefused(found)

    def _to_save(self, rules: Sequence[ActRule], active: Version) -> list[dict[str, Any]]:
        before = {RuleId(row["id"]): read(row) for row in active.rows}
        now = self.clock.now()
        return [written(_activated(rule, before.get(rule.id), now)) for rule in rules]

    def _save_rules(self, rules: Sequence[ActRule], author: str) -> str:
        active = self._afresh(RULES)
        after = self._to_save(rules, active)
        if after == [dict(row) for row in active.rows]:
            return f"acts: unchanged, version {active.number}"
        saved = self._saved(ACTS, RULES, after, author, active.number)
        ids = {row["id"] for row in (*active.rows, *after)}
        self.changed([f"rule:{rule_id}" for rule_id in ids])
        return f"acts: {len(after)} rules, version {saved.number}"

    def _checked_mappings(self, data: Any) -> list[DocumentRule]:
        mappings, found = document_rules.checked(data)
        if found:
            raise RulesRefused(found)
        return mappings

    def _mappings_to_save(self, mappings: Sequence[DocumentRule], active: Version) -> list[dict[str, Any]]:
        before = {RuleId(row["id"]): documents.read(row) for row in active.rows}
        now = self.clock.now()
        activated = [document_rules.activated(rule, before.get(rule.id), now) for rule in mappings]
        return [documents.written(rule) for rule in activated]

    def _save_mappings(self, mappings: Sequence[DocumentRule], author: str) -> str:
        active = self._afresh(MAPPINGS)
        after = self._mappings_to_save(mappings, active)
        if after == [dict(row) for row in active.rows]:
            return f"documents: unchanged, version {active.number}"
        saved = self._saved(DOCUMENTS, MAPPINGS, after, author, active.number)
        self.changed([f"documents:{row['id']}" for row in (*active.rows, *after)])
        return f"documents: {len(after)} mappings, version {saved.number}"

    def _check_tables(self, tables: Mapping[str, Sequence[Row]]) -> None:
        found = [f"{name}: {fault}" for name, rows in tables.items() for fault in faults(name, rows, self.bases())]
        if found:
            raise RulesRefused(found)

    def _checked_rules(self, data: Any) -> list[ActRule]:
        if not isinstance(data, list):
            raise RulesRefused(["acts must be a list of rules"])
        found: list[str] = []
        rules = [rule for number, one in enumerate(data, 1) if (rule := _parsed(number, one, found))]
        for rule in rules:
            found += [f"rule {rule.id}: {fault}" for fault in self._faults(rule)]
        found += [*_between(rules), *_sharing_fields(rules)]
        if found:
            raise RulesRefused(found)
        return rules

    def _faults(self, rule: ActRule) -> Iterable[str]:
        bases = self.bases()
        if not _ID.fullmatch(rule.id):
            yield "id must be small Latin letters, digits, _ and -, at most 40, e.g. services"
        if rule.base not in bases:
            yield f"unknown base {rule.base!r}; ONEC_BASES names {', '.join(bases)}"
        elif not rule.profile.startswith(f"{bases[rule.base]}."):
            yield f"profile {rule.profile!r} is not one of base {rule.base}, which is {bases[rule.base]}"
        else:
            yield from self._default_faults(rule)
        if rule.since is not None and rule.since.tzinfo is None:
            yield "since needs an offset, e.g. 2026-11-01T00:00:00+03:00"
        if rule.contract == "field" and not rule.contract_field:
            yield "contract 'field' needs contract_field, e.g. UF_CRM_CONTRACT"
        for name in filter(None, (*rule.back.names(), rule.contract_field)):
            if not _FIELD.fullmatch(name):
                yield f"{name!r} is no field of deals: UF_CRM_ and at most 43 of A-Z, 0-9 and _, e.g. UF_CRM_CONTRACT"
        funnel, mark, _ = str(rule.stage).partition(":")
        if (rule.category > 0 and (not mark or funnel != f"C{rule.category}")) or (rule.category == 0 and mark):
            yield f"stage {rule.stage!r} is not of funnel {rule.category}; stages are C{rule.category}:… there"

    def _default_faults(self, rule: ActRule) -> Iterable[str]:
        try:
            needs = self.needs(rule.profile)
        except KeyError:
            yield f"there is no profile {rule.profile!r}"
            return
        for name in rule.defaults:
            if name not in needs.known_defaults:
                yield f"unknown default {name!r}; {rule.profile} knows {', '.join(needs.known_defaults) or 'none'}"
        for name in needs.required_defaults:
            if not rule.defaults.get(name):
                yield f"default {name!r} is required by {rule.profile}"


def _parsed(number: int, data: Any, found: list[str]) -> ActRule | None:
    known = {field.name for field in fields(ActRule)}
    extra = sorted(set(data) - known) if isinstance(data, dict) else []
    found += [f"rule {number}: unknown field {name!r}" for name in extra]
    try:
        return None if extra else TypeAdapter(ActRule).validate_python(data)
    except ValidationError as error:
        for fault in error.errors():
            found.append(f"rule {number}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}")
        return None


def _between(rules: Sequence[ActRule]) -> Iterable[str]:
    ids = [rule.id for rule in rules]
    yield from (f"id {one!r} is given twice" for one in sorted({one for one in ids if ids.count(one) > 1}))
    places = [(rule.category, rule.stage, rule.base, rule.profile) for rule in rules if rule.active]
    for place in dict.fromkeys(place for place in places if places.count(place) > 1):
        yield f"two active rules make the same act: funnel {place[0]}, stage {place[1]}, base {place[2]}, {place[3]}"


def _sharing_fields(rules: Sequence[ActRule]) -> Iterable[str]:
    """Two acts of one deal cannot be shown in the same fields: the second would overwrite the first."""
    for one, other in combinations([rule for rule in rules if rule.active], 2):
        shared = [name for name in one.back.names() if name in other.back.names()]
        if shared and (one.category, one.stage) == (other.category, other.stage) and one.id != other.id:
            yield f"rules {one.id} and {other.id} of stage {one.stage} both write {', '.join(shared)}: change `back`"


def _activated(rule: ActRule, before: ActRule | None, now: datetime) -> ActRule:
    """`since` of a rule that names none is the moment it was first activated (rules, Common)."""
    if rule.since is not None or not rule.active:
        return rule
    return replace(rule, since=before.since if before is not None and before.since is not None else now)


def _rows(name: str, rows: Any) -> list[Row]:
    try:
        return [Row(*map(str, row)) for row in rows]
    except TypeError as error:
        raise RulesRefused([f"{name}: rows are lists of base, key, value and an optional note"]) from error


def _listed(rows: Sequence[Row]) -> list[list[str]]:
    return [[row.base, row.key, row.value, row.note] for row in rows]
