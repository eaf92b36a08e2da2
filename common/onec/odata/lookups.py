"""Look-ups of what an act refers to, kept in the dictionaries: organisations, currencies, VAT, units, items, defaults.

Hidden rows are left out here (`allowedOnly`): what the exchange's user may not see it may not use either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from common.errors import NeedsPerson, Stop
from common.model.acts import Organisation, VatValue
from common.model.ids import EMPTY_REF, Ref
from common.onec.dictionaries import Dictionaries, Rows
from common.onec.digest import Digest, stored_digest
from common.onec.odata import query, vat
from common.onec.odata.client import ODataClient, Row
from common.onec.odata.documents import fitted
from common.onec.odata.once import Once
from common.onec.odata.requirements import COUNTRIES
from common.onec.odata.values import UNDEFINED, is_ref, plain, ref
from common.onec.odata.wire import side
from common.onec.profile import Catalogs, Default, Text, VatEnum
from common.ports import Store

SIMILAR = 5
_WORDS, _SEEN = 3, 50
OKEI_SIGNS = 3
RUSSIA = "643"
"""Its code among the world's countries; a client with a Russian INN is registered there."""
_ALIVE = "DeletionMark eq false"
_NO_FOLDER = "IsFolder eq false"


class Lookups:
    """Look-ups of one base through one product's catalogs. Raises what the client raises."""

    def __init__(
        self, client: ODataClient, catalogs: Catalogs, dictionaries: Dictionaries, store: Store, once: Once
    ) -> None:
        self._client = client
        self._once = once
        self._catalogs = catalogs
        self._dictionaries = dictionaries
        self._store = store

    def digest(self) -> Digest:
        """The digest of the base's `$metadata`. Raises TryLater `digest_missing`."""
        found: Digest = self._dictionaries.minute("digest", lambda: stored_digest(self._store, self._client.base))
        return found

    def organisations(self, afresh: bool = False) -> list[Organisation]:
        """All organisations the exchange's user sees."""
        rows = self._dictionaries.rows("organisations", self._load_organisations, afresh)
        return [Organisation(Ref(row["ref"]), row["name"], row["inn"], row["kpp"]) for row in rows]

    def currency(self, code: str) -> Ref | None:
        """By its three-digit ISO 4217 code."""
        for afresh in (False, True):
            for row in self._dictionaries.rows("currencies", self._load_currencies, afresh):
                if row["code"] == code:
                    return Ref(row["ref"])
        return None

    def russia(self) -> Ref | None:
        """The country of a new counterparty, where the product wants one and the base shows us its countries."""
        if not self._catalogs.counterparties.country or not self.digest().has(COUNTRIES, "Code"):
            return None
        rows = self._dictionaries.rows("countries", self._load_countries)
        return Ref(rows[0]["ref"]) if len(rows) == 1 else None

    def vat_values(self, afresh: bool = False) -> list[VatValue]:
        """Members of the enumeration from the digest, or the catalog's items."""
        kind = self._catalogs.vat
        if isinstance(kind, VatEnum):
            return vat.members(self.digest().enums.get(kind.enum, ()))
        return [vat.value(row) for row in self._dictionaries.rows("vat", self._load_vat, afresh)]

    def unit(self, code: str) -> Ref | None:
        """By OKEI code padded to 3. Raises NeedsPerson `unit_ambiguous`: in Trade the code is not unique."""
        found = self._dictionaries.choice("units", code, lambda keys: {keys[0]: self._units(keys[0])})
        if len(found) > 1:
            raise NeedsPerson(self._stop("unit_ambiguous", code))
        return found[0] if found else None

    def create_unit(self, code: str, name: str) -> Ref:
        """Add an OKEI unit, unless it has come meanwhile. Raises NeedsPerson `unit_ambiguous` when there are two, and
        InDoubt while one may still come of a write whose answer was lost.
        """
        units = self._catalogs.units
        if not self._units(code):
            body = {
                "Code": code,
                "Description": fitted(Text("Description", 25), name),
                units.full_name.name: fitted(units.full_name, name),
                **units.constants,
            }
            self._once.create(units.entity, code, body)
        self._dictionaries.forget("units", code)
        found = self.unit(code)
        if found is None:
            raise NeedsPerson(self._stop("unit_unmapped", code))
        return found

    def item(self, choice: str) -> list[Ref]:
        """Nomenclature by `Ref_Key`, code or exact name; folders and marked ones are none."""
        items = self._catalogs.items
        return self._chosen("items", items.entity, choice, coded=True, folders=items.folders)

    def similar_items(self, name: str) -> list[str]:
        """Names of nomenclature that share the longest words of this one, the likest first; at most five."""
        words = sorted(plain(name).split(), key=len, reverse=True)[:_WORDS]
        if not words:
            return []
        shared = query.either(query.contains("Description", word) for word in words)
        where = query.both(shared, _ALIVE, _NO_FOLDER if self._catalogs.items.folders else "")
        rows = self._client.rows(self._catalogs.items.entity, where, ("Description",), top=_SEEN, allowed_only=True)
        names = [str(row["Description"]) for row in rows]
        return sorted(names, key=lambda one: -sum(word.casefold() in one.casefold() for word in words))[:SIMILAR]

    def default(self, default: Default, choice: str) -> list[Ref]:
        """A default of the profile by `Ref_Key`, code or exact name, verified daily to exist and not to be marked."""
        digest = self.digest()
        target = default.link.target
        coded, folders = digest.has(target, "Code"), digest.has(target, "IsFolder")
        return self._chosen(target, target, choice, coded=coded, folders=folders)

    def _chosen(self, name: str, entity: str, choice: str, coded: bool, folders: bool) -> list[Ref]:
        word = plain(choice)
        if not word:
            return []
        key = word.lower() if is_ref(word) else word

        def look_up(keys: Sequence[str]) -> Mapping[str, list[Ref]]:
            if is_ref(keys[0]):
                return self._by_keys(entity, [Ref(one) for one in keys if is_ref(one)], folders)
            return {keys[0]: self._by_word(entity, keys[0], coded, folders)}

        return self._dictionaries.choice(name, key, look_up)

    def _by_keys(self, entity: str, keys: Sequence[Ref], folders: bool) -> dict[str, list[Ref]]:
        select = ("Ref_Key", "DeletionMark", *(("IsFolder",) if folders else ()))
        rows = self._client.by_keys(entity, keys, select)
        return {ref(row["Ref_Key"]): [ref(row["Ref_Key"])] for row in rows if _usable(row)}

    def _by_word(self, entity: str, word: str, coded: bool, folders: bool) -> list[Ref]:
        named = [query.equal("Description", query.text(word))]
        named += [query.equal("Code", query.text(word))] if coded else []
        where = query.both(query.either(named), _ALIVE, _NO_FOLDER if folders else "")
        select = ("Ref_Key", "Description", *(("Code",) if coded else ()))
        rows = self._client.rows(entity, where, select, allowed_only=True)
        return [ref(row["Ref_Key"]) for row in rows if _is_called(row, word)]

    def _units(self, code: str) -> list[Ref]:
        """Codes may be padded with spaces or lack their zeros (facts §3): both are looked for and compared padded."""
        units = self._catalogs.units
        written = dict.fromkeys((code, code.lstrip("0") or code))
        where = query.both(query.either(query.starts("Code", one) for one in written), _ALIVE)
        select = ("Ref_Key", "Code", *(("Owner", "Owner_Type") if units.owned else ()))
        rows = self._client.rows(units.entity, where, select, allowed_only=True)
        return [ref(row["Ref_Key"]) for row in rows if _padded(row) == code and not _owned(row)]

    def _load_organisations(self) -> Rows:
        named = self._catalogs.organisations
        select = ("Ref_Key", "Description", named.inn, named.kpp)
        rows = self._client.rows(named.entity, _ALIVE, select, allowed_only=True)
        return [
            {"ref": ref(row["Ref_Key"]), "name": row["Description"], "inn": _text(row, named.inn)}
            | {"kpp": _text(row, named.kpp)}
            for row in rows
        ]

    def _load_currencies(self) -> Rows:
        rows = self._client.rows(self._catalogs.currencies.entity, _ALIVE, ("Ref_Key", "Code"), allowed_only=True)
        return [{"ref": ref(row["Ref_Key"]), "code": _text(row, "Code")} for row in rows]

    def _load_countries(self) -> Rows:
        where = query.both(query.equal("Code", query.text(RUSSIA)), _ALIVE)
        rows = self._client.rows(COUNTRIES, where, ("Ref_Key",), allowed_only=True)
        return [{"ref": ref(row["Ref_Key"])} for row in rows]

    def _load_vat(self) -> Rows:
        kind = self._catalogs.vat
        if isinstance(kind, VatEnum):
            return []
        names = (kind.rate, kind.computed, kind.exempt[0], kind.domestic, kind.country, kind.since, kind.until)
        select = ("Ref_Key", *dict.fromkeys(name for name in names if name))
        return vat.catalog_rows(kind, self._client.rows(kind.entity, _ALIVE, select, allowed_only=True))

    def _stop(self, reason: str, code: str) -> Stop:
        base = self._client.base
        return Stop(reason, f"OKEI {code}", "accounting", side(base), where=f"1C, base {base}")


def _usable(row: Row) -> bool:
    return not row.get("DeletionMark") and not row.get("IsFolder")


def _is_called(row: Row, word: str) -> bool:
    """1C compares without regard to case and trailing spaces; so do we, and nothing looser."""
    wanted = word.strip().casefold()
    return wanted in (_text(row, "Description").casefold(), _text(row, "Code").casefold())


def _padded(row: Row) -> str:
    return _text(row, "Code").zfill(OKEI_SIGNS)


def _owned(row: Row) -> bool:
    return str(row.get("Owner_Type") or UNDEFINED) != UNDEFINED and ref(row.get("Owner")) != EMPTY_REF


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()
