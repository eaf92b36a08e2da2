"""Mappings as JSON in the store and back. What is read here passed `admin.document_rules` when it was saved. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from common.exchanges.documents.model import DocumentRule
from common.mapping.kept import Kept
from common.model.ids import RuleId
from common.model.moments import parse, text

RULES = "rules:documents"


def written(rule: DocumentRule) -> dict[str, Any]:
    """A mapping as JSON; `since` as UTC text."""
    return {**asdict(rule), "since": text(rule.since) if rule.since else None}


def read(data: Mapping[str, Any]) -> DocumentRule:
    """A mapping from its JSON."""
    rest = {name: value for name, value in data.items() if name != "since"}
    return DocumentRule(**rest, since=parse(data["since"]) if data.get("since") else None)


def active(kept: Kept) -> dict[RuleId, DocumentRule]:
    """All mappings in force, by id."""
    return {RuleId(row["id"]): read(row) for row in kept.active(RULES).rows}
