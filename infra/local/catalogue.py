"""The README's table of functions, made of their manifests: `python -m infra.local.catalogue`."""

from __future__ import annotations

from collections.abc import Iterator

from infra.local.collection import Function, functions

BEGIN, END = "<!-- functions -->", "<!-- /functions -->"
HEADER = ("| function | exchange | entry points | when | what |", "|---|---|---|---|---|")


def table() -> str:
    """All functions in the order of their names, as a Markdown table without a final line break."""
    return "\n".join([*HEADER, *(_row(function) for function in functions().values())])


def _row(function: Function) -> str:
    manifest = function.manifest
    when = f"`{manifest.schedule}`" if manifest.kind == "job" else manifest.kind
    cells = (f"`{function.name}`", manifest.exchange, ", ".join(_entries(function)), when, manifest.about)
    return f"| {' | '.join(cells)} |"


def _entries(function: Function) -> Iterator[str]:
    for name, entry in function.manifest.entry_points.items():
        queue = f", {entry.queue} queue" if entry.queue else ""
        yield f"{name} ({'public' if entry.public else 'private'}{queue})"


if __name__ == "__main__":
    print(table())
