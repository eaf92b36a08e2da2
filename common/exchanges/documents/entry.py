"""Whether a file is the exchange's business: kinds not chosen and what was before the start are left out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from common.exchanges.documents.model import DocumentRule
from common.model.documents import Card, OnecFile
from common.model.ids import RuleId


def rule_for(rules: Iterable[DocumentRule], card: Card | None, mapping: str) -> DocumentRule | None:
    """The active mapping of the document's kind; of a document that is gone the one it was bound under."""
    if card is None:
        return next((rule for rule in rules if rule.active and rule.id == mapping), None)
    return next((rule for rule in rules if rule.active and rule.kind == card.kind), None)


def is_before(rule: DocumentRule, file: OnecFile) -> bool:
    """Its current version was made before the mapping began (rules, Common: `before_start`)."""
    made = written_at(file)
    return rule.since is not None and made is not None and made < rule.since


def written_at(file: OnecFile) -> datetime | None:
    """When 1C got the current version, UTC; None when it does not say."""
    version = file.version
    return version.created_at if version is not None and version.created_at is not None else file.updated_at


def by_folder(rules: Iterable[DocumentRule], folder: int) -> DocumentRule | None:
    """The active mapping whose type folder this is."""
    return next((rule for rule in rules if rule.active and rule.folder == folder), None)


def by_id(rules: Iterable[DocumentRule], rule: RuleId) -> DocumentRule | None:
    return next((one for one in rules if one.active and one.id == rule), None)
