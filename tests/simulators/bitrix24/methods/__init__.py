"""The method families. A new family is one module here, named in `FAMILIES`."""

from __future__ import annotations

from importlib import import_module

FAMILIES = (
    "activities",
    "basic",
    "bizproc",
    "dictionaries",
    "event_queue",
    "event_handlers",
    "items",
    "legacy",
    "notifications",
    "people",
    "product_rows",
    "requisites",
    "stage_history",
    "user_fields",
)


def load() -> None:
    """Fill the table of methods."""
    import_module("tests.simulators.bitrix24.batch")
    for family in FAMILIES:
        import_module(f"{__name__}.{family}")
