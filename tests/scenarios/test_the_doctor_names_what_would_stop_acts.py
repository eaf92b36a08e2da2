"""Each fault of portal, 1C and settings that would stop acts is found before a deal meets it, and by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.application import application
from tests.scenarios.doctor import as_called, looked, said, states, written, wrong
from tests.scenarios.stories import House, change_rule
from tests.simulators.bitrix24.access import Webhook
from tests.simulators.onec.seeding import OUR
from tests.stand import ACCOUNTANT, ADMIN, PRODUCTS, Stand


def scopes(*names: str) -> Callable[[Stand], None]:
    return lambda stand: edit(stand, lambda hook: replace(hook, scopes=frozenset(names)))


def edit(stand: Stand, changed: Callable[[Webhook], Webhook]) -> None:
    """Somebody edits the webhook in the portal."""
    for key, hook in stand.portal.access.webhooks.items():
        stand.portal.access.webhooks[key] = changed(hook)


def test_a_company_whose_all_is_well_hears_so_of_everything(house: House) -> None:
    stand = house(bases=tuple(PRODUCTS))
    before = written(stand)
    found = looked(stand)
    assert wrong(found) == []
    assert written(stand) == before
    assert {one.check for one in found if one.state == "unknown"} == {"portal events"}
    checks = {one.check for one in found}
    assert {"settings", "store", "queue", "rules", "portal", "portal scopes", "portal people"} <= checks
    assert {f"base {name} profiles" for name in PRODUCTS} <= checks


def test_a_look_costs_one_request_to_the_portal_and_few_to_each_base(house: House) -> None:
    stand = house(bases=tuple(PRODUCTS))
    looked(stand)
    hits = stand.portal.hits, {name: base.hits for name, base in stand.bases.items()}
    looked(stand)
    assert stand.portal.hits - hits[0] == 1
    # Does it answer, and $metadata; dictionaries are warm.
    assert {name: base.hits - hits[1][name] for name, base in stand.bases.items()} == dict.fromkeys(PRODUCTS, 2)


PORTAL = {
    "stage": (lambda stand: change_rule(stand, stage="C1:GONE"), "portal stages", "rule services_main", "C1:GONE"),
    "funnel": (
        lambda stand: change_rule(stand, category=9, stage="C9:DONE"),
        "portal stages",
        "rule services_main",
        "funnel 9",
    ),
    "contract's field": (
        lambda stand: change_rule(stand, contract="field", contract_field="UF_CRM_NUMBER"),
        "portal fields",
        "rule services_main",
        "UF_CRM_NUMBER",
    ),
    "act's field": (
        lambda stand: stand.portal.crm.user_fields.clear(),
        "portal fields",
        "rule services_main",
        "UF_CRM_ONEC_ACT_NUMBER",
    ),
    "scope": (scopes("crm", "im"), "portal scopes", "", "user"),
    "dismissed accountant": (
        lambda stand: setattr(stand.portal.users[ACCOUNTANT], "active", False),
        "portal people",
        f"user {ACCOUNTANT}",
        "ACCOUNTANT_USER_IDS",
    ),
    "clock of the portal": (
        lambda stand: setattr(stand.portal, "now", lambda: stand.clock.now() + timedelta(minutes=10)),
        "portal clock",
        "",
        "+600 s",
    ),
}


@pytest.mark.parametrize(("fault", "check", "about", "named"), PORTAL.values(), ids=PORTAL)
def test_a_fault_in_the_portal_is_named(
    stand: Stand, fault: Callable[[Stand], None], check: str, about: str, named: str
) -> None:
    fault(stand)
    found = looked(stand)
    assert (check, about) in wrong(found)
    assert named in said(found, check)
    assert {one for one, _ in wrong(found)} == {check}


def test_a_missing_scope_for_deals_is_named_and_what_cannot_be_seen_for_it(stand: Stand) -> None:
    scopes("im", "user")(stand)
    found = looked(stand)
    assert wrong(found) == [("portal scopes", "")]
    assert "crm, needed for deals" in said(found, "portal scopes")
    assert "see portal scopes" in said(found, "portal stages")
    assert states(found, "portal people") == {"well"}
    assert states(found, "base main profiles") == {"well"}


def test_an_expired_webhook_is_named_and_what_cannot_be_asked_for_it(stand: Stand) -> None:
    edit(stand, lambda hook: replace(hook, expires=stand.clock.now()))
    found = looked(stand)
    assert wrong(found) == [("portal", "")]
    assert "INVALID_CREDENTIALS" in said(found, "portal")
    assert "BITRIX_WEBHOOK_URL" in said(found, "portal")
    assert "secretsecretsecret" not in "".join(map(str, found))
    assert states(found, "portal stages") == {"unknown"}
    assert states(found, "base main") == {"well"}


def test_a_dismissed_admin_is_named(stand: Stand) -> None:
    stand.portal.users[6].active = False
    found = looked(stand, ADMIN_USER_IDS=f"{ADMIN},6,999")
    assert wrong(found) == [("portal people", "user 6"), ("portal people", "user 999")]
    assert "ADMIN_USER_IDS" in said(found, "portal people")


def test_a_user_without_rights_of_an_administrator_still_sees_the_fields(stand: Stand) -> None:
    stand.portal.users[ADMIN].admin = False
    found = looked(stand)
    assert wrong(found) == []
    assert "no administrator" in said(found, "portal")


ONEC = {
    "wrong password": (
        lambda stand: stand.bases["main"].administrator.set_password("Обмен", "другой"),
        "base main",
        "ONEC_MAIN_PASSWORD",
    ),
    "not published": (
        lambda stand: setattr(stand.bases["main"], "path", "/elsewhere/odata/standard.odata"),
        "base main",
        "ONEC_MAIN_URL",
    ),
    "an entity is not ticked": (
        lambda stand: stand.bases["main"].administrator.conceal("Catalog_ДоговорыКонтрагентов"),
        "base main profiles",
        "Catalog_ДоговорыКонтрагентов",
    ),
    "the document is not ticked": (
        lambda stand: stand.bases["main"].administrator.conceal("Document_РеализацияТоваровУслуг"),
        "base main profiles",
        "bp30.sale_act",
    ),
    "clock of the base": (
        lambda stand: setattr(stand.bases["main"].switches, "clock_skew", timedelta(minutes=-10)),
        "base main clock",
        "-600 s",
    ),
    "organisation of the rule": (
        lambda stand: change_rule(stand, organisation={"inn": "7736050003", "kpp": "772801001"}),
        "base main organisations",
        "services_main",
    ),
    "a default of the rule": (
        lambda stand: change_rule(stand, defaults={"income_item_group": "Консалтинг"}),
        "base main defaults",
        "Консалтинг",
    ),
    "no right to a dictionary": (
        lambda stand: stand.bases["main"].administrator.deny("Catalog_Организации"),
        "base main organisations",
        "Catalog_Организации",
    ),
}


@pytest.mark.parametrize(("fault", "check", "named"), ONEC.values(), ids=ONEC)
def test_a_fault_in_1c_is_named(stand: Stand, fault: Callable[[Stand], None], check: str, named: str) -> None:
    stand.clock.advance(2 * 86_400)  # nothing is remembered of yesterday
    fault(stand)
    found = looked(stand)
    assert {one for one, _ in wrong(found)} == {check}
    assert named in said(found, check)


def test_a_wrong_password_is_tried_once_by_a_look(stand: Stand) -> None:
    """Several in a row lock the user."""
    stand.bases["main"].administrator.set_password("Обмен", "другой")
    before = len(stand.bases["main"].requests)
    found = looked(stand)
    assert [status for _, _, status in stand.bases["main"].requests[before:]] == [401]
    assert states(found, "base main profiles") == {"unknown"}


def test_one_base_that_is_down_hides_nothing_of_another(house: House) -> None:
    stand = house(bases=("main", "trade"))
    stand.bases["main"].path = "/elsewhere/odata/standard.odata"
    found = looked(stand)
    assert wrong(found) == [("base main", "")]
    assert states(found, "base trade profiles") == {"well"}


def test_a_rule_whose_base_left_the_settings_is_named(house: House) -> None:
    stand = house(bases=("main", "trade"))
    found = looked(stand, ONEC_BASES="main")
    assert wrong(found) == [("rules", "")]
    assert "rule services_trade: unknown base 'trade'" in said(found, "rules")
    assert states(found, "base main profiles") == {"well"}


def test_every_wrong_setting_is_named_and_the_rest_is_looked_at(stand: Stand) -> None:
    found = looked(stand, BUSINESS_TIME_ZONE="Moskow", BITRIX_MEMBER_ID="x", ONEC_MAIN_CONFIGURATION="bp20")
    for name in ("BUSINESS_TIME_ZONE", "BITRIX_MEMBER_ID", "ONEC_MAIN_CONFIGURATION"):
        assert name in said(found, "settings")
    assert wrong(found) == [("settings", "")] * 3
    assert (states(found, "store"), states(found, "portal")) == ({"well"}, {"well"})
    assert looked(stand, BITRIX_WEBHOOK_URL="http://example.bitrix24.ru/rest/1/x/")[-1].check == "conflicts"


def test_a_store_that_cannot_be_reached_is_named_and_what_waits_for_it(stand: Stand) -> None:
    found = looked(stand, STORE_URL="sqlite:////dev/null/store.sqlite")
    assert wrong(found) == [("store", "")]
    assert "STORE_URL" in said(found, "store")
    for check in ("rules", "portal", "base main", "waiting"):
        assert states(found, check) == {"unknown"}
    assert states(found, "queue") == {"well"}


def test_a_queue_that_cannot_be_written_and_one_that_is_paused(stand: Stand) -> None:
    broken = looked(stand, QUEUE_URL="sqlite:////dev/null/queue.sqlite")
    assert wrong(broken) == [("queue", "")]
    assert "QUEUE_URL" in said(broken, "queue")
    stand.services.queue.pause("bulk")  # type: ignore[attr-defined]  # the embedded queue
    found = looked(stand)
    assert wrong(found) == []
    assert "bulk is paused" in said(found, "queue")


def test_nothing_is_exchanged_without_rules_and_that_is_said(stand: Stand) -> None:
    stand.services.rule_book.import_all({"acts": []}, "admin", over=True)
    found = looked(stand)
    assert wrong(found) == []
    assert states(found, "rules") == {"unknown"}
    assert states(found, "base main") == {"well"}


def test_what_stands_still_is_shown_with_its_command(stand: Stand) -> None:
    stand.person.edit_requisite(stand.requisite, RQ_KPP="")
    stand.reach(stand.deal())
    stand.quiet()
    stand.services.breakers.pause("base:main", "Анна")
    found = looked(stand)
    assert wrong(found) == []
    assert "kpp_missing 1" in said(found, "waiting")
    assert "./deploy.sh waiting list" in said(found, "waiting")
    assert "Анна" in said(found, "breakers")


def test_an_installed_application_is_asked_for_its_events(tmp_path_factory: pytest.TempPathFactory) -> None:
    with application(str(tmp_path_factory.mktemp("application"))) as stand:
        assert wrong(looked(stand)) == []
        stand.portal.events.bindings = [one for one in stand.portal.events.bindings if one.event != "ONCRMDEALUPDATE"]
        found = looked(stand)
        assert wrong(found) == [("portal events", "")]
        assert "ONCRMDEALUPDATE (not bound)" in said(found, "portal events")
        moved = looked(stand, PUBLIC_BASE_URL="https://new.example.ru")
        assert "ONCRMDEALADD (bound to another address)" in said(moved, "portal events")
        missing = looked(stand, PUBLIC_BASE_URL="")
        assert "PUBLIC_BASE_URL" in said(missing, "settings")


def test_an_application_nobody_installed_says_how(tmp_path_factory: pytest.TempPathFactory) -> None:
    with application(str(tmp_path_factory.mktemp("application")), installed=False) as stand:
        found = looked(stand)
        assert wrong(found) == [("portal", "")]
        assert "bitrix-app-installed" in said(found, "portal")


def test_no_secret_and_nobodys_tax_id_is_in_what_a_person_reads(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from infra.local import commands

    change_rule(stand, organisation={"inn": "500100732259", "kpp": ""})
    edit(stand, lambda hook: replace(hook, expires=stand.clock.now()))
    monkeypatch.setattr(commands, "environment_or_demo", stand._environ)
    monkeypatch.setattr(commands, "Services", lambda _settings: as_called(stand))
    monkeypatch.setattr(commands, "set_up", lambda *_, **__: None)
    capsys.readouterr()
    assert commands.main(["doctor"]) == 1
    told = "".join(capsys.readouterr())
    assert "organisations" in told
    for secret in ("secretsecretsecret", "пароль", "500100732259", OUR.inn):
        assert secret not in told
