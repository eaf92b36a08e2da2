"""What the provider checks in a configuration before it calls anybody.

Terraform itself refuses unknown names, wrong types and missing arguments; here stand the rules its schema language
has no words for. Wordings follow the Terraform plugin SDK, so that a test sees what a person would see. A value that
is not known yet is never judged.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.simulators.google_provider.book import Block, Nested, Type
from tests.simulators.google_provider.diagnostics import Fault, Path
from tests.simulators.google_provider.values import UNKNOWN, Value


def faults_of(type_: Type, config: Mapping[str, Value]) -> list[Fault]:
    """Every rule of this type the configuration breaks."""
    return [*_id_faults(type_, config), *_block_faults(type_.block, config, config, ()), *_group_faults(type_, config)]


def _id_faults(type_: Type, config: Mapping[str, Value]) -> Iterator[Fault]:
    """The SDK adds `id` to every schema, yet nobody may set it."""
    if type_.name.startswith("google_") and config.get("id") is not None:
        yield Fault("Invalid or unknown key", path=("id",))


def _block_faults(block: Block, value: Mapping[str, Value], root: Mapping[str, Value], at: Path) -> Iterator[Fault]:
    for name, attribute in block.attributes.items():
        given = value.get(name)
        if attribute.computed and not attribute.optional and given is not None:
            yield _unconfigurable((*at, name))
        yield from _rule_faults(attribute.rule, given, root, (*at, name))
    for name, nested in block.nested.items():
        yield from _company_faults(nested.rule, value.get(name), root, (*at, name))
        for index, element in _elements(nested, value.get(name)):
            yield from _block_faults(nested.block, element, root, (*at, name, *index))


def _unconfigurable(at: Path) -> Fault:
    decided = "its value will be decided automatically based on the result of applying this configuration."
    return Fault("Value for unconfigurable attribute", f'Can\'t configure a value for "{_dotted(at)}": {decided}', at)


def _elements(nested: Nested, value: Value) -> Iterator[tuple[Path, Mapping[str, Value]]]:
    """Elements of a set have no address a provider could name."""
    if nested.mode == "single":
        if isinstance(value, dict):
            yield (), value
    elif isinstance(value, list):
        for index, element in enumerate(value):
            if isinstance(element, dict):
                yield ((index,) if nested.mode == "list" else ()), element


def _rule_faults(rule: Mapping[str, Any], value: Value, root: Mapping[str, Value], at: Path) -> Iterator[Fault]:
    if not rule or not _is_set(value) or value is UNKNOWN:
        return
    yield from _company_faults(rule, value, root, at)
    for problem in _problems(rule, value, _dotted(at)):
        yield Fault(problem, path=at)
    if "each" in rule and isinstance(value, list):
        for index, element in enumerate(value):
            yield from _rule_faults(rule["each"], element, root, (*at, index))


def _company_faults(rule: Mapping[str, Any], value: Value, root: Mapping[str, Value], at: Path) -> Iterator[Fault]:
    """An argument that bears no other argument beside it, or none without it."""
    if not _is_set(value) or value is UNKNOWN:
        return
    for other in rule.get("conflicts_with", ()):
        if _is_set(found := _look_up(root, other)) and found is not UNKNOWN:
            yield Fault("Conflicting configuration arguments", f'"{_dotted(at)}": conflicts with {other}', at)
    needed = rule.get("required_with", ())
    if not all(_is_set(_look_up(root, other)) for other in needed):
        yield Fault("Missing required argument", f'"{_dotted(at)}": all of `{",".join(needed)}` must be specified', at)


def _group_faults(type_: Type, config: Mapping[str, Value]) -> Iterator[Fault]:
    """One of several arguments must stand there; a group inside a block counts where the block stands."""
    for rule in ("exactly_one_of", "at_least_one_of"):
        for group in type_.facts.get(rule, ()):
            holder = _holder(group)
            if holder and not _is_set(_look_up(config, holder)):
                continue
            if problem := _group_problem(rule, group, config):
                yield Fault(problem[0], f'"{group[0]}": {problem[1]}', (group[0].partition(".")[0],))


def _holder(group: list[str]) -> str:
    """The block all of a group stand in, or nothing."""
    holders = {name.rpartition(".")[0] for name in group}
    return holders.pop() if len(holders) == 1 else ""


def _group_problem(rule: str, group: list[str], config: Mapping[str, Value]) -> tuple[str, str] | None:
    found = {name: _look_up(config, name) for name in group}
    given = [name for name, value in found.items() if _is_set(value) and value is not UNKNOWN]
    names = ",".join(group)
    if not given and UNKNOWN not in found.values():
        return "Missing required argument", f"one of `{names}` must be specified"
    if rule == "exactly_one_of" and len(given) > 1:
        return "Invalid combination of arguments", (
            f"only one of `{names}` can be specified, but `{','.join(given)}` were specified."
        )
    return None


def _problems(rule: Mapping[str, Any], value: Value, name: str) -> Iterator[str]:
    yield from _choice_problems(rule, value, name)
    if isinstance(value, str):
        yield from _text_problems(rule, value, name)
    elif isinstance(value, int | float):
        yield from _number_problems(rule, value, name)
    elif isinstance(value, dict):
        yield from _key_problems(rule, value, name)


def _key_problems(rule: Mapping[str, Any], value: Mapping[str, Value], name: str) -> Iterator[str]:
    for key in value:
        if "key_not_pattern" in rule and re.search(rule["key_not_pattern"], key):
            yield f"Cannot set the {key} header on {name}"
        if len(key) > rule.get("key_max_length", len(key)):
            yield f"{key} is too long: keys of {name} have at most {rule['key_max_length']} characters"


def _choice_problems(rule: Mapping[str, Any], value: Value, name: str) -> Iterator[str]:
    if value in rule.get("not_values", ()):
        yield f"expected {name} to not match any of {rule['not_values']}, got {value}"
    values = rule.get("values")
    if values is None or value in values or (value == "" and rule.get("empty_allowed")):
        return
    if rule.get("ignore_case") and str(value).lower() in [str(one).lower() for one in values]:
        return
    yield f"expected {name} to be one of {json.dumps(values)}, got {value}"


def _text_problems(rule: Mapping[str, Any], value: str, name: str) -> Iterator[str]:
    if "pattern" in rule and not re.search(_python_pattern(rule["pattern"]), value):
        yield f'"{name}" ("{value}") doesn\'t match regexp "{rule["pattern"]}"'
    low, high = rule.get("min_length", 0), rule.get("max_length", len(value))
    if not low <= len(value) <= high:
        yield f"expected length of {name} to be in the range ({low} - {high}), got {value}"
    if "format" in rule and (problem := _format_problem(rule["format"], value)):
        yield f'"{name}" {problem}'


def _number_problems(rule: Mapping[str, Any], value: float, name: str) -> Iterator[str]:
    low, high = rule.get("min", value), rule.get("max", value)
    if not low <= value <= high:
        yield f"expected {name} to be in the range ({rule.get('min')} - {rule.get('max')}), got {value}"
    ranges = rule.get("ranges")
    if ranges and not any(first <= value <= last for first, last in ranges):
        yield f"expected {name} to be in one of the ranges {ranges}, got {value}"


def _format_problem(kind: str, value: str) -> str | None:
    try:
        if kind == "json":
            json.loads(value)
        elif kind == "base64":
            base64.b64decode(value, validate=True)
        elif kind == "cidr":
            ipaddress.ip_network(value, strict=False)
    except (ValueError, binascii.Error) as error:
        return f"is not valid {kind}: {error}"
    return None


def _python_pattern(pattern: str) -> str:
    """Go's `$` is the end of the text, Python's also the place before a last line feed."""
    return re.sub(r"(?<!\\)\$", r"\\Z", pattern)


def _look_up(config: Mapping[str, Value], dotted: str) -> Value:
    """The value at a path of the rules, where a block that may stand once is written without its index."""
    value: Value = config
    for step in dotted.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _is_set(value: Value) -> bool:
    return value is not None and value != [] and value != {}


def _dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)
