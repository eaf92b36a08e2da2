"""An act as the body of a document, and a document as an act (facts §2). Pure; the profile says 1C's names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from common.model.acts import Act, ActLine, StoredAct, StoredLine
from common.model.ids import EMPTY_REF, Ref
from common.onec.odata.values import TYPES, day, number, number_text, ref, some
from common.onec.profile import Default, Link, Number, Profile, Text

Body = dict[str, Any]
NOON = "T12:00:00"
"""Far from both ends of the day; an option of BP moves documents to 14:00 (facts §2.1), so only days are compared."""


def body(profile: Profile, act: Act) -> Body:
    """The POST body of a draft: never `Posted`. Raises ValueError when a sum is finer than its attribute."""
    lines = [
        {"LineNumber": str(place), **_line(profile, act, line)}  # Mandatory, and from 1 (facts §1.7).
        for place, line in enumerate(act.lines, 1)
    ]
    return {"Ref_Key": act.ref, **_header(profile, act), profile.lines.section: lines}


def fitted(text: Text, value: str) -> str:
    """The text within its attribute's length, ending visibly when cut: 1C would cut it silently (facts §1.8)."""
    if not text.length or len(value) <= text.length:
        return value
    return value[: text.length - 1] + "…"


def linked(link: Link, key: Ref) -> Body:
    """A reference to send; a composite one names its type (facts §1.3)."""
    return {link.name: key, f"{link.name}_Type": TYPES + link.target} if link.composite else {link.name: key}


def stored(profile: Profile, found: Mapping[str, Any]) -> StoredAct:
    """The act that a document of 1C is. A link that leads nowhere reads as empty."""
    header = profile.header
    return StoredAct(
        ref=ref(found["Ref_Key"]),
        number=str(found.get("Number", "")).strip(),
        day=day(found.get("Date")) or date.min,
        posted=bool(found.get("Posted")),
        marked=bool(found.get("DeletionMark")),
        version=str(found.get("DataVersion", "")),
        comment=str(found.get(header.comment, "")),
        organisation=_live(header.organisation, found),
        counterparty=_live(header.counterparty, found),
        contract=some(_live(header.contract, found)),
        currency=_live(header.currency, found),
        total=number(found.get(header.total)),
        lines=tuple(_stored_line(profile, row) for row in found.get(profile.lines.section, ())),
        refs=_stored_refs(profile, found),
    )


def _header(profile: Profile, act: Act) -> Body:
    header = profile.header
    rate, multiplicity = _rate(profile, act)
    filled: Body = {
        "Date": act.day.isoformat() + NOON,
        **header.constants,
        **header.optional,
        **{name: f"{act.day.isoformat()}T00:00:00" for name in header.days},
        header.organisation.name: act.organisation,
        header.counterparty.name: act.counterparty,
        header.currency.name: act.currency,
        header.rate.name: _sent(header.rate, rate),
        header.multiplicity.name: _sent(header.multiplicity, Decimal(multiplicity)),
        header.vat_included: act.vat_included,
        header.vat_mode.name: header.vat_mode.exempt if act.without_vat else header.vat_mode.taxed,
        header.comment: act.comment if act.token in act.comment else f"{act.comment} {act.token}".strip(),
    }
    # What the act leaves open is 1C's to fill, so nothing is sent for it.
    optional = (
        (header.contract, act.contract),
        (header.partner, act.partner),
        (header.agreement, act.agreement),
        (header.settlement_currency, act.settlement_currency),
    )
    filled |= {link.name: key for link, key in optional if link is not None and key}
    return filled | _chosen(profile.chosen("header"), act.refs)


def _rate(profile: Profile, act: Act) -> tuple[Decimal, int]:
    """Trade and ERP keep the rate between the act's currency and the settlements': none where they are the same."""
    if profile.header.settlement_currency and act.currency == act.settlement_currency:
        return Decimal(1), 1
    return act.rate, act.multiplicity


def _line(profile: Profile, act: Act, line: ActLine) -> Body:
    lines = profile.lines
    filled: Body = dict(lines.constants)
    if lines.item:
        filled[lines.item] = line.item
    if lines.text is not None:
        filled[lines.text.name] = fitted(lines.text, line.text)
    filled |= {quantity.name: _sent(quantity, line.quantity) for quantity in lines.quantity}
    if lines.unit is not None and line.unit is not None:
        filled |= linked(lines.unit, line.unit)
    filled |= {
        lines.price.name: price(lines.price, line.price),
        lines.amount.name: _sent(lines.amount, line.amount),
        lines.vat: line.vat.value,
        lines.vat_amount.name: _sent(lines.vat_amount, line.vat_amount),
    }
    if lines.total is not None:
        filled[lines.total.name] = _sent(lines.total, line.total)
    return filled | _chosen(profile.chosen("line"), act.line_refs)


def _chosen(defaults: Iterator[Default], refs: Mapping[str, Ref]) -> Body:
    filled: Body = {}
    for default in defaults:
        key = refs.get(default.name)
        if key:
            filled |= linked(default.link, key)
    return filled


def _sent(attribute: Number, value: Decimal) -> Decimal | str:
    """A number as the attribute holds it. Raises ValueError rather than let 1C round or overflow it."""
    scaled = _scaled(attribute, value)
    if scaled != value:
        raise ValueError(f"{attribute.name}: more than {attribute.fraction} decimals")
    if abs(scaled) >= Decimal(10) ** (attribute.digits - attribute.fraction):
        raise ValueError(f"{attribute.name}: more than {attribute.digits} digits")
    return number_text(scaled) if attribute.as_text else scaled


def price(attribute: Number, value: Decimal) -> Decimal | str:
    """A price may be finer than 1C's two decimals; the sums are already computed from the fine one (rules, Money)."""
    return _sent(attribute, _scaled(attribute, value))


def _scaled(attribute: Number, value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-attribute.fraction), rounding=ROUND_HALF_UP)


def _live(link: Link | None, found: Mapping[str, Any]) -> Ref:
    """The reference, or the empty one when it was read expanded and nothing was there: a broken link (facts §1.8)."""
    if link is None:
        return EMPTY_REF
    navigation = link.name.removesuffix("_Key")
    if navigation != link.name and navigation in found and not found[navigation]:
        return EMPTY_REF
    return ref(found.get(link.name))


def _stored_line(profile: Profile, row: Mapping[str, Any]) -> StoredLine:
    lines = profile.lines
    return StoredLine(
        item=ref(row.get(lines.item)) if lines.item else EMPTY_REF,
        text=str(row.get(lines.text.name, "")) if lines.text else "",
        quantity=number(row.get(lines.quantity[0].name)),
        price=number(row.get(lines.price.name)),
        amount=number(row.get(lines.amount.name)),
        vat=str(row.get(lines.vat, "")),
        vat_amount=number(row.get(lines.vat_amount.name)),
    )


def _stored_refs(profile: Profile, found: Mapping[str, Any]) -> dict[str, Ref]:
    """The header's further references by their English names."""
    header = profile.header
    parties = {"partner": header.partner, "agreement": header.agreement}
    refs = {name: _live(link, found) for name, link in parties.items() if link}
    return refs | {one.name: ref(found.get(one.link.name)) for one in profile.chosen("header")}
