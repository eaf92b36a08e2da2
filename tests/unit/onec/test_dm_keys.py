"""A repetition has the same key – also after an update of the exchange –, every other write another one."""

from __future__ import annotations

from hashlib import sha256

from common.onec.http_service import keys

DIGEST = sha256(b"x").hexdigest()
VERSIONS = "/v1/files/1/versions"


def test_the_keys_of_an_earlier_release_stay_the_same() -> None:
    assert keys.of_change("POST", VERSIONS, "AAAA", DIGEST) == "b0107342-ae23-5fff-bd09-6ddd2b2e89e9"
    new = keys.of_new("POST", "/v1/documents/1/files", "disk:5", DIGEST)
    assert new == "b4860791-d809-58fc-beb4-8285acb5cff7"


def test_every_part_makes_another_key() -> None:
    others = {
        keys.of_change("POST", VERSIONS, "AAAA", DIGEST),
        keys.of_change("PATCH", VERSIONS, "AAAA", DIGEST),
        keys.of_change("POST", "/v1/files/2/versions", "AAAA", DIGEST),
        keys.of_change("POST", VERSIONS, "AAAB", DIGEST),
        keys.of_change("POST", VERSIONS, "AAAA", sha256(b"y").hexdigest()),
        keys.of_new("POST", VERSIONS, "AAAA", DIGEST),
    }
    assert len(others) == 6
