"""What answers mean to the doctor, without asking anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from common.admin.doctor import judging
from common.admin.doctor.daily import stops_of
from common.admin.doctor.examining import Check, examined
from common.admin.doctor.finding import Finding, unknown, well, wrong
from common.admin.doctor.judging import Use
from common.admin.doctor.sides import broken
from common.admin.doctor.standing import breakers, some, waiting
from common.errors import InDoubt, NeedsPerson, SideDown, Stop, TryLater
from common.exchanges.documents.model import DocumentRule
from common.flow.breakers import Breaker
from common.model.documents import FolderId, KindId
from common.model.ids import RuleId, StageId, UserId
from common.settings import Fault, SettingsError
from tests.unit.exchanges.acts.samples import rule

HOOK, APPLICATION = Use(False, True, True), Use(True, True, True)
PLACES = {"ONCRMDEALADD": "https://x.ru/deal", "ONCRMDEALUPDATE": "https://x.ru/deal"}
MAPPING = DocumentRule(RuleId("contracts"), KindId("8f1e7a52-3c1d-11ee-9d5a-00155d012345"), FolderId(8907))


def states(findings: Iterable[Finding]) -> list[str]:
    return [one.state for one in findings]


@pytest.mark.parametrize(
    ("granted", "use", "missing"),
    [
        (("crm", "im", "user"), Use(False, True, False), []),
        (("crm", "im", "user_basic"), Use(False, True, False), []),
        (("im", "user"), Use(False, True, False), ["crm"]),
        (("disk", "im", "user"), Use(False, False, True), []),
        (("im", "user"), Use(True, False, False), ["crm"]),
        (("crm", "im", "user", "disk"), HOOK, []),
        (("crm", "im", "user", "disk"), APPLICATION, ["bizproc"]),
        (("crm", "im", "user_brief", "disk", "bizproc"), APPLICATION, ["user"]),
        ((), APPLICATION, ["im", "user", "crm", "disk", "bizproc"]),
    ],
)
def test_scopes_are_measured_by_what_is_in_use(granted: tuple[str, ...], use: Use, missing: list[str]) -> None:
    found = list(judging.scopes(granted, use))
    assert [one.what.split(": ")[1].split(",")[0] for one in found if one.state == "wrong"] == missing
    assert bool(missing) or states(found) == ["well"]


def test_only_a_scope_that_stops_no_work_is_told_by_the_doctor() -> None:
    told = [one.stop.field for one in judging.scopes((), APPLICATION) if one.stop]
    assert told == ["user"]


def test_employee_ids_are_wanted_and_not_demanded() -> None:
    (without,) = judging.scopes(("crm", "im", "user", "disk"), HOOK)
    (given,) = judging.scopes(("crm", "im", "user", "disk", "user.userfield"), HOOK)
    assert "by e-mail alone" in without.what
    assert "by e-mail alone" not in given.what


@pytest.mark.parametrize(
    ("offset", "state"), [(0, "well"), (300, "well"), (-300, "well"), (301, "wrong"), (-600, "wrong")]
)
def test_a_clock_may_be_five_minutes_wrong(offset: float, state: str) -> None:
    found = judging.clock("base main clock", "base:main", offset)
    assert (found.state, f"{offset:+d} s" in found.what) == (state, True)


def test_each_event_that_does_not_come_is_named_and_where_it_goes() -> None:
    bound = [("ONCRMDEALADD", "https://old.ru/deal", "0"), ("ONCRMLEADADD", "https://x.ru/deal", "0")]
    found = judging.events(bound, PLACES)
    assert found.state == "wrong"
    assert "ONCRMDEALADD (bound to another address), ONCRMDEALUPDATE (not bound)" in found.what
    assert judging.events([(event, url, "0") for event, url in PLACES.items()], PLACES).state == "well"


def test_the_field_of_the_contracts_number_counts_only_where_the_rule_reads_it() -> None:
    there = rule().back.names()
    assert judging.fields(rule(contract_field="UF_CRM_N"), there).state == "well"
    missing = judging.fields(rule(contract="field", contract_field="UF_CRM_N"), there)
    assert (missing.state, "UF_CRM_N" in missing.what) == ("wrong", True)
    lost = judging.fields(rule(), there[2:])
    assert (lost.state, lost.what.endswith(f": {there[0]}, {there[1]}")) == ("wrong", True)


def test_a_rule_needs_its_funnel_and_its_stage() -> None:
    stages = {StageId("C1:DONE"), StageId("C1:NEW")}
    assert judging.stage(rule(), {0, 1}, stages).state == "well"
    assert "C1:GONE" in judging.stage(rule(stage=StageId("C1:GONE")), {0, 1}, stages).what
    assert "funnel 1" in judging.stage(rule(), {0}, ()).what


def test_whoever_is_dismissed_is_named_with_his_setting() -> None:
    found = judging.person(UserId(7), "ACCOUNTANT_USER_IDS", works_here=False)
    assert (found.state, found.about) == ("wrong", "user 7")
    assert "ACCOUNTANT_USER_IDS" in found.what
    assert judging.person(UserId(7), "ACCOUNTANT_USER_IDS", works_here=True).state == "well"


def test_kinds_and_folders_of_mappings() -> None:
    assert judging.kind(MAPPING, {MAPPING.kind: "Договор"}).state == "well"
    assert MAPPING.kind in judging.kind(MAPPING, {}).what
    assert judging.folder(MAPPING, None).state == "well"
    for why in ("missing", "forbidden", "unreadable"):
        found = judging.folder(MAPPING, why)
        assert (found.state, "8907" in found.what, found.stop) == ("wrong", True, None)


def test_every_fault_of_the_settings_is_a_finding() -> None:
    faults = [Fault("STORE_URL", "is not set", "sqlite:///x"), Fault("LANGUAGE", "must be one of ru, en", "ru")]
    found = list(judging.settings(faults))
    assert states(found) == ["wrong", "wrong"]
    assert "STORE_URL, is not set" in found[0].what
    assert states(judging.settings([])) == ["well"]


@pytest.mark.parametrize(
    ("faults", "number", "expected"), [([], 2, ["well"]), ([], 0, ["unknown"]), (["a", "b"], 2, ["wrong", "wrong"])]
)
def test_rules(faults: list[str], number: int, expected: list[str]) -> None:
    assert states(judging.rules(faults, number)) == expected


def test_a_queue_nobody_made_is_wrong_and_a_paused_one_is_a_persons_will() -> None:
    found = judging.queue({"interactive": "running", "bulk": "paused"})
    assert states(found) == ["well", "unknown"]
    assert states(judging.queue({"interactive": "missing", "bulk": "disabled"})) == ["wrong", "wrong"]


def test_what_stands_still_is_shown_with_its_command_and_is_no_failure() -> None:
    assert (waiting({}).state, some("conflicts", 0, "x").state) == ("well", "well")
    found = waiting({"side_down": 1, "kpp_missing": 2})
    assert (found.state, found.what) == ("unknown", "3 wait: kpp_missing 2, side_down 1")
    assert "./deploy.sh waiting list" in found.remedy
    assert some("conflicts", 3, "x").state == "unknown"
    open_one = Breaker("base:main", open=True, cause="credentials", since="2026-11-20T09:00:00.000000Z")
    paused, shaky = Breaker("portal", paused_by="Анна"), Breaker("base:dm", failures=("x",))
    shown = list(breakers([open_one, paused, shaky]))
    assert [one.about for one in shown] == ["base main", "the portal"]
    assert "credentials" in shown[0].what
    assert "Анна" in shown[1].what
    assert states(breakers([shaky])) == ["well"]


@pytest.mark.parametrize(
    ("down", "named"),
    [
        (SideDown("portal", "credentials"), "BITRIX_WEBHOOK_URL"),
        (SideDown("portal", "not_installed"), "bitrix-app-installed"),
        (SideDown("base:main", "credentials"), "ONEC_MAIN_PASSWORD"),
        (SideDown("base:dm", "credentials"), "ONEC_DM_KEYS"),
        (SideDown("base:main", "unreachable"), "ONEC_MAIN_URL"),
        (SideDown("base:main", "licence"), "licence"),
    ],
)
def test_a_broken_side_says_which_setting_to_look_at(down: SideDown, named: str) -> None:
    found = broken("x", "", down)
    assert (found.state, named in found.remedy) == ("wrong", True)


def raising(error: Exception, check: str = "first") -> Callable[[], Iterator[Finding]]:
    def look() -> Iterator[Finding]:
        yield well(check, "", "seen before it broke")
        raise error

    return look


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SideDown("portal", "unreachable"), "wrong"),
        (NeedsPerson(Stop("access_denied", "crm.item.fields", "admin", "portal")), "wrong"),
        (NeedsPerson(Stop("tariff", "x", "admin", "portal")), "wrong"),
        (TryLater("busy"), "unknown"),
        (InDoubt("lost"), "unknown"),
        (SettingsError([Fault("BITRIX_WEBHOOK_URL", "is not set", "x")]), "unknown"),
        (KeyError("x"), "unknown"),
        (RuntimeError("x"), "unknown"),
    ],
)
def test_what_one_check_meets_hides_nothing(error: Exception, state: str) -> None:
    found = list(
        examined([Check("first", raising(error)), Check("second", lambda: [well("second", "", "")])], lambda _: None)
    )
    assert [(one.check, one.state) for one in found] == [("first", "well"), ("first", state), ("second", "well")]


def test_what_cannot_be_asked_says_because_of_what() -> None:
    checks = [
        Check("store", raising(TryLater("locked"), "store")),
        Check("portal", lambda: [well("portal", "", "")], needs=("store",)),
        Check("portal clock", lambda: [well("portal clock", "", "")], needs=("portal",)),
        Check("queue", lambda: [well("queue", "", "")]),
    ]
    found = {one.check: one for one in examined(checks, lambda _: None)}
    assert [one.state for one in found.values()] == ["unknown", "unknown", "unknown", "well"]
    assert "store" in found["portal"].what
    assert "portal" in found["portal clock"].what


def test_what_was_not_seen_is_neither_told_nor_taken_back() -> None:
    gone, other = Stop("rule_stage_missing", "C1:X", "admin", "person"), Stop("kind_missing", "y", "admin", "person")
    findings = [
        wrong("portal stages", "rule a", gone),
        well("portal stages", "rule b", ""),
        wrong("1C:DM kinds", "", other),
        unknown("1C:DM kinds", "", "busy", again=True),
        unknown("portal events", "", "cannot be seen at all"),
        broken("base main", "", SideDown("base:main", "unreachable")),
        wrong("disk folders", "", Stop("folder_missing", "5", "admin", "portal"), told=True),
    ]
    seen, unseen = stops_of(findings)
    assert seen == {"portal stages": [gone], "portal events": [], "disk folders": []}
    assert unseen == {"1C:DM kinds", "base main"}


def test_a_reason_without_words_is_shown_as_it_is() -> None:
    found = wrong("x", "", Stop("tariff", "bizproc.activity.list", "admin", "portal"))
    assert "tariff" in found.what
