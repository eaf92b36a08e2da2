"""`./deploy.sh entities`: an administrator who ticks exactly these objects and grants exactly these rights has acts."""

from __future__ import annotations

import pytest

from infra.local.entities_command import READ, chosen_profiles, main, rights_on
from tests.scenarios.stories import House, closed, shown
from tests.scenarios.test_a_client_or_contract_1c_does_not_know_is_entered_by_the_accountant_or_by_the_rule import (
    deals_with,
    newcomer,
)
from tests.stand import PRODUCTS, PROFILES, Stand


def granted(stand: Stand, base: str, without: str = "") -> None:
    """The composition and the rights as they are listed, for the one document the base's rule names."""
    administrator, listed = stand.bases[base].administrator, dict(rights_on(chosen_profiles(PROFILES[base])))
    listed.pop(without, None)
    administrator.conceal(*set(stand.bases[base].exposed) - set(listed))
    administrator.deny(*(name for name, rights in listed.items() if rights == READ), write_only=True)
    stand.services.refresh_digests()


@pytest.mark.parametrize("base", list(PRODUCTS))
def test_an_act_needs_no_more_than_the_list_names(house: House, base: str) -> None:
    stand = house(bases=[base])
    granted(stand, base)
    deals = closed(stand, 2, base)
    stand.quiet()
    assert shown(stand, deals) == deals


def test_creating_clients_and_contracts_needs_no_more_either(house: House) -> None:
    stand = house(bases=["main"], rules={"main": {"create_counterparty": True, "create_contract": True}})
    granted(stand, "main")
    deals = deals_with(stand, newcomer(stand), 2)
    stand.quiet()
    assert shown(stand, deals) == deals


def test_less_than_the_list_is_not_enough(house: House) -> None:
    stand = house(bases=["main"])
    granted(stand, "main", without="Catalog_ДоговорыКонтрагентов")
    closed(stand)
    stand.quiet()
    assert stand.effects("main") == []


def test_an_unknown_product_is_named_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["zup31"]) == 2
    told = capsys.readouterr().err
    assert "zup31" in told
    assert "bp30" in told


def test_the_list_is_printed_with_the_rights(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["unf30.completed_work"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["Document_АктВыполненныхРабот"] == "read, add, change"
    assert lines["Catalog_Валюты"] == "read"
