"""Mappings of documents go out and come back as a file, versioned; a wrong one is refused with all that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.admin import document_rules
from common.exchanges.documents.rules import read, written
from common.model import moments
from common.model.ids import RuleId
from tests.document_stand import SINCE, DocumentStand, documents_standing
from tests.unit.document_said import Said
from tests.unit.exchanges.documents.samples import AT, rule

KIND, OTHER = "0a1b2c3d-0000-1111-2222-333344445555", "0a1b2c3d-0000-1111-2222-333344446666"


def mapping(**changes: Any) -> dict[str, Any]:
    return {"id": "contracts", "kind": KIND, "folder": 8907, **changes}


# -- what is right and wrong -----------------------------------------------------------------------------------------


def test_the_least_a_mapping_names_is_its_id_kind_and_folder() -> None:
    (found,), faults = document_rules.checked([mapping()])
    assert faults == []
    assert (found.reverse, found.subfolder, found.move_back, found.active) == ("update", "", False, True)
    assert found.max_version_size == 50 * 1024 * 1024
    assert found.since is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "Contracts"}, ["small Latin letters", "e.g. contracts"]),
        ({"id": "1st"}, ["small Latin letters"]),
        ({"id": "a" * 41}, ["at most 40"]),
        ({"kind": "Договор"}, ["GUID", "./deploy.sh documents kinds"]),
        ({"kind": KIND.upper()}, ["GUID in small letters"]),
        ({"folder": 0}, ["folder must be the id", "e.g. 8907"]),
        ({"folder": -8907}, ["folder must be the id"]),
        ({"folder": "Договоры"}, ["mapping 1: folder"]),
        ({"max_version_size": 0}, ["max_version_size", "bytes"]),
        ({"since": "2026-11-01T00:00:00"}, ["since needs an offset", "+03:00"]),
        ({"since": "yesterday"}, ["mapping 1: since"]),
        ({"subfolder": "Договоры"}, ["must name a field", "{reg_number}"]),
        ({"subfolder": "{number}"}, ["unknown field {number}", "{reg_number}"]),
        ({"reverse": "both"}, ["mapping 1: reverse", "'off'"]),
        ({"move_back": "sometimes"}, ["mapping 1: move_back"]),
        ({"fodler": 8907}, ["unknown field 'fodler'"]),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(changes: dict[str, Any], words: list[str]) -> None:
    _, faults = document_rules.checked([mapping(**changes)])
    assert len(faults) == 1
    assert all(word in faults[0] for word in words), faults


@pytest.mark.parametrize("missing", ["id", "kind", "folder"])
def test_what_is_missing_is_named(missing: str) -> None:
    _, faults = document_rules.checked([{name: value for name, value in mapping().items() if name != missing}])
    assert len(faults) == 1
    assert missing in faults[0]


@pytest.mark.parametrize("data", [{}, "contracts", None, 5])
def test_mappings_are_a_list(data: Any) -> None:
    assert document_rules.checked(data) == ([], ["documents must be a list of mappings"])


@pytest.mark.parametrize("entry", ["contracts", None, 5, ["contracts"]])
def test_an_entry_that_is_no_mapping_is_named_by_its_number(entry: Any) -> None:
    _, faults = document_rules.checked([mapping(), entry])
    assert len(faults) == 1
    assert faults[0].startswith("mapping 2: ")


def test_all_faults_are_said_at_once() -> None:
    _, faults = document_rules.checked([mapping(id="A", folder=0), mapping(kind="x", fold=1), mapping(since="now")])
    assert len(faults) == 4, "two of the first, the unknown field of the second, the moment of the third"


def test_two_mappings_are_told_apart() -> None:
    _, faults = document_rules.checked([mapping(), mapping()])
    assert sorted(faults) == [
        f"folder {8907} has two active mappings",
        "id 'contracts' is given twice",
        f"kind {KIND} has two active mappings",
    ]
    _, faults = document_rules.checked([mapping(), mapping(id="old", active=False)])
    assert faults == [], "one that is asleep may hold the same kind and folder"


def test_the_start_is_the_first_activation_and_stays() -> None:
    sleeping = document_rules.activated(rule(active=False), None, AT)
    assert sleeping.since is None
    first = document_rules.activated(rule(), sleeping, AT)
    assert first.since == AT
    later = document_rules.activated(rule(), first, AT.replace(hour=23))
    assert later.since == AT
    named = document_rules.activated(rule(since=AT.replace(year=2020)), first, AT)
    assert named.since == AT.replace(year=2020)


def test_a_mapping_comes_back_from_the_store_as_it_went() -> None:
    for one in (rule(), rule(since=AT), rule(reverse="create", subfolder="{id}", move_back=True, active=False)):
        assert read(json.loads(json.dumps(written(one)))) == one


# -- files ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[DocumentStand]:
    with documents_standing(str(tmp_path)) as made:
        yield made


@pytest.fixture
def said(stand: DocumentStand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(stand, monkeypatch, capsys)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rules.json"


def exported(said: Said, path: Path) -> dict[str, Any]:
    assert said("rules", "export", str(path))[0] == 0
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def imported(said: Said, path: Path, data: dict[str, Any], *more: str) -> tuple[int, str, str]:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return said("rules", "import", str(path), "--author", "Анна", *more)


def test_mappings_go_out_and_come_back_unchanged(said: Said, path: Path) -> None:
    data = exported(said, path)
    assert data["versions"]["documents"] == 1
    assert [one["id"] for one in data["documents"]] == ["contracts"]
    status, out, _ = imported(said, path, data)
    assert (status, "documents: unchanged, version 1" in out) == (0, True)


def test_a_change_is_a_new_version_and_is_in_force(said: Said, stand: DocumentStand, path: Path) -> None:
    data = exported(said, path)
    data["documents"][0]["reverse"] = "create"
    assert "documents: 1 mappings, version 2" in imported(said, path, data)[1]
    stand.clock.advance(61)
    assert stand.services.document_rules()[RuleId("contracts")].reverse == "create"
    assert exported(said, path)["versions"]["documents"] == 2


def test_a_second_editor_is_refused_with_the_difference_and_may_force_it(said: Said, path: Path) -> None:
    data = exported(said, path)
    mine, other = json.loads(json.dumps(data)), json.loads(json.dumps(data))
    other["documents"][0]["reverse"] = "off"
    imported(said, path, other)
    mine["documents"][0]["reverse"] = "create"
    status, _, told = imported(said, path, mine)
    assert status == 1
    assert "version 2 is in force already, and your file was made from version 1" in told
    assert "off" in told
    assert "create" in told
    assert exported(said, path)["documents"][0]["reverse"] == "off"
    assert imported(said, path, mine, "--force")[0] == 0
    assert exported(said, path)["documents"][0]["reverse"] == "create"


def test_a_file_without_versions_overwrites_nothing(said: Said, path: Path) -> None:
    data = exported(said, path)
    del data["versions"]
    assert imported(said, path, data)[0] == 0, "the same is no change"
    data["documents"][0]["name"] = "Иначе"
    status, _, told = imported(said, path, data)
    assert (status, "does not say which version it was made from" in told) == (1, True)


def test_of_a_refused_file_nothing_is_saved_and_every_fault_is_said(said: Said, path: Path) -> None:
    data = exported(said, path)
    data["documents"] = [{**data["documents"][0], "folder": 0}, mapping(id="second", kind=OTHER, subfolder="x")]
    data["tables"] = {"units": [["*", "778", "796", ""]]}
    status, _, told = imported(said, path, data)
    assert status == 1
    assert "Nothing was saved" in told
    assert "mapping contracts: folder" in told
    assert "mapping second: sub-folder template" in told
    assert exported(said, path)["versions"] == {"documents": 1}


def test_acts_alone_leave_the_mappings_as_they_are(said: Said, path: Path) -> None:
    data = exported(said, path)
    assert imported(said, path, {"tables": {"units": [["*", "778", "796", ""]]}})[0] == 0
    assert exported(said, path)["documents"] == data["documents"]


def test_a_mapping_it_does_not_name_is_gone_and_its_pairs_stay_on_disk(
    said: Said, stand: DocumentStand, path: Path
) -> None:
    file = stand.publish()
    data = exported(said, path)
    data["documents"] = []
    assert "documents: 0 mappings, version 2" in imported(said, path, data)[1]
    stand.clock.advance(61)
    stand.clerk.edit_file(file, b"two")
    stand.settle()
    assert stand.on_disk() == {"Договор 17.docx": b"one"}


def test_the_start_of_a_mapping_that_names_none_is_now_and_stays_on_the_next_import(
    said: Said, stand: DocumentStand, path: Path
) -> None:
    data = exported(said, path)
    assert data["documents"][0]["since"] == moments.text(moments.parse(SINCE))
    data["documents"].append(mapping(id="letters", kind=stand.base.kinds[1].id, folder=stand.elsewhere))
    imported(said, path, data)
    began = exported(said, path)["documents"][1]["since"]
    assert began == moments.text(stand.clock.now())
    stand.clock.advance(3600)
    again = exported(said, path)
    del again["documents"][1]["since"]
    imported(said, path, again)
    assert exported(said, path)["documents"][1]["since"] == began
