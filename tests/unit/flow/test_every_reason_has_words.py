"""Whatever the documents exchange stops for or the doctor finds, people read words and not a code (rules, Notices)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from common.bitrix import disk_wire
from common.errors import Stop
from common.exchanges.documents import decide
from common.exchanges.documents.model import ConflictKind, Limits
from common.flow.notices_doctor import DOCTOR as DOCTOR_TEXTS
from common.flow.notices_documents import DOCUMENTS as DOCUMENTS_TEXTS
from common.flow.notices_table import TEXTS
from common.flow.notices_texts import Language, opened
from common.model.records import Conflict
from common.ports.disk import Unseen
from tests.unit.exchanges.documents.samples import LIMITS, agreed, disk, onec, rule

ROOT = Path(__file__).parents[3] / "common"
DOCUMENTS = sorted((ROOT / "exchanges" / "documents").glob("*.py"))
SOURCES = [
    *DOCUMENTS,
    ROOT / "onec" / "http_service" / "faults.py",
    ROOT / "onec" / "http_service" / "reading.py",
    *(ROOT / "bitrix" / f"{name}.py" for name in ("faults", "disk_wire", "disk", "links")),
    ROOT / "mapping" / "clients.py",
    *(ROOT / "admin" / "doctor" / f"{name}.py" for name in ("judging", "portal")),
]
MAKERS = {"Stop": 0, "_waits": 1, "_stop": 0, "stop": 1}
"""What makes a stop, and which argument is the reason; of `Stopping.stop` it is the verdict."""
FAMILIES = {"folder_": get_args(Unseen)}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def words(node: ast.AST) -> set[str]:
    """Every text that an expression may come to."""
    if isinstance(node, ast.IfExp):
        return words(node.body) | words(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def assigned(tree: ast.AST, name: str) -> set[str]:
    """Texts that a variable of this file is given."""
    given = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and _names(node) == {name}]
    return set().union(*map(words, given))


def _names(node: ast.Assign) -> set[str]:
    return {one.id for one in node.targets if isinstance(one, ast.Name)}


def stopping(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(maker, reason) of every call that makes a stop."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (maker := name_of(node)) in MAKERS:
            place = MAKERS[maker]
            if len(node.args) > place:
                yield "verdict" if maker == "stop" else maker, node.args[place]


def reasons_of(path: Path) -> set[str]:
    """Reasons that a file names; a family such as `folder_…` is spelled out."""
    tree, found = parsed(path), set[str]()
    for maker, reason in stopping(tree):
        if maker == "_stop" and path.parent.name != "http_service":
            continue  # another helper of that name: what it is given are details
        if isinstance(reason, ast.JoinedStr):
            head = next(iter(words(reason.values[0])), "")
            found |= {f"{head}{one}" for one in FAMILIES.get(head, ())}
        else:
            named = assigned(tree, reason.id) if isinstance(reason, ast.Name) else words(reason)
            found |= {f"mapping_{one}" if maker == "verdict" else one for one in named}
    return found


def verdicts() -> set[str]:
    """What `judging.verdict` stops a mapping for; its `folder_…` in full."""
    tree = parsed(ROOT / "exchanges" / "documents" / "judging.py")
    verdict = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "verdict")
    found = set[str]()
    for node in ast.walk(verdict):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            first = node.value.elts[0]
            found |= {f"folder_{one}" for one in get_args(Unseen)} if isinstance(first, ast.JoinedStr) else words(first)
    return {f"mapping_{one}" for one in found - {""}}


def portal_words() -> set[str]:
    """What `disk_wire._word` says, and its table."""
    tree = parsed(ROOT / "bitrix" / "disk_wire.py")
    word = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "_word")
    said = [words(node.value) for node in ast.walk(word) if isinstance(node, ast.Return) and node.value is not None]
    return set(disk_wire._WAITS.values()).union(*said)


CONFLICTS = {Conflict("1", kind, "Договор 17.docx").as_stop().reason for kind in get_args(ConflictKind)}
REASONS = sorted(CONFLICTS.union(verdicts(), portal_words(), *map(reasons_of, SOURCES)))


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_told_in_words_that_say_what_to_do(reason: str, language: Language) -> None:
    assert reason in TEXTS, f"{reason} would be told as a bare code"
    text = TEXTS[reason][0 if language == "ru" else 1]
    assert text.wrong
    assert text.do
    assert bool(re.search("[а-яё]", text.wrong)) == (language == "ru"), text.wrong
    assert bool(re.search("[а-яё]", text.do)) == (language == "ru"), text.do
    assert reason not in opened(Stop(reason, "", "admin", "person", "Договор 17.docx"), language)


def test_the_reasons_are_really_found() -> None:
    """One of each kind of place; a search that finds nothing would pass for ever."""
    assert {
        "no_document",
        "version_too_large",
        "onec_refused",
        "content_missing",
        "onec_unreadable",
        "folder_missing",
        "disk_file_locked",
        "other_storage",
        "portal_address_foreign",
        "company_unmapped",
        "company_ambiguous",
        "mapping_stopped",
        "mapping_place_changed",
        "mapping_too_many",
        "mapping_listing_cut",
        "mapping_folder_forbidden",
        "conflict_both_changed",
        "rule_stage_missing",
        "action_missing",
    } <= set(REASONS)


def test_no_text_about_documents_or_of_the_doctor_is_of_a_reason_that_cannot_come() -> None:
    assert set(DOCUMENTS_TEXTS) - set(REASONS) == set()
    assert set(DOCTOR_TEXTS) - set(REASONS) == set()


def test_what_is_too_large_is_told_by_the_files_name_and_both_sizes() -> None:
    mib = 1 << 20
    for_onec = decide.too_large(100 * mib, "Договор 17.docx", Limits(max_file_size=50 * mib))
    large = replace(onec(size=100 * mib, content="new"), name="Договор 17.docx")
    (for_disk,) = decide.content(large, disk(), agreed(), rule(max_version_size=50 * mib), LIMITS).stops
    assert for_onec is not None
    for stop in (for_onec, for_disk):
        told = opened(stop, "ru")
        assert "Договор 17.docx" in told.splitlines()[0]
        assert "100.0 MiB > 50.0 MiB" in told
        assert "size" not in told.replace("max_version_size", "")


def test_no_stop_names_a_field_size() -> None:
    found = {path.name for path in sorted(ROOT.rglob("*.py")) for node in ast.walk(parsed(path)) if _says_size(node)}
    assert found == set()


def _says_size(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or name_of(node) != "Stop":
        return False
    fields = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "field")]
    return any("size" in words(one) for one in fields)
