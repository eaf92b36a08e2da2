"""The binding of a file goes to the store and back as JSON without losing what was under way."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.exchanges.documents import bound
from common.exchanges.documents.model import Agreed
from common.model.documents import DiskId, FileId, FolderId, VersionId
from tests.unit.exchanges.documents.samples import (
    ELSEWHERE,
    FOLDER,
    agreed,
    card,
    disk_file,
    onec_file,
    rule,
    sha,
    version,
)

FILE = FileId("f1")


def stored(data: dict[str, Any]) -> dict[str, Any]:
    """As the store gives it back."""
    back: dict[str, Any] = json.loads(json.dumps(data, ensure_ascii=False))
    assert back == data, "not everything of it is JSON"
    return back


def begun() -> dict[str, Any]:
    return bound.begun(rule(), card(), FILE)


AGREED = st.builds(
    Agreed,
    version=st.text(min_size=1).map(VersionId),
    sha256=st.text(),
    size=st.integers(0),
    onec_name=st.text(),
    disk=st.integers(1).map(DiskId),
    content=st.integers(0),
    revision=st.integers(0),
    disk_name=st.text(),
    folder=st.integers(1).map(FolderId),
    wanted=st.integers(1).map(FolderId),
)


@settings(deadline=None)
@given(AGREED)
def test_what_was_agreed_comes_back_as_it_was(both: Agreed) -> None:
    kept = stored(bound.with_agreed(begun(), both))
    assert bound.agreed_of(kept) == both
    assert bound.disk_of(kept) == both.disk
    assert kept["target"] == f"disk:{both.disk}"


def test_a_binding_begins_with_nothing_agreed_and_says_whose_it_is() -> None:
    data = stored(begun())
    assert bound.agreed_of(data) is None
    assert bound.disk_of(data) is None
    assert bound.intended(data) is None
    assert (data["state"], data["source"], data["target"]) == ("creating", "file:f1", "")
    assert (data["mapping"], data["reg_number"], data["card_state"]) == ("contracts", "2026/17", "approved")
    assert data["document"] == card().id
    assert stored(bound.begun(rule(), None, FILE))["document"] == "", "a document that is gone has no card to show"


def test_of_nothing_bound_nothing_is_known() -> None:
    assert bound.agreed_of(None) is None
    assert bound.disk_of(None) is None
    assert bound.intended(None) is None


def test_an_upload_under_way_is_remembered_by_its_bytes_until_it_is_agreed() -> None:
    data = stored(bound.with_intent(begun(), version("new", 7, "v9"), "Договор.docx", ELSEWHERE))
    found = bound.intended(data)
    assert found is not None
    assert (found.id, found.sha256, found.size) == ("v9", sha("new"), 7)
    assert (data["intent"]["name"], data["intent"]["folder"]) == ("Договор.docx", ELSEWHERE)
    assert bound.agreed_of(data) is None, "an upload that may have failed is no agreement"
    assert bound.intended(stored(bound.with_agreed(data, agreed()))) is None


@pytest.mark.parametrize("state", ["creating", "buried"])
def test_what_is_gone_is_not_agreed_but_its_object_is_remembered(state: Any) -> None:
    data = stored(bound.with_state(bound.with_agreed(begun(), agreed()), state))
    assert bound.agreed_of(data) is None
    assert bound.disk_of(data) == agreed().disk, "a mark taken away in 1C finds its object again"


UNDER_WAY = ("intent", "copying", "writing", "sending")


def test_once_both_agree_nothing_is_under_way() -> None:
    version_under_way = bound.content_of(version("new", 7, "v9"))
    assert version_under_way == {"version": "v9", "sha256": sha("new"), "size": 7}
    busy = {**begun(), **dict.fromkeys(UNDER_WAY, version_under_way)}
    for after in (bound.with_agreed(busy, agreed()), bound.with_state(busy, "buried")):
        assert [stored(after)[name] for name in UNDER_WAY] == [None] * 4
    assert bound.with_card(busy, rule(), card(), onec_file())["writing"] == version_under_way


def test_a_binding_from_before_a_field_was_known_reads_as_if_it_were() -> None:
    old = {name: value for name, value in begun().items() if name not in (*UNDER_WAY, "shown", "out")}
    assert {**bound.DEFAULTS, **old} == begun()


def test_what_is_said_of_a_binding_survives_its_changes() -> None:
    data = {**begun(), "noted": {"not_carried": 31}, "met": [{"id": "x"}], "kept": 7, "out": True, "renaming": "a"}
    changed = (
        bound.with_agreed(data, agreed()),
        bound.with_state(data, "buried"),
        bound.with_card(data, rule(), card(), onec_file()),
        bound.with_intent(data, version(), "b", FOLDER),
    )
    for after in changed:
        kept = {name: stored(after)[name] for name in ("noted", "met", "kept", "out", "renaming")}
        assert kept == {name: data[name] for name in kept}


def test_the_card_shows_number_state_and_link() -> None:
    shown = bound.with_card(begun(), rule(), card(reg_number="18", state="signed"), onec_file(url="e1cib/x"))
    assert (shown["reg_number"], shown["card_state"], shown["url"]) == ("18", "signed", "e1cib/x")


def test_both_sides_agree_under_the_ids_they_have_now() -> None:
    both = bound.agreed_with(
        onec_file(name="a: b"), version("new", 7, "v2"), disk_file(name="a_ b", content=40), ELSEWHERE
    )
    assert (both.version, both.sha256, both.size, both.onec_name) == ("v2", sha("new"), 7, "a: b")
    assert (both.disk, both.content, both.revision, both.disk_name) == (9043, 40, 1, "a_ b")
    assert (both.folder, both.wanted) == (FOLDER, ELSEWHERE)
    assert set(asdict(both)) <= set(bound.with_agreed(begun(), both))
