"""Act rules as JSON in the store and back. What is read here passed `admin.rules` when it was saved. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from common.exchanges.acts.model import ActRule, BackFields, OwnCompany, Tables
from common.mapping.defaults import DEFAULT_ROWS
from common.mapping.kept import Kept, Version
from common.mapping.tables import Row, Table, built
from common.model.ids import RuleId
from common.model.moments import parse, text

RULES = "rules:acts"
_TABLES = ("nomenclature", "units", "vat", "currencies", "counterparties", "organisations")


def table_name(table: str) -> str:
    """Under which name a table's versions are kept."""
    return f"mapping:{table}"


def written(rule: ActRule) -> dict[str, Any]:
    """A rule as JSON; `since` as UTC text."""
    data = asdict(rule)
    data["since"] = text(rule.since) if rule.since else None
    data["defaults"] = dict(rule.defaults)
    return data


def read(data: Mapping[str, Any]) -> ActRule:
    """A rule from its JSON."""
    own = data.get("organisation")
    rest = {name: value for name, value in data.items() if name not in ("organisation", "since", "back")}
    return ActRule(
        **rest,
        organisation=OwnCompany(**own) if own else None,
        since=parse(data["since"]) if data.get("since") else None,
        back=BackFields(**(data.get("back") or {})),
    )


def active(kept: Kept) -> dict[RuleId, ActRule]:
    """All rules in force, by id."""
    return {RuleId(row["id"]): read(row) for row in kept.active(RULES).rows}


@dataclass
class TableBook:
    """The tables in force, the starting rows beneath the company's own; built once per version."""

    kept: Kept
    _built: dict[str, tuple[Version, Table]] = field(default_factory=dict)

    def tables(self) -> Tables:
        return Tables(*(self.table(name) for name in _TABLES))

    def table(self, name: str) -> Table:
        version = self.kept.active(table_name(name))
        known = self._built.get(name)
        if known is not None and known[0] is version:
            return known[1]
        rows = [*DEFAULT_ROWS.get(name, ()), *(Row(*row) for row in version.rows)]
        table = built(name, version.number, version.author, rows)
        self._built[name] = (version, table)
        return table
