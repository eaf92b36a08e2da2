"""The commands say in a sentence what is wrong, and do nothing by halves."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.wiring import Services
from infra.local import commands
from tests.stand import Stand

LISTS = [["waiting", "list"], ["letters", "list"], ["journal", "deal:999"]]


@pytest.fixture
def said(stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    monkeypatch.setattr(commands, "environment_or_demo", stand._environ)
    monkeypatch.setattr(commands, "Services", lambda _settings: stand.services)
    monkeypatch.setattr(commands, "set_up", lambda *_, **__: None)
    return Said(capsys)


class Said:
    """Runs a command: its status, what it printed and what it complained about."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        try:
            status = commands.main(list(words))
        except SystemExit as left:
            status = int(left.code or 0)
        told = self._capsys.readouterr()
        return status, told.out, told.err


@pytest.mark.parametrize("words", LISTS)
def test_an_empty_list_says_so(said: Said, words: list[str]) -> None:
    status, out, complaint = said(*words)
    assert (status, out.strip()) == (0, "")
    assert complaint.strip()


def test_the_story_of_a_deal_names_record_act_and_who_did_what(said: Said, stand: Stand) -> None:
    stand.person.edit_requisite(stand.requisite, RQ_KPP="")
    deal = stand.deal()
    stand.reach(deal)
    stand.quiet()
    assert "kpp_missing" in said("waiting", "list")[1]
    assert said("waiting", "retry", f"deal:{deal}", "--by", "Анна")[0] == 0
    stand.quiet()
    stand.person.edit_requisite(stand.requisite, RQ_KPP="780201001")
    stand.quiet()
    told = said("journal", f"deal:{deal}")[1]
    assert '"by": "Анна"' in told
    assert '"number": "0000-000001"' in told
    assert '"ready": 1' not in told
    assert '"in_agreement"' in said("counts")[1] or said("counts")[0] == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["waiting", "retry", "deal:7", "--by", "Анна"], "does not wait"),
        (["letters", "replay", "x", "--by", "Анна"], "no such letter"),
        (["backfill", "--since", "yesterday", "--dry-run"], "2026-10-01T00:00:00+03:00"),
        (["backfill", "--since", "2026-10-01", "--dry-run"], "2026-10-01T00:00:00+03:00"),
        (["backfill", "--since", "2026-10-01T00:00:00+03:00"], "--by NAME"),
        (["rules", "import", "none.json", "--author", "Анна"], "none.json"),
        (["rules", "export", "bogus.csv"], "no table 'bogus'"),
    ],
)
def test_a_wrong_call_is_answered_with_a_sentence(said: Said, words: list[str], complaint: str) -> None:
    status, _, told = said(*words)
    assert status in (1, 2)
    assert complaint in told
    assert "Traceback" not in told


def test_a_table_goes_out_and_comes_back_from_excel(said: Said, tmp_path: Path) -> None:
    path = tmp_path / "nomenclature.csv"
    status, _, version = said("rules", "export", str(path))
    assert (status, version.strip()) == (0, "nomenclature: version 1")
    text = path.read_text(encoding="utf-8-sig") + "*;name:Аудит;Аудит;\n"
    path.write_bytes(text.encode("cp1251"))
    refused = said("rules", "import", str(path), "--author", "Анна")
    assert (refused[0], "--version 1" in refused[2]) == (1, True)
    assert said("rules", "import", str(path), "--author", "Анна", "--version", "1")[1].strip() == (
        "nomenclature: 2 rows, version 2"
    )


def test_a_file_that_is_no_rules_is_refused_whole(said: Said, stand: Stand, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    for text in ("[]", "{", '{"acts": {}}', '{"bogus": 1}'):
        path.write_text(text, encoding="utf-8")
        status, _, told = said("rules", "import", str(path), "--author", "Анна", "--force")
        assert (status, "Nothing was saved" in told) == (1, True)
    assert isinstance(stand.services, Services)
