"""Small functions that conditions are built of (facts §1.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.simulators.onec.expressions import Composite, Expression, Guid, Moment, Ref, Scope, Value, type_name
from tests.simulators.onec.schema import EMPTY_KEY, Field
from tests.simulators.onec.values import Record, Row, Scalar


def constant(value: Value) -> Expression:
    """A literal."""
    return lambda scope: value


def both(left: Expression, right: Expression) -> Expression:
    """`and`."""
    return lambda scope: left(scope) is True and right(scope) is True


def either(left: Expression, right: Expression) -> Expression:
    """`or`."""
    return lambda scope: left(scope) is True or right(scope) is True


def binary(work: Callable[[Value, Value], Value], left: Expression, right: Expression) -> Expression:
    """A function of two values."""
    return lambda scope: work(left(scope), right(scope))


def values_of(thing: Record | Row) -> Row:
    """The values of a record or of a row."""
    return thing.values if isinstance(thing, Record) else thing


def getter(variable: str, prop: str) -> Callable[[Scope], Scalar]:
    """Reads a property of a variable of the scope."""
    return lambda scope: values_of(scope[variable])[prop]


def field_value(variable: str, prop: str, item: Field) -> Expression:
    """A property with the type it has in conditions."""
    get = getter(variable, prop)
    if item.kind in ("ref", "guid"):
        return lambda scope: Guid(get(scope))
    if item.kind in ("date", "datetime", "time"):
        return lambda scope: Moment(get(scope))
    if item.kind == "any" and prop == item.name:
        kind = getter(variable, f"{prop}_Type")
        return lambda scope: Composite(str(get(scope)), str(kind(scope)))
    return get


def quantified(every: Callable[[Iterator[bool]], bool], section: str, variable: str, inner: Expression) -> Expression:
    """`any` or `all` over the rows of a section."""

    def check(scope: Scope) -> bool:
        record = scope[""]
        rows = record.rows.get(section, []) if isinstance(record, Record) else []
        return every(inner({**scope, variable: row}) is True for row in rows)

    return check


def cast(value: Value, wanted: str) -> Value:
    """`cast(…)`: a reference with a type, or nothing if the value is of another."""
    if isinstance(value, Guid):
        return Ref(wanted, str(value))
    if isinstance(value, Composite):
        return Ref(wanted, value.text) if type_name(value.type) == wanted else None
    return value


def ref_key(value: Value) -> str | None:
    """The key of a reference that is not empty."""
    return value.key if isinstance(value, Ref) and value.key != EMPTY_KEY else None


def is_of(value: Value, wanted: str) -> bool:
    """`isof(…)`."""
    return isinstance(value, Composite) and type_name(value.type) == wanted
