"""What an administrator of 1C ticks in the composition of the OData interface, and the rights our user needs there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import get_args

from common.onec.configurations import profiles
from common.onec.odata.requirements import wanted
from common.onec.profile import Profile
from common.settings.model import Configuration

_SETS = ("Catalog_", "ChartOf", "Document_", "InformationRegister_")
_ROWS = ("_RowType", "_RecordType")
READ, CREATED, WRITTEN = "read", "read; add, where a rule creates what 1C lacks", "read, add, change"


def main(arguments: list[str]) -> int:
    """Exit status: 0 listed, 2 no such product or document."""
    ends = "exit status: 0 listed, 2 no such product or document"
    parser = argparse.ArgumentParser(prog="./deploy.sh entities", description=__doc__, epilog=ends)
    known = ", ".join(get_args(Configuration))
    parser.add_argument("product", help=f"one of {known}, or one document of it such as bp30.sale_act")
    chosen = parser.parse_args(arguments).product
    try:
        found = chosen_profiles(chosen)
    except KeyError:
        print(f"{chosen}: no such product or document; products are {known}", file=sys.stderr)
        return 2
    for name, rights in rights_on(found):
        print(f"{name:<60}  {rights}")
    return 0


def chosen_profiles(name: str) -> list[Profile]:
    """All documents of a product (`bp30`), or the one named (`bp30.sale_act`). Raises KeyError when there is none."""
    product, _, document = name.partition(".")
    found = profiles(product)
    return [found[name]] if document else list(found.values())


def rights_on(found: Sequence[Profile]) -> Iterator[tuple[str, str]]:
    """Every entity set these documents use, by name, with the rights on it."""
    created = {name for profile in found for name in _created(profile)}
    written = {profile.entity for profile in found}
    for name in sorted(one for one in wanted(found) if one.startswith(_SETS) and not one.endswith(_ROWS)):
        yield name, WRITTEN if name in written else CREATED if name in created else READ


def _created(profile: Profile) -> Iterator[str]:
    catalogs = profile.catalogs
    yield from (catalogs.counterparties.entity, catalogs.contracts.entity, catalogs.units.entity)
    if catalogs.partners is not None:
        yield catalogs.partners.entity


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
