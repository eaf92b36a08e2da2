"""One data file per product; a new product is a new file here and nothing else (design §2)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from common.onec.profile import Profile


def profiles(product: str) -> Mapping[str, Profile]:
    """All profiles of a product by id. Raises KeyError for a product without a file; imports only that file."""
    name = f"{__name__}.{product}"
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise KeyError(product) from error
    found = cast(tuple[Profile, ...], module.PROFILES)
    return {profile.id: profile for profile in found}


def profile(profile_id: str) -> Profile:
    """The profile of that id, e.g. `bp30.sale_act`. Raises KeyError when there is none."""
    product, _, _ = profile_id.partition(".")
    if not product.isidentifier():
        raise KeyError(profile_id)
    return profiles(product)[profile_id]
