"""Counterparties and users (contract §2)."""

from __future__ import annotations

from itertools import islice

from tests.simulators.dm import paging, views
from tests.simulators.dm.calls import GUID, Call, method
from tests.simulators.dm.errors import invalid, reply
from tests.simulators.dm.records import User
from tests.simulators.web import Answer

MOST_IDS = 50


@method("GET", "/v1/counterparties")
def counterparties(call: Call) -> Answer:
    """All that agree with every given attribute; at least one must be given."""
    asked = {name: call.query[name] for name in ("inn", "kpp", "external_code") if name in call.query}
    if not asked:
        raise invalid("Нужен inn, kpp или external_code")
    known = call.dm.store.counterparties.values()
    found = [one for one in known if all(getattr(one, name) == value for name, value in asked.items())]
    return reply(200, {"items": [views.counterparty(one) for one in found]})


@method("GET", "/v1/users")
def users(call: Call) -> Answer:
    """By ids, by e-mail, by employee id, or all in pages."""
    asked = [name for name in ("id", "email", "employee_id") if name in call.query]
    if len(asked) > 1:
        raise invalid("Только один из id, email, employee_id")
    if asked:
        return reply(200, {"items": [views.user(one) for one in _found(call, asked[0])], "next": None})
    start = paging.position(call)
    rest = enumerate(islice(call.dm.store.users.values(), start, None), start)
    return reply(200, paging.page(call, rest, lambda pair: pair[0], lambda pair: views.user(pair[1])))


def _found(call: Call, name: str) -> list[User]:
    value, known = call.query[name], call.dm.store.users
    if name == "id":
        return [known[key] for key in _ids(value) if key in known]
    if name == "email":
        wanted = value.strip().casefold()
        return [one for one in known.values() if one.email and one.email.strip().casefold() == wanted]
    return [one for one in known.values() if one.employee_id == value]


def _ids(text: str) -> list[str]:
    ids = list(dict.fromkeys(text.split(",")))
    if len(ids) > MOST_IDS or not all(GUID.fullmatch(one) for one in ids):
        raise invalid(f"id: не больше {MOST_IDS} идентификаторов через запятую")
    return ids
