"""The method families. A new family is one module here: it is found by itself.

A family registers handlers with `calls.method` and keeps its state in a class of its own, got by `portal.part(...)`.
A handler that must see the raw request (an upload) reads `call.hit.request`; one that answers bytes (a download)
returns an `Answer`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Fill the table of methods."""
    import_module("tests.simulators.bitrix24.batch")
    for family in iter_modules(__path__):
        import_module(f"{__name__}.{family.name}")
