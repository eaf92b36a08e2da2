"""Addresses with our secrets are followed nowhere else than to the portal."""

from __future__ import annotations

import pytest

from common.bitrix import links
from common.errors import NeedsPerson

BASE = "https://p.bitrix24.ru/rest/1/s3cret/"
LOCAL = "http://127.0.0.1:81/rest/1/s3cret/"


@pytest.mark.parametrize(
    ("base", "url", "is_ours"),
    [
        (BASE, "https://p.bitrix24.ru/rest/1/s3cret/upload/?token=t0ken", True),
        (BASE, "https://P.Bitrix24.ru:443/rest/upload.json?auth=t0ken", True),
        (BASE, "/rest/download.json?token=t0ken", True),
        (LOCAL, "http://127.0.0.1:81/rest/upload.json?auth=t0ken", True),
        (BASE, "http://p.bitrix24.ru/rest/upload.json?auth=t0ken", False),
        (BASE, "https://p.bitrix24.ru:8443/rest/upload.json?auth=t0ken", False),
        (BASE, "https://q.bitrix24.ru/rest/upload.json?auth=t0ken", False),
        (BASE, "https://p.bitrix24.ru.evil.ru/rest/?auth=t0ken", False),
        (BASE, "https://p.bitrix24.ru@evil.ru/rest/?auth=t0ken", False),
        (BASE, "https://user:t0ken@p.bitrix24.ru/rest/", False),
        (BASE, "http://127.0.0.1/rest/?auth=t0ken", False),
        (BASE, "file:///etc/passwd?t0ken", False),
        (BASE, "https://[t0ken", False),
        (BASE, "https://p.bitrix24.ru:t0ken/", False),
        (LOCAL, "http://127.0.0.1:82/rest/upload.json?auth=t0ken", False),
    ],
)
def test_only_the_portals_own_addresses_are_taken(base: str, url: str, is_ours: bool) -> None:
    if is_ours:
        assert links.own(base, url).endswith("t0ken")
        return
    with pytest.raises(NeedsPerson) as stopped:
        links.own(base, url)
    assert stopped.value.stops[0].reason == "portal_address_foreign"
    assert "t0ken" not in repr(stopped.value.stops)


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("https://p.ru/a?x=1", "https://cdn.example/b?sig=2", "https://cdn.example/b?sig=2"),
        ("https://p.ru/a/b?x=1", "/c", "https://p.ru/c"),
        ("http://127.0.0.1:1/a", "http://127.0.0.1:2/b", "http://127.0.0.1:2/b"),
        ("https://p.ru/a", "http://cdn.example/b", None),
        ("https://p.ru/a", "http://127.0.0.1/b", None),
        ("https://p.ru/a", "https://u:p@cdn.example/b", None),
        ("https://p.ru/a", "", None),
        ("https://p.ru/a", "https://[", None),
    ],
)
def test_a_download_goes_on_with_https_only(url: str, location: str, target: str | None) -> None:
    if target:
        assert links.redirected(url, location) == target
        return
    with pytest.raises(NeedsPerson):
        links.redirected(url, location)


def test_a_stranger_does_not_learn_where_we_come_from() -> None:
    own = links.headers(BASE, "https://p.bitrix24.ru/x")
    assert own["Referer"] == "https://p.bitrix24.ru/"
    assert set(own) - set(links.headers(BASE, "https://cdn.example/x")) == {"Referer"}
    assert "s3cret" not in repr(own)
