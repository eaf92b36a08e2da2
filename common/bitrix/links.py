"""Addresses that the portal gives for bytes: uploadUrl and DOWNLOAD_URL (facts bitrix24 §6.4, §6.7). Pure.

They hold our token or the secret of the webhook: no log, no exception and no document may hold them.
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from common.bitrix.wire import is_safe
from common.errors import NeedsPerson, Stop

_PORTS = {"https": 443, "http": 80}


def own(base: str, url: str) -> str:
    """The address, if it is on the portal whose methods are at `base`. Raises `NeedsPerson` for any other."""
    joined = _joined(base, url)
    if not is_own(base, joined):
        raise _stop("not the portal")
    return joined


def is_own(base: str, url: str) -> bool:
    """The address is on the portal: what is asked there counts against its limits."""
    return is_safe(url) and _origin(url) == _origin(base)


def redirected(url: str, location: str) -> str:
    """Where a download goes on: the bytes may lie on another host, but never without https. Raises `NeedsPerson`."""
    joined = _joined(url, location)
    if not location or not is_safe(joined) or (urlsplit(url).scheme, urlsplit(joined).scheme) == ("https", "http"):
        raise _stop("not https")
    return joined


def headers(base: str, url: str) -> dict[str, str]:
    """What nginx of the cloud wants to see before it gives a file; a stranger need not know where we come from.

    Without compression, so that the bytes can be counted against the file's size.
    """
    found = {"Accept": "*/*", "Accept-Language": "ru,en;q=0.5", "Accept-Encoding": "identity"}
    parts = urlsplit(base)
    return {**found, "Referer": f"{parts.scheme}://{parts.netloc}/"} if is_own(base, url) else found


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)


def _stop(why: str) -> NeedsPerson:
    """Without the address: it may hold a secret in any of its parts."""
    details = f"the portal gave an address that is {why}: see its own address in the settings of its server"
    return NeedsPerson(Stop("portal_address_foreign", "address", "admin", "portal", details=details))
