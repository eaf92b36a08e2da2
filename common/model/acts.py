"""1C's side of an act, as plain nouns that fit all four products; `configurations/` gives them 1C's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from common.model.ids import BaseName, Ref


@dataclass(frozen=True, slots=True)
class VatValue:
    """A VAT rate as the base knows it: an enum member's name, or a catalog item's `Ref_Key` (facts onec-odata §2.5)."""

    rate: Decimal | None
    """Percent; None is "without VAT", which differs from 0."""
    value: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class ActLine:
    """One line. Sums are in the act's currency, rounded to 0.01; `total` includes VAT."""

    item: Ref
    text: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    """Quantity × price: with VAT when the act's prices include it, else without."""
    vat: VatValue
    vat_amount: Decimal
    total: Decimal
    unit: Ref | None


@dataclass(frozen=True, slots=True)
class Act:
    """A draft act to write. `refs` and `line_refs` are the rule's checked defaults by their English name."""

    base: BaseName
    ref: Ref
    """The `Ref_Key` we ask for: UUIDv5 of portal, deal, rule and generation (rules, One)."""
    token: str
    """Our mark in the comment, e.g. `[b24:portal/12/services]`."""
    comment: str
    day: date
    organisation: Ref
    counterparty: Ref
    partner: Ref | None
    contract: Ref | None
    agreement: Ref | None
    currency: Ref
    currency_code: str
    settlement_currency: Ref
    rate: Decimal
    multiplicity: int
    vat_included: bool
    without_vat: bool
    lines: tuple[ActLine, ...]
    total: Decimal
    refs: Mapping[str, Ref] = field(default_factory=dict)
    line_refs: Mapping[str, Ref] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line as 1C gives it back."""

    item: Ref
    text: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    vat: str
    vat_amount: Decimal


@dataclass(frozen=True, slots=True)
class StoredAct:
    """An act as 1C gives it back. `day` is on the base's own calendar; `version` is `DataVersion`, only compared.

    `otherwise` comes with an act just created: every attribute sent that 1C gave back with another value.
    """

    ref: Ref
    number: str
    day: date
    posted: bool
    marked: bool
    version: str
    comment: str
    organisation: Ref
    counterparty: Ref
    contract: Ref | None
    currency: Ref
    total: Decimal
    lines: tuple[StoredLine, ...]
    refs: Mapping[str, Ref] = field(default_factory=dict)
    otherwise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    ref: Ref
    name: str
    inn: str
    kpp: str


@dataclass(frozen=True, slots=True)
class Counterparty:
    """A counterparty found by INN (and KPP). `partner` only in Trade and ERP."""

    ref: Ref
    name: str
    inn: str
    kpp: str
    marked: bool = False
    partner: Ref | None = None


@dataclass(frozen=True, slots=True)
class NewParty:
    """A counterparty to create (rules, Parties): from the client's requisite. `owner` is his card, `company:12`."""

    name: str
    full_name: str
    inn: str
    kpp: str
    address: str
    note: str
    """Our marker for the accountant, kept in the counterparty's comment."""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with a buyer, open and not marked; or an agreement (Trade, ERP). `currency` is its settlement one.

    needs_contract   an agreement's flag whether acts under it name a contract; None: a contract, or not known
    """

    ref: Ref
    name: str
    number: str
    day: date | None
    currency: Ref | None
    needs_contract: bool | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """`rate` units of the base's currency for `multiplicity` units of the foreign one, in force since `day`."""

    rate: Decimal
    multiplicity: int
    day: date


@dataclass(frozen=True, slots=True)
class Needs:
    """What a profile's document takes, so that a rule can be checked and a line be prepared for it.

    text_limit   signs a line's text may have; 0: the document has no text, None: no limit
    quantity_scale   decimals a quantity may have
    """

    item: bool
    unit: bool
    text_limit: int | None
    agreement: bool
    contract: bool
    quantity_scale: int
    required_defaults: tuple[str, ...]
    known_defaults: tuple[str, ...]
