"""`$filter`, `Condition` and `$orderby`: a small parser that turns text into functions over records (facts §1.5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tests.simulators.onec.combinators import (
    binary,
    both,
    cast,
    constant,
    either,
    field_value,
    getter,
    is_of,
    quantified,
    ref_key,
)
from tests.simulators.onec.errors import ODataError, bad_option, no_segment
from tests.simulators.onec.expressions import (
    FUNCTIONS,
    Expression,
    Guid,
    Moment,
    Scope,
    Value,
    arithmetic,
    compare,
    type_name,
)
from tests.simulators.onec.schema import Entity, Field, Fields
from tests.simulators.onec.values import Record, Scalar, guid, moment

_TOKEN = re.compile(
    r"\s*(?:(?P<guid>guid'[^']*')|(?P<date>datetime'[^']*')|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d][\w]*)|(?P<sign>[/(),:\-]))"
)
_COMPARE = ("eq", "ne", "gt", "ge", "lt", "le")
Lookup = Callable[[Field, Scalar], Record | None]
Targets = Callable[[str], Entity | None]


@dataclass(frozen=True)
class Language:
    """What the parser must know of the base: its published sets and how to follow a reference."""

    target: Targets
    follow: Lookup
    unknown_is_empty: bool = False


@dataclass
class Filter:
    """A parsed condition; `equalities` are properties it requires to have one value, for a quick look-up."""

    expression: Expression
    option: str
    equalities: dict[str, str] = field(default_factory=dict)

    def __call__(self, record: Record) -> bool:
        try:
            return self.expression({"": record}) is True
        except (KeyError, TypeError, ValueError, OverflowError):
            # An argument no function can take, such as an unknown unit of time.
            raise bad_option(self.option) from None


class _Unknown(Exception):
    """A field that is not there, on a base that answers such a filter with nothing."""


def parse_filter(text: str, entity: Entity, language: Language, option: str = "$filter") -> Filter:
    """Parse a condition over an entity set, or raise code 14."""
    parser = _Parser(text, entity, language, option)
    try:
        return Filter(parser.whole(), option, parser.equalities)
    except _Unknown:
        return Filter(lambda scope: False, option)


def parse_path(text: str, entity: Entity, language: Language, option: str) -> Expression:
    """A property path such as `Контрагент/ИНН`."""
    return _Parser(text, entity, language, option).whole()


class _Parser:
    def __init__(self, text: str, entity: Entity, language: Language, option: str) -> None:
        self.language, self.option = language, option
        self.entities: dict[str, Fields] = {"": entity.fields}
        self.owner = entity
        self.equalities: dict[str, str] = {}
        self._depth = 0
        self._tokens = list(self._read(text))
        self._at = 0

    def whole(self) -> Expression:
        """The whole text as one expression."""
        found = self._or()
        if self._peek()[0] != "end":
            raise bad_option(self.option)
        return found

    def _read(self, text: str) -> Iterator[tuple[str, str]]:
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise bad_option(self.option)
            yield match.lastgroup, match[match.lastgroup]
            position = match.end()

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, sign: str) -> bool:
        if self._peek()[1] == sign and self._peek()[0] in ("sign", "name"):
            self._at += 1
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise bad_option(self.option)

    def _or(self) -> Expression:
        left = self._and()
        while self._take("or"):
            # What one branch of an `or` requires, the whole does not.
            self.equalities.clear()
            self._depth += 1
            left = either(left, self._and())
            self._depth -= 1
        return left

    def _and(self) -> Expression:
        left = self._not()
        while self._take("and"):
            left = both(left, self._not())
        return left

    def _not(self) -> Expression:
        if not self._take("not"):
            return self._comparison()
        self._depth += 1
        inner = self._not()
        self._depth -= 1
        return lambda scope: inner(scope) is not True

    def _comparison(self) -> Expression:
        start = self._at
        left = self._sum()
        kind, operator = self._peek()
        if kind != "name" or operator not in _COMPARE:
            return left
        self._at += 1
        right = self._sum()
        if self._tokens[start][1] == "(":
            # `(… eq …) eq false`: what the brackets hold is not required.
            self.equalities.clear()
        if operator == "eq" and not self._depth:
            self._note_equality(self._tokens[start : self._at])
        test = compare(operator)
        return lambda scope: test(left(scope), right(scope))

    def _note_equality(self, tokens: list[tuple[str, str]]) -> None:
        if [kind for kind, _ in tokens] == ["name", "name", "guid"] and tokens[0][1] in self.owner.fields:
            self.equalities[tokens[0][1]] = tokens[2][1][5:-1].lower()
        if [kind for kind, _ in tokens] == ["name", "name", "text"]:
            item = self.owner.fields.get(tokens[0][1])
            if item is not None and item.kind in ("str", "enum"):
                self.equalities[tokens[0][1]] = tokens[2][1][1:-1].replace("''", "'")

    def _sum(self) -> Expression:
        left = self._product()
        while self._peek()[1] in ("add", "sub") and self._peek()[0] == "name":
            work, right = arithmetic(self._next()[1]), self._product()
            left = binary(work, left, right)
        return left

    def _product(self) -> Expression:
        left = self._primary()
        while self._peek()[1] in ("mul", "div") and self._peek()[0] == "name":
            work, right = arithmetic(self._next()[1]), self._primary()
            left = binary(work, left, right)
        return left

    def _primary(self) -> Expression:
        if self._take("("):
            inner = self._or()
            self._need(")")
            return inner
        if self._take("-"):
            return binary(arithmetic("sub"), constant(Decimal(0)), self._primary())
        kind, text = self._next()
        if kind == "name":
            return self._named(text)
        return constant(self._literal(kind, text))

    def _literal(self, kind: str, text: str) -> Value:
        try:
            if kind == "guid":
                return Guid(guid(text[5:-1]))
            if kind == "date":
                return Moment(moment(text[9:-1]))
        except ODataError:
            raise bad_option(self.option) from None
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return Decimal(text)
        raise bad_option(self.option)

    def _named(self, text: str) -> Expression:
        if text in ("true", "false"):
            return constant(text == "true")
        if self._peek()[1] == "(":
            return self._call(text)
        if text in self.entities and text:
            self._need("/")
            return self._field(text, self._name())
        if text in self.owner.sections and self._peek()[1] == "/":
            return self._lambda(text)
        return self._field("", text)

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name":
            raise bad_option(self.option)
        return text

    def _call(self, name: str) -> Expression:
        if name in ("cast", "isof"):
            return self._typed(name)
        if name not in FUNCTIONS:
            raise bad_option(self.option)
        self._need("(")
        self._depth += 1
        arguments = [self._or()]
        while self._take(","):
            arguments.append(self._or())
        self._depth -= 1
        self._need(")")
        counts, function = FUNCTIONS[name]
        if len(arguments) not in counts:
            raise bad_option(self.option)
        return lambda scope: function(*(argument(scope) for argument in arguments))

    def _typed(self, name: str) -> Expression:
        self._need("(")
        inner = self._or()
        self._need(",")
        kind, text = self._next()
        self._need(")")
        if kind != "text":
            raise bad_option(self.option)
        wanted = type_name(text[1:-1])
        if name == "isof":
            return lambda scope: is_of(inner(scope), wanted)
        if self._take("/"):
            return self._beyond(wanted, lambda scope: ref_key(cast(inner(scope), wanted)))
        return lambda scope: cast(inner(scope), wanted)

    def _lambda(self, section: str) -> Expression:
        self._need("/")
        quantifier = self._name()
        self._need("(")
        variable = self._name()
        self._need(":")
        self.entities[variable] = self.owner.rows[section]
        self._depth += 1
        inner = self._or()
        self._depth -= 1
        del self.entities[variable]
        self._need(")")
        if quantifier not in ("any", "all"):
            raise bad_option(self.option)
        return quantified(any if quantifier == "any" else all, section, variable, inner)

    def _field(self, variable: str, name: str) -> Expression:
        columns = self.entities[variable]
        item = columns.get(name)
        if self._peek()[1] == "/":
            self._at += 1
            item = next((one for one in columns.values() if one.name == name and one.kind == "ref"), None)
            if item is None or self.language.target(item.target) is None:
                return self._unknown(name)
            return self._beyond(item.target, getter(variable, item.prop))
        if item is None:
            return self._unknown(name)
        return field_value(variable, name, item)

    def _beyond(self, target: str, key: Callable[[Scope], Scalar | None]) -> Expression:
        """A property of the object a reference points to."""
        entity = self.language.target(target)
        if entity is None:
            return self._unknown(target)
        inner = _Parser("", entity, self.language, self.option)
        inner._tokens, inner._at = self._tokens, self._at
        expression = inner._field("", inner._name())
        self._at = inner._at
        item = Field("", "ref", target)
        follow = self.language.follow

        def read(scope: Scope) -> Value:
            found = key(scope)
            record = follow(item, found) if found is not None else None
            return expression({"": record}) if record is not None else None

        return read

    def _unknown(self, name: str) -> Expression:
        if self.option == "$orderby":
            raise no_segment(name)
        if self.language.unknown_is_empty:
            raise _Unknown
        raise bad_option(self.option)
