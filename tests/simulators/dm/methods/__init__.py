"""The method families. A new family is one module here: it is found by itself.

A family registers handlers with `calls.method` and keeps its state in a class of its own, got by `dm.part(...)`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Fill the table of methods."""
    for family in iter_modules(__path__):
        import_module(f"{__name__}.{family.name}")
