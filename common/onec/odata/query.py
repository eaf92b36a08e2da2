"""Queries: literals that cannot be broken out of, and options as bytes on the wire (facts §1.5). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import quote

from common.model.ids import Ref
from common.onec.odata.values import is_ref

MOST_BYTES = 2000
"""IIS cuts a query at 2048 bytes and answers an HTML 404; one Cyrillic letter is 6 bytes (facts §1.5)."""
KEYS_AT_ONCE = 15


def text(value: str) -> str:
    """A string literal: quotes doubled. Raises ValueError for signs that no name or number has."""
    if any(ord(sign) < 32 for sign in value):
        raise ValueError("a control sign in a literal")
    return "'" + value.replace("'", "''") + "'"


def guid(key: Ref) -> str:
    """A guid literal. Raises ValueError for anything else."""
    if not is_ref(key):
        raise ValueError("not a guid")
    return f"guid'{key}'"


def midnight(day: date) -> str:
    """The first second of a day on the base's calendar."""
    return f"datetime'{day.isoformat()}T00:00:00'"


def literal(value: str | bool) -> str:
    """The literal of a constant from a profile."""
    return str(value).lower() if isinstance(value, bool) else text(value)


def equal(name: str, value: str) -> str:
    """`value` is a literal made here."""
    return f"{name} eq {value}"


def link(name: str, key: Ref, target: str = "") -> str:
    """A reference equals; with `target`, a composite one: a bare guid would silently find nothing (facts §1.5)."""
    return equal(name, f"cast({guid(key)},'{target}')" if target else guid(key))


def both(*conditions: str) -> str:
    """All conditions that are not empty."""
    return " and ".join(one for one in conditions if one)


def either(conditions: Iterable[str]) -> str:
    """At least one of the conditions, in brackets."""
    return "(" + " or ".join(conditions) + ")"


def constants(values: Mapping[str, str | bool]) -> str:
    """Every attribute has its constant."""
    return both(*(equal(name, literal(value)) for name, value in values.items()))


def days(name: str, first: date, last: date) -> str:
    """A date attribute lies within these days, both included."""
    return both(f"{name} ge {midnight(first)}", f"{name} lt {midnight(last + timedelta(days=1))}")


def contains(name: str, value: str) -> str:
    """A string attribute holds the text (needle first in OData v3); the caller checks the hits for what it meant."""
    return f"substringof({text(value)}, {name})"


def starts(name: str, value: str) -> str:
    """A string attribute begins with the text."""
    return f"startswith({name},{text(value)})"


def keys(found: Sequence[Ref]) -> Iterator[str]:
    """Conditions for these keys, few enough at a time for the limit of the query's length."""
    for at in range(0, len(found), KEYS_AT_ONCE):
        yield either(link("Ref_Key", key) for key in found[at : at + KEYS_AT_ONCE])


def encoded(options: Mapping[str, str]) -> str:
    """Options for the wire: UTF-8 percent-encoded, a space as `%20`, never `+` (facts §1.2).

    Raises ValueError above `MOST_BYTES`: a query that long is our own mistake.
    """
    joined = "&".join(f"{quote(name, safe='$')}={quote(value, safe=_PLAIN)}" for name, value in options.items())
    if len(joined) > MOST_BYTES:
        raise ValueError(f"a query of {len(joined)} bytes")
    return joined


_PLAIN = "$'(),:/*"
