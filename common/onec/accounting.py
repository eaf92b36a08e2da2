"""1C accounting through one profile: the port `Accounting` over OData (facts onec-odata, rules Acts).

Drafts and catalog items are created, nothing is changed, posted, marked or deleted. Requests of an act, warm:
counterparty 1, agreement 1 (Trade, ERP), contract 1, POST 1, read-back 1; a foreign currency 1 more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from common.errors import InDoubt, NeedsPerson, SideDown, Stop, TryLater
from common.model.acts import (
    Act,
    Contract,
    Counterparty,
    Needs,
    NewParty,
    Organisation,
    Rate,
    StoredAct,
    VatValue,
)
from common.model.ids import Ref
from common.onec.clients import Clients
from common.onec.dictionaries import Dictionaries
from common.onec.digest import missing
from common.onec.odata import comparison, documents, query
from common.onec.odata.client import ODataClient, Row
from common.onec.odata.lookups import Lookups
from common.onec.odata.once import Once
from common.onec.odata.parties import Parties
from common.onec.odata.values import day as day_of
from common.onec.odata.values import in_link_order, number
from common.onec.odata.wire import side
from common.onec.profile import Link, Profile
from common.ports import Clock, Store

AROUND = timedelta(days=1)


class OnecAccounting:
    """One base through one profile. `web_url` is where people open the base; "" when the setting is not given."""

    def __init__(
        self,
        client: ODataClient,
        profile: Profile,
        dictionaries: Dictionaries,
        store: Store,
        clock: Clock,
        web_url: str = "",
    ) -> None:
        self._client = client
        self._profile = profile
        self._clock = clock
        self._web_url = web_url.rstrip("/")
        once = Once(client, store, clock)
        self._lookups = Lookups(client, profile.catalogs, dictionaries, store, once)
        self._parties = Parties(client, profile.catalogs, once)
        self._clients = Clients(client.base, store, clock, dictionaries)

    @property
    def needs(self) -> Needs:
        """What the profile's document takes."""
        return self._profile.needs()

    def check(self) -> Sequence[Stop]:
        """What the base lacks for this profile. Raises TryLater `digest_missing` before its product's first digest."""
        digest = self._lookups.digest()
        if digest.product != self._profile.product:
            raise TryLater("digest_missing", 60)
        return missing(self._profile, self._client.base, digest)

    def organisations(self, afresh: bool = False) -> Sequence[Organisation]:
        """All organisations the exchange's user sees."""
        return self._lookups.organisations(afresh)

    def currency(self, code: str) -> Ref | None:
        """By its three-digit ISO 4217 code."""
        return self._lookups.currency(code)

    def vat_values(self, afresh: bool = False) -> Sequence[VatValue]:
        """All VAT values the base offers for rows."""
        return self._lookups.vat_values(afresh)

    def unit(self, code: str) -> Ref | None:
        """By OKEI code padded to 3."""
        return self._lookups.unit(code)

    def create_unit(self, code: str, name: str) -> Ref:
        """Add an OKEI unit."""
        return self._lookups.create_unit(code, name)

    def item(self, choice: str) -> Sequence[Ref]:
        """Nomenclature by `Ref_Key`, code or exact name."""
        return self._lookups.item(choice)

    def similar_items(self, name: str) -> Sequence[str]:
        """Names of nomenclature like this one; at most five."""
        return self._lookups.similar_items(name)

    def default(self, name: str, choice: str) -> Sequence[Ref]:
        """A rule's default by `Ref_Key`, code or exact name. Raises NeedsPerson `default_unknown`."""
        for default in self._profile.defaults:
            if default.name == name:
                return self._lookups.default(default, choice)
        raise NeedsPerson(Stop("default_unknown", name, "admin", side(self._client.base), self._profile.id))

    def counterparties(self, inn: str, kpp: str) -> Sequence[Counterparty]:
        """By INN and KPP, not marked: one request."""
        return self._parties.counterparties(inn, kpp)

    def counterparty(self, ref: Ref) -> Counterparty | None:
        """By its `Ref_Key`, not marked: one request."""
        return self._parties.counterparty(ref)

    def created_for(self, owner: str, inn: str, kpp: str) -> Counterparty | None:
        """The one created for this card with these tax ids; the KPP may have been corrected in 1C since."""
        key = self._clients.find(owner, inn, kpp)
        found = self._parties.counterparty(key) if key else None
        return found if found and found.inn == inn else None

    def create_counterparty(self, party: NewParty) -> Counterparty:
        """Create, search again, bind and return the only one found (Trade and ERP: its partner first)."""
        made = self._parties.create_counterparty(party, self._lookups.russia())
        self._clients.bind(party.owner, party.inn, party.kpp, made.ref)
        return made

    def contracts(self, counterparty: Counterparty, organisation: Ref, currency: Ref) -> Sequence[Contract]:
        """Open contracts with this buyer, newest first: one request."""
        return self._parties.contracts(counterparty, organisation, currency)

    def create_contract(
        self, counterparty: Counterparty, organisation: Ref, currency: Ref, day: date, number: str = ""
    ) -> Contract:
        """A contract of that day, with that number if any."""
        return self._parties.create_contract(counterparty, organisation, currency, day, number)

    def agreements(self, counterparty: Counterparty, organisation: Ref, currency: Ref) -> Sequence[Contract]:
        """Agreements with the client: one request; none for profiles without them."""
        return self._parties.agreements(counterparty, organisation, currency)

    def rate(self, currency: Ref, day: date) -> Rate | None:
        """The rate in force on that day; an empty register is None, not zero (facts §3)."""
        rates = self._profile.catalogs.rates
        rows = self._client.slice_last(rates.entity, day, query.link(rates.currency, currency))
        found = [_rate(row, rates.rate, rates.multiplicity) for row in rows]
        return next((rate for rate in found if rate is not None), None)

    def create(self, act: Act) -> StoredAct:
        """Write a draft and read it back: two requests."""
        return self.read_back(act, self.write(act))

    def write(self, act: Act) -> StoredAct:
        """Write a draft: one request, by the one writer. Raises AlreadyThere when its `Ref_Key` is taken (code 15)."""
        made = self._client.create(self._profile.entity, documents.body(self._profile, act))
        return documents.stored(self._profile, made)

    def read_back(self, act: Act, made: StoredAct) -> StoredAct:
        """What 1C keeps of a draft just written: one request, by any reader. Raises InDoubt when it cannot be read."""
        try:
            found = self._whole(made.ref)
        except SideDown as error:
            raise InDoubt(f"written, not read back: {error.cause}") from error
        if found is None:
            raise InDoubt("written, but gone when read back")
        kept = documents.stored(self._profile, found)
        body = documents.body(self._profile, act)
        return replace(kept, otherwise=comparison.otherwise(self._profile, body, found))

    def read(self, ref: Ref) -> StoredAct | None:
        """The act as it is now; None when it is gone."""
        found = self._whole(ref)
        return None if found is None else documents.stored(self._profile, found)

    def find(self, token: str, day: date) -> Sequence[StoredAct]:
        """Acts whose comment holds exactly this mark, dated within a day of `day`."""
        header = self._profile.header
        where = query.both(query.days("Date", day - AROUND, day + AROUND), query.contains(header.comment, token))
        rows = self._client.rows(self._profile.entity, where, expand=self._expanded())
        return comparison.ours(token, [documents.stored(self._profile, row) for row in rows])

    def link(self, ref: Ref) -> str:
        """Where a person opens the act; "" when the base has no web address."""
        place = f"#e1cib/data/{self._profile.title}?ref={in_link_order(ref)}"
        return f"{self._web_url}/{place}" if self._web_url else ""

    def differences(self, act: Act, stored: StoredAct) -> Sequence[str]:
        """What 1C kept otherwise than we wrote it, each naming the attribute and both values."""
        return comparison.differences(self._profile, act, stored)

    def probe(self) -> datetime:
        """The base's clock, UTC: one row of currencies. A server without a `Date` header is taken to agree with us."""
        self._client.rows(self._profile.catalogs.currencies.entity, select=("Ref_Key",), top=1)
        return self._clock.now() + timedelta(seconds=self._client.clock_offset() or 0.0)

    def _whole(self, ref: Ref) -> Row | None:
        """The document with its parties expanded, so that a broken link shows (facts §1.8).

        As a set of one: a single entity cannot be expanded (facts §1.5).
        """
        rows = self._client.rows(self._profile.entity, query.link("Ref_Key", ref), expand=self._expanded())
        return rows[0] if rows else None

    def _expanded(self) -> list[str]:
        return [_navigation(link) for link in self._profile.header.links()]


def _navigation(link: Link) -> str:
    return link.name.removesuffix("_Key")


def _rate(row: Row, rate: str, multiplicity: str) -> Rate | None:
    since = day_of(row.get("Period"))
    value, per = number(row.get(rate)), int(number(row.get(multiplicity)))
    return Rate(value, per or 1, since) if since and value else None
