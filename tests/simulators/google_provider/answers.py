"""Values Google answers with: `answers.json` by type and attribute, `*` for every type.

Texts may hold `{{names}}`: the resource's own attributes, and what the cloud adds (`number` of the project, `now`,
`serial`, `uuid`, `hash` of the id, …). The values of a nested block go into every element of that block that has room
for them; where a person wrote no such block and the provider takes the cloud's, they are its only element. What
stands in no answer is empty, zero or false, as the provider reads an absent field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.simulators.google_provider.book import Attribute, Block, Nested
from tests.simulators.google_provider.values import UNKNOWN, Value

State = dict[str, Value]
ANSWERS_FILE = Path(__file__).with_name("answers.json")
_ZEROS: Mapping[str, Value] = {"string": "", "number": 0, "bool": False}


@cache
def answers_of(type_name: str) -> Mapping[str, Any]:
    """Every answer for resources of a type, with its names not filled in."""
    whole = json.loads(ANSWERS_FILE.read_text("utf-8"))
    return {**whole["*"], **whole.get(type_name, {})}


def complete(block: Block, planned: Mapping[str, Value], answers: Mapping[str, Value]) -> State:
    """The planned state with an answer for all that was unknown."""
    state = dict(planned)
    for name, attribute in block.attributes.items():
        if planned.get(name) is UNKNOWN:
            state[name] = _answer(attribute, answers)
    for name, nested in block.nested.items():
        if nested.mode != "single":
            state[name] = _elements(nested, planned.get(name), answers.get(name))
    return state


def _answer(attribute: Attribute, answers: Mapping[str, Value]) -> Value:
    found = answers.get(attribute.name)
    if found is None:
        return _zero(attribute)
    return int(found) if attribute.type == "number" and isinstance(found, str) else found


def _elements(nested: Nested, planned: Value, answer: Value) -> list[State]:
    if planned is UNKNOWN:
        return [] if answer is None else [_unasked(nested.block, answer)]
    return [complete(nested.block, element, answer or {}) for element in planned or []]


def _unasked(block: Block, answer: Mapping[str, Value]) -> State:
    """The element of a block nobody wrote."""
    unknown = dict.fromkeys([*block.attributes, *block.nested], UNKNOWN)
    return complete(block, unknown, answer)


def _zero(attribute: Attribute) -> Value:
    if isinstance(attribute.type, list):
        return {} if attribute.type[0] == "map" else []
    return _ZEROS[attribute.type]


def expanded(template: Value, names: Mapping[str, Value]) -> Value:
    """The answer with its names filled in, at any depth."""
    if isinstance(template, dict):
        return {key: expanded(inner, names) for key, inner in template.items()}
    if isinstance(template, list):
        return [expanded(inner, names) for inner in template]
    if isinstance(template, str):
        return re.sub(r"{{(\w+)}}", lambda found: _text(names.get(found[1])), template)
    return template


def _text(value: Value) -> str:
    return "" if value is None or value is UNKNOWN else str(value)


def laid_over(answers: Mapping[str, Value], special: Mapping[str, Value]) -> State:
    """Answers with those of a single resource over them, block by block."""
    merged = dict(answers)
    for name, value in special.items():
        below = merged.get(name)
        merged[name] = laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
