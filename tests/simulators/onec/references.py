"""The keys of the reference data a base was seeded with."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Seeded:
    """`Ref_Key`s of what was filled in; a product has only some of them, the others stay empty."""

    organisation: str = ""
    counterparty: str = ""
    contract: str = ""
    partner: str = ""
    agreement: str = ""
    department: str = ""
    item_group: str = ""
    manager: str = ""
    income_article: str = ""
    activity: str = ""
    warehouse: str = ""
    bank_account: str = ""
    currencies: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    vat: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
