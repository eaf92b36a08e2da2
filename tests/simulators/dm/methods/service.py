"""`ping`, `counts`, `kinds` and the change feed (contract §2)."""

from __future__ import annotations

from tests.simulators.dm import paging, views
from tests.simulators.dm.calls import Call, method
from tests.simulators.dm.errors import invalid, reply
from tests.simulators.dm.moments import stamp
from tests.simulators.web import Answer


@method("GET", "/v1/ping")
def ping(call: Call) -> Answer:
    """Versions, clock and limits."""
    switches = call.dm.switches
    body = {
        "app": "DM",
        "edition": switches.edition,
        "config_version": switches.config_version,
        "extension_version": switches.extension_version,
        "server_time": stamp(call.dm.clock()),
        "tz": switches.time_zone,
        "max_file_size": switches.max_file_size,
        "max_parallel": switches.max_parallel,
        "list_limit": switches.list_limit,
        "comment_max": switches.comment_max,
        "forbidden_extensions": switches.forbidden_extensions,
        "background_execution": switches.background_execution,
    }
    return reply(200, body)


@method("GET", "/v1/counts")
def counts(call: Call) -> Answer:
    """Equal to the lists, marked objects included; orders and routes count what their families registered."""
    store = call.dm.store
    documents = dict.fromkeys(store.kinds, 0)
    for document in store.documents.values():
        documents[document.kind.id] += 1
    more = {name: count() for name, count in call.dm.counters.items()}
    return reply(200, {"documents": documents, "files": len(store.files), **more})


@method("GET", "/v1/kinds")
def kinds(call: Call) -> Answer:
    """Kinds of documents."""
    return reply(200, {"items": [views.kind(kind) for kind in call.dm.store.kinds.values()]})


@method("GET", "/v1/changes")
def changes(call: Call) -> Answer:
    """Numbered events in order; `next` passes over what `types` filters out."""
    feed, most = call.dm.feed, paging.limit(call)
    feed.tick()
    types = _types(call)
    start = _after(call)
    left = feed.after(start)
    wanted = [event for event in left if event.type in types]
    shown, more = wanted[:most], len(wanted) > most
    last = left[-1].seq if left else feed.last if start is None else start
    following = shown[-1].seq if more else last
    return reply(200, {"items": [event.body for event in shown], "next": following, "has_more": more})


def _after(call: Call) -> int | None:
    text = call.query.get("after")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise invalid("after: ожидается номер события")
    return int(text)


def _types(call: Call) -> set[str]:
    known = {"document", "file", "order", "route"}
    types = set(call.query["types"].split(",")) if "types" in call.query else known
    if types - known:
        raise invalid("types: неизвестный тип")
    return types
