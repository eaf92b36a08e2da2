"""What Bitrix24 sends us: events and install payloads (facts bitrix24 §1.4, §3). Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from common.bitrix.forms import Form, text, tree
from common.errors import Refused

Kind = Literal["known", "hint", "ignored", "unknown"]
"""known: carries ids we use · hint: no such event exists, accepted all the same · ignored: real, not ours · unknown."""

Entity = Literal["deal", "company", "contact", "requisite", "address", "task", "item", "application", ""]

REQUISITE_TYPE = "8"
"""`ENTITY_TYPE_ID` of a requisite, the owner of an address (facts §4.0)."""

AUTH_HOSTS = ("oauth.bitrix24.tech", "oauth.bitrix.info")
"""The vendor's authorisation servers (facts §0.1); design §5 trusts no others unless a setting names them."""

_RU_ZONES = ("ru", "by", "kz", "am", "az", "ge", "kg", "uz")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of an event, and what its ids name."""

    kind: Kind
    entity: Entity = ""


def _known(entity: Entity, names: Iterable[str]) -> dict[str, Fate]:
    return {name: Fate("known", entity) for name in names}


FATES: dict[str, Fate] = {
    **_known("deal", ("ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY", "ONCRMDEALDELETE")),
    **_known("company", ("ONCRMCOMPANYADD", "ONCRMCOMPANYUPDATE", "ONCRMCOMPANYDELETE")),
    **_known("contact", ("ONCRMCONTACTADD", "ONCRMCONTACTUPDATE", "ONCRMCONTACTDELETE")),
    **_known("requisite", ("ONCRMREQUISITEADD", "ONCRMREQUISITEUPDATE", "ONCRMREQUISITEDELETE")),
    **_known("address", ("ONCRMADDRESSREGISTER", "ONCRMADDRESSUNREGISTER")),
    **_known("task", ("ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE", "ONTASKCOMMENTADD")),
    **_known("item", ("ONCRMDYNAMICITEMADD", "ONCRMDYNAMICITEMUPDATE", "ONCRMDYNAMICITEMDELETE")),
    **_known("application", ("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONAPPTEST")),
    # Plans of the trade speak of it, the product has no such event (facts §0.1).
    "ONCRMDEALSTAGEID": Fate("hint", "deal"),
}
"""Event code → fate (facts §3.4)."""

_IGNORED = (
    "ONCRMACTIVITY",
    "ONCRMBANKDETAIL",
    "ONCRMCURRENCY",
    "ONCRMDEALRECURRING",
    "ONCRMDEALUSERFIELD",
    "ONCRMINVOICE",
    "ONCRMLEAD",
    "ONCRMPRODUCT",
    "ONCRMQUOTE",
    "ONCRMTIMELINE",
    "ONAPPMETHODCONFIRM",
    "ONAPPPAYMENT",
    "ONOFFLINEEVENT",
    "ONTASKCOMMENT",
    "ONUSERADD",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of an application or an outgoing webhook (facts §3.2). `ids` are positive; the rest is as it came."""

    name: str
    ids: tuple[int, ...]
    member_id: str
    application_token: str = field(repr=False)
    domain: str
    at: datetime | None
    """When the portal raised it, UTC, in whole seconds; None when it does not say."""
    data: Form


@dataclass(frozen=True, slots=True)
class Action:
    """A process or robot that runs an action of ours (facts §7.6).

    document      module, entity and id of what it runs on, e.g. `disk`, `Bitrix\\Disk\\BizProcDocument`, `9043`
    event_token   what `bizproc.event.send` answers with; opaque
    event         the same sender as of an event: its proof
    """

    code: str
    document: tuple[str, str, str]
    event_token: str = field(repr=False)
    event: Event


@dataclass(frozen=True, slots=True)
class Install:
    """An install as its sender tells it: nothing of it is true until the refresh token has proved itself (design §5).

    flow: `event` is the body of ONAPPINSTALL or ONAPPUPDATE, `frame` the page of an application with an interface.
    """

    flow: Literal["event", "frame"]
    member_id: str
    refresh_token: str = field(repr=False)
    application_token: str = field(repr=False)
    server_endpoint: str
    domain: str


def fate(name: str) -> Fate:
    """What becomes of an event of this code; codes are compared in upper case."""
    name = name.upper()
    # Events of a smart process may carry its type: ONCRMDYNAMICITEMUPDATE_1038 (facts §3.4).
    found = FATES.get(name) or (FATES.get(name.rpartition("_")[0]) if name.rpartition("_")[2].isdigit() else None)
    if found:
        return found
    return Fate("ignored") if name.startswith(_IGNORED) else Fate("unknown")


def read_event(form: Form) -> Event:
    """Read an event. Raises `Refused(400, "malformed")` without a name; what else is missing stays empty."""
    name = text(form, "event").upper()
    if not name or len(name) > 100:
        raise Refused(400, "malformed")
    data = tree(form, "data")
    return Event(
        name=name,
        ids=_ids(name, data),
        member_id=_member(text(form, "auth", "member_id")),
        application_token=text(form, "auth", "application_token"),
        domain=text(form, "auth", "domain"),
        at=_seconds(text(form, "ts")),
        data=data,
    )


def read_action(form: Form) -> Action:
    """Read the call of an action. Raises `Refused(400, "malformed")` without its code, document and token."""
    code, token = text(form, "code"), text(form, "event_token")
    module, entity, number = (text(form, "document_id", part) for part in ("0", "1", "2"))
    if not (code and token and number) or len(code) > 100 or len(token) > 500:
        raise Refused(400, "malformed")
    event = Event(
        name=f"ACTION {code}",
        ids=(),
        member_id=_member(text(form, "auth", "member_id")),
        application_token=text(form, "auth", "application_token"),
        domain=text(form, "auth", "domain"),
        at=_seconds(text(form, "ts")),
        data={},
    )
    return Action(code, (module, entity, number), token, event)


def verify(event: Event, tokens: Sequence[str], member_id: str) -> None:
    """Accept an event only with one of our application tokens, from our portal; constant time (facts §3.2).

    Each outgoing webhook has a token of its own, hence several. Without a `member_id` of ours none is compared.
    Raises `Refused(401, "no_token")` or `Refused(403, "forged")`.
    """
    if not event.application_token:
        raise Refused(401, "no_token")
    known = [same(event.application_token, token) for token in tokens if token]
    ours = not member_id or same(event.member_id, member_id)
    if not any(known) or not ours:
        raise Refused(403, "forged")


def same(one: str, other: str) -> bool:
    """Equality in constant time for texts of one length."""
    return hmac.compare_digest(one.encode("utf-8"), other.encode("utf-8"))


def digest(token: str) -> str:
    """What may be kept of an application token where the token itself may not lie: queues, dead letters."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def read_install(form: Form, query: Form) -> Install:
    """Read an install of either flow (facts §1.4; https://apidocs.bitrix24.com/settings/oauth/simple-way.html).

    The page of an application with an interface gets DOMAIN, PROTOCOL, LANG and APP_SID in its query and AUTH_ID,
    AUTH_EXPIRES, REFRESH_ID, SERVER_ENDPOINT, APPLICATION_TOKEN, APPLICATION_SCOPE, member_id, status, PLACEMENT in its
    body; older portals leave out the endpoint and the token.
    Raises `Refused(403, "forged")` without a refresh token or a member: the answer of every forged install.
    """
    install = _from_event(form) if text(form, "event") else _from_frame(form, query)
    if not install.refresh_token or not install.member_id:
        raise Refused(403, "forged")
    return install


def auth_base(server_endpoint: str, domain: str, trusted: Sequence[str]) -> str | None:
    """The trusted authorisation server an install names, e.g. `https://oauth.bitrix24.tech`; None if it is not trusted.

    `trusted` holds host names, or whole addresses where a test or an own server needs http or a path. Without an
    endpoint the zone of the portal's domain chooses between the vendor's two (facts §0.1).
    """
    if not server_endpoint:
        server_endpoint = f"https://{AUTH_HOSTS[domain.rpartition('.')[2] not in _RU_ZONES]}/rest/"
    base = server_endpoint.rstrip("/").removesuffix("/rest")
    known = {entry.rstrip("/") if "://" in entry else f"https://{entry}" for entry in (*AUTH_HOSTS, *trusted) if entry}
    return base if base in known and is_safe(base) else None


def is_safe(url: str) -> bool:
    """Secrets may travel there: https to a host without user and password, or plain http to this machine."""
    try:
        parts = urlsplit(url)
        host, odd = parts.hostname or "", bool(parts.username or parts.password or parts.port == 0)
    except ValueError:
        return False
    if not host or odd:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


def _from_event(form: Form) -> Install:
    if text(form, "event").upper() not in ("ONAPPINSTALL", "ONAPPUPDATE"):
        raise Refused(403, "forged")
    return Install(
        flow="event",
        member_id=_member(text(form, "auth", "member_id")),
        refresh_token=text(form, "auth", "refresh_token"),
        application_token=text(form, "auth", "application_token"),
        server_endpoint=text(form, "auth", "server_endpoint"),
        domain=text(form, "auth", "domain"),
    )


def _from_frame(form: Form, query: Form) -> Install:
    return Install(
        flow="frame",
        member_id=_member(text(form, "member_id")),
        refresh_token=text(form, "REFRESH_ID"),
        application_token=text(form, "APPLICATION_TOKEN"),
        server_endpoint=text(form, "SERVER_ENDPOINT"),
        domain=text(query, "DOMAIN"),
    )


def _member(member_id: str) -> str:
    """A portal's id, part of keys in the store: letters and digits only, else ""."""
    return member_id if re.fullmatch(r"[A-Za-z0-9]{1,64}", member_id) else ""


def _ids(name: str, data: Form) -> tuple[int, ...]:
    """The ids an event names. An address has none of its own: its requisite's stands for it (facts §4.6)."""
    if fate(name).entity == "address":
        owner = text(data, "FIELDS", "ENTITY_ID") if text(data, "FIELDS", "ENTITY_TYPE_ID") == REQUISITE_TYPE else ""
        return _numbers([owner])
    if name == "ONTASKCOMMENTADD":
        return _numbers([text(data, "FIELDS_AFTER", "TASK_ID")])
    # Tasks write the literal `undefined` where there is nothing (facts §5.6).
    return _numbers(text(data, branch, "ID") for branch in ("FIELDS", "FIELDS_AFTER", "FIELDS_BEFORE"))


def _numbers(texts: Iterable[str]) -> tuple[int, ...]:
    found = (int(one) for one in texts if one.isascii() and one.isdigit() and len(one) <= 18)
    return tuple(dict.fromkeys(number for number in found if number))


def _seconds(unix: str) -> datetime | None:
    if not (unix.isascii() and unix.isdigit() and len(unix) <= 11):
        return None
    return datetime.fromtimestamp(int(unix), UTC)
