"""`EXCHANGE_RULES`: imported while there are no rules; a fault of it is told once and does not hold up the watch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.wiring import use
from tests.scenarios.stories import resolved, sent
from tests.stand import ADMIN, Stand, rule_of


class Fresh(Stand):
    """A house without rules, whose settings name a file for them."""

    def __init__(self, folder: str, path: Path) -> None:
        self.path = path
        super().__init__(folder)

    def _rules(self, _changes: object) -> None:
        """Nobody has imported any."""

    def _environ(self) -> dict[str, str]:
        return super()._environ() | {"EXCHANGE_RULES": str(self.path)}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    yield Fresh(str(tmp_path), tmp_path / "rules.json")
    use(None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names a file that is not JSON"),
        ('{"acts": [{"id": "x"}]}', "rule 1: stage"),
        ('{"tables": []}', "tables must be an object"),
    ],
    ids=["no JSON", "faulty rule", "no tables"],
)
def test_a_wrong_file_is_told_once_and_taken_when_it_is_mended(fresh: Fresh, text: str, words: str) -> None:
    fresh.path.write_text(text, encoding="utf-8")
    fresh.minutes(6)
    assert [person for person, _ in sent(fresh)] == [ADMIN]
    assert words in sent(fresh)[0][1]
    fresh.path.write_text(json.dumps({"acts": [rule_of("main", fresh.refs["main"])]}), encoding="utf-8")
    fresh.minutes(3)
    assert list(fresh.services.act_rules()) == ["services_main"]
    assert [person for person, _ in resolved(fresh)] == [ADMIN]


def test_without_the_file_the_watch_goes_on(fresh: Fresh) -> None:
    assert fresh.job("exchange_watch") == 200
    assert "EXCHANGE_RULES: names a file that cannot be read" in sent(fresh)[0][1]
