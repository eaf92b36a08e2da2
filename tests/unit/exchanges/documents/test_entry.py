"""Which files are the exchange's business (rules, Common: `not_selected`, `before_start`)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.exchanges.documents import entry
from common.model.documents import FolderId, KindId
from common.model.ids import RuleId
from tests.unit.exchanges.documents.samples import AT, ELSEWHERE, FOLDER, card, onec_file, rule, version

CONTRACTS = rule()
LETTERS = rule(id=RuleId("letters"), kind=KindId("kind-2"), folder=FolderId(9200))
ASLEEP = rule(id=RuleId("asleep"), kind=KindId("kind-3"), folder=FolderId(9300), active=False)
RULES = [CONTRACTS, LETTERS, ASLEEP]


def test_a_document_goes_by_the_mapping_of_its_kind() -> None:
    assert entry.rule_for(RULES, card(), "") is CONTRACTS
    assert entry.rule_for(RULES, card(kind=KindId("kind-2")), "contracts") is LETTERS, "its kind now, not the old one"
    assert entry.rule_for(RULES, card(kind=KindId("kind-3")), "asleep") is None
    assert entry.rule_for(RULES, card(kind=KindId("kind-4")), "contracts") is None


def test_a_document_that_is_gone_goes_by_the_mapping_it_was_bound_under() -> None:
    assert entry.rule_for(RULES, None, "letters") is LETTERS
    assert entry.rule_for(RULES, None, "asleep") is None
    assert entry.rule_for(RULES, None, "") is None


def test_a_folder_and_an_id_name_only_active_mappings() -> None:
    assert entry.by_folder(RULES, FOLDER) is CONTRACTS
    assert entry.by_folder(RULES, ELSEWHERE) is None
    assert entry.by_folder(RULES, ASLEEP.folder) is None
    assert entry.by_id(RULES, RuleId("letters")) is LETTERS
    assert entry.by_id(RULES, ASLEEP.id) is None


@pytest.mark.parametrize(("seconds", "before"), [(-1, True), (0, False), (1, False)])
def test_a_version_from_before_the_start_is_left_out(seconds: int, before: bool) -> None:
    file = onec_file(version(created_at=AT + timedelta(seconds=seconds)), updated_at=AT + timedelta(days=1))
    assert entry.is_before(rule(since=AT), file) is before


def test_without_a_start_nothing_is_before_it() -> None:
    assert not entry.is_before(rule(since=None), onec_file(version(created_at=AT)))


def test_a_version_without_a_moment_counts_by_its_files() -> None:
    undated = onec_file(version(), updated_at=AT - timedelta(hours=1))
    assert entry.written_at(undated) == AT - timedelta(hours=1)
    assert entry.is_before(rule(since=AT), undated)
    assert not entry.is_before(rule(since=AT), onec_file(version(), updated_at=None)), (
        "unknown is no reason to leave out"
    )


def test_a_file_whose_current_version_is_an_old_one_goes_by_that_one() -> None:
    old, new = version(id="v1", created_at=AT - timedelta(days=9)), version(id="v2", number=2, created_at=AT)
    back = onec_file(old, versions=(old, new))
    assert entry.written_at(back) == old.created_at
