"""Nouns of the acts exchange: its rules, a draft before 1C was asked, what may come of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from common.errors import Stop
from common.mapping.tables import Table
from common.model.ids import BaseName, DealId, Ref, RuleId, StageId, UserId


@dataclass(frozen=True, slots=True)
class OwnCompany:
    """Our own company by its tax ids; `kpp` is empty for an entrepreneur."""

    inn: str
    kpp: str = ""


@dataclass(frozen=True, slots=True)
class BackFields:
    """The deal's user fields that show the act; an empty name is not written."""

    number: str = "UF_CRM_ONEC_ACT_NUMBER"
    date: str = "UF_CRM_ONEC_ACT_DATE"
    link: str = "UF_CRM_ONEC_ACT_LINK"
    state: str = "UF_CRM_ONEC_ACT_STATE"

    def names(self) -> list[str]:
        """Those in use."""
        return [name for name in (self.number, self.date, self.link, self.state) if name]


@dataclass(frozen=True, slots=True)
class ActRule:
    """Funnel and stage → base and profile, with the company's choices (rules, Acts).

    since                what happened before is excluded `before_start`; None: from the first activation
    organisation         our company; None: the one linked to the deal
    currency             `convert` to roubles at the act date's rate, or `keep` the deal's
    contract             of several contracts: `only` one allowed, the `newest`, or by number from `contract_field`
    zero_price           a line without a price: `stop`, or `allow`
    amount_mismatch      rows differ from the deal's amount: `stop`, or `note` it in the act and go on with the rows
    closed_period        1C's period is closed: `wait`, or use its `first_open_day`
    defaults             the profile's defaults by their English name → Ref_Key, code or exact name in 1C
    """

    id: RuleId
    category: int
    stage: StageId
    base: BaseName
    profile: str
    name: str = ""
    active: bool = True
    since: datetime | None = None
    organisation: OwnCompany | None = None
    currency: Literal["convert", "keep"] = "convert"
    create_counterparty: bool = False
    contract: Literal["only", "newest", "field"] = "only"
    contract_field: str = ""
    create_contract: bool = False
    create_unit: bool = False
    zero_price: Literal["stop", "allow"] = "stop"
    amount_mismatch: Literal["stop", "note"] = "stop"
    closed_period: Literal["wait", "first_open_day"] = "wait"
    defaults: Mapping[str, str] = field(default_factory=dict)
    back: BackFields = field(default_factory=BackFields)


@dataclass(frozen=True, slots=True)
class Excluded:
    """The entry needs no act, by this named rule: `before_start`, `not_selected`, `stage_reverted`, `deal_deleted`."""

    rule: str


@dataclass(frozen=True, slots=True)
class Client:
    """The deal's client, checked: `inn` has valid digits, `kpp` is there for a legal entity, the address is known."""

    requisite: int
    owner: str
    """`company:12` or `contact:7`: whose card a person opens to mend it."""
    name: str
    full_name: str
    inn: str
    kpp: str
    address: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line before 1C was asked. Sums are in the deal's currency; `item` and `unit` are the mapping's words."""

    text: str
    item: str
    unit: str
    unit_name: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    vat_rate: Decimal | None
    vat_amount: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Draft:
    """An act as the deal alone tells it; `decide.act` joins it with what 1C knows. `card` is the deal's address."""

    deal: DealId
    card: str
    day: date
    client: Client
    organisation: OwnCompany
    currency: str
    """Three digits, 643 is the rouble."""
    vat_included: bool
    lines: tuple[DraftLine, ...]
    total: Decimal
    deal_amount: Decimal
    responsible: UserId
    contract_number: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing is written; these are all the reasons known at once, so that a person mends them in one go."""

    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """The correspondence tables an act needs."""

    nomenclature: Table
    units: Table
    vat: Table
    currencies: Table
    counterparties: Table
    organisations: Table


@dataclass(frozen=True, slots=True)
class Place:
    """Where this happens: names and addresses that marks, links and texts need.

    zone    `BUSINESS_TIME_ZONE`, an IANA name
    url     the portal's address without a slash, for links in texts
    """

    portal: str
    url: str
    zone: str


@dataclass(frozen=True, slots=True)
class Known:
    """What 1C answered for one draft; only what the draft asked for."""

    organisation: Ref
    counterparty: Ref
    partner: Ref | None
    contract: Ref | None
    agreement: Ref | None
    items: Mapping[str, Ref]
    units: Mapping[str, Ref]
    refs: Mapping[str, Ref]
    line_refs: Mapping[str, Ref]
    currency: Ref
    rouble: Ref
