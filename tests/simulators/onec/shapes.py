"""`$select` and `$expand`: which properties of a record are shown (facts §1.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.simulators.onec.errors import no_segment, unsupported
from tests.simulators.onec.schema import Entity

Level = Literal["minimal", "none", "full"]
PRESENTATION = "____Presentation"
Targets = Callable[[str], Entity | None]


@dataclass
class Selection:
    """The chosen properties; `None` for a section means all of its columns."""

    fields: set[str] = field(default_factory=set)
    sections: dict[str, set[str] | None] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    nested: dict[str, set[str]] = field(default_factory=dict)
    presentations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Shape:
    """How to show records: the metadata level, the selection and what to expand."""

    level: Level
    selection: Selection
    expand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def everything(entity: Entity) -> Selection:
    """`$select=*`, the default."""
    return Selection(set(entity.fields), dict.fromkeys(entity.sections), set(entity.navigation))


def select(text: str, entity: Entity, targets: Targets) -> Selection:
    """Read `$select`; an unknown field is code 6 (§1.15)."""
    found = Selection()
    for name in (part.strip() for part in text.split(",")):
        _add(found, name, entity, targets)
    return found


def _add(found: Selection, name: str, entity: Entity, targets: Targets) -> None:
    head, _, tail = name.partition("/")
    if name in ("*", "**"):
        _add_all(found, entity, sections=name == "*")
    elif head in entity.sections:
        _add_column(found, entity, head, tail)
    elif head.endswith(PRESENTATION) and (head == f"*{PRESENTATION}" or _known(entity, head)):
        found.presentations += _presentations(entity, head)
    elif name in entity.fields:
        found.fields.add(name)
    elif head in entity.navigation and targets(entity.navigation[head].target):
        _add_nested(found, entity, head, tail, targets)
    else:
        raise no_segment(name)


def _add_all(found: Selection, entity: Entity, *, sections: bool) -> None:
    found.fields |= set(entity.fields)
    found.links |= set(entity.navigation)
    if sections:
        found.sections |= dict.fromkeys(entity.sections)


def _add_column(found: Selection, entity: Entity, section: str, column: str) -> None:
    if not column or column == "*":
        found.sections[section] = None
        return
    if column not in entity.rows[section]:
        raise no_segment(column)
    chosen = found.sections.setdefault(section, set())
    if chosen is not None:
        chosen.add(column)


def _add_nested(found: Selection, entity: Entity, head: str, tail: str, targets: Targets) -> None:
    if not tail:
        found.links.add(head)
        return
    target = targets(entity.navigation[head].target)
    if target is None or (tail != "*" and tail not in target.fields):
        raise no_segment(tail)
    found.nested.setdefault(head, set()).update(target.fields if tail == "*" else {tail})


def _known(entity: Entity, name: str) -> bool:
    plain = name.removesuffix(PRESENTATION)
    return plain in entity.fields or plain in entity.navigation


def _presentations(entity: Entity, name: str) -> list[str]:
    if not name.startswith("*"):
        return [name.removesuffix(PRESENTATION)]
    return [item.prop for item in entity.fields.values() if item.kind in ("ref", "any", "enum")]


def expand(text: str, entity: Entity, selection: Selection, targets: Targets) -> dict[str, tuple[str, ...]]:
    """Read `$expand`: navigation properties, nested `A/B`; not tabular sections."""
    found: dict[str, tuple[str, ...]] = {}
    for part in (part.strip() for part in text.split(",")):
        head, _, tail = part.partition("/")
        if head in entity.sections:
            raise unsupported("$expand")
        item = entity.navigation.get(head)
        target = targets(item.target) if item else None
        if target is None:
            raise no_segment(head)
        inner = _inner(tail, target, targets)
        # Observed live: a nested expansion works only if the navigation field is selected.
        selected = head in selection.links or head in selection.nested
        found[head] = (*found.get(head, ()), *(inner if selected else ()))
    return found


def _inner(tail: str, target: Entity, targets: Targets) -> tuple[str, ...]:
    if not tail:
        return ()
    item = target.navigation.get(tail)
    if item is None or targets(item.target) is None:
        raise no_segment(tail)
    return (tail,)
