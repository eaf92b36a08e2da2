"""An act's difference is looked at in the base where the act is, whatever its rule says since."""

from __future__ import annotations

from tests.scenarios.stories import SALE, House, act_of, change_rule, closed, shown
from tests.simulators.onec import Switches
from tests.stand import Stand


def differing(house: House) -> tuple[Stand, int]:
    """A deal whose act waits for a person: 1C has cut its text."""
    stand = house(bases=["main", "trade"], switches=Switches())
    base = stand.bases["main"]
    base.product = base.store.product = base.product.changed({f"{SALE}/Услуги": "Содержание: str 10"}, ())
    [deal] = closed(stand)
    stand.quiet()
    assert stand.reasons() == ["read_back_differs"]
    return stand, deal


def looked_at_again(stand: Stand, deal: int) -> None:
    stand.bases["main"].accountant.edit(SALE, str(act_of(stand, deal)["Ref_Key"]), Комментарий=_comment(stand, deal))
    stand.person.edit_deal(deal, COMMENTS="Ещё раз")
    stand.quiet()
    stand.minutes(10)


def _comment(stand: Stand, deal: int) -> str:
    return f"Проверено {act_of(stand, deal)['Комментарий']}"


def test_the_rule_names_another_base_since(house: House) -> None:
    stand, deal = differing(house)
    change_rule(stand, base="trade", profile="ut11.completed_work", defaults={})
    looked_at_again(stand, deal)
    assert (stand.reasons(), shown(stand, [deal]), len(stand.acts())) == ([], [deal], 1)
    assert stand.acts("trade") == []


def test_the_rule_is_gone(house: House) -> None:
    stand, deal = differing(house)
    book = stand.services.rule_book
    left = [one for one in book.export_all()["acts"] if one["id"] != "services_main"]
    book.import_all({"acts": left}, "admin", over=True)
    looked_at_again(stand, deal)
    assert (stand.reasons(), len(stand.acts())) == ([], 1)
