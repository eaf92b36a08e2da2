"""Who the act is between: the client's requisite and our own company (rules, Parties). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from common.errors import Stop
from common.exchanges.acts.model import ActRule, Client, OwnCompany, Place
from common.model.deals import LEGAL_ADDRESS, REGISTRATION_ADDRESS, DealFacts, Requisite
from common.model.parties import inn_is_valid, is_legal_entity, kpp_is_valid, squeezed

RUSSIA = 1


def client(facts: DealFacts, place: Place) -> tuple[Client | None, list[Stop]]:
    """The client as the act needs him, or every reason why not (all at once)."""
    requisite, stops = _requisite(facts, place)
    if requisite is None:
        return None, stops
    checked = Client(
        requisite=requisite.id,
        owner=_owner(requisite),
        name=requisite.name or facts.client_name,
        full_name=requisite.full_name or requisite.name or facts.client_name,
        inn=squeezed(requisite.inn),
        kpp=squeezed(requisite.kpp) if is_legal_entity(squeezed(requisite.inn)) else "",
        address=_address(facts, requisite),
    )
    stops = list(_faults(checked, requisite, place))
    return (None, stops) if stops else (checked, [])


def organisation(facts: DealFacts, rule: ActRule, place: Place) -> tuple[OwnCompany | None, list[Stop]]:
    """Our own company: the rule's, or the deal's; both given and different stops (rules, Parties)."""
    linked = _linked_own(facts)
    fixed = rule.organisation
    if fixed is None and linked is None:
        return None, [_deal_stop(facts, place, "no_organisation", "моя компания в сделке или правиле")]
    if fixed is not None and linked is not None and fixed != linked:
        details = f"{_tax_ids(fixed)} / {_tax_ids(linked)}"
        return None, [_deal_stop(facts, place, "organisation_mismatch", "моя компания", details)]
    return fixed or linked, []


def _requisite(facts: DealFacts, place: Place) -> tuple[Requisite | None, list[Stop]]:
    """The linked requisite; without a link the only active one."""
    if facts.deal.company is None and facts.deal.contact is None:
        return None, [_deal_stop(facts, place, "client_missing", "клиент сделки")]
    chosen = facts.link.client if facts.link else None
    active = [one for one in facts.requisites if one.active]
    fitting = [one for one in facts.requisites if one.id == chosen] if chosen else active
    if len(fitting) == 1:
        return fitting[0], []
    return None, [_no_single_requisite(facts, place, chosen is not None, active)]


def _no_single_requisite(facts: DealFacts, place: Place, linked: bool, active: list[Requisite]) -> Stop:
    owner = _client_card(facts)
    if linked or len(active) > 1:
        names = ", ".join(f"{one.name} (ИНН {one.inn or '—'} КПП {one.kpp or '—'})" for one in active)
        return _deal_stop(facts, place, "requisite_ambiguous", "реквизиты клиента в сделке", names)
    reason = "inn_missing" if facts.deal.company else "client_missing"
    return Stop(reason, "реквизиты с ИНН", "crm", owner, facts.client_name, _card_url(owner, place))


def _faults(client: Client, requisite: Requisite, place: Place) -> Iterator[Stop]:
    def stop(reason: str, field: str, details: str = "") -> Stop:
        return Stop(reason, field, "crm", client.owner, client.name, _card_url(client.owner, place), details)

    if not client.inn:
        foreign = requisite.country not in (0, RUSSIA)
        yield stop("foreign_client" if foreign else "inn_missing", "ИНН")
    elif not inn_is_valid(client.inn):
        yield stop("inn_invalid", "ИНН", client.inn)
    elif is_legal_entity(client.inn) and not client.kpp:
        yield stop("kpp_missing", "КПП")
    elif client.kpp and not kpp_is_valid(client.kpp):
        yield stop("kpp_invalid", "КПП", client.kpp)
    if not client.address:
        yield stop("address_missing", "юридический адрес")


def _address(facts: DealFacts, requisite: Requisite) -> str:
    """Legal address; a person's or entrepreneur's registration address will do."""
    kinds: tuple[int, ...] = (LEGAL_ADDRESS,)
    if len(squeezed(requisite.inn)) == 12:
        kinds = (LEGAL_ADDRESS, REGISTRATION_ADDRESS)
    for kind in kinds:
        for address in facts.addresses:
            if address.requisite == requisite.id and address.kind == kind and address.text.strip():
                return address.text.strip()
    return ""


def _linked_own(facts: DealFacts) -> OwnCompany | None:
    if facts.own is None or not squeezed(facts.own.inn):
        return None
    inn = squeezed(facts.own.inn)
    return OwnCompany(inn, squeezed(facts.own.kpp) if is_legal_entity(inn) else "")


def _tax_ids(company: OwnCompany) -> str:
    return f"ИНН {company.inn}" + (f" КПП {company.kpp}" if company.kpp else "")


def _owner(requisite: Requisite) -> str:
    return f"{requisite.owner_kind}:{requisite.owner}"


def _client_card(facts: DealFacts) -> str:
    deal = facts.deal
    return f"company:{deal.company}" if deal.company else f"contact:{deal.contact}"


def _card_url(owner: str, place: Place) -> str:
    kind, _, number = owner.partition(":")
    return f"{place.url}/crm/{kind}/details/{number}/"


def _deal_stop(facts: DealFacts, place: Place, reason: str, field: str, details: str = "") -> Stop:
    deal = facts.deal
    where = f"{place.url}/crm/deal/details/{deal.id}/"
    # The number: what is mended deal by deal is told deal by deal, whatever client or title they share.
    subject = f"{facts.client_name or deal.title} (№ {deal.id})"
    return Stop(reason, field, "crm", f"deal:{deal.id}", subject, where, details)
