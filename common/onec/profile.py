"""How a product writes an act document: profiles are data (`configurations/`), the code around knows no product.

Names are 1C's own (OData properties); what they mean for an act is said in English by the fields that hold them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from common.model.acts import Needs

Scalar = str | bool
Constants = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric attribute of `digits` digits, `fraction` of them after the point.

    `as_text`: Edm.Int64, which travels as a string (facts §1.6).
    """

    name: str
    digits: int
    fraction: int
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A string attribute; 1C cuts it silently after `length` signs (facts §1.8), 0 means it never does."""

    name: str
    length: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A reference. A composite one is `name` with `name_Type` naming the `target` entity (facts §1.3)."""

    name: str
    target: str
    composite: bool = False


@dataclass(frozen=True, slots=True)
class VatMode:
    """The header attribute that says "no VAT at all", and its two values."""

    name: str
    taxed: Scalar
    exempt: Scalar


@dataclass(frozen=True, slots=True)
class Default:
    """A value the rule chooses by name, e.g. `department`; looked up in `link.target`.

    required   its fill check (facts §2, "!") is filled neither by 1C nor by us
    """

    name: str
    place: Literal["header", "line"]
    link: Link
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header. `days` are attributes that repeat the act's date; `constants` are sent as they stand.

    `optional` constants are sent too, but older releases have no such attribute: OData ignores them (facts §1.8).
    """

    organisation: Link
    counterparty: Link
    contract: Link
    currency: Link
    rate: Number
    multiplicity: Number
    vat_included: str
    vat_mode: VatMode
    partner: Link | None = None
    agreement: Link | None = None
    settlement_currency: Link | None = None
    comment: str = "Комментарий"
    total: str = "СуммаДокумента"
    days: tuple[str, ...] = ()
    constants: Constants = field(default_factory=dict)
    optional: Constants = field(default_factory=dict)

    def links(self) -> Iterator[Link]:
        """The references that every act has; read back expanded, so that a broken one shows."""
        parties = (self.organisation, self.counterparty, self.contract, self.currency)
        yield from (*parties, *(one for one in (self.partner, self.agreement) if one))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The section of rows. `quantity` may have to be said twice (packs and units); `text` None: no free text."""

    section: str
    quantity: tuple[Number, ...]
    price: Number
    amount: Number
    vat: str
    vat_amount: Number
    item: str = ""
    text: Text | None = None
    total: Number | None = None
    unit: Link | None = None
    constants: Constants = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalog:
    """A catalog looked up by code or name. `folders`: groups live in it too and are never chosen."""

    entity: str
    folders: bool = False


@dataclass(frozen=True, slots=True)
class Organisations:
    entity: str = "Catalog_Организации"
    inn: str = "ИНН"
    kpp: str = "КПП"


@dataclass(frozen=True, slots=True)
class Units:
    """Units of measure by OKEI. `owned`: the catalog also holds packs of single items, which are no OKEI units."""

    entity: str
    full_name: Text
    owned: bool = False
    constants: Constants = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rates:
    """The register of rates: units of the base's currency for `multiplicity` units of the foreign one."""

    entity: str = "InformationRegister_КурсыВалют"
    currency: str = "Валюта_Key"
    rate: str = "Курс"
    multiplicity: str = "Кратность"


@dataclass(frozen=True, slots=True)
class VatEnum:
    """VAT is an enumeration; its members are known from `$metadata` (facts §2.5)."""

    enum: str = "СтавкиНДС"


@dataclass(frozen=True, slots=True)
class VatCatalog:
    """VAT is a catalog (facts §2.5).

    computed     true for rates like 22/122, which no row of an act has
    exempt       attribute and value that tell "without VAT" from 0 %
    domestic     attribute that only Russian rates have filled, if any has; "" when the catalog holds no others
    country      attribute that tells rates of other countries from those
    since, until   first and last day in force; "" when the catalog has none and the law decides
    """

    entity: str
    rate: str
    computed: str
    exempt: tuple[str, Scalar]
    domestic: str = ""
    country: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Partners:
    """Trade and ERP keep a partner above each counterparty; he is created first (facts §3)."""

    entity: str
    name: Text
    full_name: Text
    note: str
    legal: Constants
    person: Constants


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparties:
    """`note` and `address` may be the same attribute; `legal` and `person` are sent on creation.

    country   attribute whose fill check wants the country of registration (facts §3, "!"); "" where it does not
    """

    entity: str
    name: Text
    full_name: Text
    note: str
    address: str
    legal: Constants
    person: Constants
    folders: bool = False
    partner: str = ""
    country: str = ""
    inn: str = "ИНН"
    kpp: str = "КПП"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """Contracts with a buyer. `opened` holds what tells one from contracts of other kinds and from closed ones."""

    entity: str
    owner: Link
    currency: str
    number: str
    day: str
    name: Text
    opened: Constants
    partner: str = ""
    folders: bool = False
    organisation: str = "Организация_Key"
    created: Constants = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreements:
    """Agreements of Trade and ERP; a `standard` one serves every client (facts §2.3).

    with_contracts   the flag that acts under it name a contract; a release without it leaves the question open
    """

    entity: str
    counterparty: str
    partner: str
    organisation: str
    currency: str
    price_currency: str
    standard: str
    with_contracts: str
    number: str
    day: str
    opened: Constants
    operation: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogs:
    """What an act refers to; the same for all documents of a product."""

    counterparties: Counterparties
    contracts: Contracts
    items: Catalog
    units: Units
    vat: VatEnum | VatCatalog
    currencies: Catalog
    organisations: Organisations
    rates: Rates
    agreements: Agreements | None = None
    partners: Partners | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One act document of one product. `title` is 1C's kind and name in links, e.g. `Документ.АктВыполненныхРабот`."""

    id: str
    entity: str
    header: Header
    lines: Lines
    catalogs: Catalogs
    defaults: tuple[Default, ...] = ()

    @property
    def product(self) -> str:
        """The configuration this profile belongs to: the first part of its id."""
        return self.id.partition(".")[0]

    @property
    def title(self) -> str:
        return "Документ." + self.entity.removeprefix("Document_")

    def chosen(self, place: Literal["header", "line"]) -> Iterator[Default]:
        """The defaults of one place."""
        return (one for one in self.defaults if one.place == place)

    def needs(self) -> Needs:
        """What the document takes, in the words of the port."""
        text = self.lines.text
        return Needs(
            item=bool(self.lines.item),
            unit=self.lines.unit is not None,
            text_limit=(text.length or None) if text else 0,
            agreement=self.header.agreement is not None,
            contract=True,
            quantity_scale=min(number.fraction for number in self.lines.quantity),
            required_defaults=tuple(one.name for one in self.defaults if one.required),
            known_defaults=tuple(one.name for one in self.defaults),
        )
