"""What a profile needs a base to have: every entity and attribute it reads or writes. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from common.onec.profile import Agreements, Catalogs, Link, Partners, Profile, VatCatalog, VatEnum

COUNTRIES = "Catalog_СтраныМира"
"""Not demanded of a base: one that does not publish it fills the country of a new counterparty by itself, or not."""
_REFERENCE = ("Ref_Key", "DeletionMark")


def wanted(found: Iterable[Profile]) -> set[str]:
    """The types and enumerations that these profiles use, the targets of defaults among them."""
    names: set[str] = set()
    for profile in found:
        names |= set(attributes_of(profile)) | {default.link.target for default in profile.defaults}
        vat = profile.catalogs.vat
        names |= {vat.enum} if isinstance(vat, VatEnum) else set()
        names |= {COUNTRIES} if profile.catalogs.counterparties.country else set()
    return names


def attributes_of(profile: Profile) -> dict[str, set[str]]:
    """Every attribute the profile reads or writes, by its type; rows are the type `<entity>_<section>_RowType`."""
    header, lines = profile.header, profile.lines
    links = [*header.links(), *(one.link for one in profile.chosen("header"))]
    links += [header.settlement_currency] if header.settlement_currency else []
    plain = [header.rate.name, header.multiplicity.name, header.vat_included, header.vat_mode.name, header.comment]
    rows = [*(one.link for one in profile.chosen("line")), *([lines.unit] if lines.unit else [])]
    numbers = [*lines.quantity, lines.price, lines.amount, lines.vat_amount, *([lines.total] if lines.total else [])]
    text = [lines.text.name] if lines.text else []
    return {
        profile.entity: {*_REFERENCE, "Number", "Date", "Posted", "DataVersion", header.total, lines.section}
        | {*plain, *header.days, *header.constants, *_names(links)},
        f"{profile.entity}_{lines.section}_RowType": {"LineNumber", lines.vat, *text, *lines.constants}
        | {number.name for number in numbers}
        | _names(rows)
        | ({lines.item} if lines.item else set()),
        **_catalogs(profile.catalogs),
    }


def _names(links: Iterable[Link]) -> set[str]:
    return {name for link in links for name in (link.name, *([f"{link.name}_Type"] if link.composite else []))}


def _catalogs(catalogs: Catalogs) -> dict[str, set[str]]:
    parties, contracts = catalogs.counterparties, catalogs.contracts
    folders = {True: {"IsFolder"}, False: set[str]()}
    found: dict[str, set[str]] = {
        parties.entity: {*_REFERENCE, parties.name.name, parties.full_name.name, parties.note, parties.address}
        | {parties.inn, parties.kpp, *parties.legal, *parties.person}
        | ({parties.partner} if parties.partner else set())
        | folders[parties.folders],
        contracts.entity: {*_REFERENCE, contracts.organisation, contracts.currency, contracts.number, contracts.day}
        | {contracts.name.name, *contracts.opened, *contracts.created, *_names([contracts.owner])}
        | ({contracts.partner} if contracts.partner else set())
        | folders[contracts.folders],
        catalogs.items.entity: {*_REFERENCE, "Code", "Description"} | folders[catalogs.items.folders],
        catalogs.units.entity: {*_REFERENCE, "Code", "Description", catalogs.units.full_name.name}
        | {*catalogs.units.constants},
        catalogs.currencies.entity: {*_REFERENCE, "Code"},
        catalogs.organisations.entity: {
            *_REFERENCE,
            "Description",
            catalogs.organisations.inn,
            catalogs.organisations.kpp,
        },
        catalogs.rates.entity: {"Period", catalogs.rates.currency, catalogs.rates.rate, catalogs.rates.multiplicity},
    }
    return found | _vat(catalogs.vat) | _agreements(catalogs.agreements) | _partners(catalogs.partners)


def _vat(vat: VatEnum | VatCatalog) -> dict[str, set[str]]:
    if isinstance(vat, VatEnum):
        return {}
    named = {vat.rate, vat.computed, vat.exempt[0], vat.domestic, vat.country, vat.since, vat.until}
    return {vat.entity: {*_REFERENCE, *named} - {""}}


def _agreements(agreements: Agreements | None) -> dict[str, set[str]]:
    if agreements is None:
        return {}
    one = agreements
    named = {one.counterparty, one.partner, one.organisation, one.currency, one.price_currency, one.standard}
    return {one.entity: {*_REFERENCE, "Description", one.number, one.day, one.operation[0], *one.opened, *named}}


def _partners(partners: Partners | None) -> dict[str, set[str]]:
    if partners is None:
        return {}
    named = {partners.name.name, partners.full_name.name, partners.note}
    return {partners.entity: {*_REFERENCE, *named, *partners.legal, *partners.person}}
