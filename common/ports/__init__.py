"""What the core asks of the outside: store, queue, clock, limits. Adapters fit these protocols without inheriting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    # Only in annotations: a cold `receive` must not build nouns it never uses.
    from common.errors import Stop
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
    from common.model.deals import DealFacts, Stage, StageEntry
    from common.model.ids import CompanyId, DealId, Ref, RequisiteId, StageId, UserId

Data = dict[str, Any]
"""A JSON object; money as text, moments as `common.model.moments.text`."""

Traffic = Literal["interactive", "bulk"]
"""The two classes of design §4; queues follow them."""

ANY = "any"
ABSENT = "absent"


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""

    def sleep(self, seconds: float) -> None:
        """Pause this thread."""


@dataclass(frozen=True, slots=True)
class Document:
    """One stored document. `version` is opaque: it changes with every write and is only compared."""

    key: str
    data: Data
    version: str


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a batch. `data` None deletes. `expect` is ANY, ABSENT or a version read before.

    `expire_at`: from that moment on the document is no longer seen and may be removed.
    """

    collection: str
    key: str
    data: Data | None
    expect: str = ANY
    expire_at: datetime | None = None


Operator = Literal["==", "<", "<=", ">", ">="]
Condition = tuple[str, Operator, str | int | bool]


class Store(Protocol):
    """Documents by collection and key, with conditional writes. Top-level scalar fields can be asked for."""

    def get(self, collection: str, key: str) -> Document | None:
        """The document, or None when there is none or it has expired."""

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        """The documents found, by key, in one round trip."""

    def write(self, *writes: Write) -> list[str]:
        """Apply all writes or none; the new versions in their order ("" for a deletion).

        Raises `AlreadyThere` (expected ABSENT) or `Stale` (expected another version); deleting what is absent
        with ANY is no error.
        """

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        """Documents that meet every condition; ordered by a top-level field, ties and default by key.

        Range conditions stand on one field only, and then `order_by` is that field (Firestore's rule).
        """

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        """How many documents meet every condition."""


@dataclass(frozen=True, slots=True)
class Task:
    """Work put on a queue: `function` is called with `body` at its `process` entry, at least once.

    name         [A-Za-z0-9_-], at most 500; a name seen recently is not put again
    not_before   earliest start; None is at once
    """

    function: str
    body: Data
    name: str
    queue: Traffic = "interactive"
    not_before: datetime | None = None


class Queue(Protocol):
    def put(self, task: Task) -> bool:
        """Keep the task durably before returning. False: a task of that name is, or recently was, there.

        Raises `TryLater` when the queue cannot be reached.
        """


QueueState = Literal["running", "paused", "disabled", "missing"]
"""Of one class: `paused` still takes tasks, `missing` was never made."""


class ShownQueue(Queue, Protocol):
    """A queue that can be looked at."""

    def states(self) -> Mapping[Traffic, QueueState]:
        """How each class stands. Raises `TryLater` when the queue cannot be reached or we may not look."""


class Limiter(Protocol):
    """Leave to call Bitrix24 under its two limits, shared by everything we run (design §4)."""

    def acquire(self, traffic: Traffic, *methods: str, wanted: int = 1) -> None:
        """Take one token (of a block of about `wanted`) for one request that runs these methods, sleeping a little.

        Raises `TryLater` with a pause when the bucket stays full or one of the methods is closed until later.
        """

    def exceeded(self) -> None:
        """The portal said QUERY_LIMIT_EXCEEDED: the bucket is full for everybody."""

    def close_method(self, method: str, until: datetime) -> None:
        """The portal blocks this method until then (OPERATION_TIME_LIMIT), for everybody."""


class Leases(Protocol):
    def hold(self, name: str, seconds: float, patience: float) -> AbstractContextManager[None]:
        """Be the only holder of `name` inside the block, waiting up to `patience` seconds; else `TryLater`."""


class Notifier(Protocol):
    def notify(self, user: int, text: str, tag: str) -> None:
        """Tell one Bitrix24 user; the same tag replaces the earlier notice."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of stage history. `more` is true when the portal has further rows after the last one given."""

    entries: tuple[StageEntry, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Window:
    """What one window of deal events needs, read in one request (design §3 step 2)."""

    page: Page
    changed: tuple[DealId, ...]
    """Deals changed since the moment asked for; empty when none was asked for."""
    facts: DealFacts | None
    """Of the deal whose event opened the window, when it exists and was asked for."""
    read_at: datetime
    """The portal's own clock when it answered, UTC."""


class Crm(Protocol):
    """Bitrix24 as the acts exchange sees it. Every call is one request (`batch`) unless it says otherwise.

    Raises `TryLater`, `SideDown`, `NeedsPerson` as its error table says.
    """

    def window(
        self, after: int, stages: Sequence[StageId], changed_since: datetime | None, deal: DealId | None
    ) -> Window:
        """Stage entries with an id above `after` in these stages, deals changed since, the facts of one deal."""

    def entries_since(self, moment: datetime, stages: Sequence[StageId], after: int) -> Page:
        """Entries into these stages at or after the moment, by id above `after`: one page."""

    def entries_before(self, moment: datetime, stages: Sequence[StageId]) -> int:
        """How many entries into these stages were before the moment."""

    def facts(self, deals: Sequence[DealId]) -> dict[DealId, DealFacts | None]:
        """Everything an act needs of each deal, all rows; None for a deal that is gone. About 7 deals a request."""

    def write_fields(self, updates: Mapping[DealId, Mapping[str, str]]) -> dict[DealId, str]:
        """Set user fields of deals, up to 50 in one request; the deals that failed, with the portal's text."""

    def stages(self) -> Mapping[StageId, Stage]:
        """All stages of all deal funnels; kept for a day, no request while warm.

        One asked for that is not among them is looked for in the portal again, at most once a minute.
        """

    def company_of_requisite(self, requisite: RequisiteId) -> CompanyId | None:
        """Whose requisite it is; None when it is gone or a contact's."""

    def is_active(self, user: UserId) -> bool:
        """Whether the user still works here."""

    def ensure_fields(self, names: Sequence[str]) -> list[str]:
        """Create the deal's missing string fields (`UF_CRM_…`); those created."""

    def probe(self) -> datetime:
        """The portal's clock, UTC: the cheapest call that shows the portal works for us."""


class Accounting(Protocol):
    """One 1C base through one profile (product and document).

    Dictionaries (organisations, currencies, VAT, units, items, defaults) are kept for a day: no request while warm.
    Raises `InDoubt` when the answer of a write was lost, `SideRefused` when 1C said no, `SideDown`, `TryLater`.
    """

    @property
    def needs(self) -> Needs:
        """What the profile's document takes."""

    def check(self) -> Sequence[Stop]:
        """What the base lacks for this profile, from the digest of its `$metadata`; empty when all is there."""

    def organisations(self, afresh: bool = False) -> Sequence[Organisation]:
        """`afresh`: the one wanted was not among them; asked of 1C again, at most once a minute."""

    def currency(self, code: str) -> Ref | None:
        """By its three-digit ISO 4217 code."""

    def vat_values(self, afresh: bool = False) -> Sequence[VatValue]:
        """All VAT values the base offers; `afresh` as with `organisations`."""

    def unit(self, code: str) -> Ref | None:
        """By OKEI code padded to 3."""

    def create_unit(self, code: str, name: str) -> Ref:
        """Add an OKEI unit (rules, Rows: only by option)."""

    def item(self, choice: str) -> Sequence[Ref]:
        """Nomenclature by `Ref_Key`, code or exact name; several when ambiguous."""

    def similar_items(self, name: str) -> Sequence[str]:
        """Names of nomenclature like this one, for a suggestion; at most five."""

    def default(self, name: str, choice: str) -> Sequence[Ref]:
        """A rule's default (`department`, `income_account` …) by `Ref_Key`, code or exact name."""

    def counterparties(self, inn: str, kpp: str) -> Sequence[Counterparty]:
        """By INN and KPP ("" for a person), not marked: one request."""

    def counterparty(self, ref: Ref) -> Counterparty | None:
        """By its `Ref_Key`, not marked: one request; for a client whom the table names."""

    def created_for(self, owner: str, inn: str, kpp: str) -> Counterparty | None:
        """The one created for this card (`company:12`) with these tax ids, while not marked and of that INN: no
        request when there is none, else one. His KPP may have been corrected since."""

    def create_counterparty(self, party: NewParty) -> Counterparty:
        """Create, search again, bind it to its owner and return the only one found; `NeedsPerson` for two."""

    def contracts(self, counterparty: Counterparty, organisation: Ref, currency: Ref) -> Sequence[Contract]:
        """Open contracts with this buyer in that settlement currency, newest first: one request."""

    def create_contract(
        self, counterparty: Counterparty, organisation: Ref, currency: Ref, day: date, number: str = ""
    ) -> Contract:
        """A contract of that day, with that number if any."""

    def agreements(self, counterparty: Counterparty, organisation: Ref, currency: Ref) -> Sequence[Contract]:
        """Agreements with the client (Trade, ERP); empty for profiles without them."""

    def rate(self, currency: Ref, day: date) -> Rate | None:
        """The rate in force on that day; None when the register has none."""

    def write(self, act: Act) -> StoredAct:
        """Write a draft; what 1C answered. Raises `AlreadyThere` when its `Ref_Key` is taken (OData code 15)."""

    def read_back(self, act: Act, made: StoredAct) -> StoredAct:
        """What 1C keeps of a draft just written. Raises `InDoubt` when it cannot be read now."""

    def read(self, ref: Ref) -> StoredAct | None: ...

    def find(self, token: str, day: date) -> Sequence[StoredAct]:
        """Acts whose comment holds exactly this token, dated within a day of `day`."""

    def link(self, ref: Ref) -> str:
        """Where a person opens the act: `ONEC_<NAME>_WEB_URL/#e1cib/data/…` (rules, Common)."""

    def differences(self, act: Act, stored: StoredAct) -> Sequence[str]:
        """What 1C kept otherwise than we wrote it, each naming the field and both values."""

    def probe(self) -> datetime:
        """The base's clock from its `Date` header, UTC; one cheap request."""
