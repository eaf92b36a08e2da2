"""What 1C kept otherwise than we wrote it: it truncates, ignores, stores broken links silently (facts §1.8). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from common.model.acts import Act, ActLine, StoredAct, StoredLine
from common.model.ids import EMPTY_REF
from common.onec.odata.documents import fitted, price
from common.onec.odata.values import EMPTY_DATE, number
from common.onec.profile import Profile

Fact = tuple[str, object, object]
"""An attribute of 1C, our value and 1C's."""


def differences(profile: Profile, act: Act, kept: StoredAct) -> list[str]:
    """Every fact of the act that 1C holds otherwise, each with the attribute and both values.

    What the act leaves open (a contract, a default) is 1C's to fill and not compared.
    """
    facts = [*_header(profile, act, kept), *_defaults(profile, act, kept), *_lines(profile, act, kept)]
    found = [_said(*fact) for fact in facts if not _same(fact[1], fact[2])]
    return [*found, *(one for one in kept.otherwise if one not in found)]


def otherwise(profile: Profile, sent: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[str, ...]:
    """Every attribute of a body that came back with another value: rates, units, flags and accounts too.

    The number of rows is compared by `differences`.
    """
    section = profile.lines.section
    # A base may give the document a key of its own (facts §1.8): the caller sees that by itself.
    left_out = {section, "Ref_Key", *(name for name in profile.header.optional if name not in found)}
    # Posted at once it was by the base itself; one found again later may be posted by the accountant, as it should.
    facts: list[Fact] = [("Posted", False, found.get("Posted"))]
    facts += [(name, value, found.get(name)) for name, value in sent.items() if name not in left_out]
    for place, (line, row) in enumerate(zip(sent[section], found.get(section, ()), strict=False), 1):
        facts += [(f"{section}[{place}].{name}", value, row.get(name)) for name, value in line.items()]
    return tuple(_said(*fact) for fact in facts if not _same(fact[1], fact[2]))


def _header(profile: Profile, act: Act, kept: StoredAct) -> Iterator[Fact]:
    header = profile.header
    yield "Date", act.day, kept.day
    yield "DeletionMark", False, kept.marked
    yield header.organisation.name, act.organisation, kept.organisation
    yield header.counterparty.name, act.counterparty, kept.counterparty
    if act.contract:
        yield header.contract.name, act.contract, kept.contract or EMPTY_REF
    yield header.currency.name, act.currency, kept.currency
    yield header.total, act.total, kept.total
    yield header.comment, act.token, act.token if token_in(act.token, kept.comment) else ""


def _defaults(profile: Profile, act: Act, kept: StoredAct) -> Iterator[Fact]:
    header = profile.header
    if header.partner and act.partner:
        yield header.partner.name, act.partner, kept.refs.get("partner", EMPTY_REF)
    if header.agreement and act.agreement:
        yield header.agreement.name, act.agreement, kept.refs.get("agreement", EMPTY_REF)
    for default in profile.chosen("header"):
        wanted = act.refs.get(default.name)
        if wanted:
            yield default.link.name, wanted, kept.refs.get(default.name, EMPTY_REF)


def _lines(profile: Profile, act: Act, kept: StoredAct) -> Iterator[Fact]:
    section = profile.lines.section
    yield section, len(act.lines), len(kept.lines)
    for place, (line, row) in enumerate(zip(act.lines, kept.lines, strict=False), 1):
        for name, wanted, found in _line(profile, line, row):
            yield f"{section}[{place}].{name}", wanted, found


def _line(profile: Profile, line: ActLine, row: StoredLine) -> Iterator[Fact]:
    lines = profile.lines
    if lines.item:
        yield lines.item, line.item, row.item
    if lines.text is not None:
        yield lines.text.name, fitted(lines.text, line.text), row.text
    yield lines.quantity[0].name, line.quantity, row.quantity
    yield lines.price.name, price(lines.price, line.price), row.price
    yield lines.amount.name, line.amount, row.amount
    yield lines.vat, line.vat.value, row.vat
    yield lines.vat_amount.name, line.vat_amount, row.vat_amount


def _same(wanted: object, found: object) -> bool:
    """Numbers compare as numbers whatever their form, dates by day, text without its margins and line ends."""
    if isinstance(wanted, bool) or found is None:
        return wanted == (found or False)
    if isinstance(wanted, Decimal):
        return wanted == number(found)
    if isinstance(wanted, str):
        return _plain(wanted) == _plain(str(found))
    return wanted == found


def _plain(text: str) -> str:
    if _is_moment(text):
        return text[:10]
    return text.replace("\r\n", "\n").strip()


def _is_moment(text: str) -> bool:
    return len(text) == len(EMPTY_DATE) and text[4] == text[7] == "-" and text[10] == "T" and text[:4].isdigit()


def _said(name: str, wanted: object, found: object) -> str:
    return f"{name}: {wanted} ≠ {found}"


def token_in(token: str, comment: str) -> bool:
    """Whether the comment holds exactly this mark: not a longer one, not a later generation written after it."""
    at = comment.find(token)
    while at >= 0:
        after = comment[at + len(token) : at + len(token) + 1]
        before = comment[at - 1 : at] if at else ""
        if not _sticks(before) and not _sticks(after) and after != "#":
            return True
        at = comment.find(token, at + 1)
    return False


def _sticks(sign: str) -> bool:
    return sign.isalnum() or sign in ("_", "[", "]") if sign else False


def ours(token: str, acts: Sequence[StoredAct]) -> list[StoredAct]:
    """The acts that carry this mark."""
    return [act for act in acts if token_in(token, act.comment)]
