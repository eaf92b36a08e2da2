"""Which settings are secrets (design §5), by name. Pure."""

from __future__ import annotations

import re
from typing import Final

DM: Final = ("ONEC_DM_KEYS", "ONEC_DM_PASSWORD")
"""Of 1C:DM; the rest of `ONEC_…_PASSWORD` are passwords of accounting bases, none of which may be called dm."""

BASES: Final = "ONEC_*_PASSWORD"
"""Stands in a manifest for the passwords of all accounting bases: which there are, each environment says."""

SECRETS: Final = ("BITRIX_APPLICATION_TOKEN", "BITRIX_CLIENT_SECRET", "BITRIX_WEBHOOK_URL", *DM, BASES)
"""Every secret of the README's settings, with `BASES` for those of the bases."""

_OF_A_BASE: Final = re.compile(r"ONEC_[A-Z][A-Z0-9_]*_PASSWORD")


def is_secret(name: str) -> bool:
    """Whether a setting of this name holds a secret: `ONEC_MAIN_PASSWORD`, but not `ONEC_MAIN_URL`."""
    return name in SECRETS[:-1] or _OF_A_BASE.fullmatch(name) is not None


def covers(declared: str, name: str) -> bool:
    """Whether what a manifest declares lets its function read the secret of that name.

    `ONEC_*_PASSWORD` does not cover `ONEC_DM_PASSWORD`: who carries acts has no business in 1C:DM.
    """
    if declared == BASES:
        return name not in DM and _OF_A_BASE.fullmatch(name) is not None
    return declared == name


def calls_1c(declared: str) -> bool:
    """Whether who needs this secret calls 1C with it; a key that only checks signatures does not."""
    return declared.endswith("_PASSWORD")
