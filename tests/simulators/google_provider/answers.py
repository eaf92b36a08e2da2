"""Values Google answers with for a new resource: what `rules.json` and the vendor's pages say they look like.

An answer is a dict of values by attribute; for a nested block it is a dict too, laid into every element of the block
that has room for it, or standing as its only element where a person wrote none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.simulators.google_provider.book import Attribute, Block, Nested, Type
from tests.simulators.google_provider.values import UNKNOWN, Value

State = dict[str, Value]
_ZEROS: Mapping[str, Value] = {"string": "", "number": 0, "bool": False}


def complete(block: Block, planned: State, answers: Mapping[str, Value]) -> State:
    """The planned state with an answer for all that was unknown, and nothing that is write-only."""
    state = dict(planned)
    for name, attribute in block.attributes.items():
        if attribute.write_only:
            state[name] = None
        elif planned.get(name) is UNKNOWN:
            state[name] = answers.get(name, _zero(attribute))
    for name, nested in block.nested.items():
        if nested.mode != "single":
            state[name] = _elements(nested, planned.get(name), answers.get(name))
    return state


def _elements(nested: Nested, planned: Value, answer: Value) -> list[State]:
    inner = answer if isinstance(answer, dict) else {}
    if planned is UNKNOWN:
        return [_only(nested.block, inner)] if inner else []
    return [complete(nested.block, element, inner) for element in planned or []]


def _only(block: Block, answer: Mapping[str, Value]) -> State:
    """The element of a block that only the cloud filled."""
    attributes = {name: answer.get(name) for name in block.attributes}
    return attributes | {name: _elements(inner, UNKNOWN, answer.get(name)) for name, inner in block.nested.items()}


def _zero(attribute: Attribute) -> Value:
    if isinstance(attribute.type, list):
        return {} if attribute.type[0] == "map" else []
    return _ZEROS[attribute.type]


def expanded(template: str, state: Mapping[str, Value]) -> str:
    """`projects/{{project}}/…` with the resource's own values in it."""
    return re.sub(r"{{(\w+)}}", lambda found: str(state.get(found[1]) or ""), template)


def identity(type_: Type, state: Mapping[str, Value]) -> dict[str, Any]:
    """`id`, and `self_link` where there is one."""
    template = type_.facts.get("id", "{{name}}")
    id_ = expanded(template, state)
    link = f"https://www.googleapis.com/compute/v1/{id_}" if type_.name.startswith("google_compute_") else id_
    return {"id": id_, "self_link": link}
